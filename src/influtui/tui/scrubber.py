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


class Scrubber(LineFilter):
    """Replaces what acts on a terminal by a blank of the same width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """`segments` without acting characters; the very same list where there are none."""
        search = ACTING.search
        if not any(search(text) for text, _, _ in segments):
            return segments
        return [
            Segment(ACTING.sub(" ", text), style, control) if control is None else Segment("", style)
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
