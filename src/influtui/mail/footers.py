"""What stands under a letter in its language: the way out, and what the law of the person's country wants them to be told."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from influtui.model import records

ENGLISH: Final = "en"


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The footer's sentences in one language."""

    opt_out: str
    notice: str
    notice_dm: str
    """The same under a direct message."""
    source: dict[str, str] = {}


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Where a notice is due, and what it rests on."""

    countries: frozenset[str]
    basis: str
    months: int


class Footers(msgspec.Struct, frozen=True, kw_only=True):
    """`data/footers.toml`."""

    notice: Rule
    source: dict[str, str]
    language: dict[str, Words]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What a person is told, and what is recorded of it."""

    text: str
    basis: str
    source: str


@cache
def footers() -> Footers:
    """The data."""
    text = files("influtui.mail").joinpath("data/footers.toml").read_text("utf-8")
    return records.convert(tomllib.loads(text), Footers)


def opt_out(language: str | None) -> str:
    """The way out, in a language where there is one, else in English."""
    known = footers().language
    return known.get(language or ENGLISH, known[ENGLISH]).opt_out


def notice(
    country: str | None, language: str | None, *, brand: str, platform: str, found_by: str | None, by_mail: bool = True
) -> Notice | None:
    """What somebody in a country must be told in the first message; None where that country asks for nothing.

    Where nobody knows the country (None) it may be one that asks: they are told.
    """
    data = footers()
    if country is not None and country not in data.notice.countries:
        return None
    words = data.language.get(language or ENGLISH, data.language[ENGLISH])

    def source(sources: dict[str, str]) -> str:
        return (sources.get(found_by or "") or sources["profile"]).format(platform=platform)

    text = (words.notice if by_mail else words.notice_dm).format(
        source=source(words.source or data.source), brand=brand, basis=data.notice.basis, months=data.notice.months
    )
    return Notice(text=text, basis=data.notice.basis, source=source(data.source))
