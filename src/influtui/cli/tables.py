"""Plain tables for terminals: columns aligned by what a terminal shows, cut to its width."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence

from influtui.model.text import SafeText

GAP = "  "
_UNLIMITED = 10_000


def width(text: str) -> int:
    """How many cells a terminal gives `text`: wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    cells = 0
    for char in text:
        if unicodedata.category(char) in ("Mn", "Me", "Cf"):
            continue
        cells += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return cells


def cut(text: str, cells: int) -> str:
    """`text` in at most `cells` cells, with an ellipsis where something was left out."""
    if width(text) <= cells:
        return text
    kept, used = "", 0
    for char in text:
        used += width(char)
        if used > cells - 1:
            break
        kept += char
    return f"{kept}…"


def lines(headings: Sequence[str], rows: Sequence[Sequence[SafeText]], *, right: frozenset[int]) -> Iterator[str]:
    """The table's lines. On a terminal the widest column gives way until a row fits; in a pipe nothing is cut."""
    widths = [max([width(heading), *(width(row[column]) for row in rows)]) for column, heading in enumerate(headings)]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else _UNLIMITED
    while (excess := sum(widths) + len(GAP) * (len(widths) - 1) - room) > 0 and max(widths) > 8:
        widest = widths.index(max(widths))
        widths[widest] = max(8, widths[widest] - excess)
    for row in (headings, *rows):
        cells = [
            _aligned(cut(cell, size), size, column in right)
            for column, (cell, size) in enumerate(zip(row, widths, strict=True))
        ]
        yield GAP.join(cells).rstrip()


def _aligned(text: str, cells: int, right: bool) -> str:
    blanks = " " * (cells - width(text))
    return blanks + text if right else text + blanks
