"""What is written makes the terminal show what Textual would have shown: two terminals, one fed by each, always agree."""

from __future__ import annotations

import io
import random
from typing import Any

import pyte
import pytest
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip
from wcwidth import wcwidth

from influtui.tui.paint.ink import PLAIN, Ink, change, ink_of, on_blank
from influtui.tui.paint.painter import Painter

SYSTEMS = {"truecolor": ColorSystem.TRUECOLOR, "256": ColorSystem.EIGHT_BIT, "standard": ColorSystem.STANDARD}
STYLES = [
    Style(color="#d5dae6", bgcolor="#15181f"), Style(color="#f0b083", bgcolor="#15181f", bold=True),
    Style(color="#8890a0", bgcolor="#15181f", dim=True), Style(color="#d5dae6", bgcolor="#2a3142"), Style(reverse=True),
    Style(color="bright_blue"), Style(underline=True, bgcolor="#15181f"), Style(), Style(italic=True, strike=True),
    Style(bold=True, dim=True), Style(color="default", bgcolor="default"),
]  # fmt: skip
WORDS = [
    "anna.bakes",
    "a",
    "é",
    "日本",
    "한",
    "…",
    " ",
    "  ",
    " " * 7,
    " " * 15,
    "│",
    "✓",
    "1,204",
    "x" * 9,
    "ñandú",
    "漢 字",
]


class Twins:
    """A terminal that gets what Textual writes, and one that gets what the painter writes."""

    def __init__(self, width: int, height: int, system: str, term: str = "xterm-256color") -> None:
        for style in STYLES:
            style._ansi = None  # Rich keeps the codes of the first colour system that it was asked for.
        self.console = Console(file=io.StringIO(), force_terminal=True, color_system=system)  # type: ignore[arg-type]
        self.painter = Painter(SYSTEMS[system], term)
        self.resize(width, height)
        self.bytes = self.theirs = 0

    def resize(self, width: int, height: int) -> None:
        self.size = width, height
        self.screens = [pyte.Screen(width, height), pyte.Screen(width, height)]
        for screen in self.screens:
            screen.reset_mode(7, private=True)
        self.streams = [pyte.Stream(screen) for screen in self.screens]
        self.painter.resize(width, height)
        self.painter.forget()

    def set(self, y: int, x: int, strips: list[Strip]) -> None:
        width = sum(strip.cell_length for strip in strips)
        text = LayoutUpdate([strips], Region(x, y, width, 1)).render_segments(self.console)
        self.theirs += len(text)
        self.streams[0].feed(text)
        self.painter.take(y, x, strips)

    def paint(self) -> str:
        text = self.painter.frame()
        self.bytes += len(text.encode())
        self.streams[1].feed(text)
        return text

    def agree(self) -> None:
        for y in range(self.size[1]):
            for x in range(self.size[0]):
                theirs, ours = (screen.buffer[y] for screen in self.screens)
                if not _halved(theirs, x):
                    assert _seen(ours[x]) == _seen(theirs[x]), (x, y)


def _halved(line: Any, x: int) -> bool:
    """Whether this is half of a wide character that was written over: terminals blank it, pyte keeps it."""
    data = line[x].data
    if not data:
        return not (x and wcwidth((line[x - 1].data or " ")[0]) == 2)
    return wcwidth(data[0]) == 2 and line[x + 1].data != ""


def _seen(cell: Any) -> tuple[Any, ...]:
    """What a person sees of a cell: on a blank no weight, and the letters' colour only where something is drawn in it."""
    if cell.data == " ":
        drawn = (cell.reverse, cell.underscore, cell.strikethrough)
        return (" ", cell.bg, *drawn, cell.fg if any(drawn) else "")
    return tuple(cell)


def _strip(choose: random.Random, width: int) -> Strip:
    segments: list[Segment] = []
    while (left := width - Strip(segments).cell_length) > 0:
        text = choose.choice(WORDS) * choose.choice([1, 1, 1, 3])
        segments.append(Segment(text, choose.choice(STYLES)))
        if Strip(segments).cell_length > width:
            segments[-1] = Segment(" " * left, choose.choice(STYLES))
    return Strip(segments)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("term", ["xterm-256color", "screen"])
def test_a_long_walk_shows_the_same_as_textual_in_every_colour_mode(system: str, term: str) -> None:
    choose = random.Random(f"{system} {term}")
    twins = Twins(60, 12, system, term)
    for y in range(12):
        twins.set(y, 0, [_strip(choose, 60)])
    for step in range(80):
        if step % 20 == 19:
            size = choose.choice([(60, 12), (33, 7), (20, 5), (90, 20)])
            twins.resize(*size)
            for y in range(size[1]):
                twins.set(y, 0, [_strip(choose, size[0])])
        width, height = twins.size
        for _ in range(choose.randint(1, 4)):
            y, x = choose.randrange(height), choose.choice([0, 0, choose.randrange(width)])
            rest = width - x
            here = rest if x == 0 and choose.random() < 0.5 else choose.randint(1, rest)
            twins.set(y, x, [_strip(choose, here)])
        if choose.random() < 0.7:  # Else the terminal had no time for this one.
            twins.paint()
            twins.agree()
    assert twins.bytes < twins.theirs


