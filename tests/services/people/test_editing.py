"""Edits of many creators as one change."""

from __future__ import annotations

import time
from typing import Any

import pytest

from influtui.model.editing import read_edit
from influtui.model.failures import WrongUsage
from influtui.services.people import editing
from influtui.services.workspace import Workspace
from influtui.store.journal import entries


async def table(workspace: Workspace) -> list[tuple[Any, ...]]:
    rows = await workspace.db.all("SELECT * FROM creators ORDER BY id")
    return [tuple(row) for row in rows]


async def test_an_edit_is_one_act_that_says_how_many(workspace: Workspace, account: Any) -> None:
    ids = [await account(f"instagram:ada{number}", country="DE" if number else "AT") for number in range(3)]
    report = await editing.edit(workspace, ids, read_edit(["country=DE"], add_tags=[]))
    assert (report.matched, report.changed, report.unchanged) == (3, 1, 2)
    (act,) = await entries(workspace.db)
    assert act.summary == "set country: 1 creator"
    assert act.undoable


async def test_a_dry_run_counts_the_same_and_writes_nothing(workspace: Workspace, account: Any) -> None:
    ids = [await account("instagram:ada")]
    before = await table(workspace)
    report = await editing.edit(workspace, ids, read_edit([], add_tags=["vip"]), dry_run=True)
    assert (report.changed, report.dry_run) == (1, True)
    assert await table(workspace) == before
    assert await entries(workspace.db) == []


async def test_a_note_is_written_once_a_person_however_many_accounts_match(workspace: Workspace, account: Any) -> None:
    first = await account("instagram:ada")
    person = (await workspace.db.one("SELECT person_id FROM creators"))[0]  # type: ignore[index]
    second = await account("tiktok:ada", person=person)
    report = await editing.edit(workspace, [first, second], read_edit([], note="met at the fair"))
    assert report.notes == 1
    assert len(await workspace.db.all("SELECT 1 FROM notes")) == 1


async def test_an_edit_of_nothing_is_refused(workspace: Workspace) -> None:
    with pytest.raises(WrongUsage, match="nothing to change"):
        await editing.edit(workspace, [], read_edit([]))


async def test_a_row_that_is_gone_is_a_conflict(workspace: Workspace, account: Any) -> None:
    known = await account("instagram:ada")
    report = await editing.edit(workspace, [known, 77], read_edit([], add_tags=["vip"]))  # type: ignore[list-item]
    assert report.conflicts == ("#77",)
    assert report.changed == 1


async def test_a_row_changed_while_the_sheet_was_open_is_left_alone(workspace: Workspace, account: Any) -> None:
    ids = [await account("instagram:ada", country="DE"), await account("instagram:bo", country="DE")]
    opened = await editing.open_sheet(workspace, ids)
    edits = editing.changes(opened, opened.text.replace('"DE"', '"AT"'))
    await editing.edit(workspace, ids[:1], read_edit(["email=ada@example.org"]))
    report = await editing.apply(workspace, edits)
    assert report.conflicts == ("instagram:ada",)
    assert report.changed == 1
    countries = await workspace.db.all("SELECT country FROM creators ORDER BY id")
    assert [row[0] for row in countries] == ["DE", "AT"]


async def test_a_newer_measurement_is_no_conflict_with_an_edit_of_a_name(workspace: Workspace, account: Any) -> None:
    ids = [await account("instagram:ada", followers=5)]
    opened = await editing.open_sheet(workspace, ids)
    edits = editing.changes(opened, opened.text.replace('name = ""', 'name = "Ada"'))
    async with workspace.change("test", "measured anew") as unit:
        await unit.update("creators", ids[0], {"followers": 6})
    report = await editing.apply(workspace, edits)
    assert (report.changed, report.conflicts) == (1, ())


async def test_an_edited_name_is_found_by_its_new_words_only(workspace: Workspace, account: Any) -> None:
    ids = [await account("instagram:x1", name="Amber")]
    await editing.edit(workspace, ids, read_edit(["name=Beryl"]))

    async def hits(word: str) -> int:
        return len(await workspace.db.all("SELECT rowid FROM creator_text WHERE creator_text MATCH ?", (word,)))

    assert (await hits("amber"), await hits("beryl")) == (0, 1)


async def test_five_thousand_rows_are_edited_in_time_that_grows_with_their_number(workspace: Workspace) -> None:
    async with workspace.db.write(1, durability="normal") as transaction:
        await transaction.many(
            "INSERT INTO persons (id, created_at) VALUES (?, 1)", [(number,) for number in range(1, 5_001)]
        )
        await transaction.many(
            "INSERT INTO creators (id, person_id, platform, handle, handle_key, created_at, updated_at)"
            " VALUES (?, ?, 'x', ?, ?, 1, 1)",
            [(number, number, f"h{number}", f"h{number}") for number in range(1, 5_001)],
        )
    began = time.process_time()
    report = await editing.edit(
        workspace,
        list(range(1, 5_001)),
        read_edit(["country=DE"], add_tags=["bulk"], note="all"),  # type: ignore[arg-type]
    )
    assert report.changed == 5_000
    assert time.process_time() - began < 20  # measured: 0.5; a second pass over all rows for each row takes minutes
