from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from mail_receiver import MailReceiver
from mail_server import PASSWORD, MailServer

from influtui.model.creators import parse_ref
from influtui.model.settings import MailAccount
from influtui.secrets.passwords import variable
from influtui.services import accounts, brands, campaigns, inbox, outreach, syncing
from influtui.services.collaborations import collaborations
from influtui.services.syncing import SyncReport
from influtui.services.workspace import Workspace

_numbers = itertools.count(1)


@dataclass
class Post:
    """A mailbox that has written to Anna and Ben, and what comes into it."""

    workspace: Workspace
    server: MailServer
    receiver: MailReceiver
    account: MailAccount

    def letter_to(self, address: str) -> Any:
        return self.receiver.to(address)[0].message

    def answer(
        self,
        text: str,
        *,
        sender: str = "anna@mail.test",
        to: str | None = None,
        headers: str = "",
        folder: str = "INBOX",
    ) -> bytes:
        """A mail comes in; as an answer to the letter that `to` got, where one is named."""
        letter = self.letter_to(to) if to else None
        refers = f"In-Reply-To: {letter['Message-ID']}\nReferences: {letter['Message-ID']}\n" if letter else ""
        subject = f"Re: {letter['Subject']}" if letter else "hello"
        raw = (
            f"From: {sender}\nTo: {self.account.address}\nSubject: {subject}\nMessage-ID: <{next(_numbers)}@mail.test>\n"
            f"Date: Sun, 22 Nov 2026 11:00:00 +0000\n{refers}{headers}\n{text}\n"
        ).encode()
        self.server.deliver(self.account.address, raw, folder=folder)
        return raw

    async def sync(self, **options: Any) -> SyncReport:
        return await syncing.sync(self.workspace, self.account, **options)

    async def classes(self) -> list[tuple[str | None, str, str | None]]:
        rows = await inbox.conversations(self.workspace)
        return [(row.ref, row.awaiting, row.kind) for row in rows]


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
    monkeypatch.setattr(receiver, "password", None)
    refs = [parse_ref("instagram:anna"), parse_ref("instagram:ben")]
    await outreach.contact(workspace, made.campaign.code, refs, "gift")
    return Post(workspace, mail_server, receiver, box)


async def test_an_answer_is_taken_into_its_conversation_with_its_class(post: Post) -> None:
    post.answer("What would I get?", to="anna@mail.test")
    report = await post.sync()
    assert (report.looked, report.kept, report.kinds) == (1, 1, {"question": 1})
    assert await post.classes() == [("instagram:anna", "us", "question"), ("instagram:ben", "them", None)]
    assert {each.ref: each.state for each in await collaborations(post.workspace)} == {
        "instagram:anna": "in_conversation",
        "instagram:ben": "contacted",
    }
