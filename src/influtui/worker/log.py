"""What the worker did, a line a round that did something, in `worker.log` of the workspace.

Numbers and our own sentences only: no address, no text of a letter, no secret.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from influtui.secrets.redaction import redacted
from influtui.worker.rounds import Round

NAME: Final = "worker.log"
LIMIT: Final = 1_000_000
"""Bytes after which a new file is begun and the old one kept once."""


class Log:
    """The file. A folder that cannot be written costs the log and nothing else."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._last: tuple[str, ...] = ()

    def note(self, done: Round) -> bool:
        """Write a round down where it did something or a new trouble stands in its way. Returns whether it did."""
        # A trouble that goes on is told once; so is the same one after a rest from trying.
        trouble = bool(done.troubles) and done.troubles != self._last
        self._last = done.troubles or self._last
        news = bool(done.written or done.ended or done.sent or done.not_sent or trouble)
        if news:
            counts = ("read", "written", "ended", "sent", "not_sent", "waiting")
            what = ", ".join(f"{name.replace('_', ' ')} {getattr(done, name)}" for name in counts)
            self._write(" · ".join([what, *done.troubles]))
        return news

    def _write(self, text: str) -> None:
        line = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {redacted(' '.join(text.split()))}\n"
        with suppress(OSError):
            if self._path.exists() and self._path.stat().st_size > LIMIT:
                self._path.replace(self._path.with_suffix(".log.1"))
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(line)
