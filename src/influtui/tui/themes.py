"""Themes: from a role to a style, read from `themes/*.toml`.

A theme gives each role an ink on three grounds: the pane, the bars and the row under the cursor. The 16-colour theme uses
the terminal's own palette, the monochrome one only bold, underline and reverse; what a colour says is always said by a
character as well.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec
from rich.color import ColorParseError
from rich.style import Style
from textual.theme import Theme as TextualTheme

from influtui.model import records
from influtui.model.failures import NeedsConfiguration
from influtui.services.themes import files
from influtui.tui.render.spans import ROLES, Role

Ground = Literal["pane", "bar", "cursor"]


class Ink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one role is written. Without `fg` the terminal's own colour."""

    fg: str | None = None
    bg: str | None = None
    bold: bool | None = None
    dim: bool | None = None
    underline: bool | None = None
    reverse: bool | None = None


class Theme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A theme file."""

    name: str
    dark: bool
    roles: dict[Role, Ink]
    pane: str | None = None
    bar: str | None = None
    cursor: str | None = None
    ansi: bool = False
    """Colours are names of the terminal's own palette: they are sent as they are."""

    def ground(self, ground: Ground) -> str | None:
        """The background of a place."""
        return {"pane": self.pane, "bar": self.bar, "cursor": self.cursor}[ground]


def for_textual(theme: Theme) -> TextualTheme:
    """The same colours for the widgets that Textual draws itself (the text editor)."""
    role = theme.roles
    accent, text = role["accent"].fg or "yellow", role["text"].fg
    return TextualTheme(
        name=theme.name,
        primary=accent,
        accent=accent,
        foreground=text,
        background=theme.pane,
        surface=theme.pane,
        panel=theme.bar,
        warning=role["warn"].fg,
        error=role["bad"].fg,
        success=role["good"].fg,
        dark=theme.dark,
        ansi=theme.ansi,
    )


class Palette:
    """A theme made ready: styles by role and ground."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._styles: dict[tuple[Role, Ground], Style] = {
            (role, ground): _style(theme, role, ground)
            for role in ROLES
            for ground in ("pane", "bar", "cursor")
        }  # fmt: skip

    def style(self, role: Role, ground: Ground = "pane") -> Style:
        """How a role is written on a ground."""
        return self._styles[role, ground]


def _style(theme: Theme, role: Role, ground: Ground) -> Style:
    ink = theme.roles.get(role, Ink())
    return Style(
        color=ink.fg,
        bgcolor=ink.bg or theme.ground(ground),
        bold=ink.bold,
        dim=ink.dim,
        underline=ink.underline,
        reverse=ink.reverse,
    )


def fitting(environment: Mapping[str, str], wanted: str | None = None) -> str:
    """The theme's name for a terminal: what was asked for, else what its colours allow."""
    if environment.get("NO_COLOR"):
        return "monochrome"
    if wanted:
        return wanted
    term = environment.get("TERM", "")
    if environment.get("COLORTERM") or "256color" in term or "direct" in term or "kitty" in term:
        return "dusk"
    if term.startswith(("vt", "dumb")) or term in ("", "unknown"):
        return "monochrome"
    return "sixteen"


@cache
def load(name: str) -> Palette:
    """The theme of that name: a user's own before a shipped one.

    Raises `NeedsConfiguration` naming those that exist, or the file and what is wrong in it.
    """
    path = files().get(name)
    if path is None:
        raise NeedsConfiguration(
            f"there is no theme “{name}”", hint=f"config.toml may say: theme = one of {', '.join(names())}."
        )
    try:
        theme = records.convert(tomllib.loads(path.read_text("utf-8")), Theme)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise NeedsConfiguration(
            f"the theme {name} is not right: {error}", hint="Mend the file.", at=str(path)
        ) from error
    try:
        return Palette(theme)
    except ColorParseError as error:
        raise NeedsConfiguration(
            f"the theme {name} is not right: {error}", hint="Write colours like #a3b0cc or bright_blue.", at=str(path)
        ) from error


def names() -> list[str]:
    """The names of all themes, a user's own among them."""
    return sorted(files())


def for_terminal(wanted: str | None) -> Palette:
    """The theme for the terminal this process runs in."""
    return load(fitting(os.environ, wanted))
