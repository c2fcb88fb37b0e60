"""Amounts in minor units, read and written without a float."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.failures import WrongUsage
from influtui.model.money import Money


@given(st.integers(-(10**12), 10**12), st.sampled_from(["USD", "EUR", "JPY", "KWD"]))
def test_an_amount_reads_back_as_it_was_written(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(money.amount, currency) == money


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("12.5", "usd", "12.50 USD"),
        ("1,200", "JPY", "1200 JPY"),
        ("1,234,567.89", "USD", "1234567.89 USD"),
        ("0.125", "KWD", "0.125 KWD"),
        ("-3", "EUR", "-3.00 EUR"),
    ],
)
def test_a_currency_knows_its_decimals(amount: str, currency: str, written: str) -> None:
    assert str(Money.parse(amount, currency)) == written


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("12.505", "USD"), ("1.5", "JPY"), ("", "USD"), ("free", "USD"), ("nan", "USD"), ("1", "DOLLAR"), ("1", "1"),
     ("12,50", "EUR"), ("1,2345", "USD"), ("1e30", "USD"), ("1_000", "USD"), ("9" * 16, "USD"), ("٣", "USD")],
)  # fmt: skip
def test_what_is_not_exact_money_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(WrongUsage):
        Money.parse(amount, currency)


def test_two_currencies_do_not_add() -> None:
    with pytest.raises(WrongUsage, match=r"12\.00 USD and 3\.00 EUR"):
        Money(1200, "USD") + Money(300, "EUR")
