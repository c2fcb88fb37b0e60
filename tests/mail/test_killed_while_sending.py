"""kill -9 at every point of a submission: what arrives, and what the program says of it, is what it promises."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from mail_receiver import MailReceiver

from influtui.model.creators import parse_ref
from influtui.model.settings import MailAccount
from influtui.services.campaign import brands, campaigns
from influtui.services.mailbox import accounts
from influtui.services.outgoing import outreach, sending
from influtui.services.workspace import Workspace

SENDER = Path(__file__).parents[1] / "support" / "killed_sender.py"


@pytest.fixture
async def waiting(workspace: Workspace, receiver: MailReceiver, account: Any) -> int:
    """A letter that waits in the outbox. Returns its id."""
    await account("instagram:anna", name="Anna Li", email="anna@mail.test")
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness"}, brand="Acme")
    mailbox = MailAccount(address="jo@brand.test", smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none")
    await accounts.add(workspace, mailbox)
    receiver.script["RCPT"] = "451 4.7.1 later"
    report = await outreach.contact(workspace, made.campaign.code, [parse_ref("instagram:anna")], "gift")
    receiver.script.clear()
    return report.rows[0].message or 0


@pytest.mark.parametrize(
    ("point", "before", "state", "after"),
    [
        ("queued", 0, "sent", 1),
        ("recipient taken", 0, "sent", 1),
        ("claimed", 0, "unknown", 0),
        ("half of the body", 0, "unknown", 0),
        ("the dot", 1, "unknown", 1),
        ("the reply", 1, "unknown", 1),
        ("the commit", 1, "sent", 1),
    ],
)
async def test_killed_after(
    workspace: Workspace, receiver: MailReceiver, waiting: int, point: str, before: int, state: str, after: int
) -> None:
    words = [sys.executable, SENDER, point, workspace.folder, str(workspace.clock())]
    killed = subprocess.run(words, capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    receiver.wait_for(before)
    if before == 0:
        time.sleep(0.05)
    assert len(receiver.received) == before

    rows = await sending.outgoing(workspace)
    sendable = [row.id for row in rows if row.state in ("queued", "deferred")]
    await sending.send_queued(workspace, sendable)
    receiver.wait_for(after)
    assert len(receiver.received) == after
    left = await sending.outgoing(workspace)
    assert [row.state for row in left] == ([] if state == "sent" else [state])
