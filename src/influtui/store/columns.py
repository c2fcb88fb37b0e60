"""Accounts as columns in memory: the few values that searches filter, sort and count by, in arrays indexed by id.

Loaded from the store, then kept in step by the change feed. Everything is as of one change number, `seq`; whoever asks
holds a read transaction, so that columns and statements see the same rows. Meant for one thread (`column_engine.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from influtui.model.creators import split
from influtui.model.tiers import TierScheme, default_scheme

Ids = NDArray[np.uint32]
Mask = NDArray[np.bool_]

NUMBERS: Final = ("followers", "engagement_rate", "as_of")
CODED: Final = ("platform", "country", "language", "found_by", "engagement_variant")
SETS: Final = ("topics", "tags")
KNOWN: Final = ("email", "name", "bio", "url")
"""Texts of which it is only kept whether they are known."""

_HELD: Final = (*NUMBERS, *CODED, *SETS, *(f"{name} IS NOT NULL" for name in KNOWN))
_READ: Final = f"SELECT id, {', '.join(_HELD)} FROM creators"
_ROWS_AT_ONCE: Final = 10_000
_ROOM: Final = 1_024


class Coded:
    """A column of texts as small numbers: `codes[id]` stands for `values[code]`; code 0 is unknown."""

    def __init__(self, size: int) -> None:
        self.codes: NDArray[Any] = np.zeros(size, np.uint8)
        self.values: list[str | None] = [None]
        self._numbers: dict[str | None, int] = {None: 0}

    def put(self, ids: Ids, texts: Iterable[str | None]) -> None:
        """Set the values of `ids`."""
        numbers = self._numbers
        found = []
        for text in texts:
            number = numbers.get(text)
            if number is None:
                number = numbers[text] = len(self.values)
                self.values.append(text)
            found.append(number)
        if len(self.values) > np.iinfo(self.codes.dtype).max:
            self.codes = self.codes.astype(np.uint16 if len(self.values) < 2**16 else np.uint32)
        self.codes[ids] = found

    def grow(self, size: int) -> None:
        """Make room for ids up to `size`."""
        self.codes = _grown(self.codes, size, 0)

    def counted(self, ids: Ids) -> NDArray[np.int64]:
        """How many of `ids` have each code."""
        return np.bincount(self.codes[ids], minlength=len(self.values))


class Sets(Coded):
    """A column of small sets (`|a|b|`): codes stand for whole sets, of which there are few."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.members: dict[str, list[int]] = {}
        """For each member the codes of the sets that have it."""
        self._known = 1
        self._flat: tuple[list[str], NDArray[np.int64], NDArray[np.int64]] | None = None

    def put(self, ids: Ids, texts: Iterable[str | None]) -> None:
        """Set the values of `ids`."""
        super().put(ids, texts)
        for code in range(self._known, len(self.values)):
            for member in split(self.values[code]):
                self.members.setdefault(member, []).append(code)
        if self._known < len(self.values):
            self._known = len(self.values)
            self._flat = None

    def members_counted(self, ids: Ids) -> dict[str, int]:
        """How many of `ids` have each member."""
        if self._flat is None:
            names = list(self.members)
            codes = [np.asarray(self.members[name], np.int64) for name in names]
            member = np.repeat(np.arange(len(names)), [len(each) for each in codes])
            self._flat = names, np.concatenate([np.zeros(0, np.int64), *codes]), member
        names, code, member = self._flat
        sums = np.bincount(member, weights=self.counted(ids)[code], minlength=len(names))
        return {name: int(number) for name, number in zip(names, sums, strict=True) if number}


class Columns:
    """The columns of all accounts. Empty until `load`."""

    def __init__(self, scheme: TierScheme | None = None) -> None:
        self.seq = -1
        self.size = _ROOM
        self.alive: Mask = np.zeros(self.size, np.bool_)
        self.numbers = {name: np.full(self.size, np.nan) for name in NUMBERS}
        self.coded = {name: Coded(self.size) for name in CODED}
        self.sets = {name: Sets(self.size) for name in SETS}
        self.known: dict[str, Mask] = {name: np.zeros(self.size, np.bool_) for name in KNOWN}
        self._scheme = scheme or default_scheme()
        self._bounds = np.array([float(tier.smallest) for tier in self._scheme.tier])
        self._all: Ids | None = None

    def everyone(self) -> Ids:
        """All ids there are, upwards."""
        if self._all is None:
            self._all = np.flatnonzero(self.alive).astype(np.uint32)
        return self._all

    def load(self, connection: sqlite3.Connection, seq: int) -> None:
        """Read everything anew, as of change number `seq`."""
        newest = connection.execute("SELECT coalesce(max(id), 0) FROM creators").fetchone()[0]
        self.__init__(self._scheme)  # type: ignore[misc]
        self._grow(newest + 1)
        self._fill(connection.execute(_READ))
        self.seq = seq

    def reload(self, connection: sqlite3.Connection, runs: Sequence[tuple[int, int]], seq: int) -> None:
        """Read the accounts in `runs` (first, last) again."""
        for first, last in runs:
            self._grow(last + 1)
            self.alive[first : last + 1] = False
            self._fill(connection.execute(f"{_READ} WHERE id BETWEEN ? AND ?", (first, last)))
        self._all = None
        self.seq = seq

    def tiers_counted(self, ids: Ids) -> dict[str, int]:
        """How many of `ids` are of each tier."""
        followers = self.numbers["followers"][ids]
        places = np.searchsorted(self._bounds, followers[~np.isnan(followers)], side="right")
        sums = np.bincount(places, minlength=len(self._bounds) + 1)[1:]
        return {tier.name: int(number) for tier, number in zip(self._scheme.tier, sums, strict=True) if number}

    def _fill(self, rows: sqlite3.Cursor) -> None:
        while chunk := rows.fetchmany(_ROWS_AT_ONCE):
            found, *columns = zip(*chunk, strict=True)
            ids = np.array(found, np.uint32)
            self.alive[ids] = True
            named = dict(zip((*NUMBERS, *CODED, *SETS, *KNOWN), columns, strict=True))
            for name in NUMBERS:
                self.numbers[name][ids] = np.array(named[name], np.float64)
            for name in KNOWN:
                self.known[name][ids] = np.array(named[name], np.bool_)
            for name, column in (*self.coded.items(), *self.sets.items()):
                column.put(ids, named[name])
        self._all = None

    def _grow(self, size: int) -> None:
        if size <= self.size:
            return
        self.size = size + max(_ROOM, size // 16)
        self.alive = _grown(self.alive, self.size, False)
        self.known = {name: _grown(column, self.size, False) for name, column in self.known.items()}
        self.numbers = {name: _grown(column, self.size, np.nan) for name, column in self.numbers.items()}
        for column in (*self.coded.values(), *self.sets.values()):
            column.grow(self.size)


def pulled(connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> Ids:
    """The ids that a `group_concat` gives, as one value: four times as fast as row by row."""
    text = connection.execute(sql, values).fetchone()[0]
    return np.fromstring(text, np.uint32, sep=",") if text else np.zeros(0, np.uint32)


def _grown(column: NDArray[Any], size: int, fill: Any) -> NDArray[Any]:
    larger = np.full(size, fill, column.dtype)
    larger[: len(column)] = column
    return larger
