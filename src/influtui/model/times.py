"""Times: stored as whole milliseconds since 1970 in UTC, given to programs as RFC 3339, to people to the minute."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final, NewType

Millis = NewType("Millis", int)
"""Milliseconds since 1970-01-01T00:00:00Z."""

_STAMP: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"


def millis(moment: datetime) -> Millis:
    """An aware datetime as milliseconds. A naive one is a programming error and raises `ValueError`."""
    if moment.tzinfo is None:
        raise ValueError("a naive time has no place on the time line")
    return Millis(round(moment.timestamp() * 1000))


def moment(at: int) -> datetime:
    """Milliseconds as an aware datetime in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)


def rfc3339(at: int | None) -> str | None:
    """`2026-11-23T16:20:00Z`, with milliseconds only where there are any; None stays None."""
    if at is None:
        return None
    stamp = moment(at)
    return stamp.isoformat(timespec="milliseconds" if stamp.microsecond else "seconds").replace("+00:00", "Z")


def minute(at: int | str | None) -> str:
    """`2026-11-23 16:20Z`: a stored time, or an RFC 3339 one in UTC, as the command line tells it to people; `-` for None."""
    text = at if isinstance(at, str) else rfc3339(at)
    return f"{text[:16].replace('T', ' ')}Z" if text else "-"


def minutes_in(text: str) -> str:
    """A sentence for a person with every RFC 3339 time in it as `minute` tells it."""
    return re.sub(_STAMP, lambda found: minute(found[0]), text)


def day(at: int | str | None) -> str:
    """`2026-11-23`: the day of such a time in UTC; `-` for None."""
    return minute(at)[:10]


def to_the_second(at: int | None) -> str | None:
    """`rfc3339` of the next whole second: a time to come that a person reads."""
    return None if at is None else rfc3339(-(-at // 1000) * 1000)
