"""How much an import writes at once: a lot while nobody else has the workspace open, else what others can wait for."""

from __future__ import annotations

import asyncio
from typing import Final

from influtui.services.importing.batches import MOST_ROWS
from influtui.store.database import Database

FEWEST_ROWS: Final = 100
FIRST_BESIDE_OTHERS: Final = 500

BESIDE_OTHERS_S: Final = 0.03
"""What a transaction should take while another session is on, whose own small writes wait that long. Some take twice as
long: the text index merges when it wants to."""

FAIR_PAUSE_S: Final = 0.005
"""The database's waiting is unfair: without a pause between transactions a waiting session may miss several turns."""

LOG_ALONE: Final = 16_384
"""Pages (64 MB) that the log may hold while nobody else is on: what an index touches again and again is copied once."""

LOG_BESIDE_OTHERS: Final = 500
"""Half of what makes another session's own small write copy them: then the import does it, which nobody waits for."""

LOG_USUAL: Final = 1_000
"""What every other connection lets it hold."""


class Pace:
    """The pace of one import. `begin` it, `adapt` it after each transaction, `end` it before the last one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._log: int | None = None
        self.rows = MOST_ROWS
        """How many rows the next transaction takes."""

    @property
    def is_full(self) -> bool:
        """Whether nobody has to be taken care of."""
        return self.rows == MOST_ROWS

    async def begin(self) -> None:
        """Look who else is on."""
        if not self._database.is_alone():
            self.rows = FIRST_BESIDE_OTHERS
        await self._log_grows()

    async def adapt(self, size: int, took: float) -> None:
        """After a transaction of `size` rows that `took` so many seconds."""
        if self._database.is_alone():
            self.rows = MOST_ROWS
            await self._log_grows()
            return
        fits = int(size * BESIDE_OTHERS_S / max(took, 0.001))
        self.rows = max(FEWEST_ROWS, min(MOST_ROWS - 1, fits, size * 2))
        await self._log_grows()
        await asyncio.sleep(FAIR_PAUSE_S)

    async def end(self) -> None:
        """Leave the log as everybody else expects it."""
        await self._database.let_log_grow(LOG_USUAL)

    async def _log_grows(self) -> None:
        wanted = LOG_ALONE if self.is_full else LOG_BESIDE_OTHERS
        if wanted != self._log:
            self._log = wanted
            await self._database.let_log_grow(wanted)
