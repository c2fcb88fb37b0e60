"""The `:` line: what it completes, what it remembers, and how it runs.

A line runs in a thread, one at a time, by what `__main__` handed over; the app stays usable meanwhile. What the command
wants to know is asked in the prompt, how far it is stands in its place, and `esc` stops it.
"""

from __future__ import annotations

import asyncio
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from influtui.model.failures import Failure, WrongUsage
from influtui.tui.hearing import Ran
from influtui.tui.render.output import output_page
from influtui.tui.widgets.prompt import HISTORY, Question, Ways

if TYPE_CHECKING:
    import click

    from influtui.tui.app import InflutuiApp
    from influtui.tui.user_keys import OwnCommand

_LEAVE: Final = frozenset({"q", "quit", "exit"})
TICK: Final = 1.0
"""Seconds between two looks at how far a line is."""
INTERRUPTED: Final = 130
_SHOWN: Final = 36
"""Letters of a line that runs: how far it is has to fit beside it."""
_FEW: Final = 20
"""Marked rows that are offered one by one; more than these are `%`."""


class Said(msgspec.Struct, frozen=True):
    """What was answered to prompts before, by kind."""

    lines: dict[str, list[str]] = {}


class Attendant:
    """Stands between a line that runs in a thread and the person at the keys."""

    def __init__(self, desk: InflutuiApp, text: str) -> None:
        self._desk = desk
        self._loop = asyncio.get_running_loop()
        self._asking: set[asyncio.Task[bool]] = set()
        self._stop: Callable[[], None] | None = None
        self._stopped = False
        self.text = text
        self.columns = desk.size.width - 2
        self.written: Callable[[], str] = str
        """What the line has written so far."""
        self.began_at = time.monotonic()
        self.progress = ""

    # From the thread that runs the line.

    def asks(self, question: str) -> bool:
        """Ask a yes-or-no question and wait for the answer."""
        return asyncio.run_coroutine_threadsafe(self._ask(question), self._loop).result()

    def began(self, stop: Callable[[], None]) -> None:
        """The work has begun, and `stop` ends it."""
        self._stop = stop
        if self._stopped:
            stop()

    def says(self, progress: str) -> None:
        """How far it is."""
        self.progress = progress

    # From the app.

    async def _ask(self, question: str) -> bool:
        if self._stopped:
            return False
        so_far = self.written()
        if so_far.strip() and self._desk.pane.place != "editor":
            # What is asked about may be listed above the question, as on a terminal.
            self._desk.pane.read(f":{self.text}", lambda width: output_page(so_far, "", 0, width))
        task = asyncio.get_running_loop().create_task(self._desk.agreed(question))
        self._asking.add(task)
        await asyncio.wait({task})
        self._asking.discard(task)
        return not task.cancelled() and task.result()

    def stop(self) -> None:
        """End the line as ctrl+c does in a shell; what it asks is answered with no."""
        self._stopped = True
        for task in self._asking:
            task.cancel()
        if self._stop is not None:
            self._stop()

    def told(self) -> str:
        """The line that stands in the prompt's place meanwhile."""
        seconds = int(time.monotonic() - self.began_at)
        so_far = self.progress or (f"{seconds} s" if seconds else "")
        line = self.text if len(self.text) <= _SHOWN else f"{self.text[: _SHOWN - 1]}…"
        return f"esc stops  :{line}" + (f"  {so_far}" if so_far else "")


RunLine = Callable[[Sequence[str], Path, bool, Attendant], Ran]
"""Runs words of the command line on a workspace, in this process, and returns what it wrote."""
Commands = Callable[[], "click.Group"]
"""The tree of commands, for completion; imported with the first call."""


