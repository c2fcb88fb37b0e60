"""The page about the command line says what the commands say."""

from __future__ import annotations

from pathlib import Path

from influtui.cli.reference import page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "command-line.md"


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m influtui.cli.reference > docs/reference/command-line.md"
