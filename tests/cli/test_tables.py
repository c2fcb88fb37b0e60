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


def at(columns: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """The row on a terminal of so many columns."""
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_args, **_kwargs: os.terminal_size((columns, 24)))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    return list(lines(HEADINGS, [[safe(cell) for cell in ROW]], right=frozenset({3})))[1]


@pytest.mark.parametrize("columns", [80, 70, 60])
def test_what_names_the_row_is_whole_where_others_can_give_way(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = at(columns, monkeypatch)
    assert width(shown) <= columns
    assert shown.startswith(ROW[0][:23])
    assert (ROW[0] in shown) == (columns == 80)


@pytest.mark.parametrize("columns", [80, 60, 40, 20])
def test_a_number_is_never_cut(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "2,813,296" in at(columns, monkeypatch)


def test_nothing_is_cut_where_nobody_looks() -> None:
    assert all(cell in list(lines(HEADINGS, [[safe(cell) for cell in ROW]], right=frozenset()))[1] for cell in ROW)
