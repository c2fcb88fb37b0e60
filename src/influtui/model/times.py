"""Times: stored as whole milliseconds since 1970 in UTC, shown as RFC 3339."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NewType

Millis = NewType("Millis", int)
"""Milliseconds since 1970-01-01T00:00:00Z."""


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


def to_the_second(at: int | None) -> str | None:
    """`rfc3339` of the next whole second: a time to come that a person reads."""
    return None if at is None else rfc3339(-(-at // 1000) * 1000)
