"""Words, and beginnings of words, that very many accounts have: kept as one bit an account, and corrected as accounts change.

The text index hands out a hundred thousand ids in many times the time in which it counts them. So the most frequent words
are learned ahead, while nobody asks anything: a sample of the accounts' texts says which they are. Others are kept from
the first time they are asked for. What was learned goes to the next session with the columns.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from influtui.model.query_ast import Words
from influtui.model.query_words import spaceless, words
from influtui.store.column_reading import Ids, pulled
from influtui.store.filters import match_text

Bits = NDArray[np.uint8]

DENSE: Final = 20
"""More than one account in so many makes a word frequent."""
MOST_KEPT: Final = 96
"""So many words, an eighth of a byte an account each: twelve bytes an account at most."""
IN_RUN: Final = "SELECT group_concat(rowid) FROM creator_text WHERE creator_text MATCH ? AND rowid BETWEEN ? AND ?"
"""Who has a word, among a run of ids."""
_MOST_LEARNED: Final = 64
_SAMPLE: Final = 1_000
_SURELY: Final = 1.1
"""By how much more frequent than `DENSE` a word must be in the sample to be learned."""
_LONGEST: Final = 8
"""Letters of the beginnings that are learned; longer ones are mostly whole words."""
_NEARLY_ALL: Final = 0.9
"""A beginning is not learned beside a longer one, or a word, that so much of it is: the rest is soon found."""
_ROWS_AT_ONCE: Final = 500
_READ_AT_MOST: Final = 2_000
"""So many changed accounts are read again; of more the index is asked, word by word and run by run."""
_ASKED_AT_MOST: Final = 5_000
"""So many times is the index asked after a change. Where it would be more, everything is forgotten."""
_MOST_CHANGED: Final = 4
"""Where more than one in so many accounts changed, others may be the frequent words."""


class FrequentWords:
    """The frequent words of one catalogue."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._bits: dict[Words, Bits] = {}
        self._accounts: dict[Words, int] = {}
        """How many accounts had each when it was looked up."""
        self._learned: set[Words] = set()
        self._to_learn: list[Words] | None = None
        """What is to be learned, the most frequent at the end; None before the sample was taken."""

    def __contains__(self, asked: object) -> bool:
        return asked in self._bits

    def get(self, asked: Words) -> Bits | None:
        """The accounts that have a word, where it is kept."""
        return self._bits.get(asked)

    def within(self, asked: Words) -> Words | None:
        """The largest that is kept of what a beginning also finds: `travel` of `trav*`."""
        parts = [each for each in self._bits if asked.prefix and each != asked and each.phrase.startswith(asked.phrase)]
        return max(parts, key=lambda each: self._accounts[each], default=None)

    def keep(self, asked: Words, bits: Bits) -> bool:
        """Keep a frequent word that was asked for, where there is room. Returns whether it is kept."""
        if len(self._bits) >= MOST_KEPT:
            return False
        self._bits[asked] = bits
        self._accounts[asked] = _ones(bits)
        return True

    def forget(self, *, learned: bool = True) -> None:
        """Drop everything, or without `learned` what was only asked for."""
        if learned:
            self._bits.clear()
            self._learned.clear()
            self._to_learn = None
        for asked in [asked for asked in self._bits if asked not in self._learned]:
            del self._bits[asked]

    def next(self, everyone: Ids) -> Words | None:
        """What should be learned next; None where there is nothing more. Takes the sample when it is first asked."""
        if self._to_learn is None:
            self._to_learn = self._frequent(everyone)
        return self._to_learn[-1] if self._to_learn else None

    def learned(self, asked: Words) -> None:
        """Note that `next` was looked up."""
        if self._to_learn and self._to_learn[-1] == asked:
            self._to_learn.pop()
        if asked in self._bits:
            self._learned.add(asked)

    def kept(self) -> dict[str, Bits]:
        """What was learned, as arrays by name, for `column_cache.py`. Nothing before all is learned."""
        if self._to_learn != []:
            return {}
        return {f"words {asked.phrase}{'*' if asked.prefix else ''}": self._bits[asked] for asked in self._learned}

    def restore(self, arrays: Mapping[str, NDArray[Any]], size: int) -> None:
        """Take over what `kept` gave once, where it fits `size` accounts."""
        self.forget()
        found = {name.removeprefix("words "): bits for name, bits in arrays.items() if name.startswith("words ")}
        if found and all(bits.dtype == np.uint8 and len(bits) * 8 >= size for bits in found.values()):
            self._bits = {Words((name.removesuffix("*"),), name.endswith("*")): bits for name, bits in found.items()}
            self._accounts = {asked: _ones(bits) for asked, bits in self._bits.items()}
            self._learned = set(self._bits)
            self._to_learn = []

    def follow(self, runs: Sequence[tuple[int, int]], size: int) -> None:
        """Correct what is kept, of ids up to `size`, for the accounts in `runs` (first, last).

        After a change of very many everything is forgotten.
        """
        changed = sum(last - first + 1 for first, last in runs)
        if changed * _MOST_CHANGED > size:
            self.forget()
        elif changed <= _READ_AT_MOST:
            self._grow(size)
            self._read_again(runs)
        elif len(runs) * len(self._bits) <= _ASKED_AT_MOST:
            self._grow(size)
            self._ask_again(runs)
        else:
            self.forget()

    def _grow(self, size: int) -> None:
        for asked, bits in self._bits.items():
            if len(bits) * 8 < size:
                self._bits[asked] = np.concatenate([bits, np.zeros(-(-size // 8) - len(bits), np.uint8)])

    def _ask_again(self, runs: Sequence[tuple[int, int]]) -> None:
        for asked, bits in self._bits.items():
            having = np.unpackbits(bits)
            for first, last in runs:
                having[first : last + 1] = 0
                having[pulled(self._connection, IN_RUN, (match_text(asked), first, last))] = 1
            self._bits[asked] = np.packbits(having)

    def _read_again(self, runs: Sequence[tuple[int, int]]) -> None:
        if not self._bits:
            return
        changed = np.concatenate([np.arange(first, last + 1) for first, last in runs])
        having: dict[Words, list[int]] = {asked: [] for asked in self._bits}
        longest = max((len(asked.phrase) for asked in having if asked.prefix), default=0)
        for first, last in runs:
            sql = "SELECT id, handle, name, bio FROM creators WHERE id BETWEEN ? AND ?"
            for each, *texts in self._connection.execute(sql, (first, last)):
                for asked in _said(texts, longest) & having.keys():
                    having[asked].append(each)
        for asked, ids in having.items():
            bits, now = self._bits[asked], np.array(ids, np.int64)
            np.bitwise_and.at(bits, changed >> 3, ~(128 >> (changed & 7)).astype(np.uint8))
            np.bitwise_or.at(bits, now >> 3, (128 >> (now & 7)).astype(np.uint8))

    def _frequent(self, everyone: Ids) -> list[Words]:
        """The words to learn, from a sample: the most frequent last."""
        sample = everyone[:: max(1, len(everyone) // _SAMPLE)].tolist()
        counted: Counter[Words] = Counter()
        for start in range(0, len(sample), _ROWS_AT_ONCE):
            chunk = ", ".join(map(str, sample[start : start + _ROWS_AT_ONCE]))
            for texts in self._connection.execute(f"SELECT handle, name, bio FROM creators WHERE id IN ({chunk})"):
                counted.update(_said(texts, _LONGEST))
        often = _SURELY * len(sample) / DENSE
        frequent = {asked: times for asked, times in counted.most_common() if times > often}
        distinct = [asked for asked in frequent if not _nearly_another(asked, frequent)]
        return distinct[:_MOST_LEARNED][::-1]


def _nearly_another(asked: Words, frequent: Mapping[Words, int]) -> bool:
    """Whether nearly all that a beginning finds is found by a longer one or a word."""
    enough = _NEARLY_ALL * frequent[asked]
    return asked.prefix and any(
        times >= enough
        and each != asked
        and each.phrase.startswith(asked.phrase)
        # A word itself goes before the beginning that it is, and a longer beginning before a shorter one.
        and (len(each.phrase) > len(asked.phrase) or not each.prefix)
        for each, times in frequent.items()
    )


def _ones(bits: Bits) -> int:
    return int(np.count_nonzero(np.unpackbits(bits)))


def _said(texts: Iterable[str | None], longest: int) -> set[Words]:
    """Every word of some texts, and every beginning of at most so many letters, as they would be asked for."""
    said = {word for text in texts if text for word in words(text) if not spaceless(word)}
    begun = {word[:letters] for word in said for letters in range(1, min(len(word), longest) + 1)}
    return {Words((word,)) for word in said} | {Words((word,), True) for word in begun}
