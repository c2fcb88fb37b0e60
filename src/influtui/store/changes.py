"""The change feed: which rows other sessions should look at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple


class Change(NamedTuple):
    """A run of rows of one noun that changed, and the number of the change."""

    seq: int
    noun: str
    first_id: int
    last_id: int


EVERYTHING: Final = "*"
"""The noun of a change that stands for too many to tell: look at everything again."""

KEEP: Final = 20_000
"""Changes that are kept for sessions that were away. A session that polls reads each within the second."""

MOST_RUNS: Final = 64
"""Above this many runs one wide run is cheaper to read than the exact list."""


def runs(ids: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Ids as the fewest (first, last) runs; one covering run where there would be too many."""
    ordered = sorted(set(ids))
    found: list[tuple[int, int]] = []
    for each in ordered:
        if found and each == found[-1][1] + 1:
            found[-1] = (found[-1][0], each)
        else:
            found.append((each, each))
    if len(found) > MOST_RUNS:
        found = [(ordered[0], ordered[-1])]
    yield from found
