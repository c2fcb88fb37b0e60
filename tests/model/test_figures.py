"""Numbers as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.figures import LARGEST, Unreadable, agree, count, figure, groups_by_dots


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12.3M", 12_300_000),
        ("409,8k", 409_800),
        ("475.8m", 475_800_000),
        ("29.0b", 29_000_000_000),
        ("0.89k", 890),
        ("1.2 Mio", 1_200_000),
        ("2.28E+11", 228_000_000_000),
        ("477900000.00", 477_900_000),
        ("1,234,567", 1_234_567),
        ("1.234.567", 1_234_567),
        ("12,34,567", 1_234_567),
        ("1 234 567", 1_234_567),
        ("1'234'567", 1_234_567),
        ("48.000", 48_000),
        ("48,000", 48_000),
        ("48 000", 48_000),
        ("48'000", 48_000),
        ("1.234", 1_234),
        ("48.0", 48),
        ("12,3K", 12_300),
        ("1.234.567,0", 1_234_567),
        ("٣٤٥", 345),
        (" 100+ ", 100),
        ("0", 0),
    ],
)
def test_a_count_is_read_however_it_is_written(written: str, value: int) -> None:
    found = count(written)
    assert found is not None
    assert found.value == value
    assert isinstance(found.value, int)


@pytest.mark.parametrize("written", ["1.39%", "1,39 %", "1.39"])
def test_a_percentage_is_read_with_either_decimal_mark(written: str) -> None:
    found = figure(written)
    assert found is not None
    assert found.value == 1.39


@pytest.mark.parametrize(
    "written", ["", " ", "N/A", "N/A'", "nan", "NaN%", "-", "–", "#VALOR!", "#DIV/0!", "None", "null", "unknown"]
)
def test_unknown_is_none_and_never_zero(written: str) -> None:
    assert figure(written) is None


@pytest.mark.parametrize(
    "written",
    ["abc", "-5", "5-", "1.2.3", "10^3", "1e400", "12x", "1,2,3", "=1+1", "12 monkeys", "1.5.", "k", "1,23,4"],
)
def test_what_is_no_number_is_said_to_be_none(written: str) -> None:
    with pytest.raises(Unreadable):
        figure(written)


@pytest.mark.parametrize("written", ["1.39%", "12.5", "0.004"])
def test_a_count_of_people_is_never_a_fraction(written: str) -> None:
    with pytest.raises(Unreadable):
        count(written)


def test_one_point_before_three_digits_groups_thousands_in_a_count_only() -> None:
    assert count("1.234") is not None
    assert count("1.234").value == 1234  # type: ignore[union-attr]
    assert figure("1.234").value == 1.234  # type: ignore[union-attr]


def test_an_abbreviated_number_is_marked_as_rounded_and_a_full_one_is_not() -> None:
    assert figure("12.3M").rounded  # type: ignore[union-attr]
    assert figure("2.28E+11").rounded  # type: ignore[union-attr]
    assert not figure("12300000").rounded  # type: ignore[union-attr]


@given(st.integers(min_value=0, max_value=LARGEST))
def test_every_whole_number_reads_back_plain_and_grouped(number: int) -> None:
    for written in (str(number), f"{number:,}", f"{number:,}".replace(",", " "), f"{number}.00"):
        found = count(written)
        assert found is not None
        assert found.value == number


@given(st.integers(min_value=1, max_value=10**12), st.sampled_from([("k", 3), ("M", 6), ("b", 9)]), st.integers(0, 2))
def test_an_abbreviation_agrees_with_the_number_that_it_abbreviates(
    number: int, suffix: tuple[str, int], places: int
) -> None:
    letter, power = suffix
    written = figure(f"{number / 10**power:.{places}f}{letter}")
    exact = figure(str(number))
    assert written is not None
    assert exact is not None
    assert agree(written, exact)
    assert not agree(written, exact._replace(value=exact.value + 3 * 10**power))


@given(st.text(max_size=40))
def test_any_text_is_a_number_unknown_or_refused_and_nothing_else(text: str) -> None:
    try:
        found = figure(text)
    except Unreadable:
        return
    assert found is None or 0 <= found.value <= LARGEST


def test_dots_are_thousands_only_where_whole_counts_are_written_so_and_no_average_speaks_against_it() -> None:
    assert groups_by_dots(["48.000", "980"], ["1.250", "33", "12,5"])
    assert not groups_by_dots(["48000", "980"], ["1.250"])
    assert not groups_by_dots(["48.000"], ["1.250", "12.5"])
