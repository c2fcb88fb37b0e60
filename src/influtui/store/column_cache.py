"""Columns and orders as bytes in the database, so that the next session has them at once.

What is kept bears the change number that it is true of; whoever loads it applies the changes since. It is derived: where
it is missing, damaged or of another version, everything is read from the accounts instead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from influtui.model import records

Arrays = Mapping[str, NDArray[Any]]
Texts = Mapping[str, list[str | None]]

_PIECE: Final = 1 << 18
VERSION: Final = "3"
"""Another version's bytes are not read."""


def load(connection: sqlite3.Connection) -> tuple[int, dict[str, NDArray[Any]], dict[str, list[str | None]]] | None:
    """The change number, the arrays and the texts that are kept; None where they cannot be used."""
    seqs: set[int] = set()
    arrays: dict[str, NDArray[Any]] = {}
    texts: dict[str, list[str | None]] = {}
    try:
        rows = connection.execute("SELECT rowid, name, seq, kind, length(data) FROM column_cache").fetchall()
        for row_id, name, seq, kind, size in rows:
            seqs.add(seq)
            lying = np.zeros(size, np.uint8)
            _read(connection, row_id, lying)
            if kind == "json":
                texts[name] = records.from_json(lying.data, list[str | None])
            else:
                arrays[name] = lying.view(np.dtype(kind))
    except (ValueError, TypeError, msgspec.MsgspecError):
        return None
    if len(seqs) != 1 or f"version {VERSION}" not in texts:
        return None
    return seqs.pop(), arrays, texts


def save(connection: sqlite3.Connection, seq: int, arrays: Arrays, texts: Texts) -> None:
    """Keep arrays and texts in the place of older ones. One short transaction; raises sqlite3's errors."""
    written = {f"version {VERSION}": b"[]", **{name: msgspec.json.encode(values) for name, values in texts.items()}}
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("DELETE FROM column_cache")
        for name, text in written.items():
            _insert(connection, (name, seq, "json", len(text)), memoryview(text))
        for name, array in arrays.items():
            lying = np.ascontiguousarray(array).view(np.uint8)
            _insert(connection, (name, seq, array.dtype.str, len(lying)), lying.data)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _read(connection: sqlite3.Connection, row_id: int, into: NDArray[np.uint8]) -> None:
    """Read one row piece by piece: as one value it would lie in memory twice, at the moment at which most is needed."""
    if not len(into):
        return
    with connection.blobopen("column_cache", "data", row_id, readonly=True) as blob:
        for start in range(0, len(into), _PIECE):
            piece = np.frombuffer(blob.read(_PIECE), np.uint8)
            into[start : start + len(piece)] = piece


def _insert(connection: sqlite3.Connection, row: tuple[str, int, str, int], data: memoryview) -> None:
    """Write one row piece by piece: bound as one value it would be copied twice, and columns take megabytes."""
    sql = "INSERT INTO column_cache (name, seq, kind, data) VALUES (?, ?, ?, zeroblob(?))"
    row_id = connection.execute(sql, row).lastrowid
    if row_id is None:
        raise sqlite3.DatabaseError("a row that was written has no number")
    with connection.blobopen("column_cache", "data", row_id) as blob:
        for start in range(0, len(data), _PIECE):
            blob.write(data[start : start + _PIECE])
