"""Mailboxes that must not send until a person says so, and the failures that led there."""

from __future__ import annotations

from influtui.store.database import Reader, Row, Transaction
from influtui.store.journal import UnitOfWork


async def going(reader: Reader, account: str) -> Row | None:
    """The pause of a mailbox that has not ended."""
    rows = await reader.all("SELECT * FROM sender_pauses WHERE account = ? AND resumed_at IS NULL", (account,))
    return rows[0] if rows else None


async def all_going(reader: Reader) -> dict[str, Row]:
    """Every mailbox that is paused."""
    rows = await reader.all("SELECT * FROM sender_pauses WHERE resumed_at IS NULL")
    return {row["account"]: row for row in rows}


async def by_whom(unit: UnitOfWork) -> str:
    """Who pauses or resumes: the actor of the act in progress."""
    row = await unit.transaction.one("SELECT actor FROM journal WHERE id = ?", (unit.entry,))
    return str(row["actor"]) if row is not None else "?"


async def note_failure(transaction: Transaction, account: str, kind: str) -> None:
    """A letter of this mailbox bounced, or was complained about."""
    await transaction.run(
        "INSERT INTO delivery_failures (account, kind, at) VALUES (?, ?, ?)", (account, kind, transaction.at)
    )


async def rates(reader: Reader, account: str, since: int) -> tuple[int, int, int]:
    """Letters of a mailbox that went since then, and how many bounced and were complained about, since it was resumed."""
    rows = await reader.all(
        "SELECT (SELECT count(*) FROM outbox WHERE account = :account AND claimed_at >= :since) AS sent,"
        " (SELECT count(*) FROM delivery_failures WHERE account = :account AND at >= :since AND kind = 'bounce') AS bounced,"
        " (SELECT count(*) FROM delivery_failures WHERE account = :account AND at >= :since AND kind = 'complaint')"
        " AS complained",
        {"account": account, "since": since},
    )
    return rows[0]["sent"], rows[0]["bounced"], rows[0]["complained"]


async def last_resumed(reader: Reader, account: str) -> int:
    """When a person last let a mailbox send again; 0 where it never was paused."""
    rows = await reader.all(
        "SELECT coalesce(max(resumed_at), 0) AS at FROM sender_pauses WHERE account = ?", (account,)
    )
    return int(rows[0]["at"])


async def last_account(reader: Reader, person: int, collaboration: int | None) -> str | None:
    """The mailbox that wrote to a person last, for one collaboration or for any."""
    also, values = ("", [person]) if collaboration is None else (" AND c.collaboration_id = ?", [person, collaboration])
    rows = await reader.all(
        "SELECT o.account FROM outbox o JOIN messages m ON m.id = o.message_id"
        f" JOIN conversations c ON c.id = m.conversation_id WHERE c.person_id = ?{also} AND o.claimed_at IS NOT NULL"
        " ORDER BY o.claimed_at DESC LIMIT 1",
        values,
    )
    return str(rows[0]["account"]) if rows else None
