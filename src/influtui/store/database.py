"""The open database: reads on one connection, writes one at a time on another, the change feed.

A write is a transaction under `BEGIN IMMEDIATE` on the writer's connection. Everything that a person did goes through
`store.journal.UnitOfWork`, which sits on top of `Transaction`; imports use a `Transaction` of normal durability.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any, Final, Protocol

import aiosqlite

from influtui.model.failures import Failure, ReadOnly, StoreDamaged, StoreFull
from influtui.store import migrations, snapshots, sqlite
from influtui.store.changes import KEEP, Change, everything, runs
from influtui.store.presence import Presence
from influtui.store.sqlite import Durability, patiently

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700

Values = Sequence[Any] | dict[str, Any]
Row = sqlite3.Row


class Reader(Protocol):
    """What can be asked: the database, or a transaction that wants to see its own writes."""

    async def all(self, sql: str, values: Values = ()) -> list[Row]:
        """The rows of a query."""
        ...


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
            await self.run("DELETE FROM change_log WHERE seq <= (SELECT max(seq) FROM change_log) - ?", (KEEP,))


class Database:
    """An open workspace database. Make one with `open_database`; close it when done."""

    def __init__(
        self, path: Path, *, reading: aiosqlite.Connection, presence: Presence | None, is_full: bool = False
    ) -> None:
        self.path = path
        self.read_only = presence is None
        self.is_full = is_full
        """Whether the disk has no room for a second connection: this one reads, and nobody writes."""
        self.has_written = False
        """Whether this session has committed anything."""
        self._lock = asyncio.Lock()
        self._writer: asyncio.Task[Any] | None = None
        self._opening = asyncio.Lock()
        self._closed = False
        self._connections: dict[str, aiosqlite.Connection] = {"read": reading}
        self._presence = presence
        self._closers: list[Callable[[], None]] = []

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
        with damage_explained(self.path):
            connection = self._connections["read"] if self.is_full else await self._reader()
            try:
                async with connection.execute(sql, values) as cursor:
                    while rows := list(await cursor.fetchmany(chunk)):
                        yield rows
            finally:
                if not self.is_full:
                    await connection.close()

    @asynccontextmanager
    async def write(self, at: int, *, durability: Durability = "full") -> AsyncIterator[Transaction]:
        """A transaction: committed at the end of the block, rolled back when the block raises or is cancelled.

        Raises `ReadOnly` under `--read-only` and `StoreBusy` when other sessions hold the lock for a minute. One task
        writes at a time; a second one inside the block would wait for itself, and is a `RuntimeError`.
        """
        if self.read_only:
            raise ReadOnly("nothing was written: this session is read-only", hint="Leave out --read-only.")
        if self.is_full:
            raise _full(self.path, "there is no room for the log")
        if self._writer is not None and self._writer is asyncio.current_task():
            raise RuntimeError("this task is writing already")
        async with self._lock:
            self._writer = asyncio.current_task()
            try:
                connection = await self._connection(durability)
                with damage_explained(self.path):
                    try:
                        await patiently(lambda: connection.execute_fetchall("BEGIN IMMEDIATE"))
                        transaction = Transaction(connection, at)
                        yield transaction
                        await transaction.write_changes()
                        await connection.execute_fetchall("COMMIT")
                        self.has_written = True
                    except BaseException:
                        # Whatever was cancelled may still run in the database's thread, a BEGIN or a COMMIT too; this
                        # queues behind it. Shielded: a second cancellation must not leave the transaction open.
                        await asyncio.shield(_rolled_back(connection))
                        raise
            finally:
                self._writer = None

    async def let_log_grow(self, pages: int) -> None:
        """How many pages an import's transactions may leave in the log before one of them takes it into the database."""
        connection = await self._connection("normal")
        await connection.execute_fetchall(f"PRAGMA wal_autocheckpoint = {pages:d}")

    async def changes_since(self, seq: int) -> list[Change]:
        """What changed in any session after change number `seq`.

        Old changes are let go: whoever was away for longer is told that every row of every noun may have changed.
        """
        rows = await self.all("SELECT seq, noun, first_id, last_id FROM change_log WHERE seq >= ? ORDER BY seq", (seq,))
        if seq and (not rows or rows[0]["seq"] > seq):
            newest = rows[-1]["seq"] if rows else await self.last_change()
            return everything(newest) if newest != seq else []
        return [Change(row["seq"], row["noun"], row["first_id"], row["last_id"]) for row in rows if row["seq"] > seq]

    async def last_change(self) -> int:
        """The number of the newest change; 0 when there is none."""
        row = await self.one("SELECT coalesce(max(seq), 0) FROM change_log")
        return int(row[0]) if row else 0

    async def data_version(self) -> int:
        """A number that moves when another connection has committed. Cheap (microseconds): made for polling."""
        row = await self.one("PRAGMA data_version")
        return int(row[0]) if row else 0

    @property
    def is_closed(self) -> bool:
        """Whether it was closed before the session that opened it ended."""
        return self._closed

    def when_closing(self, closer: Callable[[], None]) -> None:
        """Have `closer` called, in a thread, before the database is closed."""
        self._closers.append(closer)

    async def close(self) -> None:
        """Close every connection. The database file is complete without its log afterwards, where no other session is on."""
        try:
            while self._closers:
                await asyncio.to_thread(self._closers.pop())
        finally:
            # Whatever happens: a connection that stays open keeps its thread, and with it the process.
            # The one that reads first: only one that may write takes the log into the database as the last of them.
            async with self._opening:
                self._closed = True
            for kind in sorted(self._connections, key=lambda kind: kind != "read"):
                await self._connections.pop(kind).close()
            if self._presence is not None:
                self._presence.close()

    async def _connection(self, kind: str) -> aiosqlite.Connection:
        if kind not in self._connections:
            async with self._opening:
                if kind not in self._connections:
                    if self._closed:
                        raise asyncio.CancelledError("the database is closed")
                    opening = asyncio.ensure_future(self._open(kind))
                    try:
                        await asyncio.shield(opening)
                    except asyncio.CancelledError:
                        # Who asked wants it no longer; a connection that nobody knew of would keep the process for ever.
                        await asyncio.wait({opening})
                        raise
        return self._connections[kind]

    async def _open(self, kind: str) -> None:
        with damage_explained(self.path):
            self._connections[kind] = await (
                self._reader()
                if kind == "read"
                else sqlite.connect(self.path, durability="normal" if kind == "normal" else "full")
            )

    async def _reader(self) -> aiosqlite.Connection:
        return await reader(self.path, cannot_be_written=self.read_only)


