"""What holds the messages that could go, read in a handful of queries however many there are."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from influtui.model import records
from influtui.model.waiting import MONTH_MS, Waiting
from influtui.store import suppressions
from influtui.store.database import Reader, Row


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a mailbox has sent."""

    first_at: int | None
    times: tuple[int, ...]
    last_to: int | None
    """The person it wrote to last."""


async def messages(reader: Reader, now: int, one: int | None = None) -> list[Waiting]:
    """Messages that wait: all of them, or one."""
    ids = [] if one is None else [one]
    also = " AND m.id = ?" if ids else ""
    rows = await reader.all(
        "SELECT m.id, o.account, m.recipient, c.person_id AS person, o.kind, m.at, o.approved_by IS NOT NULL AS approved,"
        " o.not_before, CASE m.state WHEN 'deferred' THEN coalesce(m.outcome, '') END AS deferred,"
        " (SELECT d.id FROM messages d WHERE d.conversation_id = m.conversation_id AND d.id <> m.id"
        " AND d.state IN ('in_data', 'unknown') LIMIT 1) AS doubtful,"
        " k.code AS campaign, k.state AS campaign_state,"
        " e.state AS sequence_state, e.why AS sequence_why, e.paused_until AS sequence_until,"
        " e.expires_at AS sequence_ends,"
        " l.state AS stage,"
        " coalesce(p.country, a.country) AS country"
        " FROM messages m JOIN outbox o ON o.message_id = m.id JOIN conversations c ON c.id = m.conversation_id"
        " JOIN persons p ON p.id = c.person_id LEFT JOIN creators a ON a.id = c.creator_id"
        " LEFT JOIN collaborations l ON l.id = c.collaboration_id LEFT JOIN campaigns k ON k.id = l.campaign_id"
        " LEFT JOIN enrolment_steps s ON s.message_id = m.id LEFT JOIN enrolments e ON e.id = s.enrolment_id"
        f" WHERE m.state IN ('queued', 'deferred'){also} ORDER BY m.at, m.id",
        ids,
    )
    # The last check asks about one person; the plan about all.
    written = await written_to(reader, now, rows[0]["person"] if ids and rows else None)
    against = await _barred(reader, rows)
    return [
        records.convert(
            {
                **dict(row),
                "barred": against.get(row["id"]),
                "approved": bool(row["approved"]),
                "written_at": written.get(row["person"], ()),
            },
            Waiting,
        )
        for row in rows
    ]


async def _barred(reader: Reader, rows: Sequence[Row]) -> dict[int, str]:
    """Why messages must not go: their address is suppressed, or an account of their person."""
    suppressed = await suppressions.load(reader)
    if not suppressed or not rows:
        return {}
    persons = sorted({row["person"] for row in rows})
    of_person: dict[int, str] = {}
    for start in range(0, len(persons), 500):
        chunk = persons[start : start + 500]
        for person, platform, handle in await reader.all(
            f"SELECT person_id, platform, handle FROM creators WHERE person_id IN ({', '.join('?' * len(chunk))})",
            chunk,
        ):
            if reason := suppressed.account(platform, handle):
                of_person[person] = reason
    found = {row["id"]: suppressed.email(row["recipient"] or "") or of_person.get(row["person"]) for row in rows}
    return {message: reason for message, reason in found.items() if reason}


async def written_to(reader: Reader, now: int, person: int | None = None) -> dict[int, tuple[int, ...]]:
    """When people (or one) were written to in the last 30 days, answers aside, the oldest first."""
    whose, persons = ("", []) if person is None else (" AND c.person_id = ?", [person])
    found: dict[int, list[int]] = {}
    for row in await reader.all(
        "SELECT c.person_id, o.claimed_at FROM outbox o JOIN messages m ON m.id = o.message_id"
        " JOIN conversations c ON c.id = m.conversation_id WHERE o.claimed_at > ? AND o.kind <> 'reply'"
        f" AND m.state IN ('in_data', 'sent', 'unknown'){whose} ORDER BY o.claimed_at",
        (now - MONTH_MS, *persons),
    ):
        found.setdefault(row["person_id"], []).append(row["claimed_at"])
    return {whom: tuple(times) for whom, times in found.items()}


async def sent_by(reader: Reader, account: str, since: int) -> Sent:
    """What a mailbox has sent since then, answers aside, and when it began."""
    first = await reader.all("SELECT min(claimed_at) AS at FROM outbox WHERE account = ?", (account,))
    rows = await reader.all(
        "SELECT o.claimed_at, c.person_id FROM outbox o JOIN messages m ON m.id = o.message_id"
        " JOIN conversations c ON c.id = m.conversation_id WHERE o.account = ? AND o.claimed_at > ?"
        " AND o.kind <> 'reply' ORDER BY o.claimed_at, o.message_id",
        (account, since),
    )
    return Sent(
        first_at=first[0]["at"],
        times=tuple(row["claimed_at"] for row in rows),
        last_to=rows[-1]["person_id"] if rows else None,
    )
