"""What a person writes for a plugin's setting is read as what the manifest says, or refused in words."""

from __future__ import annotations

import pytest

from influtui.host.manifests import Field
from influtui.services.plugin.announced_settings import read

DEPTH = Field(key="depth", label="How deep", kind="int")


@pytest.mark.parametrize(("text", "value"), [("9", 9), (" -3 ", -3), ("٣", 3)])
def test_a_number_is_read(text: str, value: int) -> None:
    assert read(DEPTH, text) == (value, None)


@pytest.mark.parametrize("text", ["deep", "--5", "5-", "-", "1.5", "²", "9" * 5_000])
def test_what_is_no_number_is_refused_in_words(text: str) -> None:
    assert read(DEPTH, text).wrong == "must be a number"
