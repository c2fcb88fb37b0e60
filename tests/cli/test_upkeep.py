"""undo, redo, journal, backup, restore, doctor and config as a person or a script meets them."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import worlds

from influtui.cli.main import main
from influtui.services.doctor import examine
from influtui.services.workspace import DATABASE, Workspace, opened
from influtui.store import health


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with three creators, all tagged; the first one changed by a teammate since."""

    async def inside() -> None:
        async with opened(tmp_path / "workspace") as workspace:
            await worlds.imported(workspace, *(worlds.record(number) for number in range(3)))
            await tag(workspace, [1, 2, 3], "hats")
            await tag(replace(workspace, actor="teammate@elsewhere"), [1], "caps")

    asyncio.run(inside())
    return tmp_path / "workspace"


async def tag(workspace: Workspace, ids: list[int], tag: str) -> None:
    async with workspace.change("creators.edit", f"tagged {len(ids):,} creators") as unit:
        await unit.update_many("creators", {each: {"tags": f"|{tag}|"} for each in ids})


def documents(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_undo_names_what_it_took_back_and_what_it_left(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["undo"]) == 3
    said = capsys.readouterr()
    assert said.out == "Took back: tagged 3 creators.\n"
    assert "left: creator #1 was changed since" in said.err


def test_a_rehearsed_undo_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["undo", "--dry-run"]) == 3
    assert capsys.readouterr().out == "Would take back: tagged 3 creators.\n"
    assert main(["redo"]) == 0
    assert capsys.readouterr().out == "There is nothing to put back.\n"


def test_undo_tells_a_script_which_rows_it_left(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["undo", "--json"]) == 3
    (told,) = documents(capsys.readouterr().out)
    assert told == {
        "schema": "influtui.undo/1",
        "done": True,
        "entry": 2,
        "summary": "tagged 3 creators",
        "rows": 2,
        "left": [{"noun": "creators", "id": 1, "why": "was changed since"}],
        "skipped": [],
    }
    assert main(["redo", "--json"]) == 0
    assert documents(capsys.readouterr().out)[0]["rows"] == 2


def test_the_journal_says_who_did_what(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["undo"])
    capsys.readouterr()
    assert main(["journal", "--json", "--limit", "2"]) == 0
    newest, next_one = documents(capsys.readouterr().out)
    assert (newest["summary"], newest["reverts"]) == ("took back: tagged 3 creators", 2)
    assert (next_one["actor"], next_one["state"]) == ("teammate@elsewhere", "done")
    assert main(["journal", "--actor", "teammate@elsewhere"]) == 0
    assert capsys.readouterr().out.count("tagged") == 1


def test_a_read_only_session_takes_nothing_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["undo", "--read-only"]) == 1
    assert "read-only" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["journal"], ["undo"], ["redo"], ["backup"], ["creators", "show", "#1"]])
@pytest.mark.parametrize("damage", [b"", b"no database at all, only a letter to somebody's aunt"])
def test_every_command_says_in_one_line_that_the_database_is_damaged(
    folder: Path, capsys: pytest.CaptureFixture[str], command: list[str], damage: bytes
) -> None:
    (folder / DATABASE).write_bytes(damage)
    assert main([*command, "--json"]) == 1
    (told,) = documents(capsys.readouterr().err)
    assert told["error"]["kind"] == "damaged"
    assert "influtui restore " in told["error"]["hint"]


