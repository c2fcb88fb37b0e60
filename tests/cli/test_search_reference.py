"""The page about the search language says what the parser reads."""

from __future__ import annotations

from pathlib import Path

from influtui.cli.search_reference import OTHERS, page
from influtui.model.qualifiers import CREATORS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "search.md"


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m influtui.cli.search_reference > docs/reference/search.md"


def test_the_page_names_every_qualifier_and_order() -> None:
    text = page()
    assert all(f"`{each.name}:`" in text for each in CREATORS.qualifiers)
    assert all(f"`{each.name}`" in text for each in CREATORS.sorts)


def test_the_page_names_every_qualifier_of_every_other_list() -> None:
    text = page()
    for table in OTHERS:
        section = text.split(f"## Qualifiers of {table.noun}\n")[1].split("\n## ")[0]
        assert all(f"`{each.name}:`" in section for each in table.qualifiers)
