"""Rows of `saved_searches` as records."""

from __future__ import annotations

import msgspec

from influtui.store.database import Reader, Row


class SavedSearch(msgspec.Struct, frozen=True):
    """A search with a name."""

    id: int
    name: str
    query: str
    sort: str | None
    saved_by: str
    saved_at: int


async def all_saved(reader: Reader) -> list[SavedSearch]:
    """Every saved search, by name."""
    rows = await reader.all("SELECT * FROM saved_searches ORDER BY name")
    return [_record(row) for row in rows]


async def named(reader: Reader, name: str) -> SavedSearch | None:
    """The saved search of that (folded) name."""
    rows = await reader.all("SELECT * FROM saved_searches WHERE name = ?", (name,))
    return _record(rows[0]) if rows else None


def _record(row: Row) -> SavedSearch:
    return SavedSearch(row["id"], row["name"], row["query"], row["sort"], row["saved_by"], row["saved_at"])