def test_a_damaged_database_is_replaced_by_its_snapshot(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.truncate(folder / DATABASE, 5_000)
    assert main(["doctor"]) == 1
    assert "WRONG  database" in capsys.readouterr().out
    assert main(["restore", "--json"]) == 0
    (snapshot,) = documents(capsys.readouterr().out)
    assert main(["restore", snapshot["name"]]) == 2, "nothing is replaced unasked"
    assert main(["restore", snapshot["name"], "--yes", "--json"]) == 0
    told = documents(capsys.readouterr().out)[0]
    assert told["replaced"].startswith("replaced-")
    assert main(["doctor", "--json"]) == 0
    assert main(["undo"]) == 3


def test_a_backup_is_private_whole_and_never_overwrites(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "mine.db"
    assert main(["backup", str(target), "--json"]) == 0
    assert documents(capsys.readouterr().out)[0]["bytes"] == target.stat().st_size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert main(["backup", str(target)]) == 1
    assert main(["backup", str(tmp_path / "absent" / "mine.db")]) == 1
    assert main(["undo"]) == 3
    assert main(["restore", str(target), "--yes"]) == 0
    assert main(["undo"]) == 3, "the edit is there again"


def test_what_cannot_be_restored_is_refused_before_anything_is_asked(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letter.db").write_text("dear aunt")
    assert main(["restore", str(tmp_path / "letter.db"), "--yes"]) == 1
    assert main(["restore", "no-such-snapshot", "--yes"]) == 2
    assert main(["restore", "--read-only", "x", "--yes"]) == 1
    assert main(["doctor"]) == 0


def test_the_doctor_finds_open_permissions_and_closes_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / DATABASE).chmod(0o644)
    assert main(["doctor"]) == 1
    assert "other users of this machine can read influtui.db" in capsys.readouterr().out
    assert main(["doctor", "--fix"]) == 0
    assert stat.S_IMODE((folder / DATABASE).stat().st_mode) == 0o600
    assert main(["doctor"]) == 0


def test_the_doctor_finds_a_text_index_out_of_step_and_builds_it_anew(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def put_out_of_step() -> None:
        async with opened(folder) as workspace, workspace.db.write(1) as transaction:
            await transaction.run("UPDATE creators SET bio = 'paints pots' WHERE id = 1")

    asyncio.run(put_out_of_step())
    assert main(["doctor"]) == 1
    assert "text index" in capsys.readouterr().out
    assert main(["doctor", "--fix"]) == 0
    assert main(["doctor"]) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        "INSERT INTO creator_text_grams (creator_text_grams) VALUES ('delete-all')",
        "INSERT INTO creator_text_grams (rowid, grams) VALUES (77, '茶')",
    ],
)
def test_the_doctor_finds_an_index_of_scripts_without_blanks_out_of_step(
    folder: Path, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    async def put_out_of_step() -> None:
        async with opened(folder) as workspace:
            async with workspace.change("creators.edit", "Said it in Chinese") as unit:
                await unit.update("creators", 1, {"bio": "護膚品 ceramics"})
            assert not any((await health.problems(workspace.db.path)).values())
            async with workspace.db.write(1) as transaction:
                await transaction.run(wrong)

    asyncio.run(put_out_of_step())
    assert main(["doctor"]) == 1
    assert "scripts without blanks" in capsys.readouterr().out
    assert main(["doctor", "--fix"]) == 0
    assert main(["doctor"]) == 0


def test_settings_are_set_line_by_line_and_comments_stay(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = folder / "config.toml"
    config.write_text('# mine\ncurrency = "USD"  # for now\n\n[plugin.bluesky]\nengagement = true\n')
    assert main(["config", "set", "theme", "dusk"]) == 0
    assert main(["config", "set", "plugin.bluesky.engagement", "no"]) == 0
    assert main(["config", "set", "plugin.other.on", "true"]) == 0
    assert main(["config", "set", "open_command", "open -a 'My Browser'"]) == 0
    assert config.read_text() == (
        '# mine\ncurrency = "USD"  # for now\ntheme = "dusk"\nopen_command = ["open", "-a", "My Browser"]\n'
        "\n[plugin.bluesky]\nengagement = false\n\n[plugin.other]\non = true\n"
    )
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    capsys.readouterr()
    assert main(["config", "get", "open_command"]) == 0
    assert capsys.readouterr().out == "open -a 'My Browser'\n"
    assert main(["config", "set", "theme", "--unset"]) == 0
    assert "theme" not in config.read_text()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["set", "curency", "EUR"], 2, "Did you mean currency?"),
        (["get", "curency"], 2, "Did you mean currency?"),
        (["set", "plugin.bluesky", "5"], 2, "plugin.ID.KEY"),
        (["set", "plugin.bluesky.api_key", "abc"], 2, "secret"),
        (["set", "account.0.smtp_port", "5"], 2, "account add"),
        (["set", "theme"], 2, "--unset"),
        (["set", "theme", "dusk", "--read-only"], 1, "read-only"),
    ],
)
def test_a_wrong_setting_is_refused_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert main(["config", *words]) == code
    assert said in capsys.readouterr().err
    assert not (folder / "config.toml").exists()


def test_secrets_in_the_settings_are_not_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "config.toml").write_text('[plugin.old]\napi_token = "hunter2"\n')
    assert main(["config", "get"]) == 0
    assert main(["config", "get", "plugin.old.api_token", "--json"]) == 0
    said = capsys.readouterr().out
    assert "hunter2" not in said
    assert "(hidden)" in said


def test_a_settings_file_that_is_wrong_is_named_and_not_made_worse(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = folder / "config.toml"
    config.write_text("curency = 5\n")
    assert main(["config", "set", "theme", "dusk"]) == 4
    assert "curency" in capsys.readouterr().err
    assert config.read_text() == "curency = 5\n"


def test_whoever_was_forgotten_since_a_backup_is_named_when_it_is_restored(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(tmp_path / "mine.db")]) == 0
    assert main(["creators", "forget", "instagram:nobody_2", "--yes"]) == 0
    capsys.readouterr()
    assert main(["restore", str(tmp_path / "mine.db"), "--yes", "--json"]) == 0
    told = documents(capsys.readouterr().out)[0]
    assert told["forgotten_again"] == ["instagram:nobody_2"]
    assert told["suppressed"] >= 1


async def test_the_doctor_says_whether_somebody_else_is_on(tmp_path: Path) -> None:
    async def sessions() -> str:
        found = [each async for each in examine(tmp_path / "workspace")]
        return next(each.message for each in found if each.subject == "sessions")

    async with opened(tmp_path / "workspace"):
        assert await sessions() == "another session has this workspace open"
    assert await sessions() == "no other session is on"
