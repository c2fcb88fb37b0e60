"""CSV as it comes: which mark divides it, where its header is, and records out of lines that may be broken.

A quote that is opened and never closed would swallow the rest of a file. Here it costs its own line: the record is given
up, its first line goes to the rejects and reading goes on with the next one.
"""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from influtui.model.columns import is_header
from influtui.services.importing.reading import LONGEST_LINE

MARKS: Final = (",", ";", "\t", "|")
MOST_LINES: Final = 300
"""Lines that one record may span: a bio has some, a quote left open has all that follow."""

_SAMPLE: Final = 500
_ROWS_TO_TELL: Final = 60

csv.field_size_limit(LONGEST_LINE)


class Record(NamedTuple):
    """One record: the line where it began, its cells, and why it cannot be used (None where it can)."""

    line: int
    cells: list[str]
    problem: str | None = None


class Layout(NamedTuple):
    """How a file is written."""

    mark: str
    headers: list[str]
    """Made up (`column 1`) where the file has none."""
    first_data: int
    """The line of the first data row."""
    sample: list[list[str]]
    """Some data rows, to guess by."""


def layout(head: str, named: Iterable[str] = ()) -> Layout:
    """Find the dividing mark, the header and some data rows in a file's first text. `named` are headers that a person
    spoke of."""
    text = head[: head.rfind("\n") + 1] or head  # the last line of a head may be half a line
    mark = max(MARKS, key=lambda each: _regularity(text, each))
    rows = [record for record in islice(records(lines_of(text), mark), _SAMPLE) if any(map(str.strip, record.cells))]
    if not rows:
        return Layout(mark, [], 1, [])
    first = rows[0]
    if is_header(first.cells, [record.cells for record in rows[1:21]], named=named):
        after = rows[1].line if len(rows) > 1 else first.line + 1
        return Layout(mark, first.cells, after, [record.cells for record in rows[1:]])
    made_up = [f"column {number}" for number in range(1, len(first.cells) + 1)]
    return Layout(mark, made_up, first.line, [record.cells for record in rows])


def _regularity(text: str, mark: str) -> tuple[float, int]:
    rows = [record.cells for record in islice(records(lines_of(text), mark), _ROWS_TO_TELL)]
    widths = [len(row) for row in rows if any(map(str.strip, row))]
    if not widths:
        return 0.0, 0
    width, times = Counter(widths).most_common(1)[0]
    return (times / len(widths), width) if width > 1 else (0.0, 1)


def lines_of(text: str) -> Iterator[str]:
    """Lines with their ends. Only `\\n` ends a line: a `\\r` or a line separator may be part of a cell."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def records(lines: Iterable[str], mark: str, *, width: int | None = None, first_line: int = 1) -> Iterator[Record]:
    """The records of lines. With `width`, one that spans lines and has another number of cells is broken."""
    feed = _Feed(iter(lines), first_line)
    reader = csv.reader(feed, delimiter=mark)
    while True:
        feed.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooManyLines) as error:
            reader = csv.reader(feed, delimiter=mark)
            yield feed.give_up("a quote is opened and not closed" if len(feed.taken) > 1 else str(error))
            continue
        if len(feed.taken) > 1 and width is not None and len(cells) != width:
            reader = csv.reader(feed, delimiter=mark)
            yield feed.give_up("a quote is opened and not closed")
            continue
        yield Record(feed.line, cells)


class _TooManyLines(Exception):
    pass


class _Feed:
    """Lines for `csv.reader`, remembered until their record is whole, so that a broken one can be given up."""

    def __init__(self, lines: Iterator[str], first_line: int) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.line = first_line
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES:
            raise _TooManyLines
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def begin(self) -> None:
        self.line += len(self.taken)
        self.taken.clear()

    def give_up(self, problem: str) -> Record:
        """Take the first line of the record out as broken, and the others back."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]
        return Record(self.line, [self.taken[0].rstrip("\r\n")] if self.taken else [], problem)
