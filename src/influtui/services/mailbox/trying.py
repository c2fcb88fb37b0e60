"""Try a mailbox by a mail to oneself: does what is sent arrive, does its server file a copy in Sent, how does it sign?

The answers are kept: a server that files by itself must not be given a second copy, and of senders only what our own
server says is believed.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from influtui.mail import authentication, submission
from influtui.mail.addresses import Mailbox as Box
from influtui.mail.composing import Draft, compose
from influtui.mail.folders import Folder
from influtui.mail.mailbox import Mailbox
from influtui.mail.parsing import parse
from influtui.mail.submission import Envelope
from influtui.model.failures import Failure
from influtui.model.settings import MailAccount
from influtui.services.incoming import syncing
from influtui.services.mailbox import credentials
from influtui.services.outgoing import letters
from influtui.services.workspace import Workspace
from influtui.store import received

ARRIVES_WITHIN_S: Final = 120.0
FILES_WITHIN_S: Final = 15.0
"""How long after its arrival a copy may appear in Sent."""
LOOK_S: Final = 2.0
SUBJECT: Final = "influtui tries this mailbox"
TEXT: Final = """This is a test that you asked for (influtui account test --mail).

It shows that what is sent arrives, whether this server keeps a copy of what it sends, and how it signs what it
finds out about senders. You can delete it.
"""


class MailTest(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.mail_test/1"):
    """What a mail to oneself taught."""

    address: str
    arrived_in: str
    """The folder, as people read it."""
    seconds: float
    files_sent: bool
    """Whether the server keeps a copy of what it sends by itself."""
    authserv_id: str | None
    """The name that the server signs its findings with; None where it writes none."""


async def by_mail(
    workspace: Workspace, account: MailAccount, *, arrives_within_s: float = ARRIVES_WITHIN_S,
    files_within_s: float = FILES_WITHIN_S,
) -> MailTest:  # fmt: skip
    """Send a mail to oneself, and look where it turns up. Raises what stands in the way."""
    async with syncing.opened(workspace, account) as mailbox:
        folders = await mailbox.folders()
        message_id = await _send(workspace, account)
        clock = asyncio.get_running_loop().time
        begun = clock()
        arrived = await _turns_up(mailbox, folders, ("inbox", "junk"), message_id, arrives_within_s)
        if arrived is None:
            raise Failure(
                f"the mail to {account.address} was taken by its server and has not come in {arrives_within_s:.0f} seconds",
                hint="Look into the mailbox for a report; `influtui account test --mail` tries again.",
            )
        seconds = clock() - begun
        folder, uid = arrived
        signer = await _signer(mailbox, folder, uid)
        filed = await _turns_up(mailbox, folders, ("sent",), message_id, files_within_s)
    async with workspace.db.write(workspace.clock()) as transaction:
        await received.learn(transaction, account.address, files_sent=filed is not None, authserv_id=signer)
    return MailTest(
        address=account.address,
        arrived_in=folder.shown,
        seconds=round(seconds, 1),
        files_sent=filed is not None,
        authserv_id=signer,
    )


async def _send(workspace: Workspace, account: MailAccount) -> str:
    message_id = letters.new_message_id(account.address.rpartition("@")[2])
    own = Box(account.name, account.address)
    composed = compose(
        Draft(sender=own, recipient=own, subject=SUBJECT, body=TEXT, message_id=message_id, at=workspace.clock())
    )
    secret = await credentials.secret_for(workspace, account)
    async with submission.connected(account, secret) as connection:
        outcome = await connection.submit(Envelope(account.address, account.address), composed.raw, _nothing_against)
    if outcome.state != "sent":
        said = outcome.said if outcome.code is None else f"{outcome.code} {outcome.said}"
        raise Failure(f"the server did not take the mail: {said}", hint="Nothing was kept.")
    return message_id


async def _nothing_against() -> None:
    """A mail to oneself needs nobody's leave."""


async def _turns_up(
    mailbox: Mailbox, folders: list[Folder], roles: tuple[str, ...], message_id: str, within_s: float
) -> tuple[Folder, int] | None:
    """Where a message turns up, as soon as it does."""
    clock = asyncio.get_running_loop().time
    until = clock() + within_s
    wanted = [folder for folder in folders if folder.role in roles]
    while True:
        for folder in wanted:
            await mailbox.open(folder)
            if uids := await mailbox.find(message_id):
                return folder, uids[-1]
        left = until - clock()
        if left <= 0 or not wanted:
            return None
        await mailbox.wait(min(LOOK_S, left))


async def _signer(mailbox: Mailbox, folder: Folder, uid: int) -> str | None:
    await mailbox.open(folder)
    heads = [head async for head in mailbox.heads([uid])]
    async for body in mailbox.bodies(heads):
        return authentication.signer(parse(body.raw))
    return None
