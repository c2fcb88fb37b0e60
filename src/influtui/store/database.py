"""The open database: reads on one connection, writes one at a time on another, the change feed.

A write is a transaction under `BEGIN IMMEDIATE` on the writer's connection. Everything that a person did goes through
`store.journal.UnitOfWork`, which sits on top of `Transaction`; imports use a `Transaction` of normal durability.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiosqlite

from influtui.model.failures import Failure, ReadOnly, StoreDamaged
from influtui.store import migrations, sqlite
from influtui.store.changes import Change, runs
from influtui.store.presence import Presence
from influtui.store.sqlite import Durability, patiently

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700

Values = Sequence[Any] | dict[str, Any]
Row = sqlite3.Row


class Transaction:
    """One write in progress. Made by `Database.write`; dead after it."""

    def __init__(self, connection: aiosqlite.Connection, at: int) -> None:
        self._connection = connection
        self.at = at
        """When this write began, in milliseconds: the time every row of it bears."""
        self._changes: dict[str, list[int]] = {}
        self._runs: list[tuple[str, int, int]] = []

    async def all(self, sql: str, values: Values = ()) -> list[Row]:
        """The rows of a query, seen from inside this transaction."""
        return list(await self._connection.execute_fetchall(sql, values))

    async def one(self, sql: str, values: Values = ()) -> Row | None:
        """The first row of a query, or None."""
        rows = await self.all(sql, values)
        return rows[0] if rows else None

    async def run(self, sql: str, values: Values = ()) -> int:
        """Run one statement. Returns how many rows it changed."""
        # The cursor is left to the collector: closing it would cost a second hop to the database's thread, and a
        # statement that ran to its end holds nothing.
        return (await self._connection.execute(sql, values)).rowcount

    async def insert(self, sql: str, values: Values = ()) -> int:
        """Run one INSERT. Returns the new row's id."""
        rowid = (await self._connection.execute(sql, values)).lastrowid
        if rowid is None:
            raise RuntimeError("the statement inserted nothing")
        return rowid

    async def many(self, sql: str, values: Iterable[Values]) -> int:
        """Run one statement for many rows, in one hop to the database's thread."""
        return (await self._connection.executemany(sql, values)).rowcount

    async def next_ids(self, counter: str, count: int) -> int:
        """Take `count` ids from a counter of dense ids. Returns the first."""
        row = await self.one("UPDATE counters SET next = next + ? WHERE name = ? RETURNING next", (count, counter))
        if row is None:
            raise RuntimeError(f"no counter {counter}")
        return int(row[0]) - count

    def touched(self, noun: str, ids: Iterable[int]) -> None:
        """Note that rows changed, for other sessions. Written at the end, as runs of ids."""
        self._changes.setdefault(noun, []).extend(ids)

    def touched_run(self, noun: str, first: int, last: int) -> None:
        """Note that all rows from `first` to `last` changed."""
        self._runs.append((noun, first, last))

    async def write_changes(self) -> None:
        """Put the noted changes into the feed. Called by `Database.write` just before the commit."""
        rows = [(noun, first, last, self.at) for noun, first, last in self._runs]
        for noun, ids in self._changes.items():
            rows += [(noun, first, last, self.at) for first, last in runs(ids)]
        if rows:
            await self.many("INSERT INTO change_log (noun, first_id, last_id, at) VALUES (?, ?, ?, ?)", rows)


