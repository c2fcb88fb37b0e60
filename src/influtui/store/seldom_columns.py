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

from influtui.model.query_ast import SCORES
from influtui.store.columns import Columns

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


class SeldomColumns:
    """Such numbers by id, unknown as NaN, of one set of columns."""

    def __init__(self, columns: Columns, connection: sqlite3.Connection) -> None:
        self._columns = columns
        self._connection = connection
        self._kept: OrderedDict[_Name, Numbers] = OrderedDict()

    def of(self, name: str, campaign: int | None) -> Numbers | None:
        """The numbers of that name, read now if they are not kept; None for what is none of these."""
        if name not in _PLAIN and name not in SCORES:
            return None
        wanted = _Name(name, (campaign or 0) if name in SCORES else 0)
        numbers = self._kept.get(wanted)
        if numbers is None:
            numbers = np.full(self._columns.size, np.nan)
            self._read(wanted, numbers, (0, self._columns.size))
        elif len(numbers) < self._columns.size:
            numbers = np.concatenate([numbers, np.full(self._columns.size - len(numbers), np.nan)])
        self._kept[wanted] = numbers
        self._kept.move_to_end(wanted)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return numbers

    def forget(self) -> None:
        """Drop everything."""
        self._kept.clear()

    def follow(self, accounts: Sequence[Run], scored: Sequence[Run]) -> None:
        """Read again what changed: of accounts (an account that went takes its scores along), and scores."""
        for wanted, numbers in list(self._kept.items()):
            runs = [*accounts, *scored] if wanted.name in SCORES else accounts
            if sum(last - first + 1 for first, last in runs) > _CORRECTED_AT_MOST:
                del self._kept[wanted]
                continue
            if runs and len(numbers) < self._columns.size:
                more = np.full(self._columns.size - len(numbers), np.nan)
                numbers = self._kept[wanted] = np.concatenate([numbers, more])
            for first, last in runs:
                numbers[first : last + 1] = np.nan
                self._read(wanted, numbers, (first, last))

    def _read(self, wanted: _Name, numbers: Numbers, run: Run) -> None:
        for sql, values in _statements(wanted):
            rows = self._connection.execute(sql, [*values, *run])
            while chunk := rows.fetchmany(_ROWS_AT_ONCE):
                ids, found = zip(*chunk, strict=True)
                numbers[np.array(ids)] = found


def _statements(wanted: _Name) -> Iterator[tuple[str, list[Any]]]:
    """What is read one over the other."""
    name = wanted.name
    if name in _PLAIN:
        yield f"SELECT id, {name} FROM creators WHERE {name} IS NOT NULL AND id BETWEEN ? AND ?", []
        return
    sql = f"SELECT creator_id, {name} FROM scores WHERE campaign_id = ? AND {name} IS NOT NULL AND creator_id BETWEEN ? AND ?"
    if name not in _OF_A_CAMPAIGN:
        yield sql, [0]
    if wanted.campaign:
        yield sql, [wanted.campaign]
