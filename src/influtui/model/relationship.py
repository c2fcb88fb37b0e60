"""How a brand and a person stand to each other: not kept, but read from all that they did together.

The steps are those that creator-marketing systems share (prospects, contacted, active, returning, alumni).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from influtui.model.pipeline import pipeline

Relationship = Literal["prospect", "contacted", "active", "returning", "alumni"]

_WORDS: Final[dict[Relationship, str]] = {
    "prospect": "a prospect of",
    "contacted": "contacted by",
    "active": "working with",
    "returning": "working again with",
    "alumni": "has worked with",
}
_ASKED_AND_LET_GO = frozenset({"declined", "unresponsive"})


def relationship(states: Iterable[str]) -> Relationship:
    """What the states of a person's collaborations with one brand come to.

    `active` works with the brand for the first time, `returning` again; `alumni` did and does not now.
    """
    table = pipeline()
    agreed, contacted = (table.order(each) or 0 for each in ("agreed", "contacted"))
    every = list(states)
    orders = [order for state in every if (order := table.order(state)) is not None]
    together = sum(order >= agreed for order in orders)
    if together > every.count("completed"):
        return "returning" if together > 1 else "active"
    if together:
        return "alumni"
    asked = any(order >= contacted for order in orders) or not _ASKED_AND_LET_GO.isdisjoint(every)
    return "contacted" if asked else "prospect"


def in_words(stands: Relationship, brand: str) -> str:
    """`working again with Acme`."""
    return f"{_WORDS[stands]} {brand}"
