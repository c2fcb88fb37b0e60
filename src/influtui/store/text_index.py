"""The full-text index over creators' handle, name and bio, kept in step inside the transaction that changes them.

The index holds the texts made plain (`model/query_words.py`), as the view `creator_words` has them. It stores none itself,
so a removal must be given the OLD text: call `read` before the change and `replace` after it. It answers one question
only: which ids match.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from influtui.model.query_words import plain
from influtui.store import gram_index
from influtui.store.database import Transaction

COLUMNS: Final = frozenset({"handle", "name", "bio"})
"""The columns of `creators` that are indexed; a change of any other leaves the index alone."""

_PLAIN: Final = "id, " + ", ".join(
    f"CASE WHEN length(CAST({name} AS BLOB)) > length({name}) THEN plain({name}) ELSE {name} END"
    for name in ("handle", "name", "bio")
)
"""As the view has them, of any table with the same columns."""

_REMOVE = "INSERT INTO creator_text (creator_text, rowid, handle, name, bio) VALUES ('delete', ?, ?, ?, ?)"


async def read(transaction: Transaction, ids: Sequence[int]) -> list[Mapping[str, Any]]:
    """The indexed text of rows as it stands now."""
    if not ids:
        return []
    marks = ", ".join("?" * len(ids))
    rows = await transaction.all(f"SELECT id, handle, name, bio FROM creators WHERE id IN ({marks})", list(ids))
    return [dict(row) for row in rows]


async def add(transaction: Transaction, ids: Iterable[int]) -> None:
    """Index rows that are new."""
    ids = list(ids)
    await gram_index.add(transaction, ids)
    await transaction.many(
        "INSERT INTO creator_text (rowid, handle, name, bio) SELECT id, handle, name, bio FROM creator_words WHERE id = ?",
        [(each,) for each in ids],
    )


async def add_run(transaction: Transaction, first: int, last: int, *, spaceless: Iterable[int]) -> None:
    """Index a run of new rows in one statement: for imports, which know the rows in `spaceless` scripts."""
    await transaction.run(
        "INSERT INTO creator_text (rowid, handle, name, bio)"
        " SELECT id, handle, name, bio FROM creator_words WHERE id BETWEEN ? AND ?",
        (first, last),
    )
    await gram_index.add(transaction, spaceless)


async def remove(transaction: Transaction, old: Iterable[Mapping[str, Any]]) -> None:
    """Take rows out; `old` is their text as it was indexed."""
    old = list(old)
    await gram_index.remove(transaction, old)
    held = [(row["id"], *(row[name] and plain(row[name]) for name in ("handle", "name", "bio"))) for row in old]
    await transaction.many(_REMOVE, held)


async def replace(transaction: Transaction, old: Sequence[Mapping[str, Any]]) -> None:
    """Index rows anew after a change; `old` is their text from before it."""
    if old:
        await remove(transaction, old)
        await add(transaction, [row["id"] for row in old])


async def remove_from(transaction: Transaction, source: str, values: Sequence[Any]) -> None:
    """Take out the rows of `source` (a table and a WHERE clause), which still holds their text as it was indexed."""
    await transaction.run(
        f"INSERT INTO creator_text (creator_text, rowid, handle, name, bio) SELECT 'delete', {_PLAIN} FROM {source}",
        values,
    )
    await gram_index.remove_from(transaction, source, values)


async def add_from(transaction: Transaction, source: str, values: Sequence[Any]) -> None:
    """Index the rows of `source` (a table and a WHERE clause)."""
    await transaction.run(f"INSERT INTO creator_text (rowid, handle, name, bio) SELECT {_PLAIN} FROM {source}", values)
    await gram_index.add_from(transaction, source, values)


async def rebuild(transaction: Transaction) -> None:
    """Index all of `creators` anew: a third of the cost of indexing them one by one."""
    await transaction.run("INSERT INTO creator_text (creator_text) VALUES ('rebuild')")
    await gram_index.rebuild(transaction)


async def optimize(transaction: Transaction) -> None:
    """Merge the index into one piece, which drops every trace of text that was taken out."""
    await transaction.run("INSERT INTO creator_text (creator_text) VALUES ('optimize')")
    await transaction.run("INSERT INTO message_text (message_text) VALUES ('optimize')")
    await gram_index.optimize(transaction)
