"""What a person has begun to write and not sent: small texts by actor and place, not journaled."""

from __future__ import annotations

from influtui.store.database import Reader, Transaction


async def put(transaction: Transaction, actor: str, key: str, text: str | None) -> None:
    """Keep a draft; None removes it."""
    if text is None:
        await transaction.run("DELETE FROM memory WHERE actor = ? AND key = ?", (actor, key))
        return
    await transaction.run(
        "INSERT INTO memory (actor, key, value, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (actor, key) DO UPDATE SET value = excluded.value, at = excluded.at",
        (actor, key, text, transaction.at),
    )


async def get(reader: Reader, actor: str, key: str) -> str | None:
    """A draft, where there is one."""
    rows = await reader.all("SELECT value FROM memory WHERE actor = ? AND key = ?", (actor, key))
    return str(rows[0]["value"]) if rows else None
