"""Letters as far as their mailbox's Sent folder is concerned: which are in doubt, which have no copy there yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from influtui.store.database import Reader, Row, Transaction


class Letter(NamedTuple):
    """A letter that left, or may have."""

    id: int
    conversation: int
    message_id: str
    claimed_at: int
    """When it was transmitted."""
    outcome: str | None


async def doubtful(reader: Reader, account: str) -> list[Letter]:
    """The letters of a mailbox of which nobody knows whether they went."""
    return await _letters(reader, account, "m.state = 'unknown'")


async def unfiled(reader: Reader, account: str) -> list[Letter]:
    """The letters of a mailbox that went, and of which nobody knows that a copy lies in Sent."""
    return await _letters(reader, account, "m.state = 'sent' AND o.filed_at IS NULL")


async def raw(reader: Reader, message: int) -> bytes:
    """The bytes of a letter."""
    rows = await reader.all("SELECT raw FROM outbox WHERE message_id = ?", (message,))
    return bytes(rows[0]["raw"])


async def note(transaction: Transaction, message: int) -> None:
    """A copy of a letter lies in Sent."""
    await transaction.run("UPDATE outbox SET filed_at = ? WHERE message_id = ?", (transaction.at, message))


async def note_all(transaction: Transaction, messages: Iterable[int]) -> None:
    """A copy of each of these letters lies in Sent."""
    await transaction.many(
        "UPDATE outbox SET filed_at = ? WHERE message_id = ? AND filed_at IS NULL",
        [(transaction.at, message) for message in messages],
    )


async def _letters(reader: Reader, account: str, which: str) -> list[Letter]:
    rows: list[Row] = await reader.all(
        "SELECT m.id, m.conversation_id, m.message_id, coalesce(o.claimed_at, m.at), m.outcome FROM messages m"
        f" JOIN outbox o ON o.message_id = m.id WHERE o.account = ? AND m.message_id IS NOT NULL AND {which} ORDER BY m.id",
        (account,),
    )
    return [Letter(*row) for row in rows]
