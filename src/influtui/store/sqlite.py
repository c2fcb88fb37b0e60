"""What is particular to SQLite: how connections are opened, retried, interrupted and copied.

The figures behind each choice are in `docs/explanation/storage.md`: WAL with FULL durability for what a person did and
NORMAL for imports, `BEGIN IMMEDIATE` always (a deferred transaction that reads and then writes fails "locked" whatever
the timeout), and a retry with jitter on top of SQLite's own, which is unfair under load.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Literal, TypeVar

import aiosqlite

from influtui.model.failures import StoreBusy
from influtui.store import functions

T = TypeVar("T")

Durability = Literal["full", "normal"]
"""`full`: acknowledged means on the disk, even when the power fails. `normal`: a crash of the machine may lose the last
seconds, never the database; for imports, which can be run again."""

PATIENCE: Final = 60.0
"""Seconds that a write waits for other sessions before it says so."""

_BUSY_TIMEOUT_MS: Final = 2_000


async def connect(
    path: Path,
    *,
    durability: Durability = "full",
    read_only: bool = False,
    immutable: bool = False,
    alone: bool = False,
) -> aiosqlite.Connection:
    """A connection with its pragmas and functions set, in one hop to its thread. The file must exist.

    A read-only one refuses every write. `immutable` is for a medium on which not even a lock can be written; `alone` keeps
    the index of the log in memory instead of in a file, and everybody else out, for a disk that has no room for that file.
    """
    mode = f"mode={'ro' if read_only and not alone else 'rw'}{'&immutable=1' if immutable else ''}"
    pragmas = (
        *(("locking_mode = EXCLUSIVE",) if alone else ()),
        f"busy_timeout = {_BUSY_TIMEOUT_MS}",
        "foreign_keys = ON",
        "temp_store = MEMORY",
        f"cache_size = {-16384 if read_only else -65536}",
        "secure_delete = ON",
        f"synchronous = {'FULL' if durability == 'full' else 'NORMAL'}",
        *(("query_only = ON",) if read_only else ()),
    )

    failed: list[sqlite3.Error] = []

    def connector() -> sqlite3.Connection:
        try:
            return opened()
        except sqlite3.Error as error:
            # A connector that raises leaves aiosqlite's thread to end by itself, noisily, after the loop has closed.
            failed.append(error)
            return sqlite3.connect(":memory:")

    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, cached_statements=256
        )
        try:
            connection.row_factory = sqlite3.Row
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")
            functions.give(connection)
            # The first look at the file: what is wrong with it is said here and not at some later query.
            connection.execute("PRAGMA schema_version").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    async def made() -> aiosqlite.Connection:
        return await aiosqlite.Connection(connector, iter_chunk_size=64)

    making = asyncio.ensure_future(made())
    try:
        connection = await asyncio.shield(making)
    except asyncio.CancelledError:
        await (await making).close()  # Left alone its thread would answer a loop that has closed by then, noisily too.
        raise
    if failed:
        await connection.close()
        raise failed[0]
    return connection


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another session's lock is the only reason for this error."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_damaged(error: sqlite3.Error) -> bool:
    """Whether the file itself is at fault."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_disk(error: sqlite3.Error) -> bool:
    """Whether the disk is full or does not take what is written."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def is_refused(error: sqlite3.Error) -> bool:
    """Whether the file or its folder may not be opened or written."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN)


async def patiently(act: Callable[[], Awaitable[T]]) -> T:
    """Run `act` again while another session holds the lock, with growing, random pauses.

    Raises `StoreBusy` after `PATIENCE` seconds; every other error goes through at once.
    """
    give_up = time.monotonic() + PATIENCE
    pause = 0.005
    while True:
        try:
            return await act()
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            if time.monotonic() > give_up:
                raise StoreBusy(
                    f"another session has held the workspace for {PATIENCE:.0f} seconds",
                    hint="Try again; `influtui doctor` says whether another session is on.",
                ) from error
        await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - jitter, not a secret
        pause = min(pause * 2, 0.25)
