"""A mailbox that has written to people, on a real IMAP server, and what comes into it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from mail_receiver import MailReceiver
from mail_server import MailServer

from influtui.model.settings import MailAccount
from influtui.services import inbox
from influtui.services.incoming import syncing
from influtui.services.incoming.syncing import SyncReport
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

    def deliver(self, *raw: bytes, folder: str = "INBOX") -> None:
        self.server.deliver(self.account.address, *raw, folder=folder)

    async def sync(self, **options: Any) -> SyncReport:
        return await syncing.sync(self.workspace, self.account, **options)

    async def classes(self) -> list[tuple[str | None, str, str | None]]:
        rows = await inbox.conversations(self.workspace)
        return [(row.ref, row.awaiting, row.kind) for row in rows]
