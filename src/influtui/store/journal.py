"""The unit of work: every change of a person's is journaled in the transaction that makes it, and can be undone.

A unit of work is one act (`creators.edit`, `campaign.shortlist`). It writes rows through `insert`, `update` and
`delete`, which note the columns before and after: of an update those that changed, of a new or removed row all of
them, so that taking an act back needs nothing but its rows here. Taking back is in `store/undo.py`.
"""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec

from influtui.model import records
from influtui.model.failures import Conflict
from influtui.model.ids import JournalId
from influtui.store import references, standing, text_index
from influtui.store.database import Database, Reader, Transaction
from influtui.store.sqlite import Durability
from influtui.store.tables import KEYS, NOUNS, WITHOUT_VERSION

CHUNK: Final = 500
"""Rows in one statement: SQLite before 3.32 takes 999 values, and a statement should fit a screen."""

Columns = Mapping[str, Any]


class Entry(msgspec.Struct, frozen=True):
    """One act in the journal."""

    id: JournalId
    at: int
    actor: str
    verb: str
    summary: str
    reason: str | None
    undoable: bool
    state: str
    reverts: JournalId | None
    rows: int
    import_id: int | None


class UnitOfWork:
    """One act in progress. Made by `unit_of_work`."""

    def __init__(self, transaction: Transaction, entry: JournalId, *, after_seq: int = 0) -> None:
        self.transaction = transaction
        self.entry = entry
        self.summary: str | None = None
        """Set to replace the summary given at the start, when the numbers are known only at the end."""
        self.undoable = True
        """Set to False for what cannot be taken back (a sent mail)."""
        self.reverts: JournalId | None = None
        """Set to the act that this one takes back. The entry is then kept even when no row could be."""
        self._noted: list[tuple[int, int, str, int, str | None, str | None]] = []
        self._affected = standing.Affected()
        self._first_seq = self._seq = after_seq
        self._counted = 0

    @property
    def at(self) -> int:
        """The time of this act, in milliseconds."""
        return self.transaction.at

    @property
    def rows(self) -> int:
        """How many rows this act has changed so far."""
        return self._seq - self._first_seq + self._counted

    async def insert(self, noun: str, columns: Columns) -> int:
        """A new row. Returns its id (of a table without one, the first part of its key)."""
        _known(noun)
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        row = await self.transaction.one(
            f"INSERT INTO {noun} ({names}) VALUES ({marks}) RETURNING *", tuple(columns.values())
        )
        if row is None:
            raise RuntimeError("the statement inserted nothing")
        row_id = int(row[key_of(noun)[0]])
        await self._inserted(noun, [(row_id, as_columns(row))])
        return row_id

    async def restore(self, noun: str, rows: Sequence[Columns]) -> None:
        """Put whole rows back under the keys they had. All of them have the same columns."""
        _known(noun)
        if not rows:
            return
        names = list(rows[0])
        await self.transaction.many(
            f"INSERT INTO {noun} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            [tuple(row[name] for name in names) for row in rows],
        )
        await self._inserted(noun, [(int(row[key_of(noun)[0]]), row) for row in rows])

    async def update(self, noun: str, row_id: int, columns: Columns) -> bool:
        """Change columns of one row. Returns whether anything was different."""
        return await self.update_many(noun, {row_id: columns}) == 1

    async def update_many(self, noun: str, changes: Mapping[int, Columns]) -> int:
        """Change columns of many rows (each row may change different columns). Returns how many rows were different."""
        _known(noun)
        if noun in KEYS:
            raise ValueError(f"{noun} are written whole")
        changed = 0
        for some in chunks(list(changes)):
            changed += await self._update_batch(noun, {row_id: changes[row_id] for row_id in some})
        return changed

    async def delete(self, noun: str, row_id: int) -> None:
        """Remove one row and what hangs on it (a campaign's picks), keeping what they held for undo.

        Raises `Conflict` where something else still needs the row.
        """
        await self.delete_many(noun, [row_id])

    async def delete_many(self, noun: str, row_ids: Sequence[int]) -> None:
        """Remove rows by id, as `delete` does. Of a table without an id, all rows under these first parts of the key."""
        _known(noun)
        for some in chunks(row_ids):
            await self._delete_where(noun, key_of(noun)[0], some)

    async def delete_keys(self, noun: str, keys: Sequence[tuple[Any, ...]]) -> None:
        """Remove rows of a table by its whole key."""
        _known(noun)
        where = " AND ".join(f"{name} = ?" for name in key_of(noun))
        for key in keys:
            await self._remove(noun, await self.transaction.all(f"SELECT * FROM {noun} WHERE {where}", key))

    def counted(self, rows: int) -> None:
        """Count rows that were written without a row in the journal: those that an import added."""
        self._counted += rows

    async def finish(self) -> None:
        """Write what is still in memory. Called by `unit_of_work`."""
        if self._affected:
            affected, self._affected = self._affected, standing.Affected()
            await standing.settle(self.transaction, await affected.collaborations(self.transaction))
        if self._noted:
            await self.transaction.many(
                "INSERT INTO journal_rows (journal_id, seq, noun, row_id, before, after) VALUES (?, ?, ?, ?, ?, ?)",
                self._noted,
            )
            self._noted.clear()

    async def _update_batch(self, noun: str, batch: Mapping[int, Columns]) -> int:
        names = sorted({name for columns in batch.values() for name in columns})
        marks = ", ".join("?" * len(batch))
        rows = await self.transaction.all(
            f"SELECT id, {', '.join(names)} FROM {noun} WHERE id IN ({marks})", list(batch)
        )
        by_names: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        noted: list[tuple[int, dict[str, Any], dict[str, Any]]] = []
        for row in rows:
            wanted = batch[row["id"]]
            differing = {name: value for name, value in wanted.items() if row[name] != value}
            if differing:
                before = {name: row[name] for name in differing}
                noted.append((row["id"], before, differing))
                by_names.setdefault(tuple(differing), []).append((*differing.values(), row["id"]))
        text_changed = [
            row_id for row_id, before, _ in noted if noun == "creators" and text_index.COLUMNS & before.keys()
        ]
        old_text = await text_index.read(self.transaction, text_changed)
        for changed_names, values in by_names.items():
            assigned = ", ".join(f"{name} = ?" for name in changed_names)
            bump = "" if noun in WITHOUT_VERSION else ", version = version + 1"
            await self.transaction.many(f"UPDATE {noun} SET {assigned}{bump} WHERE id = ?", values)
        await text_index.replace(self.transaction, old_text)
        for row_id, before, after in noted:
            await self._note(noun, row_id, before, after)
        return len(noted)

    async def _delete_where(self, noun: str, column: str, values: Sequence[int]) -> None:
        marks = ", ".join("?" * len(values))
        await self._remove(
            noun, await self.transaction.all(f"SELECT * FROM {noun} WHERE {column} IN ({marks})", list(values))
        )

    async def _remove(self, noun: str, rows: Sequence[sqlite3.Row]) -> None:
        """Remove rows that were read, first those that would go with them unseen."""
        if not rows:
            return
        for reference in (await references.to(self.transaction, noun)) if noun not in KEYS else ():
            if reference.cascades and reference.table in NOUNS:
                await self._delete_where(reference.table, reference.column, [row["id"] for row in rows])
        if noun == "creators":
            await text_index.remove(self.transaction, [as_columns(row) for row in rows])
        key = key_of(noun)
        try:
            await self.transaction.many(
                f"DELETE FROM {noun} WHERE {' AND '.join(f'{name} = ?' for name in key)}",
                [tuple(row[name] for name in key) for row in rows],
            )
        except sqlite3.IntegrityError as error:
            raise Conflict(f"{noun.replace('_', ' ')} that are still in use cannot be removed") from error
        for row in rows:
            await self._note(noun, int(row[key[0]]), as_columns(row), None)

    async def _inserted(self, noun: str, rows: Sequence[tuple[int, Columns]]) -> None:
        if noun == "creators":
            await text_index.add(self.transaction, [row_id for row_id, _ in rows])
        for row_id, columns in rows:
            await self._note(noun, row_id, None, columns)

    async def _note(self, noun: str, row_id: int, before: Columns | None, after: Columns | None) -> None:
        self._seq += 1
        self._noted.append((self.entry, self._seq, noun, row_id, encoded(before), encoded(after)))
        self.transaction.touched(noun, [row_id])
        self._affected.note(noun, row_id, before, after)
        if len(self._noted) >= CHUNK:
            await self.finish()


