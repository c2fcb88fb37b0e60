"""The worker's row: taken, renewed, given up, and asked about. One holder at a time, each with a higher token."""

from __future__ import annotations

import os

import msgspec

from influtui.model import records
from influtui.model.machines import Machine
from influtui.store.database import Reader, Transaction


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """Who works, or worked last."""

    token: int
    host: str
    boot: str
    pid: int
    kept: bool
    began_at: int
    beat_at: int
    ended_at: int | None
    doing: str | None
    rounds: int


async def current(reader: Reader) -> Lease | None:
    """The row; None where no worker has ever been."""
    rows = await reader.all("SELECT * FROM worker")
    if not rows:
        return None
    row = dict(rows[0])
    del row["id"]
    return records.convert({**row, "kept": bool(row["kept"])}, Lease)


async def take(transaction: Transaction, machine: Machine, *, kept: bool) -> int:
    """Become the holder. Returns the token that everything done from now on names."""
    row = await transaction.one(
        "INSERT INTO worker (id, token, host, boot, pid, kept, began_at, beat_at) VALUES (1, 1, :host, :boot, :pid, :kept,"
        " :at, :at) ON CONFLICT (id) DO UPDATE SET token = token + 1, host = :host, boot = :boot, pid = :pid,"
        " kept = :kept, began_at = :at, beat_at = :at, ended_at = NULL, doing = NULL, rounds = 0 RETURNING token",
        {"host": machine.host, "boot": machine.boot, "pid": os.getpid(), "kept": int(kept), "at": transaction.at},
    )
    if row is None:
        raise RuntimeError("the lease was not written")
    return int(row[0])


async def renew(transaction: Transaction, token: int, doing: str | None, *, round_done: bool) -> bool:
    """Say that the holder lives. False where another one has taken over."""
    changed = await transaction.run(
        "UPDATE worker SET beat_at = ?, doing = ?, rounds = rounds + ? WHERE token = ? AND ended_at IS NULL",
        (transaction.at, doing, int(round_done), token),
    )
    return bool(changed)


async def give_up(transaction: Transaction, token: int) -> None:
    """End the holder's time."""
    await transaction.run("UPDATE worker SET ended_at = ?, doing = NULL WHERE token = ?", (transaction.at, token))


async def holds(reader: Reader, token: int) -> bool:
    """Whether this token is still the newest and has not ended."""
    return bool(await reader.all("SELECT 1 FROM worker WHERE token = ? AND ended_at IS NULL", (token,)))
