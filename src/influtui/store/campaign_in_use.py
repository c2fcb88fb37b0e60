"""Which campaign an actor has in use. By itself, since the app's first frame asks for it and for nothing else of campaigns."""

from __future__ import annotations

from typing import Final

from influtui.store.database import Reader, Transaction

_KEY: Final = "campaign"


async def in_use(reader: Reader, actor: str) -> str | None:
    """The code of the campaign that an actor chose."""
    rows = await reader.all("SELECT value FROM memory WHERE actor = ? AND key = ?", (actor, _KEY))
    return str(rows[0]["value"]) if rows else None


async def use(transaction: Transaction, actor: str, code: str) -> None:
    """Remember the campaign that an actor chose. A convenience, not a change: it is not journaled."""
    await transaction.run(
        "INSERT INTO memory (actor, key, value, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (actor, key) DO UPDATE SET value = excluded.value, at = excluded.at",
        (actor, _KEY, code, transaction.at),
    )
    transaction.touched("memory", [0])
