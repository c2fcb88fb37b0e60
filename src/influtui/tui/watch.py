"""Looks whether another session, the worker or a command changed something, once a second, and says what.

Before that it starts a worker, where there is a mailbox to work on and nobody does. The app works without one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from influtui.model.failures import Failure
from influtui.services.workspace import Workspace
from influtui.store import watching

EVERY: Final = 1.0
REST: Final = 9
"""Times as long as a refresh took until the next: at most a tenth of the time goes into refreshing."""


async def watch(
    workspace: Workspace, changed: Callable[[set[str]], Awaitable[None]], *, start_worker: bool = False
) -> None:
    """Call `changed` with the nouns of new changes, until cancelled. Asking costs microseconds while nothing changes."""
    if start_worker and workspace.settings.account:
        await _start_worker(workspace)
    async for changes in watching.watch(workspace.db, EVERY):
        began = time.monotonic()
        await changed({change.noun for change in changes})
        # While somebody imports a million rows the screen follows as often as it can afford to.
        await asyncio.sleep(REST * (time.monotonic() - began))


async def _start_worker(workspace: Workspace) -> None:
    from influtui.services import working

    with suppress(Failure, OSError):
        await working.start_if_needed(workspace)
