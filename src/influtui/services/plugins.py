"""Plugins as people see them: what is installed and how it stands, without importing any; and the host for those who use them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from influtui.host.activation import Host, PluginState
from influtui.host.discovery import installed
from influtui.model.failures import NotFound
from influtui.model.nearest import nearest
from influtui.services.workspace import Workspace

__all__ = ["PluginState", "hosted", "plugin", "plugins"]


@asynccontextmanager
async def hosted(workspace: Workspace) -> AsyncIterator[Host]:
    """The plugins of this workspace, ready to be used for the length of a block."""
    host = await _host(workspace)
    try:
        yield host
    finally:
        await host.close()


async def plugins(workspace: Workspace) -> tuple[PluginState, ...]:
    """Every installed plugin, by id."""
    return (await _host(workspace)).plugins()


async def plugin(workspace: Workspace, id_: str) -> PluginState:
    """One plugin. Raises `NotFound` naming the nearest."""
    known = {each.id: each for each in await plugins(workspace)}
    if id_ not in known:
        close = nearest(id_, known)
        raise NotFound(
            f"there is no plugin “{id_}”",
            hint=f"Did you mean {close}?" if close else f"Installed: {', '.join(known) or 'none'}.",
        )
    return known[id_]


async def _host(workspace: Workspace) -> Host:
    clock: Callable[[], int] = workspace.clock
    # Looking for manifests reads folders: not on the loop that draws the screen.
    return Host(await asyncio.to_thread(installed), workspace.settings.plugin, clock)
