"""What sources have left of their budgets: read from the store, and added to it while a source is asked."""

from __future__ import annotations

import msgspec

from influtui.host import spending as host_spending
from influtui.host.budgets import Ledger, Quota, Use
from influtui.host.manifests import SourceEntry
from influtui.host.sources import OpenSource
from influtui.model.times import rfc3339
from influtui.services.workspace import Workspace
from influtui.store import budgets, spending


class QuotaLeft(msgspec.Struct, frozen=True):
    """What is left of a budget. `resets_at` is RFC 3339, None while nothing is spent; `units` says what is counted."""

    budget: str
    limit: int
    left: int
    resets_at: str | None
    units: str


async def uses(workspace: Workspace, source: str) -> dict[str, dict[str, Use]]:
    """What was spent of a source's budgets, by every session of this workspace."""
    found: dict[str, dict[str, Use]] = {}
    for each in await budgets.spent(workspace.db, source):
        found.setdefault(each.budget, {})[each.part] = Use(each.at, each.spent)
    return found


async def left(workspace: Workspace, entry: SourceEntry) -> tuple[QuotaLeft, ...]:
    """What is left of a source's budgets now."""
    return shown(Ledger(entry.budget, await uses(workspace, entry.id), workspace.clock).quotas())


def shown(quotas: tuple[Quota, ...]) -> tuple[QuotaLeft, ...]:
    """Budgets as people and scripts see them."""
    return tuple(QuotaLeft(each.budget, each.limit, each.left, rfc3339(each.resets_at), each.units) for each in quotas)


async def keep(workspace: Workspace, source: OpenSource) -> None:
    """Keep what was spent since the last time, of budgets and of people's time: both count on, whatever becomes of this run."""
    if workspace.db.read_only:
        return
    additions = [
        budgets.Added(each.budget, each.key, each.at, each.added, each.level, each.live_after)
        for each in source.ledger.take_additions()
    ]
    cost = host_spending.take(source.plugin)
    if additions or cost.calls:
        now = workspace.clock()
        async with workspace.db.write(now, durability="normal") as transaction:
            await budgets.add(transaction, source.entry.id, additions, now=now)
            kept = spending.Cost(cost.calls, cost.failed, round(cost.seconds * 1_000))
            await spending.add(transaction, source.plugin, kept, now)
