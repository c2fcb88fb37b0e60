"""What a plugin's pane shows: its columns, its rows, and in their place what its plugin did wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from influtui.model.text import safe
from influtui.tui.render.columns import Cell, Column
from influtui.tui.render.spans import EMPTY, Line, Look, Span, cell, wrapped

if TYPE_CHECKING:
    from influtui.api import Row

LEAST: Final = 8
MOST: Final = 40


class Numbered(NamedTuple):
    """A row with its place in the list."""

    number: int
    row: Row


def columns(headings: Sequence[str]) -> tuple[Column[Numbered], ...]:
    """A plugin's columns. The first is never left out of a narrow screen."""
    return tuple(
        Column(str(at), cell(heading), _shown(at), LEAST, MOST, rank=at) for at, heading in enumerate(headings)
    )


def _shown(at: int) -> Callable[[Numbered, Look], Cell]:
    def show(record: Numbered, look: Look) -> Cell:
        return Cell(cell(record.row.cells[at]))

    return show


def detail(headings: Sequence[str], row: Row, width: int) -> list[Line]:
    """A row in full."""
    lines: list[Line] = []
    for heading, value in zip(headings, row.cells, strict=True):
        lines += wrapped(f"{cell(heading)}: {cell(value)}", width)
    for text in (row.detail, row.url):
        if text:
            lines.append(EMPTY)
            for line in safe(text).splitlines():
                lines += wrapped(line, width)
    return lines


def card(plugin: str, message: str, hint: str | None, width: int = 76) -> list[Line]:
    """In the place of rows: what went wrong, whose it is, and how to go on. The rest of the app is not touched by it."""
    lines: list[Line] = [(Span(f"{cell(plugin)} could not show this.", "bad"),), EMPTY]
    lines += wrapped(safe(message), width)
    if hint:
        lines += [EMPTY, *wrapped(safe(hint), width, "dim")]
    lines += [EMPTY, (Span("/ enter", "key"), Span(" asks again"), Span(f"     :plugin info {cell(plugin)}", "dim"))]
    return lines


def asking(plugin: str) -> list[Line]:
    """While a plugin is asked."""
    return [(Span(f"Asking {cell(plugin)} …", "dim"),)]


def nothing(query: str) -> list[Line]:
    """When there is nothing to show."""
    return [(Span(f"Nothing here for {cell(query)}." if query else "Nothing here.", "strong"),)]
