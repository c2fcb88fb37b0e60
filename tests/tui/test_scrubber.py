"""The last door before the terminal."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from influtui.tui.scrubber import AsciiDrawing, Scrubber
from influtui.tui.widgets.strips import LINK

BLACK = Color(0, 0, 0)


@pytest.mark.parametrize("text", ["a\x1b[2Jb", "\x07", "\x9b1m", "x\u202ey", "\x00", "\u2066", "\x7f", "\ud800"])
def test_what_acts_becomes_a_blank_of_the_same_length(text: str) -> None:
    (segment,) = Scrubber().apply([Segment(text, Style(bold=True))], BLACK)
    assert len(segment.text) == len(text)
    assert all(char.isprintable() for char in segment.text)
    assert segment.style == Style(bold=True)


def test_marks_do_not_tower_over_the_lines_above() -> None:
    (segment,) = Scrubber().apply([Segment("e" + "\u0301" * 10_000 + "x")], BLACK)
    assert segment.text == "e" + "\u0301" * 4 + "x"


def test_clean_lines_go_through_untouched() -> None:
    segments = [Segment("naïve 李 👍"), Segment("ok")]
    assert Scrubber().apply(segments, BLACK) is segments


@pytest.mark.parametrize(
    ("address", "links"),
    [
        ("https://www.ups.com/track?tracknum=1Z", True),
        ("http://example.org/a_b~c", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://x\x1b]52;c;eA==\x07", False),
        ("https://exa mple.org", False),
        ("https://exämple.org", False),
    ],
)
def test_only_plain_web_addresses_become_links(address: str, links: bool) -> None:
    assert bool(LINK.fullmatch(address)) is links


def test_ascii_drawing_keeps_names_and_widths() -> None:
    (segment,) = AsciiDrawing().apply([Segment("José … “x” · 李 │")], BLACK)
    assert segment.text == 'José ~ "x" - 李 |'
