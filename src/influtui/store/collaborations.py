"""Rows of `collaborations` as records: who works with us in which campaign, and what happened so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from influtui.model.ids import CampaignId, CollaborationId, CreatorId, PersonId
from influtui.model.pipeline import DAY_MS, pipeline
from influtui.model.text import OutsideText
from influtui.store.brands import in_major
from influtui.store.database import Reader, Row
from influtui.store.filters import Column, Noun

_SELECT: Final = (
    "SELECT l.*, k.code AS campaign, a.platform, a.handle, a.followers, a.id AS account,"
    " coalesce(n.name, a.name) AS name, coalesce(n.country, a.country) AS country,"
    " (SELECT count(*) FROM posts p WHERE p.collaboration_id = l.id) AS posts,"
    " (SELECT count(*) FROM shipments s WHERE s.collaboration_id = l.id) AS parcels"
    " FROM collaborations l JOIN campaigns k ON k.id = l.campaign_id JOIN persons n ON n.id = l.person_id"
    " LEFT JOIN creators a ON a.id = coalesce(l.creator_id, (SELECT id FROM creators WHERE person_id = l.person_id"
    " ORDER BY followers DESC, id LIMIT 1))"
)

_FEE: Final = in_major("t.amount_minor", "t.currency")

_SINCE: Final = "coalesce(l.state_at, l.created_at)"
_DAYS: Final = " ".join(f"WHEN '{state.name}' THEN {state.days * DAY_MS}" for state in pipeline().state if state.days)


def noun(now: int) -> Noun:
    """The noun of `collab list`, at a time: being late depends on it."""
    return Noun(
        table="l",
        text=("coalesce(n.name, a.name, '')", "coalesce(a.handle, '')"),
        columns={
            "state": Column("l.state"),
            "state_at": Column(_SINCE),
            "late": Column(f"coalesce({_SINCE} + CASE l.state {_DAYS} END <= {int(now)}, 0)"),
            "agreed": Column(
                "EXISTS (SELECT 1 FROM agreements g WHERE g.collaboration_id = l.id AND g.ended_at IS NULL)"
            ),
            "fee": Column(f"(SELECT {_FEE} FROM terms t WHERE t.collaboration_id = l.id AND t.slot = 'fee')"),
            "posts": Column("(SELECT count(*) FROM posts p WHERE p.collaboration_id = l.id)"),
            "parcels": Column("(SELECT count(*) FROM shipments s WHERE s.collaboration_id = l.id)"),
            "campaign": Column("lower(k.code)"),
            "platform": Column("a.platform"),
            "handle": Column("a.handle_key"),
            "country": Column("coalesce(n.country, a.country)"),
            "followers": Column("a.followers"),
            "id": Column("l.id"),
        },
    )


class Collaboration(msgspec.Struct, frozen=True, kw_only=True):
    """One person in one campaign."""

    id: CollaborationId
    campaign: str
    campaign_id: CampaignId
    person: PersonId
    creator: CreatorId | None = None
    """The account that shows for the person."""
    ref: str | None = None
    name: OutsideText | None = None
    country: str | None = None
    followers: int | None = None
    state: str
    since: int | None = None
    created_at: int
    posts: int = 0
    parcels: int = 0


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in the history of a collaboration."""

    at: int
    what: str
    by: str | None = None
    detail: str | None = None


async def by_id(reader: Reader, collaboration: int) -> Collaboration | None:
    """One collaboration."""
    rows = await reader.all(f"{_SELECT} WHERE l.id = ?", (collaboration,))
    return _collaboration(rows[0]) if rows else None


async def by_ids(reader: Reader, ids: Sequence[int]) -> list[Collaboration]:
    """Collaborations by id."""
    rows: list[Row] = []
    for start in range(0, len(ids), 500):
        chunk = list(ids[start : start + 500])
        rows += await reader.all(f"{_SELECT} WHERE l.id IN ({', '.join('?' * len(chunk))})", chunk)
    return [_collaboration(row) for row in rows]


async def of_person(reader: Reader, person: PersonId) -> list[Collaboration]:
    """All collaborations of a person, the newest first."""
    rows = await reader.all(f"{_SELECT} WHERE l.person_id = ? ORDER BY l.created_at DESC, l.id DESC", (person,))
    return [_collaboration(row) for row in rows]


async def of_campaign(reader: Reader, campaign: CampaignId) -> list[Collaboration]:
    """All collaborations of a campaign, in the order in which they began."""
    rows = await reader.all(f"{_SELECT} WHERE l.campaign_id = ? ORDER BY l.created_at, l.id", (campaign,))
    return [_collaboration(row) for row in rows]


async def matching(reader: Reader, condition: str, values: Sequence[Any]) -> list[Collaboration]:
    """The collaborations that a condition of `store.filters.where` asks for, in the order in which they began."""
    rows = await reader.all(f"{_SELECT} WHERE {condition} ORDER BY l.created_at, l.id", values)
    return [_collaboration(row) for row in rows]


