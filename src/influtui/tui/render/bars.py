"""The frame's lines: header, title of the pane, footer of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from influtui.tui.actions import Action, heading
from influtui.tui.keymap import shown
from influtui.tui.render.numbers import age
from influtui.tui.render.spans import Line, Look, Role, Span, beside, cell, clip, fit, width_of, wrapped


class HeaderFacts(NamedTuple):
    """What the header says."""

    workspace: str
    campaign: str | None
    """None: there is none in use. Empty: not looked up yet."""
    tabs: Sequence[tuple[str, str]]
    """(digit, name) of each pane."""
    current: str
    waiting: int = 0
    """Conversations that wait for us."""
    state: str = ""
    read_only: bool = False


def header(facts: HeaderFacts, width: int, look: Look) -> Line:
    """Where one is: workspace and campaign at the left, the panes in the middle, the state at the right.

    Names of panes stand whole, or only that of the pane shown beside the other digits: pieces of names read badly. Where
    there is no room the workspace goes first, then the names, then the state, then the campaign. The width alone decides,
    so nothing comes and goes from one pane to the next.
    """
    campaign = (
        Span("no campaign: @", "dim")
        if facts.campaign is None
        else Span(f"@{cell(facts.campaign)}" if facts.campaign else "", "accent")
    )
    mode: Line = (Span("read-only ", "warn"),) if facts.read_only else ()
    state: Line = (Span(f" {cell(facts.state)} ", "warn"), *mode) if facts.state else mode
    full: Line = (
        Span(f" {cell(facts.workspace)}", "strong"),
        Span(f" {look.glyphs.dot} ", "dim"),
        campaign,
        Span("  "),
    )
    short: Line = (Span(" "), campaign, Span("  "))
    bare: Line = (Span(" "),)
    ways = [(full, True, state), (short, True, state), (full, False, state), (short, False, state)]
    ways += [(full, False, mode), (short, False, mode), (bare, False, mode)]
    for left, named, right in ways:
        if width_of(left) + _room_for_tabs(facts, named=named) + width_of(right) + 1 <= width:
            return beside((*left, *_tabs(facts, named=named)), right, width)
    return clip(_tabs(facts, named=False), width)


def _room_for_tabs(facts: HeaderFacts, *, named: bool) -> int:
    """Cells that the panes need, whichever is shown."""
    return max((width_of(_tabs(facts._replace(current=name), named=named)) for _, name in facts.tabs), default=0)


def _tabs(facts: HeaderFacts, *, named: bool) -> Line:
    """The panes by their digits: the one that is shown with its name, the others with theirs where all are `named`."""
    tabs: list[Span] = []
    for digit, pane in facts.tabs:
        here = pane == facts.current
        name = f" {pane}" if here or named else ""
        waiting = (f" {facts.waiting}" if name else f"({facts.waiting})") if pane == "Inbox" and facts.waiting else ""
        tabs.append(Span(f" {digit}{name}{waiting} ", "chip" if here else "dim"))
    return tuple(tabs)


class TitleFacts(NamedTuple):
    """What the line above a list says, beside where the cursor is."""

    query: str
    counted: str
    """`1,204 accounts`."""
    marked: int = 0
    note: Line = ()


_SEARCHED: Final = 12
"""Cells for what is searched, at least, and the gaps around it."""


def title(facts: TitleFacts, width: int, look: Look) -> Line:
    """The search at the left; what is marked and counted at the right. Where there is no room the note goes first."""
    right: list[Span] = []
    if facts.marked:
        right += [Span(f"{look.glyphs.mark} {facts.marked:,} marked", "accent"), Span("  ")]
    right.append(Span(facts.counted, "heading"))
    if facts.note and width_of(facts.note) + width_of(right) + _SEARCHED <= width:
        right = [*facts.note, Span("  "), *right]
    left: Line = (
        (Span(" / ", "key"), Span(cell(facts.query), "strong"))
        if facts.query
        else (Span(" / ", "key"), Span("search", "dim"))
    )
    return beside(left, tuple(right), width)


def footer(actions: Sequence[tuple[Action, str | None]], width: int, look: Look) -> Line:
    """The keys of this place, the important ones first; those that cannot be used now are dim."""
    spans: list[Span] = [Span(" ")]
    used = 1
    ordered = sorted((pair for pair in actions if pair[0].footer), key=lambda pair: pair[0].footer)
    for action, reason in _fitting(ordered, width - 1):
        key = shown(action.keys[0])
        spans += [
            Span(key, "dim" if reason else "key"),
            Span(f" {action.label}", "dim" if reason else "text"),
            Span("  "),
        ]
        used += len(key) + len(action.label) + 3
    return clip(tuple(spans), width)


def _fitting(ordered: Sequence[tuple[Action, str | None]], width: int) -> list[tuple[Action, str | None]]:
    """As many keys as fit; `?` and quit, which lead to the others, always."""

    def size(action: Action) -> int:
        return len(shown(action.keys[0])) + len(action.label) + 3

    always = [pair for pair in ordered if pair[0].name in ("help", "quit")]
    room = width - sum(size(action) for action, _ in always)
    kept: list[tuple[Action, str | None]] = []
    for pair in ordered:
        if pair in always:
            continue
        if size(pair[0]) > room:
            break
        kept.append(pair)
        room -= size(pair[0])
    return [*kept, *always]


def notice(text: str, kind: str, width: int, look: Look) -> Line:
    """What has just happened, until something else does."""
    role = _ROLES.get(kind, "text")
    return clip((Span(" "), Span(fit(cell(text), width - 2).rstrip(), role)), width)


_ROLES: Final[dict[str, Role]] = {"good": "good", "bad": "bad", "warn": "warn"}
_AGE_WIDE: Final = 8


def notices(said: Sequence[tuple[int, str, str]], width: int, look: Look) -> list[Line]:
    """What was said, the newest first, each with its age."""
    lines: list[Line] = []
    for at, text, kind in reversed(said):
        role = _ROLES.get(kind, "text")
        parts = wrapped(text, max(20, width - _AGE_WIDE), role)
        aged = fit(age(at, look.now), _AGE_WIDE)
        lines += [(Span(aged if not number else " " * _AGE_WIDE, "dim"), *part) for number, part in enumerate(parts)]
    return lines or [(Span("Nothing yet.", "dim"),)]


def failure(message: str, hint: str | None, width: int) -> list[Line]:
    """A failure in full: what happened, and what to do."""
    return [*wrapped(message, width, "bad"), *([(), *wrapped(hint, width)] if hint else [])]


def keys_page(actions: Sequence[tuple[Action, str | None]], width: int, look: Look) -> list[Line]:
    """The keys of a place as `?` shows them: what each does, and why some do nothing now."""
    lines: list[Line] = []
    place = None
    for action, reason in actions:
        if action.place != place:
            place = action.place
            lines += [(), (Span(heading(place), "heading"),)]
        keys = " ".join(shown(key) for key in action.keys)
        said = wrapped(action.help, max(20, width - _KEYS_WIDE), "dim" if reason else "text")
        command = f":{action.line or f'do {action.word}'}"
        if len(said) == 1 and _KEYS_WIDE + width_of(said[0]) + 2 + len(command) <= width:
            said = [(*said[0], Span(f"  {command}", "dim"))]
        else:
            said = [*said, (Span(command, "dim"),)]
        if reason:
            said += wrapped(f"Not now: {reason}.", max(20, width - _KEYS_WIDE), "warn")
        lines += [(Span(fit(keys if not at else "", _KEYS_WIDE), "key"), *line) for at, line in enumerate(said)]
    return [clip(line, width) for line in lines[1:]]


_KEYS_WIDE: Final = 14
