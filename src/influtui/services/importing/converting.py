"""A row of a file to a record: each mapped column through the reader of its field, with the reason where it fails.

A number that cannot be read rejects the row; a country, a language or an address that cannot is left out and counted,
because a person is worth keeping without it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any, Final, get_args

import msgspec

from influtui.model.audience import canonical
from influtui.model.audience_reading import are_fractions, header_key, read, read_object, share_of
from influtui.model.columns import AVERAGES, COUNTS, NUMERIC, Column, folded, platform_of
from influtui.model.creators import PLATFORMS, FoundBy
from influtui.model.failures import WrongUsage
from influtui.model.figures import (
    LARGEST,
    UNKNOWN,
    Figure,
    Unreadable,
    agree,
    count,
    figure,
    groups_by_dots,
    is_grouped_by_dots,
    is_unknown,
)
from influtui.model.nearest import nearest
from influtui.model.places import country_code, language_code
from influtui.model.profile_records import ProfileRecord, WrittenNote
from influtui.model.profiles import addresses, from_url, looks_like_url

FOUND_BY: Final = frozenset(get_args(FoundBy))

NAMES_FOR_HANDLES: Final = frozenset({"youtube"})
"""Platforms whose lists often name channels and not handles. There a channel's title, blanks and all, stands in for its
handle: a real handle has no blanks, so the two cannot be confused."""

_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")

NO_HANDLE: Final = re.compile(r"[\s/\\<>\"]|.{200}")
"""What no platform has in a handle: blanks, slashes, and no end."""

_SPLITS: Final = re.compile(r"[;,|\n]")


class RowProblem(ValueError):
    """Why a row cannot be taken."""


class Converter:
    """Makes records of rows, for one file's columns."""

    def __init__(
        self, columns: Sequence[Column], *, platform: str | None, sample: Sequence[Sequence[Any]] = ()
    ) -> None:
        self.columns = columns
        self.platform = platform
        self.left_out: Counter[str] = Counter()
        """How many values of a field could not be read and were left out."""
        self.unlike: Counter[str] = Counter()
        """How many handles a platform would not have given out, as far as we know its rules."""
        self.examples: dict[str, str] = {}
        self.twins_apart = 0
        """Rows in which the exact and the abbreviated number disagree."""
        self.destroyed = 0
        """Names in which not one letter survived, replaced by the row's other name."""
        self._numbers: list[tuple[str, int, int | None]] = []
        self._texts: list[tuple[str, int, Callable[[str], Any] | None]] = []
        self._several: list[tuple[str, int]] = []
        self._audience: list[tuple[str, int]] = []
        """The key of each column that holds shares of an audience, empty for one that holds all, and its position."""
        for column in columns:
            if column.field == "audience":
                self._audience.append((header_key(folded(column.header)) or "", column.position))
            elif column.field in ("topics", "tags", "note"):
                self._several.append((column.field, column.position))
            elif column.field in NUMERIC:
                self._numbers.append((column.field or "", column.position, column.twin))
            elif column.field is not None:
                self._texts.append((column.field, column.position, READERS.get(column.field)))
        self.variant = _variant(columns)
        self._fractions = _are_fractions([position for key, position in self._audience if key], sample)
        self._groups_by_dots = groups_by_dots(_texts(columns, COUNTS, sample), _texts(columns, AVERAGES, sample))

    def record(self, cells: Sequence[Any]) -> ProfileRecord:
        """The record of one row. Raises `RowProblem`. The hot path of every import: plain values take no detour."""
        values: dict[str, Any] = {}
        quality: dict[str, str] | None = None
        for field, position, twin in self._numbers:
            cell = cells[position]
            if cell is None or cell == "":
                if twin is None:
                    continue
            elif (twin is None and type(cell) is int and 0 <= cell <= LARGEST) or (
                type(cell) is float and field not in COUNTS and 0.0 <= cell <= LARGEST
            ):
                values[field] = cell
                continue
            found = self._number(field, cell, cells[twin] if twin is not None else None)
            if found is not None:
                values[field] = found.value
                if found.rounded:
                    quality = quality or {}
                    quality[field] = "rounded"
        for field, position, reader in self._texts:
            cell = cells[position]
            if type(cell) is not str:
                cell = _text(cell)
                if cell is None:
                    continue
            whole, cell = cell, cell.strip()
            # `N/A` would be Namibia to a reader that looks at letters only.
            if not cell or (len(cell) <= LONGEST_UNKNOWN and cell.casefold() in UNKNOWN and field != "bio"):
                continue
            if reader is not None:
                value = reader(cell)
                if value is None:
                    self.left_out[field] += 1
                    self.examples.setdefault(field, cell[:60])
                    continue
                cell = value
            # A bio keeps its blanks: it is the creator's own text, and comes out as it came in.
            values[field] = whole if field == "bio" else cell
        for field, position in self._several:
            cell = cells[position]
            if cell is not None and cell != "":
                self._add(values, field, cell)
        if self._audience:
            self._add_audience(values, cells)
        if self.variant and "engagement_rate" in values and "engagement_variant" not in values:
            values["engagement_variant"] = self.variant
        if quality:
            measured = [field for field in values if field in NUMERIC]
            all_rounded = len(quality) == len(measured)
            stated = msgspec.json.encode(quality, order="sorted").decode()
            values["quality"] = "rounded" if all_rounded else stated
        return self._identified(values)

    def _add_audience(self, values: dict[str, Any], cells: Sequence[Any]) -> None:
        found: dict[str, float] = {}
        for key, position in self._audience:
            cell = cells[position]
            if cell is None or cell == "" or (isinstance(cell, str) and is_unknown(cell)):
                continue
            if key:
                share = share_of(cell, fractions=self._fractions)
                said = None if share is None else {key: share}
            else:
                said = read(cell) if isinstance(cell, str) else read_object(cell)
            if said is None:
                self.left_out["audience"] += 1
                self.examples.setdefault("audience", _shown(cell))
            else:
                found |= said
        if (audience := canonical(found)) is not None:
            values["audience"] = audience

    def note_unlike(self, platform: str, handle: str) -> None:
        """Count a handle that its platform would not have given out, as far as we know."""
        self.unlike[platform] += 1
        self.examples.setdefault(platform, handle[:60])

    def _identified(self, values: dict[str, Any]) -> ProfileRecord:
        """Platform and handle, from what the row says of them."""
        platform = values.pop("platform", None) or self.platform
        handle = values.get("handle") or ""
        url = values.get("url")
        address = handle if "/" in handle and looks_like_url(handle) else url if url and not handle else None
        if address:
            try:
                profile = from_url(address)
            except WrongUsage as error:
                raise RowProblem(error.message) from error
            platform, handle = profile.platform, profile.handle
            values.setdefault("url", address)
        handle = handle.strip().removeprefix("@").strip()
        if not handle:
            raise RowProblem("no handle")
        if platform is None:
            raise RowProblem("no platform")
        pattern = handle_pattern(platform)
        if pattern is not None and not pattern.fullmatch(handle):
            handle = self._stand_in(platform, handle, values)
        elif "name" not in values and not handle.isascii():
            values["name"] = handle
        values["platform"], values["handle"] = platform, handle
        return ProfileRecord(**values)

    def _stand_in(self, platform: str, handle: str, values: dict[str, Any]) -> str:
        """What to call an account whose handle cell cannot be a handle."""
        if platform not in NAMES_FOR_HANDLES:
            if NO_HANDLE.search(handle):
                raise RowProblem(f"“{handle}” cannot be a handle on {platform}")
            # Platforms change their rules; a word is taken, and its owner told.
            self.note_unlike(platform, handle)
            return handle
        if is_destroyed(handle):
            name = values.get("name", "")
            if not name or is_destroyed(name):
                raise RowProblem(f"“{handle}” was destroyed by an earlier conversion: not one letter is left")
            self.destroyed += 1
            handle = name
        values.setdefault("name", handle)
        return handle

    def _number(self, field: str, cell: Any, other: Any) -> Figure | None:
        exact = self._figure(field, cell)
        if other is None:
            return exact
        written = self._figure(field, other)
        if exact is None or written is None:
            return exact or written
        if not agree(written, exact):
            self.twins_apart += 1
            return exact
        # A twin that is the abbreviated number written out (50.7M, 50700000) knows no more digits than it.
        return Figure(exact.value, exact.unit, written.rounded and written.value == exact.value)

    def _figure(self, field: str, cell: Any) -> Figure | None:
        if cell is None:
            return None
        if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
            raise RowProblem(f"{field}: {_shown(cell)} is not a number")
        if isinstance(cell, float) and field in COUNTS and not cell.is_integer():
            raise RowProblem(f"{field}: {_shown(cell)} is not a whole number")
        try:
            if not isinstance(cell, str):
                return figure(_plain(cell))
            is_whole = field in COUNTS or (field in AVERAGES and self._groups_by_dots and is_grouped_by_dots(cell))
            return (count if is_whole else figure)(cell)
        except Unreadable:
            raise RowProblem(f"{field}: “{_shown(cell)}” is not a number") from None

    def _add(self, values: dict[str, Any], field: str, cell: Any) -> None:
        if field == "note":
            text = _text(cell)
            if text:
                values["notes"] = (*values.get("notes", ()), WrittenNote(text=text))
            return
        named = listed(cell) if isinstance(cell, (list, tuple)) else _parted(_text(cell) or "")
        if named:
            values[field] = tuple(dict.fromkeys((*values[field], *named))) if field in values else named


