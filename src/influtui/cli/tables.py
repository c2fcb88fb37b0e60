"""Plain tables for terminals: columns aligned by what a terminal shows, cut to its width, or to that of the app's page."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence

from influtui.cli.attending import ATTENDANT
from influtui.model.text import SafeText

GAP = "  "
_UNLIMITED = 10_000
_INDENT = "    "
_NAMES_ROW = 28
_SAYS = 10


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


def lines(
    headings: Sequence[str],
    rows: Sequence[Sequence[SafeText]],
    *,
    right: frozenset[int],
    whole: frozenset[int] = frozenset(),
    spare: Sequence[int] = (),
    below: bool = False,
) -> Iterator[str]:
    """The table's lines. In a pipe nothing is cut; on a terminal columns give way until a row fits (`_fitted`).

    Those set right are numbers, which are never cut, as those in `whole` are not. Columns numbered in `spare` are left
    out, one after the other, before others become too narrow to say anything. With `below` the last column is a
    sentence: where it does not fit it stands under its row instead.
    """
    widths = [max([width(heading), *(width(row[column]) for row in rows)]) for column, heading in enumerate(headings)]
    room = _room()
    shown = list(range(len(headings)))
    if beneath := below and _together(widths) > room:
        shown.pop()
    fitted: list[int] = []
    for gone in (None, *spare):
        shown = [column for column in shown if column != gone]
        wanted = [widths[column] for column in shown]
        frozen = frozenset(place for place, column in enumerate(shown) if column in right | whole)
        fitted = _fitted(wanted, room - len(GAP) * (len(shown) - 1), frozen=frozen)
        if _readable(fitted, wanted):
            break
    for number, row in enumerate((headings, *rows)):
        cells = [
            _aligned(cut(row[column], size), size, column in right) for column, size in zip(shown, fitted, strict=True)
        ]
        yield GAP.join(cells).rstrip()
        if beneath and number:
            yield from _wrapped(row[-1], room)


def _readable(fitted: Sequence[int], wanted: Sequence[int]) -> bool:
    """Whether what was cut still says something: enough of a name, a whole date."""
    return all(
        cells >= min(whole, _NAMES_ROW if place == 0 else _SAYS)
        for place, (cells, whole) in enumerate(zip(fitted, wanted, strict=True))
    )


def _together(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _wrapped(sentence: str, room: int) -> Iterator[str]:
    """A sentence set in, in as many lines as it needs."""
    line = ""
    for word in sentence.split():
        if line and width(_INDENT + line) + 1 + width(word) > room:
            yield _INDENT + line
            line = word
        else:
            line = f"{line} {word}".lstrip()
    if line:
        yield _INDENT + line


def _room() -> int:
    attendant = ATTENDANT.get()
    if attendant is not None:
        return attendant.columns
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _UNLIMITED


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
