"""A bulk edit over thousands of rows, taken back: the export is the same to the byte, but for what others did since."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from influtui.cli.main import main
from influtui.demo.people import People
from influtui.model.editing import read_edit
from influtui.services import upkeep
from influtui.services.finding.search import matching
from influtui.services.importing.intake import ingest
from influtui.services.people import editing
from influtui.services.workspace import opened

ROWS = 5_000
NOW = 1_790_000_000_000


@pytest.fixture
async def crowd(tmp_path: Path) -> Path:
    """A workspace with `ROWS` creators."""
    folder = tmp_path / "workspace"
    async with opened(folder) as workspace:
        await ingest(workspace, People(1, ROWS, NOW).records(ROWS), source="list")
    return folder


async def export(tmp_path: Path, name: str) -> bytes:
    target = tmp_path / name
    assert await asyncio.to_thread(main, ["creators", "export", "--output", str(target)]) == 0
    return target.read_bytes()


async def test_undo_of_an_edit_over_all_rows_restores_the_export_to_the_byte(crowd: Path, tmp_path: Path) -> None:
    before = await export(tmp_path, "before.ndjson")
    async with opened(crowd) as workspace:
        change = read_edit(["country=Germany", "name="], add_tags=["bulk"], note="everybody")
        report = await editing.edit(workspace, await matching(workspace, ""), change)
    assert (report.matched, report.changed) == (ROWS, ROWS)
    assert await export(tmp_path, "between.ndjson") != before
    async with opened(crowd) as workspace:
        undone = await upkeep.undo(workspace)
    assert (undone.done, undone.left) == (True, ())
    assert await export(tmp_path, "after.ndjson") == before


async def test_a_row_that_a_teammate_changed_since_is_left_and_listed(crowd: Path) -> None:
    async with opened(crowd) as workspace:
        ids = await matching(workspace, "")
        await editing.edit(workspace, ids, read_edit(["country=DE"]))
        kim = type(workspace)(workspace.folder, workspace.db, workspace.settings, "kim@elsewhere")
        await editing.edit(kim, ids[7:8], read_edit(["country=FR"]))
        undone = await upkeep.undo(workspace)
        assert [left.id for left in undone.left] == [ids[7]]
        rows = await workspace.db.all("SELECT id, country FROM creators WHERE country = 'FR' AND id = ?", (ids[7],))
        assert len(rows) == 1
