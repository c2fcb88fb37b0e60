"""Shares of an audience as files, tools and platforms write them: headers, cells and objects. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from influtui.model.audience import Shares, key_of

_PART: Final = re.compile(
    r"(?P<key>\d\d\s*[-–—]\s*\d\d|\d\d\s*\+|[^\W\d_][^\d%;|,:=()]*?)\s*[:=(]?\s*"
    r"(?P<share>\d{1,3}(?:[.,]\d{1,4})?(?!\d|\s*[-–—]\s*\d|\s*\+))\s*(?P<percent>%?)\)?"
)
_TURNED: Final = re.compile(
    r"(?P<share>\d{1,3}(?:[.,]\d{1,4})?)\s*(?P<percent>%)\s*(?P<key>\d\d\s*[-–—]\s*\d\d|\d\d\s*\+|[^\W\d_][^\d%;|,]*)"
)
_SEPARATORS: Final = re.compile(r"[\s;,|/&•·]*(?:and\s[\s;,|/&•·]*)?")
_LONGEST: Final = 4_000
"""A cell with more than that says something else."""
_GROUP_NAMES: Final = re.compile(r"countr|geo|locat|age(?!n)|gender|audience|demograph|sex", re.IGNORECASE)
_OTHER_GROUPS: Final = re.compile(r"cit(?:y|ies)|state|region|lang|per", re.IGNORECASE)
_NAMES: Final = ("code", "country", "key", "label", "age", "gender", "range", "name", "title", "id")
_VALUES: Final = ("weight", "share", "percent", "percentage", "pct", "ratio", "value")
_HEADER_WORDS: Final = frozenset(
    {
        "audience", "share", "percent", "pct", "percentage", "%", "country", "countries", "location", "locations", "geo", "age",
        "ages", "gender", "genders", "group", "range", "follower", "followers", "demographic", "demographics", "split",
        "breakdown", "top",
    }
)  # fmt: skip
_BETWEEN: Final = frozenset({"of", "in", "from", "the", "by", "is", "are"})


def header_key(header: str) -> str | None:
    """What a column's folded header says of an audience: a key, `` for all shares in one cell, None for nothing.

    `audience us`, `female audience %`, `audience age 18 24` have a key; `audience`, `audience countries` have none.
    """
    words = header.split()
    if "audience" not in words and words != ["top", "countries"]:
        return None
    rest = [word for word in words if word not in _HEADER_WORDS]
    if not rest:
        return ""
    return key_of(" ".join(rest)) or key_of(" ".join(word for word in rest if word not in _BETWEEN))


def are_fractions(numbers: Iterable[float]) -> bool:
    """Whether shares are parts of one and not of a hundred."""
    known = [number for number in numbers if number > 0]
    return bool(known) and max(known) <= 1


def read(text: str) -> Shares | None:
    """Shares written in one cell: `US 42%, GB 10%`, `18-24: 30; 25-34: 51`, `42 % US`, or JSON. None where it is anything
    else: half of a cell is not taken."""
    text = text.strip()
    if text[:1] in ("{", "["):
        try:
            return read_object(msgspec.json.decode(text))
        except (msgspec.DecodeError, RecursionError):
            return None
    text = " ".join(text.split())
    if len(text) > _LONGEST:
        return None
    return _parts(text, _PART) or _parts(text, _TURNED)


def _parts(text: str, pattern: re.Pattern[str]) -> Shares | None:
    found: Shares = {}
    at, percent = 0, False
    while at < len(text):
        blank = _SEPARATORS.match(text, at)
        at = blank.end() if blank else at
        if at == len(text):
            break
        part = pattern.match(text, at)
        key = key_of(part["key"]) if part else None
        if part is None or key is None:
            return None
        found[key] = found.get(key, 0) + float(part["share"].replace(",", "."))
        percent = percent or bool(part["percent"])
        at = part.end()
    return _scaled(found, fractions=not percent and are_fractions(found.values()))


def read_object(value: Any) -> Shares | None:
    """Shares from a decoded object: by key, by kind (`countries`, `ages`, `genders`), or lists with a code and a weight."""
    found: Shares = {}
    if isinstance(value, Mapping):
        own = {
            key: share for name, each in value.items() if (share := _share(each)) is not None and (key := _named(name))
        }
        found |= _scaled(own, fractions=are_fractions(own.values())) or {}
        for name, each in value.items():
            if isinstance(each, Mapping | list) and _GROUP_NAMES.search(name) and not _OTHER_GROUPS.search(name):
                found |= read_object(each) or {}
    elif isinstance(value, list):
        found = _listed(value)
    return found or None


def _listed(value: list[Any]) -> Shares:
    rows: Shares = {}
    for each in value:
        if not isinstance(each, Mapping):
            continue
        share = next((share for name in _VALUES if (share := _share(each.get(name))) is not None), None)
        key = next((key for name in _NAMES if (key := _named(each.get(name)))), None)
        if share is not None and key is not None:
            rows[key] = rows.get(key, 0) + share
    return _scaled(rows, fractions=are_fractions(rows.values())) or {}


def _named(name: Any) -> str | None:
    return key_of(name) if isinstance(name, str) else None


def _share(value: Any) -> float | None:
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d{1,3}(?:[.,]\d{1,9})?)\s*%?\s*", value)
        return float(found[1].replace(",", ".")) if found else None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or value < 0:
        return None
    return float(value)


def share_of(cell: Any, *, fractions: bool) -> float | None:
    """One cell of a column that holds one share. None for what is none."""
    share = _share(cell)
    if share is None:
        return None
    scaled = share * 100 if fractions and not (isinstance(cell, str) and "%" in cell) else share
    return scaled if scaled <= 100 else None


def _scaled(found: Shares, *, fractions: bool) -> Shares | None:
    scaled = {key: round(share * (100 if fractions else 1), 2) for key, share in found.items()}
    return scaled if scaled and max(scaled.values()) <= 100 else None
