"""Spans: cells that are as wide as they say, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from influtui.tui.render.spans import Span, beside, cell, clip, fit, merged, width_of, wrap, wrapped

TEXTS = st.text(max_size=60)


@given(TEXTS, st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_a_fitted_text_takes_exactly_its_width(text: str, width: int, align: str) -> None:
    assert cell_len(fit(cell(text), width, align)) == width  # type: ignore[arg-type]


@given(st.lists(TEXTS, max_size=6), st.integers(1, 60))
def test_a_clipped_line_is_never_wider_than_its_place(texts: list[str], width: int) -> None:
    assert width_of(clip(tuple(Span(cell(text)) for text in texts), width)) <= width


@given(TEXTS, TEXTS, st.integers(1, 80))
def test_two_lines_beside_each_other_fill_the_row(left: str, right: str, width: int) -> None:
    line = beside((Span(cell(left)),), (Span(cell(right)),), width)
    assert width_of(line) <= width
    if cell_len(cell(right)) < width:
        assert width_of(line) == width


@given(st.text(max_size=200), st.integers(2, 40))
def test_wrapping_keeps_every_visible_character(text: str, width: int) -> None:
    shown = cell(text)
    lines = list(wrap(shown, width))
    assert "".join("".join(lines).split()) == "".join(shown.split(" ")).replace(" ", "") or not shown.isascii()
    assert all(cell_len(line) <= width for line in lines) or not shown.isascii()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("👩\u200d👩\u200d👧 family", "👩 family"),
        ("👍🏽 ok", "👍 ok"),
        ("❤\ufe0f", "❤"),
        ("🇩🇪 Berlin", "⚐ Berlin"),
    ],
)
def test_what_terminals_measure_differently_is_folded_in_cells(written: str, shown: str) -> None:
    assert cell(written) == shown


def test_escape_sequences_and_bidi_controls_do_not_survive_a_cell() -> None:
    shown = cell("a\x1b]0;x\x07b\u202egpj.exe")
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\u202e" not in shown


def test_neighbours_of_one_role_become_one_piece() -> None:
    line = (Span("a"), Span("b"), Span("c", "dim"), Span("", "bad"), Span("d", "dim"))
    assert [span.text for span in merged(line)] == ["ab", "c", "d"]


def test_markup_in_outside_text_stays_text() -> None:
    (line,) = wrapped("[bold]x[/b] [@click=app.exit]y[/]", 80)
    assert line == (Span("[bold]x[/b] [@click=app.exit]y[/]", "text"),)
