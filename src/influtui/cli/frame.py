"""The frame every command stands in: global options anywhere on the line, the workspace opened, errors turned to exit codes."""

from __future__ import annotations

import asyncio
import functools
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec

import click

from influtui.cli.attending import ATTENDANT
from influtui.cli.output import Output
from influtui.model.failures import Failure, NeedsConfirmation, WrongUsage
from influtui.model.nearest import nearest
from influtui.secrets.asking import ASK
from influtui.services.workspace import PluginChoice, Workspace, default_folder, opened

P = ParamSpec("P")

DONE_IN_PART: Final = 3
INTERRUPTED: Final = 130
FAILED: Final = 1
USAGE: Final = 2


@dataclass(frozen=True)
class Session:
    """What the global options say: where the workspace is, how to write, what is allowed."""

    folder: Path
    json: bool = False
    read_only: bool = False
    plugins: PluginChoice = field(default_factory=PluginChoice)

    @property
    def out(self) -> Output:
        """Where to write."""
        return Output(json=self.json)


class Global:
    """The global options taken out of a command line, wherever they stood."""

    @staticmethod
    def take(argv: Sequence[str]) -> tuple[Session, list[str]]:
        """Split a command line into the session that its global options ask for and the remaining words.

        Raises `WrongUsage` when `--workspace` has no value. Words after `--` are left alone.
        """
        session = Session(default_folder())
        rest: list[str] = []
        words = iter(argv)
        for word in words:
            if word == "--":
                rest += ["--", *words]
            elif word == "--json":
                session = replace(session, json=True)
            elif word == "--read-only":
                session = replace(session, read_only=True)
            elif word == "--safe-mode":
                session = replace(session, plugins=replace(session.plugins, safe_mode=True))
            elif word == "--no-plugin" or word.startswith("--no-plugin="):
                id_ = word.partition("=")[2] or next(words, None)
                if not id_:
                    raise WrongUsage("--no-plugin needs a plugin's id", hint="influtui --no-plugin ID …")
                without = session.plugins.without | {id_}
                session = replace(session, plugins=replace(session.plugins, without=without))
            elif word == "--workspace":
                folder = next(words, None)
                if folder is None:
                    raise WrongUsage("--workspace needs a folder", hint="influtui --workspace DIR …")
                session = replace(session, folder=Path(folder))
            elif word.startswith("--workspace="):
                session = replace(session, folder=Path(word.partition("=")[2]))
            else:
                rest.append(word)
        return session, rest


def with_workspace(
    command: Callable[Concatenate[Workspace, Output, P], Awaitable[int | None]],
) -> Callable[P, int]:
    """Make an async function `(workspace, out, …options)` a click callback. Its return value is the exit code (None: 0)."""

    @functools.wraps(command)
    def callback(*args: P.args, **kwargs: P.kwargs) -> int:
        session = click.get_current_context().ensure_object(Session)

        async def inside() -> int:
            _can_be_stopped()
            _can_be_asked()
            async with opened(
                session.folder, read_only=session.read_only, plugins=session.plugins, alone_when_full=True
            ) as workspace:
                return await command(workspace, session.out, *args, **kwargs) or 0

        return asyncio.run(inside())

    # click reads the parameters from the wrapper; the two first ones are ours.
    del callback.__wrapped__
    return callback


def _can_be_stopped() -> None:
    """Tell who runs this line how to end it: as an interrupt does, so that what was begun is rolled back."""
    attendant, task = ATTENDANT.get(), asyncio.current_task()
    if attendant is not None and task is not None:
        loop = asyncio.get_running_loop()
        attendant.began(lambda: _from_any_thread(loop, task))


def _can_be_asked() -> None:
    """Let a passphrase be asked for, where a person sits at a terminal that is not the app's."""
    if ATTENDANT.get() is None and sys.stdin.isatty():
        ASK.set(_asked_here)


async def _asked_here(question: str) -> str:
    return str(click.prompt(question, hide_input=True, err=True))


