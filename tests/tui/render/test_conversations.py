"""A conversation as it is read."""

from __future__ import annotations

from influtui.tui.render.conversations import body
from influtui.tui.render.spans import Look

LOOK = Look(0)


def _lines(text: str) -> list[str]:
    return ["".join(span.text for span in line) for line in body(text, 60, LOOK)]


def test_quoted_text_is_folded_and_counted() -> None:
    text = "Yes!\n\nOn Mon, 2 Nov 2026, Una wrote:\n> Hello\n> again\n\nBest\n> end"
    assert _lines(text) == ["Yes!", "", "▏ 3 quoted lines", "", "Best", "▏ 1 quoted line"]


def test_long_lines_wrap_and_outside_controls_go() -> None:
    lines = _lines("word " * 30 + "\x1b[2J\u202eend")
    assert all(len(line) <= 60 for line in lines)
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)
