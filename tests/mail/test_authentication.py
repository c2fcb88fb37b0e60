from __future__ import annotations

import pytest

from influtui.mail.authentication import Verdict, signer, verdict
from influtui.mail.parsing import parse
from influtui.model.incoming import ParsedMessage

OURS = "mx.brand.test"


def mail(*results: str, sender: str = "anna@mail.test") -> ParsedMessage:
    headers = "".join(f"Authentication-Results: {each}\r\n" for each in results)
    return parse(f"{headers}From: {sender}\r\n\r\nHi\r\n".encode())


@pytest.mark.parametrize(
    "results",
    [
        f"{OURS}; dmarc=pass header.from=mail.test; spf=fail smtp.mailfrom=x.test",
        f"{OURS} 1; spf=pass (sender ok) smtp.mailfrom=bounce.mail.test",
        f"{OURS}; dkim=fail header.d=mail.test; dkim=pass header.d=mail.test",
    ],
)
def test_what_our_own_server_found_is_believed(results: str) -> None:
    assert verdict(mail(results), OURS) == Verdict(is_proven=True)


@pytest.mark.parametrize(
    "results",
    [
        f"{OURS}; dmarc=fail header.from=mail.test; spf=pass smtp.mailfrom=mail.test",
        f"{OURS}; spf=pass smtp.mailfrom=evil.test; dkim=pass header.d=evil.test",
        f"{OURS}; spf=none; dkim=none",
        f"{OURS}; spf=softfail smtp.mailfrom=mail.test",
    ],
)
def test_a_sender_that_nothing_confirms_is_doubted(results: str) -> None:
    found = verdict(mail(results), OURS)
    assert not found.is_proven
    assert "mail.test" in (found.doubt or "")


@pytest.mark.parametrize(
    ("passed", "proven"),
    [
        ("mail.test", True),
        ("news.mail.test", True),
        ("test", False),
        ("evilmail.test", False),
        ("mail.test.evil", False),
    ],
)
def test_a_domain_is_aligned_with_itself_and_those_below_it_only(passed: str, proven: bool) -> None:
    """Defence: who signs for another domain proves nothing for this one, whatever its name ends with."""
    assert verdict(mail(f"{OURS}; dkim=pass header.d={passed}"), OURS).is_proven is proven


def test_what_the_sender_wrote_about_itself_is_not_believed() -> None:
    forged = f"{OURS}; dmarc=pass header.from=mail.test"
    assert verdict(mail("other.test; spf=none", forged), OURS) == Verdict()
    assert not verdict(mail(f"{OURS}; dmarc=fail", forged), OURS).is_proven
    assert verdict(mail("evil.test; dmarc=pass"), OURS) == Verdict()


def test_without_a_name_nothing_is_believed_nor_doubted() -> None:
    assert verdict(mail(f"{OURS}; dmarc=pass"), None) == Verdict()
    assert signer(mail("spf=pass smtp.mailfrom=x.test")) is None
    assert signer(mail()) is None
