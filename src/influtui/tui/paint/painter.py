"""What to write so that the terminal shows what is wanted: only the cells that differ from what it shows already.

The painter holds two screens of cells, the wanted one and the one that the terminal shows. `take` changes the first, `frame`
says what makes the second equal to it. Between the two any number of changes may have come: a terminal that is slow skips
what it had no time for, and never what stands at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from rich.color import ColorSystem
from textual.strip import Strip

from influtui.tui.paint.cells import BEHIND, Row, contested
from influtui.tui.paint.ink import PLAIN, Ink, change, on_blank, pen_for

_BRIDGE: Final = 4
"""Cells that are written again rather than jumped over: a jump is four bytes."""
_ERASES: Final = 12
"""Blanks in a row from which on erasing and jumping is shorter."""
_RUN: Final = re.compile(f" {{{_ERASES},}}")
_BCE: Final = (
    "xterm", "rxvt", "alacritty", "foot", "kitty", "wezterm", "ghostty", "linux", "vte", "gnome", "konsole", "st-",
    "contour", "iterm", "putty",
)  # fmt: skip
"""Terminals that erase in the ground of the pen (terminfo's `bce`). GNU screen, and tmux by its description, do not."""


class Stretch(NamedTuple):
    """Cells of a line that are written in one go."""

    start: int
    stop: int
    ink: Ink


class _Pen(NamedTuple):
    """Where the terminal's cursor stands, and in which ink it writes."""

    ink: Ink
    x: int | None
    y: int


class Painter:
    """The wanted screen, and the one that is shown."""

    def __init__(self, colours: ColorSystem, term: str) -> None:
        self._colours = colours
        self._erases_in_colour = term.startswith(_BCE)
        self._width = 0
        self._wanted: list[Row] = []
        self._shown: list[Row] = []
        self._dirty: set[int] = set()
        self._known = False
        """Whether `_shown` is what the terminal shows. After a resize or a suspension nobody knows."""

    def resize(self, width: int, height: int) -> None:
        """Be told the size of the screen. A new one makes what is shown unknown."""
        if (width, height) != (self._width, len(self._wanted)):
            self._width = width
            self._wanted = [Row(width) for _ in range(height)]
            self.forget()

    def forget(self) -> None:
        """What the terminal shows is not known any more."""
        self._known = False

    def take(self, y: int, x: int, strips: Iterable[Strip], until: int | None = None) -> None:
        """Strips that stand one after the other on line `y` from cell `x` on."""
        if not 0 <= y < len(self._wanted):
            return
        row = self._wanted[y]
        self._dirty.add(y)
        for strip in strips:
            row.put(x, strip, self._colours, until)
            x += strip.cell_length

    @property
    def behind(self) -> bool:
        """Whether the terminal may show something else than is wanted."""
        return not self._known or bool(self._dirty)

    def frame(self) -> str:
        """What to write now. Afterwards the terminal counts as showing what is wanted."""
        out: list[str] = []
        pen = _Pen(PLAIN, None, -1)
        if not self._known:
            ground = self._ground()
            # Line by line: not every terminal that erases a line in the pen's ground does so with the whole screen.
            out.append(f"\x1b[m{change(PLAIN, ground)}\x1b[H" + "\r\n".join(["\x1b[K"] * len(self._wanted)))
            pen = _Pen(ground, 0, len(self._wanted) - 1)
            self._shown = [Row(self._width, ground) for _ in self._wanted]
            self._dirty = set(range(len(self._wanted)))
            self._known = True
        for y in sorted(self._dirty):
            if not (new := self._wanted[y]).same_as(old := self._shown[y]):
                old.doubt(new)
                text, pen = self._line(y, new, old, pen)
                out.append(text)
                self._shown[y] = new.copy()
        self._dirty.clear()
        if pen.ink != PLAIN:
            out.append(change(pen.ink, PLAIN))
        return "".join(out)

    def _ground(self) -> Ink:
        """The ink of most blanks, for clearing the screen; plain where erasing would not keep it."""
        last = [
            row.inks[-1] for row in self._wanted if row.inks and row.chars[-1] == " " and self._can_erase(row.inks[-1])
        ]
        return max(set(last), key=last.count) if last else PLAIN

    def _can_erase(self, ink: Ink) -> bool:
        return not ink.attributes and not ink.link and (self._erases_in_colour or not ink.bg)

    def _line(self, y: int, new: Row, old: Row, pen: _Pen) -> tuple[str, _Pen]:
        """What makes a line look like `new`: left to right, or ink by ink where that changes colours less often."""
        tail = self._tail(new)
        stretches = _stretches(new, old, tail)
        erase = _first_difference(new, old, tail)
        text, after = self._write(y, new, old, stretches, erase, pen)
        # What terminals may draw too wide is written before what stands behind it.
        in_order = not new.is_ascii() and any(
            contested(char) for each in stretches for char in new.chars[each.start : each.stop]
        )
        if not in_order and len(stretches) > len({each.ink for each in stretches}):
            order = {ink: at for at, ink in enumerate(dict.fromkeys(each.ink for each in stretches))}
            order[pen.ink] = -1
            by_ink = sorted(stretches, key=lambda each: order[each.ink])
            other, other_after = self._write(y, new, old, by_ink, erase, pen)
            if len(other) < len(text):
                return other, other_after
        return text, after

    def _tail(self, row: Row) -> int:
        """Where the blanks at the end of a line begin that erasing can make."""
        at = len(row.chars)
        if not at or row.chars[-1] != " " or not self._can_erase(ink := row.inks[-1]):
            return at
        while at and row.chars[at - 1] == " " and row.inks[at - 1] is ink:
            at -= 1
        return at

    def _write(
        self, y: int, row: Row, old: Row, stretches: Sequence[Stretch], erase: int | None, pen: _Pen
    ) -> tuple[str, _Pen]:
        out: list[str] = []
        for start, stop, ink in stretches:
            blank = all(char == " " for char in row.chars[start:stop])
            wanted = pen_for(pen.ink, ink, blank=blank)
            out.append(_to(pen, start, y))
            out.append(change(pen.ink, wanted))
            text, x = self._cells(row, old, start, stop, wanted)
            out.append(text)
            pen = _Pen(wanted, x if x is not None and x < self._width else None, y)
        if erase is not None:
            wanted = pen_for(pen.ink, row.inks[-1], blank=True)
            out += [_to(pen, erase, y), change(pen.ink, wanted), "\x1b[K"]
            pen = _Pen(wanted, erase, y)
        return "".join(out), pen

    def _cells(self, row: Row, old: Row, start: int, stop: int, ink: Ink) -> tuple[str, int | None]:
        """The text of some cells, and where the cursor stands after it; None where terminals disagree."""
        text = "".join(row.chars[start:stop])
        if len(text) == stop - start and text.isascii():
            if self._can_erase(on_blank(ink)) and not ink.link and " " * _ERASES in text:
                return self._with_blanks_erased(text, start)
            return text, stop
        out: list[str] = []
        known: int | None = start
        for x in range(start, stop):
            char = row.chars[x]
            if char == BEHIND:
                continue
            if known != x:
                out.append(f"\x1b[{x + 1}G")
            size = _end_of(row.chars, x) - x
            if contested(char) and not _blank(old, x + 1, x + size, on_blank(row.inks[x])):
                out.append(self._emptied(x, size, ink))
            out.append(char)
            known = None if contested(char) else x + size
        return "".join(out), known

    def _emptied(self, x: int, size: int, ink: Ink) -> str:
        """What empties cells and leaves the cursor before them: a terminal may draw less in them than stood there."""
        if self._can_erase(on_blank(ink)) and not ink.link:
            return f"\x1b[{size}X"
        return " " * size + f"\x1b[{x + 1}G"

    def _with_blanks_erased(self, text: str, start: int) -> tuple[str, int]:
        out: list[str] = []
        at = 0
        for run in _RUN.finditer(text):
            size = run.end() - run.start()
            out.append(f"{text[at : run.start()]}\x1b[{size}X")
            at = run.end()
            if at == len(text):
                return "".join(out), start + run.start()
            out.append(f"\x1b[{size}C")
        return "".join([*out, text[at:]]), start + len(text)


def _blank(row: Row, start: int, stop: int, ink: Ink) -> bool:
    """Whether all cells are blanks of an ink."""
    return all(row.chars[x] == " " and row.inks[x] is ink for x in range(start, stop))


def _first_difference(new: Row, old: Row, tail: int) -> int | None:
    """Where erasing to the end of the line has to begin; None where the end is right already."""
    for x in range(tail, len(new.chars)):
        if new.inks[x] is not old.inks[x] or new.chars[x] != old.chars[x]:
            return x
    return None


def _stretches(new: Row, old: Row, end: int) -> list[Stretch]:
    """The cells before `end` that differ, as few stretches of one ink each."""
    chars, inks, old_chars, old_inks = new.chars, new.inks, old.chars, old.inks
    found: list[Stretch] = []
    start, stop, ink, blank = 0, -1, PLAIN, True
    for x in range(end):
        if (chars[x] == old_chars[x] and inks[x] is old_inks[x]) or chars[x] == BEHIND:
            continue
        if stop >= 0:
            # A stretch that has only blanks so far goes with a letter's ink as well.
            widened = inks[x] if blank and on_blank(inks[x]) is ink else ink
            here = inks[x] is widened or (chars[x] == " " and inks[x] is on_blank(widened))
            if here and (x == stop or (x - stop <= _BRIDGE and _fits(chars, inks, stop, x, widened))):
                blank = blank and chars[x] == " " and all(char == " " for char in chars[stop:x])
                stop, ink = _end_of(chars, x), widened
                continue
            found.append(Stretch(start, stop, ink))
        start, stop, ink, blank = x, _end_of(chars, x), inks[x], chars[x] == " "
    if stop >= 0:
        found.append(Stretch(start, stop, ink))
    return found


def _end_of(chars: Sequence[str], x: int) -> int:
    x += 1
    while x < len(chars) and chars[x] == BEHIND:
        x += 1
    return x


def _fits(chars: Sequence[str], inks: Sequence[Ink], start: int, stop: int, ink: Ink) -> bool:
    """Whether cells can be written in an ink and look as they should, and take no more room than they have."""
    blank = on_blank(ink)
    return all(
        (inks[x] is ink and not contested(chars[x])) or (chars[x] == " " and inks[x] is blank)
        for x in range(start, stop)
    )


def _to(pen: _Pen, x: int, y: int) -> str:
    """The shortest way for the cursor to a cell."""
    if pen.y == y:
        if pen.x == x:
            return ""
        if x == 0:
            return "\r"
        column = f"\x1b[{x + 1}G"
        if pen.x is not None and x > pen.x:
            right = "\x1b[C" if x - pen.x == 1 else f"\x1b[{x - pen.x}C"
            return min(right, column, key=len)
        return column
    if x == 0:
        return "\r\n" if pen.y >= 0 and pen.y + 1 == y else f"\x1b[{y + 1}H"
    return f"\x1b[{y + 1};{x + 1}H"
