"""Numbered steps from one schema to the next, kept as SQL files beside this module.

`PRAGMA user_version` holds the number of the last step taken. All pending steps run in one transaction, so a database
is at one version or another, never between. A copy is made first (see `store/snapshots.py`).
"""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from influtui.model.failures import StoreTooNew
from influtui.store import functions

APPLICATION_ID: Final = 0x1F107D1
"""Marks the file as ours, so that a stranger's database is not taken for an empty workspace."""


class Step(NamedTuple):
    """One migration: its number and the statements to run."""

    number: int
    name: str
    sql: str


_SCHEMA: Final = Path(__file__).with_name("schema")


def steps() -> list[Step]:
    """All known steps in order, read from `schema/NNNN_name.sqlite.sql` (and `NNNN_name.sql` where both engines share it)."""
    return sorted(Step(int(entry.name[:4]), entry.name.split(".")[0], entry.read_text("utf-8")) for entry in _files())


@cache
def newest() -> int:
    """The schema version this program writes. Asked at every start: reads names only."""
    return max(int(entry.name[:4]) for entry in _files())


def _files() -> list[Path]:
    return [entry for entry in _SCHEMA.glob("*.sql") if not entry.name.endswith(".postgres.sql")]


def version(connection: sqlite3.Connection) -> int:
    """The schema version of an open database; 0 is an empty file."""
    row = connection.execute("PRAGMA user_version").fetchone()
    return int(row[0])


def refuse_newer(found: int) -> None:
    """Raise `StoreTooNew` when a database was written by a later program."""
    known = newest()
    if found > known:
        raise StoreTooNew(
            f"this workspace has schema {found}, and this influtui knows up to {known}",
            hint="It was opened by a newer influtui: update this one (pip install -U influtui). Nothing was changed.",
        )


def migrate(connection: sqlite3.Connection) -> list[int]:
    """Take every pending step in one transaction. Returns the numbers taken."""
    found = version(connection)
    refuse_newer(found)
    pending = [step for step in steps() if step.number > found]
    if not pending:
        return []
    functions.give(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have come first while this one waited for the lock.
        pending = [step for step in pending if step.number > version(connection)]
        for step in pending:
            for statement in statements(step.sql):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {step.number}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return [step.number for step in pending]


def statements(sql: str) -> list[str]:
    """A script cut into statements; `executescript` would commit our transaction first."""
    found: list[str] = []
    pending = ""
    for line in sql.splitlines(keepends=True):
        if not pending.strip() and line.lstrip().startswith("--"):
            continue
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    if pending.strip():
        found.append(pending.strip())
    return found
