"""Empty states say what to do next."""

from __future__ import annotations

import pytest

from influtui.tui.actions import of
from influtui.tui.render.nobody import first_run, nothing_found
from influtui.tui.render.spans import Line, width_of


def _text(lines: list[Line]) -> str:
    return "\n".join("".join(span.text for span in line) for line in lines)


def test_a_first_run_offers_a_file_a_paste_a_platform_and_the_demo() -> None:
    text = _text(first_run())
    for way in (":creators import", ":creators add", ":discover bluesky", "influtui demo"):
        assert way in text
    assert all(width_of(line) <= 76 for line in first_run())


@pytest.mark.parametrize("lines", [first_run(), nothing_found("vegan", rejected=2, like="anna")])
def test_every_key_that_is_offered_does_something_here(lines: list[Line]) -> None:
    there = {key for action in of("discover") for key in action.keys}
    offered = [line[0].text.strip() for line in lines if line and line[0].role == "key"]
    assert offered
    assert all(key.replace("esc", "escape") in there for key in offered)


def test_each_reason_to_see_nobody_has_its_own_way_out() -> None:
    assert "X" not in _text(nothing_found("vegan"))
    assert "look among those rejected" in _text(nothing_found("vegan", rejected=1))
    assert "Everybody here is rejected" in _text(nothing_found("", rejected=4))
    assert "Nobody is like @anna" in _text(nothing_found("", like="anna"))


def test_what_was_searched_for_acts_on_nothing() -> None:
    assert "\x1b" not in _text(nothing_found("\x1b[2Jx"))
