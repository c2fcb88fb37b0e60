"""Copies of the database beside it: before a migration, and one a day."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path


def folder(database: Path) -> Path:
    """Where a workspace keeps its snapshots."""
    return database.parent / "snapshots"


def before_migration(connection: sqlite3.Connection, database: Path, found: int) -> Path:
    """Copy a database of schema `found` before it is changed. Returns the copy."""
    target = folder(database) / f"before-migration-from-{found}.db"
    copy(connection, target)
    return target


def copy(connection: sqlite3.Connection, target: Path) -> None:
    """A consistent copy of an open database, written under another name first so that a torn one is never seen."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished = target.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT, 0o600))
    other = sqlite3.connect(unfinished)
    try:
        connection.backup(other)
    finally:
        other.close()
    unfinished.replace(target)
