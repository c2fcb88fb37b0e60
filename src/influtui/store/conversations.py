"""Conversations and their messages as records, and what must be known before somebody is written to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from influtui.model import records
from influtui.model.incoming import Attachment
from influtui.model.messages import ConversationRow, Message
from influtui.model.suppression import email_key
from influtui.model.times import rfc3339
from influtui.store.database import Reader, Row
from influtui.store.filters import Column, Noun, Parts

# Their newest message; what of it a person should look at, between bars.
_THEIRS: Final = (
    " LEFT JOIN messages h ON h.id = (SELECT m.id FROM messages m WHERE m.conversation_id = c.id AND m.direction = 'in'"
    " ORDER BY m.at DESC, m.id DESC LIMIT 1) LEFT JOIN received r ON r.message_id = h.id"
)
_MARKS: Final = (
    "('|' || CASE c.matched WHEN 0 THEN 'unmatched|' ELSE '' END || CASE WHEN h.unconfirmed IS NULL THEN ''"
    " ELSE 'unconfirmed|' END || CASE WHEN r.unverified IS NULL THEN '' ELSE 'unverified|' END)"
)
_ROWS: Final = (
    "SELECT c.id, c.person_id, c.collaboration_id, k.code, c.creator_id, a.platform, a.handle, coalesce(p.name, a.name)"
    " AS name, c.channel, c.account, c.address, c.subject, c.awaiting, c.last_at,"
    " (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id) AS messages,"
    f" n.state, substr(n.body, 1, 200) AS last, h.kind, {_MARKS} AS marks"
    " FROM conversations c JOIN persons p ON p.id = c.person_id"
    " LEFT JOIN creators a ON a.id = c.creator_id"
    " LEFT JOIN collaborations l ON l.id = c.collaboration_id LEFT JOIN campaigns k ON k.id = l.campaign_id"
    " LEFT JOIN messages n ON n.id ="
    " (SELECT m.id FROM messages m WHERE m.conversation_id = c.id ORDER BY m.at DESC, m.id DESC LIMIT 1)"
    f"{_THEIRS}"
)
CONVERSATIONS: Final = Noun(
    table="c",
    text=(
        "coalesce(p.name, a.name, '')",
        "coalesce(a.handle, '')",
        "coalesce(c.subject, '')",
    ),
    parts=Parts("message_text", "messages", "conversation_id", ("messages.subject", "messages.body")),
    columns={
        "awaiting": Column("c.awaiting"),
        "is": Column(f"({_MARKS} || coalesce(h.kind, '') || '|')", is_set=True),
        "state": Column("n.state"),
        "channel": Column("c.channel"),
        "campaign": Column("lower(k.code)"),
        "last_at": Column("c.last_at"),
        "platform": Column("a.platform"),
        "handle": Column("a.handle_key"),
        "id": Column("c.id"),
    },
)
"""The noun of `inbox list`."""

# Those who wait for us come first, the longest waiting on top; then the others, the newest on top.
_ORDER: Final = (
    " ORDER BY CASE WHEN n.state = 'unknown' THEN 0 WHEN c.awaiting = 'us' THEN 1 ELSE 2 END,"
    " CASE WHEN c.awaiting = 'us' THEN c.last_at ELSE -c.last_at END, c.id"
)


async def listed(reader: Reader, where: str = "", values: Sequence[Any] = ()) -> list[ConversationRow]:
    """Conversations, those that wait for us first. `where` is a condition over `c`, `p`, `a`, `k` and `n`."""
    condition = f" WHERE {where}" if where else ""
    return [_row(row) for row in await reader.all(f"{_ROWS}{condition}{_ORDER}", values)]


async def waiting_count(reader: Reader) -> int:
    """How many conversations wait for us."""
    rows = await reader.all("SELECT count(*) AS many FROM conversations WHERE awaiting = 'us'")
    return int(rows[0]["many"])


async def one(reader: Reader, conversation: int) -> ConversationRow | None:
    """One conversation as the Inbox lists it."""
    rows = await listed(reader, "c.id = ?", (conversation,))
    return rows[0] if rows else None


async def messages(reader: Reader, conversation: int) -> list[Message]:
    """The messages of a conversation, the oldest first."""
    rows = await reader.all(
        "SELECT m.*, r.unverified, r.cautions, r.matched_by, r.attachments FROM messages m"
        " LEFT JOIN received r ON r.message_id = m.id WHERE m.conversation_id = ? ORDER BY m.at, m.id",
        (conversation,),
    )
    return [message(row) for row in rows]


async def find(
    reader: Reader, *, person: int, channel: str | None, collaboration: int | None = None, any_campaign: bool = False
) -> int | None:
    """The newest conversation with a person, on a channel or any: of one collaboration, of none, or of any."""
    where, values = "person_id = ?", [person]
    rest: list[Any] = []
    if channel is not None:
        where += " AND channel = ?"
        rest.append(channel)
    if not any_campaign:
        where += " AND collaboration_id IS ?"
        rest.append(collaboration)
    rows = await reader.all(
        f"SELECT id FROM conversations WHERE {where} ORDER BY last_at DESC, id DESC LIMIT 1", [*values, *rest]
    )
    return int(rows[0]["id"]) if rows else None


class Contacts(NamedTuple):
    """Who was written to lately, and where: the newest such message of each person and of each address."""

    persons: dict[int, Row]
    addresses: dict[str, Row]

    def of(self, person: int, address: str | None) -> Row | None:
        """The newest message to a person, or to anybody at that address."""
        return self.persons.get(person) or (self.addresses.get(email_key(address)) if address else None)


async def contacts(reader: Reader, since: int) -> Contacts:
    """Everybody who was written to since then.

    A message that failed for good reached nobody. One of which nobody knows counts as written.
    """
    rows = await reader.all(
        "SELECT c.person_id, c.channel, m.recipient, m.at, m.written_by, k.code FROM messages m"
        " JOIN conversations c ON c.id = m.conversation_id"
        " LEFT JOIN collaborations l ON l.id = c.collaboration_id LEFT JOIN campaigns k ON k.id = l.campaign_id"
        " WHERE m.direction = 'out' AND m.at >= ? AND m.state NOT IN ('failed', 'cancelled') ORDER BY m.at, m.id",
        (since,),
    )
    return Contacts(
        {row["person_id"]: row for row in rows},
        {email_key(row["recipient"]): row for row in rows if row["channel"] == "email" and row["recipient"]},
    )


async def thread(reader: Reader, conversation: int) -> tuple[str | None, tuple[str, ...]]:
    """What an answer refers to: the id of the newest message that has one, and the ids of the thread so far."""
    rows = await reader.all(
        "SELECT message_id, references_ids FROM messages WHERE conversation_id = ? AND message_id IS NOT NULL"
        " AND state NOT IN ('failed', 'cancelled') ORDER BY at, id",
        (conversation,),
    )
    if not rows:
        return None, ()
    newest = rows[-1]
    earlier = (newest["references_ids"] or "").split()
    ids = dict.fromkeys([*earlier, *(row["message_id"] for row in rows)])
    return newest["message_id"], tuple(ids)


async def of_campaign(reader: Reader, campaign: int, person: int) -> tuple[int, str | None] | None:
    """The conversation by mail with a person for a campaign, and its subject."""
    rows = await reader.all(
        "SELECT c.id, c.subject FROM conversations c JOIN collaborations l ON l.id = c.collaboration_id"
        " WHERE l.campaign_id = ? AND c.person_id = ? AND c.channel = 'email' ORDER BY c.last_at DESC, c.id DESC LIMIT 1",
        (campaign, person),
    )
    return (int(rows[0]["id"]), rows[0]["subject"]) if rows else None


def message(row: Row) -> Message:
    """A row of `messages` as a record."""
    return Message(
        id=row["id"],
        conversation=row["conversation_id"],
        direction=row["direction"],
        state=row["state"],
        at=rfc3339(row["at"]) or "",
        sender=row["sender"],
        recipient=row["recipient"],
        subject=row["subject"],
        body=row["body"],
        template=row["template"],
        outcome=row["outcome"],
        message_id=row["message_id"],
        kind=row["kind"],
        kind_why=row["kind_why"],
        kind_by=row["kind_by"],
        unconfirmed=row["unconfirmed"],
        unverified=row["unverified"],
        cautions=tuple((row["cautions"] or "").split("\n")) if row["cautions"] else (),
        matched_by=row["matched_by"],
        attachments=records.from_json(row["attachments"] or "[]", tuple[Attachment, ...]),
    )


def _row(row: Row) -> ConversationRow:
    return ConversationRow(
        id=row["id"],
        person=row["person_id"],
        collaboration=row["collaboration_id"],
        campaign=row["code"],
        creator=row["creator_id"],
        ref=f"{row['platform']}:{row['handle']}" if row["handle"] else None,
        name=row["name"],
        channel=row["channel"],
        account=row["account"],
        address=row["address"],
        subject=row["subject"],
        awaiting=row["awaiting"],
        state=row["state"],
        messages=row["messages"],
        last=row["last"],
        last_at=rfc3339(row["last_at"]) or "",
        kind=row["kind"],
        marks=tuple(filter(None, row["marks"].split("|"))),
    )
