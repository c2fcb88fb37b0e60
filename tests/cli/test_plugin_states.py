"""How plugins stand, and the commands that change it: each state has a sentence and a next step that works."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from plugin_makers import CODE, GOOD, MANIFEST, MakePlugin, maker

from influtui.cli.main import main
from influtui.host import user_folder
from influtui.services import workspace as workspaces


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePlugin:
    return maker(tmp_path / "site", monkeypatch)


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugin in the user's own folder."""
    package = user_folder.folder() / "mine" / "influtui_mine"
    package.mkdir(parents=True)
    (package / "influtui.toml").write_text(MANIFEST.format(id="mine", timeout=60))
    search = "\n".join(f"        {line}" for line in GOOD.strip().splitlines())
    (package / "__init__.py").write_text(CODE.format(id="mine", search=search, hook="        return [TheSource]"))
    monkeypatch.delitem(sys.modules, "influtui_mine", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return package


def _states(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert main(["--json", *words, "plugin", "list"]) == 0
    return {each["id"]: each for each in map(json.loads, capsys.readouterr().out.splitlines())}


def test_a_plugin_that_is_disabled_is_not_asked_and_can_be_had_back(
    make: MakePlugin, capsys: pytest.CaptureFixture[str]
) -> None:
    make("acme")
    assert main(["plugin", "disable", "acme"]) == 0
    assert "influtui plugin enable acme" in capsys.readouterr().out
    assert main(["discover", "acme", "anna"]) == 1
    assert "influtui_acme" not in sys.modules
    assert main(["plugin", "enable", "acme"]) == 0
    assert main(["discover", "acme", "anna"]) == 0


@pytest.mark.parametrize(("words", "gone"), [
    (["--safe-mode"], {"acme", "other"}), (["--no-plugin", "acme"], {"acme"}),
    (["--no-plugin=acme", "--no-plugin=bluesky"], {"acme", "bluesky"}),
])  # fmt: skip
def test_a_run_can_do_without_plugins(
    make: MakePlugin, capsys: pytest.CaptureFixture[str], words: list[str], gone: set[str]
) -> None:
    make("acme", top="raise SystemExit('it ran')")
    make("other")
    states = _states(capsys, *words)
    assert {id_ for id_, each in states.items() if each["state"] == "disabled"} == gone
    assert all("left out of this run" in states[id_]["reason"] for id_ in gone)
    assert main(["--no-plugin"]) == 2


def test_a_variable_names_the_only_plugins_of_a_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUTUI_PLUGINS", "mastodon, manual")
    assert {id_ for id_, each in _states(capsys).items() if each["state"] == "ready"} == {"mastodon", "manual"}


def test_a_plugin_that_fails_rests_in_the_next_session_too_and_can_be_asked_again(
    make: MakePlugin, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_795_348_800_000
    monkeypatch.setattr(workspaces, "wall_clock", lambda: now)
    monkeypatch.setattr(workspaces.opened.__wrapped__, "__kwdefaults__", {
        **workspaces.opened.__wrapped__.__kwdefaults__, "clock": lambda: now,
    })  # fmt: skip
    make("acme", search="raise KeyError('title')")
    assert main(["discover", "acme", "anna"]) == 1
    assert _states(capsys)["acme"]["state"] == "failed"
    for _ in range(2):
        assert main(["discover", "acme", "anna"]) == 1
    acme = _states(capsys)["acme"]
    assert acme["state"] == "degraded"
    assert "KeyError: 'title'" in acme["reason"]
    assert "2026-11-22T12:00:30Z" in acme["reason"]
    assert main(["discover", "acme", "anna"]) == 1
    assert "rests for 30 s" in capsys.readouterr().err
    assert main(["plugin", "enable", "acme"]) == 0
    assert _states(capsys)["acme"]["state"] == "ready"


def test_a_plugin_that_blocks_is_quarantined_with_the_line(
    make: MakePlugin, capsys: pytest.CaptureFixture[str]
) -> None:
    make("acme", search="time.sleep(0.9)", timeout=0.1)
    for _ in range(3):
        main(["discover", "acme", "anna"])
    acme = _states(capsys)["acme"]
    assert acme["state"] == "quarantined"
    assert "influtui_acme/__init__.py:" in acme["reason"]


def test_a_plugin_of_ones_own_folder_runs_when_it_is_trusted_and_is_gone_when_removed(
    mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _states(capsys)["mine"]["state"] == "untrusted"
    assert main(["discover", "mine", "anna"]) == 1
    assert "influtui plugin trust mine" in capsys.readouterr().err
    assert main(["plugin", "trust", "mine"]) == 2, "without a terminal it takes --yes"
    assert main(["plugin", "trust", "mine", "--yes"]) == 0
    assert main(["--json", "discover", "mine", "anna"]) == 0
    (mine / "__init__.py").write_text((mine / "__init__.py").read_text() + "\n")
    assert "have changed" in _states(capsys)["mine"]["reason"]
    assert main(["plugin", "remove", "mine"]) == 2
    assert mine.exists()
    assert main(["plugin", "remove", "mine", "--yes"]) == 0
    assert not mine.parent.exists()
    assert "mine" not in _states(capsys)


def test_a_bundled_plugin_is_disabled_and_an_installed_one_is_removed_by_whoever_installed_it(
    make: MakePlugin, capsys: pytest.CaptureFixture[str]
) -> None:
    make("acme")
    assert main(["plugin", "remove", "bluesky"]) == 0
    assert _states(capsys)["bluesky"]["state"] == "disabled"
    assert main(["--json", "plugin", "remove", "acme"]) == 0
    assert json.loads(capsys.readouterr().out)["command"][-2:] == ["uninstall", "acme-influtui_acme"]
    assert main(["plugin", "trust", "acme", "--yes"]) == 2
