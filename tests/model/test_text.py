"""Outside text, made safe to show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.text import BIDI_SHOWN, MARKS_IN_A_ROW, from_outside, safe

ANYTHING = st.text(st.characters(), max_size=80)
NASTY = st.text(
    st.sampled_from(
        "ab é字\x00\x07\x1b\x7f\x85\x9b\u061c\u200b\u200f\u2028\u202e\u2066\u0301\ufeff\U000e0041\ud800\r\n\t"
    ),
    max_size=40,
)
FORBIDDEN = {"Cc", "Cs", "Zl", "Zp"}


@given(ANYTHING | NASTY)
def test_nothing_that_acts_on_a_terminal_survives(text: str) -> None:
    shown = safe(text)
    assert not {unicodedata.category(char) for char in shown} & FORBIDDEN
    assert not set(shown) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(ANYTHING | NASTY)
def test_making_safe_twice_changes_nothing(text: str) -> None:
    assert safe(safe(text)) == safe(text)
    assert safe(safe(text, lines=True), lines=True) == safe(text, lines=True)


@given(NASTY)
def test_lines_keep_line_ends_and_nothing_else_that_acts(text: str) -> None:
    shown = safe(text, lines=True)
    assert not {unicodedata.category(char) for char in shown.replace("\n", "")} & FORBIDDEN


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "Łódź, größer",
        "naïve café",
        "日本語のメイク",
        "한국어",
        "العربية",
        "हिन्दी",
        "ไทย",
        "👩‍👩‍👧 family",
        "Tiếng Việt",
    ],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_a_clipboard_write_becomes_words() -> None:
    assert safe("\x1b]52;c;ZXZpbA==\x07hi") == "]52;c;ZXZpbA== hi"


def test_an_override_is_shown_not_obeyed() -> None:
    assert safe("a\u202egnp.exe") == f"a{BIDI_SHOWN}gnp.exe"


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\U000e0041", "\u180e"])
def test_what_cannot_be_seen_makes_no_difference(hidden: str) -> None:
    """Defence: two names that look the same are the same on the screen."""
    assert safe(f"an{hidden}na") == "anna"


def test_ten_thousand_combining_marks_are_cut() -> None:
    assert safe("a" + "\u0335" * 10_000) == "a" + "\u0335" * MARKS_IN_A_ROW


@given(NASTY)
def test_what_is_stored_can_be_stored_anywhere(text: str) -> None:
    kept = from_outside(text)
    assert "\x00" not in kept
    assert kept.encode("utf-8").decode("utf-8") == kept


def test_storing_keeps_what_only_looks_dangerous() -> None:
    text = "\x1b[31mred\x1b[0m \u202etxt"
    assert from_outside(text) == text
