"""From what comes from the keys to what is done: one queue, so that what is typed ahead is done in its order.

A key belongs to the prompt when one is open, then to what covers the pane, then to the keymap. Pasted text never acts.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from influtui.tui import actions

if TYPE_CHECKING:
    from influtui.tui.app import InflutuiApp

PATIENCE: Final = 10.0
"""Seconds that the next key waits for the action of the one before it."""
STOPS: Final = frozenset({"escape", "ctrl+c"})
"""What stops the line that runs."""


class Keyboard:
    """The queue of keys and pastes, and who takes each."""

    def __init__(self, desk: InflutuiApp) -> None:
        self.desk = desk
        self._keys: asyncio.Queue[tuple[str, str | None] | str] = asyncio.Queue()
        self.pressed_at = float("-inf")
        """When a key was pressed last."""
        self.asked = asyncio.Event()
        """Set when an action has asked something, or needs the keys no longer: the next key is then not its."""

    @property
    def behind(self) -> bool:
        """Whether keys wait that were pressed before."""
        return not self._keys.empty()

    def pressed(self, key: str, character: str | None) -> None:
        """Put a key into the queue."""
        if key == "ctrl+j":  # What an enter is that was pressed before the terminal was the app's.
            key = "enter"
        self.pressed_at = time.monotonic()
        self._keys.put_nowait((key, character))

    def pasted(self, text: str, *, is_burst: bool = False) -> None:
        """Put pasted text into the queue. A burst that is one line for a prompt was typed ahead, not pasted."""
        line = text.rstrip("\n")
        typed_ahead = is_burst and "\n" not in line and (self.desk.prompt.open or line[:1] in (":", "/"))
        if typed_ahead:
            for character in text:
                self.pressed("enter" if character == "\n" else character, character if character != "\n" else None)
        else:
            self._keys.put_nowait(text)

    async def read(self) -> None:
        """Take one after the other, for as long as the app runs."""
        await self.desk.opened.wait()
        from influtui.tui.calm import use_the_calm

        self.desk.background(use_the_calm(lambda: self.pressed_at))
        while True:
            pressed = await self._keys.get()
            if self.desk.leaving:
                return
            try:
                if isinstance(pressed, str):
                    self._take_paste(pressed)
                else:
                    await self._take(*pressed)
            except Exception as error:
                self.desk.failed(error)
            self.desk.draw_prompt()

    def _take_paste(self, text: str) -> None:
        if self.desk.prompt.open:
            self.desk.prompt.insert(text)
        elif (cover := self.desk.pane.cover) is None or not cover.takes_paste(text):
            if self.desk.options.read_only:
                self.desk.notice("What you paste is not taken: this session is read-only.", "warn")
            else:
                self.desk.pane.pasted(text)

    async def _take(self, key: str, character: str | None) -> None:
        desk = self.desk
        desk.clear_notice()
        if desk.prompt.open:
            if key in ("tab", "shift+tab") and desk.prompt.looks_up:
                await desk.prompt.look_up(-1 if key == "shift+tab" else 1)
            else:
                desk.prompt.key(key, character)
            return
        if desk.lines.attendant is not None and key in STOPS and (desk.pane.cover is None or key == "ctrl+c"):
            desk.lines.stop()
            return
        if desk.pane.takes_key(key, character):
            return
        action = desk.keymap.action(desk.pane.place, key, character)
        if action is not None:
            await self.do(action)
        elif (character or "").isdigit():
            desk.notice(f"There is no pane {character}. There are {actions.in_words(desk.keymap.panes)}.", "warn")
        elif key == "ctrl+c":
            desk.notice("q closes; ctrl+c copies nothing here.")

    async def do_word(self, word: str) -> None:
        """Carry out the action that a line calls by its word."""
        action = self.desk.keymap.named(word, self.desk.pane.list_place)
        if action is None:
            self.desk.notice(f"Nothing here is called “{word}”. ? lists what can be done, with its word.", "bad")
        else:
            await self.do(action)

    async def do(self, action: actions.Action) -> None:
        """Carry an action out. The next key waits until it is done or has asked something."""
        from influtui.tui.everywhere import Everywhere

        desk = self.desk
        if action.name in actions.WRITES:
            await desk.standing_known.wait()
        if (reason := desk.why_not(action)) is not None:
            desk.notice(f"{action.label}: {reason}", "warn")
            return
        if (own := desk.keymap.own.get(action.name)) is not None:
            desk.background(desk.lines.run_own(own))
            return
        owner: Any = desk.pane if hasattr(desk.pane, f"do_{action.name}") else Everywhere(desk)
        pane = next((pane for pane in desk.keymap.panes if pane.name == action.name), None)
        result = owner.visit(pane) if pane is not None else getattr(owner, f"do_{action.name}")()
        if asyncio.iscoroutine(result):
            self.asked.clear()
            task = desk.background(result)
            asked = asyncio.create_task(self.asked.wait())
            await asyncio.wait({task, asked}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
            asked.cancel()
