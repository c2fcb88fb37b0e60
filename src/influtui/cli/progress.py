"""Progress of long work: a line on standard error, on a terminal only. A pipe gets nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click

_EVERY: Final = 0.1
_WIDTH: Final = 78


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that is told how much is done, of how much (0: unknown). The line is gone afterwards."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    started = time.monotonic()
    shown = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown < _EVERY and done < total:
            return
        shown = now
        click.echo(f"\r{_line(what, done, total, now - started):<{_WIDTH}}", err=True, nl=False)

    try:
        yield tell
    finally:
        if shown:
            click.echo(f"\r{'':<{_WIDTH}}\r", err=True, nl=False)


def _line(what: str, done: int, total: int, seconds: float) -> str:
    rate = done / seconds if seconds > 0 else 0.0
    said = f"{what}  {done:,}"
    if total:
        said += f" of {total:,} ({done / total:.0%})"
    said += f"  {rate:,.0f}/s"
    if total and rate and done < total:
        said += f"  {_span((total - done) / rate)} left"
    return said[:_WIDTH]


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
