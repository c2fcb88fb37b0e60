"""Copies of a workspace's database: made on demand, listed, and put back in its place.

`restore` and `restorable` take a folder and not a workspace: they are for when the database cannot be opened.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from influtui.model.failures import Failure
from influtui.model.times import moment
from influtui.services.workspace import DATABASE, Workspace, wall_clock
from influtui.store import snapshots
from influtui.store.carrying import carry
from influtui.store.database import copied, open_database
from influtui.store.snapshots import Snapshot


class Backup(msgspec.Struct, frozen=True):
    """A copy that was made."""

    path: str
    bytes: int


class Restored(msgspec.Struct, frozen=True):
    """What took the database's place, and where the replaced one is."""

    source: str
    replaced: str | None
    suppressed: int = 0
    """People and addresses that were put on the suppression list since the copy was made, and stay on it."""
    forgotten_again: tuple[str, ...] = ()
    """Accounts that the copy brought back of people who had asked to be forgotten."""


async def backup(workspace: Workspace, target: Path | None = None) -> Backup:
    """Copy the database to `target` (a new file, or a folder for one named by the time), whoever writes meanwhile."""
    name = f"influtui-{_stamp(workspace.clock())}.db"
    target = Path(name) if target is None else target / name if target.is_dir() else target
    if target.exists():
        raise Failure(f"{target} is there already", hint="Name a new file.")
    if not target.parent.is_dir():
        raise Failure(f"there is no folder {target.parent}", hint="Make it, or name another one.")
    try:
        await copied(workspace.db, target)
        return Backup(str(target), target.stat().st_size)
    except OSError as error:
        raise Failure(f"{target} cannot be written: {error.strerror}", hint="Name another place.") from error


def restorable(folder: Path) -> list[Snapshot]:
    """What there is to restore, the newest first."""
    return snapshots.listed(folder / DATABASE)


def source_of(folder: Path, named: str) -> Path:
    """The file that a person means: the name of a snapshot, else a path. It is checked before anything is replaced."""
    for each in restorable(folder):
        if named in (each.name, each.path.name):
            return each.path
    return Path(named).expanduser()


async def check(source: Path) -> None:
    """Raise `Failure` where a file cannot take the database's place."""
    await asyncio.to_thread(snapshots.check, source)


async def restore(folder: Path, source: Path) -> Restored:
    """Put a copy of `source` in the database's place. The replaced one stays among the snapshots.

    Whoever is on the suppression list of the replaced one stays on it.
    """
    try:
        aside = await asyncio.to_thread(snapshots.restore, folder / DATABASE, source, _stamp(wall_clock()))
    except OSError as error:
        raise Failure(f"the database could not be replaced: {error.strerror}", at=str(folder)) from error
    if aside is None:
        return Restored(str(source), None)
    database = await open_database(folder / DATABASE)
    try:
        carried = await carry(database, aside, wall_clock())
    finally:
        await database.close()
    return Restored(str(source), aside.stem, carried.suppressed, carried.forgotten_again)


def _stamp(at: int) -> str:
    return f"{moment(at):%Y%m%dT%H%M%SZ}"
