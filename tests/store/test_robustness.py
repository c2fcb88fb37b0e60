"""Killed, crowded and out of room: what was acknowledged stays, what was not leaves no trace, and nobody hears of a lock.

Real processes, twenty rounds each, with a seeded moment of death.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import children
import pytest
import worlds

from influtui.cli.main import main
from influtui.services import upkeep
from influtui.services.workspace import DATABASE, opened
from influtui.store import health
from influtui.store.presence import Presence

ROUNDS = 20
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["children"])


@contextmanager
def started(target: Callable[..., None], *words: Any) -> Iterator[tuple[Any, Connection]]:
    ours, theirs = processes.Pipe(duplex=False)
    process = processes.Process(target=target, args=(words[0], theirs, *words[1:]))
    process.start()
    theirs.close()
    try:
        yield process, ours
    finally:
        process.kill()
        process.join()
        ours.close()


def heard(pipe: Connection, *, within: float = 30) -> list[Any]:
    """Everything that is said until the other end closes, or dies."""
    found = []
    end = time.monotonic() + within
    while wait([pipe], max(0, end - time.monotonic())):
        try:
            found.append(pipe.recv())
        except EOFError:
            return found
    raise TimeoutError(f"no end after {within} seconds")


def killed(target: Callable[..., None], *words: Any, after: float) -> list[Any]:
    """Start, wait for the first acknowledgement, and kill `after` seconds later. Returns what was acknowledged."""
    with started(target, *words) as (process, pipe):
        assert pipe.poll(30), "it never began"
        first = pipe.recv()
        time.sleep(after)
        assert process.pid
        process.kill()
        process.join()
        assert process.exitcode in (-signal.SIGKILL, 0)
        return [first, *heard(pipe)]


def assert_sound(folder: Path) -> None:
    problems = asyncio.run(health.problems(folder / DATABASE))
    assert {subject: found for subject, found in problems.items() if found} == {}


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    async def inside() -> list[tuple[Any, ...]]:
        async with opened(folder) as workspace:
            return [tuple(row) for row in await workspace.db.all(sql)]

    return asyncio.run(inside())


def world(folder: Path, accounts: int) -> Path:
    async def inside() -> None:
        async with opened(folder) as workspace:
            await worlds.imported(workspace, *(worlds.record(number) for number in range(accounts)))

    asyncio.run(inside())
    return folder


def test_a_bulk_edit_that_is_killed_is_whole_or_absent_and_no_acknowledged_one_is_lost(tmp_path: Path) -> None:
    seed = random.Random(17)
    folder = world(tmp_path / "w", 600)
    for _ in range(ROUNDS):
        acknowledged = killed(children.edits, folder, 600, after=seed.uniform(0, 0.06))
        tags = rows(folder, "SELECT DISTINCT tags FROM creators")
        assert len(tags) == 1, "half an edit is there"
        assert int(tags[0][0].strip("|")) in (acknowledged[-1], acknowledged[-1] + 1)
        assert rows(folder, "SELECT count(*) % 600 FROM journal_rows") == [(0,)]
    assert_sound(folder)


def test_an_import_that_is_killed_keeps_what_it_acknowledged_and_is_taken_back_as_one(tmp_path: Path) -> None:
    seed = random.Random(18)
    empty = world(tmp_path / "empty", 0)
    kept = []
    for number in range(ROUNDS):
        folder = tmp_path / f"w{number}"
        shutil.copytree(empty, folder)
        # Alone it commits ten thousand rows at a time, beside another session what fits in 50 milliseconds.
        another = Presence(folder) if number % 4 else None
        acknowledged = killed(children.imports, folder, 0, 25_000, after=seed.uniform(0, 0.15))
        if another:
            another.close()
        read = max(each if isinstance(each, int) else each[1] for each in acknowledged)
        ((there,),) = rows(folder, "SELECT count(*) FROM creators")
        assert there >= read
        kept.append(there)
        assert rows(folder, "SELECT added FROM imports") == [(there,)]
        assert_sound(folder)
        if number < 3:
            assert asyncio.run(_undone(folder)) == there
            assert rows(folder, "SELECT count(*) FROM creators") == [(0,)]
            assert_sound(folder)
        shutil.rmtree(folder)
    assert min(kept) < 25_000, "none was killed half-way"


async def _undone(folder: Path) -> int:
    async with opened(folder) as workspace:
        return (await upkeep.undo(workspace)).rows


def test_eight_writers_lose_nothing_and_none_hears_of_a_lock(tmp_path: Path) -> None:
    folder = world(tmp_path / "w", 1)
    both = [started(children.notes, folder, writer, 25) for writer in range(8)]
    running = [each.__enter__() for each in both]
    try:
        said = [heard(pipe, within=60) for _, pipe in running]
    finally:
        for each in both:
            each.__exit__(None, None, None)
    assert said == [[("done", 25)]] * 8
    assert rows(folder, "SELECT count(*), count(DISTINCT text) FROM notes") == [(200, 200)]
    assert rows(folder, "SELECT count(*) FROM journal WHERE verb = 'creators.note'") == [(200,)]
    assert_sound(folder)


def test_eight_sessions_that_begin_the_same_workspace_at_once_all_get_it(tmp_path: Path) -> None:
    for number in range(2):
        folder = tmp_path / f"w{number}"
        both = [started(children.imports, folder, 0, 3) for _ in range(8)]
        running = [each.__enter__() for each in both]
        try:
            ends = [heard(pipe, within=60)[-1] for _, pipe in running]
        finally:
            for each in both:
                each.__exit__(None, None, None)
        assert sorted(end[1] for end in ends) == [0] * 7 + [3], ends
        assert_sound(folder)


def test_two_processes_that_import_and_two_that_edit_at_once_lose_nothing(tmp_path: Path) -> None:
    folder = world(tmp_path / "w", 300)
    with (
        started(children.imports, folder, 1_000, 4_000) as (_, first),
        started(children.imports, folder, 4_000, 3_000) as (_, second),
        started(children.notes, folder, 1, 40) as (_, third),
        started(children.edits, folder, 300) as (editor, fourth),
    ):
        ends = [heard(pipe, within=60)[-1] for pipe in (first, second, third)]
        editor.kill()
        edits = heard(fourth)
    assert ends[2] == ("done", 40)
    assert all(end[0] == "done" for end in ends), ends
    assert ends[0][1] + ends[1][1] == 6_000, "a thousand are in both files, and are added once"
    assert all(isinstance(edit, int) for edit in edits), edits
    assert rows(folder, "SELECT count(*), count(DISTINCT id) FROM creators") == [(6_300, 6_300)]
    assert rows(folder, "SELECT count(*) FROM notes") == [(40,)]
    assert_sound(folder)


def full(folder: Path, errors: Path) -> int:
    """Import onto a disk that takes nothing more."""
    size = max(path.stat().st_size for path in folder.iterdir() if path.is_file())
    data = folder.parent / "more.csv"
    data.write_text("platform,handle,bio\n" + "".join(f"x,more{n},{'long words ' * 40}\n" for n in range(3_000)))
    argv = ["--workspace", str(folder), "creators", "import", str(data)]
    with started(children.on_a_full_disk, argv, size + 64_000, errors) as (_, pipe):
        return heard(pipe)[-1]


def test_a_full_disk_is_one_line_and_no_change(tmp_path: Path) -> None:
    folder = world(tmp_path / "w", 50)
    before = rows(folder, "SELECT * FROM creators")
    errors = tmp_path / "errors"
    assert full(folder, errors) == 1
    said = errors.read_text()
    assert "the disk is full" in said
    assert "Traceback" not in said
    assert len([line for line in said.splitlines() if line.startswith("influtui: ")]) == 1
    assert rows(folder, "SELECT * FROM creators") == before
    assert_sound(folder)


def test_a_file_system_without_room_is_one_line_and_no_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here; the test above limits the size of files instead")
    try:
        folder = world(disk / "w", 50)
        before = rows(folder, "SELECT * FROM creators")
        data = tmp_path / "more.csv"
        data.write_text("platform,handle,bio\n" + "".join(f"x,more{n},{'long words ' * 40}\n" for n in range(9_000)))
        assert main(["--workspace", str(folder), "creators", "import", str(data)]) == 1
        assert "the disk is full" in capsys.readouterr().err
        assert rows(folder, "SELECT * FROM creators") == before
        assert_sound(folder)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
