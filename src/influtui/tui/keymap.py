"""From a key, pressed in a place, to the action it stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from influtui.tui.actions import ACTIONS, PANES, Action, PaneEntry, Place, levels

if TYPE_CHECKING:
    from influtui.tui.user_keys import OwnCommand

NAMES = {
    "slash": "/", "colon": ":", "question_mark": "?", "asterisk": "*", "at": "@", "apostrophe": "'",
    "vertical_line": "|", "circumflex_accent": "^", "semicolon": ";", "exclamation_mark": "!",
}  # fmt: skip


class Keymap:
    """The keys of every place. A conflict within one place is an error of whoever made the map."""

    def __init__(
        self,
        actions: Sequence[Action] = ACTIONS,
        own: Mapping[str, OwnCommand] = MappingProxyType({}),
        panes: Sequence[PaneEntry] = PANES,
    ) -> None:
        self.own = own
        """What a person added, by the name of its action."""
        self.panes = panes
        """Ours, and those that plugins add. A key that a person gave to something else stays that."""
        taken = {key for action in actions if action.place == "everywhere" for key in action.keys}
        actions = [
            *actions,
            *(
                Action(each.name, "everywhere", tuple({each.digit} - taken - {""}), each.title, each.help)
                for each in panes[len(PANES) :]
            ),
        ]
        self._all = actions
        self._actions: dict[tuple[Place, str], Action] = {}
        for action in actions:
            for key in action.keys:
                if (other := self._actions.get((action.place, key))) is not None:
                    raise ValueError(f"{key} in {action.place} is both {other.name} and {action.name}")
                self._actions[action.place, key] = action

    def action(self, place: Place, key: str, character: str | None) -> Action | None:
        """The action of a key, looked up in the place, then in lists, then everywhere."""
        name = character if character is not None and character.isprintable() and character != " " else key
        name = NAMES.get(name, name)
        for level in levels(place):
            if (found := self._actions.get((level, name))) is not None:
                return found
        return None

    def of(self, place: Place) -> list[Action]:
        """The actions that work in a place, its own first."""
        inner = levels(place)
        return sorted((each for each in self._all if each.place in inner), key=lambda each: inner.index(each.place))

    def pane_called(self, word: str) -> PaneEntry | None:
        """The pane of this name: a line that says nothing else goes there, though a noun may have the same name."""
        name = word.strip().casefold().replace("-", "_")
        return next((pane for pane in self.panes if pane.name == name), None)

    def named(self, word: str, place: Place) -> Action | None:
        """The action that `:do` calls by this word, as it is meant in a place."""
        name = word.replace("-", "_")
        return next((action for action in self.of(place) if action.name == name), None)


def shown(key: str) -> str:
    """A key as people read it: `^r` for ctrl+r, `esc`, `spc`."""
    if key.startswith("ctrl+"):
        return f"^{key[5:]}"
    return {"escape": "esc", "pagedown": "pgdn", "pageup": "pgup", "space": "space"}.get(key, key)
