"""The palette: anything that can be done here, found by a few of its letters, in the prompt's line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from influtui.tui.actions import Action
from influtui.tui.keymap import shown
from influtui.tui.widgets.prompt import Question

if TYPE_CHECKING:
    from influtui.tui.app import InflutuiApp


class Entry(NamedTuple):
    """One thing to choose: what it is called, and the action, or the beginning of a line."""

    label: str
    action: Action | None = None
    line: str = ""


def score(typed: str, label: str) -> int | None:
    """How well a label fits; None: not at all. Letters in their order do; at the beginnings of words they count more."""
    wanted, text = typed.casefold().replace(" ", ""), label.casefold()
    at, points, before = -1, 0, -2
    for letter in wanted:
        at = text.find(letter, at + 1)
        if at < 0:
            return None
        points += 3 if at == before + 1 else 4 if at == 0 or not text[at - 1].isalnum() else 0
        before = at
    return points * 100 - len(label) - (0 if text.startswith(wanted) else 50)


def fitting(typed: str, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that fit, the best first; all of them, in their order, when nothing is typed."""
    if not typed.strip():
        return list(entries)
    scored = [(points, entry) for entry in entries if (points := score(typed, entry.label)) is not None]
    return [entry for _, entry in sorted(scored, key=lambda pair: -pair[0])]


def entries(actions: Sequence[Action], nouns: Sequence[str]) -> list[Entry]:
    """The actions of a place, each with its key, then the commands."""
    seen: set[str] = set()
    found: list[Entry] = []
    for action in actions:
        if action.name not in seen:
            seen.add(action.name)
            key = f" [{shown(action.keys[0])}]" if action.keys else ""
            found.append(Entry(f"{action.label}{key}", action))
    return [*found, *(Entry(f":{noun}", line=f"{noun} ") for noun in nouns)]


def open_palette(desk: InflutuiApp, nouns: Sequence[str]) -> None:
    """Ask what to do. The verbs of the commands come a moment later, and are found by what is typed from then on."""
    every = entries(desk.keymap.of(desk.pane.place), nouns)

    async def add_verbs() -> None:
        every.extend(Entry(f":{verb}", line=f"{verb} ") for verb in await desk.lines.verbs())

    def chosen(label: str) -> None:
        entry = next((each for each in every if each.label == label), None)
        if entry is not None and entry.action is not None:
            desk.background(desk.keyboard.do(entry.action))
        elif entry is not None:
            desk.lines.ask(entry.line)

    desk.ask(
        Question("; ", chosen, kind="palette", matching=lambda text: [each.label for each in fitting(text, every)])
    )
    desk.background(add_verbs())
