"""Rows of `terms` and `agreements`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from influtui.model.ids import CampaignId, CollaborationId
from influtui.model.terms import Term, Terms
from influtui.store.brands import money
from influtui.store.database import Reader


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What both sides said yes to; `ended_at` when a term was changed afterwards."""

    id: int
    hash: str
    terms: str
    agreed_at: int
    agreed_by: str
    ended_at: int | None = None
    ended_why: str | None = None


def term_columns(term: Term) -> dict[str, Any]:
    """A term as columns, without its collaboration and who noted it."""
    return {
        "slot": term.slot,
        "value": term.value,
        "waived": int(term.waived),
        "amount_minor": term.fee.minor if term.fee else None,
        "currency": term.fee.currency if term.fee else None,
        "carried": int(term.carried),
    }


async def of_collaborations(reader: Reader, collaborations: Sequence[int]) -> dict[CollaborationId, Terms]:
    """The term sheets of collaborations; an empty one where nothing was noted."""
    found: dict[CollaborationId, list[Term]] = {CollaborationId(each): [] for each in collaborations}
    for start in range(0, len(collaborations), 500):
        chunk = list(collaborations[start : start + 500])
        marks = ", ".join("?" * len(chunk))
        for row in await reader.all(f"SELECT * FROM terms WHERE collaboration_id IN ({marks})", chunk):
            found[CollaborationId(row["collaboration_id"])].append(
                Term(
                    row["slot"],
                    row["value"],
                    bool(row["waived"]),
                    money(row["amount_minor"], row["currency"]),
                    bool(row["carried"]),
                )
            )
    return {each: Terms.of(terms) for each, terms in found.items()}


async def row_ids(reader: Reader, collaboration: CollaborationId) -> dict[str, int]:
    """The rows of a sheet by slot."""
    rows = await reader.all("SELECT id, slot FROM terms WHERE collaboration_id = ?", (collaboration,))
    return {row["slot"]: row["id"] for row in rows}


async def agreements(reader: Reader, collaboration: CollaborationId) -> list[Agreement]:
    """Every agreement of a collaboration, oldest first; at most the last one is in force."""
    rows = await reader.all(
        "SELECT id, hash, terms, agreed_at, agreed_by, ended_at, ended_why FROM agreements WHERE collaboration_id = ?"
        " ORDER BY id",
        (collaboration,),
    )
    return [Agreement(**{name: row[name] for name in Agreement.__struct_fields__}) for row in rows]


async def agreed(reader: Reader, campaign: CampaignId) -> dict[CollaborationId, bool]:
    """The collaborations of a campaign that were ever agreed on, and whether an agreement is in force."""
    rows = await reader.all(
        "SELECT g.collaboration_id, max(CASE WHEN g.ended_at IS NULL THEN 1 ELSE 0 END) AS in_force FROM agreements g"
        " JOIN collaborations l ON l.id = g.collaboration_id WHERE l.campaign_id = ? GROUP BY g.collaboration_id",
        (campaign,),
    )
    return {CollaborationId(row["collaboration_id"]): bool(row["in_force"]) for row in rows}
