"""What a command of the command line gave."""

from __future__ import annotations

from typing import Any, NamedTuple


class Ran(NamedTuple):
    """The exit code, the documents of `--json`, and what was written where."""

    code: int
    rows: list[Any]
    out: str
    err: str
