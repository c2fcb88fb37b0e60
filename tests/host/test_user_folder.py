"""A person's own plugin folder: nothing in it runs before it is trusted, and only as it was when it was."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from plugin_makers import MANIFEST

from influtui.host import user_folder


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delitem(sys.modules, "influtui_mine", raising=False)  # a test before may have trusted one of that name
    package = user_folder.folder() / "mine" / "influtui_mine"
    package.mkdir(parents=True)
    (package / "influtui.toml").write_text(MANIFEST.format(id="mine", timeout=1))
    (package / "__init__.py").write_text("raise SystemExit('it ran')\n")
    return package


def test_what_lies_there_is_found_and_not_trusted(mine: Path) -> None:
    (found,) = user_folder.present()
    assert (found.id, found.root) == ("mine", str(mine.parent))
    assert "influtui plugin trust mine" in str(found.untrusted)
    assert "influtui_mine" not in sys.modules


def test_trust_holds_for_the_files_as_they_are(mine: Path) -> None:
    user_folder.trust(user_folder.present()[0])
    assert user_folder.present()[0].untrusted is None
    (mine / "__pycache__").mkdir()
    (mine / "__pycache__" / "x.pyc").write_bytes(b"made by Python itself")
    assert user_folder.present()[0].untrusted is None
    (mine / "more.py").write_text("")
    assert "have changed" in str(user_folder.present()[0].untrusted)


def test_a_file_that_moved_or_a_byte_that_went_elsewhere_is_a_change(mine: Path) -> None:
    before = user_folder.digest_of(mine.parent)
    (mine / "__init__.py").rename(mine / "init.py")
    assert user_folder.digest_of(mine.parent) != before


def test_a_link_to_elsewhere_cannot_be_trusted(mine: Path, tmp_path: Path) -> None:
    (mine / "elsewhere").symlink_to(tmp_path)
    with pytest.raises(OSError, match="link to elsewhere"):
        user_folder.trust(user_folder.present()[0])


@pytest.mark.parametrize(("project", "version"), [
    ('[project]\nversion = "1.4"\n', "1.4"), ("[project]\nversion = 4\n", "-"), ("project = 1\n", "-"), ("[torn", "-"),
])  # fmt: skip
def test_its_version_is_that_of_its_project(project: str, version: str, mine: Path) -> None:
    assert user_folder.present()[0].version == "-"
    (mine.parent / "pyproject.toml").write_text(project)
    assert user_folder.present()[0].version == version


def test_a_torn_manifest_and_a_torn_list_of_trust_are_no_reason_to_fall(mine: Path) -> None:
    (mine / "influtui.toml").write_text("manifest = ")
    (user_folder.folder().parent / user_folder.TRUSTED).write_text("{")
    (found,) = user_folder.present()
    assert found.id == "mine"
    assert found.problem is not None
