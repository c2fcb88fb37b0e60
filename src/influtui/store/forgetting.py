"""Forgetting a person down to the bytes: rows, text index, journal, kept copies, and the pages they were written on.

Two steps. `erase` runs inside the act that forgets (which also puts the person on the suppression list) and takes out
everything that says who somebody was. `scrub` runs after its commit and rewrites the file, its log and the snapshots,
because a deleted row is still legible on its page. The figures of campaigns that really happened stay, without anybody
they could be traced to: what was agreed, paid, shipped and measured.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from influtui.model.ids import PersonId
from influtui.store import raw_bodies, snapshots, text_index
from influtui.store.daily import day
from influtui.store.database import Database, Transaction, damage_explained
from influtui.store.journal import as_columns, chunks

if TYPE_CHECKING:
    from influtui.store.database import Reader

REDACTED: Final = "(redacted)"

_OURS: Final = {
    "persons": "id = :person",
    "creators": "person_id = :person",
    "notes": "person_id = :person",
    "exclusivities": "person_id = :person",
    "picks": "person_id = :person",
    "collaborations": "person_id = :person",
    "collaboration_moves": "collaboration_id IN (SELECT id FROM collaborations WHERE person_id = :person)",
    "terms": "collaboration_id IN (SELECT id FROM collaborations WHERE person_id = :person)",
    "agreements": "collaboration_id IN (SELECT id FROM collaborations WHERE person_id = :person)",
    "posts": "collaboration_id IN (SELECT id FROM collaborations WHERE person_id = :person)",
    "enrolments": "collaboration_id IN (SELECT id FROM collaborations WHERE person_id = :person)",
    "conversations": "person_id = :person",
    "messages": "conversation_id IN (SELECT id FROM conversations WHERE person_id = :person)",
    "shipments": "person_id = :person OR collaboration_id IN (SELECT id FROM collaborations WHERE person_id = :person)",
    "shipment_events": "shipment_id IN (SELECT id FROM shipments WHERE person_id = :person"
    " OR collaboration_id IN (SELECT id FROM collaborations WHERE person_id = :person))",
    "privacy_notices": "person_id = :person",
    "creator_posts": "creator_id IN (SELECT id FROM creators WHERE person_id = :person)",
}
"""The journaled rows that are about a person."""

_BLANKED: Final = {
    "persons": "name = NULL, email = NULL, country = NULL",
    "picks": "creator_id = NULL, reason = NULL",
    "collaborations": "creator_id = NULL",
    "collaboration_moves": "reason = NULL",
    "terms": "value = NULL",
    "agreements": "terms = '{}', hash = '', ended_why = NULL",
    "posts": "handle = NULL, native_id = NULL, url = 'forgotten:' || id",
    "enrolments": "state = 'stopped', why = 'forgotten', paused_until = NULL",
    "conversations": "creator_id = NULL, subject = NULL, address = NULL",
    "messages": "message_id = NULL, in_reply_to = NULL, references_ids = NULL, sender = NULL, recipient = NULL,"
    " subject = NULL, body = '', template = NULL, outcome = NULL, kind_why = NULL, unconfirmed = NULL,"
    " written_by = CASE direction WHEN 'in' THEN '' ELSE written_by END",
    "shipments": "number = 'forgotten-' || id, url = NULL",
    "shipment_events": "text = NULL",
    "privacy_notices": "source = ''",
}
"""What is taken out of rows that stay, because a campaign's figures stand on them."""

_SHORTEST_TRACE: Final = 3
_STILL_S: Final = 10.0


class Erased(NamedTuple):
    """What was erased. `traces` are the person's names and addresses: look for them, never show or keep them."""

    accounts: int
    kept_figures: bool
    redacted: int
    """Rows of the journal that no longer say what they said."""
    traces: tuple[str, ...]


class Scrubbed(NamedTuple):
    """How far the bytes are gone."""

    complete: bool
    why_not: str | None
    snapshots: tuple[str, ...]
    """Copies that were made before and are gone; one of now has taken their place."""


