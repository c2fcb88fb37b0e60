"""The change feed: which rows other sessions should look at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from influtui.store.tables import NOUNS


class Change(NamedTuple):
    """A run of rows of one noun that changed, and the number of the change."""

    seq: int
    noun: str
    first_id: int
    last_id: int


KEEP: Final = 20_000
"""Changes that are kept for sessions that were away. A session that polls reads each within the second."""

HIGHEST: Final = 2**63 - 1
"""Beyond every id."""

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


def everything(seq: int) -> list[Change]:
    """What to tell a session that was away for too long: any row of any noun may have changed."""
    return [Change(seq, noun, 0, HIGHEST) for noun in sorted(NOUNS)]
