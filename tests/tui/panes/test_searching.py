"""The panel of facets keeps its place, whatever was being looked up for the detail."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from influtui.cli.main import influtui as command_line
from influtui.cli.main import main as command
from influtui.tui.app import InflutuiApp, Options
from influtui.tui.panes.discover import Discover


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A workspace with one person."""
    people = tmp_path / "people.csv"
    people.write_text("handle,platform,full name,followers\nanna,instagram,Anna Mistel,9000\n", "utf-8")
    assert command(["creators", "import", str(people)]) == 0
    return tmp_path / "workspace"


async def test_a_detail_that_comes_late_does_not_take_the_place_of_the_facets(world: Path) -> None:
    app = InflutuiApp(Options(world), commands=lambda: command_line)
    async with app.run_test(size=(120, 30)):
        await asyncio.wait_for(app.standing_known.wait(), 60)
        pane = app.pane
        assert isinstance(pane, Discover)
        real, asked, answer = pane.detail_of, asyncio.Event(), asyncio.Event()

        async def late(record: object) -> object:
            asked.set()
            await answer.wait()
            return await real(record)  # type: ignore[arg-type]

        pane.detail_of = late  # type: ignore[method-assign, assignment]
        pane.follow(now=True, again=True)
        await asyncio.wait_for(asked.wait(), 60)
        looked_up = pane._detail_task
        assert looked_up is not None
        await pane.do_facets()
        answer.set()
        await asyncio.wait({looked_up})
        await asyncio.sleep(0)
        shown = "\n".join(span.text for line in pane.detail.lines for span in line)
        assert "Facets" in shown
        assert "Numbers" not in shown
