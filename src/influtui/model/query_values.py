"""The values of qualifiers: what each kind may look like, and what it means as a tree."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

import msgspec

from influtui.model.audience import bands, key_of
from influtui.model.creators import handle_key, member
from influtui.model.nearest import nearest
from influtui.model.places import country_code, language_code
from influtui.model.qualifiers import Qualifier, Table
from influtui.model.query_ast import (
    Ago,
    Field,
    InUse,
    Is,
    Known,
    Query,
    Says,
    Share,
    ShipsTo,
    Span,
    Starts,
    Test,
    Words,
    both,
    either,
)  # fmt: skip
from influtui.model.query_words import words
from influtui.model.shipped import shipped
from influtui.model.tiers import default_scheme
from influtui.model.times import millis

DAY: Final = 86_400_000
AGES: Final = {"min": 60_000, "h": 3_600_000, "d": DAY, "w": 7 * DAY, "mo": 30 * DAY, "y": 365 * DAY}
"""Units of relative times, in milliseconds. A month is 30 days, a year 365."""

_SUFFIXES: Final = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_NUMBER: Final = re.compile(r"(\d{1,15})(?:\.(\d{1,9}))?([kmb]?)(%?)", re.ASCII | re.IGNORECASE)
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_AGE: Final = re.compile(rf"(\d{{1,6}})({'|'.join(AGES)})", re.ASCII | re.IGNORECASE)
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_LARGEST: Final = 2**53
_ORDERS: Final = (">=", "<=", ">", "<", "=")


class WrongValue(Exception):
    """A value that its qualifier cannot take. `choices` are what it could have been, for the nearest to be named; `mended`
    is what it surely was meant to be."""

    def __init__(
        self, message: str, hint: str | None = None, choices: tuple[str, ...] = (), mended: str | None = None
    ) -> None:
        super().__init__(message)
        self.mended = mended
        self.message = message
        self.hint = hint
        self.choices = choices


class Piece(NamedTuple):
    """One of a value's comma-separated parts, without its quotes."""

    text: str
    quoted: bool
    position: int


def meaning(qualifier: Qualifier, pieces: list[Piece], table: Table) -> Query:
    """What `qualifier:piece,piece` asks for. Raises `WrongValue` through `Misread`, which knows the piece."""
    found: list[Query] = []
    tests: list[Test] = []
    if qualifier.kind in ("number", "percent"):
        _refuse_commas_within(qualifier, pieces)
    for piece in pieces:
        try:
            value = _READERS[qualifier.kind](qualifier, piece, table)
        except WrongValue as error:
            raise Misread(error, piece) from error
        if isinstance(value, tuple):
            tests += value
        else:
            found.append(value)
    if tests:
        found.append(Field(qualifier.stored, tuple(tests)))
    return either(*found)


def _refuse_commas_within(qualifier: Qualifier, pieces: list[Piece]) -> None:
    """Refuse `>10,000` and `>3,5`: a comma stands between values, so that they would mean `>10` or `000`, `>3` or `5`."""
    for before, piece in pairwise(pieces):
        grouped = re.search(r"(?<![\d.])[1-9]\d{0,2}$", before.text) and re.match(r"\d{3}(?!\d)", piece.text)
        compared = re.match(r"[<>]|.*\.\.\d", before.text) and re.fullmatch(r"\d+%?", piece.text)
        if not compared and not (grouped and qualifier.kind == "number"):
            continue
        whole = f"{before.text}{'' if grouped and qualifier.kind == 'number' else '.'}{piece.text}"
        message = "a comma stands between values here, not within a number"
        raise Misread(WrongValue(message, "Write 10000 or 10k, and 3.5.", mended=whole), piece)


class Misread(Exception):
    """A `WrongValue` and the piece that it was."""

    def __init__(self, error: WrongValue, piece: Piece) -> None:
        super().__init__(error.message)
        self.error = error
        self.piece = piece


Value = tuple[Test, ...] | Query
Reader = Callable[[Qualifier, Piece, Table], Value]


