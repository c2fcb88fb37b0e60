"""`plugin install`: what a plugin is and asks is shown while none of its code has run, then it is there to stay."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from influtui.cli.main import main
from influtui.services.plugin import authoring, installers

MANIFEST = """
manifest = 1
id = "{id}"
name = "Acme"
description = "Finds people on Acme."
license = "MIT"
api = "{api}"
python = "influtui_{id}:Acme"

[[source]]
id = "{id}"
name = "Acme"
platform = "acme"
base_url = "https://api.acme.example/"
hosts = ["api.acme.example"]
[[source.budget]]
id = "calls"
limit = 300
window = "5m"
[[source.field]]
key = "api_key"
kind = "secret"
label = "API key"
required = true
"""

LEAVES_A_MARK = "from pathlib import Path\nPath({mark!r}).write_text('ran')\n"


def _wheel(folder: Path, id_: str, mark: Path, *, api: str = ">=1.0,<2", entry: str | None = None) -> Path:
    path = folder / f"influtui_{id_}-1.0-py3-none-any.whl"
    info = f"influtui_{id_}-1.0.dist-info"
    files = {
        f"influtui_{id_}/__init__.py": LEAVES_A_MARK.format(mark=str(mark)),
        f"influtui_{id_}/influtui.toml": MANIFEST.format(id=id_, api=api),
        f"{info}/METADATA": (
            f"Metadata-Version: 2.1\nName: influtui-{id_}\nVersion: 1.0\nRequires-Dist: ornaments>=2; extra == 'fun'\n"
        ),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": entry or f"[influtui.manifest]\n{id_} = influtui_{id_}:influtui.toml\n",
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
        file.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD")))
    return path


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "ran"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pip puts what it installs in this test; it asks no index."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.setenv("PIP_TARGET", str(site))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.syspath_prepend(str(site))
    return site


def _told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["--json", "plugin", "install", *words]) == code
    said = capsys.readouterr()
    document: dict[str, Any] = json.loads(said.out or said.err)
    return document


@pytest.mark.skipif(installers.find_spec("pip") is None, reason="this environment has no pip")
def test_a_wheel_says_what_it_asks_before_it_is_installed_and_runs_only_when_it_is_used(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, mark: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _wheel(tmp_path, "acmewheel", mark)
    assert main(["plugin", "install", str(path)]) == 2, "nobody agreed"
    said = capsys.readouterr().out
    for words in (
        "asks api.acme.example",
        "at most 300 calls in 5m",
        "key api_key: API key",
        "API >=1.0,<2",
        "licence: MIT",
    ):
        assert words in said
    assert list(site.iterdir()) == []
    shown = _told(capsys, str(path), "--dry-run")
    assert shown["plugins"][0]["secrets"][0]["key"] == "api_key"
    assert (shown["installed"], shown["requires"]) == (False, [])
    assert _told(capsys, str(path), "--yes")["installed"]
    main(["--json", "plugin", "info", "acmewheel"])
    assert json.loads(capsys.readouterr().out)["state"] == "needs_config"
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert _told(capsys, "influtui-acmewheel", "--dry-run")["plugins"][0]["id"] == "acmewheel"
    missing = _told(capsys, "influtui-of-no-such-name", code=2)
    assert "there is no wheel" in missing["error"]["message"]
    assert not mark.exists(), "none of its code has run"


@pytest.mark.parametrize(("how", "said"), [
    ({"api": ">=9.0"}, "Update influtui"), ({"entry": "[console_scripts]\nx = a:b\n"}, "announces no plugin"),
    ({"entry": "[influtui.manifest]\nother = influtui_acmebad:influtui.toml\n"}, "the entry point says other"),
    ({"entry": "[influtui.manifest]\nacmebad = ../up:influtui.toml\n"}, "no file of a top-level package"),
])  # fmt: skip
def test_a_wheel_that_does_not_fit_is_refused_with_the_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, mark: Path, how: dict[str, str], said: str
) -> None:
    error = _told(capsys, str(_wheel(tmp_path, "acmebad", mark, **how)), "--yes", code=1)["error"]
    assert said in error["message"]


def test_an_id_that_came_with_influtui_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, mark: Path
) -> None:
    error = _told(capsys, str(_wheel(tmp_path, "bluesky", mark)), "--yes", code=1)["error"]
    assert "came with influtui" in error["message"]


@pytest.mark.parametrize(("file", "text", "begins"), [
    (
        "uv-receipt.toml",
        '[tool]\nrequirements = [{ name = "influtui", specifier = ">=0.1" }, { name = "influtui-other" }]\n',
        ["uv", "tool", "install", "influtui>=0.1", "--with", "influtui-other", "--with"],
    ),
    ("pipx_metadata.json", "{}", ["pipx", "inject", "influtui"]),
])  # fmt: skip
def test_where_uv_or_pipx_keeps_influtui_the_command_that_lasts_is_shown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, mark: Path, monkeypatch: pytest.MonkeyPatch,
    file: str, text: str, begins: list[str],
) -> None:  # fmt: skip
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool" / file).write_text(text)
    path = _wheel(tmp_path, "acmetool", mark)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "tool"))
    shown = _told(capsys, str(path), "--yes")
    assert (shown["command"], shown["installed"]) == ([*begins, str(path)], False)


def test_a_folder_is_copied_trusted_and_replaced_by_its_next_version(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    source = authoring.new_plugin("acme-copied", tmp_path)[0].parent
    (source / ".git").mkdir()
    shown = _told(capsys, str(source), "--yes")
    copy = Path(shown["folder"])
    assert (copy / "influtui_acme_copied" / "influtui.toml").is_file()
    assert not (copy / ".git").exists()
    main(["--json", "plugin", "info", "acme-copied"])
    assert json.loads(capsys.readouterr().out)["state"] == "ready"
    (source / "influtui_acme_copied" / "new.py").write_text("")
    assert _told(capsys, str(source), "--yes")["replaces"] == "0.1.0"
    assert (copy / "influtui_acme_copied" / "new.py").is_file()
    main(["--json", "plugin", "info", "acme-copied"])
    assert json.loads(capsys.readouterr().out)["state"] == "ready", "what was agreed to is trusted"
    assert [each.name for each in copy.parent.iterdir()] == ["acme-copied"]
    (source / "influtui_acme_copied" / "away").symlink_to("/etc/hostname")
    assert "link" in _told(capsys, str(source), "--yes", code=1)["error"]["message"]
    assert (copy / "influtui_acme_copied" / "new.py").is_file(), "what was there stays"
