"""kill -9 where the mailbox has a Sent folder: what lies there settles what nobody knew, and nothing goes twice."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mail_receiver import MailReceiver
from mail_server import PASSWORD, MailServer

from influtui.model.creators import parse_ref
from influtui.model.settings import MailAccount
from influtui.secrets.passwords import variable
from influtui.services.campaign import brands, campaigns
from influtui.services.incoming import syncing
from influtui.services.mailbox import accounts
from influtui.services.outgoing import outreach, sending
from influtui.services.outgoing.reconciling import NOT_IN_SENT
from influtui.services.workspace import Workspace, opened

SENDER = Path(__file__).parents[1] / "support" / "killed_sender.py"
HOUR = 3_600_000
_numbers = itertools.count(1)


@pytest.fixture
async def box(
    workspace: Workspace, receiver: MailReceiver, mail_server: MailServer, account: Any, monkeypatch: pytest.MonkeyPatch
) -> MailAccount:
    """A mailbox with a Sent folder, and a letter to Anna that waits in its outbox."""
    await account("instagram:anna", name="Anna Li", email="anna@mail.test")
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness"}, brand="Acme")
    address = f"killed{next(_numbers)}@rig.test"
    monkeypatch.setenv(variable(address), PASSWORD)
    added = MailAccount(
        address=address, smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none",
        imap_host="127.0.0.1", imap_port=mail_server.port, imap_security="none",
    )  # fmt: skip
    await accounts.add(workspace, added)
    receiver.script["RCPT"] = "451 4.7.1 later"
    await outreach.contact(workspace, made.campaign.code, [parse_ref("instagram:anna")], "gift")
    receiver.script.clear()
    return added


async def files_sent(workspace: Workspace, box: MailAccount, yes: bool) -> None:
    async with workspace.db.write(workspace.clock()) as transaction:
        await transaction.run("INSERT INTO mailboxes (address, files_sent) VALUES (?, ?)", (box.address, int(yes)))


def kill(workspace: Workspace, point: str) -> None:
    words = [sys.executable, SENDER, point, workspace.folder, str(workspace.clock())]
    killed = subprocess.run(words, capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()


@pytest.mark.parametrize(("point", "copies"), [("half of the body", 0), ("the reply", 1)])
async def test_a_server_that_files_what_it_sends_tells_what_became_of_it(
    workspace: Workspace, receiver: MailReceiver, mail_server: MailServer, box: MailAccount, point: str, copies: int
) -> None:
    await files_sent(workspace, box, yes=True)
    kill(workspace, point)
    receiver.wait_for(copies)
    if copies:
        mail_server.deliver(box.address, receiver.received[0].raw, folder="Sent")
    later = workspace.clock() + HOUR
    async with opened(workspace.folder, clock=lambda: later) as then:  # type: ignore[arg-type,return-value]
        assert {row.state for row in await sending.outgoing(then)} == {"unknown"}
        await syncing.sync(then, box)
        left = [(row.state, row.outcome) for row in await sending.outgoing(then)]
        assert left == ([] if copies else [("unknown", NOT_IN_SENT)])
        assert await sending.send_queued(then) == []
    assert len(receiver.received) == copies


async def test_a_copy_is_put_into_sent_once_whenever_the_process_is_killed(
    workspace: Workspace, receiver: MailReceiver, mail_server: MailServer, box: MailAccount
) -> None:
    await files_sent(workspace, box, yes=False)
    [row] = await sending.outgoing(workspace)
    await sending.send_queued(workspace, [row.id])
    kill(workspace, "the copy")
    assert len(mail_server.stored(box.address, "Sent")) == 1
    await syncing.sync(workspace, box)
    assert len(mail_server.stored(box.address, "Sent")) == 1
    assert len(receiver.received) == 1