@asynccontextmanager
async def unit_of_work(
    database: Database,
    *,
    at: int,
    actor: str,
    verb: str,
    summary: str,
    reason: str | None = None,
    import_id: int | None = None,
    continues: JournalId | None = None,
    durability: Durability = "full",
) -> AsyncIterator[UnitOfWork]:
    """One act of `actor`, in one transaction with its journal entry. An act that changes nothing leaves no entry.

    An import is one act in many transactions: the later ones name the entry of the first with `continues`. They raise
    `Conflict` once somebody has taken the import back.
    """
    async with database.write(at, durability=durability) as transaction:
        if continues is None:
            entry = await transaction.insert(
                "INSERT INTO journal (at, actor, verb, summary, reason, import_id) VALUES (?, ?, ?, ?, ?, ?)",
                (at, actor, verb, summary, reason, import_id),
            )
            unit = UnitOfWork(transaction, JournalId(entry))
        else:
            unit = UnitOfWork(transaction, continues, after_seq=await _last_seq(transaction, continues))
        yield unit
        await unit.finish()
        if unit.rows or unit.reverts or import_id is not None or continues is not None:
            await transaction.run(
                "UPDATE journal SET rows = rows + ?, undoable = ?, summary = coalesce(?, summary), reverts = ? WHERE id = ?",
                (unit.rows, int(unit.undoable), unit.summary, unit.reverts, unit.entry),
            )
        else:
            await transaction.run("DELETE FROM journal WHERE id = ?", (unit.entry,))


