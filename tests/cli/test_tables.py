"""Tables on terminals of any width."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from influtui.cli.tables import lines, width
from influtui.model.text import safe

ROW = ["instagram:somebody.invented", "Somebody Whose Name Is Long", "macro", "2,813,296", "baking, skincare, travel"]
HEADINGS = ["creator", "name", "tier", "followers", "topics"]


def shown(
    columns: int, monkeypatch: pytest.MonkeyPatch, *, spare: tuple[int, ...] = (), below: bool = False
) -> list[str]:
    """The table on a terminal of so many columns."""
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_args, **_kwargs: os.terminal_size((columns, 24)))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    return list(lines(HEADINGS, [[safe(cell) for cell in ROW]], right=frozenset({3}), spare=spare, below=below))


def at(columns: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """The row on a terminal of so many columns."""
    return shown(columns, monkeypatch)[1]


@pytest.mark.parametrize("columns", [80, 70, 60])
def test_what_names_the_row_is_whole_where_others_can_give_way(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    row = at(columns, monkeypatch)
    assert width(row) <= columns
    assert row.startswith(ROW[0][:23])
    assert (ROW[0] in row) == (columns == 80)


@pytest.mark.parametrize("columns", [80, 60, 40, 20])
def test_a_number_is_never_cut(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "2,813,296" in at(columns, monkeypatch)


def test_nothing_is_cut_where_nobody_looks() -> None:
    assert all(cell in list(lines(HEADINGS, [[safe(cell) for cell in ROW]], right=frozenset()))[1] for cell in ROW)


@pytest.mark.parametrize(
    ("columns", "left"), [(120, HEADINGS), (70, [*HEADINGS[:4]]), (50, ["creator", "tier", "followers"])]
)
def test_columns_are_left_out_before_others_say_nothing(
    columns: int, left: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heading, row = shown(columns, monkeypatch, spare=(4, 1))
    assert heading.split() == left
    assert ROW[0] in row
    assert width(row) <= columns


def test_a_sentence_stands_under_its_row_where_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    heading, row, *sentence = shown(74, monkeypatch, below=True)
    assert heading.split() == HEADINGS[:4]
    assert row.split()[-1] == ROW[3]
    assert sentence == [f"    {ROW[4]}"]
    *_, first, last = shown(27, monkeypatch, below=True)
    assert [first, last] == ["    baking, skincare,", "    travel"]
    assert len(shown(120, monkeypatch, below=True)) == 2


@pytest.mark.parametrize("columns", [80, 60])
def test_what_must_stay_whole_is_not_cut(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_args, **_kwargs: os.terminal_size((columns, 24)))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    cells = ["#12", "1Z5R89390357567127", "a sentence that goes on for longer than there is room on the line"]
    _, row = lines(["id", "number", "what"], [[safe(cell) for cell in cells]], right=frozenset(), whole=frozenset({1}))
    assert cells[1] in row
    assert width(row) <= columns
