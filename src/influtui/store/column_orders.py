"""Orders of all accounts, kept in memory: who comes at which place, for every sort that was asked for.

An order that a column holds is sorted here; others are read from the database once. A handful of changed accounts are
put in their new places; after more, the order is made anew when it is asked for.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from influtui.model.query_ast import SCORES, Everything, Query
from influtui.model.query_match import BEYOND, Sought, sought
from influtui.store.column_reading import Ids, pulled
from influtui.store.columns import Columns, Mask
from influtui.store.search import NAME_KEY, Order, ordering, terms
from influtui.store.seldom_columns import SeldomColumns

_MOST_KEPT: Final = 4
_LOOKED_AT: Final = 20_000
_CHUNK: Final = 2_000
_ROWS_AT_ONCE: Final = 10_000
_BY_NAME: Final = Order("name", False)
_MOST_MOVED: Final = 200
"""Above this many changed accounts an order is made anew instead of mended."""

_FROM_NUMBERS: Final = {"followers": "followers", "er": "engagement_rate", "age": "as_of"}
_FROM_SELDOM: Final = {
    "views": "avg_views", "likes": "avg_likes", "comments": "avg_comments", "shares": "avg_shares", "added": "created_at",
    "changed": "updated_at",
}  # fmt: skip
_FROM_CODES: Final = ("platform", "country")


_LASTING: Final = ("followers", "name")
"""Kept between sessions, the first downwards, the other upwards."""


class Kept:
    """One order: the ids by place, and the place by id, which is made when it is first needed."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self._place: NDArray[np.int32] | None = None

    @property
    def place(self) -> NDArray[np.int32]:
        """The place by id."""
        if self._place is None:
            self._place = np.zeros(int(self.ids.max(initial=0)) + 1, np.int32)
            self._place[self.ids] = np.arange(len(self.ids), dtype=np.int32)
        return self._place


