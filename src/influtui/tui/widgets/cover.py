"""What stands in place of a pane's list and detail for a while: a page to read, or text to write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from textual import events
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import TextArea

from influtui.model.failures import Failure
from influtui.tui.actions import Place
from influtui.tui.render.spans import Line, Span, beside, cell
from influtui.tui.widgets.lines import Bar, Lines

if TYPE_CHECKING:
    from influtui.tui.app import InflutuiApp

AUTOSAVE: Final = 1.0
"""Seconds after a letter until the draft is on the disk. Losing more than two is not acceptable."""


LETTERS_AT_MOST: Final = 5.0
"""Seconds that an end waits for letters on their way."""
MOST_BELOW: Final = 12
"""Lines under an editor at most."""


class Cover(Widget):
    """Something over a pane."""

    place: Place = "panel"
    can_focus = False
    DEFAULT_CSS = """
    Cover { height: 1fr; layout: vertical; }
    Cover > Bar { height: 1; }
    Cover > Lines { height: 1fr; }
    """

    def __init__(self, desk: InflutuiApp, heading: str) -> None:
        super().__init__()
        self.desk = desk
        self.heading = heading

    def heading_bar(self, hint: str) -> Bar:
        """The line above: what this is, and how to leave."""
        bar = Bar(palette=self.desk.get_palette)
        bar.show(lambda width: beside((Span(f" {cell(self.heading)}", "strong"),), (Span(f"{hint} ", "dim"),), width))
        return bar

    def takes_key(self, key: str, character: str | None) -> bool:
        """Whether this key is for the cover and not for the keymap."""
        return False

    def takes_paste(self, text: str) -> bool:
        """Whether pasted text is for the cover and not for the pane."""
        return False

    def scroll_by(self, by: int) -> None:
        """The moving keys."""

    async def look_again(self) -> None:
        """Something changed in the workspace."""

    async def closing(self) -> None:
        """The app ends, or the cover is taken away: keep what was typed."""

    async def leave(self) -> None:
        """Take the cover away."""
        await self.closing()
        await self.remove()


class Page(Cover):
    """Lines to read."""

    def __init__(self, desk: InflutuiApp, heading: str, make: Callable[[int], Sequence[Line]]) -> None:
        super().__init__(desk, heading)
        self._lines = Lines(look=desk.look, palette=desk.get_palette)
        self._lines.show(make)

    def compose(self) -> ComposeResult:
        """Heading and lines."""
        yield self.heading_bar("/ finds   esc closes")
        yield self._lines

    def scroll_by(self, by: int) -> None:
        """Scroll the page."""
        self._lines.scroll_by(by)

    def find(self, words: str, step: int = 1) -> bool:
        """Go to the next line that has `words`, or with -1 to the one before."""
        return self._lines.find(words, step) is not None


class Editor(Cover):
    """Text to write. Saved while it is typed; `ctrl+s` does with it what it is for, `esc` leaves and keeps the draft."""

    place: Place = "editor"
    DEFAULT_CSS = """
    Editor > TextArea { height: 1fr; border: none; padding: 0 1; background: $background; color: $foreground; }
    Editor > TextArea:focus { border: none; }
    Editor > TextArea .text-area--cursor-line { background: $background; }
    Editor > Lines { height: auto; max-height: 50%; }
    """

    def __init__(
        self,
        desk: InflutuiApp,
        heading: str,
        *,
        text: str,
        verb: str,
        accept: Callable[[str], Awaitable[bool]],
        keep: Callable[[str], Awaitable[None]] | None = None,
        watch: Callable[[str], Sequence[Line]] | None = None,
        stale: Callable[[], Awaitable[str | None]] | None = None,
    ) -> None:
        super().__init__(desk, heading)
        self._stale = stale
        self._told: str | None = None
        self._accept = accept
        self._keep = keep
        self._watch = watch
        self._verb = verb
        self._kept = text
        self._timer: Timer | None = None
        self._below_height = 0
        self.area = TextArea(text, soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
        self.area.cursor_blink = False
        self.below = Lines(look=desk.look, palette=desk.get_palette)

    def compose(self) -> ComposeResult:
        """Heading, text, and what is said of the text."""
        yield self.heading_bar(f"^s {self._verb}   esc closes" + (" (the draft is kept)" if self._keep else ""))
        yield self.area
        if self._watch is not None:
            yield self.below

    def on_mount(self) -> None:
        """Write at the end."""
        self.area.focus()
        self.area.move_cursor(self.area.document.end)
        self.area.insert(self._typed_ahead)
        self._say()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Save soon; say what the text holds."""
        event.stop()
        self._say()
        if self._keep is not None and self._timer is None:
            self._timer = self.set_timer(AUTOSAVE, self._save)

    def _say(self) -> None:
        if self._watch is not None:
            said = list(self._watch(self.area.text))
            if (height := min(max(1, len(said)), MOST_BELOW)) != self._below_height:
                self._below_height = height
                self.below.styles.height = height
            self.below.show(lambda width: said)

    async def look_again(self) -> None:
        """Say once when somebody else changed what is written about."""
        said = await self._stale() if self._stale is not None and not (self._done or self._finishing) else None
        if said is not None and said != self._told:
            self.desk.notice(said, "warn")
        self._told = said

    async def _save(self) -> None:
        self._timer = None
        if self._keep is not None and self.area.text != self._kept:
            text = self.area.text
            try:
                await self._keep(text)
            except Failure as failure:
                self.desk.notice(f"The draft could not be kept: {failure.message}.", "warn")
            else:
                self._kept = text

    async def closing(self) -> None:
        """Save what is not saved yet."""
        if self._timer is not None:
            self._timer.stop()
        if not self._done:
            await self._save()

    async def leave(self) -> None:
        """Take the editor away, with its last letters kept."""
        await self._all_written()
        await super().leave()

    async def _all_written(self) -> None:
        """Wait for the letters that are still on their way into the text: they were typed before what follows."""
        written = asyncio.Event()
        if self.area.is_mounted and self.area.call_later(written.set):
            with suppress(TimeoutError):
                await asyncio.wait_for(written.wait(), LETTERS_AT_MOST)

    _done = False
    _finishing = False
    _typed_ahead = ""
    """What was typed before there was a text to type into."""

    def takes_key(self, key: str, character: str | None) -> bool:
        """`ctrl+s` and `esc`; of everything else only what was pressed before the text had the keys comes here."""
        if key == "ctrl+s":
            if not (self._finishing or self._done):  # Pressed twice it would send twice.
                self._finishing = True
                self.desk.background(self._finish())
        elif key == "escape":
            self.desk.pane.uncover()
        elif key == "backspace":
            if self.area.is_mounted:
                self.area.action_delete_left()
            else:
                self._typed_ahead = self._typed_ahead[:-1]
        elif key == "enter" or (character is not None and character.isprintable()):
            self.takes_paste("\n" if key == "enter" else character or "")
        return True

    def takes_paste(self, text: str) -> bool:
        """Put text where the cursor is."""
        if self.area.is_mounted:
            self.area.insert(text)
            self.area.focus()
        else:
            self._typed_ahead += text
        return True

    async def _finish(self) -> None:
        """Do with the text what it is for. What changes meanwhile is our own doing."""
        try:
            await self._all_written()
            self._done = await self._accept(self.area.text)
        finally:
            self._finishing = False
        if self._done:
            self.desk.pane.uncover()
        elif self.is_mounted:
            self.area.focus()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text has gone into the text."""
        event.stop()
