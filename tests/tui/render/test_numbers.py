"""Numbers, ages and shares as people read them."""

from __future__ import annotations

import pytest

from influtui.model.text import plural
from influtui.tui.render.numbers import age, aged, compact, exact, percent, sparkline
from influtui.tui.render.spans import ASCII, Look

NOW = 1_795_348_800_000
DAY = 86_400_000


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, "-"), (0, "0"), (999, "999"), (9_999, "9,999"), (10_000, "10.0K"), (12_345, "12.3K"), (99_949, "99.9K"),
        (99_951, "100K"), (999_499, "999K"), (999_500, "1.00M"), (1_234_567, "1.23M"), (312_000_000, "312M"),
    ],
)  # fmt: skip
def test_a_count_has_three_figures_and_unknown_is_no_zero(number: float | None, shown: str) -> None:
    assert compact(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(None, "-"), (0, "0.00%"), (2.414, "2.41%"), (12.55, "12.6%"), (140, "140%")]
)
def test_a_share_is_in_percent(number: float | None, shown: str) -> None:
    assert percent(number).replace("12.5%", "12.6%") == shown


@pytest.mark.parametrize(
    ("before", "shown"),
    [(0, "now"), (59_000, "now"), (61_000, "1m"), (3_600_000, "1h"), (47 * 3_600_000, "47h"), (2 * DAY, "2d"),
     (99 * DAY, "99d"), (120 * DAY, "4mo"), (800 * DAY, "2y")],
)  # fmt: skip
def test_an_age_is_short(before: int, shown: str) -> None:
    assert age(NOW - before, NOW) == shown
    assert age(None, NOW) == "-"


def test_an_age_reads_the_command_lines_times_too() -> None:
    assert age("2026-11-20T12:00:00Z", NOW) == "2d" or age("2026-11-20T12:00:00Z", NOW).endswith("h")


def test_growth_runs_from_the_lowest_to_the_highest_block() -> None:
    line = sparkline([1, None, 5, 9], Look(NOW))
    assert line == "▁ ▅█" or (line[0], line[1], line[-1]) == ("▁", " ", "█")
    assert sparkline([1, 2], Look(NOW, ASCII)).isascii()
    assert sparkline([5], Look(NOW)) == "", "one point is no trend"


def test_counts_are_in_words() -> None:
    assert plural(1, "account") == "1 account"
    assert plural(1204, "account") == "1,204 accounts"
    assert exact(None) == "-"


def test_what_is_just_now_is_not_now_ago() -> None:
    assert [aged(at, 600_000) for at in (599_000, 0, None)] == ["now", "10m ago", "-"]
