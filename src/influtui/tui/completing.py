"""How a line of the command line can go on: nouns, verbs, options, and the values that they take.

It walks the tree of commands that was handed over and knows by each parameter's name for a value (`REF`, `CAMPAIGN`,
`QUERY`) what can stand there. A plain function of the line and of what is known; looking that up is the caller's.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import click

from influtui.model import campaign_qualifiers, conversation_qualifiers, plugin_qualifiers, shipment_qualifiers
from influtui.model.qualifiers import CREATORS, Table
from influtui.model.query_completion import complete as complete_query
from influtui.model.shipping import STATES
from influtui.tui.widgets.prompt import Ways

MOST_FILES: Final = 200
_TABLES: Final[dict[str, Table]] = {
    "inbox": conversation_qualifiers.CONVERSATIONS,
    "outbox": conversation_qualifiers.OUTBOX,
    "ship": shipment_qualifiers.SHIPMENTS,
    "collab": campaign_qualifiers.COLLABORATIONS,
    "post": campaign_qualifiers.POSTS,
    "campaign": campaign_qualifiers.CAMPAIGNS,
    "brand": campaign_qualifiers.BRANDS,
    "product": campaign_qualifiers.PRODUCTS,
    "plugin": plugin_qualifiers.PLUGINS,
}
"""The search language of each noun; creators everywhere else."""


class Known(NamedTuple):
    """What there is to name."""

    refs: Sequence[str] = ()
    campaigns: Sequence[str] = ()
    templates: Sequence[str] = ()
    sources: Sequence[str] = ()
    panes: Sequence[str] = ()
    """Words that go to a pane when they stand alone."""
    actions: Sequence[str] = ()
    """Words that `do` takes."""


def complete(root: click.Command, text: str, caret: int, known: Known) -> Ways:
    """The ways to go on at the caret."""
    before = text[:caret]
    start = _start_of_word(before)
    word = before[start:]
    words = _split(before[:start])
    if words[:1] == ["do"]:
        return _beginning(start, word, known.actions if len(words) == 1 else ())
    command, rest = _walk(root, words)
    if isinstance(command, click.Group):
        names = command.list_commands(click.Context(command))
        return _beginning(start, word, [*dict.fromkeys([*names, "do", *known.panes])] if command is root else names)
    expecting = _option(command, rest[-1]) if rest else None
    if expecting is not None and not _is_flag(expecting):
        return _values([expecting], words, start, word, known)
    if word.startswith("-"):
        options = [name for each in command.params if isinstance(each, click.Option) for name in each.opts]
        found = _beginning(start, word, sorted(name for name in options if name.startswith("--")))
        if found.words:
            return found
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    return _values(_still_open(arguments, command, rest), words, start, word, known)


def verbs(root: click.Group, before: str = "") -> Iterator[str]:
    """Every command that stands below a noun, `outbox approve`. The module of each noun is imported."""
    context = click.Context(root)
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        if command is None or command.hidden:
            continue
        path = f"{before} {name}".strip()
        if before:
            yield path
        if isinstance(command, click.Group):
            yield from verbs(command, path)


def _start_of_word(before: str) -> int:
    """Where the word at the end begins; quotes hold it together."""
    start, quote = 0, ""
    for at, character in enumerate(before):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == " ":
            start = at + 1
    return start


def _split(text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    return words[1:] if words[:1] == ["influtui"] else words


def _walk(root: click.Command, words: Sequence[str]) -> tuple[click.Command, list[str]]:
    """Down the tree as far as the words lead, and the words that are left."""
    command, rest = root, list(words)
    while rest and isinstance(command, click.Group):
        found = command.get_command(click.Context(command), rest[0])
        if found is None:
            return click.Command("unknown"), rest
        command = found
        del rest[0]
    return command, rest


def _option(command: click.Command, word: str) -> click.Option | None:
    return next((each for each in command.params if isinstance(each, click.Option) and word in each.opts), None)


def _is_flag(option: click.Option) -> bool:
    return option.is_flag or option.count


def _still_open(
    arguments: Sequence[click.Argument], command: click.Command, rest: Sequence[str]
) -> Sequence[click.Argument]:
    """The arguments that the next word can be of: those filled already are past."""
    given, skip = 0, False
    for word in rest:
        option = _option(command, word)
        given += not skip and option is None
        skip = not skip and option is not None and not _is_flag(option)
    for at, each in enumerate(arguments):
        if each.nargs == -1 or given < each.nargs:
            return arguments[at : at + 1]
        given -= each.nargs
    return ()


def _values(parameters: Sequence[click.Parameter], words: Sequence[str], start: int, word: str, known: Known) -> Ways:
    for each in parameters:
        if isinstance(each.type, click.Choice):
            return _beginning(start, word, [str(choice) for choice in each.type.choices])
        said = f"{getattr(each, 'metavar', None) or ''} {each.name} {' '.join(each.opts)}".casefold()
        if isinstance(each.type, click.Path) or "file" in said:
            return files(start, word)
        if each.name == "source" and isinstance(each, click.Argument):
            return _beginning(start, word, known.sources)
        if each.name == "state" and isinstance(each, click.Argument):
            return _beginning(start, word, STATES)
        if "campaign" in said and "query" not in said and "ref" not in said:
            return _beginning(start, word, known.campaigns)
        if "--template" in said:
            return _beginning(start, word, known.templates)
        found: list[str] = []
        if "ref" in said or said.split()[0] in ("number|#id", "id"):
            found += [ref for ref in ("%", *known.refs) if ref.casefold().startswith(word.casefold())]
        if "campaign" in said:
            found += [code for code in known.campaigns if code.casefold().startswith(word.casefold())]
        if "query" in said:
            offered = complete_query(word, len(word), _TABLES.get(words[0] if words else "", CREATORS))
            found += [word[: way.start] + way.text for way in offered]
        if found:
            return Ways(start, tuple(dict.fromkeys(found)))
    return Ways(start)


def _beginning(start: int, word: str, words: Sequence[str]) -> Ways:
    """Those that begin with what was typed; else those that hold it."""
    typed = word.casefold()
    found = [each for each in words if each.casefold().startswith(typed)]
    return Ways(start, tuple(found or [each for each in words if typed in each.casefold()]))


def files(start: int, word: str) -> Ways:
    """Names of files; a folder ends with the stroke that leads into it."""
    folder, typed = os.path.split(word)
    try:
        entries = sorted(os.scandir(Path(folder or ".").expanduser()), key=lambda entry: entry.name)
    except OSError:
        return Ways(start)
    found = [
        f"{word[: len(word) - len(typed)]}{entry.name}{'/' if entry.is_dir() else ''}"
        for entry in entries[: MOST_FILES * 10]
        if entry.name.startswith(typed) and (typed or not entry.name.startswith("."))
    ]
    return Ways(start, tuple(shlex.quote(name) if " " in name else name for name in found[:MOST_FILES]))