def text_words(text: str) -> Words:
    """A word or a phrase as written, with `*` at its end for one that is only begun. Raises `WrongValue`."""
    begun = text.endswith("*")
    if "*" in text.removesuffix("*"):
        raise WrongValue("a * may only stand at the end of a word", "Whole words match; word* matches what begins so.")
    found = words(text)
    if not found:
        raise WrongValue(f"“{text}” has no letters or digits to look for")
    return Words(found, begun and text.removesuffix("*")[-1:].strip() != "")


def _number(qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    return (_span_of(qualifier, piece.text),)


def _span_of(qualifier: Qualifier, written: str) -> Span:
    def amount(text: str) -> float | None:
        found = _NUMBER.fullmatch(text)
        if not found or (found[4] and qualifier.kind != "percent"):
            return None
        if qualifier.kind == "number" and _GROUPED.fullmatch(text):
            raise WrongValue(
                f"“{text}” may be a fraction or a thousand",
                "Write 10000 or 10k.",
                mended=written.replace(text, text.replace(".", "")),
            )
        value = float(f"{found[1]}.{found[2] or 0}") * _SUFFIXES[found[3].lower()]
        if value > _LARGEST:
            raise WrongValue(f"{text} is larger than any number here")
        return int(value) if value.is_integer() else value

    def wrong() -> WrongValue:
        example = f"Write {' or '.join(qualifier.examples[:3])}."
        return WrongValue(
            f"“{written}” is not a number or a range of numbers", example, mended=_mended(written, amount)
        )

    return _span(written, amount, wrong)


def _mended(text: str, amount: Callable[[str], float | None]) -> str | None:
    """What somebody may have meant who wrote `>>3`, `10k-100k`, `3+` or `1 000`: the first reading that is right."""

    def wrong() -> WrongValue:
        return WrongValue("")

    plain = re.sub(r"\s|(?<=\d)[_'’](?=\d{3})", "", text)
    once = re.sub(r"([<>=])\1+", r"\1", plain).replace("=>", ">=").replace("=<", "<=")
    ranged = re.sub(r"(?<=[\dkmb%])(?:-|–|—|\.{3,}|…|to)(?=\d)", "..", once, count=1, flags=re.IGNORECASE)
    for reading in (once, ranged, re.sub(r"(?<=[\dkmb])\+$", "..", ranged, flags=re.IGNORECASE)):
        try:
            _span(reading, amount, wrong)
        except WrongValue:
            continue
        return reading
    return None


def _span(text: str, end: Callable[[str], float | None], wrong: Callable[[], WrongValue]) -> Span:
    """`3`, `3..5`, `3..`, `..5`, `>3`, `>=3`, `<3`, `<=3`, `=3`."""
    low_text, dots, high_text = text.partition("..")
    if dots:
        low = end(low_text) if low_text else None
        high = end(high_text) if high_text else None
        if (low_text and low is None) or (high_text and high is None) or not (low_text or high_text):
            raise wrong()
        if low is not None and high is not None and low > high:
            raise WrongValue(f"“{text}” ends before it begins", mended=f"{high_text}..{low_text}")
        return Span(low, high)
    order = next((order for order in _ORDERS if text.startswith(order)), "")
    value = end(text.removeprefix(order))
    if value is None:
        raise wrong()
    if order in (">", ">="):
        return Span(value, None, low_included=order == ">=")
    if order in ("<", "<="):
        return Span(None, value, high_included=order == "<=")
    return Span(value, value)


def _time(qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    """Ages (`<30d`, `30d..90d`, and `30d` for at most that) or dates (`2026-10`, `2026-10-01..`, `>2026`)."""

    def wrong() -> WrongValue:
        units = ", ".join(AGES)
        return WrongValue(
            f"“{piece.text}” is not an age or a date",
            f"Write {' or '.join(qualifier.examples[:2])}. Units of ages: {units}.",
        )

    text = piece.text
    if re.search(r"\d[a-z]", text, re.IGNORECASE):
        span = _span(text, _age, wrong)
        at_most = text[:1].isdigit() and ".." not in text
        return (Ago(Span(None, span.high) if at_most else span),)
    low_text, dots, high_text = text.partition("..")
    if dots:
        first = _dates(low_text) if low_text else None
        last = _dates(high_text) if high_text else None
        if (low_text and first is None) or (high_text and last is None) or not (first or last):
            raise wrong()
        if first and last and first[0] >= last[1]:
            raise WrongValue(f"“{text}” ends before it begins", mended=f"{high_text}..{low_text}")
        return (Span(first and first[0], last and last[1], high_included=False),)
    order = next((order for order in _ORDERS if text.startswith(order)), "")
    dates = _dates(text.removeprefix(order))
    if dates is None:
        raise wrong()
    ends = {
        ">": Span(dates[1], None), ">=": Span(dates[0], None),
        "<": Span(None, dates[0], high_included=False), "<=": Span(None, dates[1], high_included=False),
    }  # fmt: skip
    return (ends.get(order, Span(dates[0], dates[1], high_included=False)),)


def _age(text: str) -> int | None:
    found = _AGE.fullmatch(text)
    return int(found[1]) * AGES[found[2].lower()] if found else None


def _dates(text: str) -> tuple[int, int] | None:
    """The first moment of a day, month or year, and the first after it."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    try:
        first = datetime(int(found[1]), int(found[2] or 1), int(found[3] or 1), tzinfo=UTC)
        if found[3]:
            after = first + timedelta(days=1)
        elif found[2]:
            after = (first + timedelta(days=31)).replace(day=1)
        else:
            after = first.replace(year=first.year + 1)
    except (ValueError, OverflowError):
        return None
    return millis(first), millis(after)


def _one_of(word: str, choices: tuple[str, ...], what: str) -> str:
    if word not in choices:
        raise WrongValue(f"“{word}” is not {what}", choices=choices)
    return word


def _choice(qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    return (Is(_one_of(piece.text.casefold().replace("-", "_"), qualifier.choices, f"a value of {qualifier.name}:")),)


def _platform(qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    return (Is(_one_of(piece.text.casefold(), qualifier.choices, "a platform that is known here")),)


def _tier(_qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    scheme = default_scheme()
    name = _one_of(piece.text.casefold(), tuple(tier.name for tier in scheme.tier), "a tier")
    low, above = scheme.bounds(name) or (0, None)
    return Field("followers", (Span(low, above, high_included=False),))


def _country(_qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    code = country_code(piece.text)
    if code:
        return (Is(code),)
    known = tuple(name for row in countries().items() for name in row)
    raise WrongValue(f"“{piece.text}” is not a country", "Write its two-letter code: country:US,CA.", known)


def _region(_qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    name = re.sub(r"[\s_]+", "-", piece.text.casefold())
    known = regions()
    if name not in known:
        raise WrongValue(f"“{piece.text}” is not a region that is known here", choices=tuple(known))
    return tuple(Is(code) for code in known[name])


def _language(_qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    code = language_code(piece.text)
    # Three letters are a code too, of a language that has none of two.
    if code is None and not re.fullmatch(r"[a-z]{2,3}", piece.text, re.ASCII | re.IGNORECASE):
        known = tuple(name for row in languages().items() for name in row)
        raise WrongValue(f"“{piece.text}” is not a language", "Write its two-letter code: lang:es,pt.", known)
    return (Is(code or piece.text.casefold()),)


def _code(_qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    code = piece.text.casefold()
    return (Starts(code[:-1]) if code.endswith("*") and len(code) > 1 and not piece.quoted else Is(code),)


def _set(_qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    name = member(piece.text)
    begun = name.endswith("*") and not piece.quoted
    name = name.removesuffix("*") if begun else name
    if not name:
        raise WrongValue("there is nothing before the *")
    return (Starts(name) if begun else Is(name),)


def _text(_qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    return (Says(text_words(piece.text)),)


def _handle(_qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    begun = piece.text.endswith("*")
    key = handle_key(piece.text.removesuffix("*"))
    if not key:
        raise WrongValue(f"“{piece.text}” is not a handle")
    return (Starts(key) if begun else Is(key),)


_AUDIENCE: Final = re.compile(r"([^<>=:]*?)\s*(?::|(?=[<>=])|$)(.*)", re.DOTALL)


def _audience(qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    """`US>40`, `dach:20..` (a region's countries together), `female:60..`, `18-34>50`; `US` alone for any known share."""
    found = _AUDIENCE.fullmatch(piece.text)
    who, how = (found[1].strip(), found[2]) if found else (piece.text, "")
    of = _audience_keys(who, piece.text[len(found[1]) :] if found else "")
    if not how:
        return (Share(of, Span()),)
    try:
        span = _span_of(msgspec.structs.replace(qualifier, kind="percent"), how)
    except WrongValue as error:
        mended = error.mended and f"{who}{':' * error.mended[0].isdigit()}{error.mended}"
        raise WrongValue(error.message, error.hint, mended=mended) from None
    if max(span.low or 0, span.high or 0) > 100:
        raise WrongValue(f"“{how}” is more than all: a share is 0 to 100 percent", f"Write {qualifier.examples[0]}.")
    return (Share(of, span),)


def _audience_keys(who: str, rest: str) -> tuple[str, ...]:
    key = key_of(who)
    if key and key[0].isalpha():
        return (key,)
    region = re.sub(r"[\s_]+", "-", who.casefold())
    of = bands(who) or regions().get(region, ())
    if not of:
        known = (
            "female",
            "male",
            *regions(),
            *(name for row in countries().items() for name in row if " " not in name),
        )
        near = nearest(who.casefold(), {name.casefold(): name for name in known})
        hint = "Write a country, a region, female, male, or an age: audience:US>40, audience:18-24>30."
        raise WrongValue(f"“{who}” is no part of an audience", hint, mended=near and f"{near}{rest}")
    return of


def _account_id(qualifier: Qualifier, piece: Piece, table: Table) -> Value:
    return _number(qualifier, Piece(piece.text.removeprefix("#"), piece.quoted, piece.position), table)


def _campaign(_qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    word = piece.text.casefold()
    if word == "any":
        return (Known(),)
    return (InUse() if word in ("campaign", "yes") else Is(word),)


def _has(qualifier: Qualifier, piece: Piece, table: Table) -> Value:
    name = _one_of(piece.text.casefold(), qualifier.choices, "something that has: asks for")
    field = table.named(name)
    return Field(field.stored if field else name, (Known(),))


def _values(_qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    said = text_words(piece.text)
    name = member(piece.text.removesuffix("*"))
    named: Test = Starts(name) if said.prefix else Is(name)
    return either(Field("topics", (named,)), Field("tags", (named,)), Field("bio", (Says(said),)))


def _ships(qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    return ShipsTo(_one_of(piece.text.casefold(), qualifier.choices, "an answer: yes or no") == "yes")


def _yes_no(qualifier: Qualifier, piece: Piece, _table: Table) -> Value:
    yes = _one_of(piece.text.casefold(), ("yes", "no"), "an answer: yes or no") == "yes"
    return (Span(1, 1) if yes else Span(0, 0),)


_READERS: Final[dict[str, Reader]] = {
    "number": _number, "percent": _number, "time": _time, "choice": _choice, "tier": _tier, "platform": _platform,
    "country": _country, "region": _region, "code": _code, "language": _language, "set": _set, "text": _text, "handle": _handle,
    "account_id": _account_id, "campaign": _campaign, "has": _has, "values": _values, "ships": _ships, "yes_no": _yes_no,
    "audience": _audience,
}  # fmt: skip


def account(platform: str, handle: str) -> Query:
    """What a REF (`instagram:anna`) means as a query."""
    return both(Field("platform", (Is(platform),)), Field("handle", (Is(handle_key(handle)),)))


@cache
def languages() -> dict[str, str]:
    """Names of languages by their codes."""
    rows = [line.split("\t") for line in shipped("languages.tsv").splitlines() if line and not line.startswith("#")]
    return {row[0]: row[1] for row in rows}


@cache
def countries() -> dict[str, str]:
    """Names of countries by their two-letter codes."""
    text = shipped("countries.tsv")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {row[0]: row[1] for row in rows}


@cache
def regions() -> dict[str, tuple[str, ...]]:
    """Countries by region, other names of regions included."""
    data = tomllib.loads(shipped("regions.toml"))
    found = {name: tuple(codes.split()) for name, codes in data["region"].items()}
    return found | {other: found[name] for other, name in data["alias"].items()}
