"""Rows of `picks`: verdicts on people for a campaign, and the numbers of its meter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from influtui.model.campaigns import Campaign
from influtui.model.ids import CampaignId, CreatorId, PersonId, PickId
from influtui.model.shortlist import Meter, Pick, outreach_target
from influtui.store.database import Reader, Row
from influtui.store.filters import Column, Noun

# The account that was judged, else the person's largest: who has no account at all is still listed.
_SELECT: Final = (
    "SELECT k.*, a.platform, a.handle, coalesce(n.name, a.name) AS name, coalesce(n.country, a.country) AS country,"
    " a.followers, l.state AS state FROM picks k JOIN persons n ON n.id = k.person_id"
    " LEFT JOIN creators a ON a.id = coalesce(k.creator_id, (SELECT id FROM creators WHERE person_id = k.person_id"
    " ORDER BY followers DESC, id LIMIT 1))"
    " LEFT JOIN collaborations l ON l.campaign_id = k.campaign_id AND l.person_id = k.person_id"
)
_ORDER: Final = (
    "ORDER BY CASE k.verdict WHEN 'pick' THEN 0 WHEN 'reserve' THEN 1 WHEN 'later' THEN 2 ELSE 3 END,"
    " k.rank IS NULL, k.rank, k.judged_at, k.id"
)


PICKS: Final = Noun(
    table="k",
    text=("coalesce(n.name, a.name, '')", "coalesce(a.handle, '')", "coalesce(k.reason, '')"),
    columns={
        "verdict": Column("k.verdict"),
        "rank": Column("k.rank"),
        "judged_at": Column("k.judged_at"),
        "judged_by": Column("k.judged_by"),
        "reason": Column("k.reason"),
        "state": Column("l.state"),
        "platform": Column("a.platform"),
        "handle": Column("a.handle_key"),
        "country": Column("coalesce(n.country, a.country)"),
        "followers": Column("a.followers"),
    },
)
"""The noun of `campaign shortlist list`."""


# What may have gone has been tried: it counts, so that nobody is written to twice to fill the number.
CONTACTED: Final = (
    "(EXISTS (SELECT 1 FROM collaboration_moves m WHERE m.collaboration_id = l.id AND m.to_state = 'contacted')"
    " OR EXISTS (SELECT 1 FROM conversations v JOIN messages m ON m.conversation_id = v.id"
    " WHERE v.collaboration_id = l.id AND m.direction = 'out' AND m.state IN ('sent', 'logged', 'unknown')))"
)
"""Whether the person of a collaboration `l` was written to for it, as a condition."""

IN_HAND: Final = (
    "(EXISTS (SELECT 1 FROM enrolments e WHERE e.collaboration_id = l.id AND e.state IN ('running', 'paused'))"
    " OR EXISTS (SELECT 1 FROM conversations v JOIN messages m ON m.conversation_id = v.id"
    " WHERE v.collaboration_id = l.id AND m.state IN ('queued', 'deferred', 'in_data')))"
)
"""Whether a letter to the person of a collaboration `l` is on its way or will be written by a sequence."""


async def matching(reader: Reader, campaign: CampaignId, condition: str, values: Sequence[Any]) -> list[Pick]:
    """The verdicts of a campaign that a condition of `store.filters.where` asks for, in the same order as all."""
    rows = await reader.all(f"{_SELECT} WHERE k.campaign_id = ? AND {condition} {_ORDER}", [campaign, *values])
    return [_pick(row) for row in rows]


async def of_campaign(reader: Reader, campaign: CampaignId) -> list[Pick]:
    """All verdicts of a campaign: picks, then the reserve by rank, then the others."""
    rows = await reader.all(f"{_SELECT} WHERE k.campaign_id = ? {_ORDER}", (campaign,))
    return [_pick(row) for row in rows]


async def of_persons(reader: Reader, campaign: CampaignId, persons: Sequence[int]) -> dict[PersonId, Pick]:
    """The verdicts on some people."""
    found: dict[PersonId, Pick] = {}
    for start in range(0, len(persons), 500):
        chunk = list(persons[start : start + 500])
        marks = ", ".join("?" * len(chunk))
        for row in await reader.all(
            f"{_SELECT} WHERE k.campaign_id = ? AND k.person_id IN ({marks})", [campaign, *chunk]
        ):
            found[PersonId(row["person_id"])] = _pick(row)
    return found


async def reserve(reader: Reader, campaign: CampaignId) -> list[tuple[PickId, int | None]]:
    """The reserve in its order: id and rank as stored."""
    rows = await reader.all(
        "SELECT id, rank FROM picks WHERE campaign_id = ? AND verdict = 'reserve' ORDER BY rank IS NULL, rank, judged_at, id",
        (campaign,),
    )
    return [(PickId(row["id"]), row["rank"]) for row in rows]


async def meter(reader: Reader, campaign: Campaign) -> Meter:
    """How far shortlist and outreach have come."""
    verdicts = {
        row["verdict"]: int(row["many"])
        for row in await reader.all(
            "SELECT verdict, count(*) AS many FROM picks WHERE campaign_id = ? GROUP BY verdict", (campaign.id,)
        )
    }
    done = (
        await reader.all(
            f"SELECT count(CASE WHEN {CONTACTED} THEN 1 END) AS contacted,"
            f" count(CASE WHEN {IN_HAND} AND NOT {CONTACTED} THEN 1 END) AS under_way,"
            " count(CASE WHEN EXISTS (SELECT 1 FROM agreements g WHERE g.collaboration_id = l.id AND g.ended_at IS NULL)"
            "  THEN 1 END) AS agreed,"
            " count(CASE WHEN EXISTS (SELECT 1 FROM posts p WHERE p.collaboration_id = l.id) THEN 1 END) AS posted"
            " FROM collaborations l WHERE l.campaign_id = ?",
            (campaign.id,),
        )
    )[0]
    return Meter(
        picked=verdicts.get("pick", 0),
        reserve=verdicts.get("reserve", 0),
        wanted=campaign.wanted,
        to_contact=outreach_target(campaign.wanted, campaign.outreach_ratio),
        contacted=done["contacted"],
        under_way=done["under_way"],
        agreed=done["agreed"],
        posted=done["posted"],
    )


def _pick(row: Row) -> Pick:
    return Pick(
        id=PickId(row["id"]),
        campaign=CampaignId(row["campaign_id"]),
        person=PersonId(row["person_id"]),
        creator=CreatorId(row["creator_id"]) if row["creator_id"] is not None else None,
        ref=f"{row['platform']}:{row['handle']}" if row["platform"] else None,
        name=row["name"],
        country=row["country"],
        followers=row["followers"],
        verdict=row["verdict"],
        rank=row["rank"],
        reason=row["reason"],
        judged_by=row["judged_by"],
        judged_at=row["judged_at"],
        state=row["state"],
    )