def _from_any_thread(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> None:
    with suppress(RuntimeError):  # The loop is closed when the line has ended by itself.
        loop.call_soon_threadsafe(task.cancel)


def needs_the_screen(instead: str) -> None:
    """Refuse what would draw on the terminal (an editor) where the app has it. `instead` says what to do."""
    if ATTENDANT.get() is not None:
        raise WrongUsage("the app has the screen, so no editor can be opened from here", hint=instead)


def confirmed(question: str, *, yes: bool, because: str = "This cannot be undone.") -> None:
    """Ask before what `undo` does not take back. Without a terminal and without `--yes` nothing is done (exit 2)."""
    if yes:
        return
    attendant = ATTENDANT.get()
    if attendant is not None:
        if not attendant.asks(f"{question} {because}"):
            raise NeedsConfirmation("Nothing was done.")
        return
    if not sys.stdin.isatty():
        raise NeedsConfirmation(f"{question} {because}", hint="Say so with --yes.")
    if not click.confirm(f"{question} {because} Go on?", err=True):
        raise NeedsConfirmation("Nothing was done.")


def run(group: click.Command, argv: Sequence[str], *, name: str = "influtui") -> int:
    """Run the command line `argv` and return its exit code. Never raises, never prints a traceback for a known failure."""
    out = Output(json="--json" in argv)
    try:
        session, rest = Global.take(argv)
        out = session.out
        result: Any = group.main(rest, prog_name=name, standalone_mode=False, obj=session)
        sys.stdout.flush()
    except Failure as failure:
        out.error(failure)
        return failure.exit_code
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        # What a noun can do is no error message; with --json it is one all the same.
        if out.json:
            path = error.ctx.command_path
            out.error(WrongUsage(f"{path} needs a command", hint=f"`{path} --help` names them."))
        else:
            click.echo(error.ctx.get_help(), err=True)
        return USAGE
    except click.UsageError as error:
        out.error(_wrong(error, name))
        return USAGE
    except click.ClickException as error:
        out.error(Failure(error.format_message()))
        return FAILED
    except BrokenPipeError:
        # `| head` has seen enough. Point standard output elsewhere, or the interpreter complains while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit:
        # click leaves by itself, with 1, when the pipe closes under a command: nobody reads any more, which is no failure.
        return 0
    except (KeyboardInterrupt, click.Abort, asyncio.CancelledError):
        out.note("Interrupted.")
        return INTERRUPTED
    return result if isinstance(result, int) else 0


SAME_VERB: Final = (
    ("list", "search", "find", "ls", "all"),
    ("new", "add", "create", "make"),
    ("show", "info", "view", "get", "status"),
    ("edit", "set", "change", "update"),
    ("delete", "remove", "forget", "rm"),
)
"""Words of other programs for what a noun here calls otherwise."""


def _meant(word: str, group: click.Group, context: click.Context) -> str | None:
    """The command that was probably meant: the nearest in letters, another word for the same, or an option of that name."""
    commands = group.list_commands(context)
    if near := nearest(word, commands):
        return near
    same = {each for verbs in SAME_VERB if word in verbs for each in verbs}
    options = [f"--{word}"] if any(f"--{word}" in each.opts for each in group.get_params(context)) else []
    return next((each for each in [*commands, *options] if each in same or each in options), None)


def _wrong(error: click.UsageError, name: str) -> WrongUsage:
    """What click says of a wrong line, with the command that was probably meant: click knows no commands imported on use."""
    hint = f"`{error.ctx.command_path if error.ctx else name} --help` says what it takes."
    if isinstance(error, click.exceptions.NoSuchCommand) and error.ctx and isinstance(error.ctx.command, click.Group):
        near = _meant(error.command_name, error.ctx.command, error.ctx)
        if near and not error.possibilities:
            hint = f"Did you mean `{near}`? {hint}"
    return WrongUsage(error.format_message(), hint=hint)
