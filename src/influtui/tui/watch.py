"""Looks whether another session, the worker or a command changed something, once a second, and says what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from influtui.services.workspace import Workspace

EVERY: Final = 1.0


async def watch(workspace: Workspace, changed: Callable[[set[str]], Awaitable[None]]) -> None:
    """Call `changed` with the nouns of new changes, until cancelled. Asking costs microseconds while nothing changes."""
    seen = await workspace.db.last_change()
    version = await workspace.db.data_version()
    while True:
        await asyncio.sleep(EVERY)
        newest = await workspace.db.data_version()
        if newest == version:
            continue
        version = newest
        changes = await workspace.db.changes_since(seen)
        if changes:
            seen = changes[-1].seq
            await changed({change.noun for change in changes})
