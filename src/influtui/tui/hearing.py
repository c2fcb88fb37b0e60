"""What a line that runs inside the app writes: its words are kept, its progress is passed on as it comes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Final

import msgspec

ERASES: Final = r"\x1b\[[0-9;]*K"
"""What a progress line is wiped with."""


class Ran(msgspec.Struct, frozen=True):
    """What a command line wrote, and its exit code."""

    exit_code: int
    out: str
    err: str


class Heard(io.StringIO):
    """Takes itself for a terminal, so that progress is drawn: what a return goes over is how far the work is."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        super().__init__()
        self._progress = progress

    def isatty(self) -> bool:
        """Progress is shown on terminals only."""
        return True

    def write(self, text: str, /) -> int:
        """Keep it, and pass on a line that is drawn over."""
        text = re.sub(ERASES, "", text)
        if "\r" in text:
            self._progress(" ".join(text.rpartition("\r")[2].split()))
        return super().write(text)

    @property
    def text(self) -> str:
        """What was written to stay: of a line that was drawn over, the last."""
        return "\n".join(line.rpartition("\r")[2].rstrip() for line in self.getvalue().split("\n"))
