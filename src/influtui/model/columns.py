"""Which column of a stranger's file is what: guessed from headers, checked against the values under them. Pure.

Headers lie: two columns bear one name, a header row misses a column so that every name after it stands one off, handle and
name change places from month to month. So a header only proposes; values of the wrong kind refuse the proposal, with the
reason. The synonyms are data (`data/columns.toml`).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final, Literal

import msgspec

from influtui.model import records
from influtui.model.audience_reading import header_key, read, share_of
from influtui.model.creators import PLATFORMS
from influtui.model.failures import WrongUsage
from influtui.model.figures import Figure, Unreadable, agree, figure, is_unknown
from influtui.model.nearest import nearest
from influtui.model.places import country_code, language_code
from influtui.model.profiles import looks_like_url
from influtui.model.shipped import shipped

COUNTS: Final = frozenset({"followers", "following", "posts"})
AVERAGES: Final = frozenset({"avg_views", "avg_likes", "avg_comments", "avg_shares"})
NUMERIC: Final = COUNTS | AVERAGES | {"engagement_rate"}
SEVERAL: Final = frozenset({"topics", "tags", "note", "audience"})
"""Fields that many columns may fill."""

IGNORE: Final = "ignore"
"""What a person writes after `=` to leave a column out."""

_FITS: Final = 0.7
"""The share of a column's known values that must be of one kind for the values alone to say what it is."""

_NO_FIELD: Final = "not a field of a creator"

_REFUTED: Final = 0.3
"""Below this share the values say that a header which names the field is wrong."""

_SWAP: Final = 0.15
"""By how much more a column must look like handles to take that place from the one that is called so."""

_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")

_HANDLE: Final = re.compile(r"@?[A-Za-z0-9._-]{2,60}(?:@[A-Za-z0-9.-]+)?")

Kind = Literal["unknown", "number", "short", "percent", "url", "email", "country", "text"]


class Synonyms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Headers by field, from the data file."""

    class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """Whole headers, and words that may stand anywhere in one."""

        names: frozenset[str]
        parts: frozenset[str] = frozenset()

    platforms: dict[str, frozenset[str]]
    ignored: Names
    field: dict[str, Names]


@cache
def synonyms() -> Synonyms:
    """The table of headers."""
    text = shipped("columns.toml")
    return records.convert(tomllib.loads(text), Synonyms)


@cache
def fields() -> tuple[str, ...]:
    """What a column can be mapped to."""
    return (*synonyms().field, "audience", "person", "person_name", "person_email", "person_country", IGNORE)


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column and what is made of it. Positions count from 0."""

    position: int
    header: str
    field: str | None
    why: str
    twin: int | None = None
    """Where the same number stands in its abbreviated writing."""


def folded(header: str) -> str:
    """A header as it is compared: lower case, everything but letters and digits one blank."""
    return " ".join(re.findall(r"[^\W_]+|%", header.casefold()))


def signature(headers: Sequence[str]) -> str:
    """Names a header row: the same columns in the same order have the same signature."""
    text = "\n".join(folded(header) for header in headers)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()


def field_of(header: str, *, of_one_platform: bool = False) -> str | None:
    """The field that a header names; None for none, or for one that only reads like a field.

    What stands in brackets may be an addition (`Followers (total)`), and so may the platform (`TikTok followers`), as
    long as the other columns are `of_one_platform` too.
    """
    name = folded(header)
    table = synonyms()
    if name not in table.ignored.names and header_key(name) is not None:
        return "audience"
    if name in table.ignored.names or any(f" {part} " in f" {name} " for part in table.ignored.parts):
        return None
    names = [name, folded(_BRACKETS.sub(" ", header))]
    if of_one_platform:
        names += [" ".join(word for word in each.split() if platform_of(word) is None) for each in names]
    return next((field for each in names for field, known in table.field.items() if each in known.names), None)


def platform_of(name: str) -> str | None:
    """The platform that a person writes so: its id or another name of it."""
    word = folded(name)
    if word in PLATFORMS:
        return word
    return next((platform for platform, names in synonyms().platforms.items() if word in names), None)


