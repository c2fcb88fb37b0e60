"""Taking back what an import inserted, a million rows as one statement a table, and putting the same rows back.

The rows are known by their `import_id`; the journal holds only what the import changed in rows that were there before
(`store/undo.py` reverts those). Left, and listed: accounts that somebody has changed since, that another source has
measured since, and whose person somebody has written about, judged or written to. What goes is kept in the `undone_…`
tables for as long as it can be put back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from influtui.model.ids import JournalId
from influtui.store import references, text_index
from influtui.store.database import Transaction
from influtui.store.journal import UnitOfWork, as_columns, chunks, decoded
from influtui.store.tables import NOUNS
from influtui.store.undo import BOOKKEEPING, Left

if TYPE_CHECKING:
    from influtui.store.database import Reader

_OF_THIS: Final = "import_id = :import AND creator_id NOT IN (SELECT id FROM staying)"

_GOING: Final = {
    "creator_comments": f"post_id IN (SELECT id FROM creator_posts WHERE {_OF_THIS})",
    "creator_posts": _OF_THIS,
    "snapshots": _OF_THIS,
    "notes": "import_id = :import AND id NOT IN (SELECT id FROM changed WHERE noun = 'notes')"
    " AND person_id NOT IN (SELECT person_id FROM creators WHERE id IN (SELECT id FROM staying))",
    "creators": "import_id = :import AND id NOT IN (SELECT id FROM staying)",
    "persons": "import_id = :import AND id NOT IN (SELECT id FROM changed WHERE noun = 'persons')",
}
"""What goes, in the order in which it can: nothing before what points at it."""

KEPT: Final = tuple(f"undone_{table}" for table in _GOING)
"""The tables that hold what was taken back."""

_OWN: Final = frozenset({"snapshots", "creator_posts", "notes"})
"""What hangs on an account or a person and says which import it came with."""


class Moved(NamedTuple):
    """How many accounts went or came back, and which did not."""

    accounts: int
    left: list[Left]


async def take_back(unit: UnitOfWork, import_id: int, unrestored: Iterable[Left]) -> Moved:
    """Remove what an import inserted, but for what is in use.

    `unrestored` are the rows whose old values could not be put back: they keep this import's measurements, which is
    where the values that they show come from.
    """
    transaction = unit.transaction
    await transaction.run("CREATE TEMP TABLE staying (id INTEGER PRIMARY KEY, why TEXT NOT NULL)")
    await transaction.run("CREATE TEMP TABLE changed (noun TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (noun, id))")
    try:
        await _find_staying(transaction, import_id)
        staying = await transaction.all("SELECT id, why FROM staying ORDER BY id")
        await transaction.many(
            "INSERT INTO staying VALUES (?, '') ON CONFLICT DO NOTHING",
            [(each.id,) for each in unrestored if each.noun == "creators"],
        )
        gone = await _remove(unit, import_id)
    finally:
        await transaction.run("DROP TABLE temp.staying")
        await transaction.run("DROP TABLE temp.changed")
    await transaction.run("UPDATE imports SET state = 'undone' WHERE id = ?", (import_id,))
    return Moved(gone, [Left("creators", row["id"], row["why"]) for row in staying])


async def put_back(unit: UnitOfWork, import_id: int, undone_by: JournalId) -> Moved:
    """Insert again what the undo `undone_by` removed, under the same ids, but for accounts that came in otherwise since."""
    transaction = unit.transaction
    left = await _discard_what_cannot_return(transaction, undone_by)
    came = await _span(transaction, "undone_creators", "undone_by = ?", undone_by)
    for table in reversed(_GOING):
        names = ", ".join(await _columns(transaction, table))
        await transaction.run(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM undone_{table} WHERE undone_by = ? ON CONFLICT DO NOTHING",
            (undone_by,),
        )
    if came.accounts:
        if await _is_most(transaction, came.accounts):
            await text_index.rebuild(transaction)
        else:
            await text_index.add_from(transaction, "undone_creators WHERE undone_by = ?", (undone_by,))
        transaction.touched_run("creators", came.first, came.last)
    await _discard(transaction, undone_by)
    await transaction.run("UPDATE imports SET state = 'done' WHERE id = ?", (import_id,))
    unit.counted(came.accounts)
    return Moved(came.accounts, left)


async def let_go(transaction: Transaction, undos: Iterable[JournalId]) -> None:
    """Forget what these undos took back: they cannot be put back any more."""
    for undo in undos:
        await _discard(transaction, undo)
        await transaction.run("UPDATE journal SET undoable = 0 WHERE id = ?", (undo,))


async def _discard(transaction: Transaction, undo: JournalId) -> None:
    for table in KEPT:
        await transaction.run(f"DELETE FROM {table} WHERE undone_by = ?", (undo,))


async def _find_staying(transaction: Transaction, import_id: int) -> None:
    """Fill `staying` with the accounts of the import that somebody needs, each with the first reason found."""
    for noun in ("creators", "persons", "notes"):
        changed = await _changed_since(transaction, noun, import_id)
        await transaction.many("INSERT INTO changed VALUES (?, ?)", [(noun, each) for each in changed])
    await transaction.run(
        "INSERT INTO staying SELECT id, 'was changed since' FROM creators WHERE import_id = ?"
        " AND (id IN (SELECT id FROM changed WHERE noun = 'creators')"
        " OR person_id IN (SELECT id FROM changed WHERE noun = 'persons')) ON CONFLICT DO NOTHING",
        (import_id,),
    )
    for noun, key in (("creators", "c.id"), ("persons", "c.person_id")):
        for reference in await references.to(transaction, noun):
            if reference.table == "creators" or (reference.cascades and reference.table not in NOUNS):
                continue
            own = ""
            if reference.table in _OWN:
                edited = (
                    " OR t.id IN (SELECT id FROM changed WHERE noun = 'notes')" if reference.table == "notes" else ""
                )
                own = f" AND (t.import_id IS NULL OR t.import_id <> :import{edited})"
            measured = reference.table in _OWN and noun == "creators"
            await transaction.run(
                "INSERT INTO staying SELECT DISTINCT c.id, :why"
                f" FROM {reference.table} t JOIN creators c ON {key} = t.{reference.column}"
                f" WHERE c.import_id = :import{own} ON CONFLICT DO NOTHING",
                {
                    "import": import_id,
                    "why": "was measured by another source"
                    if measured
                    else f"is needed by {reference.table.replace('_', ' ')}",
                },
            )


async def _changed_since(transaction: Transaction, noun: str, import_id: int) -> list[int]:
    """Rows of the import that no longer say what it wrote. An edit that was undone does not count."""
    rows = await transaction.all(f"SELECT * FROM {noun} WHERE import_id = ? AND version > 1 ORDER BY id", (import_id,))
    current = {int(row["id"]): as_columns(row) for row in rows}
    first: dict[int, dict[str, Any]] = {}
    for some in chunks(list(current)):
        marks = ", ".join("?" * len(some))
        for row in await transaction.all(
            f"SELECT row_id, before FROM journal_rows WHERE noun = ? AND row_id IN ({marks}) ORDER BY journal_id, seq",
            [noun, *some],
        ):
            first[row["row_id"]] = {**(decoded(row["before"]) or {}), **first.get(row["row_id"], {})}
    return [
        row_id
        for row_id, columns in current.items()
        if not first.get(row_id)
        or any(columns[name] != value for name, value in first[row_id].items() if name not in BOOKKEEPING)
    ]


async def _remove(unit: UnitOfWork, import_id: int) -> int:
    """Move what goes into the `undone_…` tables. Returns how many accounts."""
    transaction, values = unit.transaction, {"import": import_id, "undo": unit.entry}
    going = await _span(transaction, "creators", _GOING["creators"].replace(":import", "?"), import_id)
    wholesale = await _is_most(transaction, going.accounts)
    for table, which in _GOING.items():
        if table == "persons":
            # Everything that should go is gone by now: a person whom anything still points at stays.
            for reference in await references.to(transaction, table):
                which += (
                    f" AND id NOT IN (SELECT {reference.column} FROM {reference.table} WHERE {reference.column} > 0)"
                )
        names = ", ".join(await _columns(transaction, table))
        await transaction.run(
            f"INSERT INTO undone_{table} (undone_by, {names}) SELECT :undo, {names} FROM {table} WHERE {which}", values
        )
        if table == "creators" and not wholesale:
            await text_index.remove_from(transaction, "undone_creators WHERE undone_by = ?", (unit.entry,))
        await transaction.run(f"DELETE FROM {table} WHERE {which}", values)
    if wholesale:
        await text_index.rebuild(transaction)
    if going.accounts:
        transaction.touched_run("creators", going.first, going.last)
    unit.counted(going.accounts)
    return going.accounts


async def _discard_what_cannot_return(transaction: Transaction, undone_by: JournalId) -> list[Left]:
    values = {"undo": undone_by}
    taken = (
        "SELECT u.id FROM undone_creators u JOIN creators c ON c.platform = u.platform AND c.handle_key = u.handle_key"
        " WHERE u.undone_by = :undo"
    )
    orphaned = (
        "SELECT u.id FROM undone_creators u WHERE u.undone_by = :undo AND u.person_id NOT IN"
        " (SELECT id FROM undone_persons WHERE undone_by = :undo) AND u.person_id NOT IN (SELECT id FROM persons)"
    )
    left = [
        Left("creators", int(row["id"]), f"cannot return: {why}")
        for which, why in ((taken, "the same account has come in since"), (orphaned, "its person is gone"))
        for row in await transaction.all(which, values)
    ]
    if left:
        await transaction.many(
            "DELETE FROM undone_creators WHERE undone_by = ? AND id = ?", [(undone_by, each.id) for each in left]
        )
        await transaction.run(
            "DELETE FROM undone_persons WHERE undone_by = :undo AND id NOT IN"
            " (SELECT person_id FROM undone_creators WHERE undone_by = :undo)",
            values,
        )
    for table, column, parent in (
        ("snapshots", "creator_id", "creators"),
        ("creator_posts", "creator_id", "creators"),
        ("creator_comments", "post_id", "creator_posts"),
        ("notes", "person_id", "persons"),
    ):
        await transaction.run(
            f"DELETE FROM undone_{table} WHERE undone_by = :undo AND {column} NOT IN"
            f" (SELECT id FROM undone_{parent} WHERE undone_by = :undo) AND {column} NOT IN (SELECT id FROM {parent})",
            values,
        )
    return left


class _Span(NamedTuple):
    accounts: int
    first: int
    last: int


async def _span(reader: Reader, table: str, where: str, value: int) -> _Span:
    rows = await reader.all(
        f"SELECT count(*), coalesce(min(id), 0), coalesce(max(id), 0) FROM {table} WHERE {where}", (value,)
    )
    return _Span(*rows[0])


async def _is_most(reader: Reader, accounts: int) -> bool:
    """Whether so many accounts move that indexing the rest anew is cheaper than taking each out or in."""
    rows = await reader.all("SELECT count(*) FROM creators")
    return accounts > 1_000 and accounts * 2 > rows[0][0]


async def _columns(reader: Reader, table: str) -> list[str]:
    return [row["name"] for row in await reader.all("SELECT name FROM pragma_table_info(?)", (table,))]
