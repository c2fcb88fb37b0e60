"""Who can be asked for a passphrase: a person at a terminal, or at the keys of the app. Whoever has one says so here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Final

ASK: Final[ContextVar[Callable[[str], Awaitable[str | None]] | None]] = ContextVar("ask", default=None)
"""Asks a question, shows nothing of the answer, and gives it; None where the person gives up."""
