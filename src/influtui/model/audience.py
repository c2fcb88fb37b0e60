"""Who follows an account: shares of its audience in percent, by country, age and gender. Pure.

A share has a key: a country (`US`), a band of ages (`18-24`, `65+`) or a gender (`female`). What is not listed is unknown,
never 0: most sources name the largest few. The store keeps one text, `{"DE":10.5,"US":42.0,"female":61.0}`, sorted, two
decimals; what files and platforms write is read by `model/audience_reading.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec

from influtui.model import records
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
    return records.from_json(text, Shares) if text else None


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
