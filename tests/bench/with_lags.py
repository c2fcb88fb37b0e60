"""Runs the app with a meter on its loop: each new longest stall is written, in milliseconds, into the file named first."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from influtui.__main__ import main
from influtui.tui.lighter import textual_without_palette

with textual_without_palette():
    from influtui.tui.app import InflutuiApp

FILE = Path(sys.argv[1])
TURN = 0.005


async def _measure() -> None:
    began, longest = time.perf_counter(), 0.0
    while True:
        computed, clock = time.thread_time(), time.perf_counter()
        await asyncio.sleep(TURN)
        stall = time.thread_time() - computed
        if stall > longest:
            longest = stall
            now = time.perf_counter()
            with FILE.open("a", encoding="utf-8") as file:
                file.write(
                    f"{stall * 1000:.1f} {(now - clock) * 1000:.0f} ms by the clock, {now - began:.1f} s after the start\n"
                )


_open = InflutuiApp._open


async def _open_with_meter(self: InflutuiApp) -> None:
    await _open(self)  # What is drawn before the first rows is the start's own row.
    self.background(_measure())


InflutuiApp._open = _open_with_meter  # type: ignore[method-assign]
sys.exit(main(sys.argv[2:]))
