"""Terms: six slots, a fee, and a hash of what was agreed and nothing else."""

from __future__ import annotations

import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.failures import Failure, WrongUsage
from influtui.model.money import Money
from influtui.model.terms import (
    Term,
    Terms,
    canonical,
    check_agreed,
    differences,
    read,
    retention_days,
    slot_named,
    slots,
    terms_hash,
    waived,
)  # fmt: skip
from influtui.model.text import OutsideText

SIX = ["content", "captions", "go_live", "placement", "retention", "rights"]


def sheet(**said: str) -> Terms:
    """A sheet with these slots noted."""
    return Terms.of(read(slot_named(name), text, currency="USD") for name, text in said.items())


FULL = {
    "content": "1 reel", "captions": "#ad first", "go_live": "2026-12-01", "placement": "reel", "retention": "90 days",
    "rights": "organic, 6 months", "fee": "250",
}  # fmt: skip


def test_there_are_six_terms_and_the_price() -> None:
    assert [slot.name for slot in slots() if slot.required] == SIX
    assert [slot.name for slot in slots() if not slot.required] == ["fee", "product"]


def test_the_gate_names_every_missing_term() -> None:
    with pytest.raises(Failure) as refused:
        check_agreed(sheet(content="1 reel", retention="90 days"))
    assert (
        refused.value.message
        == "not agreed yet, 5 missing: captions and hashtags, go-live date, placement, rights, fee"
    )
    assert "--go-live …" in (refused.value.hint or "")


@pytest.mark.parametrize("left_out", [*SIX, "fee"])
def test_no_single_term_can_be_left_out(left_out: str) -> None:
    with pytest.raises(Failure) as refused:
        check_agreed(sheet(**{name: text for name, text in FULL.items() if name != left_out}))
    assert slot_named(left_out).label in refused.value.message


def test_a_waived_term_counts_as_settled() -> None:
    full = sheet(**{name: text for name, text in FULL.items() if name != "captions"})
    check_agreed(Terms.of([*full.terms, waived(slot_named("captions"))]))


def test_a_gift_is_a_fee_of_zero_and_not_of_nothing() -> None:
    assert sheet(fee="0").fee == Money(0, "USD")
    assert sheet().fee is None
    with pytest.raises(WrongUsage, match="fee cannot be waived"):
        waived(slot_named("fee"))


def test_the_canonical_form_is_this_one_for_good() -> None:
    terms = Terms.of([*sheet(content="1 reel", fee="12.50").terms, waived(slot_named("rights"))])
    text = '{"content":"1 reel","fee":{"currency":"USD","minor":1250},"rights":{"waived":true}}'
    assert canonical(terms) == text
    assert terms_hash(terms) == hashlib.sha256(text.encode()).hexdigest()


@given(st.permutations(sorted(FULL)))
def test_the_hash_does_not_depend_on_the_order_of_noting(order: list[str]) -> None:
    assert terms_hash(sheet(**{name: FULL[name] for name in order})) == terms_hash(sheet(**FULL))


@given(st.sampled_from(["content", "captions", "placement", "rights"]), st.text(min_size=1, max_size=30))
def test_any_other_words_are_another_hash(slot: str, words: str) -> None:
    said = " ".join(words.split())
    if not said or said == FULL[slot]:
        return
    other = sheet(**(FULL | {slot: words}))
    same = other.get(slot) == sheet(**FULL).get(slot)
    assert (terms_hash(other) == terms_hash(sheet(**FULL))) == same


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.sampled_from(["USD", "EUR", "JPY", "KWD"]))
def test_two_fees_have_one_hash_only_when_they_are_one_amount(first: int, second: int, currency: str) -> None:
    made = [Terms.of([Term("fee", fee=Money(minor, currency))]) for minor in (first, second)]
    assert (terms_hash(made[0]) == terms_hash(made[1])) == (first == second)


def test_composed_and_decomposed_letters_are_one_agreement() -> None:
    assert terms_hash(sheet(content="Café post")) == terms_hash(sheet(content="Cafe\u0301 post"))


def test_the_same_amount_in_another_currency_is_another_agreement() -> None:
    usd, eur = (Terms.of([Term("fee", fee=Money(100, code))]) for code in ("USD", "EUR"))
    assert terms_hash(usd) != terms_hash(eur)


@pytest.mark.parametrize(
    ("written", "kept", "days"),
    [
        ("90 days", "90 days", 90), ("90d", "90 days", 90), ("1 day", "1 day", 1), ("2 weeks", "2 weeks", 14),
        ("3mo", "3 months", 90), ("1 Year", "1 year", 365), ("forever", "for good", None), ("for good", "for good", None),
    ],
)  # fmt: skip
def test_retention_is_understood_as_people_write_it(written: str, kept: str, days: int | None) -> None:
    term = read(slot_named("retention"), written, currency="USD")
    assert term.value == kept
    assert retention_days(kept) == days


@pytest.mark.parametrize(
    ("slot", "text", "message"),
    [
        ("retention", "a while", "not a length of time"),
        ("retention", "0 days", "not a length of time"),
        ("go_live", "01.12.2026", "not a day"),
        ("go_live", "2026-02-30", "not a day"),
        ("fee", "-5", "cannot be negative"),
        ("fee", "12.345", "more decimals"),
        ("fee", "much", "not an amount"),
        ("content", "   ", "is empty"),
    ],
)
def test_what_makes_no_sense_is_refused_with_an_example(slot: str, text: str, message: str) -> None:
    with pytest.raises(WrongUsage, match=message) as refused:
        read(slot_named(slot), text, currency="USD")
    assert refused.value.hint


def test_an_unknown_term_is_answered_with_those_there_are() -> None:
    with pytest.raises(WrongUsage, match="no term “price”") as refused:
        slot_named("price")
    assert "content, captions, go_live" in (refused.value.hint or "")


def test_only_what_says_something_else_is_a_difference() -> None:
    before = sheet(content="1 reel", fee="250")
    after = {"content": Term("content", OutsideText("1 reel")), "fee": Term("fee", fee=Money(30000, "USD"))}
    assert differences(before, after) == ("fee",)


@given(st.text(max_size=200))
def test_no_text_for_a_term_makes_anything_but_a_term_or_a_clear_refusal(text: str) -> None:
    for slot in slots():
        with suppress(WrongUsage):
            assert read(slot, text, currency="USD").slot == slot.name
