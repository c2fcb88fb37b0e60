"""The docs' page of keys, made from the registry of actions: `python -m influtui.tui.keys_page > docs/reference/keys.md`."""

from __future__ import annotations

import sys
from typing import Final

from influtui.tui.actions import ACTIONS, PANES, Action, Place, heading

_HEAD: Final = """\
# Keys

<!-- Made by `python -m influtui.tui.keys_page`. Do not edit: a test fails when this page and the app disagree. -->

`?` in the app shows the keys of the place you are in, with the reason beside each that does nothing now.
Every action has a word: `:do WORD` does what its key does, and `;` finds it by a few letters. Where the command line has
the same act, that stands beside it: type it after `:` in the app, or after `influtui` in a shell. `%` is the row under
the cursor, or the marked rows, as REFs; `{id}` is the row's number.

To change keys and to add commands of your own, see [Make it yours](../how-to/make-it-yours.md).
"""


def page() -> str:
    """The page."""
    places: list[Place] = ["everywhere", "list", *_pane_places(), "facets", "panel", "editor"]
    return _HEAD + "".join(_section(place) for place in places)


def _pane_places() -> list[Place]:
    names = [pane.name for pane in PANES]
    found = {action.place for action in ACTIONS}
    return sorted((place for place in found if place in names), key=names.index)


def _section(place: Place) -> str:
    rows = [_row(action) for action in ACTIONS if action.place == place]
    if not rows:
        return ""
    head = "| key | does | `:do` | command line |\n|---|---|---|---|\n"
    return f"\n## {heading(place)}\n\n{head}" + "".join(rows)


def _row(action: Action) -> str:
    keys = " ".join(f"`{key.replace('|', chr(92) + '|')}`" for key in action.keys)
    line = f"`{action.line}`" if action.line else ""
    return f"| {keys} | {action.help} | `{action.word}` | {line} |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
