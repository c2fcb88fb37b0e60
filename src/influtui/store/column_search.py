"""The search over columns in memory: the same answers as `store/search.py`, for catalogues of millions.

Full text is asked one thing only, which ids match; filters, order, exact count and facets are arrays. What no column
holds (a note, a campaign, an average) is asked of the database as a condition of its own, and kept while nothing changes.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from influtui.model.ids import CreatorId
from influtui.model.query_ast import (
    And,
    Everything,
    Field,
    Not,
    Or,
    Query,
    Words,
)  # fmt: skip
from influtui.store import column_cache, filters
from influtui.store.column_fields import Fields
from influtui.store.column_orders import Orders
from influtui.store.column_reading import Ids, pulled, pulled_in_pieces
from influtui.store.columns import Columns, Mask
from influtui.store.filters import CREATORS, match_text
from influtui.store.frequent_words import DENSE, IN_RUN, FrequentWords
from influtui.store.search import FACETS, Facets, Order, by_frequency
from influtui.store.seldom_columns import SeldomColumns

_WALK: Final = 8_192
_CACHE_BYTES: Final = 12_000_000
_SPARSE: Final = 4
"""Fewer than one in so many accounts are kept as a list of ids, more as bits."""

_BY_FOLLOWERS: Final = Order()
_BY_NAME: Final = Order("name", False)
_INDEXED_BEGINNINGS: Final = 3
"""Letters of the beginnings that the text index has lists of (`prefix` in the schema)."""
_LEARN_ABOVE: Final = 20_000
_SAVED_ABOVE: Final = 20_000


class Posting(NamedTuple):
    """The accounts that one leaf matches, as ids or, where they are many, as bits."""

    ids: Ids | None
    bits: NDArray[np.uint8] | None
    matches: int

    @property
    def bytes(self) -> int:
        """What it costs to keep."""
        return sum(each.nbytes for each in (self.ids, self.bits) if each is not None)

    def mask(self, size: int) -> Mask:
        """As one truth for each id."""
        if self.bits is not None:
            mask = np.unpackbits(self.bits, count=min(size, len(self.bits) * 8)).view(np.bool_)
            return mask if len(mask) == size else np.concatenate([mask, np.zeros(size - len(mask), np.bool_)])
        mask = np.zeros(size, np.bool_)
        mask[self.ids] = True
        return mask


class ColumnSearch:
    """Columns, orders and what was asked lately, over one connection of one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.columns = Columns()
        self._seldom = SeldomColumns(self.columns, connection)
        self.orders = Orders(self.columns, self._seldom, connection)
        self._fields = Fields(self.columns, self._seldom)
        self._kept: OrderedDict[Query, Posting] = OrderedDict()
        self._kept_bytes = 0
        self._totals: Facets | None = None
        self._frequent = FrequentWords(connection)
        self._unsaved = 0

    def refresh(self) -> None:
        """Take in what changed since the last time. Called inside the read transaction of the question."""
        newest, oldest = self._connection.execute("SELECT coalesce(max(seq), 0), min(seq) FROM change_log").fetchone()
        seq = self.columns.seq
        # An account that no change announced would fall outside of every column: then everything is read again.
        largest = self._connection.execute("SELECT coalesce(max(id), 0) FROM creators").fetchone()[0]
        unannounced = seq == newest and largest >= self.columns.size
        if seq == newest and not unannounced:
            return
        # Until it is done nothing is true of these columns: interrupted half-way, they are loaded anew.
        self.columns.seq = -1
        if seq < 0 and (kept := column_cache.load(self._connection)) is not None:
            seq = self._restored(*kept)
        if seq < 0 or unannounced or newest < seq or (oldest is not None and oldest > seq + 1):
            self.columns.load(self._connection)
            self._unsaved = len(self.columns.everyone())
            self._seldom.forget()
            self.orders.forget()
            self._frequent.forget()
        else:
            runs, scored = self._changed("creators", seq), self._changed("scores", seq)
            self._unsaved += sum(last - first + 1 for first, last in runs)
            self.columns.reload(self._connection, runs)
            self._seldom.follow(runs, scored)
            self.orders.follow(runs, scores_changed=bool(scored))
            if runs:
                self._frequent.follow(runs, self.columns.size)
        self.forget_questions()
        self._totals = None
        self.columns.seq = newest

    def _changed(self, noun: str, since: int) -> list[tuple[int, int]]:
        """The runs (first, last) of rows of a noun that changed since a change number."""
        rows = self._connection.execute(
            "SELECT DISTINCT first_id, last_id FROM change_log WHERE seq > ? AND noun = ?", (since, noun)
        )
        return [(int(first), int(last)) for first, last in rows]

    @property
    def worth_saving(self) -> bool:
        """Whether so much was read that the next session should not have to read it again."""
        return self.columns.seq >= 0 and self._unsaved > _SAVED_ABOVE

    def save(self, connection: sqlite3.Connection) -> None:
        """Keep the columns for the next session, through a connection that may write."""
        arrays, texts = self.columns.kept()
        column_cache.save(
            connection, self.columns.seq, {**arrays, **self.orders.kept(), **self._frequent.kept()}, texts
        )
        self._unsaved = 0

    def _restored(self, seq: int, arrays: column_cache.Arrays, texts: dict[str, list[str | None]]) -> int:
        """The change number of what an earlier session kept; -1 where it does not fit."""
        if not self.columns.restore(arrays, texts):
            return -1
        self._seldom.forget()
        self.orders.forget()
        self.orders.restore(arrays)
        self._frequent.restore(arrays, self.columns.size)
        return seq

    def forget_questions(self) -> None:
        """Drop what was found for earlier questions."""
        self._kept.clear()
        self._kept_bytes = 0

    def forget_words(self, *, learned: bool) -> None:
        """Drop also the frequent words that were kept for good; without `learned` those that were learned ahead stay."""
        self.forget_questions()
        self._frequent.forget(learned=learned)

    def learn_word(self) -> bool:
        """Look up one more frequent word. Returns whether there was one."""
        everyone = self.columns.everyone()
        if len(everyone) <= _LEARN_ABOVE or (asked := self._frequent.next(everyone)) is None:
            return False
        if self._frequent.get(asked) is None and self._frequent.within(asked) is None and _is_quick_by_range(asked):
            ids = pulled_in_pieces(self._connection, IN_RUN, [match_text(asked)], self.columns.size)
            if len(ids) * DENSE > len(everyone):
                self._frequent.keep(asked, np.packbits(self._of_all(ids)))
        else:
            self._posting(asked)
        self._frequent.learned(asked)
        return True

    def learn(self) -> bool:
        """Look up one more frequent word, at last make the order by name, which takes long.

        For when nobody asks anything. Returns whether there is more to learn.
        """
        if self.learn_word():
            return True
        everyone = self.columns.everyone()
        if len(everyone) > _LEARN_ABOVE and not self.orders.has(_BY_NAME):
            self.orders.of(_BY_NAME)
            self._unsaved += len(everyone)
        return False

    def asked(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement, as the columns see the store."""
        return self._connection.execute(sql, values).fetchall()

    def warm(self) -> None:
        """Make what the first questions will need: the orders that take long, and all accounts' facets."""
        self.orders.of(Order())
        self.facets(self.columns.everyone())

    def found(self, query: Query) -> Ids:
        """The ids of all that match, upwards."""
        if isinstance(query, Everything):
            return self.columns.everyone()
        if isinstance(query, And):
            return self._all_of(query)
        posting = self._posting(query) if isinstance(query, Words) else None
        if posting and posting.ids is not None:
            return posting.ids
        return np.flatnonzero(self._mask(query)).astype(np.uint32)

    def listed(self, query: Query, order: Order) -> Ids:
        """The ids of all that match, in an order."""
        return self.ordered(query, self.found(query), order)

    def counts(self, query: Query) -> tuple[int, Facets]:
        """How many match, in all and by facet."""
        found = self.found(query)
        return len(found), self.facets(found)

    def ordered(self, query: Query, found: Ids, order: Order) -> Ids:
        """All of `found` in an order."""
        if order.name == "match":
            parts = self.orders.by_match(query, found)
            return np.concatenate(
                [self._sorted(part, _BY_FOLLOWERS) for part in (parts if order.descending else parts[::-1])]
            )
        return self._sorted(found, order)

    def first(self, query: Query, found: Ids, order: Order, limit: int) -> list[CreatorId]:
        """The first `limit` of `found` in an order."""
        parts = [found]
        if order.name == "match":
            parts = self.orders.by_match(query, found)
            parts, order = (parts if order.descending else parts[::-1]), _BY_FOLLOWERS
        first: list[CreatorId] = []
        for part in parts:
            if len(first) < limit:
                first += [CreatorId(int(each)) for each in self._begin(part, order, limit - len(first))]
        return first

    def _sorted(self, found: Ids, order: Order) -> Ids:
        kept = self.orders.of(order)
        if len(found) * 4 < len(kept.ids):
            return found[np.argsort(kept.place[found])]
        mask = np.zeros(self.columns.size, np.bool_)
        mask[found] = True
        return kept.ids[mask[kept.ids]]

    def _begin(self, found: Ids, order: Order, limit: int) -> Ids:
        """The first of `found`: of very many by walking along the order, else by picking the lowest places."""
        kept = self.orders.of(order)
        if len(found) * DENSE < len(kept.ids):
            places = kept.place[found]
            if limit < len(found):
                best = np.argpartition(places, limit)[:limit]
                found, places = found[best], places[best]
            return found[np.argsort(places)]
        mask = np.zeros(self.columns.size, np.bool_)
        mask[found] = True
        first = np.zeros(0, np.uint32)
        for start in range(0, len(kept.ids), _WALK):
            if len(first) >= limit:
                break
            stretch = kept.ids[start : start + _WALK]
            first = np.concatenate([first, stretch[mask[stretch]]])
        return first[:limit]

    def facets(self, found: Ids) -> Facets:
        """How many of `found` have each tier, platform, country, language and topic."""
        everyone = self.columns.everyone()
        if len(found) * 2 < len(everyone):
            return self._counted(found)
        if self._totals is None:
            self._totals = self._counted(everyone)
        if len(found) == len(everyone):
            return self._totals
        others = np.ones(self.columns.size, np.bool_)
        others[found] = False
        others &= self.columns.alive
        fewer = self._counted(np.flatnonzero(others).astype(np.uint32))
        return {
            facet: by_frequency({
                name: number - fewer[facet].get(name, 0)
                for name, number in counted.items()
                if number > fewer[facet].get(name, 0)
            })
            for facet, counted in self._totals.items()
        }  # fmt: skip

    def _counted(self, ids: Ids) -> Facets:
        counted: Facets = {facet: {} for facet in FACETS}
        if not len(ids):
            return counted
        counted["tier"] = self.columns.tiers_counted(ids)
        for name in ("platform", "country", "language"):
            column = self.columns.coded[name]
            sums = column.counted(ids)
            counted[name] = {
                value: int(sums[code]) for code, value in enumerate(column.values) if value is not None and sums[code]
            }
        counted["topic"] = self.columns.sets["topics"].members_counted(ids)
        return {facet: by_frequency(values) for facet, values in counted.items()}

    # Evaluation: over all ids at once, or over a few that are known to be enough.

    def _all_of(self, query: And) -> Ids:
        """A conjunction: from its words, which the index is asked for together, or else from its masks."""
        words: list[Query] = [part for part in query.parts if self._is_asked(part)]
        if words:
            words += [part for part in query.parts if isinstance(part, Not) and self._is_asked(part.part)]
        others = [part for part in query.parts if part not in words]
        if not words:
            words = [part for part in others if isinstance(part, Words)]
            words = words and [min(words, key=lambda part: self._posting(part).matches)]
            others = [part for part in others if part not in words]
        posting = self._posting(words[0] if len(words) == 1 else And(tuple(words))) if words else None
        if posting is None:
            return np.flatnonzero(self._mask(query)).astype(np.uint32)
        if posting.ids is None:
            mask = posting.mask(self.columns.size)
            for part in others:
                mask &= self._mask(part)
            return np.flatnonzero(mask).astype(np.uint32)
        ids = posting.ids
        for part in sorted(others, key=self._cost):
            ids = ids[self._within(part, ids)]
        return ids

    def _is_asked(self, part: Query) -> bool:
        """Whether the index alone knows the answer, and is still to be asked."""
        return isinstance(part, Words) and _is_one(part) and part not in self._frequent

    def _cost(self, part: Query) -> int:
        if isinstance(part, Field):
            return 0 if self._fields.of(part, self.columns.everyone()[:0]) is not None else 2
        return 1 if isinstance(part, Words) else 3

    def _mask(self, query: Query) -> Mask:
        """Truth by id, false for ids that are not there."""
        if isinstance(query, Everything):
            return self.columns.alive.copy()
        if isinstance(query, Not):
            return self.columns.alive & ~self._mask(query.part)
        if isinstance(query, And | Or):
            masks = (self._mask(part) for part in query.parts)
            whole = next(masks)
            for mask in masks:
                if isinstance(query, And):
                    whole &= mask
                else:
                    whole |= mask
            return whole
        column = self._fields.of(query, None) if isinstance(query, Field) else None
        return column & self.columns.alive if column is not None else self._posting(query).mask(self.columns.size)

    def _within(self, query: Query, ids: Ids) -> Mask:
        """Truth for each of `ids`, all of which are there."""
        if isinstance(query, Everything):
            return np.ones(len(ids), np.bool_)
        if isinstance(query, Not):
            return ~self._within(query.part, ids)
        if isinstance(query, And | Or):
            parts = (self._within(part, ids) for part in query.parts)
            whole = next(parts)
            for part in parts:
                whole = whole & part if isinstance(query, And) else whole | part
            return whole
        column = self._fields.of(query, ids) if isinstance(query, Field) else None
        return column if column is not None else self._posting(query).mask(self.columns.size)[ids]

    # What the database is asked.

    def _posting(self, leaf: Query) -> Posting:
        if not isinstance(leaf, Words | Field | And):
            raise TypeError(f"{type(leaf).__name__} is no leaf of a bound query")
        if isinstance(leaf, Words) and (bits := self._frequent.get(leaf)) is not None:
            return Posting(None, bits, len(self.columns.everyone()))
        if (kept := self._kept.get(leaf)) is not None:
            self._kept.move_to_end(leaf)
            return kept
        posting = self._looked_up(leaf)
        frequent = posting.matches * DENSE > len(self.columns.everyone())
        if frequent and isinstance(leaf, Words) and _is_one(leaf):
            bits = np.packbits(posting.mask(self.columns.size))
            if self._frequent.keep(leaf, bits):
                return Posting(None, bits, posting.matches)
        self._kept[leaf] = posting
        self._kept_bytes += posting.bytes
        while self._kept_bytes > _CACHE_BYTES and len(self._kept) > 1:
            self._kept_bytes -= self._kept.popitem(last=False)[1].bytes
        return posting

    def _looked_up(self, leaf: Words | Field | And) -> Posting:
        if isinstance(leaf, Words) and (part := self._frequent.within(leaf)) and _is_one(leaf):
            return self._beside(leaf, part)
        if isinstance(leaf, And) or (isinstance(leaf, Words) and _is_one(leaf)):
            sql = "SELECT group_concat(rowid) FROM creator_text WHERE creator_text MATCH ?"
            return self._of(pulled(self._connection, sql, [_index_text(leaf)]))
        if isinstance(leaf, Field) and (link := filters.linked(leaf, CREATORS)):
            # Who was judged, noted or taken is soon said; whose accounts those are the columns know.
            keys = pulled(self._connection, f"SELECT group_concat(found) FROM ({link[0]})", link[1])
            if CREATORS.columns[leaf.name].link == filters.OF_THE_PERSON:
                return self._of(np.flatnonzero(self.columns.of_persons(keys)).astype(np.uint32))
            return self._of(np.unique(keys))
        condition, values = filters.where(leaf, CREATORS)
        return self._of(pulled(self._connection, f"SELECT group_concat(id) FROM creators WHERE {condition}", values))

    def _of(self, ids: Ids) -> Posting:
        if len(ids) * _SPARSE < self.columns.size:
            return Posting(ids if bool(np.all(ids[1:] > ids[:-1])) else np.sort(ids), None, len(ids))
        return Posting(None, np.packbits(self._of_all(ids)), len(ids))

    def _of_all(self, ids: Ids) -> Mask:
        mask = np.zeros(self.columns.size, np.bool_)
        mask[ids] = True
        return mask

    def _beside(self, leaf: Words, part: Words) -> Posting:
        """A beginning, of which the index is asked only for what a frequent word, which is kept, does not have."""
        sql = "SELECT group_concat(rowid) FROM creator_text WHERE creator_text MATCH ?"
        mask = self._posting(part).mask(self.columns.size)
        mask[pulled(self._connection, sql, [f"{match_text(leaf)} NOT {match_text(part)}"])] = True
        return Posting(None, np.packbits(mask), int(np.count_nonzero(mask)))


def _index_text(leaf: Words | And) -> str:
    """What the full-text index is asked for: a word, or words that must and words that must not be there."""
    parts = leaf.parts if isinstance(leaf, And) else (leaf,)
    wanted = [match_text(part) for part in parts if isinstance(part, Words)]
    unwanted = [match_text(part.part) for part in parts if isinstance(part, Not) and isinstance(part.part, Words)]
    return f"({' AND '.join(wanted)})" + (f" NOT ({' OR '.join(unwanted)})" if unwanted else "")


def _is_quick_by_range(words: Words) -> bool:
    """Whether the index has it as one list: of a longer beginning every question merges the words that begin so anew."""
    return _is_one(words) and (not words.prefix or len(words.phrase) <= _INDEXED_BEGINNINGS)


def _is_one(words: Words) -> bool:
    """Whether the index alone knows the answer: one word of a script with blanks."""
    return len(words.words) == 1 and not words.spaceless