def listed(cell: Sequence[Any]) -> tuple[str, ...]:
    """Topics or tags as they are kept: small letters, each once."""
    return tuple(dict.fromkeys([word for part in cell if isinstance(part, str) and (word := _word(part))]))


@lru_cache(maxsize=16_384)
def _parted(text: str) -> tuple[str, ...]:
    return listed(_SPLITS.split(text))


@lru_cache(maxsize=16_384)
def _word(part: str) -> str:
    return "" if is_unknown(part) else part.strip().casefold()


def is_destroyed(name: str) -> bool:
    """Whether nothing of a name survived a conversion between encodings: only `ý`, `ï¿½`, `?` or replacement marks."""
    return not re.search(r"\w", re.sub("[ýï¿½\ufffd?_]", "", name))


@cache
def handle_pattern(platform: str) -> re.Pattern[str] | None:
    known = addresses().platform.get(platform)
    return re.compile(known.handle, re.IGNORECASE) if known else None


def moment(text: str) -> int | None:
    """A date or a time as milliseconds; None for what cannot be told without guessing (`03/04/2026`)."""
    text = text.strip()
    if text.isdecimal():
        number = int(text)
        return number * 1000 if 10**9 <= number < 10**10 else number if 10**12 <= number < 10**13 else None
    german = re.fullmatch(r"(\d\d?)\.(\d\d?)\.(\d{4})", text)
    try:
        if german:
            day, month, year = (int(part) for part in german.groups())
            found = datetime(year, month, day, tzinfo=UTC)
        elif re.fullmatch(r"\d{4}[-/]\d\d?[-/]\d\d?", text):
            year, month, day = (int(part) for part in re.split("[-/]", text))
            found = datetime.combine(date(year, month, day), datetime.min.time(), UTC)
        else:
            found = datetime.fromisoformat(text.removesuffix(" UTC"))
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError:
        return None
    return round(found.timestamp() * 1000) if 1990 <= found.year <= 2200 else None


