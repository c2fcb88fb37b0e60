"""Sheets in the user's own editor: which program that is, where a sheet lies meanwhile, and how a mistake goes back.

Running the program is left to who has the terminal: the command line waits for it, the app gives the screen away first.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Final

from influtui.model.failures import Failure, NeedsConfiguration, WrongUsage

SHEET: Final = "edit.toml"
"""Where the sheet lies while it is in an editor, and where it stays when it was not applied."""

EARLIER: Final = "edit-earlier.toml"
"""Where a sheet that was not applied goes when the next one is opened."""

MOST_IN_EDITOR: Final = 2_000


def program() -> list[str]:
    """The words of $VISUAL or $EDITOR. Raises `NeedsConfiguration` where neither is set or can be read."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    try:
        words = shlex.split(named or "")
    except ValueError as error:
        raise NeedsConfiguration(
            f"the editor “{named}” cannot be read as words: {error}", hint="Mend EDITOR."
        ) from error
    if not words:
        raise NeedsConfiguration("no editor is set", hint="Set EDITOR, for example EDITOR=nano.")
    return words


def few_enough(rows: int) -> None:
    """Raise `WrongUsage` for more rows than anybody edits by hand."""
    if rows > MOST_IN_EDITOR:
        raise WrongUsage(
            f"{rows:,} creators are too many for an editor", hint=f"Narrow down to {MOST_IN_EDITOR:,}, or use --set."
        )


def put_aside(path: Path) -> None:
    """Keep a sheet that was not applied, before another one takes its place."""
    if path.exists():
        path.replace(path.with_name(EARLIER))


def write(path: Path, text: str) -> None:
    """Write a sheet that nobody else may read."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, "utf-8")


def read(path: Path) -> str:
    """What the editor saved. Raises `Failure` for what is no text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Failure(f"what the editor saved is not UTF-8: {error}", hint=f"The sheet is in {path}.") from error


def refused(words: list[str], error: OSError) -> NeedsConfiguration:
    """An editor that does not start."""
    return NeedsConfiguration(f"the editor “{shlex.join(words)}” does not start: {error}", hint="Mend EDITOR.")


def failed(exit_code: int, path: Path) -> Failure:
    """An editor that did not end well: what it left is not believed, and not thrown away."""
    return Failure(f"the editor ended with {exit_code}: nothing was changed", hint=f"The sheet is in {path}.")


def with_message(text: str, wrong: WrongUsage) -> str:
    """The sheet with what is wrong on top, in place of what was wrong before."""
    return "\n".join([f"#! {' '.join(wrong.message.split())}", *unmarked(text)]) + "\n"


def unmarked(text: str) -> list[str]:
    """The lines of a sheet without what was said to be wrong: the same lines again mean that nobody is mending them."""
    return [line for line in text.splitlines() if not line.startswith("#! ")]
