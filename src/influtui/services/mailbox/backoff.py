"""Which mailboxes fail, and how long each is left alone: longer after every failure in a row."""

from __future__ import annotations

from typing import Final

REST_MS: Final = (60_000, 5 * 60_000, 15 * 60_000, 60 * 60_000)
"""After the first failure, the second, …; the last for all that follow."""


class Backoff:
    """Remembers failures for as long as its worker lives."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._until: dict[str, int] = {}

    def rests(self, address: str, now: int) -> bool:
        """Whether a mailbox is left alone now."""
        return self._until.get(address, 0) > now

    def failed(self, address: str, now: int) -> None:
        """It failed once more."""
        count = self._failures.get(address, 0)
        self._failures[address] = count + 1
        self._until[address] = now + REST_MS[min(count, len(REST_MS) - 1)]

    def worked(self, address: str) -> None:
        """It works again."""
        self._failures.pop(address, None)
        self._until.pop(address, None)