async def erase(transaction: Transaction, person: PersonId) -> Erased:
    """Take a person out of everything. Not journaled: the caller's entry says only that somebody was forgotten.

    Erasing somebody who is not there does nothing.
    """
    values = {"person": person}
    accounts = [
        as_columns(row) for row in await transaction.all("SELECT * FROM creators WHERE person_id = ?", (person,))
    ]
    traces = await _traces(transaction, person, accounts)
    await _forget_elsewhere(transaction, person, accounts)
    await raw_bodies.forget(transaction, traces)
    redacted = await _redact_journal(transaction, person, traces)
    for row in accounts:
        transaction.touched("creators", [row["id"]])
    transaction.touched("persons", [person])

    worked_with = await transaction.one("SELECT 1 FROM collaborations WHERE person_id = ? LIMIT 1", (person,))
    await transaction.run(
        "DELETE FROM memory WHERE key IN (SELECT 'draft:conversation:' || id FROM conversations WHERE person_id = :person)",
        values,
    )
    for table in ("outbox", "received"):
        await transaction.run(
            f"DELETE FROM {table} WHERE message_id IN (SELECT id FROM messages WHERE {_OURS['messages']})", values
        )
    for trace in traces:
        await transaction.run("DELETE FROM mail_rules WHERE sender = ? OR instr(phrase, ?)", (trace.casefold(),) * 2)
    if worked_with:
        for table, blanked in _BLANKED.items():
            await transaction.run(f"UPDATE {table} SET {blanked} WHERE {_OURS[table]}", values)
    else:
        for table in ("picks", "conversations", "shipments"):
            await transaction.run(f"DELETE FROM {table} WHERE {_OURS[table]}", values)
    for table in ("notes", "exclusivities"):
        await transaction.run(f"DELETE FROM {table} WHERE {_OURS[table]}", values)
    # A saved query can name them, and the columns that searches keep can hold a tag that nobody else had.
    for told in {row[name] for row in accounts for name in ("handle", "email") if row[name]}:
        await transaction.run("DELETE FROM saved_searches WHERE says(query, folded(?), 0)", (told,))
    await transaction.run("DELETE FROM column_cache")
    await text_index.remove(transaction, accounts)
    await transaction.run("DELETE FROM creators WHERE person_id = ?", (person,))
    if not worked_with:
        await transaction.run("DELETE FROM persons WHERE id = ?", (person,))
    await text_index.optimize(transaction)
    return Erased(len(accounts), worked_with is not None, redacted, traces)


async def scrub(database: Database, at: int) -> Scrubbed:
    """Rewrite the database, its log and its snapshots, so that what was erased is nowhere in their bytes."""
    with damage_explained(database.path):
        why_not = await asyncio.to_thread(_rewrite, database)
    gone = await asyncio.to_thread(snapshots.renew, database.path, day(at))
    return Scrubbed(why_not is None, why_not, tuple(gone))


