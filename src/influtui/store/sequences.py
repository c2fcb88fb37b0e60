"""Sequences and who is enrolled in them. How far somebody is, is read from the messages that the steps became."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from influtui.model import records
from influtui.model.sequences import Sequence as Plan
from influtui.model.sequences import Step
from influtui.model.templates import Template
from influtui.store.database import Reader, Row, Transaction

_DAY: Final = 86_400_000


async def going(reader: Reader, person: int, collaboration: int | None) -> list[Row]:
    """The enrolments of a person that have not ended, of one collaboration or of all."""
    also, values = ("", [person]) if collaboration is None else (" AND l.id = ?", [person, collaboration])
    return await reader.all(
        "SELECT e.id, e.state, e.account, e.sequence, l.id AS collaboration FROM enrolments e"
        " JOIN collaborations l ON l.id = e.collaboration_id"
        f" WHERE l.person_id = ? AND e.state IN ('running', 'paused'){also} ORDER BY e.id",
        values,
    )


async def waiting_letters(reader: Reader, enrolments: Sequence[int]) -> list[int]:
    """The letters of these enrolments that can still be held back."""
    marks = ", ".join("?" * len(enrolments))
    rows = await reader.all(
        "SELECT m.id FROM enrolment_steps s JOIN messages m ON m.id = s.message_id"
        f" WHERE s.enrolment_id IN ({marks}) AND m.state IN ('queued', 'deferred') ORDER BY m.id",
        list(enrolments),
    )
    return [int(row["id"]) for row in rows]


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """A step of somebody who is enrolled, with what became of its letter."""

    id: int
    enrolment: int
    number: int
    day: int
    when_matches: str | None
    version: int
    name: str
    """Of its template."""
    message: int | None
    state: str | None
    """Of its message."""
    approved: bool
    went_at: int | None
    not_before: int | None
    skipped_at: int | None


class EnrolmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in a sequence."""

    id: int
    sequence: str
    account: str
    state: str
    why: str | None
    paused_until: int | None
    trusted_by: str | None
    enrolled_at: int
    expires_at: int
    collaboration: int
    collaboration_state: str
    campaign_id: int
    campaign: str
    campaign_state: str
    person: int
    creator: int | None
    country: str | None
    """Where the person is, by their own word before the account's."""
    ref: str | None
    name: str | None
    steps: tuple[StepRow, ...] = ()

    def next_step(self) -> tuple[StepRow, int] | None:
        """The step that comes next and when it is due; None where a letter is still under way or none is left."""
        last: StepRow | None = None
        for step in self.steps:
            if step.message is not None:
                if step.state not in ("sent", "logged") or step.went_at is None:
                    return None
                last = step
            elif step.skipped_at is None:
                start, day = (self.enrolled_at, 0) if last is None else (last.went_at or self.enrolled_at, last.day)
                return step, start + (step.day - day) * _DAY
        return None

    def broken(self) -> StepRow | None:
        """A step whose letter will never go."""
        return next((step for step in self.steps if step.state in ("failed", "cancelled")), None)


_ENROLMENTS: Final = (
    "SELECT e.id, e.sequence, e.account, e.state, e.why, e.paused_until, e.trusted_by, e.enrolled_at, e.expires_at,"
    " l.id AS collaboration, l.state AS collaboration_state, k.id AS campaign_id, k.code AS campaign,"
    " k.state AS campaign_state, l.person_id AS person, a.id AS creator, coalesce(p.country, a.country) AS country,"
    " a.platform || ':' || a.handle AS ref, coalesce(p.name, a.name) AS name"
    " FROM enrolments e JOIN collaborations l ON l.id = e.collaboration_id JOIN campaigns k ON k.id = l.campaign_id"
    " JOIN persons p ON p.id = l.person_id"
    " LEFT JOIN creators a ON a.id = coalesce(l.creator_id, (SELECT id FROM creators WHERE person_id = l.person_id"
    " ORDER BY followers DESC, id LIMIT 1))"
)


