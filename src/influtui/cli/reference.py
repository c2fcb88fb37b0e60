"""The page `docs/reference/command-line.md`, made from the commands themselves.

`python -m influtui.cli.reference > docs/reference/command-line.md` writes it; a test fails when it is stale.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Final

import click

from influtui.cli.json_reference import section
from influtui.cli.main import influtui

PREFACE: Final = """\
# The command line

Made from the commands by `python -m influtui.cli.reference`; do not edit by hand.

`influtui [--workspace DIR] [--json] [--read-only] NOUN VERB …`. These three stand anywhere on the line. The workspace is
`--workspace`, else `INFLUTUI_WORKSPACE`, else the platform's folder for application data. Without a command the app opens.

- Output is for people by default. With `--json` it is one JSON document, or one object a line where the answer is a list;
  each object carries `"schema": "influtui.<noun>/1"`. Keys are added, never renamed without a new number. What they mean
  stands at the end of this page.
- Numbers are numbers, times RFC 3339 in UTC, money is `{"amount": "12.50", "currency": "USD"}`, unknown is `null`.
- Diagnostics go to standard error only. With `--json` an error is
  `{"schema": "influtui.error/1", "error": {"kind", "message", "hint", "at"}}`.
- What cannot be undone asks first; without a terminal it needs `--yes`, else nothing is done and the exit code is 2.

| exit code | means |
|---|---|
| 0 | done (an empty list is done) |
| 1 | failed |
| 2 | wrong usage: nothing was done |
| 3 | done in part: rejected rows, some items failed; the answer says which |
| 4 | needs configuration or credentials; the message names the command that supplies them |
| 130 | interrupted |
"""


def page() -> str:
    """The whole page."""
    return "\n".join([PREFACE, *_noun(influtui, "influtui"), *section()])


def _noun(group: click.Group, path: str) -> Iterator[str]:
    context = click.Context(group, info_name=path)
    for name in sorted(group.list_commands(context)):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        if isinstance(command, click.Group):
            yield f"## `{path} {name}`\n\n{_told(command)}\n"
            yield from _noun(command, f"{path} {name}")
        else:
            level = "##" if path == "influtui" else "###"
            yield f"{level} `{path} {name}`\n\n{_told(command)}\n"
            yield from _usage(command, context, f"{path} {name}")


def _told(command: click.Command) -> str:
    """A command's help: its paragraphs with their lines joined, but for those marked as they stand (examples)."""
    text = inspect.cleandoc(command.help or "").split("\f")[0]
    told = []
    for paragraph in text.strip().split("\n\n"):
        if paragraph.startswith("\b"):
            told.append(f"```sh\n{paragraph.removeprefix(chr(8)).strip()}\n```")
        elif paragraph.strip():
            told.append(_escaped(" ".join(paragraph.split())))
    return "\n\n".join(told)


def _usage(command: click.Command, parent: click.Context, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path.rpartition(" ")[2], parent=parent)
    pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
    yield f"```text\n{' '.join([path, *pieces])}\n```\n"
    options = [
        record
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option) and "--help" not in parameter.opts
        if (record := parameter.get_help_record(context)) is not None
    ]
    if options:
        yield "| option | means |\n|---|---|"
        yield from (f"| `{_cell(option)}` | {_cell(_escaped(means))} |" for option, means in options)
        yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _escaped(text: str) -> str:
    """Angle brackets outside code would be taken for HTML."""
    parts = text.split("`")
    return "`".join(part if number % 2 else part.replace("<", "&lt;") for number, part in enumerate(parts))


if __name__ == "__main__":
    print(page(), end="")
