"""Accounts as columns in memory: the few values that searches filter, sort and count by, in arrays indexed by id.

Loaded from the store, then kept in step by the change feed. Everything is as of one change number, `seq`; whoever asks
holds a read transaction, so that columns and statements see the same rows. Meant for one thread (`column_engine.py`).
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from influtui.model.audience import shares
from influtui.model.creators import split
from influtui.model.tiers import TierScheme, default_scheme
from influtui.store.column_reading import CODED, KNOWN, SETS, Ids, stretches

Mask = NDArray[np.bool_]

NUMBERS: Final = ("followers", "engagement_rate", "as_of")
_FEW: Final = 32
"""Where there are more than so many different sets an account, the accounts are looked at one by one."""
_COUNTED_AT_ONCE: Final = 1 << 16
_ROOM: Final = 1_024


class Coded:
    """A column of texts as small numbers: `codes[id]` stands for `values[code]`; code 0 is unknown."""

    def __init__(self, size: int) -> None:
        self.codes: NDArray[Any] = np.zeros(size, np.uint8)
        self.values: list[str | None] = [None]
        self._numbers = _Numbers(self)

    def put(self, ids: Ids, texts: Sequence[str | None]) -> None:
        """Set the values of `ids`."""
        found = np.fromiter(map(self._numbers.__getitem__, texts), np.uint32, len(texts))
        if len(self.values) > np.iinfo(self.codes.dtype).max:
            self.codes = self.codes.astype(np.uint16 if len(self.values) < 2**16 else np.uint32)
        self.codes[ids] = found

    def restore(self, codes: NDArray[Any], values: Sequence[str | None]) -> None:
        """Take over what was kept of such a column."""
        self.codes = codes
        for text in values[1:]:
            self.numbered(text)

    def numbered(self, text: str | None) -> int:
        """The code of a text that has none yet."""
        number = self._numbers[text] = len(self.values)
        self.values.append(text)
        return number

    def grow(self, size: int) -> None:
        """Make room for ids up to `size`."""
        self.codes = _grown(self.codes, size, 0)

    def counted(self, ids: Ids) -> NDArray[np.int64]:
        """How many of `ids` have each code."""
        return _bincount(self.codes, ids, len(self.values))


class _Numbers(dict[str | None, int]):
    """The codes of a column's texts; a text that is new gets one when it is looked up."""

    def __init__(self, column: Coded) -> None:
        super().__init__({None: 0})
        self._column = column

    def __missing__(self, text: str | None) -> int:
        return self._column.numbered(text)


class Sets(Coded):
    """A column of small sets (`|a|b|`): codes stand for whole sets, of which there are few."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.members: dict[str, array[int]] = {}
        """For each member the codes of the sets that have it."""
        self._flat: tuple[list[str], NDArray[np.int64], NDArray[np.int64]] | None = None

    def numbered(self, text: str | None) -> int:
        number = super().numbered(text)
        for member in split(text):
            self.members.setdefault(member, array("L")).append(number)
        self._flat = None
        return number

    def members_counted(self, ids: Ids) -> dict[str, int]:
        """How many of `ids` have each member."""
        if len(ids) * _FEW < len(self.values):
            few: dict[str, int] = {}
            for code in self.codes[ids].tolist():
                for name in split(self.values[code]):
                    few[name] = few.get(name, 0) + 1
            return few
        if self._flat is None:
            names = list(self.members)
            codes = [np.asarray(self.members[name], np.int64) for name in names]
            member = np.repeat(np.arange(len(names)), [len(each) for each in codes])
            self._flat = names, np.concatenate([np.zeros(0, np.int64), *codes]), member
        names, code, member = self._flat
        sums = np.bincount(member, weights=self.counted(ids)[code], minlength=len(names))
        return {name: int(number) for name, number in zip(names, sums, strict=True) if number}


class Audiences:
    """Shares of audiences by key, in hundredths of a percent: for each key the accounts of which it is known, upwards.

    Of most accounts nothing is known, so that a place for each would mostly be empty.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[Ids, NDArray[np.uint16]]] = {}
        self._new: dict[str, tuple[array[int], array[int]]] = {}

    def put(self, texts: Iterable[tuple[int, str]]) -> None:
        """Take in what is known of accounts (id, text), of whom nothing is held."""
        for each, text in texts:
            for key, share in (shares(text) or {}).items():
                owners, amounts = self._new.setdefault(key, (array("I"), array("H")))
                owners.append(each)
                amounts.append(round(share * 100))

    def drop(self, first: int, last: int) -> None:
        """Forget what is held of a run of accounts."""
        for key in list(self._known.keys() | self._new.keys()):
            owners, amounts = self.of(key)
            begin, end = np.searchsorted(owners, (first, last + 1))
            if begin < end:
                self._known[key] = np.delete(owners, slice(begin, end)), np.delete(amounts, slice(begin, end))

    def of(self, key: str) -> tuple[Ids, NDArray[np.uint16]]:
        """The accounts of which a share is known, upwards, and the shares."""
        owners, amounts = self._known.get(key, (np.zeros(0, np.uint32), np.zeros(0, np.uint16)))
        if key in self._new:
            more_owners, more_amounts = self._new.pop(key)
            owners = np.concatenate([owners, np.asarray(more_owners, np.uint32)])
            amounts = np.concatenate([amounts, np.asarray(more_amounts, np.uint16)])
            order = np.argsort(owners, kind="stable")
            owners, amounts = self._known[key] = owners[order], amounts[order]
        return owners, amounts

    def together(self, keys: Sequence[str], size: int) -> tuple[Ids, NDArray[np.int64]]:
        """The accounts of which the share of some key is known, and the sum of those that are."""
        if len(keys) == 1:
            owners, amounts = self.of(keys[0])
            return owners, amounts.astype(np.int64)
        sums, known = np.zeros(size, np.int64), np.zeros(size, np.bool_)
        for key in keys:
            owners, amounts = self.of(key)
            sums[owners] += amounts
            known[owners] = True
        found = np.flatnonzero(known).astype(np.uint32)
        return found, sums[found]

    def kept(self) -> dict[str, NDArray[Any]]:
        """Everything as arrays by name."""
        arrays: dict[str, NDArray[Any]] = {}
        for key in sorted(self._known.keys() | self._new.keys()):
            arrays[f"audience ids {key}"], arrays[f"audience shares {key}"] = self.of(key)
        return arrays

    def restore(self, arrays: Mapping[str, NDArray[Any]], size: int) -> bool:
        """Take over what `kept` gave once, for ids below `size`. Returns whether it makes sense."""
        self._new.clear()
        keys = [name.removeprefix("audience ids ") for name in arrays if name.startswith("audience ids ")]
        none = np.zeros(0, np.uint16)
        self._known = {key: (arrays[f"audience ids {key}"], arrays.get(f"audience shares {key}", none)) for key in keys}
        return all(
            len(ids) == len(amounts) and (not len(ids) or ids[-1] < size) for ids, amounts in self._known.values()
        )


