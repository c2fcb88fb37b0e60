"""Results: named figures, and never a number made of an unknown one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.money import Money
from influtui.model.posts import Numbers
from influtui.model.results import (
    Cost,
    CostPart,
    Line,
    added,
    cost,
    cost_kinds,
    cpm,
    engagements,
    figures,
    median,
    per,
    returns,
    roas,
    roi_percent,
    totals,
)  # fmt: skip

COST = Money(45_000, "USD")


def known(minor: int) -> Cost:
    """A cost that is this fee and nothing else."""
    return cost("USD", [CostPart("fee", Money(minor, "USD"))])


def test_the_reference_campaign_has_its_known_figures() -> None:
    """Cost 450, impressions 38,000, engagements 1,900, orders 9, revenue 1,820."""
    revenue = Money(182_000, "USD")
    assert cpm(COST, 38_000) == pytest.approx(11.84, abs=0.005)
    assert per(COST, 1_900) == pytest.approx(0.2368, abs=0.00005)
    brought = returns(COST, revenue, 9, 0.5)
    assert brought.cpa == pytest.approx(50.00)
    assert brought.aov == pytest.approx(202.22, abs=0.005)
    assert brought.roas == pytest.approx(4.044, abs=0.0005)
    assert brought.roi_revenue == pytest.approx(304.44, abs=0.005)
    assert brought.roi_margin == pytest.approx(102.22, abs=0.005)
    assert returns(COST, revenue, None, None).roi_margin is None


def test_what_has_nothing_to_divide_by_is_undefined_and_not_zero() -> None:
    assert cpm(COST, 0) is None
    assert cpm(COST, None) is None
    assert cpm(None, 38_000) is None
    assert roas(Money(0, "USD"), COST) is None
    assert roi_percent(Money(0, "USD"), COST) is None
    assert roas(COST, Money(1, "EUR")) is None
    assert median([None, None]) is None


def test_a_free_post_costs_nothing_a_thousand() -> None:
    assert cpm(Money(0, "USD"), 1000) == 0


def test_a_currency_without_cents_is_counted_in_whole_units() -> None:
    assert cpm(Money(45_000, "JPY"), 1_000) == 45_000


def test_an_unknown_fee_makes_the_cost_unknown_and_an_unknown_parcel_a_lower_bound() -> None:
    without_fee = cost("USD", [CostPart("fee", None, "no fee is noted"), CostPart("goods", Money(720, "USD"))])
    assert without_fee.total is None
    without_parcel = cost("USD", [CostPart("fee", Money(0, "USD")), CostPart("shipping", None, "not known")])
    assert without_parcel.total == Money(0, "USD")
    assert not without_parcel.complete
    assert known(0).complete


def test_an_amount_in_another_currency_is_not_added_up() -> None:
    mixed = cost("USD", [CostPart("fee", Money(100, "USD")), CostPart("goods", Money(720, "EUR"))])
    assert mixed.total == Money(100, "USD")
    assert mixed.parts[1].unknown == "7.20 EUR is not in USD"


def test_engagements_are_unknown_without_likes_and_else_what_is_known() -> None:
    assert engagements(Numbers(comments=5)) is None
    assert engagements(Numbers(likes=0)) == 0
    assert engagements(Numbers(likes=10, comments=2, saves=3)) == 15


def test_numbers_of_posts_add_up_and_unknown_ones_stay_unknown() -> None:
    assert added([Numbers(likes=1, views=5), Numbers(likes=2)]) == Numbers(likes=3, views=5)


def test_a_campaigns_cpm_is_over_those_alone_whose_cost_and_impressions_are_known() -> None:
    lines = [
        Line(cost=known(10_000), numbers=Numbers(impressions=10_000), posts=1),
        Line(cost=known(30_000), numbers=Numbers(impressions=10_000), posts=2),
        Line(cost=known(99_900), numbers=Numbers(), posts=0),
        Line(cost=cost("USD", [CostPart("fee", None, "?")]), numbers=Numbers(impressions=50_000), posts=1),
    ]
    found = totals(lines, "USD")
    assert found.measured.cpm == pytest.approx(20.0)
    assert (found.measured_of, found.posted, found.posts, found.cost_known_of) == (2, 3, 4, 3)
    assert found.cost == Money(139_900, "USD")
    assert found.median.cpm == pytest.approx(20.0)
    assert found.all_in_cpm is None


def test_all_in_counts_those_who_were_paid_and_never_posted() -> None:
    lines = [
        Line(cost=known(10_000), numbers=Numbers(impressions=10_000), posts=1),
        Line(cost=known(10_000), numbers=Numbers(), posts=0),
    ]
    found = totals(lines, "USD")
    assert (found.measured.cpm, found.all_in_cpm) == (pytest.approx(10.0), pytest.approx(20.0))


def test_all_in_is_unknown_while_a_live_post_has_no_impressions() -> None:
    lines = [
        Line(cost=known(10_000), numbers=Numbers(impressions=10_000), posts=1),
        Line(cost=known(10_000), numbers=Numbers(likes=3), posts=1),
    ]
    assert totals(lines, "USD").all_in_cpm is None


def test_an_empty_campaign_has_no_figures() -> None:
    found = totals([], "USD")
    assert (found.cost, found.measured.cpm, found.all_in_cpm, found.complete) == (None, None, None, False)


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**9)), min_size=1, max_size=10),
)
def test_a_campaigns_cpm_lies_between_its_cheapest_and_its_dearest(pairs: list[tuple[int, int]]) -> None:
    lines = [Line(cost=known(minor), numbers=Numbers(impressions=many), posts=1) for minor, many in pairs]
    singles = [single for line in lines if (single := figures(line.cost.total, line.numbers).cpm) is not None]
    whole = totals(lines, "USD").measured.cpm
    assert whole is not None
    assert min(singles) * 0.999999 <= whole <= max(singles) * 1.000001


def test_every_part_of_the_cost_that_the_field_counts_is_named() -> None:
    assert [kind.name for kind in cost_kinds()] == [
        "fee", "goods", "shipping", "insurance", "duties", "packaging", "commission", "usage", "boost", "platform", "labour",
    ]  # fmt: skip
