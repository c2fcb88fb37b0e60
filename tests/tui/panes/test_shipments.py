"""What can be done with the parcel under the cursor, and with all that are marked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from influtui.__main__ import commands
from influtui.services.parcel import fulfilment
from influtui.tui.app import InflutuiApp, Options


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[InflutuiApp]:
    app = InflutuiApp(Options(tmp_path / "workspace"), commands=commands)
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.standing_known.wait(), 60)
        for number in ("RR123456785DE", "1Z999AA10123456784"):
            await fulfilment.add_shipment(app.workspace, number)
        await app.keyboard.do_word("shipments")
        yield app


def _line(app: InflutuiApp) -> str:
    line = "".join(span.text for span in app.prompt.line(80, app.look()))
    assert cell_len(line) <= 80
    return line


async def test_what_is_known_of_a_parcel_is_recorded_by_a_line_that_names_it(app: InflutuiApp) -> None:
    await app.keyboard.do_word("set-state")
    assert ":ship mark #2 " in _line(app)


async def test_of_several_that_are_marked_by_a_line_for_each(app: InflutuiApp) -> None:
    await app.keyboard.do_word("mark-all")
    await app.keyboard.do_word("set-state")
    assert ":ship mark {id} " in _line(app)
    lines = await app.lines.expanded("ship mark {id} delivered")
    assert lines == [["ship", "mark", "#2", "delivered"], ["ship", "mark", "#1", "delivered"]]


async def test_the_states_are_completed(app: InflutuiApp) -> None:
    ways = await app.lines.complete("ship mark #2 deliv", len("ship mark #2 deliv"))
    assert "delivered" in ways.words
