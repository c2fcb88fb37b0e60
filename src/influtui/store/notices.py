"""Who was told about their data, in which letter."""

from __future__ import annotations

from collections.abc import Sequence

from influtui.store.database import Reader, Row

_STANDS = "m.state NOT IN ('failed', 'cancelled')"


async def told(reader: Reader, persons: Sequence[int]) -> set[int]:
    """Those of these people who were told, or are in a letter that waits."""
    found: set[int] = set()
    for start in range(0, len(persons), 500):
        chunk = list(persons[start : start + 500])
        rows = await reader.all(
            "SELECT DISTINCT n.person_id FROM privacy_notices n JOIN messages m ON m.id = n.message_id"
            f" WHERE {_STANDS} AND n.person_id IN ({', '.join('?' * len(chunk))})",
            chunk,
        )
        found |= {int(row["person_id"]) for row in rows}
    return found


async def last(reader: Reader, person: int) -> Row | None:
    """The newest notice that went to a person: basis, source, and when."""
    rows = await reader.all(
        "SELECT n.basis, n.source, m.at FROM privacy_notices n JOIN messages m ON m.id = n.message_id"
        " WHERE n.person_id = ? AND m.state IN ('sent', 'logged', 'unknown') ORDER BY n.id DESC LIMIT 1",
        (person,),
    )
    return rows[0] if rows else None
