"""Who asked not to be written to is not, and nothing takes them off the list: no undo, no restore, no plugin."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from mail_receiver import MailReceiver

from influtui.model.creators import parse_ref
from influtui.model.settings import MailAccount
from influtui.services import inbox, upkeep
from influtui.services.campaign import brands, campaigns
from influtui.services.incoming import classifying
from influtui.services.mailbox import accounts
from influtui.services.outgoing import enrolling, stepping, suppressing
from influtui.services.workspace import Workspace

ANNA = "instagram:anna"


@pytest.fixture
async def campaign(workspace: Workspace, receiver: MailReceiver, account: Any) -> str:
    await account(ANNA, name="Anna", email="anna@mail.test")
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness"}, brand="Acme")
    box = MailAccount(address="jo@brand.test", smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none")
    await accounts.add(workspace, box)
    return made.campaign.code


async def is_suppressed(workspace: Workspace) -> bool:
    return (await suppressing.standing(workspace, [ANNA]))[0].reason is not None


async def test_nothing_takes_somebody_off_the_list(workspace: Workspace, campaign: str) -> None:
    """Defence: undo passes over it, as over everything that was promised to somebody."""
    await suppressing.suppress(workspace, [ANNA])
    assert not (await upkeep.journal(workspace))[0].undoable
    for _ in range(10):
        await upkeep.undo(workspace)
    assert await is_suppressed(workspace)


async def test_a_wish_that_a_person_confirmed_is_not_undone(workspace: Workspace, campaign: str) -> None:
    """Defence: the correction of a class that suppressed somebody cannot be taken back."""
    logged = await inbox.log_answer(workspace, parse_ref(ANNA), "Please take me off your list")
    done = await classifying.classify_as(workspace, logged.conversation, "unsubscribe")
    assert done.suppressed
    [newest, *_] = await upkeep.journal(workspace)
    assert not newest.undoable
    assert await is_suppressed(workspace)


async def test_a_sequence_ends_for_who_opted_out(workspace: Workspace, campaign: str, receiver: MailReceiver) -> None:
    """Defence: no letter is even written."""
    await enrolling.enroll(workspace, "gift", campaign, [parse_ref(ANNA)], trusted=True)
    async with workspace.db.write(workspace.clock()) as transaction:
        await transaction.run("UPDATE enrolment_steps SET message_id = NULL")
    await suppressing.suppress(workspace, ["anna@mail.test"])
    assert (await stepping.write_due(workspace)).written == 0
    [row] = await enrolling.enrolments(workspace)
    assert (row.state, row.why) == ("stopped", "they must not be written to")


def test_nothing_that_sends_asks_a_plugin() -> None:
    """Defence: no plugin's code is run where letters go out, so none can pass the list. (Manifests may be read.)"""
    script = (
        "import sys\nimport influtui.services.outgoing.sending, influtui.services.outgoing.stepping\n"
        "import influtui.store.suppressions, influtui.worker.rounds\n"
        "print(*({'influtui.host.activation', 'influtui.host.calls', 'influtui.host.loop'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
