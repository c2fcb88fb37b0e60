"""Settings as they are listed."""

from __future__ import annotations

import re
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


@pytest.mark.parametrize(("key", "text", "value"), [
    ("plugin.instagram.user_id", "17841400000000001", "17841400000000001"),
    ("plugin.instagram.engagement", "no", False),
    ("plugin.youtube.comments", "2", 2),
    ("plugin.instagram.enabled", "false", False),
    ("plugin.nobody-has-it.limit", "7", 7),
])  # fmt: skip
def test_a_plugins_setting_is_read_as_what_its_manifest_says(
    key: str, text: str, value: str | int | bool, tmp_path: Path
) -> None:
    assert settings.change(tmp_path, key, text).value == value
    assert settings.get(tmp_path, key).value == value


@pytest.mark.parametrize(("key", "text", "said"), [
    ("plugin.youtube.comments", "many", "“many” cannot be the value of plugin.youtube.comments: it must be a number"),
    ("plugin.youtube.coments", "2", "youtube has no setting “coments”"),
    ("plugin.mastodon.base_url", "here", "it must be an address like"),
])  # fmt: skip
def test_a_plugins_setting_that_is_not_right_is_refused_before_it_is_kept(
    key: str, text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(Failure, match=re.escape(said)):
        settings.change(tmp_path, key, text)
    assert not settings.path_of(tmp_path).exists()
