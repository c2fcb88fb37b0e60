"""How likely two accounts are one person's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.duplicates import (
    Account,
    default_weights,
    evidence,
    keys,
    likeness,
    link_key,
    name_key,
    reduced_handle,
)

ADA = Account(1, 1, "instagram", "ada.bakes", "Ada Ovenworth", "ada@example.org", None, "bread")
LEAST = default_weights().least


def like(one: Account, other: Account) -> float:
    return likeness(evidence(one, other))


def test_the_same_address_is_enough_to_be_offered() -> None:
    assert like(ADA, Account(2, 2, "tiktok", "sourdough", email="ADA+brand@example.org")) >= LEAST


def test_an_address_in_the_bio_counts_like_one_in_the_field() -> None:
    assert like(ADA, Account(2, 2, "tiktok", "sourdough", bio="write: ada@example.org!")) >= LEAST


def test_a_bio_that_names_the_other_account_is_enough_to_be_offered() -> None:
    assert like(ADA, Account(2, 2, "youtube", "ovenlife", bio="more at instagram.com/ada.bakes")) >= LEAST


def test_the_same_handle_elsewhere_is_offered_only_with_the_same_name() -> None:
    elsewhere = Account(2, 2, "tiktok", "ada.bakes")
    assert like(ADA, elsewhere) < LEAST
    assert like(ADA, elsewhere._replace(name="Ovenworth, Ada")) >= LEAST


def test_the_same_name_alone_is_not_offered() -> None:
    assert like(ADA, Account(2, 2, "tiktok", "somebody.else", "Ada Ovenworth")) < LEAST


def test_two_accounts_on_one_platform_are_not_alike_by_their_handles() -> None:
    assert like(ADA, Account(2, 2, "instagram", "adabakes")) == 0


def test_a_sign_that_many_share_says_less() -> None:
    other = Account(2, 2, "tiktok", "sourdough", email="ada@example.org")
    shared = evidence(ADA, other, sharing={("email", "ada@example.org"): 6})
    assert likeness(shared) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("handle", "reduced"),
    [("ada.bakes", "adabakes"), ("Ada_Bakes_Official", "adabakes"), ("adabakes99", "adabakes"), ("the.tv", "thetv")],
)
def test_what_people_add_to_a_taken_handle_is_looked_through(handle: str, reduced: str) -> None:
    assert reduced_handle(handle) == reduced


def test_a_name_is_the_same_with_accents_emoji_and_in_another_order() -> None:
    assert name_key("José  Nandú 🍞") == name_key("nandu jose")


@pytest.mark.parametrize(
    ("link", "key"),
    [
        ("https://www.instagram.com/Ada.Bakes/?hl=en", ("account", "instagram:ada.bakes")),
        ("https://linktr.ee/adabakes", ("link", "linktr.ee/adabakes")),
        ("https://linktr.ee", None),
        ("https://adabakes.example/", ("link", "adabakes.example")),
        ("https://shop.adabakes.example/", None),
        ("not a link", None),
        ("https://[oops", None),
    ],
)
def test_a_link_is_recognised_by_what_it_leads_to(link: str, key: tuple[str, str] | None) -> None:
    assert link_key(link) == key


texts = (
    st.none() | st.text(max_size=30) | st.sampled_from(["Ada Ovenworth", "ada@example.org", "https://linktr.ee/ada"])
)
accounts = st.builds(
    Account,
    st.integers(1, 9),
    st.integers(1, 9),
    st.sampled_from(["instagram", "tiktok", "offline"]),
    st.text(min_size=1, max_size=12) | st.sampled_from(["ada.bakes", "adabakes"]),
    texts,
    texts,
    texts,
    texts,
)


@given(accounts, accounts)
def test_likeness_is_the_same_from_both_sides_and_between_nothing_and_certainty(one: Account, other: Account) -> None:
    assert like(one, other) == like(other, one)
    assert 0 <= like(one, other) <= 1


@given(accounts, accounts)
def test_whoever_is_offered_shares_a_key_to_be_found_by(one: Account, other: Account) -> None:
    if like(one, other) >= LEAST:
        assert keys(one) & keys(other)
