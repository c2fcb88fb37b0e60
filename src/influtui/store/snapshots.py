"""Copies of the database: one a day, before a migration, on demand; and putting one in the database's place.

A copy is a whole database in one file, consistent whoever writes meanwhile, readable by its owner only, and appears
under its name only when it is complete and on the disk. Putting one back does not need the damaged database to open.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from influtui.model.failures import Failure, NotFound, StoreBusy
from influtui.store import migrations
from influtui.store.presence import Presence

KEEP_DAILY: Final = 7
KEEP_OTHERS: Final = 3
"""Copies from before a migration, and databases that were replaced, of each kind."""

_DAILY: Final = re.compile(r"\d{4}-\d{2}-\d{2}\.db")
_LOGS: Final = ("-wal", "-shm")
_UNFINISHED: Final = ".unfinished"
_ABANDONED_S: Final = 24 * 3600


class Snapshot(NamedTuple):
    """One copy in the workspace's `snapshots` folder."""

    name: str
    """What `restore` takes: a day, `before-migration-from-3`, `replaced-…`."""
    path: Path
    bytes: int
    at: int
    """When it was made, in milliseconds."""


def folder(database: Path) -> Path:
    """Where a workspace keeps its snapshots."""
    return database.parent / "snapshots"


def listed(database: Path) -> list[Snapshot]:
    """What there is to restore, the newest first."""
    try:
        entries = [entry for entry in folder(database).iterdir() if entry.suffix == ".db"]
    except OSError:
        return []
    found = []
    for entry in entries:
        stat = entry.stat()
        found.append(Snapshot(entry.stem, entry, stat.st_size, stat.st_mtime_ns // 1_000_000))
    return sorted(found, key=lambda each: (each.at, each.name), reverse=True)


def offer(database: Path) -> str:
    """What a person whose database is damaged can do: one sentence with the newest snapshot's name."""
    whole = [each for each in listed(database) if not each.name.startswith("replaced-")]
    if not whole:
        return "There is no snapshot of it here. If you have a backup, `influtui restore FILE` puts it in its place."
    more = "; `influtui restore` lists the older ones" if len(whole) > 1 else ""
    return f"`influtui restore {whole[0].name}` puts the newest snapshot in its place{more}."


def before_migration(connection: sqlite3.Connection, database: Path, found: int) -> Path:
    """Copy a database of schema `found` before it is changed. Returns the copy."""
    target = folder(database) / f"before-migration-from-{found}.db"
    copy(connection, target)
    _prune(database, "before-migration-", KEEP_OTHERS)
    return target


def exists(database: Path, name: str) -> bool:
    """Whether there is a snapshot of this name."""
    return (folder(database) / f"{name}.db").exists()


def daily(database: Path, day: str) -> Path | None:
    """Make the snapshot of `day` unless it is there. Returns it when it was made."""
    target = folder(database) / f"{day}.db"
    if target.exists():
        return None
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        copy(connection, target)
    days = sorted((entry for entry in target.parent.iterdir() if _DAILY.fullmatch(entry.name)), reverse=True)
    for old in days[KEEP_DAILY:]:
        old.unlink(missing_ok=True)
    _clear(target.parent, older_than=_ABANDONED_S)
    return target


def renew(database: Path, day: str) -> list[str]:
    """Replace all snapshots by one of now. Returns the names of those that are gone.

    For when somebody was forgotten: no copy that this program made may still hold them.
    """
    old = listed(database)
    for each in old:
        for name in ("", *_LOGS):
            each.path.with_name(each.path.name + name).unlink(missing_ok=True)
    if folder(database).is_dir():
        _clear(folder(database), older_than=0)
    if old:
        daily(database, day)
    return [each.name for each in old]


def copy(connection: sqlite3.Connection, target: Path) -> None:
    """A consistent copy of an open database in one file, under its name only when it is complete and on the disk."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    # A name of its own: two sessions may close at once, and neither may finish the other's file.
    unfinished = target.with_name(f"{target.name}.{os.getpid()}-{threading.get_ident()}{_UNFINISHED}")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as other:
            other.execute("PRAGMA synchronous = OFF")
            connection.backup(other)
            # Without a log beside it, it can be read from any medium.
            other.execute("PRAGMA journal_mode = DELETE")
        _to_disk(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def check(source: Path) -> int:
    """Whether a file can take the database's place. Returns its schema version; raises `Failure` saying what is wrong."""
    if not source.is_file():
        raise NotFound(f"there is no file {source}", hint="`influtui restore` lists the snapshots.")
    try:
        with opened(source) as connection:
            found = migrations.version(connection)
            if connection.execute("PRAGMA application_id").fetchone()[0] != migrations.APPLICATION_ID:
                raise Failure(f"{source} is not a database of influtui")
            migrations.refuse_newer(found)
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise Failure(f"{source} cannot be read: {error}", hint="Choose another snapshot.") from error
    if verdict != "ok":
        raise Failure(f"{source} is damaged itself: {verdict}", hint="Choose another snapshot.")
    return found


def restore(database: Path, source: Path, stamp: str) -> Path | None:
    """Put a copy of `source` in the place of `database`. Returns where the replaced one went, None where there was none.

    Raises `StoreBusy` while anybody else has it open: they would go on writing to the replaced one.
    """
    check(source)
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    presence = Presence(database.parent)
    try:
        if not presence.exclude_others():
            raise StoreBusy(
                "another session has this workspace open", hint="Close it, the worker too, and repeat the command."
            )
        return _replace(database, source, folder(database) / f"replaced-{stamp}.db")
    finally:
        presence.close()


def _replace(database: Path, source: Path, aside: Path) -> Path | None:
    ready = database.with_name(f"{database.name}.restoring")
    with opened(source) as connection:
        copy(connection, ready)
    had_one = database.exists()
    if had_one:
        aside.parent.mkdir(mode=0o700, exist_ok=True)
        _close_cleanly(database)
        # A second name first, then the swap: at no moment is there no database.
        os.link(database, aside)
    for name in _LOGS:
        log = database.with_name(database.name + name)
        if log.exists():
            if had_one and name == "-wal":
                log.replace(aside.with_name(aside.name + name))
            else:
                log.unlink()
    ready.replace(database)
    _to_disk(database.parent)
    _prune(database, "replaced-", KEEP_OTHERS)
    return aside if had_one else None


def _close_cleanly(database: Path) -> None:
    """Take the log into the database, where it can still be read."""
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def opened(source: Path) -> Iterator[sqlite3.Connection]:
    """A copy to read from: with its log where it has one, else as it lies there, from any medium."""
    log = source.with_name(f"{source.name}-wal")
    how = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?{how}", uri=True)) as connection:
        yield connection


def _prune(database: Path, prefix: str, keep: int) -> None:
    for old in [each for each in listed(database) if each.name.startswith(prefix)][keep:]:
        for name in ("", *_LOGS):
            old.path.with_name(old.path.name + name).unlink(missing_ok=True)


def _clear(place: Path, *, older_than: float) -> None:
    """Remove copies that a killed session left half-made."""
    for entry in place.glob(f"*{_UNFINISHED}*"):
        with suppress(OSError):
            if time.time() - entry.stat().st_mtime >= older_than:
                entry.unlink()


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