async def reader(path: Path, *, cannot_be_written: bool = False) -> aiosqlite.Connection:
    """A read-only connection, also (`cannot_be_written`) where the folder is on a medium that takes no lock files."""
    try:
        return await sqlite.connect(path, read_only=True)
    except sqlite3.OperationalError as error:
        if not (cannot_be_written and sqlite.is_refused(error) and path.exists()):
            raise
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise Failure(
                "the workspace was not closed properly, and here its log cannot be read in",
                hint="Copy the folder to where it can be written, and open it there.",
                at=str(path.parent),
            ) from error
        return await sqlite.connect(path, read_only=True, immutable=True)


async def _rolled_back(connection: aiosqlite.Connection) -> None:
    # Where nothing was begun, or all was committed, there is nothing to roll back.
    with suppress(sqlite3.OperationalError):
        await connection.execute_fetchall("ROLLBACK")


def _full(path: Path, why: str) -> StoreFull:
    return StoreFull(
        f"the disk is full or does not take what is written ({why}): nothing was changed",
        hint=f"Make room on the disk of {path.parent} and repeat the command.",
    )


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
                hint=snapshots.offer(self._path),
                at=str(self._path),
            ) from error
        if sqlite.is_disk(error):
            raise _full(self._path, str(error)) from error
        if sqlite.is_refused(error):
            raise Failure(
                f"the workspace's database cannot be opened or written: {error}",
                hint="Check the permissions of the folder, or use --read-only.",
                at=str(self._path),
            ) from error


