"""What an edit of rows would change, line by line, before it is applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from influtui.model.editing import RowEdit
from influtui.tui.render.spans import EMPTY, Line, Look, Span, cell, clip, fit, wrapped

_FIELD: Final = 12


def changes(edits: Sequence[RowEdit], look: Look) -> Callable[[int], list[Line]]:
    """Each row with its fields: what it is, and what it would be."""

    def show(width: int) -> list[Line]:
        lines: list[Line] = []
        for each in edits:
            lines += [EMPTY, clip((Span(cell(each.creator.ref), "accent"),), width)]
            for told in each.lines():
                name, _, value = told.partition(": ")
                before, arrow, after = value.partition(" → ")
                if not arrow or name == "note":
                    lines += [
                        (Span(fit(f"  {name}", _FIELD), "dim"), Span("+ ", "good"), *part)
                        for part in wrapped(value, width - _FIELD - 2, "good")
                    ]
                    continue
                lines += [
                    clip((Span(fit(f"  {name}", _FIELD), "dim"), Span(f"- {cell(before)}", "bad")), width),
                    clip((Span(" " * _FIELD), Span(f"+ {cell(after)}", "good")), width),
                ]
        return lines[1:]

    return show
