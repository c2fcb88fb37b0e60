"""What can be done in every pane: undo, the command line, the campaign in use, the keys of this place, the way elsewhere."""

from __future__ import annotations

import asyncio
import shlex
from importlib import import_module
from typing import TYPE_CHECKING, Final

from influtui.model.failures import Failure
from influtui.tui import actions
from influtui.tui.render import bars
from influtui.tui.render.numbers import plural
from influtui.tui.render.output import output_page
from influtui.tui.widgets.prompt import Question

if TYPE_CHECKING:
    from influtui.tui.app import InflutuiApp

_LEAVE: Final = frozenset({"q", "quit", "exit"})


class Everywhere:
    """The actions of the app itself."""

    def __init__(self, desk: InflutuiApp) -> None:
        self.desk = desk

    async def visit(self, pane: actions.PaneEntry) -> None:
        """Show a pane."""
        await self.desk.go(getattr(import_module(pane.module), pane.title))

    async def do_undo(self) -> None:
        """Take back one's own latest change and say what it was."""
        from influtui.services import upkeep

        undone = await upkeep.undo(self.desk.workspace)
        if not undone.done or undone.summary is None:
            what = f" ({undone.skipped[0]} cannot be)" if undone.skipped else ""
            self.desk.notice(f"There is nothing of yours to take back{what}.", "warn")
            return
        await self.desk.refresh_panes()
        left = f" {plural(len(undone.left), 'row')} changed since and left." if undone.left else ""
        self.desk.notice(f"Taken back: {undone.summary}.{left} ^r puts it back.", "warn" if undone.left else "good")

    async def do_redo(self) -> None:
        """Put back what was taken back last."""
        from influtui.services import upkeep

        redone = await upkeep.redo(self.desk.workspace)
        if not redone.done or redone.summary is None:
            self.desk.notice("There is nothing to put back.", "warn")
            return
        await self.desk.refresh_panes()
        self.desk.notice(f"Put back: {redone.summary}.", "good")

    def do_suspend(self) -> None:
        """Stop, as ctrl+z does everywhere else; `fg` goes on."""
        self.desk.action_suspend_process()

    def do_help(self) -> None:
        """The keys of this place."""
        pane = self.desk.pane
        listed = [(action, self.desk.why_not(action)) for action in actions.of(pane.list_place)]
        pane.read(f"Keys of {pane.title}", lambda width: bars.keys_page(listed, width, self.desk.look()))

    async def do_campaign(self) -> None:
        """Choose the campaign in use by its code."""
        from influtui.services import campaigns

        known = await campaigns.list_campaigns(self.desk.workspace)
        if not known:
            self.desk.notice("No campaign yet. :campaign new makes one (try :campaign new --help).", "warn")
            return
        codes = [campaign.code for campaign in known]
        code = await self.desk.answer("campaign", kind="campaign", hint=", ".join(codes), choices=codes)
        if code:
            await campaigns.use(self.desk.workspace, code)
            await self.desk.read_standing()
            self.desk.notice(f"Working on {code}.", "good")
            await self.desk.pane.changed({"campaigns", "picks"})

    def do_command(self) -> None:
        """Ask for a line of the command line."""
        self.desk.ask(
            Question(
                ":",
                lambda text: self._accept(text),
                kind="command",
                hint="words of the command line; % is the row, or the marked rows",
            )
        )

    def _accept(self, text: str) -> None:
        if text in _LEAVE:
            self.desk.exit()
        elif text.partition(" ")[0] == "do":
            self.desk.background(self.desk.keyboard.do_word(text.partition(" ")[2].strip()))
        elif text:
            self.desk.background(self.run(text))

    async def run(self, text: str) -> None:
        """Run words of the command line in a thread, and show what they wrote."""
        if self.desk.run_line is None:
            raise Failure("this app was started without a command line")
        try:
            words = shlex.split(text)
        except ValueError as error:
            self.desk.notice(f"“{text}” cannot be read as words: {error}.", "bad")
            return
        if words and words[0] == "influtui":
            words = words[1:]
        if "%" in words:
            refs = await self.desk.pane.refs()
            words = [ref for word in words for ref in (refs if word == "%" else [word])]
        self.desk.notice(f"Running: {text}")
        ran = await asyncio.to_thread(self.desk.run_line, words, self.desk.options.folder, self.desk.options.read_only)
        await self.desk.refresh_panes()
        lines = (ran.out + ran.err).rstrip("\n")
        if lines.count("\n") == 0 and len(lines) < self.desk.size.width - 2:
            self.desk.notice(lines or "Done.", "good" if ran.exit_code == 0 else "bad")
            return
        pane = self.desk.pane
        pane.read(f":{text}", lambda width: output_page(ran.out, ran.err, ran.exit_code, width))
        self.desk.notice("")
