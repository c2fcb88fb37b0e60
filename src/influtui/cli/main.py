"""The command line's nouns. A noun's module is imported only when its command is called."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Final

import click

from influtui import __version__
from influtui.cli import frame

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "account": ("account", "The mailboxes to write from."),
    "brand": ("brand", "Brands: where they ship, what they stand for."),
    "campaign": ("campaign", "Campaigns: make, choose, pick people, write to them."),
    "collab": ("collab", "One person in one campaign: state, terms, history."),
    "completion": ("completion", "Print the completion script for bash, zsh or fish."),
    "creators": ("creators", "Find, add, edit, import and export creators."),
    "inbox": ("inbox", "Conversations: who waits for us, answering, noting what was said elsewhere."),
    "outbox": ("outbox", "What has not gone, why, and what to do about it."),
    "post": ("post", "What went live, and what was counted of it."),
    "product": ("product", "Products: what they cost and declare."),
    "results": ("results", "What a campaign cost and what it brought."),
    "search": ("search", "Searches with a name: save, list, show, delete; queries for a search engine."),
    "sequence": ("sequence", "Letters in an order, with follow-ups, and who is in them."),
    "secret": ("secret", "Keep a mailbox's password or a plugin's key."),
    "suppress": ("suppress", "Who must not be written to."),
    "template": ("template", "The letters that campaigns write from."),
    "demo": ("demo", "Make a complete workspace with invented people, and open it."),
    "discover": ("discover", 'Find creators through a source: `discover bluesky "vegan baking"`.'),
    "plugin": ("plugin", "Installed plugins: what they offer and how they stand."),
    "ship": ("ship", "Recognise tracking numbers, record parcels and what happens to them."),
    "theme": ("theme", "The colours of the app."),
    "today": ("today", "What waits for you now, by what a day's delay costs."),
    "worker": ("worker", "What happens by itself: sequences and sending."),
    "undo": ("journal", "Take back your latest change."),
    "redo": ("journal", "Put back what you took back last."),
    "journal": ("journal", "Who changed what, and when."),
    "backup": ("upkeep", "Copy the database to a file."),
    "restore": ("upkeep", "Put a snapshot or a backup in the database's place."),
    "doctor": ("upkeep", "Look for what is wrong, and say what to do."),
    "config": ("config", "Read and change the workspace's settings."),
}
"""Command name -> (module below `influtui.cli` whose attribute of that name is the command, one line of help)."""


class Nouns(click.Group):
    """A group whose commands live in modules that are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"influtui.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=Nouns, invoke_without_command=False, no_args_is_help=True)
@click.version_option(__version__, prog_name="influtui", message="%(prog)s %(version)s")
def influtui() -> None:
    """Run an influencer campaign from the terminal: find creators, write to them, ship, measure, pay.

    Without a command the app opens. `--workspace DIR`, `--json` and `--read-only` may stand anywhere, `--safe-mode` (only
    the plugins that came with influtui) and `--no-plugin ID` too.
    """


def main(argv: Sequence[str]) -> int:
    """Run the command line and return the exit code."""
    return frame.run(influtui, argv)
