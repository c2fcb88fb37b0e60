"""The themes can be listed, a user's own among them."""

from __future__ import annotations

import json

import pytest

from influtui.cli.main import main
from influtui.services.themes import own_folder


def test_the_shipped_themes_and_ones_own_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    own_folder().mkdir(parents=True)
    (own_folder() / "mine.toml").write_text("", "utf-8")
    assert main(["config", "set", "theme", "fjord"]) == 0
    capsys.readouterr()
    assert main(["theme", "list", "--json"]) == 0
    found = {entry["name"]: entry for entry in map(json.loads, capsys.readouterr().out.splitlines())}
    assert {"dusk", "paper", "contrast", "sixteen", "monochrome", "fjord", "hanami"} <= set(found)
    assert found["mine"]["own"]
    assert [name for name, entry in found.items() if entry["in_use"]] == ["fjord"]