def _rewrite(database: Database) -> str | None:
    with closing(sqlite3.connect(database.path, isolation_level=None, timeout=60)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        try:
            connection.execute("VACUUM")
        except sqlite3.OperationalError as error:
            return f"the file could not be written anew: {error}"
        connection.execute("PRAGMA busy_timeout = 50")
        give_up = time.monotonic() + _STILL_S
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > give_up:
                return "another session is reading; the log still holds the old pages until it closes"
            time.sleep(0.05)
    return None


async def _traces(reader: Reader, person: PersonId, accounts: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    names = {row[name] for row in accounts for name in ("handle", "handle_key", "name", "email", "url")}
    for row in await reader.all("SELECT name, email FROM persons WHERE id = ?", (person,)):
        names |= {row["name"], row["email"]}
    for row in await reader.all(
        f"SELECT sender, recipient, direction FROM messages WHERE {_OURS['messages']}", {"person": person}
    ):
        names.add(row["recipient"] if row["direction"] == "out" else row["sender"])
    for row in await reader.all(f"SELECT number FROM shipments WHERE {_OURS['shipments']}", {"person": person}):
        names.add(row["number"])
    return tuple(sorted({name.strip() for name in names if name and len(name.strip()) >= _SHORTEST_TRACE}))


async def _forget_elsewhere(transaction: Transaction, person: PersonId, accounts: Sequence[dict[str, Any]]) -> None:
    """Their comments under others' posts, and what undone imports still hold of them."""
    undone = await transaction.all("SELECT id FROM undone_creators WHERE person_id = ?", (person,))
    ids = {row["id"] for row in undone}
    for row in accounts:
        key = (row["platform"], row["handle_key"])
        await transaction.run(
            "DELETE FROM creator_comments WHERE commenter = ? AND post_id IN (SELECT p.id FROM creator_posts p"
            " JOIN creators c ON c.id = p.creator_id WHERE c.platform = ?)",
            (key[1], key[0]),
        )
        await transaction.run(
            "DELETE FROM undone_creator_comments WHERE commenter = ? AND post_id IN (SELECT p.id FROM undone_creator_posts p"
            " JOIN undone_creators c ON c.id = p.creator_id WHERE c.platform = ?)",
            (key[1], key[0]),
        )
        same = await transaction.all(
            "SELECT id, person_id FROM undone_creators WHERE platform = ? AND handle_key = ?", key
        )
        ids |= {each["id"] for each in same}
        for each in same:
            await transaction.run("DELETE FROM undone_persons WHERE id = ?", (each["person_id"],))
            await transaction.run("DELETE FROM undone_notes WHERE person_id = ?", (each["person_id"],))
    for some in chunks(sorted(ids | {row["id"] for row in accounts})):
        marks = ", ".join("?" * len(some))
        await transaction.run(
            "DELETE FROM undone_creator_comments WHERE post_id IN"
            f" (SELECT id FROM undone_creator_posts WHERE creator_id IN ({marks}))",
            some,
        )
        for table, column in (("creator_posts", "creator_id"), ("snapshots", "creator_id"), ("creators", "id")):
            await transaction.run(f"DELETE FROM undone_{table} WHERE {column} IN ({marks})", some)
    await transaction.run("DELETE FROM undone_notes WHERE person_id = ?", (person,))
    await transaction.run("DELETE FROM undone_persons WHERE id = ?", (person,))


async def _redact_journal(transaction: Transaction, person: PersonId, traces: Sequence[str]) -> int:
    """Blank what the journal holds of the person: by the rows that are theirs, by what rows that are gone pointed at, by name."""
    redacted = 0
    blank = "UPDATE journal_rows SET before = NULL, after = NULL WHERE (before IS NOT NULL OR after IS NOT NULL) AND "
    for noun, which in _OURS.items():
        # Why somebody was judged or moved is said in free words.
        await transaction.run(
            "UPDATE journal SET reason = NULL WHERE reason IS NOT NULL AND id IN (SELECT journal_id FROM journal_rows"
            f" WHERE noun = '{noun}' AND row_id IN (SELECT id FROM {noun} WHERE {which}))",
            {"person": person},
        )
        redacted += await transaction.run(
            f"{blank} noun = '{noun}' AND row_id IN (SELECT id FROM {noun} WHERE {which})", {"person": person}
        )
    redacted += await transaction.run(
        f"{blank} noun = 'snapshots' AND row_id IN (SELECT id FROM creators WHERE person_id = :person)",
        {"person": person},
    )
    pointing = [f'"person_id":{person}{end}' for end in ",}"]
    for text in pointing:
        redacted += await transaction.run(f"{blank} (instr(before, ?) > 0 OR instr(after, ?) > 0)", (text, text))
    if not traces:
        return redacted
    named = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(trace) for trace in traces)})(?!\w)", re.IGNORECASE)
    redacted += await _redact_named_rows(transaction, traces, named)
    for table, columns in (("journal", ("summary", "reason")), ("imports", ("source",)), ("memory", ("value",))):
        for column in columns:
            await _redact_texts(transaction, table, column, named)
    return redacted


async def _redact_named_rows(transaction: Transaction, traces: Sequence[str], named: re.Pattern[str]) -> int:
    found: set[tuple[int, int]] = set()
    for trace in traces:
        rows = await transaction.all(
            "SELECT journal_id, seq, before, after FROM journal_rows"
            " WHERE instr(lower(before), lower(?)) > 0 OR instr(lower(after), lower(?)) > 0",
            (trace, trace),
        )
        found |= {
            (row["journal_id"], row["seq"])
            for row in rows
            if named.search(f"{row['before'] or ''} {row['after'] or ''}")
        }
    await transaction.many(
        "UPDATE journal_rows SET before = NULL, after = NULL WHERE journal_id = ? AND seq = ?", sorted(found)
    )
    return len(found)


async def _redact_texts(transaction: Transaction, table: str, column: str, named: re.Pattern[str]) -> None:
    keys = "actor, key" if table == "memory" else "id"
    rows = await transaction.all(f"SELECT {keys}, {column} AS text FROM {table} WHERE {column} IS NOT NULL")
    where = " AND ".join(f"{key} = ?" for key in keys.split(", "))
    await transaction.many(
        f"UPDATE {table} SET {column} = ? WHERE {where}",
        [(named.sub(REDACTED, row["text"]), *tuple(row)[:-1]) for row in rows if named.search(row["text"])],
    )
