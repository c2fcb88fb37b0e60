"""Query words on a command line: `-topic:gambling` is a negated qualifier there, not an option."""

from __future__ import annotations

import re
from typing import Any, Final

import click

QUERY_WORDS: Final[dict[str, Any]] = {"ignore_unknown_options": True}
"""The context settings of a command that takes QUERY words."""

_NEGATED: Final = re.compile(r"-(?:[\w(\"]|$)[^=]*", re.UNICODE)


def query_words(context: click.Context, parameter: click.Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words, once what looks like a mistyped option among them is refused.

    A word with one dash is query text where it reads as a negated word or qualifier (`-topic:x`, `-vegan`); a word with
    two dashes never is.
    """
    for word in words:
        if word.startswith("--") and word != "--":
            raise click.NoSuchOption(word, ctx=context)
        if word.startswith("-") and not (":" in word or _NEGATED.fullmatch(word)):
            raise click.NoSuchOption(word, ctx=context)
    return words
