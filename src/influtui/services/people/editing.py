"""Edits of many creators as one undoable change: the same edit for all that match, or a sheet from an editor.

Nothing is overwritten unseen: a row that somebody changed after the sheet was made, or removed after it was selected, is
left as it is and reported as a conflict.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from influtui.model.creators import Creator
from influtui.model.editing import Columns, Edit, RowEdit, read_sheet, sheet, stored
from influtui.model.failures import WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.text import plural
from influtui.services.workspace import Workspace
from influtui.store import creators as rows
from influtui.store.journal import UnitOfWork


class EditReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an edit did. `matched` is the sum of the next three."""

    matched: int
    changed: int
    unchanged: int
    conflicts: tuple[str, ...] = ()
    """Accounts that somebody else changed or removed in between; they were left alone."""
    notes: int = 0
    """How many people got the note."""
    dry_run: bool = False


class Sheet(msgspec.Struct, frozen=True):
    """Rows as they went into an editor."""

    text: str
    creators: tuple[Creator, ...]


async def edit(workspace: Workspace, ids: Sequence[CreatorId], change: Edit, *, dry_run: bool = False) -> EditReport:
    """Apply one edit to all of `ids`, as one change. A note is written once a person, however many accounts match."""
    if not change:
        raise WrongUsage(
            "nothing to change", hint="Use --set FIELD=VALUE, --add-tag, --remove-tag, --note or --editor."
        )
    if dry_run:
        return await _applied(None, workspace, ids, change)
    async with workspace.change("creators.edit", "edited creators") as unit:
        report = await _applied(unit, workspace, ids, change)
        unit.summary = f"{change.words()}: {plural(report.changed, 'creator')}"
    return report


async def open_sheet(workspace: Workspace, ids: Sequence[CreatorId]) -> Sheet:
    """The rows of `ids` as a text for an editor."""
    creators = await rows.by_ids(workspace.db, ids)
    return Sheet(sheet(creators), tuple(creators))


def changes(opened: Sheet, text: str) -> list[RowEdit]:
    """What a person changed in the sheet. Raises `WrongUsage` that says what is wrong in which row."""
    return read_sheet(text, opened.creators)


async def apply(workspace: Workspace, edits: Sequence[RowEdit], *, dry_run: bool = False) -> EditReport:
    """Write the changes of a sheet, as one change. A row that is not what the sheet was made of is left alone."""
    if dry_run or not edits:
        return EditReport(matched=len(edits), changed=len(edits), unchanged=0, dry_run=dry_run)
    async with workspace.change("creators.edit", "edited creators in an editor") as unit:
        now = {
            creator.id: creator for creator in await rows.by_ids(unit.transaction, [each.creator.id for each in edits])
        }
        conflicts = [each.creator.ref for each in edits if not _same(each.creator, now.get(each.creator.id))]
        good = [each for each in edits if _same(each.creator, now.get(each.creator.id))]
        changed = await _write(workspace, unit, {each.creator.id: each.columns for each in good if each.columns})
        noted = [each for each in good if each.note]
        for each in noted:
            await _note(workspace, unit, each.creator.person, each.note or "")
        only_noted = sum(not each.columns for each in noted)
        report = EditReport(
            matched=len(edits), changed=changed + only_noted, unchanged=0, conflicts=tuple(conflicts), notes=len(noted)
        )
        unit.summary = f"edited {plural(report.changed, 'creator')} in an editor"
    return report


async def _applied(unit: UnitOfWork | None, workspace: Workspace, ids: Sequence[CreatorId], change: Edit) -> EditReport:
    """Apply an edit in `unit`, or only count what it would do."""
    matched = await rows.by_ids(unit.transaction if unit else workspace.db, ids)
    wanted = {creator.id: columns for creator in matched if (columns := change.changes(creator))}
    persons = list(dict.fromkeys(creator.person for creator in matched)) if change.note else []
    if unit:
        await _write(workspace, unit, wanted)
        for person in persons:
            await _note(workspace, unit, person, change.note or "")
    found = {creator.id for creator in matched}
    changed = len(matched) if change.note else len(wanted)
    return EditReport(
        matched=len(ids),
        changed=changed,
        unchanged=len(matched) - changed,
        conflicts=tuple(f"#{each}" for each in ids if each not in found),
        notes=len(persons),
        dry_run=unit is None,
    )


async def _write(workspace: Workspace, unit: UnitOfWork, wanted: dict[CreatorId, Columns]) -> int:
    return await unit.update_many(
        "creators", {each: {**columns, "updated_at": unit.at} for each, columns in wanted.items()}
    )


async def _note(workspace: Workspace, unit: UnitOfWork, person: int, text: str) -> None:
    columns = {"person_id": person, "at": unit.at, "actor": workspace.actor, "text": text}
    await unit.insert("notes", columns)


def _same(then: Creator, now: Creator | None) -> bool:
    """Whether the fields that can be edited are still what they were; a newer measurement is no conflict."""
    return now is not None and stored(now) == stored(then) and now.person == then.person
