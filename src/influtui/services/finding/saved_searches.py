"""Searches with a name: saved for everybody in the workspace, recalled as they were written."""

from __future__ import annotations

import re

from influtui.model.failures import NotFound, WrongUsage
from influtui.model.nearest import nearest
from influtui.services.finding.search import check
from influtui.services.workspace import Workspace
from influtui.store import saved_searches as store
from influtui.store.saved_searches import SavedSearch

__all__ = ["SavedSearch", "delete", "recall", "save", "saved"]


async def save(workspace: Workspace, name: str, query: str, *, sort: str | None = None) -> SavedSearch:
    """Give a query a name. An older one of that name is replaced; undo brings it back.

    Raises `QueryError` for a query that cannot be read, and `WrongUsage` for a name that cannot be typed after a quote.
    """
    folded = _folded(name)
    await check(workspace, query, sort)
    columns = {
        "query": " ".join(query.split()),
        "sort": sort,
        "saved_by": workspace.actor,
        "saved_at": workspace.clock(),
    }
    async with workspace.change("search.save", f"Saved the search “{folded}”") as unit:
        known = await store.named(unit.transaction, folded)
        if known:
            await unit.update("saved_searches", known.id, columns)
        else:
            await unit.insert("saved_searches", {"name": folded, **columns})
    return await recall(workspace, folded)


async def saved(workspace: Workspace) -> list[SavedSearch]:
    """All saved searches, by name."""
    return await store.all_saved(workspace.db)


async def recall(workspace: Workspace, name: str) -> SavedSearch:
    """The search of that name. Raises `NotFound`, naming the nearest."""
    found = await store.named(workspace.db, _folded(name))
    if found is None:
        near = nearest(_folded(name), [each.name for each in await saved(workspace)])
        hint = f"Did you mean {near}?" if near else "`influtui search list` shows what is saved."
        raise NotFound(f"no search is saved as {name}", hint=hint)
    return found


async def delete(workspace: Workspace, name: str) -> SavedSearch:
    """Forget a saved search; undo brings it back. Raises `NotFound`."""
    found = await recall(workspace, name)
    async with workspace.change("search.delete", f"Deleted the saved search “{found.name}”") as unit:
        await unit.delete("saved_searches", found.id)
    return found


def _folded(name: str) -> str:
    folded = name.strip().casefold()
    if not re.fullmatch(r"[\w.-]{1,40}", folded) or folded.startswith("-"):
        raise WrongUsage(
            f"“{name}” cannot be the name of a search", hint="Use up to 40 letters, digits, dots, dashes: vegan-micro."
        )
    return folded
