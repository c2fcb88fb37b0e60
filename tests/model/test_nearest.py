"""The nearest of some known names to one that was mistyped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.nearest import nearest

KNOWN = ("country", "language", "topics", "tags")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("contry", "country"), ("LANGUAGE", "language"), ("lang", "language"), ("zebra", None), ("", None)],
)
def test_a_mistyped_name_is_understood_and_a_wild_one_is_not(word: str, meant: str | None) -> None:
    assert nearest(word, KNOWN) == meant


@given(st.text())
def test_what_is_offered_is_always_a_known_name(word: str) -> None:
    assert nearest(word, KNOWN) in (None, *KNOWN)
