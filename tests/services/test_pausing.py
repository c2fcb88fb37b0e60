from __future__ import annotations

import pytest

from influtui.model.failures import WrongUsage
from influtui.model.settings import MailAccount
from influtui.services import accounts, pausing
from influtui.services.workspace import Workspace
from influtui.store import pauses

BOX = "jo@brand.test"


@pytest.fixture
async def box(workspace: Workspace) -> str:
    await accounts.add(workspace, MailAccount(address=BOX, smtp_host="127.0.0.1", smtp_port=25, smtp_security="none"))
    return BOX


async def failures(workspace: Workspace, kind: str, number: int) -> None:
    async with workspace.change("inbox.sync", "took in mail") as unit:
        for _ in range(number):
            await pauses.note_failure(unit.transaction, BOX, kind)
        await pausing.judge(unit, BOX)


async def test_only_a_person_lets_a_paused_mailbox_send_again(workspace: Workspace, box: str) -> None:
    await pausing.pause_by_hand(workspace, None, "holidays")
    with pytest.raises(WrongUsage):
        await pausing.pause_by_hand(workspace, box, "twice")
    found = await pauses.going(workspace.db, box)
    assert found is not None
    assert (found["why"], found["paused_by"]) == ("holidays", workspace.actor)
    await pausing.resume_by_hand(workspace, box)
    assert await pauses.going(workspace.db, box) is None


@pytest.mark.parametrize(
    ("kind", "number", "paused"), [("bounce", 2, False), ("bounce", 3, True), ("complaint", 1, True)]
)
async def test_what_providers_judge_a_sender_by_pauses_it(
    workspace: Workspace, box: str, kind: str, number: int, paused: bool
) -> None:
    await failures(workspace, kind, number)
    assert (await pauses.going(workspace.db, box) is not None) == paused


async def test_what_a_person_has_seen_does_not_pause_the_mailbox_again(workspace: Workspace, box: str) -> None:
    await failures(workspace, "bounce", 3)
    await pausing.resume_by_hand(workspace, box)
    async with workspace.db.write(workspace.clock()) as transaction:
        await transaction.run("UPDATE delivery_failures SET at = at - 1")
    await failures(workspace, "bounce", 1)
    assert await pauses.going(workspace.db, box) is None
