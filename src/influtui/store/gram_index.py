"""The companion of the text index for scripts without blanks between words: Chinese, Japanese, Thai and their like.

The text index takes a whole run of such a script for one word, so that nobody finds a part of it. This one holds the
characters and the pairs of neighbours of such runs, of rows that have any. It stores no text: a removal recomputes the
grams from the OLD text. `store/text_index.py` calls it wherever it changes the index of words.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from influtui.model.query_words import grams
from influtui.store.database import Transaction

# More bytes than characters: only such texts are looked at by a function of ours. The comparison is C, and cheap: a pattern
# for the scripts in question took 13 seconds over a million accounts, this takes half of one.
_FOUND: Final = (
    "SELECT id, found FROM (SELECT id, grams(handle, name, bio) AS found FROM (SELECT id, handle, name, bio FROM {source})"
    " WHERE length(CAST(bio AS BLOB)) > length(bio) OR length(CAST(name AS BLOB)) > length(name)"
    " OR length(CAST(handle AS BLOB)) > length(handle)) WHERE found IS NOT NULL"
)
_ADD: Final = f"INSERT INTO creator_text_grams (rowid, grams) {_FOUND}"
_REMOVE: Final = "INSERT INTO creator_text_grams (creator_text_grams, rowid, grams) VALUES ('delete', ?, ?)"
_REMOVE_FROM: Final = (
    f"INSERT INTO creator_text_grams (creator_text_grams, rowid, grams) SELECT 'delete', id, found FROM ({_FOUND})"
)


async def add(transaction: Transaction, ids: Iterable[int]) -> None:
    """Index rows that are new."""
    await transaction.many(_ADD.format(source="creators WHERE id = ?"), [(each,) for each in ids])


async def add_from(transaction: Transaction, source: str, values: Sequence[Any]) -> None:
    """Index the rows of `source` (a table and a WHERE clause) in one statement."""
    await transaction.run(_ADD.format(source=source), values)


async def remove(transaction: Transaction, old: Iterable[Mapping[str, Any]]) -> None:
    """Take rows out; `old` is their text as it was indexed."""
    found = [(row["id"], grams((row["handle"], row["name"], row["bio"]))) for row in old]
    if held := [(row_id, text) for row_id, text in found if text is not None]:
        await transaction.many(_REMOVE, held)


async def remove_from(transaction: Transaction, source: str, values: Sequence[Any]) -> None:
    """Take out the rows of `source` (a table and a WHERE clause), which still holds their text as it was indexed."""
    await transaction.run(_REMOVE_FROM.format(source=source), values)


async def rebuild(transaction: Transaction) -> None:
    """Make the index anew from all rows."""
    await transaction.run("INSERT INTO creator_text_grams (creator_text_grams) VALUES ('delete-all')")
    await add_from(transaction, "creators", ())


def disagreements(connection: sqlite3.Connection) -> int:
    """How many pairs of a gram and a row are in the index and not in the text, or the other way round.

    The index holds no text, so it is made once more beside it, of the same words cut in the same way, and compared.
    """
    schema = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'creator_text_grams'").fetchone()[0]
    connection.execute(schema.replace("creator_text_grams", "temp.expected_grams", 1))
    try:
        connection.execute(f"INSERT INTO temp.expected_grams (rowid, grams) {_FOUND.format(source='creators')}")
        connection.execute("CREATE VIRTUAL TABLE temp.held USING fts5vocab (main, creator_text_grams, instance)")
        connection.execute("CREATE VIRTUAL TABLE temp.wanted USING fts5vocab (temp, expected_grams, instance)")
        held, wanted = "SELECT term, doc FROM temp.held", "SELECT term, doc FROM temp.wanted"
        return sum(
            connection.execute(f"SELECT count(*) FROM ({one} EXCEPT {other})").fetchone()[0]
            for one, other in ((held, wanted), (wanted, held))
        )
    finally:
        for table in ("wanted", "held", "expected_grams"):
            connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


async def optimize(transaction: Transaction) -> None:
    """Merge the index into one piece."""
    await transaction.run("INSERT INTO creator_text_grams (creator_text_grams) VALUES ('optimize')")
