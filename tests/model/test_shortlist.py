"""The shortlist: bounds that warn, and how many to contact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.shortlist import Meter, outreach_target


def meter(picked: int) -> Meter:
    return Meter(picked=picked, reserve=15, wanted=15, to_contact=30, contacted=12, agreed=0, posted=0)


@pytest.mark.parametrize(("picked", "warned"), [(9, True), (10, False), (20, False), (21, True)])
def test_ten_to_twenty_picks_are_usual_and_others_are_warned_of(picked: int, warned: bool) -> None:
    warning = meter(picked).warning
    assert (warning is not None) == warned
    assert warning is None or str(picked) in warning


@pytest.mark.parametrize(
    ("wanted", "ratio", "target"), [(15, 2.0, 30), (7, 2.0, 14), (7, 1.5, 11), (10, 1.1, 11), (1, 1.0, 1)]
)
def test_outreach_goes_to_so_many_for_each_one_wanted_rounded_up(wanted: int, ratio: float, target: int) -> None:
    assert outreach_target(wanted, ratio) == target


@given(st.integers(1, 100_000), st.decimals(1, 100, places=2))
def test_the_target_is_the_smallest_whole_number_that_is_enough(wanted: int, ratio: object) -> None:
    from fractions import Fraction

    target = outreach_target(wanted, float(ratio))  # type: ignore[arg-type]
    exact = Fraction(str(ratio)) * wanted
    assert exact <= target < exact + 1


def test_the_meter_reads_as_one_line() -> None:
    assert meter(14).line() == "picked 14 of 10–20 · reserve 15 · to contact 30, contacted 12"
