"""The keyed hash that outlives a person's data."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from influtui.model.suppression import account_hash, email_hash, email_key

KEY = bytes(range(32))


def test_every_spelling_of_an_account_is_the_same_account() -> None:
    assert account_hash(KEY, "instagram", "Anna") == account_hash(KEY, "Instagram", " @anna")


def test_an_account_of_the_same_name_on_another_platform_is_another() -> None:
    assert account_hash(KEY, "instagram", "anna") != account_hash(KEY, "tiktok", "anna")


def test_an_address_is_recognised_whatever_its_capitals_and_tag() -> None:
    assert email_hash(KEY, "Anna+brands@Example.ORG") == email_hash(KEY, "anna@example.org")


def test_an_address_that_is_only_a_tag_keeps_it() -> None:
    assert email_key("+gifts@example.org") == "+gifts@example.org"


def test_another_workspace_hashes_differently() -> None:
    assert email_hash(KEY, "anna@example.org") != email_hash(bytes(32), "anna@example.org")


@given(st.text(), st.text())
def test_the_hash_of_any_text_holds_nothing_of_it(platform: str, handle: str) -> None:
    digest = account_hash(KEY, platform, handle)
    assert len(digest) == 40
    assert set(digest) <= set("0123456789abcdef")
