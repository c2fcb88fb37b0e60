"""Which value wins when a known account is described again. Pure.

The newest measurement wins in the account's row, an older one only fills what was unknown, and both stay in the series.
What a person may have set by hand (name, country, topics) is replaced only by a newer measurement; a source that measured
nothing, or says again what it said, only fills gaps. Topics and tags are joined. Where somebody was found stays as first
written.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from influtui.model.audience import together
from influtui.model.creators import METRICS, joined, split
from influtui.model.profile_records import Measured, ProfileRecord, metrics

DESCRIPTIVE: Final = ("handle", "name", "url", "bio", "country", "language", "email")
"""What a newer source may replace."""

LATER_MS: Final = 60_000
"""How far a second, different statement of one source for one moment may be moved to stand beside the first."""


def changes(row: Any, record: ProfileRecord, *, at: int | None, is_news: bool, said_at: int) -> dict[str, Any]:
    """The columns of a known account that `record` changes.

    `at` is when the record was measured (None: it measured nothing); `is_news` says whether its measurement was not
    known before. `said_at` is when its audience was what it says, which has an age of its own.
    """
    known_at = row["as_of"]
    newer = is_news and at is not None and (known_at is None or at > known_at)
    changed: dict[str, Any] = {}
    for name, value in zip(METRICS, metrics(record), strict=True):
        if value is not None and value != row[name] and (newer or row[name] is None):
            changed[name] = value
    if "engagement_rate" in changed and record.engagement_variant != row["engagement_variant"]:
        changed["engagement_variant"] = record.engagement_variant
    for name in DESCRIPTIVE:
        value = getattr(record, name)
        if value is not None and value != row[name] and (newer or row[name] is None):
            changed[name] = value
    for name in ("topics", "tags"):
        added = getattr(record, name)
        if added:
            together = joined([*split(row[name]), *added])
            if together != row[name]:
                changed[name] = together
    if record.audience is not None:
        changed |= _audience(row, record.audience, said_at)
    for name in ("found_by", "found_detail"):
        value = getattr(record, name)
        if value is not None and row[name] is None:
            changed[name] = value
    if (newer and at != known_at) or (known_at is None and at is not None):
        changed["as_of"] = at
    return changed


def _audience(row: Any, audience: str, at: int) -> dict[str, Any]:
    newer = row["audience_as_of"] is None or at > row["audience_as_of"]
    merged = together(row["audience"], audience, newer=newer)
    if merged == row["audience"]:
        return {}
    return {"audience": merged, **({"audience_as_of": at} if newer else {})}


def place(series: list[Any], measured: Measured, *, only_if_different: bool) -> Measured | None:
    """Where a measurement goes in its source's series; None where the series says it already.

    `only_if_different`: the moment is not the source's own word (a file's age), so the same values as the newest ones are
    no news. A different statement for a moment that is taken is put a millisecond later, and both are kept.
    """
    values = metrics(measured)
    if only_if_different and series and _values(series[-1]) == values:
        return None
    taken = {row["at"]: row for row in series}
    at = measured.at
    while at in taken:
        if _values(taken[at]) == values:
            return None
        at += 1
        if at > measured.at + LATER_MS:
            return None
    return measured if at == measured.at else msgspec.structs.replace(measured, at=at)


def _values(row: Any) -> tuple[Any, ...]:
    return tuple(row[name] for name in METRICS)
