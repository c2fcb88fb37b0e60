"""The facets of what a search found: values with exact counts, to be added to the search or taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from influtui.model.query_facets import FACETS, asked
from influtui.tui.render.spans import EMPTY, Line, Look, Span, cell, clip, fit, width_of

MOST: Final = 12
"""Values of one facet: more than that is a search of its own."""
_LEAST, _NAME = 8, 26
"""Cells of a value at least and at most."""


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
    names = [cell(each.value) for each in chosen]
    count = max((len(f"{each.found:,}") for each in chosen), default=0) + 1
    longest = max((width_of((Span(name),)) for name in names), default=0)
    label = max(_LEAST, min(_NAME, longest, width - 4 - count - _LEAST))
    bar = max(0, width - 4 - label - count)
    # A value that is not asked for may be found more often than all that is shown: it would be in its place.
    most = {name: max(total, *(each.found for each in chosen if each.facet == name)) for name, *_ in chosen}
    for position, each in enumerate(chosen):
        if each.facet != facet:
            facet = each.facet
            lines += [EMPTY, (Span(facet, "heading"),)]
        if position == cursor:
            here = len(lines)
        filled = round(bar * each.found / most[facet]) if most[facet] else 0
        at = position == cursor
        lines.append(
            clip(
                (
                    Span(f"{look.glyphs.cursor if at else ' '}{look.glyphs.picked if each.asked else ' '} ", "accent"),
                    Span(fit(names[position], label), "selected" if at else "strong" if each.asked else "text"),
                    Span(f"{each.found:>{count},} ", "text"),
                    Span(look.glyphs.bar * filled, "dim"),
                ),
                width,
            )
        )
    if not chosen:
        lines += [EMPTY, (Span("Nobody is found, so there is nothing to choose.", "dim"),)]
    return lines, here
