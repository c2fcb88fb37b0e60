"""Which campaign is meant: the one named, else the one that this actor has in use."""

from __future__ import annotations

from influtui.model.campaigns import Campaign
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.nearest import nearest
from influtui.services.workspace import Workspace
from influtui.store import campaign_in_use
from influtui.store import campaigns as store


async def in_use(workspace: Workspace) -> Campaign | None:
    """The campaign that this actor works on: chosen, else the one of `config.toml`; None where there is neither."""
    code = await campaign_in_use.in_use(workspace.db, workspace.actor)
    found = await store.by_code(workspace.db, code) if code else None
    if found is None and workspace.settings.campaign:
        found = await store.by_code(workspace.db, workspace.settings.campaign)
    return found


async def use(workspace: Workspace, code: str) -> Campaign:
    """Work on a campaign from now on."""
    found = await needed(workspace, code)
    if not workspace.rehearsal:
        async with workspace.db.write(workspace.clock()) as transaction:
            await campaign_in_use.use(transaction, workspace.actor, found.code)
    return found


async def chosen(workspace: Workspace, code: str | None = None) -> Campaign | None:
    """The campaign of that code, else the one in use, else None. Raises `NotFound` for a code that there is not."""
    if code is None:
        return await in_use(workspace)
    found = await store.by_code(workspace.db, code)
    if found is None:
        known = {each.code.casefold(): each.code for each in await store.all_campaigns(workspace.db)}
        close = nearest(code, known)
        meant = f"Did you mean {known[close]}? " if close else ""
        raise NotFound(f"there is no campaign “{code}”", hint=f"{meant}`influtui campaign list` shows them.")
    return found


async def needed(workspace: Workspace, code: str | None = None) -> Campaign:
    """As `chosen`, where there must be one. Raises `WrongUsage` where none is named and none in use."""
    found = await chosen(workspace, code)
    if found is None:
        raise WrongUsage(
            "no campaign is in use",
            hint="Choose one with `influtui campaign use CODE`, or name it with --campaign CODE.",
        )
    return found