class Database:
    """An open workspace database. Make one with `open_database`; close it when done."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        self._lock = asyncio.Lock()
        self._connections: dict[str, aiosqlite.Connection] = {}
        self._presence = None if read_only else Presence(path.parent)

    def is_alone(self) -> bool:
        """Whether no other session that may write has this database open."""
        return self._presence is not None and self._presence.is_alone()

    async def all(self, sql: str, values: Values = ()) -> list[Row]:
        """The rows of a query, read outside any transaction."""
        connection = await self._connection("read")
        with damage_explained(self.path):
            return list(await patiently(lambda: connection.execute_fetchall(sql, values)))

    async def one(self, sql: str, values: Values = ()) -> Row | None:
        """The first row of a query, or None."""
        rows = await self.all(sql, values)
        return rows[0] if rows else None

    async def stream(self, sql: str, values: Values = (), *, chunk: int = 2_000) -> AsyncIterator[list[Row]]:
        """The rows of a large query in chunks, on a connection of its own so that other reads go on."""
        connection = await sqlite.connect(self.path, read_only=True)
        try:
            async with connection.execute(sql, values) as cursor:
                while rows := list(await cursor.fetchmany(chunk)):
                    yield rows
        finally:
            await connection.close()

    @asynccontextmanager
    async def write(self, at: int, *, durability: Durability = "full") -> AsyncIterator[Transaction]:
        """A transaction: committed at the end of the block, rolled back when the block raises.

        Raises `ReadOnly` under `--read-only` and `StoreBusy` when other sessions hold the lock for a minute.
        """
        if self.read_only:
            raise ReadOnly("nothing was written: this session is read-only", hint="Leave out --read-only.")
        async with self._lock:
            connection = await self._connection(durability)
            with damage_explained(self.path):
                await patiently(lambda: connection.execute_fetchall("BEGIN IMMEDIATE"))
                transaction = Transaction(connection, at)
                try:
                    yield transaction
                    await transaction.write_changes()
                    await connection.execute_fetchall("COMMIT")
                except BaseException:
                    # Shielded: a cancelled task must not leave the transaction open on the shared connection.
                    await asyncio.shield(_rolled_back(connection))
                    raise

    async def changes_since(self, seq: int) -> list[Change]:
        """What changed in any session after change number `seq`."""
        rows = await self.all("SELECT seq, noun, first_id, last_id FROM change_log WHERE seq > ? ORDER BY seq", (seq,))
        return [Change(row["seq"], row["noun"], row["first_id"], row["last_id"]) for row in rows]

    async def last_change(self) -> int:
        """The number of the newest change; 0 when there is none."""
        row = await self.one("SELECT coalesce(max(seq), 0) FROM change_log")
        return int(row[0]) if row else 0

    async def data_version(self) -> int:
        """A number that moves when another connection has committed. Cheap (microseconds): made for polling."""
        connection = await self._connection("read")
        rows = list(await connection.execute_fetchall("PRAGMA data_version"))
        return int(rows[0][0])

    async def close(self) -> None:
        """Close every connection. The database file is complete without its log afterwards, where no other session is on."""
        while self._connections:
            _, connection = self._connections.popitem()
            await connection.close()
        if self._presence is not None:
            self._presence.close()

    async def _connection(self, kind: str) -> aiosqlite.Connection:
        if kind not in self._connections:
            durability: Durability = "normal" if kind == "normal" else "full"
            reading = kind == "read"
            with damage_explained(self.path):
                self._connections[kind] = await sqlite.connect(self.path, durability=durability, read_only=reading)
        return self._connections[kind]


async def _rolled_back(connection: aiosqlite.Connection) -> None:
    if connection.in_transaction:
        await connection.execute_fetchall("ROLLBACK")


class damage_explained:  # noqa: N801 - reads as a clause: `with damage_explained(path)`
    """Turn SQLite's errors about the file itself into ones that a person can act on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, sqlite3.DatabaseError):
            return
        if sqlite.is_damaged(error):
            raise StoreDamaged(
                f"the workspace's database cannot be read: {error}",
                hint="`influtui restore` lists the snapshots that can take its place.",
                at=str(self._path),
            ) from error
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise Failure(
                "the disk is full: the change was not saved, and nothing else was lost",
                hint=f"Make room on the disk of {self._path.parent} and repeat the command.",
            ) from error
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
            raise Failure(
                f"the workspace's database cannot be written: {error}",
                hint="Check the permissions of the folder, or use --read-only.",
                at=str(self._path),
            ) from error


async def open_database(path: Path, *, read_only: bool = False) -> Database:
    """Open (and unless read-only, create or migrate) the database at `path`.

    Raises `StoreTooNew` for a database of a later program, `StoreDamaged` for one that cannot be read, and `Failure`
    where the folder cannot be used.
    """
    with damage_explained(path):
        await asyncio.to_thread(_prepare, path, read_only)
    return Database(path, read_only=read_only)


def _prepare(path: Path, read_only: bool) -> None:
    from influtui.store import snapshots

    if read_only:
        _check_existing(path)
        return
    _create_private(path)
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        found = migrations.version(connection)
        migrations.refuse_newer(found)
        if found == 0:
            _refuse_stranger(connection, path)
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode = WAL")
        if 0 < found < migrations.newest():
            snapshots.before_migration(connection, path, found)
        migrations.migrate(connection)
    finally:
        connection.close()


def _check_existing(path: Path) -> None:
    if not path.exists():
        raise Failure(f"there is no workspace at {path.parent}", hint="Leave out --read-only to make one.")
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        found = migrations.version(connection)
    finally:
        connection.close()
    migrations.refuse_newer(found)
    if found < migrations.newest():
        raise Failure(
            "this workspace was written by an older influtui and must be brought up to date first",
            hint="Open it once without --read-only.",
        )


def _create_private(path: Path) -> None:
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE))
    except OSError as error:
        raise Failure(
            f"the workspace folder {path.parent} cannot be used: {error.strerror}",
            hint="Name another one with --workspace DIR or INFLUTUI_WORKSPACE.",
        ) from error


def _refuse_stranger(connection: sqlite3.Connection, path: Path) -> None:
    """A file that is somebody else's database must not be taken for an empty workspace."""
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise Failure(f"{path} is a database of another program", hint="Choose another folder with --workspace DIR.")
