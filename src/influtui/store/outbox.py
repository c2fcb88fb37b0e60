"""The outbox: the bytes of what is to be sent, and each step of a message's state as one guarded statement.

Every step says which states it may start from and reports whether it took place; two senders can therefore try the
same message and only one of them gets it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from influtui.model import records
from influtui.model.messages import MessageState, Outcome
from influtui.store import standing
from influtui.store.database import Reader, Row, Transaction
from influtui.store.filters import Column, Condition, Noun


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender needs of one message."""

    id: int
    conversation: int
    person: int
    collaboration: int | None
    state: MessageState
    account: str
    envelope_from: str
    envelope_to: str
    raw: bytes
    raw_sha256: str
    attempts: int
    written_at: int

    @property
    def is_intact(self) -> bool:
        """Whether the bytes are still those that were rendered."""
        return hashlib.sha256(self.raw).hexdigest() == self.raw_sha256


_LISTED: Final = (
    "SELECT m.id, m.conversation_id, m.state, m.recipient, m.subject, m.at, m.outcome, m.written_by,"
    " o.account, o.attempts, o.not_before, o.claimed_by, o.claimed_at, o.stage, o.kind, o.approved_by,"
    " (SELECT d.id FROM messages d WHERE d.conversation_id = m.conversation_id AND d.id <> m.id"
    " AND d.state IN ('in_data', 'unknown') LIMIT 1) AS doubtful"
    " FROM messages m JOIN outbox o ON o.message_id = m.id JOIN conversations c ON c.id = m.conversation_id"
    " JOIN persons p ON p.id = c.person_id LEFT JOIN creators a ON a.id = c.creator_id"
    " LEFT JOIN collaborations l ON l.id = c.collaboration_id LEFT JOIN campaigns k ON k.id = l.campaign_id"
)

OUTBOX: Final = Noun(
    table="m",
    text=("coalesce(m.subject, '')", "m.body", "coalesce(p.name, a.name, '')", "coalesce(a.handle, '')"),
    columns={
        "state": Column("CASE WHEN m.state = 'queued' AND o.approved_by IS NULL THEN 'draft' ELSE m.state END"),
        "kind": Column("o.kind"),
        "account": Column("o.account"),
        "campaign": Column("lower(k.code)"),
        "at": Column("m.at"),
        "attempts": Column("o.attempts"),
        "platform": Column("a.platform"),
        "handle": Column("a.handle_key"),
        "id": Column("m.id"),
    },
)
"""The noun of `outbox list`."""


async def put(
    transaction: Transaction,
    message: int,
    *,
    account: str,
    sender: str,
    recipient: str,
    raw: bytes,
    kind: str = "letter",
    approved_by: str | None = None,
    not_before: int | None = None,
) -> None:
    """Keep the rendered bytes of a message. Without `approved_by` it is a draft, and nothing sends it."""
    await transaction.run(
        "INSERT INTO outbox (message_id, account, envelope_from, envelope_to, raw, raw_sha256, kind, approved_by,"
        " approved_at, not_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message, account, sender, recipient, raw, hashlib.sha256(raw).hexdigest(), kind, approved_by,
            None if approved_by is None else transaction.at, not_before,
        ),
    )  # fmt: skip


async def approve(transaction: Transaction, messages: Sequence[int], *, by: str) -> list[int]:
    """Let drafts go. Returns those that were drafts. The act that wrote one cannot be taken back from now on."""
    done = []
    for message in messages:
        changed = await transaction.run(
            "UPDATE outbox SET approved_by = ?, approved_at = ? WHERE message_id = ? AND approved_by IS NULL"
            " AND EXISTS (SELECT 1 FROM messages m WHERE m.id = outbox.message_id AND m.state = 'queued')",
            (by, transaction.at, message),
        )
        if changed:
            done.append(message)
            await transaction.run(
                "UPDATE journal SET undoable = 0 WHERE id IN (SELECT journal_id FROM journal_rows"
                " WHERE noun = 'messages' AND row_id = ? AND before IS NULL)",
                (message,),
            )
    transaction.touched("messages", done)
    return done


async def read(reader: Reader, message: int) -> Outgoing | None:
    """One message with its bytes."""
    rows = await reader.all(
        "SELECT m.id, m.conversation_id AS conversation, c.person_id AS person, c.collaboration_id AS collaboration,"
        " m.state, o.account, o.envelope_from, o.envelope_to, o.raw, o.raw_sha256, o.attempts, m.at AS written_at"
        " FROM messages m JOIN outbox o ON o.message_id = m.id JOIN conversations c ON c.id = m.conversation_id"
        " WHERE m.id = ?",
        (message,),
    )
    return records.convert(dict(rows[0]), Outgoing) if rows else None


