"""`doctor`: looks at a workspace from outside, damaged or not, and says in sentences what is wrong and what to do.

It opens nothing for good and changes nothing, but with `fix` what is safe to mend: permissions and the text index.
"""

from __future__ import annotations

import shutil
import socket
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from influtui.model.failures import Failure
from influtui.secrets import kept
from influtui.services.workspace import CONFIG, DATABASE, opened, read_settings, wall_clock
from influtui.store import health, snapshots, text_index
from influtui.store.database import FILE_MODE, FOLDER_MODE, damage_explained
from influtui.store.presence import Presence

_MIB: Final = 1 << 20
_DAY_MS: Final = 24 * 3600 * 1000
_OLD_SNAPSHOT_DAYS: Final = 14

_MEND: Final = {
    "schema": "Open the workspace once without --read-only: that brings it up to date.",
    "text index": "`influtui doctor --fix` builds it anew.",
}
_RESTORE: Final = "`influtui restore` lists the snapshots that can take the database's place."


class Finding(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.finding/1"):
    """One thing that was looked at."""

    subject: str
    verdict: Literal["sound", "note", "wrong"]
    message: str
    hint: str | None = None


async def examine(folder: Path, *, fix: bool = False) -> AsyncIterator[Finding]:
    """Look at everything, the quick things first."""
    database = folder / DATABASE
    if not folder.is_dir():
        yield _wrong("workspace", f"there is no workspace at {folder}", "Any command but --read-only ones makes it.")
        return
    for finding in _surroundings(folder):
        yield finding
    for finding in _permissions(folder, fix=fix):
        yield finding
    yield _secrets(folder)
    async for finding in _database(folder, fix=fix):
        yield finding
    yield _snapshots(database)
    yield _sessions(folder)


def _surroundings(folder: Path) -> Iterator[Finding]:
    if health.sqlite_is_recent_enough():
        yield _sound("sqlite", f"SQLite {health.sqlite_version()}")
    else:
        yield _wrong(
            "sqlite", f"SQLite {health.sqlite_version()} is too old", "Use a Python with SQLite 3.35 or newer."
        )
    try:
        read_settings(folder)
        yield _sound("settings", f"{CONFIG} is right" if (folder / CONFIG).exists() else f"no {CONFIG}, all defaults")
    except Failure as failure:
        yield _wrong("settings", failure.message, failure.hint)
    try:
        with socket.create_server(("127.0.0.1", 0)):
            yield _sound("loop-back", "this machine can be reached from itself")
    except OSError as error:
        yield _wrong("loop-back", f"no socket on 127.0.0.1: {error.strerror}", "Look at the sandbox or the firewall.")
    free = shutil.disk_usage(folder).free
    sizes = ", ".join(
        f"{name} {path.stat().st_size / _MIB:,.1f} MiB"
        for name, path in (("database", folder / DATABASE), ("its log", folder / f"{DATABASE}-wal"))
        if path.exists()
    )
    size = (folder / DATABASE).stat().st_size if (folder / DATABASE).exists() else 0
    if free < max(64 * _MIB, size):
        yield _wrong(
            "disk",
            f"{free / _MIB:,.0f} MiB are free, less than a copy of the database needs",
            f"Make room on the disk of {folder}.",
        )
    else:
        yield _sound("disk", f"{sizes or 'no database yet'}; {free / _MIB:,.0f} MiB free")


def _permissions(folder: Path, *, fix: bool) -> Iterator[Finding]:
    files = [folder / name for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", CONFIG)]
    files += [each.path for each in snapshots.listed(folder / DATABASE)]
    open_to_others = [
        path
        for path in (folder, snapshots.folder(folder / DATABASE), *files)
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_to_others and fix:
        for path in open_to_others:
            path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
        yield _sound("permissions", f"closed to others: {_named(open_to_others, folder)}")
    elif open_to_others:
        yield _wrong(
            "permissions",
            f"other users of this machine can read {_named(open_to_others, folder)}",
            "`influtui doctor --fix` closes it to them.",
        )
    else:
        yield _sound("permissions", "only you can read it")


def _secrets(folder: Path) -> Finding:
    try:
        held = kept.names(folder)
    except Failure as failure:
        return _wrong("secrets", failure.message, failure.hint)
    plain = [name for name, form in held.items() if form == "file"]
    if plain:
        return Finding(
            subject="secrets",
            verdict="note",
            message=f"{len(plain)} of {len(held)} kept secrets are not encrypted",
            hint="`influtui secret encrypt` encrypts them; only you can read the files.",
        )
    return _sound("secrets", f"{len(held)} kept, encrypted" if held else "none is kept here")


async def _database(folder: Path, *, fix: bool) -> AsyncIterator[Finding]:
    database = folder / DATABASE
    try:
        async with opened(folder, read_only=True):
            pass
        with damage_explained(database):
            problems = await health.problems(database)
    except Failure as failure:
        yield _wrong("database", failure.message, failure.hint)
        return
    if fix and problems.get("text index"):
        async with opened(folder) as workspace, workspace.db.write(workspace.clock()) as transaction:
            await text_index.rebuild(transaction)
        problems["text index"] = []
    for subject, found in problems.items():
        if found:
            yield _wrong(subject, "; ".join(found), _MEND.get(subject, _RESTORE))
        else:
            yield _sound(subject, "sound")


def _snapshots(database: Path) -> Finding:
    found = [each for each in snapshots.listed(database) if not each.name.startswith("replaced-")]
    if not found:
        return Finding(
            subject="snapshots",
            verdict="note",
            message="there is no snapshot yet",
            hint="One is made as the first session of a day that changes something closes; `influtui backup` makes one now.",
        )
    days = (wall_clock() - found[0].at) // _DAY_MS
    message = f"{len(found)}, the newest {found[0].name}"
    if days > _OLD_SNAPSHOT_DAYS:
        return Finding(
            subject="snapshots",
            verdict="note",
            message=f"{message} is {days} days old",
            hint="That is right where nothing was changed since; else look at the free space on the disk.",
        )
    return _sound("snapshots", message)


def _sessions(folder: Path) -> Finding:
    presence = Presence(folder)
    try:
        alone = presence.is_alone()
    finally:
        presence.close()
    return _sound("sessions", "no other session is on" if alone else "another session has this workspace open")


def _named(paths: list[Path], folder: Path) -> str:
    names = ["the folder" if path == folder else str(path.relative_to(folder)) for path in paths]
    return ", ".join(names)


def _sound(subject: str, message: str) -> Finding:
    return Finding(subject=subject, verdict="sound", message=message)


def _wrong(subject: str, message: str, hint: str | None) -> Finding:
    return Finding(subject=subject, verdict="wrong", message=message, hint=hint)
