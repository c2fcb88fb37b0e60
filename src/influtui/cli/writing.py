"""Where the text of a message comes from: the command line, standard input, or an editor."""

from __future__ import annotations

import os
import sys

import click

from influtui.cli.frame import needs_the_screen
from influtui.model.failures import NeedsConfiguration, WrongUsage


def written(text: str | None, *, editor: bool = False, start: str = "", option: str = "--body") -> str | None:
    """The text that was given: `-` reads standard input; an editor starts with `start`. None where nothing was given."""
    if text is not None and editor:
        raise WrongUsage(f"{option} and --editor do not go together", hint="Use one of them.")
    if text == "-":
        return sys.stdin.buffer.read().decode("utf-8", "replace")
    if not editor:
        return text
    needs_the_screen(f"Use {option}.")
    if not (os.environ.get("VISUAL") or os.environ.get("EDITOR")):
        raise NeedsConfiguration("no editor is set", hint=f"Set EDITOR, for example EDITOR=nano, or use {option}.")
    changed = click.edit(start, extension=".txt", require_save=False)
    return start if changed is None else changed
