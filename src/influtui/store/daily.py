"""What a session that has written does once a day as it closes: a snapshot, and letting go of what undo no longer needs.

At the end and not at the start, because nobody waits for a session to close. Copying costs two seconds a gigabyte; a long
session may call this itself, from the background.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

from influtui.model.ids import JournalId
from influtui.model.times import moment
from influtui.store import snapshots
from influtui.store.database import Database

KEEP_UNDONE_MS: Final = 30 * 24 * 3600 * 1000
"""How long an undone import can be put back."""


def day(at: int) -> str:
    """The day that a snapshot made now is named by."""
    return moment(at).date().isoformat()


async def keep(database: Database, at: int) -> Path | None:
    """Do what is due today. Returns the snapshot when one was made.

    A full disk must not make a command fail that has done its work: `influtui doctor` says when there is no snapshot.
    """
    if database.read_only or snapshots.exists(database.path, day(at)):
        return None
    await _let_go(database, at)
    with suppress(OSError, sqlite3.Error):
        return await asyncio.to_thread(snapshots.daily, database.path, day(at))
    return None


async def _let_go(database: Database, at: int) -> None:
    from influtui.store import undo_imports

    rows = await database.all(
        "SELECT DISTINCT u.undone_by FROM undone_creators u JOIN journal j ON j.id = u.undone_by WHERE j.at < ?",
        (at - KEEP_UNDONE_MS,),
    )
    if rows:
        async with database.write(at) as transaction:
            await undo_imports.let_go(transaction, [JournalId(row[0]) for row in rows])
