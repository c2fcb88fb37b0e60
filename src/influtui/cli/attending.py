"""Who runs a line on behalf of a person: the app, which answers for them and shows what is written."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final, Protocol


class Attendant(Protocol):
    """Who runs a line on behalf of a person, where standard input is not theirs: the app."""

    @property
    def columns(self) -> int:
        """How wide the page is on which they read what the line writes."""
        ...

    def asks(self, question: str) -> bool:
        """Ask a yes-or-no question and wait for the answer."""
        ...

    def began(self, stop: Callable[[], None]) -> None:
        """The work has begun; `stop` ends it from any thread."""
        ...


ATTENDANT: Final[ContextVar[Attendant | None]] = ContextVar("attendant", default=None)
"""Set around a line that the app runs."""
