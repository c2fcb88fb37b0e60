"""The worker reads the mailbox before it sends: against a real IMAP server and a real SMTP receiver."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from mail_receiver import MailReceiver
from mail_server import PASSWORD, MailServer

from influtui.model.creators import parse_ref
from influtui.model.settings import MailAccount
from influtui.secrets.passwords import variable
from influtui.services import working
from influtui.services.campaign import brands, campaigns
from influtui.services.mailbox import accounts
from influtui.services.outgoing import enrolling, sending
from influtui.services.settings import change
from influtui.services.workspace import Workspace, opened
from influtui.worker.loop import once
from influtui.worker.rounds import Round

_numbers = itertools.count(1)
DAY = 86_400_000


@pytest.fixture
async def enrolled(
    workspace: Workspace, receiver: MailReceiver, mail_server: MailServer, account: Any, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """Anna and Ben in a sequence of a mailbox that is read."""
    for name in ("anna", "ben"):
        await account(f"instagram:{name}", name=name.capitalize(), email=f"{name}@mail.test")
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road, 12345 Town"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness"}, brand="Acme")
    address = f"worker{next(_numbers)}@rig.test"
    monkeypatch.setenv(variable(address), PASSWORD)
    box = MailAccount(
        address=address, smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none",
        imap_host="127.0.0.1", imap_port=mail_server.port, imap_security="none",
    )  # fmt: skip
    await accounts.add(workspace, box)
    for key, value in {"gap_s": "0", "jitter_s": "0", "window": "00:00-24:00", "days": "mon-sun"}.items():
        change(workspace.folder, f"sending.{key}", value)
    refs = [parse_ref("instagram:anna"), parse_ref("instagram:ben")]
    await enrolling.enroll(workspace, "gift", made.campaign.code, refs, trusted=True)
    return workspace


async def work(workspace: Workspace, days: int) -> Round:
    at = workspace.clock() + days * DAY
    async with opened(workspace.folder, clock=lambda: at) as then:  # type: ignore[arg-type,return-value]
        return await once(then)


def answer(receiver: MailReceiver, mail_server: MailServer, address: str) -> None:
    letter = receiver.to(address)[0].message
    ours = letter["From"]
    text = (
        f"From: {address}\nTo: {ours}\nSubject: Re: {letter['Subject']}\nMessage-ID: <1.{address}>\n"
        f"In-Reply-To: {letter['Message-ID']}\n\nYes, I would love to! What do you need?\n"
    )
    mail_server.deliver(ours, text.encode())


async def test_an_answer_that_lies_in_the_mailbox_stops_the_follow_up_that_is_due(
    enrolled: Workspace, receiver: MailReceiver, mail_server: MailServer
) -> None:
    assert (await work(enrolled, 0)).sent == 2
    answer(receiver, mail_server, "anna@mail.test")
    done = await work(enrolled, 3)
    assert (done.read, done.sent) == (1, 1)
    assert len(receiver.to("anna@mail.test")) == 1
    assert len(receiver.to("ben@mail.test")) == 2


async def test_a_mailbox_that_cannot_be_read_keeps_follow_ups_back_and_says_so(
    enrolled: Workspace, receiver: MailReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await work(enrolled, 0)
    [box] = await accounts.accounts(enrolled)
    monkeypatch.setenv(variable(box.address), "wrong")
    at = enrolled.clock() + 3 * DAY
    async with opened(enrolled.folder, clock=lambda: at) as then:  # type: ignore[arg-type,return-value]
        done = await once(then)
        assert (done.read, done.written, done.sent) == (0, 2, 0)
        assert box.address in done.troubles[0]
        [first, _] = await sending.outgoing(then)
        assert "was not read since" in first.why
        assert (await working.short(then)) == "worker: off"
    assert len(receiver.received) == 2
