"""Functions of ours that statements may call: words as the search sees them. Set up on every connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from influtui.model.query_words import folded, grams, plain, says


# A million readings name a handful of sources, one after the other.
@lru_cache(maxsize=64)
def _says(text: str | None, wanted: str, prefix: int) -> bool:
    return says(text, wanted, prefix=bool(prefix))


def _folded(text: str | None) -> str | None:
    return None if text is None else folded(text)


def _plain(text: str | None) -> str | None:
    return None if text is None else plain(text)


def _grams(*texts: str | None) -> str | None:
    return grams(texts)


FUNCTIONS: Final[tuple[tuple[str, int, Callable[..., Any]], ...]] = (
    ("says", 3, _says),
    ("folded", 1, _folded),
    ("grams", 3, _grams),
    ("plain", 1, _plain),
)
"""Name, number of arguments (-1: any), and what it does. All are deterministic."""


def give(connection: sqlite3.Connection) -> None:
    """Let the statements of a connection call them. Views and triggers do too: every connection that writes needs them."""
    for name, arguments, function in FUNCTIONS:
        connection.create_function(name, arguments, function, deterministic=True)
