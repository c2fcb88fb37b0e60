"""A search and the values of facets in it: whether a value is asked for, and the search with it or without it."""

from __future__ import annotations

import re
from typing import Final

from influtui.model.qualifiers import CREATORS

FACETS: Final = ("tier", "platform", "country", "language", "topic")

_VALUE: Final = re.compile(r'"[^"]*"|[^,"]+')
_PLAIN: Final = re.compile(r"[\w.-]+")
_ALTERNATIVE: Final = re.compile(r"(?<!\S)OR(?!\S)")


def asked(query: str, facet: str) -> tuple[str, ...]:
    """The values of a facet that a search asks for, folded."""
    found = _part(facet).search(query)
    return tuple(_bare(each) for each in _VALUE.findall(found[1])) if found else ()


def without(query: str, facet: str) -> str:
    """The search with nothing asked of a facet."""
    return " ".join(_part(facet).sub("", query, count=1).split())


def toggled(query: str, facet: str, value: str) -> str:
    """The search with a value of a facet, or without it where it was asked for. Values of one facet are alternatives."""
    found = _part(facet).search(query)
    if found is None:
        rest = query.strip()
        if _ALTERNATIVE.search(re.sub(r'"[^"]*"', '""', rest)):
            rest = f"({rest})"
        return f"{rest} {facet}:{_written(value)}".strip()
    values = _VALUE.findall(found[1])
    kept = [each for each in values if _bare(each) != value.casefold()]
    if len(kept) == len(values):
        kept.append(_written(value))
    part = f"{found[0].partition(':')[0]}:{','.join(kept)}" if kept else ""
    return " ".join(f"{query[: found.start()]}{part}{query[found.end() :]}".split())


def _part(facet: str) -> re.Pattern[str]:
    known = CREATORS.named(facet)
    names = "|".join((known.name, *known.aliases)) if known else facet
    return re.compile(rf'(?<![^\s(])(?:{names}):((?:"[^"]*"|[^\s()"])+)', re.IGNORECASE)


def _bare(value: str) -> str:
    return value.strip('"').casefold()


def _written(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else '"' + value.replace('"', "") + '"'
