"""Rows of `creators` as records, and how to find them by what a person writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from influtui.model.audience import shares
from influtui.model.creators import Creator, Ref, handle_key, split
from influtui.model.failures import NotFound
from influtui.model.ids import CreatorId
from influtui.model.tiers import TierScheme, default_scheme
from influtui.model.times import rfc3339
from influtui.store.database import Reader as Reader
from influtui.store.database import Row

COLUMNS: Final = (
    "id, person_id, platform, handle, name, url, bio, country, language, topics, tags, email, followers, following, posts,"
    " engagement_rate, engagement_variant, avg_views, avg_likes, avg_comments, avg_shares, as_of, found_by, found_detail,"
    " audience, audience_as_of"
)
"""What a `Creator` record is made of."""

_CHUNK: Final = 500


def record(row: Row, scheme: TierScheme | None = None) -> Creator:
    """One row (with at least `COLUMNS`) as a record."""
    columns: dict[str, Any] = {name: row[name] for name in row.keys() if name in _PLAIN}  # noqa: SIM118
    return Creator(
        ref=f"{row['platform']}:{row['handle']}",
        person=row["person_id"],
        tier=(scheme or default_scheme()).of(row["followers"]),
        topics=split(row["topics"]),
        tags=split(row["tags"]),
        as_of=rfc3339(row["as_of"]),
        audience=shares(row["audience"]),
        audience_as_of=rfc3339(row["audience_as_of"]),
        **columns,
    )


_PLAIN: Final = frozenset(COLUMNS.split(", ")) - {
    "person_id", "topics", "tags", "as_of", "audience", "audience_as_of",
}  # fmt: skip


async def by_ids(reader: Reader, ids: Sequence[int], scheme: TierScheme | None = None) -> list[Creator]:
    """The records of `ids`, in that order; ids that are gone are left out."""
    found: dict[int, Creator] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = list(ids[start : start + _CHUNK])
        marks = ", ".join("?" * len(chunk))
        for row in await reader.all(f"SELECT {COLUMNS} FROM creators WHERE id IN ({marks})", chunk):
            found[row["id"]] = record(row, scheme)
    return [found[each] for each in ids if each in found]


async def find(reader: Reader, ref: Ref) -> Creator:
    """The account that `ref` names. Raises `NotFound`, naming it."""
    by_id = ref.id is not None
    where = "id = ?" if by_id else "platform = ? AND handle_key = ?"
    values = (ref.id,) if by_id else (ref.platform, handle_key(ref.handle or ""))
    rows = await reader.all(f"SELECT {COLUMNS} FROM creators WHERE {where}", values)
    if not rows:
        raise NotFound(f"there is no creator {ref}", hint="`influtui creators search` lists who is known.")
    return record(rows[0])


async def has_platform(reader: Reader, platform: str) -> bool:
    """Whether any account of `platform` is known: plugins bring platforms of their own."""
    return bool(await reader.all("SELECT 1 FROM creators WHERE platform = ? LIMIT 1", (platform,)))


async def of_person(reader: Reader, person: int) -> list[Creator]:
    """All accounts of a person, the largest first."""
    rows = await reader.all(
        f"SELECT {COLUMNS} FROM creators WHERE person_id = ? ORDER BY followers DESC, id", (person,)
    )
    return [record(row) for row in rows]


async def of_name(reader: Reader, name: str, *, limit: int = 3) -> list[Creator]:
    """Accounts of that very name, the largest first."""
    rows = await reader.all(
        f"SELECT {COLUMNS} FROM creators WHERE name = ? COLLATE NOCASE ORDER BY followers DESC, id LIMIT ?",
        (name, limit),
    )
    return [record(row) for row in rows]


async def of_persons(reader: Reader, persons: Sequence[int]) -> dict[int, list[Creator]]:
    """All accounts of several persons, the largest of each first."""
    found: dict[int, list[Creator]] = {}
    for start in range(0, len(persons), _CHUNK):
        chunk = list(persons[start : start + _CHUNK])
        marks = ", ".join("?" * len(chunk))
        for row in await reader.all(
            f"SELECT {COLUMNS} FROM creators WHERE person_id IN ({marks}) ORDER BY followers DESC, id", chunk
        ):
            found.setdefault(row["person_id"], []).append(record(row))
    return found


def ids_of(creators: Sequence[Creator]) -> list[CreatorId]:
    """The ids of records, in their order."""
    return [creator.id for creator in creators]
