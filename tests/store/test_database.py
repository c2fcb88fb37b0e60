"""The open database: nothing half written, nothing lost to a cancellation, and each wrong file named for what it is."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import worlds

from influtui.model.failures import Failure, ReadOnly, StoreDamaged, StoreTooNew
from influtui.services.workspace import DATABASE, Workspace, opened
from influtui.store import migrations, snapshots, sqlite
from influtui.store.changes import KEEP
from influtui.store.database import open_database
from influtui.store.tables import NOUNS
from influtui.store.watching import watch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


async def made(folder: Path) -> Path:
    async with opened(folder) as workspace:
        await worlds.imported(workspace, *(worlds.record(number) for number in range(200)))
    return folder / DATABASE


async def note(workspace: Workspace, text: str) -> None:
    async with workspace.db.write(1) as transaction:
        await transaction.run("INSERT INTO memory (actor, key, value, at) VALUES ('me', ?, '', 1)", (text,))


async def notes(workspace: Workspace) -> list[str]:
    return [row["key"] for row in await workspace.db.all("SELECT key FROM memory ORDER BY key")]


async def test_a_cancelled_write_leaves_nothing_behind_and_the_next_one_works(workspace: Workspace) -> None:
    """Cancelled at every point at which it can be, a write is whole or absent, and never holds the lock."""
    whole = 0
    for pauses in range(12):
        task = asyncio.ensure_future(note(workspace, f"cancelled {pauses:02}"))
        for _ in range(pauses):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(note(workspace, f"kept {pauses:02}"), 60)
    found = await notes(workspace)
    whole = sum(each.startswith("kept") for each in found)
    assert whole == 12
    with closing(sqlite3.connect(workspace.db.path, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.rollback()


async def test_writes_of_one_session_queue_and_none_is_lost(workspace: Workspace) -> None:
    await asyncio.gather(*(note(workspace, f"{number:03}") for number in range(50)))
    assert len(await notes(workspace)) == 50


async def test_tasks_that_first_read_at_once_share_one_connection(workspace: Workspace) -> None:
    async with opened(workspace.folder) as second:
        await second.db._connections.pop("read").close()
        await asyncio.gather(*(second.db.all("SELECT 1") for _ in range(20)))
        assert list(second.db._connections) == ["read"]


async def test_a_connection_that_nobody_waits_for_any_more_is_closed_all_the_same(folder: Path) -> None:
    """One that stayed open would keep its thread, and the process after its end."""
    await made(folder)
    before = connections()
    for pauses in range(8):
        async with opened(folder) as workspace:
            task = asyncio.ensure_future(note(workspace, f"cancelled {pauses}"))
            for _ in range(pauses):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        with pytest.raises(asyncio.CancelledError):
            await note(workspace, "after the end")
    end = time.monotonic() + 60
    while connections() - before and time.monotonic() < end:
        await asyncio.sleep(0.01)  # a closed connection's thread still has its last steps to go
    assert not connections() - before


def connections() -> set[threading.Thread]:
    """The threads of connections that are open, or closed just now: each has one."""
    return {each for each in threading.enumerate() if "_connection_worker_thread" in each.name}


async def test_another_session_learns_of_a_change_and_of_having_missed_too_many(workspace: Workspace) -> None:
    async with opened(workspace.folder) as other:
        version = await other.db.data_version()
        seen = await other.db.last_change()
        async with workspace.db.write(1) as transaction:
            transaction.touched("creators", [7, 3, 4, 5])
        assert await other.db.data_version() != version
        changes = await other.db.changes_since(seen)
        assert [change[1:] for change in changes] == [("creators", 3, 5), ("creators", 7, 7)]
        assert await other.db.changes_since(changes[-1].seq) == []
        async with workspace.db.write(1) as transaction:
            for number in range(KEEP):
                transaction.touched_run("notes", number, number)
        missed = await other.db.changes_since(changes[-1].seq)
        assert {change.noun for change in missed} == NOUNS
        assert {change.seq for change in missed} == {changes[-1].seq + KEEP}
        rows = await other.db.all("SELECT count(*) FROM change_log")
        assert rows[0][0] == KEEP


@pytest.mark.parametrize("harm", ["truncated", "header", "random", "emptied", "removed"])
async def test_a_damaged_database_is_named_and_the_newest_snapshot_offered(folder: Path, harm: str) -> None:
    path = await made(folder)
    size = path.stat().st_size
    match harm:
        case "truncated":
            os.truncate(path, size // 3)
        case "header":
            with path.open("r+b") as file:
                file.write(b"not a database at all, but a letter to my aunt")
        case "random":
            path.write_bytes(os.urandom(size))
        case "emptied":
            os.truncate(path, 0)
        case "removed":
            path.unlink()
    newest = snapshots.listed(path)[0].name
    with pytest.raises(StoreDamaged) as raised:
        async with opened(folder):
            pass
    assert f"influtui restore {newest}" in (raised.value.hint or "")


async def test_damage_in_the_middle_is_named_by_the_query_that_meets_it(folder: Path) -> None:
    path = await made(folder)
    size = path.stat().st_size
    with path.open("r+b") as file:
        for page in range(4, size // 4096):
            file.seek(page * 4096)
            file.write(b"\x5a" * 4096)
    with pytest.raises(StoreDamaged):
        async with opened(folder) as workspace:
            await workspace.db.all("SELECT * FROM creators ORDER BY bio")


async def test_a_newer_schema_is_refused_and_left_as_it_is(folder: Path) -> None:
    path = await made(folder)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {migrations.newest() + 1}")
    before = path.read_bytes()
    with pytest.raises(StoreTooNew):
        await open_database(path)
    assert path.read_bytes() == before


async def test_a_database_of_another_program_is_refused(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
        connection.execute(f"PRAGMA user_version = {migrations.newest()}")
    with pytest.raises(Failure, match="another program"):
        await open_database(folder / DATABASE)


async def test_an_older_schema_is_copied_before_it_is_brought_up_to_date(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await made(folder)
    steps = migrations.steps()
    newer = migrations.Step(migrations.newest() + 1, "later", "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;")
    monkeypatch.setattr(migrations, "steps", lambda: [*steps, newer])
    monkeypatch.setattr(migrations, "newest", lambda: newer.number)
    with pytest.raises(Failure, match="older influtui"):
        await open_database(path, read_only=True)
    async with opened(folder) as workspace:
        assert await workspace.db.all("SELECT * FROM later") == []
        assert len(await workspace.db.all("SELECT * FROM creators")) == 200
    assert f"before-migration-from-{newer.number - 1}" in [each.name for each in snapshots.listed(path)]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
async def test_every_file_is_its_owners_only_whatever_the_umask(folder: Path, umask: int) -> None:
    old = os.umask(umask)
    try:
        path = await made(folder)
        async with opened(folder) as workspace:
            await note(workspace, "x")
            files = [*folder.iterdir(), *snapshots.folder(path).iterdir()]
            assert {f"{DATABASE}-wal", f"{DATABASE}-shm"} <= {file.name for file in files}
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in [folder, *files]}
    finally:
        os.umask(old)
    assert {name: mode for name, mode in modes.items() if mode & 0o077} == {}


async def test_a_read_only_session_writes_nothing(folder: Path) -> None:
    path = await made(folder)
    before = path.read_bytes()
    async with opened(folder, read_only=True) as workspace:
        assert len(await workspace.db.all("SELECT * FROM creators")) == 200
        with pytest.raises(ReadOnly):
            await note(workspace, "x")
        with pytest.raises(Failure):
            await workspace.db.all("INSERT INTO memory (actor, key, value, at) VALUES ('me', 'x', '', 1) RETURNING 1")
    assert path.read_bytes() == before


async def test_a_workspace_on_a_read_only_medium_can_be_read(folder: Path) -> None:
    await made(folder)
    folder.with_name("medium").mkdir()
    mounted = (
        subprocess.run(["mount", "--bind", str(folder), str(folder)], capture_output=True, check=False).returncode == 0
        and subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], capture_output=True, check=False).returncode
        == 0
    )
    if not mounted:
        if os.geteuid() == 0:
            pytest.skip("nothing can be mounted here, and permissions do not stop root")
        folder.chmod(0o500)
    try:
        async with opened(folder, read_only=True) as workspace:
            assert len(await workspace.db.all("SELECT * FROM creators")) == 200
            assert [rows async for rows in workspace.db.stream("SELECT 1")]
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
        else:
            folder.chmod(0o700)


async def test_there_is_nothing_to_read_where_there_is_no_workspace(folder: Path) -> None:
    with pytest.raises(Failure, match="there is no workspace"):
        await open_database(folder / DATABASE, read_only=True)
    assert not folder.exists()


async def test_a_session_that_watches_sees_each_change_of_the_others_once(workspace: Workspace) -> None:
    async with opened(workspace.folder) as other:
        watching = watch(other.db, every=0.01)
        next_batch = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0.03)
        await worlds.imported(workspace, worlds.record(1))
        first = await asyncio.wait_for(next_batch, 60)
        assert ("creators", 1, 1) in [change[1:] for change in first]
        next_batch = asyncio.ensure_future(anext(watching))
        async with workspace.change("creators.edit", "tagged") as unit:
            await unit.update("creators", 1, {"tags": "|hats|"})
        second = await asyncio.wait_for(next_batch, 60)
        assert [change[1:] for change in second] == [("creators", 1, 1)]
        assert second[0].seq > first[-1].seq
        await watching.aclose()


async def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_itself(workspace: Workspace) -> None:
    async with workspace.db.write(1):
        with pytest.raises(RuntimeError, match="writing already"):
            await note(workspace, "inside")
    await note(workspace, "afterwards")


async def test_a_connection_that_is_given_up_while_it_opens_is_waited_for_and_closed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread would answer a loop that has closed by then, with a traceback on the terminal."""
    path = await made(folder)
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()
    connect = sqlite3.connect

    def slow(*words: Any, **more: Any) -> sqlite3.Connection:
        begun.set()
        go_on.wait(20)
        made = connect(*words, **more)
        done.set()
        return made

    monkeypatch.setattr(sqlite3, "connect", slow)
    opening = asyncio.ensure_future(sqlite.connect(path))
    await asyncio.to_thread(begun.wait, 20)
    opening.cancel()
    asyncio.get_running_loop().call_later(0.01, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert done.is_set()
