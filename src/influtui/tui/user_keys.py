"""`keymap.toml`: keys and commands of one's own, from the config folder and then from the workspace.

A wish that cannot be granted costs itself and nothing else: it becomes a sentence with the file and the line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, get_args

from influtui.model.nearest import nearest
from influtui.tui.actions import ACTIONS, Action, Place, levels

FILE: Final = "keymap.toml"
PLACES: Final = tuple(place for place in get_args(Place) if place != "editor")
"""Where keys can be changed. An editor takes all keys for its text."""
KEPT: Final = frozenset({"escape", "ctrl+c", "?", ":"})
"""Keys that always lead out of where one is, or to help."""
_KEY: Final = re.compile(r"(ctrl\+|alt\+|shift\+)*([a-z0-9]{2,}|[^\s\x00-\x1f])")
_FIELDS: Final = frozenset({"key", "pane", "name", "line", "confirm", "background"})
MOST_BYTES: Final = 256 * 1024


@dataclass(frozen=True)
class OwnCommand:
    """A line of a person's own: a `:` line, or `|` and a program that gets the marked rows."""

    line: str
    confirm: bool = False
    background: bool = False
    """Show only what goes wrong."""


@dataclass
class Customised:
    """The registry as a person wants it."""

    actions: list[Action] = field(default_factory=lambda: list(ACTIONS))
    commands: dict[str, OwnCommand] = field(default_factory=dict)
    """What stands behind the actions that are not the app's, by action name."""
    problems: list[str] = field(default_factory=list)


def read(files: Iterable[Path]) -> Customised:
    """The registry with the wishes of these files, a later one over an earlier one."""
    made = Customised()
    for path in files:
        try:
            with path.open("rb") as file:
                text = file.read(MOST_BYTES).decode("utf-8")
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            made.problems.append(f"{path.name}: it cannot be read ({type(error).__name__})")
            continue
        _Reader(path, text, made).read()
    return made


