"""Who follows an account: shares of its audience in percent, by country, age and gender. Pure.

A share has a key: a country (`US`), a band of ages (`18-24`, `65+`) or a gender (`female`). What is not listed is unknown,
never 0: most sources name the largest few. Files and platforms write shares in many ways; this module reads them all into
one text that the store keeps, `{"DE":10.5,"US":42.0,"female":61.0}`, sorted, two decimals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from influtui.model.places import country_code

GENDERS: Final = ("female", "male", "other")
AGES: Final = ("13-17", "18-24", "25-34", "35-44", "45-54", "45+", "55-64", "55+", "65+")
"""The bands that platforms and tools use. A source has either 55-64 and 65+, or 55+."""

Shares = dict[str, float]

_GENDERS: Final = {
    **dict.fromkeys(("f", "female", "females", "woman", "women", "frauen", "weiblich", "mujeres", "femmes"), "female"),
    **dict.fromkeys(("m", "male", "males", "man", "men", "manner", "männer", "männlich", "hombres", "hommes"), "male"),
    **dict.fromkeys(("other", "others", "unknown", "unspecified", "u", "nonbinary", "diverse"), "other"),
}
_AGE: Final = re.compile(
    r"(?:age[\s_]*)?(\d\d)(?:(?:\s*[-–—_ ]\s*|[\s_]*to[\s_]*)(\d\d)|[\s_]*(?:\+|plus|and[\s_]*above))?"
)
_PART: Final = re.compile(
    r"(?P<key>\d\d\s*[-–—]\s*\d\d|\d\d\s*\+|[^\W\d_][^\d%;|,:=()]*?)\s*[:=(]?\s*"
    r"(?P<share>\d{1,3}(?:[.,]\d{1,4})?(?!\d|\s*[-–—]\s*\d|\s*\+))\s*(?P<percent>%?)\)?"
)
_TURNED: Final = re.compile(
    r"(?P<share>\d{1,3}(?:[.,]\d{1,4})?)\s*(?P<percent>%)\s*(?P<key>\d\d\s*[-–—]\s*\d\d|\d\d\s*\+|[^\W\d_][^\d%;|,]*)"
)
_SEPARATORS: Final = re.compile(r"[\s;,|/&•·]*(?:and[\s;,|/&•·]*)?")

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


def group_of(key: str) -> str:
    """What a key is about: `country`, `age` or `gender`."""
    return "gender" if key in GENDERS else "age" if key[:1].isdigit() else "country"


@lru_cache(maxsize=4_096)
def key_of(word: str) -> str | None:
    """The key that a person or a file means by a word: `us`, `Germany`, `F`, `18 to 24`; None for none."""
    text = word.strip().casefold()
    if found := _GENDERS.get(text):
        return found
    age = _AGE.fullmatch(text)
    if age:
        band = f"{age[1]}-{age[2]}" if age[2] else f"{age[1]}+"
        return band if band in AGES else None
    return country_code(text)


def bands(word: str) -> tuple[str, ...]:
    """The bands of ages within a range (`18-34`, `25+`), whichever of them a source has."""
    age = _AGE.fullmatch(word.strip().casefold())
    if not age or (age[2] is None and not word.strip()[2:]):
        return ()
    low, high = int(age[1]), int(age[2]) if age[2] else 999
    return tuple(band for band in AGES if low <= int(band[:2]) and _last(band) <= high)


def _last(band: str) -> int:
    return int(band[3:]) if "-" in band else 999


def canonical(shares: Mapping[str, float]) -> str | None:
    """Shares as the store keeps them; None for none. What is no share of anything is left out."""
    kept = {key: round(float(shares[key]), 2) for key in sorted(shares) if 0 <= shares[key] <= 100}
    return msgspec.json.encode(kept).decode() if kept else None


def shares(text: str | None) -> Shares | None:
    """The reverse of `canonical`."""
    return msgspec.json.decode(text, type=Shares) if text else None


def listed(known: Mapping[str, float]) -> str:
    """Shares as a person reads them, the largest of each kind first: `US 42%, DE 10.5%; female 61%`."""
    groups: dict[str, list[tuple[str, float]]] = {"country": [], "gender": [], "age": []}
    for key, share in known.items():
        groups[group_of(key)].append((key, share))
    ordered = [sorted(group, key=lambda pair: (-pair[1], pair[0])) for group in groups.values()]
    return "; ".join(", ".join(f"{key} {share:g}%" for key, share in group) for group in ordered if group)


def together(old: str | None, new: str | None, *, newer: bool) -> str | None:
    """Two statements as one: of each kind (countries, ages, gender) the newer stands whole, the other where it alone says."""
    before, now = shares(old) or {}, shares(new) or {}
    winning, filling = (now, before) if newer else (before, now)
    said = {group_of(key) for key in winning}
    return canonical({**{key: share for key, share in filling.items() if group_of(key) not in said}, **winning})


def overlap(one: Mapping[str, float], other: Mapping[str, float]) -> float | None:
    """How much two audiences are the same, from 0 to 1, over the kinds that both know; None where there is none."""
    parts = []
    for group in ("country", "age", "gender"):
        mine = {key: share for key, share in one.items() if group_of(key) == group}
        theirs = {key: share for key, share in other.items() if group_of(key) == group}
        whole = max(sum(mine.values()), sum(theirs.values()))
        if mine and theirs and whole > 0:
            parts.append(sum(min(share, theirs.get(key, 0)) for key, share in mine.items()) / whole)
    return sum(parts) / len(parts) if parts else None


# Reading what others wrote.


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
