"""Which plugins fail and rest, from one session to the next. Not journaled: it is nobody's act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from influtui.store.creators import Reader
from influtui.store.database import Transaction


class Rest(NamedTuple):
    """One plugin: how it failed last, how often in a row, until when it rests (milliseconds), how long the next rest is."""

    plugin: str
    kind: str
    said: str
    failures: int
    rests_until: int | None
    pause_s: float
    at: int


async def rests(reader: Reader) -> list[Rest]:
    """Every plugin that has failed since it last did well."""
    rows = await reader.all(
        "SELECT plugin, kind, said, failures, rests_until, pause_s, at FROM plugin_breakers ORDER BY plugin"
    )
    return [Rest(*(row[name] for name in Rest._fields)) for row in rows]


async def keep(transaction: Transaction, failing: Sequence[Rest], well: Sequence[str]) -> None:
    """Keep how plugins fail, and forget it of those that do well again."""
    await transaction.many(
        "INSERT INTO plugin_breakers (plugin, kind, said, failures, rests_until, pause_s, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (plugin) DO UPDATE SET kind = excluded.kind, said = excluded.said, failures = excluded.failures,"
        " rests_until = excluded.rests_until, pause_s = excluded.pause_s, at = excluded.at WHERE excluded.at >= at",
        failing,
    )
    await transaction.many("DELETE FROM plugin_breakers WHERE plugin = ?", [(plugin,) for plugin in well])
