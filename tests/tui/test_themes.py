"""Themes: readable on every ground, and chosen by what a terminal can do."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from rich.color import Color

from influtui.model.failures import NeedsConfiguration
from influtui.services.themes import own_folder
from influtui.tui import themes
from influtui.tui.render.spans import ROLES

ROOT = Path(__file__).parents[2]
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


@pytest.mark.parametrize("name", [name for name in themes.names() if not themes.load(name).theme.ansi])
def test_every_ink_is_readable_on_every_ground(name: str) -> None:
    theme = themes.load(name).theme
    grounds: tuple[themes.Ground, ...] = ("pane", "bar", "cursor")
    for role, ground in product(ROLES, grounds):
        ink = theme.roles[role]
        assert contrast(ink.fg or "", ink.bg or theme.ground(ground) or "") >= READABLE, (name, role, ground)


def test_high_contrast_is_higher_than_that() -> None:
    theme = themes.load("contrast").theme
    for role in ROLES:
        ink = theme.roles[role]
        assert contrast(ink.fg or "", ink.bg or theme.pane or "") >= 7, role


def test_monochrome_says_nothing_in_colour() -> None:
    assert not [role for role, ink in themes.load("monochrome").theme.roles.items() if ink.fg or ink.bg]


def test_sixteen_colours_are_the_terminals_own() -> None:
    inks = themes.load("sixteen").theme.roles.values()
    assert all(Color.parse(colour).type.name == "STANDARD" for ink in inks for colour in (ink.fg, ink.bg) if colour)


def own_theme(text: str) -> None:
    """A theme of the user's own, called mine."""
    own_folder().mkdir(parents=True)
    (own_folder() / "mine.toml").write_text(text, "utf-8")


def test_a_users_own_theme_is_found(request: pytest.FixtureRequest) -> None:
    request.addfinalizer(themes.load.cache_clear)
    own_theme(
        (ROOT / "themes" / "dusk.toml")
        .read_text("utf-8")
        .replace('name = "dusk"', 'name = "mine"')
        .replace("#15181f", "#101010")
    )
    assert "mine" in themes.names()
    assert themes.load("mine").theme.pane == "#101010"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not right"),
        ('name = "mine"\ndark = true\n[roles]\nhaeding = { fg = "#ffffff" }\n', "haeding"),
        ('name = "mine"\ndark = true\n[roles]\ntext = { fg = "#nothex" }\n', "#nothex"),
    ],
)
def test_a_theme_with_a_mistake_is_refused_with_the_place(text: str, said: str) -> None:
    own_theme(text)
    with pytest.raises(NeedsConfiguration, match=said) as refused:
        themes.load("mine")
    assert (refused.value.at or "").endswith("mine.toml")


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
