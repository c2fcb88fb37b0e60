"""What is known of a person beside the accounts' rows: readings over time, notes, history, and earlier work."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import msgspec

from influtui.model.creators import METRICS
from influtui.model.ids import PersonId
from influtui.model.measurements import Reading, quality_by_metric
from influtui.model.memory import Memory
from influtui.model.money import Money
from influtui.model.suppression import email_key
from influtui.model.times import Millis
from influtui.store.database import Database, Reader, Row

_CHUNK: Final = 500


class Note(msgspec.Struct, frozen=True):
    """A note on a person."""

    id: int
    at: Millis
    actor: str
    text: str


class HistoryEntry(msgspec.Struct, frozen=True):
    """One act that changed a person or one of the accounts, from the journal."""

    id: int
    at: Millis
    actor: str
    summary: str
    reason: str | None
    undone: bool
    changes: dict[str, tuple[Any, Any]]
    """Column -> (before, after), of the person's own rows."""


class Origin(msgspec.Struct, frozen=True):
    """How an account came in: by which input, when, and who took it in."""

    at: Millis
    actor: str
    source: str
    kind: str


class Person(msgspec.Struct, frozen=True):
    """The human being behind the accounts, as far as somebody said so."""

    id: PersonId
    name: str | None
    email: str | None
    country: str | None
    version: int


async def person(reader: Reader, person_id: int) -> Person | None:
    """One person, or None."""
    rows = await reader.all("SELECT id, name, email, country, version FROM persons WHERE id = ?", (person_id,))
    return Person(**dict(rows[0])) if rows else None


async def origin(reader: Reader, creator_id: int) -> Origin | None:
    """How an account came in; None where nobody wrote it down."""
    rows = await reader.all(
        "SELECT imports.at, actor, source, kind FROM creators JOIN imports ON imports.id = creators.import_id"
        " WHERE creators.id = ?",
        (creator_id,),
    )
    return Origin(**dict(rows[0])) if rows else None


async def readings(reader: Reader, creator_id: int) -> list[Reading]:
    """All readings of an account, oldest first."""
    rows = await reader.all("SELECT * FROM snapshots WHERE creator_id = ? ORDER BY at, source", (creator_id,))
    return [
        Reading(
            at=row["at"],
            source=row["source"],
            values={metric: row[metric] for metric in METRICS if row[metric] is not None},
            quality=quality_by_metric(row["quality"]),
            variant=row["engagement_variant"],
        )
        for row in rows
    ]


async def notes(reader: Reader, person_id: int) -> list[Note]:
    """The notes on a person, newest first."""
    rows = await reader.all(
        "SELECT id, at, actor, text FROM notes WHERE person_id = ? ORDER BY at DESC, id DESC", (person_id,)
    )
    return [Note(**dict(row)) for row in rows]


async def history(reader: Reader, person_id: int, *, limit: int = 50) -> list[HistoryEntry]:
    """What was done to a person, the accounts, notes and picks, newest first."""
    rows = await reader.all(
        "WITH mine (noun, row_id) AS (SELECT 'persons', ?"
        " UNION ALL SELECT 'creators', id FROM creators WHERE person_id = ?"
        " UNION ALL SELECT 'notes', id FROM notes WHERE person_id = ?"
        " UNION ALL SELECT 'picks', id FROM picks WHERE person_id = ?"
        " UNION ALL SELECT 'collaborations', id FROM collaborations WHERE person_id = ?)"
        " SELECT journal.id, journal.at, actor, summary, reason, state, noun, before, after FROM mine"
        " JOIN journal_rows USING (noun, row_id) JOIN journal ON journal.id = journal_id"
        " ORDER BY journal.id DESC, seq LIMIT ?",
        (*[person_id] * 5, limit * 4),
    )
    by_act: dict[int, list[Row]] = {}
    for row in rows:
        by_act.setdefault(row["id"], []).append(row)
    return [_entry(act) for act in list(by_act.values())[:limit]]


def _entry(rows: list[Row]) -> HistoryEntry:
    changes: dict[str, tuple[Any, Any]] = {}
    for row in rows:
        if row["noun"] in ("creators", "persons") and row["before"] and row["after"]:
            before, after = msgspec.json.decode(row["before"]), msgspec.json.decode(row["after"])
            changes |= {name: (before.get(name), value) for name, value in after.items()}
    first = rows[0]
    return HistoryEntry(
        id=first["id"],
        at=first["at"],
        actor=first["actor"],
        summary=first["summary"],
        reason=first["reason"],
        undone=first["state"] == "undone",
        changes=changes,
    )


