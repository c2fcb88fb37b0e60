"""From one place to another: by a pane's name on the `:` line, and from an empty workspace into the demo world."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import worlds

from influtui.tui.app import InflutuiApp, Options


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[InflutuiApp]:
    app = InflutuiApp(Options(tmp_path / "workspace"))
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.standing_known.wait(), 60)
        yield app


async def _arrives(app: InflutuiApp, title: str) -> None:
    async with asyncio.timeout(60):
        while app.pane.title != title:
            await asyncio.sleep(0.01)


async def test_a_line_that_is_a_panes_name_goes_there_from_any_other(app: InflutuiApp) -> None:
    """`discover` and `inbox` are nouns too: with more words they are lines of the command line."""
    app.lines.accept("inbox")
    await _arrives(app, "Inbox")
    app.lines.accept("Discover")
    await _arrives(app, "Discover")
    app.lines.accept("plugins")
    await _arrives(app, "Plugins")
    assert app.keymap.pane_called("inbox list") is None


async def test_an_empty_workspace_leads_to_the_demo_by_a_key(app: InflutuiApp) -> None:
    app.key_pressed("d", "d")
    async with asyncio.timeout(60):
        while not app.leaving:
            await asyncio.sleep(0.01)
    assert app.opens_demo


async def test_a_workspace_with_somebody_in_it_is_not_left_for_the_demo_by_a_key(app: InflutuiApp) -> None:
    await worlds.imported(app.workspace, worlds.record(1))
    await app.refresh_panes()
    app.key_pressed("d", "d")
    async with asyncio.timeout(60):
        while not app.notices:
            await asyncio.sleep(0.01)
    assert "somebody is here" in app.notices[-1][1]
    assert not app.leaving
