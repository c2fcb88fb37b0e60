"""The command line's nouns. A noun's module is imported only when its command is called."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Final

import click

from influtui import __version__
from influtui.cli import frame
from influtui.cli.verbs import HELP, with_help

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
        return with_help(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _everywhere(name: str, metavar: str | None, told: str) -> click.Option:
    """An option of the whole line, for the help and for completion: the frame has taken it out before click looks."""
    return click.Option([name], metavar=metavar, is_flag=metavar is None or None, expose_value=False, help=told)


EVERYWHERE: Final = (
    _everywhere("--workspace", "DIR", "The folder to work in; else INFLUTUI_WORKSPACE, else your data folder."),
    _everywhere("--json", None, "Write for programs: one object a line, or one document."),
    _everywhere("--read-only", None, "Refuse every change."),
    _everywhere("--safe-mode", None, "Only the plugins that came with influtui."),
    _everywhere("--no-plugin", "ID", "Do without a plugin; may be repeated."),
    _everywhere("--theme", "NAME", "Of the app: `influtui theme list` shows them."),
    _everywhere("--ascii", None, "Of the app: draw without box characters."),
    _everywhere("--no-mouse", None, "Of the app: leave the mouse to the terminal."),
)
"""All but the three of the app may stand anywhere on the line."""


@click.group(
    cls=Nouns, no_args_is_help=True, params=list(EVERYWHERE), context_settings={"help_option_names": list(HELP)}
)
@click.version_option(__version__, prog_name="influtui", message="%(prog)s %(version)s")
def influtui() -> None:
    """Run an influencer campaign from the terminal: find creators, write to them, ship, measure, pay.

    Without a command the app opens. `influtui NOUN --help` says what a noun can do, `influtui NOUN VERB --help` shows
    examples.
    """


def main(argv: Sequence[str]) -> int:
    """Run the command line and return the exit code. `help NOUN VERB` asks for what `NOUN VERB --help` does."""
    words = [*argv[1:], "--help"] if argv[:1] == ["help"] else argv
    return frame.run(influtui, words)
