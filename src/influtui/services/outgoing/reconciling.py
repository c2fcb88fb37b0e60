"""What a mailbox's Sent folder says of our letters: whether those in doubt went, and a copy of each that has none there.

A letter whose outcome is unknown and that lies in Sent went. One that does not lie there, although its server files what
it sends, most likely did not; it is said so, and a person decides all the same: nothing is ever sent again by itself.
Filing a copy is a step of its own that can be repeated: the letter is looked for by its id first.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec

from influtui.mail import heading
from influtui.mail.folders import Folder
from influtui.mail.mailbox import Mailbox
from influtui.model.settings import MailAccount
from influtui.services.workspace import Workspace
from influtui.store import filing, outbox, received
from influtui.store.filing import Letter

GIVEN_UP_MS: Final = 24 * 3_600_000
"""How long a copy is looked for where none can be put: after a day it is not looked for again."""
ONE_BY_ONE: Final = 8
"""Letters that are looked for one by one: a search costs a server more than the headers of many messages."""
PATIENCE_MS: Final = 10 * 60_000
"""How long a server may take to file what it sent, before its absence says anything."""
NOT_IN_SENT: Final = (
    "it does not lie in Sent, where its server files what it sends: most likely it did not go, and nobody can be sure"
)


class Reconciled(msgspec.Struct, kw_only=True):
    """What the Sent folder said."""

    went: int = 0
    """Letters in doubt that lie there."""
    missing: int = 0
    """Letters in doubt that do not, where they should."""
    filed: int = 0
    """Letters that were put there."""


async def reconcile(workspace: Workspace, account: MailAccount, mailbox: Mailbox) -> Reconciled:
    """Settle the letters of a mailbox that are in doubt, and file those that went and lie nowhere."""
    done = Reconciled()
    doubtful = await filing.doubtful(workspace.db, account.address)
    unfiled = await filing.unfiled(workspace.db, account.address)
    if not doubtful and not unfiled:
        return done
    learned = await received.learned(workspace.db, account.address)
    folders = await mailbox.folders()
    places = [folder for role in ("sent", "all") for folder in folders if folder.role == role]
    sent = next((folder for folder in places if folder.role == "sent"), None)
    lying = await _lying(mailbox, places, [*doubtful, *unfiled])
    for letter in doubtful:
        await _settle(workspace, letter, lying, done, files_sent=bool(learned.files_sent) and bool(places))
    for letter in unfiled:
        await _file(workspace, mailbox, letter, lying, sent, done, server_files=learned.files_sent)
    return done


async def _lying(mailbox: Mailbox, places: list[Folder], letters: list[Letter]) -> set[str]:
    """The ids of those letters that lie in one of the folders."""
    found: set[str] = set()
    for folder in places:
        missing = {letter.message_id for letter in letters} - found
        if not missing:
            break
        await mailbox.open(folder)
        if len(missing) <= ONE_BY_ONE:
            found |= {message_id for message_id in missing if await mailbox.find(message_id)}
            continue
        since = datetime.fromtimestamp(min(letter.claimed_at for letter in letters) / 1000 - 86_400, UTC)
        async for head in mailbox.heads(await mailbox.uids(since=since)):
            found |= missing & {heading.read(head.headers).message_id or ""}
    return found


async def _settle(workspace: Workspace, letter: Letter, lying: set[str], done: Reconciled, *, files_sent: bool) -> None:
    now = workspace.clock()
    if letter.message_id in lying:
        async with workspace.db.write(now, durability="full") as transaction:
            if await outbox.move(transaction, letter.id, "sent", "it lies in Sent", states=("unknown",)):
                await outbox.went(transaction, letter.conversation)
                await filing.note(transaction, letter.id)
                done.went += 1
    elif files_sent and now - letter.claimed_at >= PATIENCE_MS and letter.outcome != NOT_IN_SENT:
        async with workspace.db.write(now, durability="normal") as transaction:
            await outbox.move(transaction, letter.id, "unknown", NOT_IN_SENT, states=("unknown",))
        done.missing += 1


async def _file(
    workspace: Workspace,
    mailbox: Mailbox,
    letter: Letter,
    lying: set[str],
    sent: Folder | None,
    done: Reconciled,
    *,
    server_files: bool | None,
) -> None:
    now = workspace.clock()
    if letter.message_id not in lying:
        # A server that was never tested may file it in a moment.
        age = now - letter.claimed_at
        if server_files or sent is None:
            if age < GIVEN_UP_MS:
                return
        elif server_files is None and age < PATIENCE_MS:
            return
        else:
            await mailbox.file(sent, await filing.raw(workspace.db, letter.id), letter.claimed_at)
            done.filed += 1
    async with workspace.db.write(now, durability="normal") as transaction:
        await filing.note(transaction, letter.id)
