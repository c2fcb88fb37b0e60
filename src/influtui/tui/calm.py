"""What is done while nobody presses a key, so that no key waits for it: imports that the first press of a key would make,
and looking for garbage among all there is.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from importlib import import_module
from typing import Final

AFTER_ROWS: Final = 0.2
"""Seconds for the frame with the first rows, and for what the header says."""
AFTER_START: Final = 2.0
"""Seconds more until modules are imported ahead: who presses a key before that has it import what it needs."""
AHEAD: Final = (
    "influtui.tui.render.creator_detail", "influtui.tui.widgets.cover", "influtui.tui.completing", "influtui.tui.palette",
    "influtui.tui.panes.inbox", "influtui.tui.panes.shipments", "influtui.tui.panes.work", "influtui.tui.panes.compose",
    "influtui.tui.render.facets", "influtui.tui.render.creator_scores", "influtui.services.outgoing.templates",
    "influtui.services.finding.saved_searches", "influtui.services.people.scoring",
)  # fmt: skip
"""Each took longer than a frame of the screen when it was imported between two turns of the loop."""
EVERY: Final = 60.0
QUIET: Final = 10.0
"""Seconds without a key after which a collection of all garbage disturbs nobody."""
NEVER: Final = 100_000


async def use_the_calm(pressed_at: Callable[[], float]) -> None:
    """Import on a thread, where the loop gets its turn every few milliseconds; then collect garbage in quiet moments."""
    await asyncio.sleep(AFTER_ROWS)
    # What is here by now stays: a full collection that looked through it would stop the loop for a tenth of a second.
    # The short collections go on as ever; a full one has its moment below.
    gc.freeze()
    gc.set_threshold(gc.get_threshold()[0], gc.get_threshold()[1], NEVER)
    gc.enable()
    await asyncio.sleep(AFTER_START)
    for module in AHEAD:
        await asyncio.to_thread(import_module, module)
    gc.freeze()
    while True:
        await asyncio.sleep(EVERY)
        if time.monotonic() - pressed_at() > QUIET:
            gc.collect()
