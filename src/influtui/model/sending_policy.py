"""When a mailbox may send: daily limit with its ramp, gap and jitter, and the hours of the creator's day.

Pure: the time, the counts and the settings come in. The same functions judge a message at the last moment before it is
transmitted and lay out the next seven days.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from influtui.model import records
from influtui.model.failures import NeedsConfiguration
from influtui.model.shipped import shipped

DAY_MS: Final = 86_400_000
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FAR: Final = 15
"""Days to look ahead for an open window: longer than any week."""


class Window(msgspec.Struct, frozen=True):
    """Hours of a day and days of a week in which letters go. `end` may be 24:00."""

    start_minute: int
    end_minute: int
    days: frozenset[int]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How one mailbox sends by itself."""

    daily_limit: int
    ramp_start: int
    ramp_step: int
    gap_s: int
    jitter_s: int
    window: str
    days: str
    time_zone: str | None = None
    """Where nobody knows where a creator is. None: UTC."""
    approve: bool = False
    """Whether letters go without being approved one by one."""
    rest_hours: int
    month_limit: int
    rate_days: int
    bounces: int
    bounce_percent: int
    complaints: int
    stale_hours: int
    answers_within_s: int

    def allowance(self, days: int) -> int:
        """Letters in 24 hours, `days` whole days after the mailbox's first."""
        return min(self.daily_limit, self.ramp_start + self.ramp_step * days)

    def gap_ms(self, seed: str) -> int:
        """Milliseconds after a letter, by chance but the same for the same letter: `seed` names it."""
        share = int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=4).digest()) / 2**32
        return round(self.gap_s + self.jitter_s * share) * 1000


@cache
def defaults() -> Policy:
    """What `model/data/sending.toml` says."""
    tables = tomllib.loads(shipped("sending.toml"))
    return records.convert({name: value for table in tables.values() for name, value in table.items()}, Policy)


@lru_cache(maxsize=64)
def window(hours: str, days: str) -> Window:
    """`09:00-18:00` on `mon-fri` (or `mon,wed`). Raises `NeedsConfiguration` naming what cannot be read."""
    try:
        first, _, last = hours.partition("-")
        start, end = _minute(first), _minute(last)
        if not start < end:
            raise ValueError(hours)
    except ValueError:
        raise NeedsConfiguration(
            f"“{hours}” is not a window of a day", hint="config set sending.window 09:00-18:00"
        ) from None
    found: set[int] = set()
    for part in days.casefold().replace(" ", "").split(","):
        begin, _, until = part.partition("-")
        if begin not in _DAYS or (until or begin) not in _DAYS:
            raise NeedsConfiguration(f"“{days}” does not name days", hint="config set sending.days mon-fri")
        count = (_DAYS.index(until or begin) - _DAYS.index(begin)) % 7
        found |= {(_DAYS.index(begin) + each) % 7 for each in range(count + 1)}
    return Window(start, end, frozenset(found))


def _minute(text: str) -> int:
    hours, _, minutes = text.strip().partition(":")
    if text.strip() == "24:00":
        return 24 * 60
    found = time(int(hours), int(minutes or 0))
    return found.hour * 60 + found.minute


@cache
def _zones() -> dict[str, tuple[str, str]]:
    lines = [line for line in shipped("time_zones.tsv").splitlines() if line and not line.startswith("#")]
    return {country: (west, east) for country, west, east in (line.split("\t") for line in lines[1:])}


def zones_of(country: str | None, otherwise: str | None = None) -> tuple[str, ...]:
    """The time zones in which it must be day for somebody in a country; `otherwise` (or UTC) where nobody knows."""
    known = _zones().get((country or "").upper())
    return tuple(dict.fromkeys(known)) if known else (otherwise or "UTC",)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise NeedsConfiguration(
            f"there is no time zone “{name}”", hint="config set sending.time_zone Europe/Berlin"
        ) from None


def opening(hours: Window, zones: Sequence[str], at: int) -> tuple[int, int]:
    """When letters may go next, at `at` or later, and until when: it must be open in every one of `zones`."""
    start = at
    for _ in range(4 * _FAR):
        spans = [_span(hours, _zone(name), start) for name in zones]
        opens, closes = max(span[0] for span in spans), min(span[1] for span in spans)
        if opens < closes:
            return max(opens, at), closes
        # Not open everywhere at once on this day: go on where the first of them has closed.
        start = closes
    raise NeedsConfiguration(
        f"no hour of the window is open in {' and '.join(zones)} at once", hint="Make sending.window wider."
    )


def _span(hours: Window, zone: ZoneInfo, at: int) -> tuple[int, int]:
    """The window of one zone that is open at `at`, or the next."""
    here = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    for ahead in range(_FAR):
        day = here.date() + timedelta(days=ahead)
        if day.weekday() not in hours.days:
            continue
        midnight = datetime.combine(day, time(), zone)
        opens = _at_minute(midnight, hours.start_minute)
        closes = _at_minute(midnight, hours.end_minute)
        if closes > at:
            return opens, closes
    raise NeedsConfiguration("no day of the week is left to send on", hint="config set sending.days mon-fri")


def _at_minute(midnight: datetime, minute: int) -> int:
    # The wall clock's own minute: a day with a change of the clocks has 23 or 25 hours.
    day = midnight.date() + timedelta(days=minute // (24 * 60))
    moment = datetime.combine(day, time(minute % (24 * 60) // 60, minute % 60), midnight.tzinfo)
    return round(moment.timestamp() * 1000)


def local_time(zones: Sequence[str], at: int) -> str:
    """`02:10 in Asia/Tokyo`, for a person to read."""
    here = datetime.fromtimestamp(at / 1000, UTC).astimezone(_zone(zones[0]))
    return f"{here:%a %H:%M} in {zones[0].rpartition('/')[2].replace('_', ' ')}"