def test_nothing_is_written_where_nothing_differs() -> None:
    twins = Twins(40, 4, "truecolor")
    line = [Strip([Segment("anna.bakes  48,200", STYLES[0]), Segment(" " * 22, STYLES[0])])]
    for y in range(4):
        twins.set(y, 0, line)
    twins.paint()
    twins.set(2, 0, line)
    assert twins.paint() == ""


def test_a_changed_letter_costs_its_way_its_colours_and_itself() -> None:
    twins = Twins(40, 4, "truecolor")
    for y in range(4):
        twins.set(y, 0, [Strip([Segment("followers 1,204", STYLES[0]), Segment(" " * 25, STYLES[0])])])
    twins.paint()
    twins.set(2, 0, [Strip([Segment("followers 1,205", STYLES[0]), Segment(" " * 25, STYLES[0])])])
    assert twins.paint() == "\x1b[3;15H\x1b[38;2;213;218;230;48;2;21;24;31m5\x1b[m"


def test_an_emoji_that_terminals_measure_differently_moves_nothing_behind_it() -> None:
    twins = Twins(20, 2, "truecolor")
    twins.set(0, 0, [Strip([Segment("a\N{GRINNING FACE}b", STYLES[7]), Segment(" " * 16)])])
    assert "\N{GRINNING FACE}\x1b[4Gb" in twins.paint()


def test_joined_emoji_are_one_piece() -> None:
    twins = Twins(20, 2, "truecolor")
    family = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"
    twins.set(0, 0, [Strip([Segment(family), Segment("b" + " " * 17)])])
    assert family + "\x1b[3Gb" in twins.paint()


def test_a_link_is_opened_once_and_closed() -> None:
    twins = Twins(20, 2, "truecolor")
    twins.set(0, 0, [Strip([Segment("example.org", Style(link="https://example.org")), Segment(" " * 9)])])
    text = twins.paint()
    assert text.count("\x1b]8;") == 2
    assert "https://example.org\x1b\\" in text
    assert "\x1b]8;;\x1b\\" in text


def test_blanks_keep_the_pen_and_letters_change_only_what_differs() -> None:
    grey = ink_of(STYLES[0], ColorSystem.TRUECOLOR)
    bold = ink_of(STYLES[1], ColorSystem.TRUECOLOR)
    assert on_blank(grey) is on_blank(bold)
    assert change(grey, bold) == "\x1b[1;38;2;240;176;131m"
    assert change(bold, PLAIN) == "\x1b[m"
    assert change(Ink(frozenset({"1", "2"})), Ink(frozenset({"2"}))) == "\x1b[0;2m"


def test_a_terminal_that_does_not_erase_in_colour_gets_blanks() -> None:
    ground = Style(bgcolor="#2a3142")
    for term, erases in (("xterm-256color", True), ("screen", False), ("tmux-256color", False)):
        twins = Twins(60, 2, "truecolor", term)
        twins.set(0, 0, [Strip([Segment("a" + " " * 59, STYLES[0])])])
        twins.set(1, 0, [Strip([Segment(" " * 60, STYLES[0])])])
        twins.paint()
        twins.set(0, 0, [Strip([Segment("a" + " " * 59, ground)])])
        assert ("\x1b[K" in twins.paint()) == erases
        twins.agree()


@pytest.mark.parametrize("emoji", [1, 2, 3])
@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("term", ["xterm-256color", "screen"])
def test_no_width_that_a_terminal_gives_an_emoji_or_a_vowel_sign_shifts_a_letter_or_leaves_one_behind(
    monkeypatch: pytest.MonkeyPatch, emoji: int, sign: int, term: str
) -> None:
    def width(char: str) -> int:
        return emoji if ord(char) > 0x1F000 else sign if char == "\u093e" else int(wcwidth(char))

    monkeypatch.setattr("pyte.screens.wcwidth", width)
    choose = random.Random(term)
    painter, screen = Painter(ColorSystem.TRUECOLOR, term), pyte.Screen(24, 1)
    painter.resize(24, 1)
    screen.reset_mode(7, private=True)
    stream = pyte.Stream(screen)
    words = ["\U0001f370", "\u0915\u093e", "\U0001f469\u200d\U0001f373", "ab", "cd ", "     ", "日", "x"]
    for _ in range(150):
        cells: list[tuple[str, Style]] = []
        while len(cells) < 24:
            word, style = choose.choice(words), choose.choice(STYLES[:4])
            size = Strip([Segment(word)]).cell_length
            if len(cells) + size <= 24:
                cells += (
                    [(char, style) for char in word] if word.isascii() else [(word, style), *[("", style)] * (size - 1)]
                )
        painter.take(0, 0, [Strip([Segment(text, style) for text, style in cells if text])])
        stream.feed(painter.frame())
        for x, (text, _) in enumerate(cells):
            seen = screen.buffer[0][x].data
            if text.isascii() and text:
                # A cell that a wider drawing lost its half to is the cluster's loss, never a letter's.
                assert seen == text, (x, cells)
            elif not text and seen not in ("", " "):
                assert (not seen.isascii() and seen != "日") or cells[x - 1][0] == "日", (x, cells)
