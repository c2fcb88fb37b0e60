"""What outreach reads: the campaign with its brand and product, who is picked, and where a person can be written to."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from influtui.model.creators import split
from influtui.model.ids import CampaignId
from influtui.store.database import Reader


class Offering(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as a letter mentions it."""

    id: CampaignId
    code: str
    name: str
    state: str
    niche: tuple[str, ...]
    brand: str
    postal_address: str | None
    product: str | None
    product_url: str | None


class Reachable(msgspec.Struct, frozen=True, kw_only=True):
    """A person, and where mail reaches them: what a person of ours noted first, then what the accounts say."""

    id: int
    name: str | None
    emails: tuple[str, ...]
    country: str | None = None
    """What a person of ours noted; an account may say another."""


async def offering(reader: Reader, campaign: CampaignId) -> Offering:
    """A campaign that exists, with its brand and first product."""
    rows = await reader.all(
        "SELECT k.id, k.code, k.name, k.state, k.niche, b.name AS brand, b.postal_address, p.name AS product, p.url"
        " FROM campaigns k JOIN brands b ON b.id = k.brand_id"
        " LEFT JOIN campaign_products cp ON cp.campaign_id = k.id LEFT JOIN products p ON p.id = cp.product_id"
        " WHERE k.id = ? ORDER BY cp.id LIMIT 1",
        (campaign,),
    )
    row = rows[0]
    return Offering(
        id=row["id"],
        code=row["code"],
        name=row["name"],
        state=row["state"],
        niche=split(row["niche"]),
        brand=row["brand"],
        postal_address=(row["postal_address"] or "").strip() or None,
        product=row["product"],
        product_url=row["url"],
    )


async def picked(reader: Reader, campaign: int) -> list[int]:
    """The accounts of a campaign's picks, in their order: the one that was judged, else the person's largest."""
    rows = await reader.all(
        "SELECT coalesce(k.creator_id, (SELECT id FROM creators WHERE person_id = k.person_id"
        " ORDER BY followers DESC, id LIMIT 1)) AS creator FROM picks k"
        " WHERE k.campaign_id = ? AND k.verdict = 'pick' ORDER BY k.rank IS NULL, k.rank, k.judged_at, k.id",
        (campaign,),
    )
    return [int(row["creator"]) for row in rows if row["creator"] is not None]


async def reachable(reader: Reader, persons: Sequence[int]) -> dict[int, Reachable]:
    """Where each person can be written to."""
    found: dict[int, Reachable] = {}
    for start in range(0, len(persons), 500):
        chunk = list(persons[start : start + 500])
        marks = ", ".join("?" * len(chunk))
        emails: dict[int, list[str]] = {}
        for row in await reader.all(
            f"SELECT person_id, email FROM creators WHERE person_id IN ({marks}) AND email IS NOT NULL"
            " ORDER BY followers DESC, id",
            chunk,
        ):
            emails.setdefault(row["person_id"], []).append(row["email"])
        for row in await reader.all(f"SELECT id, name, email, country FROM persons WHERE id IN ({marks})", chunk):
            own = [row["email"]] if row["email"] else []
            found[row["id"]] = Reachable(
                id=row["id"],
                name=row["name"],
                emails=tuple(dict.fromkeys([*own, *emails.get(row["id"], [])])),
                country=row["country"],
            )
    return found


async def written_from(reader: Reader, campaign: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sequences and, beside them, the templates that people were written to from for a campaign."""
    sequences = await reader.all(
        "SELECT DISTINCT e.sequence FROM enrolments e JOIN collaborations l ON l.id = e.collaboration_id"
        " WHERE l.campaign_id = ? ORDER BY 1",
        (campaign,),
    )
    templates = await reader.all(
        "SELECT DISTINCT m.template FROM messages m JOIN conversations v ON v.id = m.conversation_id"
        " JOIN collaborations l ON l.id = v.collaboration_id WHERE l.campaign_id = ? AND m.template IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM enrolment_steps s WHERE s.message_id = m.id) ORDER BY 1",
        (campaign,),
    )
    return tuple(row[0] for row in sequences), tuple(row[0] for row in templates)
