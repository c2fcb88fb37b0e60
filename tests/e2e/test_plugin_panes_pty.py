"""Panes of plugins in a real terminal: eight ways to fail end in a card each, and the app goes on as if nothing were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugin_makers import pane_maker

GOOD = "return View(columns=('what', 'how many'), rows=(Row(cells=('bread [b]', '3'), detail='of rye'),))"
BAD = {
    "imports": {"top": "raise SystemExit(3)"},
    "hooks": {"panes": "raise KeyError('x')"},
    "makes": {"made": "raise BaseException('out')"},
    "views": {"view": "raise KeyError('title')"},
    "exits": {"view": "import os\nraise SystemExit(3)"},
    "blocks": {"view": "time.sleep(2)"},
    "floods": {"view": "return View(columns=('a',), rows=tuple(Row(cells=('x',)) for _ in range(5000)))"},
    "lies": {"view": "return '\\x1b[2J[red]hello'"},
}


def test_whatever_a_pane_does_the_app_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_terminal: Callable[..., Any]
) -> None:
    make = pane_maker(tmp_path / "site", monkeypatch)
    make("good", view=GOOD)
    for id_, how in BAD.items():
        make(id_, **({"view": GOOD} | how))
    terminal = open_terminal(size=(100, 24), PYTHONPATH=str(tmp_path / "site"))
    terminal.wait("2 Discover", "8 Block")
    for id_ in BAD:
        terminal.press(":", f"text:do {id_}-pane", "enter")
        if id_ == "blocks":
            # It holds its own thread; keys act at once, in this pane and elsewhere.
            terminal.wait("Asking blocks")
            terminal.press("2")
            terminal.wait("Nobody here yet")
            terminal.press("8")
        terminal.wait(f"{id_} could not show this.")
    terminal.press(":", "text:do good-pane", "enter")
    assert "how many" in terminal.wait("bread [b]", "of rye")
    terminal.press("2")
    terminal.wait("Nobody here yet")
    terminal.press("q")
    assert terminal.ended() == 0
