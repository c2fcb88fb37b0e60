"""`plugin list` and `plugin info`: how plugins stand, in words, without importing one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from plugin_makers import MANIFEST, maker

from influtui.cli.main import main


def test_what_to_do_about_a_plugin_is_said_in_full_below_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugin", "list"]) == 0
    table, *below = capsys.readouterr().out.split("\n\n")
    assert "bluesky" in table
    assert "missing" not in table
    assert [each.partition(":")[0] for each in below] == ["instagram", "youtube"]
    assert "`influtui secret set youtube.api_key` keeps it here" in below[1]


def test_plugins_are_listed_with_state_reason_and_offers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "plugin", "list"]) == 0
    found = {each["id"]: each for each in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found["bluesky"]["state"] == "ready"
    assert found["bluesky"]["hosts"] == ["api.bsky.app", "public.api.bsky.app"]
    assert "ups" in found["manual"]["carriers"]
    assert all(each["reason"] and each["schema"] == "influtui.plugin/1" for each in found.values())


def test_broken_and_incompatible_plugins_say_what_to_do_and_hide_nobody(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = maker(tmp_path / "site", monkeypatch)
    make("torn", manifest="manifest = 1\nid = ")
    make("late", manifest=MANIFEST.format(id="late", timeout=1).replace("<2", "<1.0"), top="raise SystemExit")
    assert main(["--json", "plugin", "list"]) == 0
    found = {each["id"]: each for each in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found["torn"]["state"] == "broken"
    assert "Reinstall or remove acme-influtui_torn" in found["torn"]["reason"]
    assert found["late"]["state"] == "incompatible"
    assert found["bluesky"]["state"] == "ready"
    assert "influtui_late" not in sys.modules


def test_one_plugin_is_described_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugin", "info", "bluesky"]) == 0
    said = capsys.readouterr().out
    assert "public.api.bsky.app" in said
    assert "3,000 calls in 5m" in said


def test_a_plugin_that_is_not_there_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugin", "info", "blueski"]) == 2
    assert "Did you mean bluesky?" in capsys.readouterr().err


def test_a_plugin_that_hostile_hands_wrote_cannot_act_on_the_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = maker(tmp_path / "site", monkeypatch)
    make(
        "sly",
        manifest=MANIFEST.format(id="sly", timeout=1).replace('name = "sly"', 'name = "\\u001b]0;owned\\u0007"', 1),
    )
    main(["plugin", "info", "sly"])
    main(["plugin", "list"])
    assert "\x1b" not in capsys.readouterr().out


def test_a_new_plugin_can_be_written_and_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--json", "plugin", "new", "acme-cli", "--into", str(tmp_path)]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert all(Path(file).is_file() for file in files)
    assert main(["--json", "plugin", "check", str(tmp_path / "influtui-acme-cli")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["works"]) == ("influtui.plugin-check/1", True)
    assert main(["plugin", "new", "Acme!"]) == 2


def test_a_plugin_that_does_not_work_fails_its_check(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker(tmp_path / "site", monkeypatch)("shut", top="raise SystemExit('no')")
    assert main(["plugin", "check", "shut"]) == 1
    said = capsys.readouterr().out
    assert "C1 error" in said
    assert "cannot be used" in said


def test_a_reload_says_whether_the_edited_code_can_be_imported(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker(tmp_path / "site", monkeypatch)("edited")
    assert main(["--json", "plugin", "reload", "edited"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "active"
    (tmp_path / "site" / "influtui_edited" / "__init__.py").write_text("def :")
    assert main(["plugin", "reload", "edited"]) == 1
    assert "SyntaxError" in capsys.readouterr().err
