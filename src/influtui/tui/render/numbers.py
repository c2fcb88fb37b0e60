"""Numbers, ages and shares as people read them. Unknown is a dash, never a zero."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from influtui.model.times import millis
from influtui.tui.render.spans import Look

UNKNOWN: Final = "-"
_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000


def compact(number: float | None) -> str:
    """`1234567` as `1.23M`, three figures at most; exact below ten thousand."""
    if number is None:
        return UNKNOWN
    if abs(number) < 10_000:
        return f"{number:,.0f}"
    for unit, size in (("K", 1e3), ("M", 1e6), ("G", 1e9)):
        scaled = number / size
        if abs(scaled) < 999.5:
            places = 0 if abs(scaled) >= 99.95 else 1 if abs(scaled) >= 9.995 else 2
            return f"{scaled:.{places}f}{unit}"
    return f"{number:.1e}"


def exact(number: float | None) -> str:
    """`1234567` as `1,234,567`."""
    return UNKNOWN if number is None else f"{number:,.0f}"


def percent(number: float | None) -> str:
    """A share that is already in percent: `2.41%`."""
    if number is None:
        return UNKNOWN
    return f"{number:.0f}%" if abs(number) >= 100 else f"{number:.1f}%" if abs(number) >= 10 else f"{number:.2f}%"


def age(at: int | str | None, now: int) -> str:
    """How long ago, in two or three characters: `now`, `5m`, `3h`, `12d`, `4mo`, `2y`."""
    then = when(at)
    if then is None:
        return UNKNOWN
    passed = now - then
    if passed < _MINUTE:
        return "now"
    for unit, size, limit in (("m", _MINUTE, 60), ("h", _HOUR, 48), ("d", _DAY, 100), ("mo", 30 * _DAY, 24)):
        if passed // size < limit:
            return f"{passed // size}{unit}"
    return f"{passed // (365 * _DAY)}y"


def aged(at: int | str | None, now: int) -> str:
    """The same within a sentence: `now`, `5m ago`; `-` where it is not known."""
    told = age(at, now)
    return told if told in ("now", UNKNOWN) else f"{told} ago"


def when(at: int | str | None) -> int | None:
    """A stored time or an RFC 3339 one, in milliseconds."""
    if at is None or isinstance(at, int):
        return at
    return millis(datetime.fromisoformat(at))


def day(at: int | str | None) -> str:
    """The date of a time, in UTC: `2026-11-22`."""
    then = when(at)
    return UNKNOWN if then is None else datetime.fromtimestamp(then / 1000).astimezone().strftime("%Y-%m-%d")


def stamp(at: int | str | None) -> str:
    """Date and time of day where the reader is: `2026-11-22 14:05`."""
    then = when(at)
    return UNKNOWN if then is None else datetime.fromtimestamp(then / 1000).astimezone().strftime("%Y-%m-%d %H:%M")


def sparkline(values: Sequence[float | None], look: Look, width: int = 24) -> str:
    """A series as one line of blocks, newest last; unknown points are blanks. Of many points, evenly chosen ones."""
    shown = list(values)
    if len(shown) > width > 1:
        shown = [shown[round(at * (len(shown) - 1) / (width - 1))] for at in range(width)]
    known = [value for value in shown if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    blocks = look.glyphs.spark
    step = (high - low) / (len(blocks) - 1) if high > low else 0
    middle = len(blocks) // 2
    return "".join(" " if value is None else blocks[round((value - low) / step) if step else middle] for value in shown)
