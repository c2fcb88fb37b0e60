"""Taking back the latest act of one person, and putting it back.

Each row returns to what it was only where it still is as the act left it; a row that somebody has changed since, or
that something else has come to need, is left and listed. What was removed comes back under its old id, what was
inserted goes. Taking back is an act in the journal itself (`reverts` names what it took back), and putting back is
taking back that act: both are `revert`. What an import inserted is not in the journal row by row: see
`store/undo_imports.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from influtui.model.ids import JournalId
from influtui.store import references
from influtui.store.database import Row, Transaction
from influtui.store.journal import CHUNK, Entry, UnitOfWork, as_columns, decoded, entry_of
from influtui.store.tables import KEYS, NOUNS

if TYPE_CHECKING:
    from influtui.store.database import Reader

UNDO: Final = "undo"
REDO: Final = "redo"

BOOKKEEPING: Final = frozenset({"version", "updated_at"})
"""Columns that say when a row changed, not what it says. They never make a row count as changed since."""

DERIVED: Final[Mapping[str, frozenset[str]]] = {"collaborations": frozenset({"state", "state_at"})}
"""Columns that follow from other rows and are kept in step by whoever derives them."""

_ORDINARY: Final = f"verb NOT IN ('{UNDO}', '{REDO}')"
_PAGE: Final = 4_000


class Left(NamedTuple):
    """A row that was not taken back, and why."""

    noun: str
    id: int
    why: str


class Step(NamedTuple):
    """One row of an act, as the journal has it."""

    seq: int
    row_id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


async def latest_undoable(reader: Reader, actor: str) -> tuple[Entry | None, list[Entry]]:
    """What `undo` would take back for `actor`, and the newer acts that cannot be taken back."""
    rows = await reader.all(
        f"SELECT * FROM journal WHERE actor = ? AND state = 'done' AND undoable = 1 AND {_ORDINARY} ORDER BY id DESC LIMIT 1",
        (actor,),
    )
    found = entry_of(rows[0]) if rows else None
    skipped = await reader.all(
        f"SELECT * FROM journal WHERE actor = ? AND state = 'done' AND undoable = 0 AND {_ORDINARY} AND id > ?"
        " ORDER BY id DESC LIMIT 100",
        (actor, found.id if found else 0),
    )
    return found, [entry_of(row) for row in skipped]


async def latest_redoable(reader: Reader, actor: str) -> Entry | None:
    """The undo that `redo` would take back: the latest one, unless `actor` has done something new since."""
    rows = await reader.all(
        "SELECT * FROM journal WHERE actor = ? AND state = 'done' AND undoable = 1 AND verb = ? AND id > coalesce("
        f" (SELECT max(id) FROM journal WHERE actor = ? AND {_ORDINARY}), 0) ORDER BY id DESC LIMIT 1",
        (actor, UNDO, actor),
    )
    return entry_of(rows[0]) if rows else None


async def wrote_letters(reader: Reader, entry: JournalId) -> bool:
    """Whether an act wrote letters into the outbox: their bytes are not in the journal and cannot be put back."""
    rows = await reader.all(
        "SELECT 1 FROM journal_rows r JOIN outbox o ON o.message_id = r.row_id"
        " WHERE r.journal_id = ? AND r.noun = 'messages' AND r.before IS NULL LIMIT 1",
        (entry,),
    )
    return bool(rows)


async def mark(transaction: Transaction, entry: JournalId, state: str) -> None:
    """Note in the journal that an act is `done` or `undone`."""
    await transaction.run("UPDATE journal SET state = ? WHERE id = ?", (state, entry))


async def revert(unit: UnitOfWork, entry: JournalId) -> list[Left]:
    """Take back every row that `entry` has in the journal, the last one first, as part of `unit`. Returns what was left."""
    [[began]] = await unit.transaction.all("SELECT at FROM journal WHERE id = ?", (entry,))
    reverting = _Reverting(unit, began)
    before_seq = 1 << 62
    while rows := await unit.transaction.all(
        "SELECT seq, noun, row_id, before, after FROM journal_rows WHERE journal_id = ? AND seq < ?"
        " ORDER BY seq DESC LIMIT ?",
        (entry, before_seq, _PAGE),
    ):
        before_seq = rows[-1]["seq"]
        for noun, steps in _alike(rows):
            await reverting.take_back(noun, steps)
    return reverting.left


class _Reverting:
    """One revert in progress: knows which rows were left, so that no later step touches them."""

    def __init__(self, unit: UnitOfWork, began: int) -> None:
        self.unit = unit
        self._began = began
        """When the act that is taken back was done."""
        self.left: list[Left] = []
        self._untouchable: set[tuple[str, int]] = set()

    async def take_back(self, noun: str, steps: list[Step]) -> None:
        """Take back steps of one table and one kind, no row twice."""
        free = [step for step in steps if (noun, step.row_id) not in self._untouchable]
        if not free:
            return
        first = free[0]
        if first.before is None and first.after is None:
            self._leave(noun, free, "belonged to somebody who was forgotten")
        elif first.before is None:
            await self._remove(noun, free)
        elif first.after is None:
            await self._put_back(noun, free)
        else:
            await self._restore_columns(noun, free)

    def _leave(self, noun: str, steps: Sequence[Step], why: str) -> None:
        for step in steps:
            self._untouchable.add((noun, step.row_id))
            self.left.append(Left(noun, step.row_id, why))

    async def _restore_columns(self, noun: str, steps: list[Step]) -> None:
        names = sorted({name for step in steps for name in step.after or ()})
        current = await self._current(noun, [step.row_id for step in steps], ", ".join(["id", *names]))
        wanted: dict[int, Mapping[str, Any]] = {}
        for step in steps:
            before, after = step.before or {}, step.after or {}
            row = current.get(step.row_id)
            if row is None:
                self._leave(noun, [step], "is gone")
            elif _differs(noun, row, after):
                self._leave(noun, [step], "was changed since")
            else:
                # The time of the last change goes back too, unless another change of other columns has moved it on.
                wanted[step.row_id] = {
                    name: value
                    for name, value in before.items()
                    if name not in _ignored(noun) or (name == "updated_at" and row[name] == after.get(name))
                }
        if wanted and not await self._tried(self.unit.update_many(noun, wanted)):
            for step in steps:
                columns = wanted.get(step.row_id)
                if columns and not await self._tried(self.unit.update_many(noun, {step.row_id: columns})):
                    self._leave(noun, [step], "cannot return: another one has taken its place")
        if noun == "creators":
            # Scores are known to be stale by the row's time, which has just gone back: those that were made of what the
            # act had written would pass for scores of what is there again. Older ones are.
            marks = ", ".join("?" * len(wanted))
            await self.unit.transaction.run(
                f"DELETE FROM scores WHERE at >= ? AND creator_id IN ({marks})", [self._began, *wanted]
            )

    async def _remove(self, noun: str, steps: list[Step]) -> None:
        if noun in KEYS:
            await self.unit.delete_keys(
                noun, [tuple((step.after or {})[name] for name in KEYS[noun]) for step in steps]
            )
            return
        ids = [step.row_id for step in steps]
        current = await self._current(noun, ids, "*")
        users = await used_by(self.unit.transaction, noun, ids)
        going: list[int] = []
        for step in steps:
            row = current.get(step.row_id)
            if row is None:
                continue  # Somebody has removed it already: it is as it was before the act.
            if step.row_id in users:
                self._leave(noun, [step], f"is needed by {users[step.row_id]}")
            elif _differs(noun, row, step.after or {}):
                self._leave(noun, [step], "was changed since")
            else:
                going.append(step.row_id)
        await self.unit.delete_many(noun, going)

    async def _put_back(self, noun: str, steps: list[Step]) -> None:
        rows = [_as_returning(step.before or {}) for step in steps]
        if await self._tried(self.unit.restore(noun, rows)):
            return
        for step, row in zip(steps, rows, strict=True):
            if not await self._tried(self.unit.restore(noun, [row])):
                self._leave(
                    noun, [step], "cannot return: another one has taken its place, or what it belonged to is gone"
                )

    async def _tried(self, act: Awaitable[object]) -> bool:
        """Whether `act` could be done. When not, nothing of it was."""
        await self.unit.transaction.run("SAVEPOINT attempt")
        try:
            await act
        except sqlite3.IntegrityError:
            await self.unit.transaction.run("ROLLBACK TO attempt")
            return False
        finally:
            await self.unit.transaction.run("RELEASE attempt")
        return True

    async def _current(self, noun: str, ids: Sequence[int], columns: str) -> dict[int, dict[str, Any]]:
        marks = ", ".join("?" * len(ids))
        rows = await self.unit.transaction.all(f"SELECT {columns} FROM {noun} WHERE id IN ({marks})", list(ids))
        return {row["id"]: as_columns(row) for row in rows}


async def used_by(reader: Reader, noun: str, ids: Sequence[int]) -> dict[int, str]:
    """Which of the rows `ids` are pointed at, and by the rows of which table.

    Rows that go with the row and that nobody wrote by hand (scores) are derived from it and do not count.
    """
    found: dict[int, str] = {}
    marks = ", ".join("?" * len(ids))
    for reference in await references.to(reader, noun):
        if reference.cascades and reference.table not in NOUNS:
            continue
        rows = await reader.all(
            f"SELECT DISTINCT {reference.column} FROM {reference.table} WHERE {reference.column} IN ({marks})",
            list(ids),
        )
        found.update({int(row[0]): reference.table.replace("_", " ") for row in rows})
    return found


def _alike(rows: Sequence[Row]) -> Iterator[tuple[str, list[Step]]]:
    """Steps in the given order, in runs of one table, one kind and one set of columns, no row twice in a run."""
    run: list[Step] = []
    noun, shape, seen = "", None, set[int]()
    for row in rows:
        step = Step(row["seq"], row["row_id"], decoded(row["before"]), decoded(row["after"]))
        this = (step.before is None, step.after is None, (step.before or step.after or {}).keys())
        repeated = row["noun"] not in KEYS and step.row_id in seen
        if run and (row["noun"] != noun or this != shape or repeated or len(run) == CHUNK):
            yield noun, run
            run, seen = [], set()
        noun, shape = row["noun"], this
        run.append(step)
        seen.add(step.row_id)
    if run:
        yield noun, run


def _ignored(noun: str) -> frozenset[str]:
    return BOOKKEEPING | DERIVED.get(noun, frozenset())


def _differs(noun: str, row: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    ignored = _ignored(noun)
    return any(row[name] != value for name, value in after.items() if name not in ignored and name in row)


def _as_returning(row: Mapping[str, Any]) -> dict[str, Any]:
    """A removed row as it comes back. Its version moves on: whoever still holds the old one must not write over it."""
    return {name: value + 1 if name == "version" else value for name, value in row.items()}
