"""Who else has this workspace open: a lock file that every session shares, asked by what would get in the others' way.

An import alone commits ten thousand rows at a time; beside a living session it commits what fits in 50 milliseconds. A
session that dies takes its lock with it, so nothing has to be cleaned up.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

FILE: Final = ".sessions"


class Presence:
    """This session's share of the lock. Close it with the database."""

    def __init__(self, folder: Path) -> None:
        self._file: int | None
        try:
            self._file = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_SH)
        except OSError:
            # A folder that cannot be written, or a file system without locks: there is nobody to ask.
            self._file = None

    def is_alone(self) -> bool:
        """Whether no other session is on. False where that cannot be known: then everybody is taken care of."""
        if self._file is None:
            return False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        finally:
            # Trying for the whole lock gives the share up even when it fails.
            fcntl.flock(self._file, fcntl.LOCK_SH)
        return True

    def exclude_others(self) -> bool:
        """Take the whole lock until `close`: sessions that start meanwhile wait. False where another one is on."""
        if self._file is None:
            return True
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Give the share back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
