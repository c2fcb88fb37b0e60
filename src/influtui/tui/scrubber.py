"""The last door before the terminal: no character that a terminal would act on leaves the app, whatever widget drew it.

Text from outside is made safe where it is rendered (`influtui.model.text.safe`). This filter stands behind that, on every
segment of every line, so that a forgotten call costs an odd character on the screen and not the reader's clipboard.
"""

from __future__ import annotations

import re
from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

ACTING: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0, DEL and C1 controls, separators and bidirectional controls."""
_MARKS: Final = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
TOWER: Final = re.compile(f"({_MARKS}{{4}}){_MARKS}+")
"""More combining marks on one character than any script has: they take no cell, and cover the lines above."""


class Scrubber(LineFilter):
    """Replaces what acts on a terminal by a blank of the same width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """`segments` without acting characters; the very same list where there are none."""
        if all(text.isascii() and text.isprintable() for text, _, _ in segments):
            return segments
        acts, towers = ACTING.search, TOWER.search
        if not any(acts(text) or towers(text) for text, _, _ in segments):
            return segments
        return [
            Segment(TOWER.sub(r"\1", ACTING.sub(" ", text)), style, control) if control is None else Segment("", style)
            for text, style, control in segments
        ]


_DRAWN: Final = str.maketrans(
    {"…": "~", "·": "-", "—": "-", "–": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "│": "|", "─": "-", "↓": "v", "↑": "^",
     "→": ">", "←": "<", "≥": ">", "×": "x", "▐": "#", "›": ">", "●": "*", "✓": "+", "✗": "x", "▸": ">", "▏": "|"}
)  # fmt: skip


class AsciiDrawing(LineFilter):
    """Under `--ascii`: what the app and the command line draw beside letters, in ASCII of the same width. Names stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """`segments` with drawing characters replaced."""
        return [
            segment
            if segment.text.isascii()
            else Segment(segment.text.translate(_DRAWN), segment.style, segment.control)
            for segment in segments
        ]
