"""A mailbox that reads and writes, beside two real servers."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable

import pytest
from mail_receiver import MailReceiver
from mail_server import PASSWORD, MailServer
from posts import Post

from influtui.model.creators import parse_ref
from influtui.model.settings import MailAccount
from influtui.secrets.passwords import variable
from influtui.services.campaign import brands, campaigns
from influtui.services.mailbox import accounts
from influtui.services.outgoing import outreach
from influtui.services.workspace import Workspace

_numbers = itertools.count(1)


@pytest.fixture
async def post(
    workspace: Workspace,
    receiver: MailReceiver,
    mail_server: MailServer,
    account: Callable[..., Awaitable[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> Post:
    await account("instagram:anna", name="Anna Li", email="anna@mail.test")
    await account("instagram:ben", name="Ben", email="ben@mail.test")
    await account("instagram:cleo", name="Cleo", email="cleo@mail.test")
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road"})
    made = await campaigns.new_campaign(workspace, "Spring", {"goal": "awareness"}, brand="Acme")
    address = f"una{next(_numbers)}@rig.test"
    monkeypatch.setenv(variable(address), PASSWORD)
    box = MailAccount(
        address=address, name="Una", smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none",
        imap_host="127.0.0.1", imap_port=mail_server.port, imap_security="none",
    )  # fmt: skip
    await accounts.add(workspace, box)
    refs = [parse_ref("instagram:anna"), parse_ref("instagram:ben")]
    await outreach.contact(workspace, made.campaign.code, refs, "gift")
    return Post(workspace, mail_server, receiver, box)
