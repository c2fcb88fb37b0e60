"""How a `:` line can go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from influtui.cli.main import influtui
from influtui.tui.completing import Known, complete
from influtui.tui.widgets.prompt import Ways

KNOWN = Known(
    refs=("instagram:anna", "#7"),
    campaigns=("OATS", "SPRING-26"),
    templates=("gift", "paid"),
    actions=("mark-all", "next"),
)


def _ways(text: str, caret: int | None = None) -> Ways:
    return complete(influtui, text, len(text) if caret is None else caret, KNOWN)


def _words(text: str) -> list[str]:
    return list(_ways(text).words)


def test_nouns_then_verbs_then_options() -> None:
    assert "campaign" in _words("")
    assert "do" in _words("")
    assert _words("camp") == ["campaign"]
    assert "shortlist" in _words("campaign s")
    assert "--reason" in _words("campaign shortlist --")
    assert _words("campaign shortlist --rea") == ["--reason"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("campaign use S", ["SPRING-26"]),
        ("campaign contact --template g", ["gift"]),
        ("campaign contact OATS --template ", ["gift", "paid"]),
        ("creators show insta", ["instagram:anna"]),
        ("creators show #", ["#7"]),
        ("creators add someone --campaign O", ["OATS"]),
        ("do mark", ["mark-all"]),
        ("account add a@b.example --smtp-security s", ["starttls"]),
    ],
)
def test_values_come_from_what_there_is(line: str, expected: list[str]) -> None:
    assert [word for word in _words(line) if word != "%"][: len(expected)] == expected


def test_a_row_can_always_be_the_one_under_the_cursor() -> None:
    assert _words("creators show ")[0] == "%"


def test_the_search_language_of_the_noun_is_completed() -> None:
    assert "tier:" in _words("creators search ti")
    assert "tier:micro" in _words("creators search vegan tier:mi")
    assert any(word.startswith("carrier:") for word in _words("ship list carr"))
    assert "waits:" in _words("inbox list wa") or "is:" in _words("inbox list i")


def test_what_stands_behind_the_caret_stays() -> None:
    ways = _ways("camp list", 4)
    assert (ways.start, list(ways.words)) == (0, ["campaign"])


def test_an_option_that_takes_a_word_is_not_an_argument() -> None:
    assert _words("campaign shortlist --reason ") == []


def test_files_are_named_from_the_folder(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("")
    (tmp_path / "pictures").mkdir()
    assert _words(f"creators import {tmp_path}/pe") == [f"{tmp_path}/people.csv"]
    assert _words(f"creators import {tmp_path}/pi") == [f"{tmp_path}/pictures/"]


@pytest.mark.parametrize("line", ["nonsense ", "nonsense x", "campaign nonsense ", 'creators edit "open', "do x y"])
def test_nothing_is_offered_where_nothing_is_known(line: str) -> None:
    assert _words(line) == []
