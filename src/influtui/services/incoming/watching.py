"""A mailbox that is watched: read, then waited upon until its server tells of news, and connected anew whenever that ends.

The wait is bounded, so that a connection which is dead without saying so is noticed, and so that folders other than the
inbox (Junk above all) are looked at too. A wrong password ends it: no server likes to be asked again and again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Final

from influtui.mail.mailbox import Mailbox
from influtui.model.failures import Failure, NeedsConfiguration, ReadOnly
from influtui.model.settings import MailAccount
from influtui.services.incoming import syncing
from influtui.services.incoming.syncing import SyncReport
from influtui.services.workspace import Workspace
from influtui.store import received

LOOK_S: Final = 240.0
"""Seconds of one wait: far below the 29 minutes of the standard, since routers forget quiet connections sooner."""
BACK_OFF_S: Final = (5.0, 15.0, 60.0, 180.0, 600.0)
"""Seconds before each new attempt, the last one from then on; up to half as much is added, by chance."""

Told = Callable[[SyncReport | Failure], None]
"""Told what every pass brought, and what ended a connection."""


async def watch(workspace: Workspace, account: MailAccount, told: Told) -> None:
    """Keep a mailbox read until cancelled. Raises only what no new attempt can mend."""
    failures = 0
    while True:
        try:
            async with syncing.opened(workspace, account) as mailbox:
                while True:
                    report = await syncing.read(workspace, account, mailbox)
                    failures = 0
                    told(report)
                    await _wait(workspace, account, mailbox)
        except (NeedsConfiguration, ReadOnly):
            raise
        except Failure as failure:
            told(failure)
        pause = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
        failures += 1
        await asyncio.sleep(pause * (1 + random.random() / 2))  # noqa: S311 - no secret, only no crowd


async def _wait(workspace: Workspace, account: MailAccount, mailbox: Mailbox) -> None:
    """Until there may be news in the inbox, or long enough to look at the other folders."""
    inbox = next((folder for folder in await mailbox.folders() if folder.role == "inbox"), None)
    if inbox is None:
        await asyncio.sleep(LOOK_S)
        return
    state = await mailbox.open(inbox)
    known = (await received.folders(workspace.db, account.address)).get(inbox.key)
    # Where all mail lies in one folder the inbox is never read itself: what came since is seen by the next look.
    if known is None or state.next_uid in (None, known.next_uid):
        await mailbox.wait(LOOK_S)
