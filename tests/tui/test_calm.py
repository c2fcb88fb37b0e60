"""What is imported ahead is there, and garbage is looked for only where no key waits."""

from __future__ import annotations

import asyncio
import gc
import time
from importlib.util import find_spec

import pytest

from influtui.tui import calm


@pytest.mark.parametrize("module", calm.AHEAD)
def test_each_module_that_is_imported_ahead_exists(module: str) -> None:
    assert find_spec(module) is not None


async def test_a_full_collection_waits_for_a_moment_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm, "AFTER_ROWS", 0.0)
    monkeypatch.setattr(calm, "AFTER_START", 0.0)
    monkeypatch.setattr(calm, "AHEAD", ())
    monkeypatch.setattr(calm, "EVERY", 0.001)
    collected: list[float] = []
    monkeypatch.setattr(gc, "collect", lambda: collected.append(time.monotonic()))
    before, pressed = gc.get_threshold(), time.monotonic()
    task = asyncio.create_task(calm.use_the_calm(lambda: pressed))
    try:
        await asyncio.sleep(0.05)
        assert not collected
        pressed -= calm.QUIET + 1
        await asyncio.sleep(0.05)
        assert collected
        assert gc.get_threshold()[2] == calm.NEVER
    finally:
        task.cancel()
        gc.set_threshold(*before)
        gc.unfreeze()
