"""The header's few words: silent while all is well."""

from __future__ import annotations

from influtui.services import status
from influtui.services.workspace import Workspace
from influtui.store import budgets


async def _spend(workspace: Workspace, spent: int) -> None:
    async with workspace.db.write(workspace.clock()) as transaction:
        added = budgets.Added("calls", "1", workspace.clock(), spent, 0, 0)
        await budgets.add(transaction, "mastodon", [added], now=workspace.clock())


async def test_a_budget_is_told_when_it_is_nearly_spent_and_not_before(workspace: Workspace) -> None:
    assert await status.line(workspace) == ""
    await _spend(workspace, 1)
    assert await status.line(workspace) == ""
    await _spend(workspace, 100_000)
    assert await status.line(workspace) == "mastodon: 0 left"
