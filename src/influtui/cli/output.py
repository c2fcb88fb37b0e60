"""What the command line writes: data to standard output, everything else to standard error.

For people: safe text and plain tables. With `--json`: one document, or one object a line. A closed pipe ends quietly.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

import click
import msgspec

from influtui.model.failures import Failure
from influtui.model.text import SafeText, safe

T = TypeVar("T")

# JSON leaves these as they are, but a terminal would act on them; as \uXXXX they are the same text. They can only stand
# inside strings, so replacing them anywhere in a document is right.
_ACTING: Final = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

# Text composed of safe parts keeps its blanks (indents, columns); whatever still holds one of these is made safe whole.
_UNSAFE: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]|[\u0300-\u036f]{5}"
)


def json_line(document: Any) -> str:
    """A document as one line of JSON that is harmless on a terminal and the same data to a program."""
    text = msgspec.json.encode(document).decode()
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Output:
    """Where a command writes to. `json` chooses the form."""

    def __init__(self, *, json: bool) -> None:
        self.json = json

    def data(self, document: Any) -> None:
        """One JSON object on its own line (only with `--json`)."""
        click.echo(json_line(document))

    def listed(self, found: Sequence[T], none: str, document: Callable[[T], Any] | None = None) -> bool:
        """A list: an object a line for programs, `none` where there is nothing. True where rows are left to show to a person."""
        if self.json:
            for each in found:
                self.data(each if document is None else document(each))
            return False
        if not found:
            self.note(none)
        return bool(found)

    def say(self, text: str) -> None:
        """A line for a person, on standard output. Made safe here once more, whatever came in."""
        click.echo(_shown(text))

    def note(self, text: str) -> None:
        """A line of narration, on standard error."""
        click.echo(_shown(text), err=True)

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[SafeText]],
        *,
        right: Iterable[int] = (),
        whole: Iterable[int] = (),
        spare: Sequence[int] = (),
        below: bool = False,
    ) -> None:
        """Rows in aligned columns; those numbered in `right` are set right.

        On a narrow terminal the columns numbered in `spare` are left out first, in that order, then wide cells are cut, but
        for those in `whole`. With `below` the last column is a sentence, which stands under its row where there is no room
        beside it.
        """
        from influtui.cli.tables import lines

        for line in lines(
            headings, list(rows), right=frozenset(right), whole=frozenset(whole), spare=spare, below=below
        ):
            click.echo(line)

    def error(self, failure: Failure) -> None:
        """A failure, on standard error: a sentence and what to do, or the contract's JSON object."""
        if self.json:
            error = {"kind": failure.kind, "message": failure.message, "hint": failure.hint, "at": failure.at}
            click.echo(json_line({"schema": "influtui.error/1", "error": error}), err=True)
            return
        where = f" ({failure.at})" if failure.at else ""
        click.echo(safe(f"influtui: {failure.message}{where}"), err=True)
        if failure.hint:
            click.echo(safe(f"  {failure.hint}"), err=True)


def _shown(text: str) -> str:
    return safe(text, lines=True) if _UNSAFE.search(text) else text


def stdout_is_terminal() -> bool:
    """Whether a person is looking at standard output."""
    return sys.stdout.isatty()