class Orders:
    """The orders of one set of columns."""

    def __init__(self, columns: Columns, seldom: SeldomColumns, connection: sqlite3.Connection) -> None:
        self._columns = columns
        self._seldom = seldom
        self._connection = connection
        self._kept: OrderedDict[Order, Kept] = OrderedDict()

    def of(self, order: Order) -> Kept:
        """An order, made now if it is not kept."""
        order = _without_campaign(order)
        kept = self._kept.get(order)
        if kept is None:
            kept = self._kept[order] = Kept(self._made(order))
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(order)
        return kept

    def has(self, order: Order) -> bool:
        """Whether an order is at hand."""
        return _without_campaign(order) in self._kept

    def forget(self) -> None:
        """Drop every order."""
        self._kept.clear()

    def kept(self) -> dict[str, NDArray[Any]]:
        """The orders that are worth keeping for the next session: those that take longest to make."""
        return {
            f"order {order.name}": kept.ids
            for order, kept in self._kept.items()
            if order.name in _LASTING and order.descending == (order.name == "followers")
        }

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `kept` gave once, where it fits the columns."""
        for name in _LASTING:
            ids = arrays.get(f"order {name}")
            if ids is not None and len(ids) == len(self._columns.everyone()):
                self._kept[Order(name, name == "followers")] = Kept(ids)

    def follow(self, runs: Sequence[tuple[int, int]], *, scores_changed: bool) -> None:
        """Put the accounts in `runs` (first, last) into their new places. An order that is quickly made is dropped instead."""
        moved = sum(last - first + 1 for first, last in runs)
        for order, kept in list(self._kept.items()):
            if not moved and not (scores_changed and order.name in SCORES):
                continue
            if order.name not in (*_FROM_NUMBERS, "name", "handle") or moved > _MOST_MOVED:
                del self._kept[order]
            else:
                self._kept[order] = self._mended(
                    order, kept, [each for first, last in runs for each in range(first, last + 1)]
                )

    def by_match(self, query: Query, found: Ids) -> list[Ids]:
        """`found` in four parts, from the best match to the rest (see `model/query_match.py`)."""
        wanted = sought(query)
        if wanted is None:
            return [found]
        ranks = np.full(self._columns.size, 3, np.uint8)
        ranks[self._names_from(wanted, found)] = 2
        for handle in wanted.handles:
            ranks[self._handles(">= ? AND handle_key < ?", handle, handle + BEYOND)] = 1
        for handle in wanted.handles:
            ranks[self._handles("= ?", handle)] = 0
        of_found = ranks[found]
        return [found[of_found == rank] for rank in range(4)]

    def _handles(self, condition: str, *values: str) -> Ids:
        return pulled(self._connection, f"SELECT group_concat(id) FROM creators WHERE handle_key {condition}", values)

    def _names_from(self, wanted: Sought, found: Ids) -> Ids:
        """Accounts whose name begins with the words: a stretch of the order by name, found by halving.

        While that order is not made yet, a few accounts are looked at one by one.
        """
        if len(found) < _LOOKED_AT and not self.has(_BY_NAME):
            return self._named(wanted, found)
        ids = self.of(_BY_NAME).ids
        low, high = wanted.name_range()
        ends = []
        for end in (low, high):
            first, last = 0, len(ids)
            while first < last:
                middle = (first + last) // 2
                row = self._connection.execute(
                    f"SELECT {NAME_KEY} || ' ' FROM creators WHERE id = ?", (int(ids[middle]),)
                ).fetchone()
                if row[0] < end:
                    first = middle + 1
                else:
                    last = middle
            ends.append(first)
        return ids[ends[0] : ends[1]]

    def _named(self, wanted: Sought, found: Ids) -> Ids:
        low, high = wanted.name_range()
        rows: list[tuple[int]] = []
        for start in range(0, len(found), _CHUNK):
            chunk = ", ".join(str(each) for each in found[start : start + _CHUNK].tolist())
            key = f"{NAME_KEY} || ' '"
            sql = f"SELECT id FROM creators WHERE id IN ({chunk}) AND {key} >= ? AND {key} < ?"
            rows += self._connection.execute(sql, (low, high)).fetchall()
        return np.array([row[0] for row in rows], np.uint32)

    def _made(self, order: Order) -> Ids:
        everyone = self._columns.everyone()
        if order.name == "id":
            return everyone[::-1] if order.descending else everyone
        if order.name in _FROM_NUMBERS:
            return self._by_numbers(self._columns.numbers[_FROM_NUMBERS[order.name]], order)
        numbers = self._seldom.of(_FROM_SELDOM.get(order.name, order.name), order.campaign)
        if numbers is not None:
            ids = self._by_numbers(numbers, order)
            unsure = self._seldom.unsure(order.name, order.campaign)
            return ids if unsure is None else _sure_first(ids, unsure[ids], np.isnan(numbers[ids]))
        if order.name in _FROM_CODES:
            column = self._columns.coded[order.name]
            texts = sorted((text for text in column.values if text is not None), reverse=order.descending)
            places = {text: place for place, text in enumerate(texts)}
            by_code = np.array([len(texts) if text is None else places[text] for text in column.values])
            return everyone[np.argsort(by_code[column.codes[everyone]], kind="stable")]
        keys = terms(order, Everything())
        selected = ", ".join(f"{key.sql} AS key{number}" for number, key in enumerate(keys))
        # LIMIT keeps the inner order: without it the outer query may drop it.
        sql = f"SELECT {selected} FROM creators ORDER BY {ordering(keys)} LIMIT -1"
        # Row by row: all ids as one text would take many times their room, at the moment at which sorting takes most.
        found = np.zeros(len(everyone), np.uint32)
        rows = self._connection.execute(f"SELECT key{len(keys) - 1} FROM ({sql})")
        at = 0
        while chunk := rows.fetchmany(_ROWS_AT_ONCE):
            found[at : at + len(chunk)] = [each for (each,) in chunk]
            at += len(chunk)
        return found[:at]

    def _by_numbers(self, numbers: NDArray[np.float64], order: Order) -> Ids:
        everyone = self._columns.everyone()
        of_all = numbers[everyone]
        if order.descending:
            np.negative(of_all, out=of_all)
        # NaN comes last however it is signed, and a stable sort leaves equals in the order of their ids.
        return everyone[np.argsort(of_all, kind="stable")]

    def _mended(self, order: Order, kept: Kept, moved: list[int]) -> Kept:
        """The order with the accounts `moved` taken out and put in anew, each by halving."""
        gone = np.zeros(self._columns.size, np.bool_)
        gone[moved] = True
        ids = kept.ids[~gone[kept.ids]]
        arriving = sorted((self._key(order, each), each) for each in moved if self._columns.alive[each])
        at: list[int] = []
        for key, _ in arriving:
            first, last = 0, len(ids)
            while first < last:
                middle = (first + last) // 2
                if self._key(order, int(ids[middle])) < key:
                    first = middle + 1
                else:
                    last = middle
            at.append(first)
        return Kept(np.insert(ids, at, np.array([each for _, each in arriving], np.uint32)))

    def _key(self, order: Order, each: int) -> tuple[Any, ...]:
        """What Python can compare as the database orders: the unknown last, ties by id."""
        keys = terms(order, Everything())
        selected = ", ".join(key.sql for key in keys)
        row = self._connection.execute(f"SELECT {selected} FROM creators WHERE id = ?", (each,)).fetchone()
        return tuple(
            (True, 0) if value is None else (False, _Downwards(value) if key.descending else value)
            for key, value in zip(keys, row, strict=True)
        )


def _sure_first(ids: Ids, unsure: Mask, unknown: Mask) -> Ids:
    """An order of scores with those of which too little is known between the others and the unknown."""
    return np.concatenate([ids[~unsure & ~unknown], ids[unsure], ids[unknown]])


class _Downwards:
    """A value that compares the other way round."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __lt__(self, other: _Downwards) -> bool:
        return bool(other._value < self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Downwards) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


def _without_campaign(order: Order) -> Order:
    return order if order.name in SCORES else order._replace(campaign=None)
