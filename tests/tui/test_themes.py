"""Themes: readable on every ground, and chosen by what a terminal can do."""

from __future__ import annotations

from itertools import product

import pytest
from rich.color import Color

from influtui.model.failures import NeedsConfiguration
from influtui.tui import themes
from influtui.tui.render.spans import ROLES

READABLE = 4.5
"""WCAG 2.2, 1.4.3: the contrast of text that everybody can read."""


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in Color.parse(colour).get_truecolor()]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["dusk", "paper"])
def test_every_ink_is_readable_on_every_ground(name: str) -> None:
    theme = themes.load(name).theme
    for role, ground in product(ROLES, ("pane", "bar")):
        ink = theme.roles[role]
        assert contrast(ink.fg or "", ink.bg or theme.ground(ground) or "") >= READABLE, (name, role, ground)
    assert contrast(theme.roles["selected"].fg or "", theme.cursor or "") >= READABLE


@pytest.mark.parametrize("name", themes.names())
def test_every_theme_names_every_role_and_shows_the_cursor(name: str) -> None:
    palette = themes.load(name)
    assert set(palette.theme.roles) == set(ROLES)
    assert palette.style("selected", "cursor") != palette.style("text", "pane")


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"TERM": "xterm-256color"}, "dusk"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "dusk"),
        ({"TERM": "xterm"}, "sixteen"),
        ({"TERM": "linux"}, "sixteen"),
        ({"TERM": "vt100"}, "monochrome"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "monochrome"),
    ],
)
def test_the_theme_follows_the_terminal(environment: dict[str, str], name: str) -> None:
    assert themes.fitting(environment) == name


def test_a_wanted_theme_stands_before_the_terminals_but_not_before_no_color() -> None:
    assert themes.fitting({"TERM": "xterm-256color"}, "paper") == "paper"
    assert themes.fitting({"TERM": "xterm-256color", "NO_COLOR": "1"}, "paper") == "monochrome"


def test_an_unknown_theme_is_refused_with_those_that_exist() -> None:
    with pytest.raises(NeedsConfiguration, match=r"\.\./\.\./secrets") as refused:
        themes.load("../../secrets")
    assert "dusk" in (refused.value.hint or "")
