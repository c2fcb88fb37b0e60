"""A disk without room: what only reads goes on, what writes says so, and no letter goes of which nothing could be noted."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mail_receiver import MailReceiver

from influtui.cli.main import main
from influtui.model.failures import StoreFull
from influtui.services.outgoing import sending
from influtui.services.workspace import DATABASE, Workspace, opened
from influtui.store import database, outbox, sqlite
from influtui.store.database import open_database

READING = [
    ("outbox", "list"), ("outbox", "why", "1"), ("outbox", "plan"), ("today",), ("today", "--count"), ("inbox", "list"),
    ("inbox", "show", "1"), ("creators", "search", "anna"), ("collab", "list"), ("journal",), ("worker", "status"),
    ("suppress", "check", "instagram:anna"), ("--read-only", "outbox", "list"),
]  # fmt: skip
WRITING = [
    ("creators", "note", "instagram:anna", "x"),
    ("outbox", "send", "2", "--yes"),
    ("worker", "--once"),
    ("outbox", "resolve", "1", "--sent"),
]


@pytest.fixture
def letters(receiver: MailReceiver) -> Callable[[Path], None]:
    """Makes a workspace with two letters in its outbox, of which the first was interrupted while it was transmitted."""

    def made(folder: Path) -> None:
        port = str(receiver.port)
        for words in (
            ("brand", "new", "Acme", "--postal-address", "1 Road"),
            ("campaign", "new", "Spring"),
            (
                "account",
                "add",
                "jo@brand.test",
                "--smtp-host",
                "127.0.0.1",
                "--smtp-port",
                port,
                "--smtp-security",
                "none",
            ),
            *(("creators", "add", f"instagram:{who}") for who in ("anna", "ben")),
            *(("creators", "edit", f"instagram:{who}", "--set", f"email={who}@mail.test") for who in ("anna", "ben")),
            *(
                ("campaign", "contact", "SPRING", f"instagram:{who}", "--template", "gift", "--later", "--yes")
                for who in ("anna", "ben")
            ),
        ):
            assert main(["--workspace", str(folder), *words]) == 0, words
        connection = sqlite3.connect(folder / DATABASE)
        connection.execute("UPDATE messages SET state = 'in_data' WHERE id = 1")
        connection.execute("UPDATE outbox SET claimed_at = 1, claimed_by = 'here' WHERE message_id = 1")
        connection.commit()
        connection.close()

    return made


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From when it is called no connection finds room for what it would share with others."""

    def begun() -> None:
        connect = sqlite.connect

        async def without_room(*args: Any, alone: bool = False, **options: Any) -> Any:
            if alone:
                return await connect(*args, alone=True, **options)
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE  # type: ignore[attr-defined]
            raise error

        monkeypatch.setattr(database.sqlite, "connect", without_room)

    return begun


def test_reading_goes_on_and_writing_says_that_the_disk_is_full(
    letters: Callable[[Path], None], no_room: Callable[[], None], receiver: MailReceiver, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    letters(tmp_path / "workspace")
    no_room()
    for words in READING:
        assert main(list(words)) == 0, words
    capsys.readouterr()
    assert main(["outbox", "list"]) == 0
    assert "it is being transmitted by here" in capsys.readouterr().out, "as it is noted: nothing can be settled now"
    for words in WRITING:
        assert main(list(words)) == 1, words
        assert "the disk is full" in capsys.readouterr().err, words
    assert receiver.received == []


def test_on_a_disk_that_is_full_to_the_last_byte_too(
    letters: Callable[[Path], None], receiver: MailReceiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here; the test above stands for it")
    try:
        folder = disk / "w"
        letters(folder)
        with (disk / "fill").open("wb", buffering=0) as fill:
            for size in (4_096, 1):
                try:
                    while fill.write(b"x" * size) == size:
                        pass
                except OSError:
                    continue
        assert os.statvfs(disk).f_bavail == 0
        for words in READING:
            assert main(["--workspace", str(folder), *words]) == 0, words
        capsys.readouterr()
        for words in WRITING:
            assert main(["--workspace", str(folder), *words]) == 1, words
            assert "the disk is full" in capsys.readouterr().err, words
        assert receiver.received == []
        (disk / "fill").unlink()
        assert main(["--workspace", str(folder), "outbox", "list", "state:unknown"]) == 0
        assert "nobody knows whether it arrived" in capsys.readouterr().out, "settled as soon as there is room"
    finally:
        subprocess.run(["umount", str(disk)], check=True)


async def test_who_stays_open_does_not_keep_others_out(workspace: Workspace, no_room: Callable[[], None]) -> None:
    """The app and the worker are refused on a full disk: alone in the database, they would hold up every command."""
    await workspace.db.close()
    no_room()
    with pytest.raises(StoreFull):
        await open_database(workspace.folder / DATABASE)
    async with opened(workspace.folder, alone_when_full=True) as alone:
        assert alone.db.is_full
        assert [rows async for rows in alone.db.stream("SELECT 1")]
        # A second connection of this process would wait for the first.
        with pytest.raises(StoreFull, match="no room for the log"):
            async with alone.db.write(0):
                pass


async def test_a_disk_that_fills_up_later_keeps_an_interrupted_letter_in_sight(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where connections stand already, only the commit fails."""
    await _interrupted(workspace)
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL  # type: ignore[attr-defined]

    async def refused(*_: Any, **__: Any) -> bool:
        raise error

    monkeypatch.setattr(outbox, "move", refused)
    assert [row.state for row in await sending.outgoing(workspace)] == ["in_data"]


async def _interrupted(workspace: Workspace) -> None:
    async with workspace.change("test", "a letter in DATA") as unit:
        person = await unit.insert("persons", {"created_at": unit.at})
        columns = {"person_id": person, "channel": "email", "last_at": unit.at, "awaiting": "nobody"}
        conversation = await unit.insert("conversations", columns)
        message = await unit.insert(
            "messages",
            {
                "conversation_id": conversation, "direction": "out", "state": "in_data", "body": "Hi", "recipient": "a@x.test",
                "written_by": "us", "at": unit.at,
            },
        )  # fmt: skip
        await outbox.put(
            unit.transaction, message, account="jo@brand.test", sender="jo@brand.test", recipient="a@x.test", raw=b"x"
        )
