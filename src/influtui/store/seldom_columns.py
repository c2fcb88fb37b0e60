"""Numbers that few searches filter or sort by (averages, ages of rows, scores): read when one first does, then kept in step.

The columns that every search needs are always there (`store/columns.py`); these cost eight bytes an account each, so only
the ones that were asked for last stay.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from influtui.model.query_ast import JUDGED, SCORES
from influtui.store.columns import Columns, Mask
from influtui.store.filters import unsure

Numbers = NDArray[np.float64]
Run = tuple[int, int]

_PLAIN: Final = frozenset(
    {"following", "posts", "avg_views", "avg_likes", "avg_comments", "avg_shares", "created_at", "updated_at"}
)
_OF_A_CAMPAIGN: Final = frozenset({"fit", "relevance"})
"""Scores that mean nothing without a campaign; of the others the one for no campaign stands where the campaign has none."""
_MOST_KEPT: Final = 3
_ROWS_AT_ONCE: Final = 10_000
_CORRECTED_AT_MOST: Final = 20_000


class _Name(NamedTuple):
    name: str
    campaign: int


class _Held(NamedTuple):
    numbers: Numbers
    """By id, unknown as NaN."""
    unsure: Mask | None
    """Of a score, whether too little was known when it was made."""

    def grown(self, size: int) -> _Held:
        more = size - len(self.numbers)
        if more <= 0:
            return self
        numbers = np.concatenate([self.numbers, np.full(more, np.nan)])
        unsure = None if self.unsure is None else np.concatenate([self.unsure, np.zeros(more, np.bool_)])
        return _Held(numbers, unsure)


class SeldomColumns:
    """Such numbers of one set of columns."""

    def __init__(self, columns: Columns, connection: sqlite3.Connection) -> None:
        self._columns = columns
        self._connection = connection
        self._kept: OrderedDict[_Name, _Held] = OrderedDict()

    def of(self, name: str, campaign: int | None) -> Numbers | None:
        """The numbers of that name, read now if they are not kept; None for what is none of these."""
        held = self._held(name, campaign)
        return held.numbers if held else None

    def unsure(self, name: str, campaign: int | None) -> Mask | None:
        """Of which accounts the score of that name is unsure; None for what is no such score."""
        held = self._held(name, campaign)
        return held.unsure if held else None

    def _held(self, name: str, campaign: int | None) -> _Held | None:
        if name not in _PLAIN and name not in SCORES:
            return None
        size = self._columns.size
        wanted = _Name(name, (campaign or 0) if name in SCORES else 0)
        held = self._kept.get(wanted)
        if held is None:
            held = _Held(np.full(size, np.nan), np.zeros(size, np.bool_) if name in JUDGED else None)
            self._read(wanted, held, (0, size))
        held = self._kept[wanted] = held.grown(size)
        self._kept.move_to_end(wanted)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return held

    def forget(self) -> None:
        """Drop everything."""
        self._kept.clear()

    def follow(self, accounts: Sequence[Run], scored: Sequence[Run]) -> None:
        """Read again what changed: of accounts (an account that went takes its scores along), and scores."""
        for wanted, held in list(self._kept.items()):
            runs = [*accounts, *scored] if wanted.name in SCORES else accounts
            if sum(last - first + 1 for first, last in runs) > _CORRECTED_AT_MOST:
                del self._kept[wanted]
                continue
            held = self._kept[wanted] = held.grown(self._columns.size)
            for first, last in runs:
                held.numbers[first : last + 1] = np.nan
                if held.unsure is not None:
                    held.unsure[first : last + 1] = False
                self._read(wanted, held, (first, last))

    def _read(self, wanted: _Name, held: _Held, run: Run) -> None:
        for sql, values in _statements(wanted):
            rows = self._connection.execute(sql, [*values, *run])
            while chunk := rows.fetchmany(_ROWS_AT_ONCE):
                found, numbers, unsure = zip(*chunk, strict=True)
                ids = np.array(found)
                held.numbers[ids] = numbers
                if held.unsure is not None:
                    held.unsure[ids] = np.array(unsure, np.bool_)


def _statements(wanted: _Name) -> Iterator[tuple[str, list[Any]]]:
    """What is read one over the other: ids, numbers, and whether they are unsure."""
    name = wanted.name
    if name in _PLAIN:
        yield f"SELECT id, {name}, 0 FROM creators WHERE {name} IS NOT NULL AND id BETWEEN ? AND ?", []
        return
    sql = (
        f"SELECT creator_id, {name}, {unsure(name) if name in JUDGED else 0} FROM scores"
        f" WHERE campaign_id = ? AND {name} IS NOT NULL AND creator_id BETWEEN ? AND ?"
    )
    if name not in _OF_A_CAMPAIGN:
        yield sql, [0]
    if wanted.campaign:
        yield sql, [wanted.campaign]
