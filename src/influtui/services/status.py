"""One short line on what goes on beside a session: what the app's header shows at its right edge.

Each part says nothing while all is well: a header that always says something is not read. Parts join here, and the app
knows of none of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from influtui.services.workspace import Workspace
from influtui.store import budgets

SHORT: Final = 0.1
"""The share of a budget from which on what is left is told."""

Part = Callable[[Workspace], Awaitable[str]]


async def line(workspace: Workspace) -> str:
    """All that there is to say, the most pressing first."""
    return "  ".join(filter(None, [await part(workspace) for part in PARTS]))


async def _quota(workspace: Workspace) -> str:
    """Sources whose budgets are nearly spent. Costs one query while nothing was ever asked of a platform."""
    if not await budgets.any_spent(workspace.db):
        return ""
    from influtui.services.finding.quotas import left
    from influtui.services.plugin.plugins import hosted

    short: list[str] = []
    async with hosted(workspace) as host:
        for id_, (state, entry) in sorted(host.sources().items()):
            nearly = [each for each in await left(workspace, entry) if each.left <= SHORT * each.limit]
            if state.usable and nearly:
                short.append(f"{id_}: {min(each.left for each in nearly):,} left")
    return ", ".join(short)


async def _worker(workspace: Workspace) -> str:
    """The worker, where there is a mailbox to work on: whether one works, and when it read the mail."""
    if not workspace.settings.account or workspace.settings.world is not None:
        return ""
    from influtui.services.working import short

    return await short(workspace)


PARTS: Final[tuple[Part, ...]] = (_worker, _quota)
