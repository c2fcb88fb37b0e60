"""`creators add`, `edit`, `duplicates`, `merge` and `apart` on the command line."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from influtui.cli.main import main
from influtui.services.workspace import Workspace


class Line:
    """The command line, with what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    async def __call__(self, *words: str) -> tuple[int, str, str]:
        code = await asyncio.to_thread(main, list(words))
        told = self._capsys.readouterr()
        return code, told.out, told.err

    async def json(self, *words: str) -> tuple[int, list[Any]]:
        code, out, _ = await self("--json", *words)
        return code, [json.loads(line) for line in out.splitlines()]


@pytest.fixture
async def line(workspace: Workspace, account: Any, capsys: pytest.CaptureFixture[str]) -> Line:
    """A command line on a workspace with two accounts."""
    await account("instagram:ada.bakes", name="Ada Ovenworth", country="DE", email="ada@example.org", tags="|vip|")
    await account("tiktok:adabakes", name="Ada Ovenworth", email="ada@example.org")
    await workspace.db.close()
    return Line(capsys)


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *scripts: str) -> Path:
    """An $EDITOR that runs one Python script after the other over the file, one each time it is opened."""
    program = tmp_path / "editor.py"
    turns = tmp_path / "turns"
    program.write_text(
        "import pathlib, sys\n"
        f"turns = pathlib.Path({str(turns)!r})\n"
        "number = len(turns.read_text()) if turns.exists() else 0\n"
        "turns.write_text('x' * (number + 1))\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "text = path.read_text('utf-8')\n"
        f"for script in {list(scripts)!r}[number:number + 1]:\n"
        "    exec(script)\n"
        "path.write_text(text, 'utf-8')\n",
        "utf-8",
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {program}")
    return turns


async def test_adding_somebody_known_shows_them(line: Line) -> None:
    code, rows = await line.json("creators", "add", "https://instagram.com/ada.bakes", "--source", "tagged")
    assert code == 0
    assert [(row["schema"], row["ref"], row["status"]) for row in rows] == [
        ("influtui.creator/1", "instagram:ada.bakes", "known")
    ]


async def test_a_handle_without_a_platform_and_without_a_terminal_says_how_to_give_it(line: Line) -> None:
    code, _, err = await line("creators", "add", "@new.face")
    assert code == 2
    assert "--platform" in err


async def test_an_unknown_way_of_finding_is_named(line: Line) -> None:
    code, _, err = await line("creators", "add", "instagram:new", "--source", "magic")
    assert code == 2
    assert "magic" in err


async def test_an_edit_over_a_query_says_how_many_and_undo_takes_it_back(line: Line) -> None:
    before = await line.json("creators", "search", "ada*")
    code, (report,) = await line.json(
        "creators", "edit", "country:DE", "--set", "country=Austria", "--add-tag", "later"
    )
    assert code == 0
    assert (report["schema"], report["matched"], report["changed"]) == ("influtui.edit/1", 1, 1)
    code, (row,) = await line.json("creators", "show", "#1")
    assert (row["country"], row["tags"]) == ("AT", ["later", "vip"])
    assert (await line("undo"))[0] == 0
    assert await line.json("creators", "search", "ada*") == before


async def test_an_edit_of_everybody_must_be_said(line: Line) -> None:
    code, _, err = await line("creators", "edit", "--add-tag", "x")
    assert (code, "--all" in err) == (2, True)
    code, (report,) = await line.json("creators", "edit", "--all", "--add-tag", "x")
    assert (code, report["changed"]) == (0, 2)


async def test_a_negated_qualifier_is_query_text_and_a_mistyped_option_is_not(line: Line) -> None:
    code, (report,) = await line.json("creators", "edit", "-country:DE", "--add-tag", "x", "--dry-run")
    assert (code, report["matched"], report["dry_run"]) == (0, 1, True)
    code, _, err = await line("creators", "edit", "country:DE", "--ad-tag", "x")
    assert (code, "--ad-tag" in err) == (2, True)


async def test_a_read_only_field_is_named_with_the_reason(line: Line) -> None:
    code, _, err = await line("creators", "edit", "#1", "--set", "followers=5")
    assert code == 2
    assert "read-only" in err


async def test_what_the_editor_saved_is_shown_and_applied(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(tmp_path, monkeypatch, "text = text.replace('\"DE\"', '\"Austria\"')")
    code, out, err = await line("creators", "edit", "--all", "--editor")
    assert code == 0
    assert "country: DE → AT" in err
    assert "1 matched, 1 changed" in out
    assert not (tmp_path / "workspace" / "edit.toml").exists()


async def test_a_mistake_opens_the_editor_again_with_the_message_and_nothing_lost(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    turns = editor(
        tmp_path,
        monkeypatch,
        "text = text.replace('\"DE\"', '\"Atlantis\"').replace('note = \"\"', 'note = \"keep me\"', 1)",
        f"pathlib.Path({str(seen)!r}).write_text(text); text = text.replace('Atlantis', 'Austria')",
    )
    code, _, err = await line("creators", "edit", "#1", "--editor")
    assert (code, len(turns.read_text())) == (0, 2)
    assert "Atlantis" in err
    assert seen.read_text().startswith("#! instagram:ada.bakes: “Atlantis” is no country\n")
    _, (row,) = await line.json("creators", "show", "#1")
    assert (row["country"], [note["text"] for note in row["notes"]]) == ("AT", ["keep me"])


async def test_a_mistake_left_as_it_is_ends_and_keeps_the_sheet(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = editor(tmp_path, monkeypatch, "text = text.replace('\"DE\"', '\"Atlantis\"')")
    code, _, err = await line("creators", "edit", "#1", "--editor")
    sheet = tmp_path / "workspace" / "edit.toml"
    assert (code, len(turns.read_text())) == (2, 2)
    assert str(sheet) in err
    assert "Atlantis" in sheet.read_text()
    assert sheet.stat().st_mode & 0o777 == 0o600


async def test_an_editor_that_writes_the_same_mistake_again_and_again_is_not_opened_for_ever(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = editor(tmp_path, monkeypatch, *["text = 'name = [broken'"] * 9)
    code, _, err = await line("creators", "edit", "#1", "--editor")
    assert (code, len(turns.read_text())) == (2, 2)
    assert "cannot be read" in err


async def test_a_row_changed_while_the_editor_was_open_is_a_conflict(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile = (
        "import subprocess; subprocess.run([sys.executable, '-m', 'influtui', 'creators', 'edit', '#1', '--set', 'country=FR'],"
        " check=True, stdout=subprocess.DEVNULL); text = text.replace('\"DE\"', '\"AT\"')"
    )
    editor(tmp_path, monkeypatch, meanwhile)
    code, _, err = await line("creators", "edit", "--all", "--editor")
    assert code == 3
    assert "instagram:ada.bakes: somebody changed" in err
    _, (row,) = await line.json("creators", "show", "#1")
    assert row["country"] == "FR"


async def test_without_an_editor_the_message_says_what_to_set(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    code, _, err = await line("creators", "edit", "#1", "--editor")
    assert (code, "EDITOR" in err) == (4, True)


async def test_duplicates_are_listed_merged_and_unmerged(line: Line) -> None:
    code, (pair,) = await line.json("creators", "duplicates")
    assert (code, pair["schema"], pair["evidence"][0]["sign"]) == (0, "influtui.duplicate/1", "email")
    code, (joined,) = await line.json("creators", "merge", pair["a"], pair["b"])
    assert (code, len(joined["accounts"])) == (0, 2)
    assert await line.json("creators", "duplicates") == (0, [])
    assert (await line("undo"))[0] == 0
    assert await line.json("creators", "duplicates") == (0, [pair])
    assert (await line("creators", "apart", pair["a"], pair["b"]))[0] == 0
    assert await line.json("creators", "duplicates") == (0, [])


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Answers typed at a terminal, one a question."""

    class Typed(io.StringIO):
        def isatty(self) -> bool:
            return True

    def types(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", Typed(text))

    return types


async def test_a_person_who_says_no_to_the_differences_keeps_the_sheet_and_the_rows(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: Any
) -> None:
    editor(tmp_path, monkeypatch, "text = text.replace('\"DE\"', '\"AT\"')")
    terminal("n\n")
    code, _, err = await line("creators", "edit", "#1", "--editor")
    assert code == 0
    assert "Apply to 1 creator?" in err
    assert '"AT"' in (tmp_path / "workspace" / "edit.toml").read_text()
    _, (row,) = await line.json("creators", "show", "#1")
    assert row["country"] == "DE"


async def test_at_a_terminal_the_platform_of_a_bare_handle_is_asked_for(line: Line, terminal: Any) -> None:
    terminal("TikTok\n")
    code, out, err = await line("creators", "add", "@new.face")
    assert code == 0
    assert "which platform" in err
    assert "added  tiktok:new.face" in out


async def test_forgetting_asks_and_a_no_does_nothing(line: Line, terminal: Any) -> None:
    terminal("n\n")
    code, _, err = await line("creators", "forget", "#1")
    assert code == 2
    assert "cannot be undone" in err
    assert (await line("creators", "show", "#1"))[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ("creators", "add", "instagram:new.face", "tiktok:adabakes", "--note", "x"),
        ("creators", "note", "#1", "x"),
        ("creators", "merge", "#1", "#2"),
        ("creators", "apart", "#1", "#2"),
        ("creators", "edit", "#1", "--add-tag", "x"),
        ("creators", "forget", "#1"),
    ],
)
async def test_a_dry_run_of_every_verb_that_writes_changes_nothing(line: Line, words: tuple[str, ...]) -> None:
    before = [await line.json("creators", "show", ref) for ref in ("#1", "#2")]
    code, _, _ = await line(*words, "--dry-run")
    assert code == 0
    assert [await line.json("creators", "show", ref) for ref in ("#1", "#2")] == before
    assert (await line("creators", "show", "instagram:new.face"))[0] == 2
    assert (await line.json("journal"))[1] == []
