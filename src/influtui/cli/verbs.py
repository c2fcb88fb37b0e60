"""Nouns: groups of verbs whose help says each verb in a whole sentence, and those whose verbs live in modules of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import click

HELP: Final = ("-h", "--help")


def with_help(command: click.Command) -> click.Command:
    """A command that both words of help are an option of, whoever is the first to look at it.

    Click keeps a command's help option as the first context knew it; one that completion or a page of the reference made
    knows only `--help`.
    """
    command.get_help_option(click.Context(command, help_option_names=list(HELP)))
    return command


class Noun(click.Group):
    """A group whose list of commands is cut nowhere: each with its first sentence, without the example behind it."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        return command and with_help(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary(each)) for name, each in commands if each and not each.hidden])


def summary(command: click.Command) -> str:
    """What a command does, in a sentence."""
    first = " ".join((command.help or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.]) (?=[A-Z`])|: `", first)[0]
    return sentence if sentence.endswith(".") else f"{sentence}."


class Verbs(Noun):
    """A group made of a table: verb -> (module below `influtui.cli`, the command's name in it, one line of help)."""

    def __init__(self, *args: Any, verbs: Mapping[str, tuple[str, str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self._verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._verbs:
            return None
        module, attribute, _ = self._verbs[cmd_name]
        command: click.Command = getattr(import_module(f"influtui.cli.{module}"), attribute)
        return with_help(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, help_line) for verb, (_, _, help_line) in self._verbs.items()])
