"""Progress of long work: a line on standard error, on a terminal only. A pipe gets nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from influtui.model.text import safe

_EVERY: Final = 0.1
_WIDTH: Final = 78
_CLEAR: Final = "\r\x1b[K"


class Tell(Protocol):
    """What long work calls now and then."""

    def __call__(self, done: int, total: int, part: float | None = None) -> None:
        """`total` is 0 where it is not known; then `part` may say how much of the input is behind us, from 0 to 1."""


@contextmanager
def progress_bar(what: str) -> Iterator[Tell]:
    """Give a function that is told how much is done. The line is gone afterwards."""
    if not sys.stderr.isatty():
        yield lambda done, total, part=None: None
        return
    started = time.monotonic()
    shown = 0.0

    def tell(done: int, total: int, part: float | None = None) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown < _EVERY and not (total and done >= total):
            return
        shown = now
        sys.stderr.write(f"{_CLEAR}{_line(safe(what), done, total, part, now - started)}")
        sys.stderr.flush()

    try:
        yield tell
    finally:
        if shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def _line(what: str, done: int, total: int, part: float | None, seconds: float) -> str:
    share = done / total if total else part
    said = f"{what}  {done:,}"
    if total:
        said += f" of {total:,}"
    if share is not None:
        said += f" ({share:.0%})"
    if seconds > 0:
        said += f"  {done / seconds:,.0f}/s"
    if share and share < 1:
        said += f"  {_span(seconds / share - seconds)} left"
    return said[:_WIDTH]


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
