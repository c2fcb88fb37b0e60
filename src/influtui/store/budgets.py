"""What sources have spent of their budgets, from one run to the next. Not journaled: nobody can take a call back.

What a part of a window is, and what still counts, is the ledger's to say (`host/budgets.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from influtui.model.times import Millis
from influtui.store.database import Reader, Transaction

KEPT_MS: Final = 60 * 86_400_000
"""Longer than any window: what is older is removed."""


class Spending(NamedTuple):
    """One row: a budget, a part of its window, since when, and how much."""

    budget: str
    part: str
    at: int
    spent: int


class Added(NamedTuple):
    """What a run adds. A row begun after `live_after` is of the same window; `level` is what the platform says is used."""

    budget: str
    part: str
    at: int
    added: int
    level: int
    live_after: int


async def spent(reader: Reader, source: str) -> list[Spending]:
    """Everything that is remembered of a source's spending."""
    rows = await reader.all("SELECT budget, part, at, spent FROM plugin_budgets WHERE source = ?", (source,))
    return [Spending(row["budget"], row["part"], row["at"], row["spent"]) for row in rows]


async def any_spent(reader: Reader) -> bool:
    """Whether anything was ever spent."""
    return bool(await reader.all("SELECT 1 FROM plugin_budgets LIMIT 1"))


async def add(transaction: Transaction, source: str, additions: Sequence[Added], *, now: Millis) -> None:
    """Add what was spent. Two sessions that spend at once both count."""
    await transaction.many(
        "INSERT INTO plugin_budgets (source, budget, part, at, spent) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (source, budget, part) DO UPDATE SET"
        " spent = CASE WHEN at > ? THEN max(spent + ?, ?) ELSE excluded.spent END,"
        " at = CASE WHEN at > ? THEN min(at, excluded.at) ELSE excluded.at END",
        [
            (
                source, each.budget, each.part, each.at, max(each.added, each.level),
                each.live_after, each.added, each.level, each.live_after,
            )
            for each in additions
        ],
    )  # fmt: skip
    await transaction.run("DELETE FROM plugin_budgets WHERE source = ? AND at < ?", (source, now - KEPT_MS))
