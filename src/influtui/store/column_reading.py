"""The values that columns hold, read from the database many at once.

A row as a tuple costs more to make than to read. So of a stretch of ids each field comes as one text that SQLite writes
and numpy or a JSON decoder reads: less than half the time. A fraction keeps its own way, because SQLite writes fifteen
digits of the seventeen that it has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint32]

WHOLE: Final = ("followers", "as_of", "person_id")
"""Whole numbers, which may be unknown."""
FRACTIONS: Final = ("engagement_rate",)
CODED: Final = ("platform", "country", "language", "found_by", "engagement_variant")
SETS: Final = ("topics", "tags")
KNOWN: Final = ("email", "name", "bio", "url", "audience")
"""Texts of which it is only kept whether they are known."""

_AT_ONCE: Final = 16_384
_PULLED_AT_ONCE: Final = 1 << 18
_READ: Final = ", ".join((
    "group_concat(id)",
    *(f"group_concat(coalesce({name}, 'nan'))" for name in WHOLE),
    *(f"json_group_array({name})" for name in (*CODED, *SETS)),
    f"group_concat({' + '.join(f'({name} IS NOT NULL) * {1 << bit}' for bit, name in enumerate(KNOWN))})",
))  # fmt: skip
_texts: Final = msgspec.json.Decoder(list[str | None])


class Stretch(NamedTuple):
    """Some accounts, each field in the order of their ids."""

    ids: Ids
    numbers: dict[str, NDArray[np.float64]]
    """Unknown is NaN."""
    texts: dict[str, list[str | None]]
    known: NDArray[np.uint8]
    """For each of `KNOWN` a bit, in their order."""
    audiences: list[tuple[int, str]]
    """Of those of whom something is known."""


def stretches(connection: sqlite3.Connection, first: int, last: int) -> Iterator[Stretch]:
    """The accounts from one id to another, some thousands at a time, upwards. Stretches without any are left out."""
    for start in range(first, last + 1, _AT_ONCE):
        found = _stretch(connection, (start, min(last, start + _AT_ONCE - 1)))
        if found is not None:
            yield found


def _stretch(connection: sqlite3.Connection, run: Sequence[int]) -> Stretch | None:
    # A range of the table's own key is read along the key, so that every field comes in the order of the ids. To order
    # them in a subquery would say so, and double the time.
    rows = "FROM creators WHERE id BETWEEN ? AND ?"
    ids, *values = connection.execute(f"SELECT {_READ} {rows}", run).fetchone()
    if ids is None:
        return None
    whole, texts, bits = values[: len(WHOLE)], values[len(WHOLE) : -1], _numbers(values[-1], np.uint8)
    numbers = {name: _numbers(text, np.float64) for name, text in zip(WHOLE, whole, strict=True)}
    for name in FRACTIONS:
        of_all = connection.execute(f"SELECT {name} {rows} ORDER BY id", run).fetchall()
        numbers[name] = np.array([number for (number,) in of_all], np.float64)
    audiences: list[Any] = []
    if (bits & 1 << KNOWN.index("audience")).any():
        audiences = connection.execute(f"SELECT id, audience {rows} AND audience IS NOT NULL", run).fetchall()
    decoded = {name: _texts.decode(text) for name, text in zip((*CODED, *SETS), texts, strict=True)}
    return Stretch(_numbers(ids, np.uint32), numbers, decoded, bits, audiences)


def _numbers(text: str, kind: Any) -> NDArray[Any]:
    return np.fromstring(text, kind, sep=",")


def pulled(connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> Ids:
    """The ids that a `group_concat` gives, as one value: four times as fast as row by row."""
    text = connection.execute(sql, values).fetchone()[0]
    return _numbers(text, np.uint32) if text else np.zeros(0, np.uint32)


def pulled_in_pieces(connection: sqlite3.Connection, sql: str, values: Sequence[Any], last: int) -> Ids:
    """The same up to the id `last`, for which `sql` has a range of ids as its last two values: slower by an eighth, and
    without a text of many megabytes. For what nobody waits for."""
    runs = [(start, start + _PULLED_AT_ONCE - 1) for start in range(0, last + 1, _PULLED_AT_ONCE)]
    return np.concatenate([pulled(connection, sql, [*values, *run]) for run in runs])