async def find(reader: Reader, campaign: CampaignId, person: PersonId) -> CollaborationId | None:
    """The collaboration of a person in a campaign."""
    rows = await reader.all("SELECT id FROM collaborations WHERE campaign_id = ? AND person_id = ?", (campaign, person))
    return CollaborationId(rows[0]["id"]) if rows else None


async def elsewhere(
    reader: Reader, campaign: CampaignId, persons: Sequence[int]
) -> dict[PersonId, list[tuple[str, str]]]:
    """Who of these people is taken in another campaign that runs: person to (campaign, state)."""
    found: dict[PersonId, list[tuple[str, str]]] = {}
    for start in range(0, len(persons), 500):
        chunk = list(persons[start : start + 500])
        for row in await reader.all(
            "SELECT l.person_id, k.code, l.state FROM collaborations l JOIN campaigns k ON k.id = l.campaign_id"
            " WHERE k.state IN ('active', 'paused') AND l.campaign_id <> ?"
            " AND l.state NOT IN ('discovered', 'vetted', 'disqualified', 'declined', 'unresponsive', 'cancelled_by_brand',"
            f" 'completed') AND l.person_id IN ({', '.join('?' * len(chunk))}) ORDER BY k.code",
            [campaign, *chunk],
        ):
            found.setdefault(PersonId(row["person_id"]), []).append((row["code"], row["state"]))
    return found


async def states_by_brand(reader: Reader, person: PersonId) -> dict[str, list[str]]:
    """The states of a person's collaborations, by the brand they are with, the oldest first."""
    found: dict[str, list[str]] = {}
    for row in await reader.all(
        "SELECT b.name, l.state FROM collaborations l JOIN campaigns k ON k.id = l.campaign_id"
        " JOIN brands b ON b.id = k.brand_id WHERE l.person_id = ? ORDER BY b.name, l.created_at, l.id",
        (person,),
    ):
        found.setdefault(row["name"], []).append(row["state"])
    return found


async def history(reader: Reader, collaboration: CollaborationId) -> list[Happened]:
    """What happened to a collaboration, oldest first: verdict, messages, terms, parcels, posts, hand moves."""
    rows = await reader.all(
        "SELECT k.judged_at AS at, CASE k.verdict WHEN 'pick' THEN 'picked' WHEN 'reserve' THEN 'put into the reserve'"
        "  WHEN 'later' THEN 'put off' ELSE 'rejected' END AS what, k.judged_by AS who, k.reason AS detail"
        "  FROM picks k JOIN collaborations l ON l.campaign_id = k.campaign_id AND l.person_id = k.person_id WHERE l.id = :c"
        " UNION ALL SELECT m.at, CASE WHEN m.direction = 'out' AND m.state = 'failed' THEN 'wrote, and it did not"
        " arrive' WHEN m.direction = 'out' THEN 'wrote' WHEN m.kind = 'bounce' THEN 'mail came back' WHEN m.kind = 'auto_reply'"
        "  THEN 'an automatic reply' WHEN m.kind = 'complaint' THEN 'complained' ELSE 'answered' END,"
        "  CASE m.direction WHEN 'out' THEN m.written_by END, m.subject"
        "  FROM messages m JOIN conversations v ON v.id = m.conversation_id"
        "  WHERE m.state IN ('sent', 'logged', 'received', 'failed') AND v.collaboration_id = :c"
        " UNION ALL SELECT agreed_at, 'terms agreed', agreed_by, substr(hash, 1, 12) FROM agreements WHERE collaboration_id = :c"
        " UNION ALL SELECT ended_at, 'agreement ended', NULL, ended_why FROM agreements"
        "  WHERE collaboration_id = :c AND ended_at IS NOT NULL"
        " UNION ALL SELECT created_at, 'parcel', NULL, carrier || ' ' || number FROM shipments WHERE collaboration_id = :c"
        " UNION ALL SELECT recorded_at, 'post', NULL, url FROM posts WHERE collaboration_id = :c"
        " UNION ALL SELECT at, 'moved to ' || to_state, moved_by, reason FROM collaboration_moves WHERE collaboration_id = :c"
        " ORDER BY 1",
        {"c": collaboration},
    )
    return [Happened(at=row["at"], what=row["what"], by=row["who"], detail=row["detail"]) for row in rows]


def _collaboration(row: Row) -> Collaboration:
    columns: dict[str, Any] = {
        name: row[name] for name in ("id", "campaign", "campaign_id", "name", "country", "followers")
    }
    return Collaboration(
        person=row["person_id"],
        creator=row["account"],
        ref=f"{row['platform']}:{row['handle']}" if row["platform"] else None,
        state=row["state"],
        since=row["state_at"] if row["state_at"] is not None else row["created_at"],
        created_at=row["created_at"],
        posts=row["posts"],
        parcels=row["parcels"],
        **columns,
    )