async def open_database(path: Path, *, read_only: bool = False, alone_when_full: bool = False) -> Database:
    """Open (and unless read-only, create or migrate) the database at `path`.

    Raises `StoreTooNew` for a database of a later program, `StoreDamaged` for one that cannot be read, `StoreFull` on a full
    disk and `Failure` where the folder cannot be used. One that is up to date costs one connection, which stays for reading.
    With `alone_when_full` it reads on a full disk, and keeps all others out until it is closed: for what is soon done.
    """
    with damage_explained(path):
        if not _holds_something(path):
            if read_only:
                raise Failure(f"there is no workspace at {path.parent}", hint="Leave out --read-only to make one.")
            await asyncio.to_thread(_prepare, path)
        presence = None if read_only else Presence(path.parent)
        reading: aiosqlite.Connection | None = None
        try:
            is_full = False
            try:
                reading = await reader(path, cannot_be_written=read_only)
            except sqlite3.OperationalError as error:
                # The index of the log, which connections share, has no room.
                if not (alone_when_full and sqlite.is_disk(error)):
                    raise
                reading = await patiently(lambda: sqlite.connect(path, read_only=True, alone=True))
                is_full = True
            found = await _version(reading, path)
            if found < migrations.newest():
                if read_only:
                    raise Failure(
                        "this workspace was written by an older influtui and must be brought up to date first",
                        hint="Open it once without --read-only.",
                    )
                await asyncio.to_thread(_prepare, path)
        except BaseException:
            if reading is not None:
                await reading.close()
            if presence is not None:
                presence.close()
            raise
    return Database(path, reading=reading, presence=presence, is_full=is_full)


async def copied(database: Database, target: Path) -> None:
    """A copy of the database as it is now, in one file, while others go on writing."""

    def copy() -> None:
        with closing(sqlite3.connect(f"{database.path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            snapshots.copy(connection, target)

    with damage_explained(database.path):
        await asyncio.to_thread(copy)


def _holds_something(path: Path) -> bool:
    """Whether there is a database. Raises `StoreDamaged` where one is missing that has left its snapshots or its log."""
    try:
        if path.stat().st_size:
            return True
        remains = "is empty"
    except FileNotFoundError:
        remains = "is missing"
    except OSError as error:
        raise _unusable(path, error) from error
    log = path.with_name(f"{path.name}-wal")
    if snapshots.listed(path) or (log.exists() and log.stat().st_size):
        raise StoreDamaged(
            f"the workspace's database {remains}",
            hint=f"{snapshots.offer(path)} To begin anew, remove the folder {snapshots.folder(path)} too.",
            at=str(path),
        )
    return False


async def _version(connection: aiosqlite.Connection, path: Path) -> int:
    rows = await connection.execute_fetchall(
        "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version,"
        " pragma_application_id"
    )
    found, application, tables = next(iter(rows))
    if tables and application != migrations.APPLICATION_ID:
        raise Failure(f"{path} is a database of another program", hint="Choose another folder with --workspace DIR.")
    migrations.refuse_newer(found)
    return int(found)


def _prepare(path: Path) -> None:
    """Create or migrate. The caller has made sure that what is there is ours."""
    _create_private(path)
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        found = migrations.version(connection)
        migrations.refuse_newer(found)
        connection.execute("PRAGMA journal_mode = WAL")
        if 0 < found < migrations.newest():
            snapshots.before_migration(connection, path, found)
        migrations.migrate(connection)
    finally:
        connection.close()


def _create_private(path: Path) -> None:
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE))
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> Failure:
    return Failure(
        f"the workspace folder {path.parent} cannot be used: {error.strerror}",
        hint="Name another one with --workspace DIR or INFLUTUI_WORKSPACE.",
    )
