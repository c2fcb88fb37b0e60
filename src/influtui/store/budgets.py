"""What plugins have spent of their budgets, from one run to the next. Not journaled: nobody can take a call back."""

from __future__ import annotations

from collections.abc import Mapping

from influtui.store.creators import Reader
from influtui.store.database import Transaction


async def spent(reader: Reader, plugin: str) -> dict[str, tuple[int, int]]:
    """By budget: when its window began, and how many calls since."""
    rows = await reader.all("SELECT budget, since, spent FROM plugin_budgets WHERE plugin = ?", (plugin,))
    return {row["budget"]: (row["since"], row["spent"]) for row in rows}


async def keep(transaction: Transaction, plugin: str, budgets: Mapping[str, tuple[int, int]]) -> None:
    """Keep what is spent. Where another run has spent more of the same window, its count stays."""
    await transaction.many(
        "INSERT INTO plugin_budgets (plugin, budget, since, spent) VALUES (?, ?, ?, ?) ON CONFLICT (plugin, budget) DO UPDATE"
        " SET since = excluded.since, spent = CASE WHEN since = excluded.since THEN max(spent, excluded.spent)"
        " ELSE excluded.spent END WHERE excluded.since >= since",
        [(plugin, budget, since, calls) for budget, (since, calls) in budgets.items()],
    )