def platform_in(text: str) -> str | None:
    """The one platform that a file's name or a header names; None for none or several."""
    words = folded(text).split()
    found = {platform for word in words if (platform := platform_of(word)) and len(word) > 1}
    # Names run together (`topyoutubers`, `InstagramJune`): only those that mean nothing else.
    for platform in ("instagram", "tiktok", "youtube"):
        if platform in "".join(words):
            found.add(platform)
    return found.pop() if len(found) == 1 else None


def is_header(cells: Sequence[str], rows: Sequence[Sequence[str]] = (), *, named: Iterable[str] = ()) -> bool:
    """Whether a row names columns rather than holding a creator: by known headers, by those that a person named, or
    because what stands under its words in the next `rows` are numbers, addresses or countries."""
    kinds = [kind_of(cell) for cell in cells]
    if any(kind in ("url", "email") for kind in kinds):
        return False
    names = {folded(name) for name in named}
    if any(field_of(cell) or folded(cell) in names for cell in cells):
        return True
    if any(kind in ("number", "short", "percent") for kind in kinds):
        return False
    for position, kind in enumerate(kinds):
        under = Counter(kind_of(row[position]) for row in rows if position < len(row))
        known = sum(under.values()) - under["unknown"]
        if kind == "text" and known and under["text"] / known < 1 - _FITS:
            return True
    return False


def kind_of(cell: str) -> Kind:
    """What sort of value a cell holds."""
    if is_unknown(cell):
        return "unknown"
    text = cell.strip()
    try:
        found = figure(text)
    except Unreadable:
        found = None
    if found is not None:
        return "percent" if found.percent else "short" if found.rounded or text[-1].isalpha() else "number"
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", text):
        return "email"
    if looks_like_url(text):
        return "url"
    if len(text) > 2 and country_code(text):
        return "country"
    return "text"


def asked(pairs: Mapping[str, str], headers: Sequence[str]) -> dict[int, str | None]:
    """What a person asked for with `--map COLUMN=FIELD`, by position. A column is named by its header or its number.

    Raises `WrongUsage` naming the nearest column or field.
    """
    found: dict[int, str | None] = {}
    names = [folded(header) for header in headers]
    for column, field in pairs.items():
        wanted = field.strip().casefold().replace("-", "_")
        if wanted not in fields():
            raise WrongUsage(
                f"--map {column}={field}: there is no field “{field}”",
                hint=_did_you_mean(wanted, fields()) or f"Fields: {', '.join(fields())}.",
            )
        positions = [position for position, name in enumerate(names) if name == folded(column)]
        number = column.strip().removeprefix("#")
        if not positions and number.isdecimal() and 1 <= int(number) <= len(headers):
            positions = [int(number) - 1]
        if not positions:
            raise WrongUsage(
                f"--map {column}={field}: there is no column “{column}”",
                hint=_did_you_mean(column, [header.strip() for header in headers])
                or f"Columns: {', '.join(header.strip() for header in headers)}.",
            )
        for position in positions:
            found[position] = None if wanted == IGNORE else wanted
    return found


def guess(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, fixed: Mapping[int, str | None], why_fixed: str = "asked"
) -> list[Column]:
    """What each column is, from its header and the values of some rows. `fixed` says what is settled already."""
    values = [[row[position] if position < len(row) else "" for row in rows] for position in range(len(headers))]
    columns: list[Column] = []
    of_one_platform = len({platform_in(header) for header in headers} - {None}) <= 1
    for position, header in enumerate(headers):
        if position in fixed:
            columns.append(Column(position=position, header=header, field=fixed[position], why=why_fixed))
            continue
        columns.append(_proposed(position, header, field_of(header, of_one_platform=of_one_platform), values[position]))
    settled = frozenset(fixed)
    columns = _unnamed(columns, values)
    columns = _who(columns, values, settled)
    columns = _one_each(columns, values)
    return _plausible(columns, values, settled)


