"""Records on their way in, some thousands at a time, and what each batch turns out to be."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import msgspec

from influtui.model.profile_records import Measured, ProfileRecord
from influtui.store.database import Row

MOST_ROWS: Final = 20_000
"""Rows of one batch, and of one transaction where nobody else has the workspace open: half a second. With fewer the text
index is merged more often (50,000 would save another tenth, and a session that opens meanwhile would wait for it)."""


class Batch(msgspec.Struct, frozen=True):
    """Records with where they stood in their input."""

    records: Sequence[ProfileRecord]
    line: Callable[[int], int] = lambda index: index + 1
    """The line of a record, by its index in this batch."""
    original: Callable[[int], Any] = lambda index: None
    """The row as it was written, for the rejects file."""
    done: int = 0
    """How many bytes of the input have been read."""
    last_line: int = 0


@dataclass
class Sorted:
    """What one batch turned out to be, and what became of it."""

    read: int
    new: Sequence[ProfileRecord] = ()
    keys: Sequence[str] = ()
    """Of the new ones."""
    known: list[tuple[Row, ProfileRecord]] = field(default_factory=list)
    known_ids: list[int] = field(default_factory=list)
    new_keys: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    added: int = 0
    updated: int = 0
    unchanged: int = 0

    def count_known(self, changed: dict[str, Any], measured: list[Measured]) -> None:
        """Count a known account by what would change."""
        if changed or measured:
            self.updated += 1
        else:
            self.unchanged += 1


async def in_batches(records: Iterable[ProfileRecord] | AsyncIterable[ProfileRecord]) -> AsyncIterator[Batch]:
    """Any number of records in batches."""
    pending: list[ProfileRecord] = []
    taken = 0

    def batch() -> Batch:
        first = taken - len(pending)
        return Batch(pending, line=lambda index: first + index + 1)

    if isinstance(records, AsyncIterable):
        async for record in records:
            pending.append(record)
            taken += 1
            if len(pending) == MOST_ROWS:
                yield batch()
                pending = []
    else:
        iterator = iter(records)
        while pending := list(islice(iterator, MOST_ROWS)):
            taken += len(pending)
            yield batch()
        return
    if pending:
        yield batch()
