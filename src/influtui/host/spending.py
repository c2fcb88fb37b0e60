"""What plugins cost in this process: how often each was called and how long that took, over all hosts.

Kept by whoever takes it (`take`): what is taken once is not handed out again.
"""

from __future__ import annotations

import threading
from typing import Final, NamedTuple


class Spent(NamedTuple):
    """Calls of a plugin's code, how many of them failed, and the seconds that people waited for them."""

    calls: int = 0
    failed: int = 0
    seconds: float = 0.0


_spent: Final[dict[str, Spent]] = {}
_taken: Final[dict[str, Spent]] = {}
_lock: Final = threading.Lock()


def add(plugin: str, seconds: float, *, failed: bool) -> None:
    """One call came back, or did not."""
    with _lock:
        before = _spent.get(plugin, Spent())
        _spent[plugin] = Spent(before.calls + 1, before.failed + failed, before.seconds + seconds)


def of(plugin: str) -> Spent:
    """What a plugin has cost since this process began."""
    with _lock:
        return _spent.get(plugin, Spent())


def take(plugin: str) -> Spent:
    """What a plugin has cost since this was asked last."""
    with _lock:
        now, before = _spent.get(plugin, Spent()), _taken.get(plugin, Spent())
        _taken[plugin] = now
        return Spent(now.calls - before.calls, now.failed - before.failed, now.seconds - before.seconds)
