"""Forgetting a person who asks for it: everything that says who they were goes, for good, and they are not taken in again.

What stays are a tombstone (keyed hashes, see `model/suppression.py`) and the figures of campaigns that really happened,
without anybody they could be traced to.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import msgspec

from influtui.model.creators import Ref
from influtui.model.ids import PersonId
from influtui.services.people.creators import find
from influtui.services.workspace import Workspace
from influtui.store import creators as rows
from influtui.store import forgetting as store
from influtui.store import people, snapshots, suppressions

SHEETS: Final = ("edit.toml",)
"""Files that an interrupted edit leaves in the workspace."""


class WillGo(msgspec.Struct, frozen=True, kw_only=True):
    """What forgetting somebody removes, and what stays without a name."""

    person: PersonId
    accounts: tuple[str, ...]
    notes: int
    verdicts: int
    conversations: int
    messages: int
    parcels: int
    collaborations: int
    """Their figures stay (cost, posts, what was counted); who it was does not."""
    snapshots: int
    """Copies of the database in the workspace, which are replaced by one of afterwards."""


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What was done."""

    accounts: int
    figures_kept: bool
    journal_rows_redacted: int
    snapshots_replaced: int
    complete: bool
    """Whether nothing is left in the bytes of the workspace's database and its copies."""
    why_not: str | None = None


async def preview(workspace: Workspace, ref: Ref) -> WillGo:
    """What `forget` would remove."""
    return await preview_person(workspace, (await find(workspace, ref)).person)


async def preview_person(workspace: Workspace, person: PersonId) -> WillGo:
    """The same of somebody who may have no account: whoever wrote and nobody knows."""
    counts = await people.counts(workspace.db, person)
    accounts = await rows.of_person(workspace.db, person)
    copies = await asyncio.to_thread(snapshots.listed, workspace.db.path)
    return WillGo(person=person, accounts=tuple(account.ref for account in accounts), snapshots=len(copies), **counts)


async def forget(workspace: Workspace, ref: Ref) -> Forgotten:
    """Forget the person of an account. This cannot be undone."""
    return await forget_person(workspace, (await find(workspace, ref)).person)


async def forget_person(workspace: Workspace, person: PersonId) -> Forgotten:
    """The same of somebody who may have no account."""
    async with workspace.change("creators.forget", "forgot a person") as unit:
        unit.undoable = False
        accounts = await rows.of_person(unit.transaction, person)
        emails = await people.addresses(unit.transaction, person)
        await suppressions.add(unit.transaction, "forgotten", accounts=accounts, emails=emails)
        erased = await store.erase(unit.transaction, person)
        unit.counted(erased.accounts)
    await asyncio.to_thread(_remove_sheets, workspace.folder, erased.traces)
    scrubbed = await store.scrub(workspace.db, workspace.clock())
    return Forgotten(
        accounts=erased.accounts,
        figures_kept=erased.kept_figures,
        journal_rows_redacted=erased.redacted,
        snapshots_replaced=len(scrubbed.snapshots),
        complete=scrubbed.complete,
        why_not=scrubbed.why_not,
    )


def _remove_sheets(folder: Path, traces: tuple[str, ...]) -> None:
    for name in SHEETS:
        path = folder / name
        try:
            text = path.read_text("utf-8", "replace")
        except FileNotFoundError:
            continue
        if any(trace in text for trace in traces):
            path.unlink()
