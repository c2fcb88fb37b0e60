"""Read every mailbox whose time has come, for the worker: often, oftener before follow-ups go, and seldom where it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from influtui.model.failures import Failure
from influtui.model.settings import MailAccount
from influtui.services.mailbox.accounts import accounts
from influtui.services.mailbox.backoff import Backoff
from influtui.services.mailbox.troubles import Trouble, trouble_of
from influtui.services.workspace import Workspace
from influtui.store import filing, received

EVERY_MS: Final = 4 * 60_000
DOUBT_MS: Final = 60_000


class Reader:
    """Remembers which mailbox failed how often. One a worker."""

    def __init__(self) -> None:
        self._backoff = Backoff()

    async def read_due(self, workspace: Workspace, *, stopped: Callable[[], bool]) -> tuple[int, list[Trouble]]:
        """Read what is due. Returns how many mailboxes were read, and what stood in the way."""
        read, troubles = 0, list[Trouble]()
        for account in await accounts(workspace):
            if stopped() or account.imap_host is None or not await self._is_due(workspace, account):
                continue
            try:
                troubles += await _read(workspace, account)
            except Failure as failure:
                self._backoff.failed(account.address, workspace.clock())
                troubles.append(trouble_of(failure, f"{account.address} was not read"))
            else:
                self._backoff.worked(account.address)
                read += 1
        return read, troubles

    async def _is_due(self, workspace: Workspace, account: MailAccount) -> bool:
        now = workspace.clock()
        if self._backoff.rests(account.address, now):
            return False
        last = (await received.last_synced(workspace.db)).get(account.address)
        if last is None or now - last >= EVERY_MS:
            return True
        # A letter in doubt may lie in Sent a moment later: that is worth another look.
        return now - last >= DOUBT_MS and bool(await filing.doubtful(workspace.db, account.address))


async def _read(workspace: Workspace, account: MailAccount) -> list[Trouble]:
    # Imported here: a workspace whose mailboxes are not read pays nothing for it.
    from influtui.services.incoming import syncing

    report = await syncing.sync(workspace, account)
    return [Trouble(each) for each in report.troubles]
