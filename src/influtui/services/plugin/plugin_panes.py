"""What a plugin shows in a pane of its own. Which panes there are, `announced_panes` says."""

from __future__ import annotations

import asyncio

from influtui.host.calls import Fault
from influtui.host.panes import CheckedView
from influtui.model.failures import Failure, NotFound
from influtui.model.nearest import nearest
from influtui.services.finding import quotas
from influtui.services.finding.discovery import as_failure
from influtui.services.plugin import plugins
from influtui.services.workspace import Workspace

PATIENCE_S = 120.0
"""However long a plugin may take by its manifest: what a pane waits for."""


async def view(workspace: Workspace, id_: str, query: str = "") -> CheckedView:
    """What the pane `id_` shows. Raises `NotFound`, or `Failure` with what its plugin did and what to do."""
    async with plugins.hosted(workspace) as host:
        known = host.panes()
        if id_ not in known:
            close = nearest(id_, known)
            raise NotFound(
                f"no plugin has a pane “{id_}”",
                hint=f"Did you mean {close}?" if close else f"There are: {', '.join(known) or 'none'}.",
            )
        try:
            opened = await host.open_pane(id_, await quotas.uses(workspace, known[id_][1].source))
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return await opened.view(query)
            finally:
                await quotas.keep(workspace, opened.source)
                await opened.source.close()
        except Fault as fault:
            raise as_failure(fault) from None
        except TimeoutError:
            raise Failure(f"{known[id_][0].id} gave no answer to the pane within {PATIENCE_S:.0f} s") from None