def _proposed(position: int, header: str, field: str | None, cells: Sequence[str]) -> Column:
    kinds = Counter(kind_of(cell) for cell in cells)
    known = sum(kinds.values()) - kinds["unknown"]
    if field is None:
        if known and kinds["email"] / known >= _FITS:
            return Column(position=position, header=header, field="email", why="values")
        return Column(position=position, header=header, field=None, why=_NO_FIELD)
    if known and not _fits(field, kinds, known, cells):
        most = max((kind for kind in kinds if kind != "unknown"), key=kinds.__getitem__)
        return Column(position=position, header=header, field=None, why=f"reads “{field}”, but {_HOLDS[most]}")
    return Column(position=position, header=header, field=field, why="name")


_HOLDS: Final = {
    "number": "holds numbers", "short": "holds numbers", "percent": "holds percentages", "url": "holds addresses of pages",
    "email": "holds mail addresses", "country": "holds names of countries", "text": "holds other text",
}  # fmt: skip


def _fits(field: str, kinds: Counter[Kind], known: int, cells: Sequence[str]) -> bool:
    if field in COUNTS | AVERAGES:
        return (kinds["number"] + kinds["short"]) / known >= _REFUTED
    if field == "engagement_rate":
        return (kinds["number"] + kinds["percent"]) / known >= _REFUTED
    if field == "audience":
        return (
            sum(read(cell) is not None or share_of(cell, fractions=False) is not None for cell in cells) / known
            >= _REFUTED
        )
    if field == "email":
        return kinds["email"] / known >= _REFUTED
    if field == "url":
        return kinds["url"] / known >= _REFUTED
    if field == "country":
        return sum(country_code(cell) is not None for cell in cells) / known >= _REFUTED
    if field == "language":
        return sum(language_code(cell) is not None for cell in cells) / known >= _REFUTED
    if field == "as_of":
        return (
            sum(bool(re.match(r"\s*(?:\d{4}[-/]\d\d?[-/]\d\d?|\d\d?\.\d\d?\.\d{4})", cell)) for cell in cells) / known
            >= _FITS
        )
    if field in ("topics", "tags"):
        return (kinds["number"] + kinds["short"]) / known < _FITS
    return True


def _unnamed(columns: list[Column], values: Sequence[Sequence[str]]) -> list[Column]:
    """Where no header says who: the first column of addresses, or the only column there is."""
    if any(column.field in ("handle", "name", "url") for column in columns):
        return columns
    for column in columns:
        kinds = Counter(kind_of(cell) for cell in values[column.position])
        known = sum(kinds.values()) - kinds["unknown"]
        field = "url" if known and kinds["url"] / known >= _FITS else "handle" if len(columns) == 1 else None
        if field and column.field is None and column.why == _NO_FIELD:
            columns[column.position] = msgspec.structs.replace(column, field=field, why="values")
            break
    return columns


def _who(columns: Sequence[Column], values: Sequence[Sequence[str]], settled: frozenset[int]) -> list[Column]:
    """Which column is the handle and which the name: by what their values look like, when their names do not tell."""
    free = [column for column in columns if column.field in ("handle", "name") and column.position not in settled]
    taken = {column.field for column in columns if column.position in settled}
    if not free:
        return list(columns)
    scores = {column.position: handle_likeness(values[column.position]) for column in free}
    chosen: Column | None = None
    if "handle" not in taken and "url" not in taken:
        called = [column for column in free if column.field == "handle"]
        best = max(free, key=lambda column: scores[column.position])
        chosen = called[0] if called else best
        if scores[best.position] > scores[chosen.position] + _SWAP:
            chosen = best
        if not called and any(column.field == "url" for column in columns):
            chosen = None  # the address of the profile says it better than a name
    named = next((column for column in free if chosen is None or column.position != chosen.position), None)
    result = []
    for column in columns:
        if column not in free:
            result.append(column)
        elif column is chosen:
            why = column.why if column.field == "handle" else "values look like handles"
            if column.field == "name" and named is None:
                why = "the name stands in for the handle"
            result.append(msgspec.structs.replace(column, field="handle", why=why))
        elif column is named and "name" not in taken:
            why = column.why if column.field == "name" else "values look like names"
            result.append(msgspec.structs.replace(column, field="name", why=why))
        else:
            result.append(msgspec.structs.replace(column, field=None, why="another column says it"))
    return result


