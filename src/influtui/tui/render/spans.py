"""Spans: pieces of safe text with a role, the only thing a render function returns.

A role says what a piece of text *is* (a heading, a warning); the theme decides how that looks. There is no markup here,
so nothing that came from outside can be taken for it. Widths are cells of a terminal, not characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

import msgspec
from rich.cells import cell_len, set_cell_size

from influtui.model.text import SafeText, safe

Role = Literal["text", "dim", "strong", "accent", "good", "warn", "bad", "link", "heading", "chip", "key", "selected"]
ROLES: Final[tuple[Role, ...]] = (
    "text", "dim", "strong", "accent", "good", "warn", "bad", "link", "heading", "chip", "key", "selected",
)  # fmt: skip

Align = Literal["left", "right"]


class Span(NamedTuple):
    """A piece of text and what it is."""

    text: str
    role: Role = "text"


Line = tuple[Span, ...]
"""One line of the screen."""

EMPTY: Final[Line] = ()


class Glyphs(msgspec.Struct, frozen=True):
    """Characters of our own drawing; the second set keeps to ASCII for terminals that need it."""

    ellipsis: str = "…"
    dot: str = "·"
    dash: str = "—"
    rule: str = "─"
    upright: str = "│"
    thumb: str = "▐"
    cursor: str = "›"
    mark: str = "●"
    picked: str = "✓"
    reserve: str = "+"
    rejected: str = "✗"
    later: str = "z"
    up: str = "↑"
    down: str = "↓"
    arrow: str = "→"
    back: str = "←"
    fold: str = "▸"
    spark: str = "▁▂▃▄▅▆▇█"
    bar: str = "█"
    trough: str = "░"
    quote: str = "▏"


# fmt: off
ASCII: Final = Glyphs(
    ellipsis="~", dot="-", dash="-", rule="-", upright="|",
    thumb="#", cursor=">", mark="*", picked="+", reserve="r", rejected="x",
    later="z", up="^", down="v", arrow="->", back="<-", fold=">", spark="_.,-=+*#", bar="#", trough=".", quote="|",
)
# fmt: on


class Look(msgspec.Struct, frozen=True):
    """What a render function has to know of the screen: the characters it may draw, and what time it is."""

    now: int
    glyphs: Glyphs = Glyphs()


# Terminals disagree about the width of joined emoji, of flags and of characters with a variation selector, and one
# disagreement shifts the rest of the row. In a cell each such sequence is shown as its first, uncontested character.
_CONTESTED: Final = "(?s:\u200d.|[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\u20e3]|\u200c)"
_FLAG: Final = "[\U0001f1e6-\U0001f1ff]{1,2}"


def cell(text: str) -> SafeText:
    """Outside text as one safe line whose width every terminal agrees on."""
    if text.isascii():
        return safe(text)
    return safe(re.sub(_FLAG, "\u2690", re.sub(_CONTESTED, "", text)))


def fit(text: str, width: int, align: Align = "left", *, ellipsis: str = "…") -> str:
    """`text` in exactly `width` cells: cut with an ellipsis or filled with blanks."""
    size = len(text) if text.isascii() else cell_len(text)
    if size == width:
        return text
    if size < width:
        blanks = " " * (width - size)
        return text + blanks if align == "left" else blanks + text
    if width <= len(ellipsis):
        return ellipsis[:width]
    return set_cell_size(set_cell_size(text, width - len(ellipsis)).rstrip() + ellipsis, width)


def width_of(line: Iterable[Span]) -> int:
    """How many cells a line takes."""
    return sum(cell_len(span.text) for span in line)


def clip(line: Line, width: int, *, ellipsis: str = "…") -> Line:
    """A line cut to at most `width` cells."""
    kept: list[Span] = []
    room = width
    for span in line:
        size = cell_len(span.text)
        if size > room:
            if room > 0:
                kept.append(Span(fit(span.text, room, ellipsis=ellipsis), span.role))
            break
        kept.append(span)
        room -= size
    return tuple(kept)


def beside(left: Line, right: Line, width: int) -> Line:
    """Two lines on one row: the left one gives way, the right one ends at the edge."""
    right_width = width_of(right)
    if right_width >= width:
        return clip(right, width)
    left = clip(left, width - right_width - 1) if left else left
    return (*left, Span(" " * (width - right_width - width_of(left))), *right)


def wrap(text: str, width: int) -> Iterator[str]:
    """Safe text with line ends, broken at blanks into lines of at most `width` cells. Long words are cut."""
    width = max(1, width)
    for paragraph in text.split("\n"):
        line, used = "", 0
        for word in paragraph.split(" "):
            size = cell_len(word)
            if line and used + 1 + size > width:
                yield line
                line, used = "", 0
            while size > width:
                head = set_cell_size(word, width).rstrip()
                if not head or not word.startswith(head):
                    break
                yield head
                word = word[len(head) :]
                size = cell_len(word)
            line = f"{line} {word}" if line or used else word
            used = cell_len(line)
        yield line


def wrapped(text: str, width: int, role: Role = "text", *, indent: str = "") -> list[Line]:
    """Outside text as wrapped lines of one role."""
    return [(Span(f"{indent}{part}", role),) for part in wrap(safe(text, lines=True), width - len(indent))]


def merged(line: Iterable[Span]) -> Iterator[Span]:
    """The same line with neighbours of one role joined: fewer colour changes are fewer bytes."""
    text, role = "", None
    for span in line:
        if span.role == role:
            text += span.text
            continue
        if role is not None and text:
            yield Span(text, role)
        text, role = span.text, span.role
    if role is not None and text:
        yield Span(text, role)
