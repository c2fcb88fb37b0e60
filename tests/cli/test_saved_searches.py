"""`search`: a query with a name comes back as it was written, and every change of it can be undone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from influtui.cli.main import main

Capture = pytest.CaptureFixture[str]


def lines(capsys: Capture) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_search_is_saved_listed_replaced_and_deleted(capsys: Capture) -> None:
    assert main(["search", "save", "Vegan-Micro", "tier:micro", "-topic:gambling", "--sort", "er"]) == 0
    assert capsys.readouterr().out == "Saved vegan-micro: tier:micro -topic:gambling\n"
    assert main(["search", "list", "--json"]) == 0
    (listed,) = lines(capsys)
    assert (listed["name"], listed["query"], listed["sort"]) == ("vegan-micro", "tier:micro -topic:gambling", "er")
    assert main(["search", "save", "vegan-micro", "tier:nano"]) == 0
    assert main(["search", "delete", "VEGAN-micro"]) == 0
    assert main(["search", "list"]) == 0
    assert "No search is saved" in capsys.readouterr().out
    assert main(["undo"]) == 0
    assert main(["undo"]) == 0
    capsys.readouterr()
    assert main(["search", "list", "--json"]) == 0
    assert [each["query"] for each in lines(capsys)] == ["tier:micro -topic:gambling"]


def test_a_saved_search_is_run_by_its_name(capsys: Capture) -> None:
    assert main(["search", "save", "all", "-nobody"]) == 0
    capsys.readouterr()
    assert main(["search", "show", "all", "--count", "--json"]) == 0
    assert lines(capsys) == [{"schema": "influtui.search/1", "count": 0, "facets": None, "next": None}]


@pytest.mark.parametrize(
    "words",
    [
        ["save", "x", "folowers:>1"],
        ["save", "x"],
        ["save", "a b", "tea"],
        ["save", "x", "tea", "--sort", "nothing"],
        ["show", "nothing"],
        ["delete", "nothing"],
    ],
)
def test_what_cannot_be_done_exits_2_and_saves_nothing(words: list[str], capsys: Capture) -> None:
    assert main(["search", *words]) == 2
    assert capsys.readouterr().out == ""
    assert main(["search", "list", "--json"]) == 0
    assert lines(capsys) == []


def test_a_search_about_the_campaign_in_use_can_be_saved_before_there_is_one() -> None:
    assert main(["search", "save", "mine", "in:campaign", "--sort", "fit"]) == 0


def test_a_search_that_names_a_forgotten_person_goes_with_them(capsys: Capture) -> None:
    assert main(["creators", "add", "instagram:anna.bakes"]) == 0
    assert main(["search", "save", "her", "instagram:anna.bakes", "OR", "tea"]) == 0
    assert main(["search", "save", "others", "anna", "OR", "bakes"]) == 0
    assert main(["creators", "forget", "instagram:anna.bakes", "--yes"]) == 0
    capsys.readouterr()
    assert main(["search", "list", "--json"]) == 0
    assert [each["name"] for each in lines(capsys)] == ["others"]
