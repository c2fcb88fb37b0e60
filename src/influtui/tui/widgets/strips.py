"""From spans to what Textual draws: a line set into a width on a ground."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from influtui.tui.render.spans import Line, Role, Span, merged, width_of
from influtui.tui.themes import Ground, Palette


@lru_cache(512)
def strip(line: Line, width: int, palette: Palette, ground: Ground = "pane", *, role: Role | None = None) -> Strip:
    """`line` in exactly `width` cells on `ground`. With `role` everything is written in that one."""
    style = palette.style
    if (missing := width - width_of(line)) > 0:
        # In the last role where that is plain text: blanks of another style would be bytes for nothing.
        last: Role = line[-1].role if line and line[-1].role in _PLAIN else "text"
        line = (*line, Span(" " * missing, last))
    if role is not None:
        segments = [Segment("".join(span.text for span in line), style(role, ground))]
    else:
        segments = [
            Segment(
                span.text,
                _linked(style("link", ground), span.text) if span.role == "link" else style(span.role, ground),
            )
            for span in merged(line)
        ]
    return Strip(segments).adjust_cell_length(width, style(role or "text", ground))


_PLAIN: Final[frozenset[Role]] = frozenset({"text", "dim", "strong", "accent", "good", "warn", "bad"})

LINK: Final = re.compile(r"https?://[!-~]+", re.ASCII)
"""What may become a link that a terminal opens (OSC 8). Anything else is text only: an address can carry a command."""


@lru_cache(512)
def _linked(style: Style, text: str) -> Style:
    return style + Style(link=text) if LINK.fullmatch(text) else style
