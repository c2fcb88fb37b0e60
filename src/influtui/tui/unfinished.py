"""What stands in the prompt and is not answered yet, kept so that no lost line, crash or closed terminal costs it.

There is one prompt, so there is one such text for each person. The same question, asked again, begins with it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from influtui.model import records
from influtui.model.failures import Failure

if TYPE_CHECKING:
    from influtui.tui.app import InflutuiApp

AUTOSAVE: Final = 1.0
"""Seconds after a letter until it is on the disk. Losing more than two is not acceptable."""
PLACE: Final = "prompt"


class Unfinished:
    """Keeps the text of the open prompt."""

    def __init__(self, desk: InflutuiApp) -> None:
        self._desk = desk
        self._now: tuple[str, str] | None = None
        self._kept: tuple[str, str] | None = None
        """What is on the disk."""
        self._found: tuple[str, str] | None = None
        """What an earlier session left."""
        self._timer: asyncio.TimerHandle | None = None
        self._one_at_a_time = asyncio.Lock()

    async def recall(self) -> None:
        """Read what an earlier session left."""
        from influtui.services import drafts

        text = await drafts.kept(self._desk.workspace, PLACE)
        with suppress(msgspec.DecodeError):
            self._found = self._kept = records.from_json(text, tuple[str, str])

    def begun(self, label: str) -> str:
        """What was typed to this question and never answered; told once."""
        found, self._found = self._found, None
        if found is not None and found[0] == label:
            return found[1]
        self._found = found
        return ""

    def typed(self, label: str, text: str) -> None:
        """A letter came or went: keep the text soon."""
        self._now = (label, text) if text.strip() else None
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(AUTOSAVE, self._soon)

    def closed(self) -> None:
        """The question is answered, or given up."""
        self._now = None
        if self._kept is not None and self._found is None:
            self._soon()

    def _soon(self) -> None:
        self._timer = None
        self._desk.background(self.save())

    async def save(self) -> None:
        """Bring the disk up to what is typed. A session that cannot write keeps nothing."""
        from influtui.services import drafts

        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        async with self._one_at_a_time:
            now = self._now
            if now == self._kept or (now is None and self._found is not None):
                return
            with suppress(Failure):
                text = msgspec.json.encode(now).decode() if now is not None else ""
                await drafts.keep(self._desk.workspace, PLACE, text)
                self._kept = now
