"""Rows of `exclusivities` as records, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from influtui.model.creators import split
from influtui.model.exclusivity import Exclusivity
from influtui.model.ids import PersonId
from influtui.store.brands import piped
from influtui.store.database import Reader, Row

_CHUNK = 500


async def of_persons(reader: Reader, persons: Sequence[int]) -> dict[PersonId, list[Exclusivity]]:
    """What each of these people has promised, the one that ends last first. Who promised nothing is left out."""
    found: dict[PersonId, list[Exclusivity]] = {}
    for start in range(0, len(persons), _CHUNK):
        chunk = list(persons[start : start + _CHUNK])
        for row in await reader.all(
            f"SELECT * FROM exclusivities WHERE person_id IN ({', '.join('?' * len(chunk))}) ORDER BY ends_on DESC, id",
            chunk,
        ):
            found.setdefault(PersonId(row["person_id"]), []).append(_exclusivity(row))
    return found


def columns(held: Exclusivity) -> dict[str, Any]:
    """A promise as columns, but for its number and who noted it."""
    return {
        "person_id": held.person,
        "collaboration_id": held.collaboration,
        "brand": held.brand,
        "category": piped(held.category),
        "starts_on": held.starts.isoformat() if held.starts else None,
        "ends_on": held.ends.isoformat(),
    }


def _exclusivity(row: Row) -> Exclusivity:
    return Exclusivity(
        id=row["id"],
        person=row["person_id"],
        collaboration=row["collaboration_id"],
        brand=row["brand"],
        category=split(row["category"]),
        starts=date.fromisoformat(row["starts_on"]) if row["starts_on"] else None,
        ends=date.fromisoformat(row["ends_on"]),
    )
