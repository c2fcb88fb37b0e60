"""The passphrase of the encrypted secrets, asked for in the app where the first of them is needed, and once a session."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from influtui.secrets.asking import ASK

if TYPE_CHECKING:
    from influtui.tui.app import InflutuiApp

HINT = "opens what `secret encrypt` has sealed, for this session"


class Passphrases:
    """Asks the person at the keys, whoever needs it: an action, something in the background, or a line in its thread.

    Nobody is asked twice at once: the vault is opened by one, for whom all others wait.
    """

    def __init__(self, desk: InflutuiApp) -> None:
        self._desk = desk
        ASK.set(self.ask)

    async def ask(self, question: str) -> str | None:
        """What was typed, unseen; None where the person gave up."""
        if threading.current_thread() is threading.main_thread():
            return await self._answer(question)
        return await asyncio.to_thread(self._desk.call_from_thread, self._answer, question)

    async def _answer(self, question: str) -> str | None:
        return await self._desk.answer(f"{question}:", hint=HINT, hidden=True)
