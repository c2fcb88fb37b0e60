"""The last sign that mail was sent from this database, in it and in a file beside it.

The database is written first and the file directly after it, both before anything is transmitted: a database behind its
file has lost a time in which letters went out.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from influtui.model import records
from influtui.store.database import Reader, Transaction

NAME: Final = ".heartbeat"


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """One sign: the how-manieth, when and on which machine."""

    serial: int
    host: str
    at: int


async def last(reader: Reader) -> Heartbeat | None:
    """What the database knows."""
    rows = await reader.all("SELECT serial, host, at FROM heartbeat")
    return Heartbeat(**dict(rows[0])) if rows else None


def beside(folder: Path) -> Heartbeat | None:
    """What the file beside it says; None where there is none that can be read."""
    try:
        return records.from_json((folder / NAME).read_bytes(), Heartbeat)
    except (OSError, msgspec.DecodeError):
        return None


async def beat(transaction: Transaction, host: str, *, after: int = 0) -> Heartbeat:
    """Write the next sign into the database; `after` is a serial that it must exceed."""
    row = await transaction.one(
        "INSERT INTO heartbeat (id, serial, host, at) VALUES (1, :after + 1, :host, :at) ON CONFLICT (id) DO UPDATE"
        " SET serial = max(serial, :after) + 1, host = :host, at = :at RETURNING serial",
        {"host": host, "at": transaction.at, "after": after},
    )
    return Heartbeat(serial=int(row[0]) if row else 1, host=host, at=transaction.at)


def put_beside(folder: Path, sign: Heartbeat) -> None:
    """Write it into the file too, in one step. A folder that takes no file only loses this one protection."""
    path = folder / NAME
    with suppress(OSError):
        unfinished = path.with_name(f"{NAME}.{os.getpid()}")
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(sign))
        unfinished.replace(path)


async def waiting(reader: Reader) -> list[int]:
    """Messages that wait, drafts included."""
    rows = await reader.all("SELECT id FROM messages WHERE state IN ('queued', 'deferred') ORDER BY id")
    return [int(row["id"]) for row in rows]


async def would_have_gone(reader: Reader, at: int) -> bool:
    """Whether anything was on its way at that time that would have gone by itself since."""
    rows = await reader.all(
        "SELECT 1 FROM messages m JOIN outbox o ON o.message_id = m.id WHERE m.state IN ('queued', 'deferred')"
        " AND o.approved_at <= :at UNION ALL"
        " SELECT 1 FROM enrolments WHERE state = 'running' AND trusted_by IS NOT NULL AND enrolled_at <= :at LIMIT 1",
        {"at": at},
    )
    return bool(rows)
