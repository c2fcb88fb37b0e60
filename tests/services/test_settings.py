"""Settings as they are listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from influtui.model.failures import Failure
from influtui.services import settings


def test_the_time_of_a_demo_world_is_listed_as_times(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[world]\nnow = 2026-09-14T08:00:00Z\nmade = 2026-11-23T18:00:00Z\n", "utf-8")
    assert settings.get(tmp_path, "world.now").value == "2026-09-14T08:00:00Z"
    assert all(isinstance(each.value, str | int | tuple | None) for each in settings.listed(tmp_path))


def test_a_file_named_as_the_workspace_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(Failure, match="is a file, not a workspace"):
        settings.listed(tmp_path / "notes.txt")
