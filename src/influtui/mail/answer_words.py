"""The words by which answers are known, from `data/answers.toml`, ready to be looked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

_UNSPACED: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of languages that are written without blanks, or with endings for words."""


class _Automatic(msgspec.Struct, frozen=True):
    headers: list[tuple[str, str]]
    subjects: list[str]
    away: list[str]
    then: list[str]


class _Phrases(msgspec.Struct, frozen=True):
    phrases: list[str]
    politeness: list[str] = []


class _Returning(msgspec.Struct, frozen=True):
    until: list[str]
    months: dict[str, list[str]]
    weekdays: dict[str, list[str]]


class Words(msgspec.Struct, frozen=True):
    """`data/answers.toml`."""

    auto_reply: _Automatic
    unsubscribe: _Phrases
    declined: _Phrases
    question: _Phrases
    interested: _Phrases
    returning: _Returning

    def month(self, name: str) -> int | None:
        """The month whose name begins so; the longest beginning decides (`maa` is March, `mai` is May)."""
        found = (
            (len(start), int(number))
            for number, starts in self.returning.months.items()
            for start in starts
            if name.startswith(start)
        )
        best = max(found, default=None)
        return best[1] if best else None

    def weekday(self, name: str) -> int:
        """A weekday's number, Monday's being 0."""
        return next(int(number) for number, names in self.returning.weekdays.items() if name in names)


@cache
def words() -> Words:
    """All of them, read once."""
    text = files("influtui.mail").joinpath("data/answers.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Words)


def first_of(patterns: Iterable[str], text: str) -> str | None:
    """What the first pattern that is in `text` found there."""
    for pattern, needed in compiled(tuple(patterns)):
        # As in `_may_be_in`, without calling it: nothing is asked more often.
        for letters in needed:
            if letters in text:
                break
        else:
            continue
        if (found := _found(pattern, text)) is not None:
            return found[0].strip() or None
    return None


def any_of(patterns: Iterable[str], text: str) -> bool:
    """Whether one of the patterns is in `text`, wherever it begins."""
    return any(_may_be_in(text, needed) and pattern.search(text) for pattern, needed in compiled(tuple(patterns)))


def count_of(patterns: Iterable[str], text: str) -> int:
    """How many of the patterns are in `text`."""
    return sum(1 for pattern, needed in compiled(tuple(patterns)) if _may_be_in(text, needed) and _found(pattern, text))


def without(patterns: Iterable[str], text: str) -> str:
    """`text` with a blank in place of all that the patterns find."""
    for pattern, needed in compiled(tuple(patterns)):
        if _may_be_in(text, needed):
            text = pattern.sub(" ", text)
    return text


@cache
def compiled(patterns: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """`patterns`, compiled once, each with letters that stand in all that it finds."""
    return tuple((re.compile(each), needed_letters(each)) for each in patterns)


def needed_letters(pattern: str) -> tuple[str, ...]:
    """Letters of which at least one run stands in whatever a pattern finds; `("",)` where that is not plain to see.

    Looking for these first costs a twentieth of looking for the pattern: most patterns are in no given text.
    """
    found = [_of_alternative(each) for each in _alternatives(pattern)]
    return tuple(dict.fromkeys(letters for each in found for letters in each))


def _of_alternative(pattern: str) -> tuple[str, ...]:
    """As `needed_letters`, of a pattern without alternatives outside of groups: the longest of what must stand there."""
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
    return max([*choices, (run,)], key=lambda each: min(map(len, each)))


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


def _may_be_in(text: str, needed: tuple[str, ...]) -> bool:
    # Written out: this is asked some hundred times a message, and a generator costs more than the question.
    for letters in needed:  # noqa: SIM110
        if letters in text:
            return True
    return False


def _found(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Where a pattern is found at the beginning of a word, in languages that put blanks between them.

    Looked at afterwards: a pattern that begins with this condition takes four times as long.
    """
    for match in pattern.finditer(text):
        at = match.start()
        if not at or not text[at - 1].isalnum() or not text[at : at + 1].isalnum() or _UNSPACED.match(text[at]):
            return match
    return None
