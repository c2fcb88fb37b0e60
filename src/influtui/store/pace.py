"""What holds the messages that could go, read in a handful of queries however many there are."""

from __future__ import annotations

import msgspec

from influtui.model.waiting import MONTH_MS, Waiting
from influtui.store.database import Reader


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a mailbox has sent."""

    first_at: int | None
    times: tuple[int, ...]
    last_id: int | None


async def messages(reader: Reader, now: int, one: int | None = None) -> list[Waiting]:
    """Messages that wait: all of them, or one."""
    ids = [] if one is None else [one]
    also = " AND m.id = ?" if ids else ""
    rows = await reader.all(
        "SELECT m.id, o.account, c.person_id AS person, o.kind, m.at, o.approved_by IS NOT NULL AS approved,"
        " o.not_before, CASE m.state WHEN 'deferred' THEN coalesce(m.outcome, '') END AS deferred,"
        " (SELECT d.id FROM messages d WHERE d.conversation_id = m.conversation_id AND d.id <> m.id"
        " AND d.state IN ('in_data', 'unknown') LIMIT 1) AS doubtful,"
        " k.code AS campaign, k.state AS campaign_state,"
        " e.state AS sequence_state, e.why AS sequence_why, e.paused_until AS sequence_until,"
        " l.state AS stage,"
        " coalesce(p.country, a.country) AS country"
        " FROM messages m JOIN outbox o ON o.message_id = m.id JOIN conversations c ON c.id = m.conversation_id"
        " JOIN persons p ON p.id = c.person_id LEFT JOIN creators a ON a.id = c.creator_id"
        " LEFT JOIN collaborations l ON l.id = c.collaboration_id LEFT JOIN campaigns k ON k.id = l.campaign_id"
        " LEFT JOIN enrolment_steps s ON s.message_id = m.id LEFT JOIN enrolments e ON e.id = s.enrolment_id"
        f" WHERE m.state IN ('queued', 'deferred'){also} ORDER BY m.at, m.id",
        ids,
    )
    written: dict[int, list[int]] = {}
    # The last check asks about one person; the plan about all.
    whose, persons = ("", []) if not ids else (" AND c.person_id = ?", [rows[0]["person"]] if rows else [0])
    for row in await reader.all(
        "SELECT c.person_id, o.claimed_at FROM outbox o JOIN messages m ON m.id = o.message_id"
        " JOIN conversations c ON c.id = m.conversation_id WHERE o.claimed_at > ? AND o.kind <> 'reply'"
        f" AND m.state IN ('in_data', 'sent', 'unknown'){whose} ORDER BY o.claimed_at",
        (now - MONTH_MS, *persons),
    ):
        written.setdefault(row["person_id"], []).append(row["claimed_at"])
    return [
        msgspec.convert(
            {**dict(row), "approved": bool(row["approved"]), "written_at": written.get(row["person"], [])}, Waiting
        )
        for row in rows
    ]


async def sent_by(reader: Reader, account: str, since: int) -> Sent:
    """What a mailbox has sent since then, answers aside, and when it began."""
    first = await reader.all("SELECT min(claimed_at) AS at FROM outbox WHERE account = ?", (account,))
    rows = await reader.all(
        "SELECT message_id, claimed_at FROM outbox WHERE account = ? AND claimed_at > ? AND kind <> 'reply'"
        " ORDER BY claimed_at, message_id",
        (account, since),
    )
    return Sent(
        first_at=first[0]["at"],
        times=tuple(row["claimed_at"] for row in rows),
        last_id=rows[-1]["message_id"] if rows else None,
    )