async def enrolments(
    reader: Reader,
    *,
    going_only: bool = False,
    ids: Sequence[int] = (),
    sequence: str | None = None,
    campaign: int | None = None,
    persons: Sequence[int] = (),
) -> list[EnrolmentRow]:
    """Who is enrolled, with their steps, the newest first."""
    where, values = ["1"], list[int | str]()
    if going_only:
        where.append("e.state IN ('running', 'paused')")
    if sequence is not None:
        where.append("e.sequence = ?")
        values.append(sequence)
    if campaign is not None:
        where.append("k.id = ?")
        values.append(campaign)
    for column, wanted in (("e.id", ids), ("l.person_id", persons)):
        if wanted:
            where.append(f"{column} IN ({', '.join('?' * len(wanted))})")
            values += list(wanted)
    rows = await reader.all(f"{_ENROLMENTS} WHERE {' AND '.join(where)} ORDER BY e.id DESC", values)
    steps: dict[int, list[StepRow]] = {}
    known = [row["id"] for row in rows]
    for start in range(0, len(known), 500):
        chunk = known[start : start + 500]
        for row in await reader.all(
            "SELECT s.id, s.enrolment_id AS enrolment, s.number, s.day, s.when_matches, s.version_id AS version, v.name,"
            " s.message_id AS message, m.state, o.approved_by IS NOT NULL AS approved, coalesce(o.claimed_at, m.at) AS went_at,"
            " o.not_before, s.skipped_at FROM enrolment_steps s JOIN template_versions v ON v.id = s.version_id"
            " LEFT JOIN messages m ON m.id = s.message_id LEFT JOIN outbox o ON o.message_id = s.message_id"
            f" WHERE s.enrolment_id IN ({', '.join('?' * len(chunk))}) ORDER BY s.enrolment_id, s.number",
            chunk,
        ):
            made = records.convert({**dict(row), "approved": bool(row["approved"])}, StepRow)
            steps.setdefault(made.enrolment, []).append(made)
    return [
        records.convert(
            {**dict(row), "steps": [msgspec.to_builtins(each) for each in steps.get(row["id"], [])]}, EnrolmentRow
        )
        for row in rows
    ]


async def keep_version(transaction: Transaction, template: Template) -> int:
    """A template as it is now, kept for good and once. Returns its id."""
    digest = hashlib.sha256(
        "\0".join((template.name, template.channel, template.subject, template.body)).encode("utf-8", "surrogatepass")
    ).hexdigest()
    await transaction.run(
        "INSERT INTO template_versions (hash, name, channel, subject, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (digest, template.name, template.channel, template.subject, template.body),
    )
    row = await transaction.one("SELECT id FROM template_versions WHERE hash = ?", (digest,))
    if row is None:
        raise RuntimeError("the version was not kept")
    return int(row["id"])


async def version(reader: Reader, number: int) -> Template:
    """A template as it was when somebody was enrolled."""
    rows = await reader.all("SELECT name, channel, subject, body FROM template_versions WHERE id = ?", (number,))
    return Template(**dict(rows[0]))


async def all_sequences(reader: Reader) -> list[tuple[int, Plan]]:
    """The workspace's own sequences, by name."""
    rows = await reader.all("SELECT id, name, steps, expires_days FROM sequences ORDER BY name")
    return [
        (
            row["id"],
            Plan(
                name=row["name"],
                steps=records.from_json(row["steps"], tuple[Step, ...]),
                expires_days=row["expires_days"],
            ),
        )
        for row in rows
    ]


async def running_counts(reader: Reader) -> dict[str, int]:
    """How many people are in each sequence now."""
    rows = await reader.all(
        "SELECT sequence, count(*) AS many FROM enrolments WHERE state IN ('running', 'paused') GROUP BY sequence"
    )
    return {row["sequence"]: row["many"] for row in rows}