class Columns:
    """The columns of all accounts. Empty until `load`."""

    def __init__(self, scheme: TierScheme | None = None) -> None:
        self._scheme = scheme or default_scheme()
        self._bounds = np.array([float(tier.smallest) for tier in self._scheme.tier])
        self._clear()

    def _clear(self) -> None:
        self.seq = -1
        """The change number that all of this is true of; -1 for nothing. Whoever keeps it in step sets it."""
        self.size = _ROOM
        self.alive: Mask = np.zeros(self.size, np.bool_)
        self.tiers: NDArray[np.uint8] = np.zeros(self.size, np.uint8)
        """The place of each one's tier in the scheme, from 1; 0 is unknown."""
        self.persons: NDArray[np.uint32] = np.zeros(self.size, np.uint32)
        """Whose account it is."""
        self.numbers = {name: np.full(self.size, np.nan) for name in NUMBERS}
        self.coded = {name: Coded(self.size) for name in CODED}
        self.sets = {name: Sets(self.size) for name in SETS}
        self.known: NDArray[np.uint8] = np.zeros(self.size, np.uint8)
        """For each of `KNOWN` a bit, in their order."""
        self.audiences = Audiences()
        self._all: Ids | None = None
        self._accounts: NDArray[np.uint32] | None = None

    def everyone(self) -> Ids:
        """All ids there are, upwards."""
        if self._all is None:
            self._all = _ids_of(self.alive)
        return self._all

    def knows(self, name: str, ids: Ids | None = None) -> Mask:
        """Of which accounts, of all or of some, one of `KNOWN` is known."""
        bit = 1 << KNOWN.index(name)
        known: Mask = ((self.known if ids is None else self.known[ids]) & bit).astype(np.bool_)
        return known

    def accounts(self) -> NDArray[np.uint32]:
        """By id, how many accounts there are of the person whose account it is."""
        if self._accounts is None:
            each = np.bincount(self.persons[self.everyone()]).astype(np.uint32)
            each.resize(max(len(each), int(self.persons.max(initial=0)) + 1))
            self._accounts = each[self.persons]
        return self._accounts

    def of_persons(self, persons: Ids) -> Mask:
        """The accounts of some persons, as one truth for each id."""
        wanted = np.zeros(int(max(self.persons.max(initial=0), persons.max(initial=0))) + 1, np.bool_)
        wanted[persons] = True
        whose: Mask = wanted[self.persons]
        whose &= self.alive
        return whose

    def load(self, connection: sqlite3.Connection) -> None:
        """Read everything anew."""
        newest = connection.execute("SELECT coalesce(max(id), 0) FROM creators").fetchone()[0]
        self._clear()
        self._grow(newest + 1)
        self._fill(connection, 1, newest)

    def reload(self, connection: sqlite3.Connection, runs: Sequence[tuple[int, int]]) -> None:
        """Read the accounts in `runs` (first, last) again."""
        for first, last in runs:
            self._grow(last + 1)
            self.alive[first : last + 1] = False
            self.audiences.drop(first, last)
            self._fill(connection, first, last)

    @property
    def scheme(self) -> str:
        """The tiers that were counted by: what is kept under other ones is not taken over."""
        return repr(self._scheme)

    def kept(self) -> tuple[dict[str, NDArray[Any]], dict[str, list[str | None]]]:
        """Everything as arrays and texts by name, for `column_cache.py`."""
        coded = {**self.coded, **self.sets}
        arrays: dict[str, NDArray[Any]] = {"alive": self.alive, "tiers": self.tiers, "persons": self.persons}
        arrays |= {"known": self.known, **self.numbers}
        arrays |= {f"codes {name}": column.codes for name, column in coded.items()}
        texts: dict[str, list[str | None]] = {f"values {name}": column.values for name, column in coded.items()}
        return {**arrays, **self.audiences.kept()}, {**texts, "scheme": [self.scheme]}

    def restore(self, arrays: Mapping[str, NDArray[Any]], texts: Mapping[str, list[str | None]]) -> bool:
        """Take over what `kept` gave once. Returns whether it was all there."""
        self._clear()
        wanted, wanted_texts = self.kept()
        if not (wanted.keys() <= arrays.keys() and wanted_texts.keys() <= texts.keys()):
            return False
        if len({len(arrays[name]) for name in wanted}) != 1 or texts["scheme"] != [self.scheme]:
            return False
        self.alive = arrays["alive"]
        self.tiers = arrays["tiers"]
        self.persons = arrays["persons"]
        self.size = len(self.alive)
        self.numbers = {name: arrays[name] for name in NUMBERS}
        self.known = arrays["known"]
        if not self.audiences.restore(arrays, self.size):
            return False
        for name, column in (*self.coded.items(), *self.sets.items()):
            column.restore(arrays[f"codes {name}"], texts[f"values {name}"])
        return True

    def tiers_counted(self, ids: Ids) -> dict[str, int]:
        """How many of `ids` are of each tier."""
        sums = _bincount(self.tiers, ids, len(self._bounds) + 1)[1:]
        return {tier.name: int(number) for tier, number in zip(self._scheme.tier, sums, strict=True) if number}

    def _fill(self, connection: sqlite3.Connection, first: int, last: int) -> None:
        for found in stretches(connection, first, last):
            ids = found.ids
            self.alive[ids] = True
            self.persons[ids] = found.numbers["person_id"].astype(np.uint32)
            for name in NUMBERS:
                self.numbers[name][ids] = found.numbers[name]
            # Unknown is NaN, which is put behind every bound: it is told apart from the largest.
            followers = found.numbers["followers"]
            places = np.searchsorted(self._bounds, followers, side="right")
            self.tiers[ids] = np.where(np.isnan(followers), 0, places)
            self.known[ids] = found.known
            for name, column in (*self.coded.items(), *self.sets.items()):
                column.put(ids, found.texts[name])
            self.audiences.put(found.audiences)
        self._all = self._accounts = None

    def _grow(self, size: int) -> None:
        if size <= self.size:
            return
        self.size = size + max(_ROOM, size // 16)
        self.alive = _grown(self.alive, self.size, False)
        self.tiers = _grown(self.tiers, self.size, 0)
        self.persons = _grown(self.persons, self.size, 0)
        self.known = _grown(self.known, self.size, 0)
        self.numbers = {name: _grown(column, self.size, np.nan) for name, column in self.numbers.items()}
        for column in (*self.coded.values(), *self.sets.values()):
            column.grow(self.size)


def _ids_of(mask: Mask) -> Ids:
    """Where a mask is true. Stretch by stretch: numpy makes eight bytes of each, when memory is needed most."""
    ids = np.empty(np.count_nonzero(mask), np.uint32)
    at = 0
    for start in range(0, len(mask), _COUNTED_AT_ONCE):
        found = np.flatnonzero(mask[start : start + _COUNTED_AT_ONCE])
        ids[at : at + len(found)] = found + start
        at += len(found)
    return ids


def _bincount(codes: NDArray[Any], ids: Ids, size: int) -> NDArray[np.int64]:
    """How many of `ids` have each code. Stretch by stretch: numpy counts eight-byte numbers, of which it makes copies."""
    sums = np.zeros(size, np.int64)
    for start in range(0, len(ids), _COUNTED_AT_ONCE):
        sums += np.bincount(codes[ids[start : start + _COUNTED_AT_ONCE]], minlength=size)
    return sums


def _grown(column: NDArray[Any], size: int, fill: Any) -> NDArray[Any]:
    larger = np.full(size, fill, column.dtype)
    larger[: len(column)] = column
    return larger
