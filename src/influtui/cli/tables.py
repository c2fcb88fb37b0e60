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
    """The table's lines. In a pipe nothing is cut; on a terminal columns give way until a row fits (`_fitted`)."""
    widths = [max([width(heading), *(width(row[column]) for row in rows)]) for column, heading in enumerate(headings)]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else _UNLIMITED
    widths = _fitted(widths, room - len(GAP) * (len(widths) - 1), frozen=right)
    for row in (headings, *rows):
        cells = [
            _aligned(cut(cell, size), size, column in right)
            for column, (cell, size) in enumerate(zip(row, widths, strict=True))
        ]
        yield GAP.join(cells).rstrip()


def _fitted(widths: Sequence[int], room: int, *, frozen: frozenset[int]) -> list[int]:
    """Narrower columns, the widest first. The first one names the row and comes after the others; numbers, which say
    something else when they are cut, never give way."""
    fitted = list(widths)
    others = [column for column in range(1, len(fitted)) if column not in frozen]
    for giving, least in ((others, 12), ([0], 24), (others, 6), ([0], 8)):
        while (excess := sum(fitted) - room) > 0 and giving:
            widest = max(giving, key=fitted.__getitem__)
            if fitted[widest] <= least:
                break
            fitted[widest] = max(least, fitted[widest] - excess)
    return fitted


def _aligned(text: str, cells: int, right: bool) -> str:
    blanks = " " * (cells - width(text))
    return blanks + text if right else text + blanks
