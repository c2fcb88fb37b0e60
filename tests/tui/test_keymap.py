"""The registry of actions and the keymap made from it."""

from __future__ import annotations

import pytest

from influtui.tui import actions
from influtui.tui.actions import ACTIONS, Action
from influtui.tui.everywhere import Everywhere
from influtui.tui.keymap import Keymap, shown
from influtui.tui.panes.discover import Discover
from influtui.tui.panes.inbox import Inbox
from influtui.tui.panes.plugins import Plugins
from influtui.tui.panes.shipments import Shipments

PANES = {"discover": Discover, "inbox": Inbox, "shipments": Shipments, "plugins": Plugins}


def test_one_key_means_one_thing_in_one_place() -> None:
    Keymap()
    with pytest.raises(ValueError, match="both"):
        Keymap([*ACTIONS, Action("other", "discover", ("s",), "other", "Other.")])


@pytest.mark.parametrize("place", list(PANES))
def test_every_action_of_a_place_is_carried_out_by_somebody(place: actions.Place) -> None:
    for action in actions.of(place):
        name = f"do_{action.name}"
        shows_a_pane = action.name in PANES
        carried = shows_a_pane or hasattr(PANES[place], name) or hasattr(Everywhere, name)
        refused = hasattr(PANES[place], f"why_not_{action.name}")
        assert carried or refused, f"{action.name} does nothing in {place}"


def test_the_panes_own_key_stands_before_the_lists_and_the_apps() -> None:
    keymap = Keymap()
    assert _name(keymap, "discover", "s") == "shortlist"
    assert _name(keymap, "inbox", "s") is None
    assert _name(keymap, "inbox", "p") == "paste_answer"
    assert _name(keymap, "shipments", "p") == "paste_numbers"
    assert _name(keymap, "inbox", "/") == "search"
    assert _name(keymap, "panel", "/") == "find", "on a page it finds words"
    assert _name(keymap, "panel", "space") is None, "a page has no list to mark in"
    assert _name(keymap, "editor", "q") is None, "an editor takes every key"


def _name(keymap: Keymap, place: actions.Place, key: str) -> str | None:
    found = keymap.action(place, key, key)
    return found.name if found else None


def test_capital_letters_and_signs_are_keys_of_their_own() -> None:
    keymap = Keymap()
    assert keymap.action("discover", "upper_g", "G") is keymap.action("discover", "end", None)
    assert keymap.action("discover", "question_mark", "?") == next(a for a in ACTIONS if a.name == "help")
    assert keymap.action("discover", "space", " ") == next(a for a in ACTIONS if a.name == "mark")


def test_every_action_says_what_it_does_in_a_sentence() -> None:
    for action in ACTIONS:
        assert action.help.endswith("."), action.name
        assert action.help[0].isupper(), action.name


def test_keys_are_shown_short() -> None:
    assert [shown(key) for key in ("ctrl+r", "escape", "s")] == ["^r", "esc", "s"]
