"""Taking back and putting back, and what was done: the journal as a person uses it.

`undo` and `redo` act for this workspace's actor only: never on a teammate's act or the worker's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from influtui.model.ids import JournalId
from influtui.services.workspace import Workspace
from influtui.store import journal as store_journal
from influtui.store import undo as store_undo
from influtui.store import undo_imports
from influtui.store.journal import Entry, UnitOfWork
from influtui.store.undo import Left

if TYPE_CHECKING:
    from influtui.store.database import Reader


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """What `undo` or `redo` did. `entry` is the act it was about, None where nothing was taken back."""

    done: bool
    entry: JournalId | None = None
    summary: str | None = None
    """Of the act, in the past tense: “tagged 5,000 creators”."""
    rows: int = 0
    left: tuple[Left, ...] = ()
    """Rows that were not touched, and why."""
    skipped: tuple[str, ...] = ()
    """Newer acts that cannot be taken back, by their summaries."""


async def undo(workspace: Workspace, *, past: bool = True) -> Undone:
    """Take back this actor's latest act that can be taken back.

    Without `past` nothing is done where a newer act cannot be taken back: `skipped` names it, and `summary` what is before it.
    """
    async with workspace.change(store_undo.UNDO, "took something back") as unit:
        entry, irreversible = await store_undo.latest_undoable(unit.transaction, workspace.actor)
        skipped = tuple(each.summary for each in irreversible)
        if entry is None:
            return Undone(done=False, skipped=skipped)
        if skipped and not past:
            return Undone(done=False, summary=entry.summary, skipped=skipped)
        unit.reverts, unit.summary = entry.id, f"took back: {entry.summary}"
        unit.undoable = not await store_undo.wrote_letters(unit.transaction, entry.id)
        left = await store_undo.revert(unit, entry.id)
        if entry.import_id is not None:
            left += (await undo_imports.take_back(unit, entry.import_id, left)).left
        await store_undo.mark(unit.transaction, entry.id, "undone")
        return _undone(unit, entry, left, skipped)


async def redo(workspace: Workspace) -> Undone:
    """Put back what this actor took back last, unless they have done something new since."""
    async with workspace.change(store_undo.REDO, "put something back") as unit:
        taken_back = await store_undo.latest_redoable(unit.transaction, workspace.actor)
        entry = await _reverted_by(unit.transaction, taken_back)
        if taken_back is None or entry is None:
            return Undone(done=False)
        unit.reverts, unit.summary = taken_back.id, f"put back: {entry.summary}"
        left: list[Left] = []
        if entry.import_id is not None:
            left += (await undo_imports.put_back(unit, entry.import_id, taken_back.id)).left
        left += await store_undo.revert(unit, taken_back.id)
        await store_undo.mark(unit.transaction, taken_back.id, "undone")
        await store_undo.mark(unit.transaction, entry.id, "done")
        return _undone(unit, entry, left)


async def undoable(workspace: Workspace) -> Entry | None:
    """What `undo` would take back: to be named before it happens."""
    return (await store_undo.latest_undoable(workspace.db, workspace.actor))[0]


async def redoable(workspace: Workspace) -> Entry | None:
    """What `redo` would put back."""
    return await _reverted_by(workspace.db, await store_undo.latest_redoable(workspace.db, workspace.actor))


async def journal(workspace: Workspace, *, actor: str | None = None, limit: int = 50) -> list[Entry]:
    """Who changed what, the newest first; of one actor or of all."""
    return await store_journal.entries(workspace.db, actor=actor, limit=limit)


async def _reverted_by(reader: Reader, taken_back: Entry | None) -> Entry | None:
    if taken_back is None or taken_back.reverts is None:
        return None
    return await store_journal.entry(reader, taken_back.reverts)


def _undone(unit: UnitOfWork, entry: Entry, left: list[Left], skipped: tuple[str, ...] = ()) -> Undone:
    return Undone(
        done=unit.rows > 0 or not left,
        entry=entry.id,
        summary=entry.summary,
        rows=unit.rows,
        left=tuple(left),
        skipped=skipped,
    )
