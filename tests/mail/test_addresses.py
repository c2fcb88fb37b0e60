from __future__ import annotations

import pytest

from influtui.mail.addresses import sendable
from influtui.model.failures import WrongUsage


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("anna@mail.test", "anna@mail.test"),
        (" Anna <anna@mail.test> ", "anna@mail.test"),
        ("mailto:anna@mail.test?subject=x", "anna@mail.test"),
        ("anna+brands@mail.test", "anna+brands@mail.test"),
        ("anna@Bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@straße.example", "anna@xn--strae-oqa.example"),
        ("good@mail.test <real@other.test>", "real@other.test"),
        ("<good@mail.test> <real@other.test>", "real@other.test"),
    ],
)
def test_an_address_is_read_as_people_write_it(written: str, address: str) -> None:
    assert sendable(written) == address


@pytest.mark.parametrize(
    "written",
    ["", "anna", "anna@", "@mail.test", "a@b@mail.test", "a@x.test, b@x.test", "änna@mail.test", "a b@mail.test",
     "a@mail", "a..b@mail.test", "a@mail..test", "a@x.test\r\nRCPT TO:<b@x.test>", "a@-x.test", "x" * 65 + "@mail.test"],
)  # fmt: skip
def test_what_cannot_be_sent_to_is_refused_with_the_reason(written: str) -> None:
    with pytest.raises(WrongUsage) as refused:
        sendable(written)
    assert "cannot be written to" in refused.value.message


@pytest.mark.parametrize("written", ["a@x.test, b@x.test", "a@x.test;b@x.test", "a@x.test b@x.test", "a@b@mail.test"])
def test_several_addresses_are_called_so(written: str) -> None:
    """Defence: an envelope has one recipient. Which of several is meant nobody can know."""
    with pytest.raises(WrongUsage, match="not one single address"):
        sendable(written)
