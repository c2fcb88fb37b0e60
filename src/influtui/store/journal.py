"""The unit of work: every change of a person's is journaled in the transaction that makes it, and can be undone.

A unit of work is one act (`creators.edit`, `campaign.shortlist`). It writes rows through `insert`, `update` and
`delete`, which note the columns before and after. Undo puts the old columns back, row by row, where nobody has changed
them since; a row that somebody has changed is left and listed. Undo and redo are acts in the journal themselves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec

from influtui.model.ids import JournalId
from influtui.store import text_index
from influtui.store.database import Database, Transaction
from influtui.store.sqlite import Durability

NOUNS: Final = frozenset(
    {
        "persons", "creators", "notes", "brands", "products", "campaigns", "campaign_products", "picks",
        "collaborations", "collaboration_moves", "terms", "agreements", "templates", "conversations", "messages",
        "shipments", "posts", "post_snapshots",
    }
)  # fmt: skip
"""The tables a unit of work may write: each has `id` and `version`. A name from here is safe to put into a statement."""

_CHUNK: Final = 500

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

    def __init__(self, transaction: Transaction, entry: JournalId) -> None:
        self.transaction = transaction
        self.entry = entry
        self.summary: str | None = None
        """Set to replace the summary given at the start, when the numbers are known only at the end."""
        self.undoable = True
        """Set to False for what cannot be taken back (a sent mail)."""
        self._noted: list[tuple[int, int, str, int, str | None, str | None]] = []
        self._seq = 0

    @property
    def at(self) -> int:
        """The time of this act, in milliseconds."""
        return self.transaction.at

    @property
    def rows(self) -> int:
        """How many rows this act has changed so far."""
        return self._seq

    async def insert(self, noun: str, columns: Columns) -> int:
        """A new row. Returns its id."""
        _known(noun)
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        row_id = await self.transaction.insert(
            f"INSERT INTO {noun} ({names}) VALUES ({marks})", tuple(columns.values())
        )
        await self._inserted(noun, row_id, columns)
        return row_id

    async def update(self, noun: str, row_id: int, columns: Columns) -> bool:
        """Change columns of one row. Returns whether anything was different."""
        return await self.update_many(noun, {row_id: columns}) == 1

    async def update_many(self, noun: str, changes: Mapping[int, Columns]) -> int:
        """Change columns of many rows (each row may change different columns). Returns how many rows were different."""
        _known(noun)
        changed = 0
        ids = list(changes)
        for start in range(0, len(ids), _CHUNK):
            batch = {row_id: changes[row_id] for row_id in ids[start : start + _CHUNK]}
            changed += await self._update_batch(noun, batch)
        return changed

    async def delete(self, noun: str, row_id: int) -> None:
        """Remove one row, keeping what it held for undo."""
        _known(noun)
        row = await self.transaction.one(f"SELECT * FROM {noun} WHERE id = ?", (row_id,))
        if row is None:
            return
        before = _columns(row)
        if noun == "creators":
            await text_index.remove(self.transaction, [before])
        await self.transaction.run(f"DELETE FROM {noun} WHERE id = ?", (row_id,))
        await self._note(noun, row_id, before, None)

    async def finish(self) -> None:
        """Write what is still in memory. Called by `unit_of_work`."""
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
            await self.transaction.many(f"UPDATE {noun} SET {assigned}, version = version + 1 WHERE id = ?", values)
        await text_index.replace(self.transaction, old_text)
        for row_id, before, after in noted:
            await self._note(noun, row_id, before, after)
        return len(noted)

    async def _inserted(self, noun: str, row_id: int, columns: Columns) -> None:
        if noun == "creators":
            await text_index.add(self.transaction, [row_id])
        await self._note(noun, row_id, None, dict(columns))

    async def _note(self, noun: str, row_id: int, before: Columns | None, after: Columns | None) -> None:
        self._seq += 1
        self._noted.append((self.entry, self._seq, noun, row_id, _json(before), _json(after)))
        self.transaction.touched(noun, [row_id])
        if len(self._noted) >= _CHUNK:
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
    reverts: JournalId | None = None,
    import_id: int | None = None,
    durability: Durability = "full",
) -> AsyncIterator[UnitOfWork]:
    """One act of `actor`, in one transaction with its journal entry. An act that changes nothing leaves no entry."""
    async with database.write(at, durability=durability) as transaction:
        entry = await transaction.insert(
            "INSERT INTO journal (at, actor, verb, summary, reason, reverts, import_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (at, actor, verb, summary, reason, reverts, import_id),
        )
        unit = UnitOfWork(transaction, JournalId(entry))
        yield unit
        await unit.finish()
        if unit.rows or import_id is not None:
            await transaction.run(
                "UPDATE journal SET rows = ?, undoable = ?, summary = coalesce(?, summary) WHERE id = ?",
                (unit.rows, int(unit.undoable), unit.summary, entry),
            )
        else:
            await transaction.run("DELETE FROM journal WHERE id = ?", (entry,))


async def entries(database: Database, *, actor: str | None = None, limit: int = 50) -> list[Entry]:
    """The newest acts, newest first, of one actor or of all."""
    where = "WHERE actor = ?" if actor else ""
    values: Iterable[Any] = (actor, limit) if actor else (limit,)
    rows = await database.all(f"SELECT * FROM journal {where} ORDER BY id DESC LIMIT ?", tuple(values))
    return [msgspec.convert(dict(row), Entry, strict=False) for row in rows]


def _known(noun: str) -> None:
    if noun not in NOUNS:
        raise ValueError(f"{noun} is not a journaled table")


def _columns(row: Any) -> dict[str, Any]:
    return {name: row[name] for name in row.keys()}  # noqa: SIM118 - sqlite3.Row iterates over values


def _json(columns: Columns | None) -> str | None:
    return None if columns is None else msgspec.json.encode(columns).decode()
