"""Whether a database is sound: each check asks one thing and answers with what is wrong, in words.

Reads only, but for the check of the text index, which SQLite takes for a write: it is rolled back, and left out where
nothing can be written.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from influtui.store import functions, gram_index, migrations

OLDEST_SQLITE: Final = (3, 35, 0)
"""RETURNING. Older than any distribution that is still looked after."""

_MOST: Final = 5


def sqlite_version() -> str:
    """The version of the library that this Python uses."""
    return sqlite3.sqlite_version


def sqlite_is_recent_enough() -> bool:
    """Whether the library can do what the store asks of it."""
    return sqlite3.sqlite_version_info >= OLDEST_SQLITE


async def problems(path: Path) -> dict[str, list[str]]:
    """What is wrong, by subject; an empty list is a subject that was looked at and is sound.

    Raises sqlite3's errors where the file cannot be read at all: wrap it in `damage_explained`.
    """
    return await asyncio.to_thread(_problems, path)


def _problems(path: Path) -> dict[str, list[str]]:
    can_be_written = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    mode = "mode=rw" if can_be_written else "mode=ro&immutable=1"
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout = 5000")
        checks = {subject: check for subject, check in _CHECKS.items() if can_be_written or check is not _text_index}
        return {subject: [*check(connection)] for subject, check in checks.items()}


def _pages(connection: sqlite3.Connection) -> Iterator[str]:
    for (verdict,) in connection.execute(f"PRAGMA integrity_check({_MOST})"):
        if verdict != "ok":
            yield str(verdict)


def _references(connection: sqlite3.Connection) -> Iterator[str]:
    rows = connection.execute('SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2').fetchall()
    for table, parent, count in rows:
        yield f"{count} rows of {table} point at {parent} that are not there"


def _text_index(connection: sqlite3.Connection) -> Iterator[str]:
    functions.give(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("INSERT INTO creator_text (creator_text, rank) VALUES ('integrity-check', 1)")
        connection.execute("INSERT INTO creator_text_grams (creator_text_grams) VALUES ('integrity-check')")
    except sqlite3.DatabaseError as error:
        yield f"the text index does not say what the rows say: {error}"
    finally:
        connection.execute("ROLLBACK")
    try:
        if differing := gram_index.disagreements(connection):
            yield f"the index of scripts without blanks is wrong in {differing:,} places"
    except sqlite3.DatabaseError as error:
        yield f"the index of scripts without blanks cannot be read: {error}"


def _counters(connection: sqlite3.Connection) -> Iterator[str]:
    for table in ("creators", "persons"):
        row = connection.execute(
            f"SELECT next, (SELECT coalesce(max(id), 0) FROM {table}) FROM counters WHERE name = ?", (table,)
        ).fetchone()
        if row is None or row[0] <= row[1]:
            yield f"the next id of {table} would be one that is taken"


def _journal(connection: sqlite3.Connection) -> Iterator[str]:
    for (count,) in connection.execute(
        "SELECT count(*) FROM journal_rows WHERE journal_id NOT IN (SELECT id FROM journal) HAVING count(*)"
    ):
        yield f"{count} rows of the journal belong to no act"
    for (count,) in connection.execute(
        "SELECT count(*) FROM journal u JOIN journal e ON e.id = u.reverts"
        " WHERE u.state = 'done' AND e.state = 'done' HAVING count(*)"
    ):
        yield f"{count} acts count as done though they were taken back"


def _schema(connection: sqlite3.Connection) -> Iterator[str]:
    found = migrations.version(connection)
    if found != migrations.newest():
        yield f"the schema is {found}, this influtui writes {migrations.newest()}"


_CHECKS: Final[dict[str, Callable[[sqlite3.Connection], Iterator[str]]]] = {
    "schema": _schema,
    "pages": _pages,
    "references": _references,
    "text index": _text_index,
    "counters": _counters,
    "journal": _journal,
}
