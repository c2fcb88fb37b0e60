"""What must survive when an older copy takes the database's place: who may not be written to or taken in again.

Whoever opted out after the copy was made would else be written to again, and whoever was forgotten would be back unseen.
"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import NamedTuple

from influtui.store import snapshots, suppressions
from influtui.store.database import Database


class Carried(NamedTuple):
    """What was carried over."""

    suppressed: int
    """People and addresses that the copy did not have on its list."""
    forgotten_again: tuple[str, ...]
    """Accounts in the copy of people who asked to be forgotten, as REFs."""


async def carry(database: Database, replaced: Path, at: int) -> Carried:
    """Take the suppression list of the database that was replaced into the one that took its place, where it can be read."""
    key, listed = await asyncio.to_thread(_list_of, replaced)
    if key is None or not listed:
        return Carried(0, ())
    async with database.write(at) as transaction:
        await transaction.run("INSERT INTO keys (name, value) VALUES ('suppression', ?) ON CONFLICT DO NOTHING", (key,))
        kept = await transaction.one("SELECT value FROM keys WHERE name = 'suppression'")
        if kept is None or bytes(kept[0]) != key:
            return Carried(0, ())  # The copy is of another workspace: its hashes say nothing here.
        before = await transaction.one("SELECT count(*) FROM suppressions")
        await transaction.many(
            "INSERT INTO suppressions (kind, hash, reason, at) VALUES (?, ?, ?, ?) ON CONFLICT (kind, hash) DO UPDATE"
            " SET reason = excluded.reason WHERE excluded.reason = 'forgotten'",
            listed,
        )
        after = await transaction.one("SELECT count(*) FROM suppressions")
    return Carried(int(after[0]) - int(before[0]) if before and after else 0, await _forgotten_again(database))


async def _forgotten_again(database: Database) -> tuple[str, ...]:
    known = await suppressions.load(database)
    found: list[str] = []
    async for rows in database.stream("SELECT platform, handle, email FROM creators ORDER BY id"):
        found += [
            f"{row['platform']}:{row['handle']}"
            for row in rows
            if known.forgotten(row["platform"], row["handle"], [row["email"]] if row["email"] else ())
        ]
    return tuple(found)


def _list_of(replaced: Path) -> tuple[bytes | None, list[tuple[str, str, str, int]]]:
    try:
        with snapshots.opened(replaced) as connection:
            key = connection.execute("SELECT value FROM keys WHERE name = 'suppression'").fetchone()
            rows = connection.execute("SELECT kind, hash, reason, at FROM suppressions").fetchall()
    except sqlite3.DatabaseError:
        return None, []  # Damaged: that is why it was replaced.
    return (bytes(key[0]) if key else None), rows
