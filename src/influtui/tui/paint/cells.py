"""A screen as cells: what stands in each, and in which ink.

A wide character stands in its first cell and leaves the next ones empty. What Rich measures as a whole and not by its
characters (joined emoji) is one cell of text with as many empty ones behind it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from unicodedata import category

from rich.cells import cell_len
from rich.color import ColorSystem
from textual.strip import Strip

from influtui.tui.paint.ink import PLAIN, Ink, ink_of, on_blank

BEHIND = ""
"""What stands in the cells that a wide character covers besides its first."""

UNKNOWN: Final = "\0"
"""What stands in a cell of which nobody knows what the terminal shows."""


class Row:
    """One line of the screen."""

    __slots__ = ("chars", "inks")

    def __init__(self, width: int, ink: Ink = PLAIN) -> None:
        self.chars = [" "] * width
        self.inks = [ink] * width

    def copy(self) -> Row:
        """The same cells in a line of their own."""
        row = Row(0)
        row.chars, row.inks = self.chars.copy(), self.inks.copy()
        return row

    def is_ascii(self) -> bool:
        """Whether no character stands here of which terminals could think differently."""
        return "".join(self.chars).isascii()

    def same_as(self, other: Row) -> bool:
        """Whether both look the same."""
        return self.chars == other.chars and self.inks == other.inks

    def doubt(self, new: Row) -> None:
        """Forget what stands behind characters of `new` that a terminal may draw wider than they are."""
        for x, char in enumerate(new.chars if not new.is_ascii() else ()):
            if char.isascii() or (char == self.chars[x] and new.inks[x] is self.inks[x]):
                continue
            if contested(char):
                for behind in range(x, min(x + most_cells(char), len(self.chars))):
                    if new.chars[behind] != BEHIND:
                        self.chars[behind] = UNKNOWN

    def put(self, x: int, strip: Strip, colours: ColorSystem, until: int | None = None) -> None:
        """Set a strip from cell `x` on; what would stand behind the line, or from cell `until` on, is left out."""
        begin, end = x, len(self.chars) if until is None else min(until, len(self.chars))
        for segment in strip:
            if segment.control or not segment.text or x >= end:
                continue
            ink = ink_of(segment.style, colours)
            cells: Iterable[str] = segment.text if segment.text.isascii() else split(segment.text)
            chars = list(cells)[: end - x]
            blank = on_blank(ink)
            self.chars[x : x + len(chars)] = chars
            self.inks[x : x + len(chars)] = [blank if char == " " else ink for char in chars]
            x += len(chars)
        self._mend(begin, x)

    def _mend(self, begin: int, end: int) -> None:
        """Blank what is left of wide characters that lost a half at either edge of what was written."""
        chars, inks = self.chars, self.inks
        while end < len(chars) and chars[end] == BEHIND:
            chars[end], inks[end] = " ", on_blank(inks[end])
            end += 1
        if begin and begin < len(chars):
            lead = begin - 1
            while lead > 0 and chars[lead] == BEHIND:
                lead -= 1
            if chars[lead] != BEHIND and lead + max(1, cell_len(chars[lead])) > begin:
                for at in range(lead, begin):
                    chars[at], inks[at] = " ", on_blank(inks[at])
        if end and end <= len(chars):
            lead = end - 1
            while lead > begin and chars[lead] == BEHIND:
                lead -= 1
            if lead + cell_len(chars[lead]) > end:  # Cut by the end of the line or of what may be written.
                for at in range(lead, end):
                    chars[at], inks[at] = " ", on_blank(inks[at])


@lru_cache(4096)
def split(text: str) -> tuple[str, ...]:
    """Text as cells."""
    cells: list[str] = []
    for char in text:
        width = cell_len(char)
        if width == 0 and cells:
            lead = len(cells) - 1
            while lead and cells[lead] == BEHIND:
                lead -= 1
            cells[lead] += char
        elif width:
            cells += [char, *[BEHIND] * (width - 1)]
    width = cell_len(text)
    return tuple(cells) if len(cells) == width else (text, *[BEHIND] * (width - 1))


@lru_cache(4096)
def contested(char: str) -> bool:
    """Whether terminals disagree on the width of what stands in a cell: joined characters and emoji, not Han or hangul."""
    if len(char) != 1 or char.isascii():
        return len(char) > 1
    surely_wide = 0x1100 <= ord(char) < 0x1F000 and not 0x2000 <= ord(char) < 0x2E80
    return cell_len(char) > 1 and not surely_wide


@lru_cache(4096)
def most_cells(text: str) -> int:
    """How many cells a terminal may take that joins nothing and gives each sign its own."""
    return max(cell_len(text), sum(max(1, cell_len(char)) for char in text if category(char) not in ("Mn", "Me", "Cf")))
