"""Rows of `posts` with their series of numbers, and the other things that results are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from influtui.model.ids import CollaborationId, PostId
from influtui.model.money import Money
from influtui.model.posts import METRICS, Numbers, Post, Snapshot
from influtui.store.brands import money
from influtui.store.database import Reader, Row
from influtui.store.filters import Column, Noun

_SERIES: Final = f"SELECT post_id, at, source, {', '.join(METRICS)} FROM post_snapshots"


def _newest(metric: str) -> str:
    return (
        f"(SELECT s.{metric} FROM post_snapshots s WHERE s.post_id = p.id AND s.{metric} IS NOT NULL"
        " ORDER BY s.at DESC, s.id DESC LIMIT 1)"
    )


POSTS: Final = Noun(
    table="p",
    text=("p.url", "coalesce(n.name, a.name, '')", "coalesce(p.handle, '')", "coalesce(a.handle, '')"),
    columns={
        **{metric: Column(_newest(metric)) for metric in METRICS},
        "posted_at": Column("p.posted_at"),
        "counted_at": Column("(SELECT max(s.at) FROM post_snapshots s WHERE s.post_id = p.id)"),
        "campaign": Column("lower(k.code)"),
        "platform": Column("coalesce(p.platform, a.platform)"),
        "handle": Column("a.handle_key"),
        "country": Column("coalesce(n.country, a.country)"),
        "followers": Column("a.followers"),
        "id": Column("p.id"),
    },
)
"""The noun of `post list`."""


async def matching(reader: Reader, condition: str, values: Sequence[Any]) -> list[Post]:
    """The posts that a condition of `store.filters.where` asks for, as they went live, those of an unknown day last."""
    rows = await reader.all(
        "SELECT p.id FROM posts p JOIN collaborations l ON l.id = p.collaboration_id"
        " JOIN campaigns k ON k.id = l.campaign_id JOIN persons n ON n.id = l.person_id"
        " LEFT JOIN creators a ON a.id = coalesce(l.creator_id, (SELECT id FROM creators WHERE person_id = l.person_id"
        f" ORDER BY followers DESC, id LIMIT 1)) WHERE {condition} ORDER BY p.posted_at IS NULL, p.posted_at, p.id",
        values,
    )
    found = {post.id: post for post in await by_ids(reader, [row["id"] for row in rows])}
    return [found[row["id"]] for row in rows]


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


async def packed(reader: Reader, collaborations: Sequence[int]) -> dict[CollaborationId, list[tuple[str, int]]]:
    """What was put into the parcels of each collaboration: SKU and quantity. Cancelled parcels went nowhere."""
    found: dict[CollaborationId, list[tuple[str, int]]] = {}
    for start in range(0, len(collaborations), 500):
        chunk = list(collaborations[start : start + 500])
        for row in await reader.all(
            "SELECT s.collaboration_id, g.sku, i.quantity FROM shipment_products i JOIN shipments s ON s.id = i.shipment_id"
            " JOIN products g ON g.id = i.product_id WHERE s.state NOT IN ('draft', 'cancelled')"
            f" AND s.collaboration_id IN ({', '.join('?' * len(chunk))}) ORDER BY i.id",
            chunk,
        ):
            found.setdefault(CollaborationId(row["collaboration_id"]), []).append((row["sku"], row["quantity"]))
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
