"""What a platform allows is counted as the platform counts it: by day in its own zone, by rolling window, by key."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.api import QuotaExhausted
from influtui.host.budgets import Ledger, Use
from influtui.host.manifests import Budget, Headers

NOON = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp() * 1000)
HOUR, DAY = 3_600_000, 86_400_000

SEARCHES = Budget("searches", 2, "1d", reset="00:00 America/Los_Angeles", methods=("search",))
POINTS = Budget(
    "units", 10, "1d", unit="point", reset="00:00 America/Los_Angeles", cost={"search": 0, "channels": 4}, label="units"
)
HASHTAGS = Budget("hashtags", 2, "7d", unit="unique_key", kind="rolling", methods=("hashtag",), label="hashtags")
HOURLY = Budget("hourly", 60, "1h", kind="rolling")


class Clock:
    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def left(ledger: Ledger) -> dict[str, int]:
    return {quota.budget: quota.left for quota in ledger.quotas()}


def test_a_call_is_counted_where_its_method_belongs_and_at_its_cost() -> None:
    ledger = Ledger([SEARCHES, POINTS], {}, Clock())
    ledger.spend("search")
    ledger.spend("channels")
    ledger.spend("videos")
    assert left(ledger) == {"searches": 1, "units": 5}


def test_a_call_that_one_budget_refuses_is_counted_in_none() -> None:
    ledger = Ledger([SEARCHES, POINTS], {}, Clock())
    ledger.spend("channels")
    ledger.spend("channels")
    with pytest.raises(QuotaExhausted, match="8 of 10 units of the units budget"):
        ledger.spend("channels")
    assert left(ledger) == {"searches": 2, "units": 2}


@pytest.mark.parametrize(("now", "resets"), [
    ("2026-11-22T12:00:00+00:00", "2026-11-23T08:00:00+00:00"),
    ("2026-07-01T06:59:00+00:00", "2026-07-01T07:00:00+00:00"),
    # The day on which the clocks go back has 25 hours, the one on which they go forward 23.
    ("2026-11-01T07:30:00+00:00", "2026-11-02T08:00:00+00:00"),
    ("2026-03-08T08:30:00+00:00", "2026-03-09T07:00:00+00:00"),
])  # fmt: skip
def test_a_day_ends_at_midnight_of_the_platforms_zone(now: str, resets: str) -> None:
    clock = Clock(int(datetime.fromisoformat(now).timestamp() * 1000))
    ledger = Ledger([SEARCHES], {}, clock)
    ledger.spend("search")
    ledger.spend("search")
    with pytest.raises(QuotaExhausted) as spent:
        ledger.spend("search")
    assert spent.value.resets_at == datetime.fromisoformat(resets)
    clock.now = int(datetime.fromisoformat(resets).timestamp() * 1000)
    ledger.spend("search")
    assert left(ledger) == {"searches": 1}


def test_thirty_different_hashtags_in_seven_days_and_the_same_one_as_often_as_wanted() -> None:
    clock = Clock()
    ledger = Ledger([HASHTAGS], {}, clock)
    for _ in range(5):
        ledger.spend("hashtag", "VeganBaking")
        ledger.spend("hashtag", "veganbaking")
        ledger.spend("media")
    clock.now += 2 * DAY
    ledger.spend("hashtag", "cake")
    ledger.spend("hashtag", "cake")
    with pytest.raises(QuotaExhausted, match="all 2 hashtags") as spent:
        ledger.spend("hashtag", "bread")
    assert spent.value.resets_at == datetime.fromtimestamp((NOON + 7 * DAY) / 1000, UTC)
    clock.now = NOON + 7 * DAY
    ledger.spend("hashtag", "bread")
    with pytest.raises(QuotaExhausted):
        ledger.spend("hashtag", "veganbaking")


def test_what_was_asked_for_is_not_kept_only_that_it_was_the_same() -> None:
    ledger = Ledger([HASHTAGS], {}, Clock())
    ledger.spend("hashtag", "anna_of_example")
    assert "anna" not in repr(ledger.take_additions())


@given(st.lists(st.integers(min_value=0, max_value=10 * 60_000), max_size=200))
def test_no_hour_ever_holds_more_calls_than_a_rolling_budget_allows(pauses: list[int]) -> None:
    clock = Clock()
    ledger = Ledger([HOURLY], {}, clock)
    made: list[int] = []
    told: list[tuple[datetime | None, int]] = []
    for pause in pauses:
        clock.now += pause
        try:
            ledger.spend()
            made.append(clock.now)
        except QuotaExhausted as spent:
            told.append((spent.resets_at, clock.now))
    assert all(resets is not None and resets.timestamp() * 1000 > at for resets, at in told)
    assert all(sum(start - HOUR < at <= start for at in made) <= 60 for start in made)


@pytest.mark.parametrize(("headers", "expected"), [
    ({"x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":91}'}, 9),
    ({"x-app-usage": '{"1789":[{"type":"instagram","call_count":40,"estimated_time_to_regain_access":99}]}'}, 60),
    ({"x-app-usage": "55.5"}, 44), ({"x-app-usage": "<html>"}, 100), ({"x-app-usage": "true"}, 100), ({}, 100),
    ({"x-app-usage": '{"call_count":900}'}, 0),
])  # fmt: skip
def test_a_share_in_percent_corrects_the_count(headers: dict[str, str], expected: int) -> None:
    ledger = Ledger([Budget("calls", 100, "1h", kind="rolling", headers=Headers(percent="x-app-usage"))], {}, Clock())
    ledger.correct(headers)
    assert left(ledger) == {"calls": expected}


def test_the_platforms_word_never_gives_calls_back() -> None:
    ledger = Ledger([Budget("calls", 100, "1h", headers=Headers(remaining="left"))], {}, Clock())
    ledger.spend()
    ledger.correct({"left": "10"})
    ledger.correct({"left": "99", "ratelimit-remaining": "1"})
    ledger.spend()
    assert left(ledger) == {"calls": 9}


def test_two_runs_at_once_both_count_and_nothing_is_counted_twice() -> None:
    clock = Clock()
    one, two = (Ledger([Budget("calls", 100, "1h")], {"calls": {"": Use(NOON - 1000, 5)}}, clock) for _ in range(2))
    for ledger in (one, two):
        ledger.spend()
    first, second = one.take_additions()[0], two.take_additions()[0]
    assert (first.added, second.added) == (1, 1)
    assert one.take_additions() == []
    two.refresh({"calls": {"": Use(NOON - 1000, 7)}})
    assert left(two) == {"calls": 93}
    one.refresh({"calls": {"": Use(NOON - 1000, 5)}})
    assert left(one) == {"calls": 94}, "a call that is on its way into the store is not forgotten"