async def memories(reader: Reader, persons: Sequence[PersonId]) -> dict[PersonId, Memory]:
    """What is remembered of each person from collaborations, terms, posts and messages. Suppression is not looked up here."""
    found: dict[PersonId, dict[str, Any]] = {}
    for start in range(0, len(persons), _CHUNK):
        chunk = list(persons[start : start + _CHUNK])
        marks = ", ".join("?" * len(chunk))
        for row in await reader.all(
            "SELECT person_id, count(*) AS campaigns, sum(posts) AS posts FROM (SELECT person_id,"
            " (SELECT count(*) FROM posts WHERE collaboration_id = collaborations.id) AS posts FROM collaborations"
            # Who was only looked at or picked has not worked with us.
            " WHERE state NOT IN ('discovered', 'vetted', 'shortlisted', 'disqualified')"
            f" AND person_id IN ({marks})) GROUP BY person_id",
            chunk,
        ):
            found.setdefault(row["person_id"], {}).update(campaigns=row["campaigns"], posts=row["posts"])
        for row in await reader.all(
            "SELECT person_id, count(*) AS rejected FROM picks"
            f" WHERE verdict = 'rejected' AND person_id IN ({marks}) GROUP BY person_id",
            chunk,
        ):
            found.setdefault(row["person_id"], {})["rejected"] = row["rejected"]
        for row in await reader.all(
            "SELECT person_id, amount_minor, terms.currency FROM terms JOIN collaborations"
            f" ON collaborations.id = collaboration_id WHERE slot = 'fee' AND amount_minor IS NOT NULL"
            f" AND terms.currency IS NOT NULL AND person_id IN ({marks}) ORDER BY noted_at",
            chunk,
        ):
            found.setdefault(row["person_id"], {})["agreed"] = Money(row["amount_minor"], row["currency"])
        for row in await reader.all(
            "SELECT person_id, max(CASE WHEN direction = 'out' AND state IN ('sent', 'logged') THEN at END) AS wrote_at,"
            " max(CASE WHEN direction = 'in' THEN at END) AS heard_at FROM messages JOIN conversations"
            f" ON conversations.id = conversation_id WHERE person_id IN ({marks}) GROUP BY person_id",
            chunk,
        ):
            found.setdefault(row["person_id"], {}).update(wrote_at=row["wrote_at"], heard_at=row["heard_at"])
    return {each: Memory(person=each, **facts) for each, facts in found.items()}


async def counts(reader: Reader, person_id: int) -> dict[str, int]:
    """How much there is about a person: notes, verdicts, conversations, messages, parcels, collaborations."""
    rows = await reader.all(
        "SELECT (SELECT count(*) FROM notes WHERE person_id = :person) AS notes,"
        " (SELECT count(*) FROM picks WHERE person_id = :person) AS verdicts,"
        " (SELECT count(*) FROM conversations WHERE person_id = :person) AS conversations,"
        " (SELECT count(*) FROM messages JOIN conversations c ON c.id = conversation_id WHERE c.person_id = :person)"
        " AS messages,"
        " (SELECT count(*) FROM shipments s LEFT JOIN collaborations c ON c.id = s.collaboration_id"
        " WHERE :person IN (s.person_id, c.person_id)) AS parcels,"
        " (SELECT count(*) FROM collaborations WHERE person_id = :person) AS collaborations",
        {"person": person_id},
    )
    return dict(rows[0])


async def addresses(reader: Reader, person_id: int) -> list[str]:
    """Every mail address that is known to be a person's."""
    rows = await reader.all(
        "SELECT email FROM creators WHERE person_id = :person UNION SELECT email FROM persons WHERE id = :person"
        " UNION SELECT address FROM conversations WHERE person_id = :person AND channel = 'email'",
        {"person": person_id},
    )
    return [row[0] for row in rows if row[0] and "@" in row[0]]


async def who_reads_mail_at(database: Database, keys: AbstractSet[str]) -> set[PersonId]:
    """The people one of whose addresses is among `keys` (`email_key`). Reads every address once, in pieces."""
    found: set[PersonId] = set()
    statement = (
        "SELECT email, person_id AS id FROM creators WHERE email IS NOT NULL"
        " UNION ALL SELECT email, id FROM persons WHERE email IS NOT NULL"
    )
    async for rows in database.stream(statement):
        found |= {PersonId(row["id"]) for row in rows if email_key(row["email"]) in keys}
    return found