class CommandLines:
    """Asks for lines, completes and runs them."""

    def __init__(self, desk: InflutuiApp) -> None:
        self.desk = desk
        self.attendant: Attendant | None = None
        """Of the line that runs now."""
        self._one_at_a_time = asyncio.Lock()

    # Asking.

    def ask(self, text: str = "") -> None:
        """Ask for a line."""
        self.desk.ask(
            Question(
                ":",
                self.accept,
                text=text,
                kind="command",
                hint="words of the command line; tab completes; % is the row, or the marked rows",
                complete=self.complete,
            )
        )

    async def complete(self, text: str, caret: int) -> Ways:
        """How the line can go on."""
        tree = self.desk.commands
        if tree is None:
            return Ways(0)
        from influtui.tui.completing import complete

        known = await self._known(text)
        # The first look at a noun imports its module.
        return await asyncio.to_thread(lambda: complete(tree(), text, caret, known))

    async def _known(self, text: str) -> Any:
        from influtui.services.campaign import campaigns
        from influtui.services.outgoing import templates
        from influtui.tui.completing import Known

        workspace = self.desk.workspace
        return Known(
            refs=await self.desk.pane.refs() if self.desk.pane.table.marked <= _FEW else (),
            campaigns=[campaign.code for campaign in await campaigns.list_campaigns(workspace)],
            templates=[each.name for each in await templates.templates(workspace)] if "template" in text else (),
            sources=await self._sources(text),
            panes=[pane.name for pane in self.desk.keymap.panes],
            actions=sorted(action.word for action in self.desk.keymap.of(self.desk.pane.list_place)),
        )

    async def _sources(self, text: str) -> Sequence[str]:
        """What can be asked, where a line asks a platform. The host of plugins is imported beside the loop."""
        if not text.removeprefix("influtui ").startswith("discover "):
            return ()
        discovery = await asyncio.to_thread(import_module, "influtui.services.finding.discovery")
        return [each.id for each in await discovery.sources(self.desk.workspace)]

    async def nouns(self) -> list[str]:
        """The commands there are."""
        tree = self.desk.commands
        return list((await self.complete("", 0)).words) if tree is not None else []

    async def verbs(self) -> list[str]:
        """What stands below them, `outbox approve`; all their modules are imported with the first call, beside the loop."""
        tree = self.desk.commands
        if tree is None:
            return []
        from influtui.tui.completing import verbs

        return await asyncio.to_thread(lambda: list(verbs(tree())))

    # What was said before.

    async def recall(self) -> None:
        """Read what this person answered in earlier sessions."""
        from influtui.services import viewing

        said = await viewing.recalled(self.desk.workspace, "prompt", Said)
        for kind, lines in said.lines.items():
            self.desk.prompt.history[kind] = [*lines, *self.desk.prompt.history.get(kind, [])]
        self.desk.prompt.remembered = lambda kind, text: self._remember(kind, text)

    def _remember(self, kind: str, text: str) -> None:
        self.desk.background(self._keep(kind, text))

    async def _keep(self, kind: str, text: str) -> None:
        from influtui.services import viewing

        # Read again before it is written: another session of the same person may have added to it.
        said = await viewing.recalled(self.desk.workspace, "prompt", Said)
        lines = [line for line in said.lines.get(kind, []) if line != text]
        await viewing.remember(self.desk.workspace, "prompt", Said({**said.lines, kind: [*lines, text][-HISTORY:]}))

    # Running.

    def accept(self, text: str) -> None:
        """Do what a line says."""
        if text in _LEAVE:
            self.desk.exit()
        elif text.startswith("|"):
            self.desk.background(self.send_rows(text[1:]))
        elif text.partition(" ")[0] == "do":
            self.desk.background(self.desk.keyboard.do_word(text.partition(" ")[2].strip()))
        elif (pane := self.desk.keymap.pane_called(text)) is not None:
            self.desk.background(self.desk.keyboard.do_word(pane.name))
        elif text:
            self.desk.background(self._hand_over(text))

    async def _hand_over(self, text: str) -> None:
        """Let the pane do what a line says, where it shows that better; else run it."""
        if not await self.desk.pane.takes_line(text):
            await self.run(text)

    def stop(self) -> None:
        """Stop the line that runs."""
        if self.attendant is not None:
            self.attendant.stop()
            self.desk.notice(f"Stopping: {self.attendant.text}", "warn")

    async def run_own(self, own: OwnCommand) -> None:
        """Run a command of the person's own."""
        if own.confirm and not await self.desk.agreed(f"{own.line}: go on?"):
            self.desk.notice("Nothing was done.")
        elif own.line.startswith("|"):
            await self.send_rows(own.line[1:], quiet=own.background)
        else:
            await self.run(own.line, quiet=own.background)

    async def pipe(self) -> None:
        """Ask for a program, and send it the marked rows."""
        line = await self.desk.answer("| ", kind="pipe", hint="a program and its arguments; no shell reads them")
        if line:
            await self.send_rows(line)

    async def send_rows(self, line: str, *, quiet: bool = False) -> None:
        """Send the marked rows to a program as the command line writes them with `--json`, and show what it writes."""
        from influtui.tui.piping import run_program, words_of

        program = words_of(line)
        rows = await self._rows_for_a_program(line)
        if rows is None:
            return
        async with self._one_at_a_time:
            done = await run_program(program, rows, self.desk.options.folder)
        self._show(f"| {line.strip()}", done, quiet=quiet)

    async def _rows_for_a_program(self, line: str) -> str | None:
        """The marked rows, one JSON object a line. None where one cannot be written, and then it was said why."""
        pane = self.desk.pane
        if (rows := await pane.as_json()) is not None:
            return rows
        if not pane.record_line:
            raise WrongUsage(f"{pane.title} has no rows to send")
        lines = await self.expanded(f"{pane.record_line} --json")
        async with self._one_at_a_time:
            written = await self._run_all(f"| {line.strip()}", lines)
        if written.exit_code:
            self._show(pane.record_line, written, quiet=False)
            return None
        return written.out

    async def run(self, text: str, *, quiet: bool = False) -> None:
        """Run a line, for each of the marked rows where it names what each row has, and show what it wrote.

        With `quiet` only what goes wrong is shown in full.
        """
        lines = await self.expanded(text)
        if self._one_at_a_time.locked():
            self.desk.notice("It runs after the line that runs now.")
        async with self._one_at_a_time:
            ran = await self._run_all(text, lines)
        await self.desk.refresh_panes()
        self._show(text, ran, quiet=quiet)

    async def expanded(self, text: str) -> list[list[str]]:
        """The words of a line with the rows put in: once for all where `%` stands, else once for each `{field}` row."""
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise WrongUsage(f"“{text}” cannot be read as words: {error}") from None
        if words and words[0] == "influtui":
            words = words[1:]
        if "%" in words:
            refs = await self.desk.pane.refs()
            if not refs:
                raise WrongUsage("there is no row here that % could be")
            words = [ref for word in words for ref in (refs if word == "%" else [word])]
        if not any("{" in word for word in words):
            return [words]
        rows = await self.desk.pane.fields()
        if not rows:
            raise WrongUsage("there is no row here that the line could be about")
        return [[_filled(word, row) for word in words] for row in rows]

    async def _run_all(self, text: str, lines: Sequence[Sequence[str]]) -> Ran:
        run_line = self.desk.run_line
        if run_line is None:
            raise Failure("this app was started without a command line")
        self.attendant = attendant = Attendant(self.desk, text)
        self.desk.draw_prompt()
        ticking = self.desk.background(self._tick())
        folder, read_only = self.desk.options.folder, self.desk.options.read_only
        out, err, code = "", "", 0
        try:
            for number, words in enumerate(lines, 1):
                if len(lines) > 1:
                    attendant.says(f"{number:,} of {len(lines):,}")
                ran = await asyncio.to_thread(run_line, words, folder, read_only, attendant)
                out, err, code = out + ran.out, err + ran.err, code or ran.exit_code
                if ran.exit_code == INTERRUPTED:
                    break
        finally:
            ticking.cancel()
            self.attendant = None
        return Ran(code, out, err)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self.desk.draw_prompt()

    def _show(self, text: str, ran: Ran, *, quiet: bool) -> None:
        lines = (ran.out + ran.err).rstrip("\n")
        kind = "good" if ran.exit_code == 0 else "bad"
        if quiet and ran.exit_code == 0:
            self.desk.notice(f"Done: {text}", "good")
        elif lines.count("\n") == 0 and len(lines) < self.desk.size.width - 2:
            self.desk.notice(lines or "Done.", kind)
        elif self.desk.pane.place == "editor":
            # Who writes is not interrupted: the last line says how it went.
            self.desk.notice(lines.rsplit("\n", 1)[-1], kind)
        else:
            self.desk.pane.read(
                text if text.startswith("|") else f":{text}",
                lambda width: output_page(ran.out, ran.err, ran.exit_code, width),
            )
            self.desk.notice("")


def _filled(word: str, row: Mapping[str, str | None]) -> str:
    """A word with its `{field}`s filled in. One that a row does not have is an error and never the text "None"."""
    for name, value in row.items():
        if f"{{{name}}}" in word:
            if value is None:
                raise WrongUsage(f"{row.get('ref') or 'the row'} has no {name}, which the line needs")
            word = word.replace(f"{{{name}}}", value)
    return word
