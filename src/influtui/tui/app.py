"""The app: one screen with a header, the panes, a prompt line and a footer of keys. It wires and knows nothing of the work.

Keys go through one queue to one keymap and from there to the pane, so that what is typed ahead is done in order and
focus never moves. The workspace's change feed tells the panes what to look at again.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from typing import Any, ClassVar, Final

from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from influtui.model.failures import Failure
from influtui.model.text import safe
from influtui.services.workspace import Workspace, opened, wall_clock
from influtui.tui import actions, crash, opening, standing, themes
from influtui.tui.command_lines import CommandLines, Commands, RunLine
from influtui.tui.desk import Desk
from influtui.tui.keyboard import Keyboard
from influtui.tui.keymap import Keymap
from influtui.tui.options import Options
from influtui.tui.panes.base import Box, Pane
from influtui.tui.passphrase import Passphrases
from influtui.tui.private import (
    PaintsDifferences,
    keep_title,
    say_after_exit,
    use_our_own_parts,
    write_title,
)
from influtui.tui.render import bars
from influtui.tui.render.spans import ASCII, Glyphs, Look
from influtui.tui.scrubber import AsciiDrawing, Scrubber
from influtui.tui.standing import Standing
from influtui.tui.talking import Talks
from influtui.tui.themes import Ground, Palette
from influtui.tui.unfinished import Unfinished
from influtui.tui.watch import watch
from influtui.tui.widgets.lines import Bar

AFTER_FIRST_ROWS: Final = 0.05
SKELETON_AT_MOST: Final = 1.0
"""Seconds until the frame is drawn even when no row has come."""
LEAVES_EDITOR: Final = frozenset({"escape", "ctrl+s"})


class InflutuiApp(Talks, PaintsDifferences, inherit_bindings=False):
    """influtui on a terminal."""

    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    CSS_PATH = "app.tcss"
    TITLE = "influtui"

    def __init__(
        self,
        options: Options,
        *,
        run_line: RunLine | None = None,
        commands: Commands | None = None,
        clock: Callable[[], int] = wall_clock,
    ) -> None:
        self.options = options
        self.run_line = run_line
        self.commands = commands
        self._clock = clock
        self._doors: list[LineFilter] = [AsciiDrawing(), Scrubber()] if options.ascii else [Scrubber()]
        self._glyphs = ASCII if options.ascii else Glyphs()
        self.palette: Palette = themes.for_terminal(options.theme)
        use_our_own_parts()
        super().__init__(ansi_color=self.palette.theme.ansi)
        self.animation_level = "none"
        self._take_textuals_colours()
        self.keymap = Keymap()
        self.far_away = bool(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))
        """Whether the terminal is at the other end of a network."""
        self.workspace: Workspace
        self.standing = Standing()
        self.standing_known = asyncio.Event()
        self.opens_demo = False
        """Whether the demo world is opened once this app has ended."""
        self._title = ""
        self.keyboard = Keyboard(self)
        self.lines = CommandLines(self)
        self.passphrases = Passphrases(self)
        self.unfinished = Unfinished(self)
        self.prompt.typed, self.prompt.closed = self.unfinished.typed, self.unfinished.closed
        self._resources = AsyncExitStack()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.opened = asyncio.Event()
        """Set when the first pane shows what is in the workspace."""
        self._until_rows = ExitStack()  # One frame, with rows in it: until then the skeleton is on the screen.
        self._until_rows.enter_context(self.batch_update())
        grounds: dict[str, Ground] = {"header": "bar", "prompt": "pane", "footer": "bar"}
        self._bars = {name: Bar(palette=self.get_palette, ground=at, id=name) for name, at in grounds.items()}
        self.prompt_bar = self._bars["prompt"]
        self._shown: Pane
        self._panes: list[Pane] = []
        """Those that were visited."""

    # The frame.

    def get_default_screen(self) -> Screen[None]:
        """The desk."""
        return Desk(id="_default")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The scrubber stands last, behind every widget."""
        return [*super().get_line_filters(), *self._doors]

    def compose(self) -> ComposeResult:
        """Header, panes, prompt, footer."""
        from influtui.tui.panes.discover import Discover

        yield self._bars["header"]
        self._shown = Discover(self)
        self._panes.append(self._shown)
        with Box(id="panes"):
            yield self._shown
        yield self._bars["prompt"]
        yield self._bars["footer"]

    def get_palette(self) -> Palette:
        """The theme in use."""
        return self.palette

    def look(self) -> Look:
        """What render functions need to know."""
        return Look(self._clock(), self._glyphs)

    @property
    def now(self) -> int:
        """The time."""
        return self._clock()

    @property
    def pane(self) -> Pane:
        """The pane that is shown."""
        return self._shown

    async def on_mount(self) -> None:
        """Catch what would leave the terminal broken, then open the workspace beside the message loop."""
        loop = asyncio.get_running_loop()
        # A test runs the app off the main thread's terminal, where there is nothing to restore.
        if not self.is_headless:
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT):
                loop.add_signal_handler(number, self._told_to_go, number)
            opening.let_signals_through()
        keep_title(self)
        self._draw_frame()
        self.background(self._open())
        self.background(self.keyboard.read())

    def _told_to_go(self, number: signal.Signals) -> None:
        if not self.leaving or self.opens_demo:  # Who is told twice says why he went by the first.
            self.opens_demo = False
            self.exit(return_code=128 + number)

    async def _open(self) -> None:
        with self._until_rows:
            if not await self._open_workspace():
                return
            await self.pane.opened()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.pane.table.first_rows.wait(), SKELETON_AT_MOST)
        if not self.is_running:
            return
        self.screen.refresh()
        self.opened.set()
        # What is imported and asked from here on must not stand before the first rows on the screen.
        await asyncio.sleep(AFTER_FIRST_ROWS)
        await self.read_standing()
        if self.campaign is not None:
            await self.pane.changed({"picks"})
        await self.unfinished.recall()
        await self.lines.recall()
        await self._take_own_keys()
        self.background(watch(self.workspace, self._changed, start_worker=not self.is_headless))

    async def _take_own_keys(self) -> None:
        """Make the keymap anew with what the person wrote, and say what of that cannot be."""
        from influtui.services.themes import own_folder
        from influtui.tui import user_keys
        from influtui.tui.panes.of_plugin import all_panes

        files = [own_folder().parent / user_keys.FILE, self.options.folder / user_keys.FILE]
        made = await asyncio.to_thread(user_keys.read, files)
        self.keymap = Keymap(made.actions, made.commands, await all_panes(self.workspace))
        for problem in reversed(made.problems):
            self.notice(problem, "warn")
        self._draw_frame()

    async def _open_workspace(self) -> bool:
        """Open the workspace; a refusal ends the app with its words."""
        try:
            self.workspace = await self._resources.enter_async_context(
                opened(
                    self.options.folder,
                    read_only=self.options.read_only,
                    clock=self._clock,  # type: ignore[arg-type]
                    plugins=self.options.plugins,
                )
            )
        except Failure as failure:
            self.refuse(failure)
            return False
        self._clock = self.workspace.clock  # a demo world has a time of its own
        if self.workspace.settings.theme and not self.options.theme:
            self._use_theme(self.workspace.settings.theme)
        return True

    def _take_textuals_colours(self) -> None:
        name = self.palette.theme.name
        if self.palette.theme.ansi:
            name = "ansi-dark" if self.palette.theme.dark else "ansi-light"
        else:
            self.register_theme(themes.for_textual(self.palette.theme))
        if self.is_running:
            self.theme = name
            return
        # Nothing is styled yet: telling everybody of a new theme would have all styles read twice.
        self.set_reactive(App.theme, name)
        self.stylesheet.set_variables(self.get_css_variables())

    def _use_theme(self, name: str) -> None:
        try:
            palette = themes.load(themes.fitting(os.environ, name))
        except Failure as failure:
            self.failed(failure)
            return
        if palette is not self.palette:
            self.palette = palette
            self.ansi_color = palette.theme.ansi
            self._take_textuals_colours()
            self.screen.refresh(layout=True)

    async def on_unmount(self) -> None:
        """Let drafts be written, stop what runs, close the workspace."""
        write_title(self, None)
        try:
            self.lines.stop()
            await self.unfinished.save()
            for pane in self._panes:
                await pane.closing()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._resources.aclose()
        except Exception as error:
            # The terminal is given back after this handler: an error here must not stop that.
            say_after_exit(self, crash.told(error))

    # Losing the terminal's focus repaints nothing: over a slow line that would cost a whole screen.

    def on_app_blur(self, event: events.AppBlur) -> None:
        """Nothing changes."""
        event.prevent_default()

    def on_app_focus(self, event: events.AppFocus) -> None:
        """Nothing changes."""
        event.prevent_default()

    # Keys and pastes, in the order in which they came.

    async def on_event(self, event: events.Event) -> None:
        """Take the keys that leave an editor before it sees what was typed after them; no key passes those that wait."""
        if isinstance(event, events.Key) and self.focused is not None:
            leaves = event.key in LEAVES_EDITOR
            if leaves:
                self.screen.set_focus(None)
            if leaves or self.keyboard.behind:
                self.key_pressed(event.key, event.character)
                return
        await super().on_event(event)

    def key_pressed(self, key: str, character: str | None) -> None:
        """Put a key into the queue."""
        self.keyboard.pressed(key, character)

    def pasted(self, text: str, *, is_burst: bool = False) -> None:
        """Put pasted text into the queue."""
        self.keyboard.pasted(text, is_burst=is_burst)

    def why_not(self, action: actions.Action) -> str | None:
        """Why an action cannot be done now; None when it can."""
        if self.options.read_only and action.name in actions.WRITES:
            return "this session is read-only"
        if (out_of_sight := self.pane.why_not_about_a_row()) is not None and action.name in actions.ABOUT_ROWS:
            return out_of_sight
        why = getattr(self.pane, f"why_not_{action.name}", None)
        reason: str | None = why() if why is not None else None
        return reason

    def draw_footer(self) -> None:
        """Show the keys of this place."""
        listed = [(action, self.why_not(action)) for action in self.keymap.of(self.pane.place)]
        self._bars["footer"].show(lambda width: bars.footer(listed, width, self.look()))

    def _draw_frame(self) -> None:
        facts = bars.HeaderFacts(
            workspace=self.options.folder.expanduser().absolute().name or "influtui",
            campaign=self.campaign if self.standing_known.is_set() else "",
            tabs=[(pane.digit, pane.title) for pane in self.keymap.panes if pane.digit],
            current=self.pane.title,
            waiting=self.standing.waiting,
            state=self.standing.state,
            read_only=self.options.read_only,
        )
        self._bars["header"].show(lambda width: bars.header(facts, width, self.look()))
        self.draw_footer()
        waiting = f"{facts.waiting} waiting" if facts.waiting else ""
        said = " - ".join(safe(part) for part in ("influtui", facts.campaign or "", waiting) if part)
        if said != self._title:
            self._title = said
            write_title(self, said)

    draw_header = _draw_frame

    # Panes and the workspace.

    async def go(self, pane_type: type[Pane]) -> Pane:
        """Show a pane, made on its first visit."""
        wanted = next((pane for pane in self._panes if type(pane) is pane_type), None)
        if wanted is None:
            wanted = pane_type(self)
            wanted.display = False
            self._panes.append(wanted)
            await self.screen.query_one("#panes").mount(wanted)
        if not wanted.display:
            self._shown.display = False
            self._shown = wanted
            wanted.display = True
            self._draw_frame()
            await wanted.opened()
        return wanted

    @property
    def campaign(self) -> str | None:
        """The code of the campaign in use."""
        return self.standing.campaign.code if self.standing.campaign else None

    async def read_standing(self) -> None:
        """Look up which campaign is in use and what waits, and say so in the header."""
        before, first = self.standing, not self.standing_known.is_set()
        self.standing = await standing.read(self.workspace)
        self.standing_known.set()
        if self.standing != before or first:
            self._draw_frame()
            self.pane.draw_title()

    async def _changed(self, nouns: set[str]) -> None:
        await self.read_standing()
        for pane in self._panes:
            await pane.changed(nouns)
            if pane.cover is not None:
                await pane.cover.look_again()
        await self.look_at_prompt()

    async def refresh_panes(self) -> None:
        """Show the workspace as it is now, at once and not with the next look at the change feed."""
        await self.read_standing()
        for pane in self._panes:
            await pane.changed(pane.watches())

    def background(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something beside the message loop; a failure of it is shown."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failed(error)