def handle_likeness(cells: Sequence[str]) -> float:
    """How much a column's values look like handles, from 0 to 1: no blanks, plain letters, mostly small ones."""
    known = [cell.strip() for cell in cells if not is_unknown(cell)]
    if not known:
        return 0.0
    points = 0.0
    for text in known:
        if looks_like_url(text) or text.startswith("@"):
            points += 1.0
        elif _HANDLE.fullmatch(text):
            points += 1.0 if text == text.casefold() else 0.6
    return points / len(known)


def _one_each(columns: Sequence[Column], values: Sequence[Sequence[str]]) -> list[Column]:
    """One column a field. Of two that say one number, the exact one is used and the abbreviated one is its twin."""
    by_field: dict[str, list[Column]] = {}
    for column in columns:
        if column.field is not None and column.field not in SEVERAL:
            by_field.setdefault(column.field, []).append(column)
    replaced: dict[int, Column] = {}
    for field, several in by_field.items():
        if len(several) == 1:
            continue
        first, *others = sorted(
            several, key=lambda column: _coarseness(values[column.position]) if field in NUMERIC else 0
        )
        for other in others:
            if field in NUMERIC and agreement(values[first.position], values[other.position]) >= 0.9:
                if first.twin is None:
                    first = msgspec.structs.replace(first, twin=other.position)
                why = f"says what column {first.position + 1} says"
            else:
                why = f"column {first.position + 1} is taken for “{field}”"
            replaced[other.position] = msgspec.structs.replace(other, field=None, why=why)
        replaced[first.position] = first
    return [replaced.get(column.position, column) for column in columns]


def _coarseness(cells: Sequence[str]) -> float:
    """The share of a column's numbers that are abbreviated."""
    kinds = Counter(kind_of(cell) for cell in cells)
    numbers = kinds["number"] + kinds["short"]
    return kinds["short"] / numbers if numbers else 2.0


def agreement(one: Sequence[str], other: Sequence[str]) -> float:
    """The share of rows in which two columns say the same number, of those in which both say one."""
    both = [(a, b) for a, b in zip(map(_figure, one), map(_figure, other), strict=True) if a and b]
    return sum(agree(a, b) for a, b in both) / len(both) if both else 0.0


def _plausible(columns: Sequence[Column], values: Sequence[Sequence[str]], settled: frozenset[int]) -> list[Column]:
    """Leave out likes and comments where comments outnumber likes: then the headers stand over the wrong columns."""
    at = {column.field: column.position for column in columns if column.position not in settled}
    if "avg_likes" not in at or "avg_comments" not in at:
        return list(columns)
    pairs = zip(map(_figure, values[at["avg_likes"]]), map(_figure, values[at["avg_comments"]]), strict=True)
    both = [(likes.value, comments.value) for likes, comments in pairs if likes and comments]
    if len(both) < 3 or sum(comments > likes for likes, comments in both) / len(both) < 0.5:
        return list(columns)
    doubtful = {at["avg_likes"], at["avg_comments"]}
    why = "comments outnumber likes, so the headers stand over other columns; --map if they are right"
    return [
        msgspec.structs.replace(column, field=None, twin=None, why=why) if column.position in doubtful else column
        for column in columns
    ]


def _figure(cell: str) -> Figure | None:
    try:
        return figure(cell)
    except Unreadable:
        return None


def _did_you_mean(word: str, known: Sequence[str]) -> str | None:
    by_folded = {name.casefold(): name for name in known}
    found = nearest(word, by_folded)
    return f"Did you mean “{by_folded[found]}”?" if found else None
