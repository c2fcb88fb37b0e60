"""What other sessions change, as it happens: a look at one number four times a second, and the feed when it has moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from influtui.store.changes import Change
from influtui.store.database import Database


async def watch(database: Database, every: float = 0.25) -> AsyncIterator[list[Change]]:
    """Batches of changes, by this session's writes too, from now on until the caller stops asking."""
    # The number before the feed, always: what is committed between the two is then found twice, never missed.
    version = await database.data_version()
    seen = await database.last_change()
    while True:
        await asyncio.sleep(every)
        now = await database.data_version()
        if now == version:
            continue
        version = now
        changes = await database.changes_since(seen)
        if changes:
            seen = changes[-1].seq
            yield changes
