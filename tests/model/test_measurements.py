"""Measured values: unknown stays unknown, sources stand side by side."""

from __future__ import annotations

import pytest

from influtui.model.measurements import Measured, Reading, differ, opinions, quality_by_metric
from influtui.model.times import Millis


def reading(at: int, source: str, followers: int | None = None, **quality: str) -> Reading:
    values = {} if followers is None else {"followers": followers}
    return Reading(Millis(at), source, values, quality)  # type: ignore[arg-type]


def test_the_newest_value_leads_and_every_other_source_keeps_its_own_last_word() -> None:
    found = opinions([reading(1, "a", 100), reading(3, "b", 130), reading(2, "a", 110)])["followers"]
    assert found.newest == Measured(130, Millis(3), "b", "exact")
    assert found.others == (Measured(110, Millis(2), "a", "exact"),)
    assert found.disagree


def test_a_later_reading_that_says_nothing_of_a_metric_does_not_erase_it() -> None:
    found = opinions([reading(1, "a", 100), reading(2, "a")])
    assert found["followers"].newest.value == 100


def test_a_metric_nobody_measured_is_absent_and_not_zero() -> None:
    assert "avg_views" not in opinions([reading(1, "a", 0)])
    assert opinions([reading(1, "a", 0)])["followers"].newest.value == 0


def test_a_hidden_count_is_known_to_be_hidden() -> None:
    found = opinions([Reading(Millis(1), "a", {}, {"followers": "hidden"})])["followers"].newest
    assert (found.value, found.quality) == (None, "hidden")


@pytest.mark.parametrize(
    ("one", "other", "apart"), [(100, 110, False), (100, 112, True), (0, 0, False), (0, 1, True), (None, 5, False)]
)
def test_rounding_is_no_disagreement(one: int | None, other: int | None, apart: bool) -> None:
    assert differ(one, other) is apart
    assert differ(other, one) is apart


def test_the_stored_quality_is_one_word_or_one_by_metric() -> None:
    assert quality_by_metric("rounded") == {"*": "rounded"}
    assert quality_by_metric('{"followers":"rounded","avg_likes":"hidden"}') == {
        "followers": "rounded",
        "avg_likes": "hidden",
    }
    assert quality_by_metric("something newer") == {"*": "estimated"}
