from __future__ import annotations

from typing import Any

import pytest
from mail_receiver import MailReceiver

from influtui.model.creators import parse_ref
from influtui.model.failures import WrongUsage
from influtui.model.settings import MailAccount
from influtui.services.campaign import brands, campaigns
from influtui.services.mailbox import accounts
from influtui.services.outgoing import outreach, pausing, sequences
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


async def test_addresses_that_servers_refuse_pause_the_mailbox_and_the_rest_waits(
    workspace: Workspace, receiver: MailReceiver, account: Any
) -> None:
    refs = []
    for number in range(6):
        await account(f"instagram:p{number}", name="Pat", email=f"p{number}@mail.test")
        refs.append(parse_ref(f"instagram:p{number}"))
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness"}, brand="Acme")
    port = receiver.port
    await accounts.add(workspace, MailAccount(address=BOX, smtp_host="127.0.0.1", smtp_port=port, smtp_security="none"))
    receiver.script["RCPT"] = "550 5.1.1 no such user"
    report = await outreach.contact(workspace, made.campaign.code, refs, "gift")
    assert [row.state for row in report.rows] == ["failed"] * 3 + ["queued"] * 3
    found = await pauses.going(workspace.db, BOX)
    assert found is not None
    assert "3 of" in found["why"]


async def test_a_complaint_that_anybody_may_have_written_pauses_nothing(
    workspace: Workspace, receiver: MailReceiver, account: Any
) -> None:
    await account("instagram:pat", name="Pat", email="pat@mail.test")
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness"}, brand="Acme")
    port = receiver.port
    await accounts.add(workspace, MailAccount(address=BOX, smtp_host="127.0.0.1", smtp_port=port, smtp_security="none"))
    await outreach.contact(workspace, made.campaign.code, [parse_ref("instagram:pat")], "gift")
    for counts in (False, True):
        async with workspace.change("inbox.sync", "took in mail") as unit:
            await sequences.answered(unit, 1, None, "complaint", counts=counts)
        assert (await pauses.going(workspace.db, BOX) is not None) == counts
