"""The page about the pipeline says what the table says."""

from __future__ import annotations

from pathlib import Path

from influtui.cli.pipeline_reference import page
from influtui.model.pipeline import pipeline

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "pipeline.md"


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text("utf-8") == page(), (
        "run: python -m influtui.cli.pipeline_reference > docs/reference/pipeline.md"
    )


def test_the_page_names_every_state() -> None:
    text = page()
    assert all(f"`{name}`" in text for name in pipeline().names)
