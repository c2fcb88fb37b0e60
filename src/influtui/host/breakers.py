"""Circuit breakers: a plugin that fails again and again rests, so that it does not cost its time limit every time.

Failures that are a user's or a quota's do not count. Keeping breakers from one session to the next is the service's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

FAILURES: Final = 3
FIRST_PAUSE_S: Final = 30.0
LONGEST_PAUSE_S: Final = 1_800.0


class Struggle(msgspec.Struct, frozen=True):
    """How a plugin fails: the kind and the words of the last time, how often in a row, until when it rests (milliseconds)."""

    kind: str = ""
    said: str = ""
    failures: int = 0
    rests_until: int | None = None
    pause_s: float = FIRST_PAUSE_S
    at: int = 0


class Breaker:
    """After three failures in a row a plugin rests: 30 seconds, then twice as long each time, at most half an hour."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self.struggle = Struggle()
        self.changed = False
        """Whether it differs from what was last kept."""

    @property
    def rests_for(self) -> float | None:
        """Seconds that the plugin still rests; None when it may be called."""
        until = self.struggle.rests_until
        left = None if until is None else (until - self._clock()) / 1000
        # A clock that was set back does not lengthen a rest.
        return left if left is not None and 0 < left <= LONGEST_PAUSE_S else None

    def succeeded(self) -> None:
        """A call came back well."""
        if self.struggle.failures:
            self.struggle, self.changed = Struggle(), True

    def failed(self, kind: str = "", said: str = "") -> None:
        """A call failed in a way that counts. After a rest, one more failure is enough for the next."""
        now, before = self._clock(), self.struggle
        failures = before.failures + 1
        rests = failures >= FAILURES
        self.struggle = Struggle(
            kind,
            said,
            failures,
            now + int(before.pause_s * 1000) if rests else None,
            min(before.pause_s * 2, LONGEST_PAUSE_S) if rests else before.pause_s,
            now,
        )
        self.changed = True

    def restore(self, struggle: Struggle) -> None:
        """Take over what another session kept, unless this one has something of its own to keep."""
        if not self.changed:
            self.struggle = struggle
