"""Whose figures are old: accounts by the age of what was measured of them, never measured ones first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from influtui.model.ids import CreatorId
from influtui.store.database import Reader
from influtui.store.journal import chunks


class Aged(NamedTuple):
    """An account and the time of its newest measured value; None where nothing was measured."""

    id: int
    platform: str
    handle: str
    as_of: int | None


async def of(reader: Reader, ids: Sequence[CreatorId]) -> list[Aged]:
    """The accounts with these ids, oldest figures first."""
    found: list[Aged] = []
    for some in chunks(ids):
        marks = ", ".join("?" * len(some))
        rows = await reader.all(f"SELECT id, platform, handle, as_of FROM creators WHERE id IN ({marks})", some)
        found += [Aged(row["id"], row["platform"], row["handle"], row["as_of"]) for row in rows]
    return sorted(found, key=lambda each: (each.as_of is not None, each.as_of or 0, each.id))


async def oldest(reader: Reader, platforms: Sequence[str], before: int, limit: int) -> list[Aged]:
    """The `limit` accounts of these platforms whose figures are the oldest, all of them from before `before`."""
    marks = ", ".join("?" * len(platforms))
    rows = await reader.all(
        f"SELECT id, platform, handle, as_of FROM creators WHERE platform IN ({marks}) AND (as_of IS NULL OR as_of < ?)"
        " ORDER BY as_of IS NOT NULL, as_of, id LIMIT ?",
        (*platforms, before, limit),
    )
    return [Aged(row["id"], row["platform"], row["handle"], row["as_of"]) for row in rows]
