"""What the database refuses, in words."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from influtui.store.refusals import explained


def _error(statement: str) -> sqlite3.Error:
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(statement)
        except sqlite3.Error as error:
            return error
    raise AssertionError


def test_a_column_that_is_not_there_is_told_as_another_version() -> None:
    for statement in ("SELECT absent", "SELECT 1 FROM nowhere"):
        failure = explained(_error(statement))
        assert failure is not None
        assert "version" in failure.message
        assert "doctor" in (failure.hint or "")


def test_our_own_mistakes_are_not_explained_away() -> None:
    assert explained(_error("SELEC 1")) is None
    assert explained(KeyError("no such column")) is None
