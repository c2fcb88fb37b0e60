"""What plugins' code costs, by day, from one session to the next. Not journaled: it is nobody's act."""

from __future__ import annotations

from typing import Final, NamedTuple

from influtui.model.times import Millis
from influtui.store.database import Reader, Transaction

DAY_MS: Final = 86_400_000
KEPT_DAYS: Final = 30


class Cost(NamedTuple):
    """Calls of a plugin's code, how many of them failed, and the milliseconds that were waited for them."""

    calls: int
    failed: int
    ms: int


async def lately(reader: Reader, now: Millis) -> dict[str, Cost]:
    """By plugin: what it cost in the last thirty days, all sessions of the workspace together."""
    rows = await reader.all(
        "SELECT plugin, SUM(calls) AS calls, SUM(failed) AS failed, SUM(ms) AS ms FROM plugin_spending"
        " WHERE day > ? GROUP BY plugin",
        (now // DAY_MS - KEPT_DAYS,),
    )
    return {row["plugin"]: Cost(row["calls"], row["failed"], row["ms"]) for row in rows}


async def add(transaction: Transaction, plugin: str, cost: Cost, now: Millis) -> None:
    """Add what a plugin cost. Two sessions that add at once both count."""
    day = now // DAY_MS
    await transaction.run(
        "INSERT INTO plugin_spending (plugin, day, calls, failed, ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (plugin, day) DO UPDATE SET calls = calls + excluded.calls, failed = failed + excluded.failed,"
        " ms = ms + excluded.ms",
        (plugin, day, *cost),
    )
    await transaction.run("DELETE FROM plugin_spending WHERE day <= ?", (day - KEPT_DAYS,))