_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_AND_YEAR: Final = re.compile(
    r"(?<![a-z])(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)[\W_]*(20\d\d)(?!\d)"
)
_YEAR_AND_MONTH: Final = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])(?:[-_.]?([0-2]\d|3[01]))?(?!\d)")


def dated(name: str) -> int | None:
    """When a file was measured, by its name (`…_nov_2022.csv`, `export-2026-10-31.csv`): the day, or the month's last one.

    A copy is as young as the copying; what its name says is the better witness. A year alone says too little.
    """
    folded = name.casefold()
    if found := _MONTH_AND_YEAR.search(folded):
        year, month, day = int(found[2]), _MONTHS.index(found[1][:3]) + 1, 0
    elif found := _YEAR_AND_MONTH.search(folded):
        year, month, day = int(found[1]), int(found[2]), int(found[3] or 0)
    else:
        return None
    with suppress(ValueError):
        return moment(f"{year}-{month}-{day or monthrange(year, month)[1]}")
    return None


def _email(text: str) -> str | None:
    text = text.removeprefix("mailto:")
    return text if _ADDRESS.fullmatch(text) else None


def _found_by(text: str) -> str | None:
    word = re.sub(r"\W+", "_", text.strip().casefold())
    return word if word in FOUND_BY else None


@lru_cache(maxsize=1024)
def _platform(text: str) -> str:
    """A platform's id; a name that nobody knows raises, with the nearest one."""
    found = platform_of(text)
    if found is None:
        near = nearest(text.casefold(), PLATFORMS)
        raise RowProblem(f"unknown platform “{text[:60]}”" + (f"; did you mean {near}?" if near else ""))
    return found


READERS: Final[dict[str, Callable[[str], Any]]] = {
    "platform": _platform,
    "country": country_code,
    "person_country": country_code,
    "language": language_code,
    "email": _email,
    "person_email": _email,
    "as_of": moment,
    "found_by": _found_by,
}
"""Fields whose text has to be read; None from a reader means that it could not be."""

LONGEST_UNKNOWN: Final = max(map(len, UNKNOWN))


def _variant(columns: Sequence[Column]) -> str | None:
    """The definition of an engagement rate, where its header names the window."""
    for column in columns:
        if column.field == "engagement_rate" and (found := re.search(r"(\d+)[\W_]*days?", column.header.casefold())):
            return f"er_followers_{found[1]}d"
    return None


def _text(cell: Any) -> str | None:
    if isinstance(cell, str):
        return cell.strip()
    return None if cell is None or isinstance(cell, (dict, list, tuple, bool)) else str(cell)


def _texts(columns: Sequence[Column], fields: frozenset[str], sample: Sequence[Sequence[Any]]) -> list[str]:
    """What is written in the sample's columns of `fields`."""
    positions = [column.position for column in columns if column.field in fields]
    cells = [row[position] for row in sample for position in positions if position < len(row)]
    return [cell for cell in cells if isinstance(cell, str)]


def _are_fractions(positions: Sequence[int], sample: Sequence[Sequence[Any]]) -> bool:
    """Whether a file writes shares as parts of one: then none of the sample's is above."""
    cells = [row[position] for row in sample for position in positions if position < len(row)]
    written = [cell for cell in cells if isinstance(cell, str)]
    known = [share for cell in cells if (share := share_of(cell, fractions=False)) is not None]
    return not any("%" in cell for cell in written) and are_fractions(known)


def _plain(number: int | float) -> str:
    if number != number or abs(number) > LARGEST:
        raise Unreadable(str(number))
    return repr(number)


def _shown(cell: Any) -> str:
    return str(cell)[:60]
