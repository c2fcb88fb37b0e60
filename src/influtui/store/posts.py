"""Rows of `posts` with their series of numbers, and the other things that results are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from influtui.model.ids import CollaborationId, PostId
from influtui.model.money import Money
from influtui.model.posts import METRICS, Numbers, Post, Snapshot
from influtui.store.brands import money
from influtui.store.creators import Reader
from influtui.store.database import Row

_SERIES: Final = f"SELECT post_id, at, source, {', '.join(METRICS)} FROM post_snapshots"


async def of_collaborations(reader: Reader, collaborations: Sequence[int]) -> list[Post]:
    """The posts of collaborations, oldest first."""
    return await _posts(reader, "collaboration_id IN ({})", collaborations)


async def by_ids(reader: Reader, ids: Sequence[int]) -> list[Post]:
    """Posts by id."""
    return await _posts(reader, "id IN ({})", ids)


async def by_url(reader: Reader, url: str) -> Post | None:
    """The post of an address in its stored form."""
    rows = await reader.all("SELECT id FROM posts WHERE url = ?", (url,))
    found = await by_ids(reader, [rows[0]["id"]]) if rows else []
    return found[0] if found else None


async def account_of(reader: Reader, platform: str, handle_key: str) -> Any | None:
    """The account that a post's address names: its id and person."""
    rows = await reader.all(
        "SELECT id, person_id FROM creators WHERE platform = ? AND handle_key = ?", (platform, handle_key)
    )
    return rows[0] if rows else None


async def parcel_costs(reader: Reader, collaborations: Sequence[int]) -> dict[CollaborationId, list[Money | None]]:
    """What each parcel of each collaboration cost to send; None where nobody said. Cancelled ones cost nothing."""
    found: dict[CollaborationId, list[Money | None]] = {}
    for start in range(0, len(collaborations), 500):
        chunk = list(collaborations[start : start + 500])
        marks = ", ".join("?" * len(chunk))
        for row in await reader.all(
            "SELECT collaboration_id, cost_minor, currency FROM shipments WHERE state NOT IN ('draft', 'cancelled')"
            f" AND collaboration_id IN ({marks}) ORDER BY id",
            chunk,
        ):
            costs = found.setdefault(CollaborationId(row["collaboration_id"]), [])
            costs.append(money(row["cost_minor"], row["currency"]))
    return found


async def _posts(reader: Reader, where: str, ids: Sequence[int]) -> list[Post]:
    rows: list[Row] = []
    for start in range(0, len(ids), 500):
        chunk = list(ids[start : start + 500])
        condition = where.format(", ".join("?" * len(chunk)))
        rows += await reader.all(f"SELECT * FROM posts WHERE {condition} ORDER BY id", chunk)
    series: dict[int, list[Snapshot]] = {row["id"]: [] for row in rows}
    found = list(series)
    for start in range(0, len(found), 500):
        chunk = found[start : start + 500]
        for row in await reader.all(
            f"{_SERIES} WHERE post_id IN ({', '.join('?' * len(chunk))}) ORDER BY at, id", chunk
        ):
            numbers = Numbers(**{metric: row[metric] for metric in METRICS})
            series[row["post_id"]].append(Snapshot(at=row["at"], source=row["source"], numbers=numbers))
    return [_post(row, series[row["id"]]) for row in rows]


def _post(row: Row, series: Sequence[Snapshot]) -> Post:
    return Post(
        id=PostId(row["id"]),
        collaboration=CollaborationId(row["collaboration_id"]),
        platform=row["platform"],
        handle=row["handle"],
        native_id=row["native_id"],
        url=row["url"],
        posted_at=row["posted_at"],
        recorded_at=row["recorded_at"],
        snapshots=tuple(series),
    )
