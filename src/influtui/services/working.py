"""The worker's lease: who does the work of this workspace, taken by one at a time and told to whoever asks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import msgspec

from influtui.model.failures import Conflict, Failure, ReadOnly
from influtui.model.times import moment, rfc3339
from influtui.services.mailbox.accounts import accounts
from influtui.services.outgoing import trust
from influtui.services.workspace import Workspace
from influtui.store import heartbeats, leases, received
from influtui.store.database import Reader
from influtui.store.leases import Lease
from influtui.store.worker_lock import WorkerLock, here, is_taken

BEAT_S: Final = 15.0
LOST_MS: Final = 60_000
"""A worker on another machine that has not been heard of for so long is taken for gone."""


class Replaced(Failure):
    """Another worker has taken over; this one does nothing more."""

    kind = "replaced"


class WorkerState(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.worker_state/1"):
    """Whether somebody works, and since when."""

    works: bool
    host: str | None
    pid: int | None
    since: str | None
    kept: bool
    doing: str | None
    trouble: str | None
    """What keeps letters from going; None where nothing does."""


class Holding:
    """The lease, held. Made by `held`."""

    def __init__(self, workspace: Workspace, token: int) -> None:
        self._workspace = workspace
        self.token = token
        self.lost = asyncio.Event()
        """Set when another worker has taken over."""
        self.doing: str | None = None

    async def beat(self, *, round_done: bool = False, news: bool = False) -> None:
        """Say that this worker lives, and with `news` that others should look. Raises `Replaced` where it should not."""
        workspace = self._workspace
        async with workspace.db.write(workspace.clock(), durability="normal") as transaction:
            ours = await leases.renew(transaction, self.token, self.doing, round_done=round_done)
            if news:
                transaction.touched("worker", [self.token])
            # A worker that is there and sends nothing is a sign too: the database is the one in use.
            sign = await trust.sign(transaction) if ours and round_done and await _signs(workspace) else None
        if not ours:
            self.lost.set()
            raise Replaced("another worker has taken over this workspace")
        if sign is not None:
            heartbeats.put_beside(workspace.folder, sign)


@asynccontextmanager
async def held(workspace: Workspace, *, kept: bool) -> AsyncIterator[Holding]:
    """Be this workspace's worker for the length of a block. Raises `Conflict` where there is one already."""
    if workspace.db.read_only:
        raise ReadOnly("a worker writes, and this session is read-only", hint="Leave out --read-only.")
    lock = WorkerLock(workspace.folder)
    try:
        if not lock.take():
            raise Conflict("this workspace has a worker already", hint="`influtui worker status` says where.")
        async with workspace.db.write(workspace.clock()) as transaction:
            before = await leases.current(transaction)
            if before is not None and _lives(before, workspace.clock(), lock_is_free=True):
                raise Conflict(
                    f"this workspace has a worker on {before.host}",
                    hint=f"It was heard of {rfc3339(before.beat_at)}. Only one can work at a time.",
                )
            token = await leases.take(transaction, here(), kept=kept)
            transaction.touched("worker", [token])
        holding = Holding(workspace, token)
        beating = asyncio.create_task(_beating(holding))
        try:
            yield holding
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError, Failure):
                await beating
            async with workspace.db.write(workspace.clock(), durability="normal") as transaction:
                await leases.give_up(transaction, token)
                transaction.touched("worker", [token])
    finally:
        lock.close()


async def state(workspace: Workspace) -> WorkerState:
    """Whether somebody works, and what keeps letters from going."""
    lease, lives = await _who(workspace.db, workspace)
    doubt = await trust.suspicion(workspace, by_itself=True)
    return WorkerState(
        works=lives,
        host=lease.host if lease and lives else None,
        pid=lease.pid if lease and lives else None,
        since=rfc3339(lease.began_at) if lease and lives else None,
        kept=bool(lease and lives and lease.kept),
        doing=lease.doing if lease and lives else None,
        trouble=doubt.why if doubt else None,
    )


async def short(workspace: Workspace) -> str:
    """The worker in a word or two, for the header: `worker: off`, `worker: confirm`, `worker: on`, `synced 11:04`.

    A time of day and not an age: what stands on an idle screen must stay true.
    """
    if await trust.suspicion(workspace, by_itself=True) is not None:
        return "worker: confirm"
    _, lives = await _who(workspace.db, workspace)
    if not lives:
        return "worker: off"
    times = await received.last_synced(workspace.db)
    if not times:
        return "worker: on"
    # The one that was read longest ago: every mailbox is at least so fresh.
    at = moment(min(times.values())).astimezone()
    today = moment(workspace.clock()).astimezone().date() == at.date()
    return f"synced {at:%H:%M}" if today else f"synced {at:%d %b %H:%M}"


async def start_if_needed(workspace: Workspace) -> bool:
    """Start a worker in the background where there is mail to work on and nobody does. Returns whether one was started."""
    if workspace.db.read_only or workspace.settings.world is not None or not await accounts(workspace):
        return False
    _, lives = await _who(workspace.db, workspace)
    if lives:
        return False
    # -P: what lies in the folder where the app was started is none of the worker's modules.
    words = [sys.executable, "-P", "-m", "influtui", "--workspace", str(workspace.folder), "worker", "--quiet"]
    await asyncio.to_thread(
        subprocess.Popen,
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return True


async def _who(reader: Reader, workspace: Workspace) -> tuple[Lease | None, bool]:
    lease = await leases.current(reader)
    if lease is None:
        return None, False
    free = lease.host != here().host or not await asyncio.to_thread(is_taken, workspace.folder)
    return lease, _lives(lease, workspace.clock(), lock_is_free=free)


def _lives(lease: Lease, now: int, *, lock_is_free: bool) -> bool:
    """Whether the holder of a lease still works: here the lock says so, elsewhere the time since it was heard of."""
    if lease.ended_at is not None:
        return False
    if lease.host == here().host:
        return not lock_is_free
    return abs(now - lease.beat_at) < LOST_MS


async def _signs(workspace: Workspace) -> bool:
    return await trust.suspicion(workspace, by_itself=True) is None


async def _beating(holding: Holding) -> None:
    while True:
        await asyncio.sleep(BEAT_S)
        await holding.beat()
