"""The facets of what a search found: values with exact counts, to be added to the search or taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from influtui.model.query_facets import FACETS, asked
from influtui.tui.render.spans import EMPTY, Line, Look, Span, cell, clip, fit

MOST: Final = 12
"""Values of one facet: more than that is a search of its own."""
_COUNT: Final = 9


class Value(NamedTuple):
    """One value of a facet."""

    facet: str
    value: str
    found: int
    asked: bool


def values(counted: Mapping[str, Mapping[str, int]], query: str) -> list[Value]:
    """What can be chosen: the values that the search asks for, then the most frequent."""
    found: list[Value] = []
    for facet in FACETS:
        counts = counted.get(facet, {})
        wanted = asked(query, facet)
        folded = {value.casefold(): value for value in counts}
        first = [folded.get(value, value) for value in wanted]
        others = [value for value in counts if value.casefold() not in wanted]
        found += [
            Value(facet, value, counts.get(value, 0), value in first)
            for value in [*first, *others[: max(0, MOST - len(first))]]
        ]
    return found


def panel(chosen: list[Value], cursor: int, total: int, width: int, look: Look) -> tuple[list[Line], int]:
    """The panel's lines, and which of them the cursor is on."""
    lines: list[Line] = [clip((Span("Facets", "heading"), Span("  enter adds or removes  F closes", "dim")), width)]
    here, facet = 0, None
    label = max(8, min(26, width - 2 - _COUNT - 8))
    bar = max(0, width - 4 - label - _COUNT)
    for position, each in enumerate(chosen):
        if each.facet != facet:
            facet = each.facet
            lines += [EMPTY, (Span(facet, "heading"),)]
        if position == cursor:
            here = len(lines)
        filled = round(bar * each.found / total) if total else 0
        at = position == cursor
        lines.append(
            clip(
                (
                    Span(f"{look.glyphs.cursor if at else ' '}{look.glyphs.picked if each.asked else ' '} ", "accent"),
                    Span(fit(cell(each.value), label), "selected" if at else "strong" if each.asked else "text"),
                    Span(f"{each.found:>{_COUNT},} ", "text"),
                    Span(look.glyphs.bar * filled, "dim"),
                ),
                width,
            )
        )
    if not chosen:
        lines += [EMPTY, (Span("Nobody is found, so there is nothing to choose.", "dim"),)]
    return lines, here
