"""Lists of phrases, and how to find out fast which of them are in a text.

A phrase is a regular expression in lower case. Some two hundred of them are asked of every answer, and nearly none is in
it; so what is asked first are *pieces*: of each phrase the letters that stand in whatever it finds, without blanks. Which
words hold which pieces is remembered, so that a text costs one look at each of its words, for all lists together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

WORDS: Final = 40_000
"""Words of which is remembered what they hold."""
WORD: Final = 40
"""Characters of a word that is remembered: what is longer is no word of any language, or has no blanks."""

_UNSPACED: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of languages that are written without blanks, or with endings for words."""


class Pieces:
    """Pieces of words, and in which words they are."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._by_start: dict[str, list[str]] = {}
        for each in sorted(set(pieces)):
            self._by_start.setdefault(each[:2], []).append(each)
        self._bare: set[str] = set()
        self._holding: dict[str, tuple[str, ...]] = {}

    @property
    def remembered(self) -> int:
        """How many words are remembered."""
        return len(self._bare) + len(self._holding)

    def within(self, text: str) -> frozenset[str]:
        """The pieces that stand in `text`."""
        found: set[str] = set()
        for word in set(text.split()) - self._bare:
            held = self._holding.get(word)
            found.update(self._look(word) if held is None else held)
        return frozenset(found)

    def _look(self, word: str) -> tuple[str, ...]:
        held = tuple(
            piece
            for at in range(len(word))
            for start in (word[at : at + 2], word[at])
            for piece in self._by_start.get(start, ())
            if word.startswith(piece, at)
        )
        if len(word) <= WORD:
            if self.remembered >= WORDS:
                self._bare.clear()
                self._holding.clear()
            if held:
                self._holding[word] = held
            else:
                self._bare.add(word)
        return held


class Wording:
    """A text as lists of phrases are asked about it, with the pieces that stand in it."""

    __slots__ = ("pieces", "text")

    def __init__(self, text: str, pieces: frozenset[str]) -> None:
        self.text = text
        self.pieces = pieces

    def head(self, limit: int) -> Wording:
        """Its beginning: `limit` characters."""
        # Pieces that stand further down cost a look and change no answer.
        return Wording(self.text[:limit], self.pieces)


class Phrases:
    """A list of phrases, in the order in which they are asked."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns: Final = tuple(patterns)
        self._needed = tuple(map(needed_letters, self.patterns))
        self._by_piece: dict[str, list[int]] = {}
        self._always: list[int] = []
        self._all_of = tuple(map(_pieces_of_all, self.patterns))
        """Of each phrase sets of pieces, of each of which one must be there."""
        for number, needed in enumerate(self._needed):
            pieces = [_piece(letters) for letters in needed]
            if all(pieces):
                for piece in pieces:
                    self._by_piece.setdefault(piece, []).append(number)
            else:
                self._always.append(number)

    @property
    def pieces(self) -> Iterable[str]:
        """What `Wording.pieces` has to tell of for this list."""
        return frozenset(self._by_piece).union(*(each for sets in self._all_of for each in sets))

    def first_in(self, wording: Wording) -> str | None:
        """What the first phrase that is in a text found there."""
        for number in self._possible(wording):
            if (found := self._find(number, wording.text)) is not None:
                return found[0].strip() or None
        return None

    def count_in(self, wording: Wording) -> int:
        """How many of the phrases are in a text."""
        return sum(1 for number in self._possible(wording) if self._find(number, wording.text))

    def cut_from(self, wording: Wording) -> Wording:
        """The text with a blank in place of all that the phrases find."""
        text = wording.text
        for number in self._possible(wording):
            if may_be_in(text, self._needed[number]):
                text = _compiled(self.patterns[number]).sub(" ", text)
        # What was cut takes pieces away and brings no new ones: it joins no two words.
        return Wording(text, wording.pieces)

    def _possible(self, wording: Wording) -> list[int]:
        """The phrases whose pieces stand in a text, in their order."""
        pieces = wording.pieces
        numbers = {number for piece in self._by_piece.keys() & pieces for number in self._by_piece[piece]}
        return [
            number
            for number in sorted(numbers.union(self._always))
            if not any(each.isdisjoint(pieces) for each in self._all_of[number])
        ]

    def _find(self, number: int, text: str) -> re.Match[str] | None:
        return (
            found_at_a_word(_compiled(self.patterns[number]), text) if may_be_in(text, self._needed[number]) else None
        )


