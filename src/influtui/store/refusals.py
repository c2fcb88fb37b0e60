"""What the database says when a statement cannot be carried out, in words for a person."""

from __future__ import annotations

import re
import sqlite3
from typing import Final

from influtui.model.failures import Failure
from influtui.model.text import safe

_LACKS: Final = re.compile(r"no such (column|table)|has no column named")
_FULL: Final = re.compile(r"disk is full")
_UNREADABLE: Final = re.compile(r"disk I/O error|malformed|not a database|unable to open")


def explained(error: BaseException) -> Failure | None:
    """A failure for what a person can do something about; None for what is ours to mend."""
    if not isinstance(error, sqlite3.DatabaseError):
        return None
    said = safe(str(error))
    if _LACKS.search(said):
        return Failure(
            f"the workspace's database is not of the version that this influtui expects ({said})",
            hint="Another version may have it open: close every session, open it with the newest, and see `influtui doctor`.",
        )
    if _FULL.search(said):
        return Failure("the disk of the workspace is full: nothing was written", hint="Make room, then do it again.")
    if _UNREADABLE.search(said):
        return Failure(
            f"the workspace's database cannot be read ({said})", hint="`influtui doctor` says what is wrong with it."
        )
    return None