async def _last_seq(transaction: Transaction, entry: JournalId) -> int:
    row = await transaction.one(
        "SELECT state, (SELECT coalesce(max(seq), 0) FROM journal_rows WHERE journal_id = journal.id) AS seq"
        " FROM journal WHERE id = ?",
        (entry,),
    )
    if row is None or row["state"] != "done":
        raise Conflict("this was taken back while it was still going on", hint="What had been done was removed again.")
    return int(row["seq"])


async def entries(reader: Reader, *, actor: str | None = None, limit: int = 50) -> list[Entry]:
    """The newest acts, newest first, of one actor or of all."""
    where = "WHERE actor = ?" if actor else ""
    values: Iterable[Any] = (actor, limit) if actor else (limit,)
    rows = await reader.all(f"SELECT * FROM journal {where} ORDER BY id DESC LIMIT ?", tuple(values))
    return [entry_of(row) for row in rows]


async def entry(reader: Reader, entry_id: JournalId) -> Entry | None:
    """One act."""
    rows = await reader.all("SELECT * FROM journal WHERE id = ?", (entry_id,))
    return entry_of(rows[0]) if rows else None


def entry_of(row: sqlite3.Row) -> Entry:
    """A row of `journal` as a record."""
    return records.convert(as_columns(row), Entry, strict=False)


def _known(noun: str) -> None:
    if noun not in NOUNS:
        raise ValueError(f"{noun} is not a journaled table")


def key_of(noun: str) -> tuple[str, ...]:
    """The columns that name a row of a table."""
    return KEYS.get(noun, ("id",))


def as_columns(row: sqlite3.Row) -> dict[str, Any]:
    """A row as a mapping."""
    return {name: row[name] for name in row.keys()}  # noqa: SIM118 - sqlite3.Row iterates over values


def chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    """Ids in pieces that fit a statement."""
    for start in range(0, len(ids), CHUNK):
        yield list(ids[start : start + CHUNK])


def encoded(columns: Columns | None) -> str | None:
    """Columns as the journal keeps them: JSON, in which bytes stand as `{"base64": …}` and nothing else is an object."""
    if columns is None:
        return None
    plain = {
        name: {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
        for name, value in columns.items()
    }
    return msgspec.json.encode(plain).decode()


def decoded(text: str | None) -> dict[str, Any] | None:
    """The reverse of `encoded`."""
    if text is None:
        return None
    return {
        name: base64.b64decode(value["base64"]) if isinstance(value, dict) else value
        for name, value in msgspec.json.decode(text).items()
    }
