"""One worker a workspace: who holds the lease, who is refused, how it ends and what it leaves behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mail_receiver import HANG, MailReceiver

from influtui.model.creators import parse_ref
from influtui.model.failures import Conflict
from influtui.model.machines import Machine
from influtui.model.settings import MailAccount
from influtui.services import working
from influtui.services.campaign import brands, campaigns
from influtui.services.mailbox import accounts
from influtui.services.outgoing import enrolling, sending
from influtui.services.people import adding
from influtui.services.settings import change
from influtui.services.workspace import Workspace, opened
from influtui.store import leases
from influtui.worker import loop


def started(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "influtui", "--workspace", str(folder), "--json", "worker", *words]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


async def until(workspace: Workspace, works: bool) -> working.WorkerState:
    give_up = time.monotonic() + 60
    while (found := await working.state(workspace)).works != works:
        assert time.monotonic() < give_up
        await asyncio.sleep(0.02)
    return found


@pytest.fixture
async def today(tmp_path: Path) -> AsyncIterator[Workspace]:
    """A workspace at the time that other processes have too."""
    async with opened(tmp_path / "workspace") as found:
        yield found


async def test_there_is_one_worker_at_a_time_and_a_killed_one_is_followed_at_once(today: Workspace) -> None:
    workspace = today
    first = started(workspace.folder, "--keep")
    try:
        found = await until(workspace, works=True)
        assert (found.pid, found.kept) == (first.pid, True)
        assert await working.short(workspace) == "worker: on"
        with pytest.raises(Conflict, match="has a worker already"):
            await loop.once(workspace)
    finally:
        first.kill()
        await asyncio.to_thread(first.communicate)
    assert await working.short(workspace) == "worker: off"
    await loop.once(workspace)
    lease = await leases.current(workspace.db)
    assert lease is not None
    assert (lease.token, lease.pid) == (2, os.getpid())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_a_worker_that_is_told_to_stop_gives_the_lease_back(today: Workspace, number: int, code: int) -> None:
    workspace = today
    process = started(workspace.folder, "--keep")
    await until(workspace, works=True)
    process.send_signal(number)
    await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == code
    lease = await leases.current(workspace.db)
    assert lease is not None
    assert lease.ended_at is not None


async def test_a_worker_killed_while_the_server_is_silent_leaves_a_doubt_that_the_next_one_does_not_send_again(
    today: Workspace, receiver: MailReceiver
) -> None:
    await adding.add(today, adding.read_words(["https://instagram.com/anna"], None), email="anna@mail.test")
    await brands.new_brand(today, "Acme", {"postal_address": "1 Road"})
    made = await campaigns.new_campaign(today, "Spring", {"goal": "awareness"}, brand="Acme")
    box = MailAccount(address="jo@brand.test", smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none")
    await accounts.add(today, box)
    for key, value in {"window": "00:00-24:00", "days": "mon-sun"}.items():
        change(today.folder, f"sending.{key}", value)
    await enrolling.enroll(today, "gift", made.campaign.code, [parse_ref("instagram:anna")], trusted=True)
    receiver.script["KEPT"] = HANG
    worker = started(today.folder, "--once")
    await asyncio.to_thread(receiver.wait_for, 1, patience=20)
    worker.kill()
    await asyncio.to_thread(worker.communicate)
    receiver.script.clear()
    async with opened(today.folder) as then:
        done = await loop.once(then)
        assert (done.sent, done.written) == (0, 0)
        assert [row.state for row in await sending.outgoing(then)] == ["unknown"]
    assert len(receiver.received) == 1


async def test_a_worker_elsewhere_is_waited_for_until_it_was_not_heard_of_for_a_minute(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace.db.write(workspace.clock()) as transaction:
        await leases.take(transaction, Machine("other", "boot"), kept=True)
    with pytest.raises(Conflict, match="other"):
        await loop.once(workspace)
    later = workspace.clock() + working.LOST_MS
    async with opened(workspace.folder, clock=lambda: later) as then:  # type: ignore[arg-type,return-value]
        await loop.once(then)


async def test_who_was_replaced_says_so_and_sends_nothing_more(workspace: Workspace) -> None:
    async with working.held(workspace, kept=False) as holding:
        async with workspace.db.write(workspace.clock()) as transaction:
            await leases.take(transaction, Machine("other", "boot"), kept=True)
        with pytest.raises(working.Replaced):
            await holding.beat()
        assert holding.lost.is_set()
        assert not await leases.holds(workspace.db, holding.token)


async def test_it_ends_when_it_has_been_alone_for_a_while_and_writes_its_log_for_its_owner_only(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "ALONE_S", 0.0)
    folder = workspace.folder
    await workspace.db.close()
    async with opened(folder, clock=workspace.clock) as alone:
        assert not await asyncio.wait_for(loop.run(alone, keep=False), 60), "nobody interrupted it"


async def test_nothing_is_started_where_there_is_no_mailbox(workspace: Workspace, monkeypatch: Any) -> None:
    monkeypatch.setattr(working.subprocess, "Popen", pytest.fail)
    assert not await working.start_if_needed(workspace)
