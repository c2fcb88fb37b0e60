"""Columns as data: which fit into a width, and a record's cells set into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

import msgspec

from influtui.tui.render.spans import Align, Line, Look, Role, Span, fit

R = TypeVar("R")

GAP = 2
_ROOM = 6
"""Cells that stay for the columns that grow before one comes back."""


class Cell(NamedTuple):
    """What one column shows of one record."""

    text: str
    role: Role = "text"


class Column(msgspec.Struct, Generic[R], frozen=True):
    """One column: what it shows, how wide it is, and how early it is left out of a narrow screen."""

    name: str
    heading: str
    show: Callable[[R, Look], Cell]
    least: int
    most: int | None = None
    """None: exactly `least`. More: it takes a share of what is left over, up to this."""
    rank: int = 0
    """Columns of a lower rank stay longer; rank 0 is never left out."""
    align: Align = "left"


class Placed(NamedTuple):
    """A column with the width it got."""

    column: Column[object]
    width: int


Layout = tuple[Placed, ...]


def place(columns: Sequence[Column[R]], width: int) -> Layout:
    """The columns that fit into `width` cells, in their order; what is left over goes to those that can grow."""
    kept = list(columns)
    while len(kept) > 1 and _least(kept) > width:
        last = max(kept, key=lambda column: column.rank)
        if last.rank == 0:
            break
        kept.remove(last)
    # A wide column that had to go may leave room for a narrow one of a later rank: a score beside a name.
    for column in sorted(columns, key=lambda column: column.rank):
        if column not in kept and _least([*kept, column]) + _ROOM <= width:
            kept = [each for each in columns if each in kept or each is column]
    sizes = {column.name: column.least for column in kept}
    spare = width - _least(kept)
    growing = [column for column in kept if column.most is not None]
    while spare > 0 and growing:
        share = max(1, spare // len(growing))
        for column in list(growing):
            grown = min(share, (column.most or 0) - sizes[column.name], spare)
            if grown <= 0:
                growing.remove(column)
                continue
            sizes[column.name] += grown
            spare -= grown
    return tuple(Placed(column, sizes[column.name]) for column in kept)  # type: ignore[arg-type]


def _least(columns: Sequence[Column[R]]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def headings(layout: Layout, look: Look, *, sorted_by: str | None = None, descending: bool = True) -> Line:
    """The line above the rows. The column that sorts carries an arrow."""
    spans: list[Span] = []
    for position, (column, width) in enumerate(layout):
        text = column.heading
        if column.name == sorted_by:
            text += look.glyphs.down if descending else look.glyphs.up
        spans.append(Span((" " * GAP if position else "") + fit(text, width, column.align, ellipsis=""), "heading"))
    return tuple(spans)


def row(record: object, layout: Layout, look: Look) -> Line:
    """A record's cells, each exactly as wide as its column."""
    spans: list[Span] = []
    for position, (column, width) in enumerate(layout):
        shown = column.show(record, look)
        text = fit(shown.text, width, column.align, ellipsis=look.glyphs.ellipsis)
        spans.append(Span((" " * GAP if position else "") + text, shown.role))
    return tuple(spans)


def placeholder(layout: Layout, look: Look) -> Line:
    """A row whose record is still on its way: its shape, without anything to read."""
    spans: list[Span] = []
    for position, (column, width) in enumerate(layout):
        text = fit(look.glyphs.dot * min(3, width), width, column.align)
        spans.append(Span((" " * GAP if position else "") + text, "dim"))
    return tuple(spans)
