"""What could stand at a place in a query: names of qualifiers, then their values, with what they mean."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from influtui.model.qualifiers import Qualifier, Table
from influtui.model.query_marks import plain_marks
from influtui.model.query_values import countries, regions
from influtui.model.tiers import default_scheme

_WORD: Final = re.compile(r'[^\s()"]*$')


class Completion(NamedTuple):
    """One way to go on: `text` takes the place of what stands from `start` to the cursor."""

    start: int
    text: str
    meaning: str


def complete(text: str, cursor: int, table: Table) -> list[Completion]:
    """The ways to go on at `cursor`, in the order of the table. Nothing within an open phrase."""
    before = plain_marks(text[:cursor])
    if before.count('"') % 2:
        return []
    found = _WORD.search(before)
    word = (found[0] if found else "").lstrip("-")
    start = cursor - len(word)
    name, colon, value = word.partition(":")
    if not colon:
        return [
            Completion(start, f"{each.name}:", each.meaning)
            for each in table.qualifiers
            if each.name.startswith(name.casefold())
        ]
    qualifier = table.named(name)
    if qualifier is None:
        return []
    last = value.rpartition(",")[2]
    return [
        Completion(cursor - len(last), choice, meaning)
        for choice, meaning in _choices(qualifier)
        if choice.casefold().startswith(last.casefold())
    ]


def _choices(qualifier: Qualifier) -> list[tuple[str, str]]:
    if qualifier.kind == "tier":
        return [(tier.name, f"from {tier.smallest:,} followers") for tier in default_scheme().tier]
    if qualifier.kind == "country":
        return list(countries().items())
    if qualifier.kind == "audience":
        ages = [
            (f"{low}-{high}:", "an age, then the share: 30..") for low, high in ((18, 24), (25, 34), (18, 34), (35, 44))
        ]
        people = [("female:", "then the share: 60.."), ("male:", "then the share: 60..")]
        of_regions = [(f"{name}:", " ".join(codes[:12])) for name, codes in sorted(regions().items())]
        return [*people, *ages, *((f"{code}:", name) for code, name in countries().items()), *of_regions]
    if qualifier.kind == "region":
        return [(name, " ".join(codes[:12])) for name, codes in sorted(regions().items())]
    if qualifier.kind == "campaign":
        return [("campaign", "the one in use"), ("any", "whichever")]
    if qualifier.choices:
        return [(choice, "") for choice in qualifier.choices]
    return [(example.partition(":")[2], "for example") for example in qualifier.examples if not example.startswith("-")]
