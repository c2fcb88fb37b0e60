"""The words by which answers are known, from `data/answers.toml`, ready to be looked for."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from influtui.mail.phrases import Phrases, Pieces, Wording
from influtui.model import records


class _Automatic(msgspec.Struct, frozen=True):
    headers: list[tuple[str, str]]
    subjects: Phrases
    away: Phrases
    then: Phrases


class _Listed(msgspec.Struct, frozen=True):
    phrases: Phrases


class _Guessed(_Listed, frozen=True):
    likely: Phrases
    """Looked for where nothing else says what an answer is."""


class _Unsubscribe(_Listed, frozen=True):
    alone: Phrases
    unless: Phrases
    """What the sentence with a phrase may be about instead of mail."""


class _Question(_Guessed, frozen=True):
    politeness: Phrases


class _Returning(msgspec.Struct, frozen=True):
    until: list[str]
    months: dict[str, list[str]]
    weekdays: dict[str, list[str]]


class Words(msgspec.Struct, frozen=True):
    """`data/answers.toml`."""

    auto_reply: _Automatic
    unsubscribe: _Unsubscribe
    declined: _Guessed
    question: _Question
    interested: _Guessed
    other: _Listed
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
    return records.convert(tomllib.loads(text), Words, dec_hook=_listed)


def wording(text: str) -> Wording:
    """`text`, ready for the lists of phrases in `words()`."""
    return Wording(text, _pieces().within(text))


def lists() -> tuple[Phrases, ...]:
    """Every list of phrases in `words()`."""
    table = words()
    return (
        table.auto_reply.subjects, table.auto_reply.away, table.auto_reply.then, table.unsubscribe.phrases,
        table.unsubscribe.alone, table.unsubscribe.unless, table.declined.phrases, table.question.phrases,
        table.question.politeness,
        table.interested.phrases, table.declined.likely, table.question.likely, table.interested.likely,
        table.other.phrases,
    )  # fmt: skip


@cache
def _pieces() -> Pieces:
    return Pieces(piece for each in lists() for piece in each.pieces)


def _listed(kind: type, patterns: list[str]) -> Phrases:
    if kind is not Phrases:
        raise NotImplementedError(kind)
    return Phrases(patterns)