class _Reader:
    """Takes the wishes of one file."""

    def __init__(self, path: Path, text: str, made: Customised) -> None:
        self._where = f"{path.parent.name}/{path.name}"
        self._text = text
        self._made = made
        self._taken: dict[tuple[str, str], int] = {}
        """The line that gave a key of a place its meaning in this file."""

    def read(self) -> None:
        try:
            wishes = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            self._complain(int(line[1]) if line else 1, f"this is no TOML: {error}")
            return
        for place, keys in wishes.items():
            if place == "command":
                continue
            at = self._line(rf"^\s*\[\s*{re.escape(place)}\s*\]|^\s*{re.escape(place)}\s*=")
            if place not in PLACES or not isinstance(keys, dict):
                self._complain(at, f"there is no place “{place}”{_meant(place, PLACES)}; places: {', '.join(PLACES)}")
                continue
            for key, wish in keys.items():
                self._bind(place, key, wish, self._line(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*=", after=at))
        self._own_commands(wishes.get("command", []))

    def _bind(self, place: str, key: str, wish: Any, at: int) -> None:
        if not self._usable(place, key, at):
            return
        if not isinstance(wish, str):
            self._complain(at, f"{key} needs the word of an action, or a line that begins with a colon")
            return
        inner = levels(place)  # type: ignore[arg-type]
        if wish == "":
            self._free(place, key)
        elif wish[0] in ":|":
            self._free(place, key)
            self._add(place, key, wish, OwnCommand(wish.removeprefix(":").strip()))
        else:
            name = wish.removeprefix("do ").replace("-", "_")
            known = [action for action in self._made.actions if action.place in inner]
            action = next((action for action in known if action.name == name), None)
            if action is None:
                words = [action.word for action in known]
                self._complain(at, f"nothing in {place} is called “{wish}”{_meant(wish, words)}")
                return
            self._free(place, key)
            self._give(place, key, action)

    def _own_commands(self, wishes: Any) -> None:
        if not isinstance(wishes, list):
            self._complain(self._line(r"^\s*\[\s*command"), "commands are written as [[command]]")
            return
        places = [number for number, line in enumerate(self._text.split("\n"), 1) if re.match(r"\s*\[\[", line)]
        for number, wish in enumerate(wishes):
            at = places[number] if number < len(places) else 1
            unknown = set(wish) - _FIELDS
            line, place, key = wish.get("line"), wish.get("pane", "everywhere"), wish.get("key")
            if unknown:
                self._complain(
                    at, f"a command has no “{sorted(unknown)[0]}”{_meant(sorted(unknown)[0], sorted(_FIELDS))}"
                )
            elif not isinstance(line, str) or not line.strip():
                self._complain(at, "a command needs a line")
            elif place not in PLACES:
                self._complain(at, f"there is no place “{place}”{_meant(str(place), PLACES)}")
            elif any(not isinstance(wish.get(each, False), bool) for each in ("confirm", "background")):
                self._complain(at, "confirm and background are true or false")
            elif key is None or (
                isinstance(key, str) and self._usable(place, key, at) and self._is_free(place, key, at)
            ):
                told = line.strip().removeprefix(":").strip()
                own = OwnCommand(told, wish.get("confirm", False), wish.get("background", False))
                self._add(place, key, str(wish.get("name") or line.strip()), own)

    # One key of one place.

    def _usable(self, place: str, key: Any, at: int) -> bool:
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            self._complain(at, f"“{key}” is no key; keys are written like x, X, ctrl+t, f5, space")
        elif key in KEPT:
            self._complain(at, f"{key} stays as it is: it leads out, or to help")
        elif (before := self._taken.get((place, key))) is not None:
            self._complain(at, f"{key} in {place} has a meaning already, from line {before}")
        else:
            self._taken[place, key] = at
            return True
        return False

    def _is_free(self, place: str, key: str, at: int) -> bool:
        """Whether no action of the app has the key there. Taking one away must be said: `key = ""`."""
        inner = levels(place)  # type: ignore[arg-type]
        holder = next((each for each in self._made.actions if each.place in inner and key in each.keys), None)
        if holder is None or holder.name in self._made.commands:
            self._free(place, key)
            return True
        self._complain(at, f'{key} is the key of {holder.word}; write {key} = "" under [{holder.place}] to free it')
        return False

    def _free(self, place: str, key: str) -> None:
        self._made.actions[:] = [
            action._replace(keys=tuple(each for each in action.keys if each != key))
            if action.place == place
            else action
            for action in self._made.actions
        ]

    def _give(self, place: str, key: str, action: Action) -> None:
        """In its own place the action gets another key; in a place within that, a twin of it does."""
        if action.place == place:
            at = self._made.actions.index(action)
            self._made.actions[at] = action._replace(keys=(key, *action.keys))
        else:
            self._made.actions.append(action._replace(place=place, keys=(key,), footer=0))  # type: ignore[arg-type]

    def _add(self, place: str, key: str | None, label: str, own: OwnCommand) -> None:
        name = f"own_{len(self._made.commands) + 1}"
        line = own.line if not own.line.startswith("|") else None
        told = label if label.endswith(".") else f"{label}."
        action = Action(name, place, (key,) if key else (), label, told, line=line)  # type: ignore[arg-type]
        self._made.actions.append(action)
        self._made.commands[name] = own

    def _line(self, pattern: str, *, after: int = 1) -> int:
        lines = self._text.split("\n")
        return next((at for at, line in enumerate(lines, 1) if at >= after and re.search(pattern, line)), after)

    def _complain(self, at: int, what: str) -> None:
        self._made.problems.append(f"{self._where}:{at}: {what}")


def _meant(word: str, words: Sequence[str]) -> str:
    near = nearest(word, words)
    return f" (did you mean {near}?)" if near else ""