async def listed(
    reader: Reader, states: Sequence[MessageState], *, ids: Sequence[int] = (), asked: Condition = ("1", [])
) -> list[Row]:
    """Messages in these states that pass a condition, the oldest first; of `ids` only where any are given."""
    marks = ", ".join("?" * len(states))
    also = f" AND m.id IN ({', '.join('?' * len(ids))})" if ids else ""
    condition, values = asked
    return await reader.all(
        f"{_LISTED} WHERE m.state IN ({marks}){also} AND {condition} ORDER BY m.at, m.id", [*states, *ids, *values]
    )


async def rewrite(transaction: Transaction, message: int, raw: bytes) -> bool:
    """Other bytes for a message of which nothing was ever offered to a server. False where something was."""
    return bool(
        await transaction.run(
            "UPDATE outbox SET raw = ?, raw_sha256 = ? WHERE message_id = ? AND attempts = 0 AND claimed_at IS NULL",
            (raw, hashlib.sha256(raw).hexdigest(), message),
        )
    )


async def claim(transaction: Transaction, message: int, *, by: str) -> bool:
    """`queued` or `deferred` to `in_data`: from here on this sender alone may transmit it. False: somebody else did."""
    changed = await transaction.run(
        "UPDATE messages SET state = 'in_data', outcome = NULL, at = ?, version = version + 1"
        " WHERE id = ? AND state IN ('queued', 'deferred')",
        (transaction.at, message),
    )
    if not changed:
        return False
    await transaction.run(
        "UPDATE outbox SET claimed_by = ?, claimed_at = ?, attempts = attempts + 1, stage = 'data' WHERE message_id = ?",
        (by, transaction.at, message),
    )
    transaction.touched("messages", [message])
    return True


async def settle(
    transaction: Transaction, going: Outgoing, outcome: Outcome, *, claimed: bool, not_before: int | None = None
) -> None:
    """Write down how an attempt ended. A message that went (or may have) puts the conversation into their hands."""
    # A reply that comes after somebody gave this sender up for gone still says what is true.
    allowed = "state IN ('in_data', 'unknown')" if claimed else "state IN ('queued', 'deferred')"
    said = outcome.said if outcome.code is None else f"{outcome.code} {outcome.said}"
    changed = await transaction.run(
        f"UPDATE messages SET state = ?, outcome = ?, version = version + 1 WHERE id = ? AND {allowed}",
        (outcome.state, said, going.id),
    )
    if not changed:
        return
    await transaction.run(
        "UPDATE outbox SET stage = ?, not_before = ?, claimed_by = NULL, attempts = attempts + ? WHERE message_id = ?",
        (outcome.stage, not_before, 0 if claimed else 1, going.id),
    )
    transaction.touched("messages", [going.id])
    if outcome.state == "sent":
        await went(transaction, going.conversation)


async def went(transaction: Transaction, conversation: int) -> None:
    """A message of this conversation went out: it is their turn."""
    await transaction.run(
        "UPDATE conversations SET awaiting = 'them', last_at = ?, version = version + 1 WHERE id = ?",
        (transaction.at, conversation),
    )
    transaction.touched("conversations", [conversation])
    rows = await transaction.all(
        "SELECT collaboration_id FROM conversations WHERE id = ? AND collaboration_id IS NOT NULL", (conversation,)
    )
    await standing.settle(transaction, [row[0] for row in rows])


async def move(
    transaction: Transaction, message: int, state: MessageState, said: str, *, states: Sequence[MessageState]
) -> bool:
    """A step that a person or a rule decided. False where the message was in none of `states`."""
    marks = ", ".join("?" * len(states))
    changed = await transaction.run(
        f"UPDATE messages SET state = ?, outcome = ?, version = version + 1 WHERE id = ? AND state IN ({marks})",
        (state, said, message, *states),
    )
    transaction.touched("messages", [message])
    return bool(changed)


async def in_doubt(reader: Reader, conversation: int, *, besides: int) -> int | None:
    """Another message of this conversation of which nobody knows whether it went; None where there is none."""
    rows = await reader.all(
        "SELECT id FROM messages WHERE conversation_id = ? AND id <> ? AND state IN ('in_data', 'unknown') LIMIT 1",
        (conversation, besides),
    )
    return int(rows[0]["id"]) if rows else None


async def interrupted(reader: Reader, *, before: int | None) -> list[int]:
    """Messages that were in DATA when their sender stopped: all, or those claimed before a time."""
    also = "" if before is None else " AND o.claimed_at < ?"
    values: tuple[Any, ...] = () if before is None else (before,)
    rows = await reader.all(
        f"SELECT m.id FROM messages m JOIN outbox o ON o.message_id = m.id WHERE m.state = 'in_data'{also}", values
    )
    return [int(row["id"]) for row in rows]
