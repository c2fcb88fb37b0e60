"""Looks whether another session, the worker or a command changed something, once a second, and says what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from influtui.services.workspace import Workspace
from influtui.store import watching

EVERY: Final = 1.0


async def watch(workspace: Workspace, changed: Callable[[set[str]], Awaitable[None]]) -> None:
    """Call `changed` with the nouns of new changes, until cancelled. Asking costs microseconds while nothing changes."""
    async for changes in watching.watch(workspace.db, EVERY):
        await changed({change.noun for change in changes})