def any_of(patterns: Iterable[str], text: str) -> bool:
    """Whether one of a few patterns is in `text`, wherever it begins."""
    return any(may_be_in(text, needed_letters(each)) and _compiled(each).search(text) for each in patterns)


@cache
def needed_letters(pattern: str) -> tuple[str, ...]:
    """Letters of which at least one run stands in whatever a pattern finds; `("",)` where that is not plain to see.

    Looking for these first costs a twentieth of looking for the pattern.
    """
    found = [_of_alternative(each) for each in _alternatives(pattern)]
    return tuple(dict.fromkeys(letters for each in found for letters in each))


def _pieces_of_all(pattern: str) -> tuple[frozenset[str], ...]:
    """Sets of pieces, of each of which at least one stands in whatever a pattern finds."""
    alternatives = _alternatives(pattern)
    choices = _choices(alternatives[0]) if len(alternatives) == 1 else []
    return tuple({frozenset(map(_piece, each)) for each in choices if all(map(_piece, each))})


def _of_alternative(pattern: str) -> tuple[str, ...]:
    """As `needed_letters`, of a pattern without alternatives outside of groups: the longest of what must stand there."""
    return max(_choices(pattern), key=lambda each: min((len(_piece(letters)), len(letters)) for letters in each))


def _choices(pattern: str) -> list[tuple[str, ...]]:
    """Of a pattern without alternatives outside of groups: runs of letters, of each of which one must stand there."""
    choices: list[tuple[str, ...]] = [("",)]
    run, at = "", 0
    while at < len(pattern):
        char, end, group = pattern[at], at + 1, None
        if char == "[":
            end = pattern.index("]", at + 2) + 1
        elif char == "\\":
            end = at + 2
        elif char == "(":
            end = _closing(pattern, at) + 1
            group = pattern[at + 3 : end - 1] if pattern.startswith("(?:", at) else None
        may_be_absent = pattern[end : end + 1] in ("?", "*", "{")
        if (char.isalpha() or char in " '") and not may_be_absent:
            run += char
        else:
            choices.append((run,))
            run = ""
        if group is not None and not may_be_absent:
            choices.append(needed_letters(group))
        at = end
    return [*choices, (run,)]


def _alternatives(pattern: str) -> list[str]:
    """The parts of a pattern between bars that stand outside of groups."""
    parts, start, at = [], 0, 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 1
        elif pattern[at] == "[":
            at = pattern.index("]", at + 2)
        elif pattern[at] == "(":
            at = _closing(pattern, at)
        elif pattern[at] == "|":
            parts.append(pattern[start:at])
            start = at + 1
        at += 1
    return [*parts, pattern[start:]]


def _closing(pattern: str, start: int) -> int:
    """Where the group that opens at `start` ends."""
    depth, at = 0, start
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 1
        elif pattern[at] == "[":
            at = pattern.index("]", at + 2)
        else:
            depth += (pattern[at] == "(") - (pattern[at] == ")")
            if not depth:
                return at
        at += 1
    raise ValueError(f"a group of {pattern} does not end")


def may_be_in(text: str, needed: tuple[str, ...]) -> bool:
    """Whether letters of which one run is needed stand in `text`."""
    # Written out: this is asked some dozen times a message, and a generator costs more than the question.
    for letters in needed:  # noqa: SIM110
        if letters in text:
            return True
    return False


def _piece(letters: str) -> str:
    """The longest run without blanks; nothing where it is in every text."""
    longest = max(letters.split(), key=len, default="")
    return "" if longest.isascii() and len(longest) < 2 else longest


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A phrase, compiled when it is first looked for: most are in no mail of anybody."""
    return re.compile(pattern)


def found_at_a_word(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Where a pattern is found at the beginning of a word, in languages that put blanks between them.

    Looked at afterwards: a pattern that begins with this condition takes four times as long.
    """
    for match in pattern.finditer(text):
        at = match.start()
        if not at or not text[at - 1].isalnum() or not text[at : at + 1].isalnum() or _UNSPACED.match(text[at]):
            return match
    return None
