"""Copies are whole, few, private and can take the database's place even when it cannot be opened."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
import worlds

from influtui.model.failures import Failure, NotFound, StoreBusy
from influtui.model.times import Millis
from influtui.services.workspace import DATABASE, Workspace, opened
from influtui.store import daily, snapshots


async def handles(folder: Path) -> list[str]:
    async with opened(folder, read_only=True) as workspace:
        return [row[0] for row in await workspace.db.all("SELECT handle FROM creators ORDER BY id")]


async def made(folder: Path, *numbers: int, at: int = 1_795_348_800_000) -> Path:
    async with opened(folder, clock=lambda: Millis(at)) as workspace:
        await worlds.imported(workspace, *(worlds.record(number) for number in numbers))
    return folder / DATABASE


async def test_the_first_session_of_a_day_that_changes_something_leaves_a_copy(tmp_path: Path) -> None:
    database = await made(tmp_path / "w", 1)
    assert [each.name for each in snapshots.listed(database)] == ["2026-11-22"]
    await made(tmp_path / "w", 2)
    with closing(sqlite3.connect(snapshots.listed(database)[0].path)) as copy:
        assert copy.execute("SELECT count(*) FROM creators").fetchone() == (1,)


async def test_a_session_that_only_reads_leaves_no_copy(tmp_path: Path) -> None:
    database = await made(tmp_path / "w", 1)
    snapshots.listed(database)[0].path.unlink()
    await handles(tmp_path / "w")
    assert snapshots.listed(database) == []


async def test_seven_days_are_kept(tmp_path: Path) -> None:
    database = await made(tmp_path / "w", 1)
    days = [(date(2026, 12, 1) + timedelta(days=number)).isoformat() for number in range(9)]
    for day in days:
        snapshots.daily(database, day)
    kept = {each.name for each in snapshots.listed(database)}
    assert kept == set(days[-7:])


async def test_a_copy_that_cannot_be_made_does_not_fail_the_session(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "snapshots").write_text("in the way")
    await made(tmp_path / "w", 1)
    assert await handles(tmp_path / "w") == ["nobody_1"]


async def test_what_undo_kept_of_an_import_is_let_go_after_a_month(workspace: Workspace) -> None:
    from influtui.services import upkeep

    await worlds.imported(workspace, worlds.rich_record(1))
    await upkeep.undo(workspace)
    at = workspace.clock()
    await daily.keep(workspace.db, at)
    assert len(await workspace.db.all("SELECT * FROM undone_creators")) == 1
    await daily.keep(workspace.db, at + daily.KEEP_UNDONE_MS + 1)
    for table in ("undone_creators", "undone_persons", "undone_snapshots", "undone_notes", "undone_creator_comments"):
        assert await workspace.db.all(f"SELECT * FROM {table}") == []
    assert (await upkeep.redo(workspace)).done is False


async def test_a_snapshot_takes_the_place_of_a_damaged_database_which_is_kept(tmp_path: Path) -> None:
    database = await made(tmp_path / "w", 1)
    database.write_bytes(b"rubbish" * 1000)
    aside = snapshots.restore(database, snapshots.listed(database)[0].path, "now")
    assert await handles(tmp_path / "w") == ["nobody_1"]
    assert aside
    assert aside.read_bytes() == b"rubbish" * 1000


async def test_restoring_can_itself_be_taken_back(tmp_path: Path) -> None:
    database = await made(tmp_path / "w", 1)
    await made(tmp_path / "w", 2)
    aside = snapshots.restore(database, snapshots.folder(database) / "2026-11-22.db", "now")
    assert await handles(tmp_path / "w") == ["nobody_1"]
    assert aside
    snapshots.restore(database, aside, "later")
    assert await handles(tmp_path / "w") == ["nobody_1", "nobody_2"]


async def test_what_is_no_database_of_ours_is_not_restored(tmp_path: Path) -> None:
    database = await made(tmp_path / "w", 1)
    strange = tmp_path / "strange.db"
    with closing(sqlite3.connect(strange)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    (tmp_path / "text.db").write_text("hello, this is no database at all " * 100)
    for wrong in (strange, tmp_path / "text.db", tmp_path):
        with pytest.raises(Failure):
            snapshots.restore(database, wrong, "now")
    with pytest.raises(NotFound):
        snapshots.restore(database, tmp_path / "absent.db", "now")
    assert await handles(tmp_path / "w") == ["nobody_1"]


async def test_nothing_is_replaced_under_a_session_that_is_on(tmp_path: Path) -> None:
    database = await made(tmp_path / "w", 1)
    async with opened(tmp_path / "w"):
        with pytest.raises(StoreBusy):
            snapshots.restore(database, snapshots.listed(database)[0].path, "now")


async def test_two_sessions_that_close_at_once_leave_one_whole_copy(tmp_path: Path) -> None:
    database = await made(tmp_path / "w", *range(300))
    await asyncio.gather(*(asyncio.to_thread(snapshots.daily, database, "2026-12-24") for _ in range(6)))
    files = sorted(path.name for path in snapshots.folder(database).iterdir())
    assert files == ["2026-11-22.db", "2026-12-24.db"]
    snapshots.check(snapshots.folder(database) / "2026-12-24.db")


async def test_what_a_killed_session_left_half_made_is_cleared_away(tmp_path: Path) -> None:
    database = await made(tmp_path / "w", 1)
    left = snapshots.folder(database) / "2026-11-01.db.17-4.unfinished"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    snapshots.daily(database, "2026-12-24")
    assert not left.exists()
