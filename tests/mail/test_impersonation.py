from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.mail.impersonation import KnownDomains, mixes_scripts, readable, warnings
from influtui.mail.parsing import parse


def warned(*headers: str, known: tuple[str, ...] = ()) -> str:
    return "; ".join(warnings(parse(("\n".join(headers) + "\n\nHi").encode()), KnownDomains(known)))


def test_a_name_that_is_another_address_is_pointed_out() -> None:
    assert "reads anna@creator.test, but it comes from evil.test" in warned('From: "anna@creator.test" <x@evil.test>')
    assert not warned('From: "anna@creator.test" <anna@creator.test>')


def test_answers_that_go_elsewhere_are_pointed_out() -> None:
    said = warned("From: Anna <anna@creator.test>", "Reply-To: anna.creator@gmail.com")
    assert "answers to it go to gmail.com (a private mailbox), not to creator.test" in said
    assert not warned("From: Anna <anna@creator.test>", "Reply-To: anna@mail.creator.test")


@pytest.mark.parametrize(
    ("domain", "known"),
    [
        ("xn--80ak6aa92e.com", "apple.com"),
        ("exаmple.com", "example.com"),
        ("exarnple.com", "example.com"),
        ("examp1e.com", "example.com"),
        ("mail.exampl\u00e9.com", "example.com"),
        ("g00gle.co.uk", "google.co.uk"),
    ],
)
def test_a_domain_that_only_looks_like_a_known_one_is_pointed_out(domain: str, known: str) -> None:
    assert KnownDomains(["other.test", known]).lookalike(domain) == known
    assert f"looks like {known}" in warned(f"From: Anna <anna@{domain}>", known=(known,))


def test_a_known_domain_and_one_below_it_look_like_nothing() -> None:
    assert KnownDomains(["example.com"]).lookalike("mail.example.com") is None
    assert KnownDomains(["example.com", "examp1e.com"]).lookalike("examp1e.com") is None


def test_large_mailbox_providers_are_known_to_everybody() -> None:
    assert KnownDomains().lookalike("grnail.com") == "gmail.com"


def test_a_misleading_domain_is_shown_with_its_form_in_the_dns() -> None:
    assert readable("xn--80ak6aa92e.com") == "аррӏе.com (xn--80ak6aa92e.com)"
    assert readable("bücher.test") == "bücher.test (xn--bcher-kva.test)"
    assert readable("example.com") == "example.com"


@pytest.mark.parametrize(
    "domain", ["bücher.test", "例え.jp", "пример.рф", "example.com", "한국abc.kr", "xn--bcher-kva.test"]
)
def test_a_domain_in_one_alphabet_is_no_trick(domain: str) -> None:
    assert not mixes_scripts(domain)
    assert not warned(f"From: Anna <anna@{domain}>")


def test_mixed_alphabets_are_pointed_out() -> None:
    assert mixes_scripts("exаmple.com")
    assert "mixes letters of several alphabets" in warned("From: a@exаmple.com")


def test_a_label_that_only_reads_as_latin_is_pointed_out_though_nobody_knows_its_like() -> None:
    """Defence: a whole label of one foreign alphabet mixes nothing, and may look like a domain that we never heard of."""
    assert "written in letters that look like Latin ones" in warned("From: a@xn--80ak6aa92e.com")
    assert not warned("From: a@пример.com")


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_in_a_sender_makes_it_raise(name: str, domain: str) -> None:
    clean = "".join(char for char in f"{name} <a@{domain}>" if char.isprintable())
    for sentence in warnings(
        parse(f"From: {clean}\nReply-To: {clean[::-1]}\n\nx".encode()), KnownDomains(["example.com"])
    ):
        assert sentence.isprintable()
