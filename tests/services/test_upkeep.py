"""Undo takes back the latest act of one person, whole or with what it had to leave."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
import worlds
from worlds import imported, picture, record, rich_record, search

from influtui.model.failures import Conflict, ReadOnly
from influtui.services import upkeep
from influtui.services.workspace import Workspace, opened
from influtui.store.undo import Left


async def tag(workspace: Workspace, ids: list[int], tag: str) -> None:
    async with workspace.change("creators.edit", f"tagged {len(ids):,} creators") as unit:
        await unit.update_many("creators", {each: {"tags": f"|{tag}|", "updated_at": unit.at + 7} for each in ids})


async def campaign(workspace: Workspace) -> int:
    async with workspace.change("campaign.new", "made a campaign") as unit:
        brand = await unit.insert("brands", {"name": "Hat House", "created_at": unit.at})
        return await unit.insert(
            "campaigns",
            {
                "brand_id": brand,
                "code": "hats",
                "name": "Hats",
                "goal": "content",
                "currency": "EUR",
                "created_at": unit.at,
            },
        )


async def pick(workspace: Workspace, campaign_id: int, person: int) -> int:
    async with workspace.change("campaign.shortlist", "picked somebody") as unit:
        return await unit.insert(
            "picks",
            {
                "campaign_id": campaign_id,
                "person_id": person,
                "verdict": "pick",
                "judged_by": workspace.actor,
                "judged_at": unit.at,
            },
        )


def teammate(workspace: Workspace) -> Workspace:
    return replace(workspace, actor="teammate@elsewhere")


async def test_undo_of_a_bulk_edit_restores_every_row_and_redo_every_edit(workspace: Workspace) -> None:
    await imported(workspace, *(record(number) for number in range(5_000)))
    before = await picture(workspace)
    await tag(workspace, list(range(1, 5_001)), "hats")
    edited = await picture(workspace)
    assert edited != before

    undone = await upkeep.undo(workspace)

    assert (undone.done, undone.rows, undone.left, undone.summary) == (True, 5_000, (), "tagged 5,000 creators")
    assert await picture(workspace) == before
    await worlds.text_index_is_whole(workspace)
    redone = await upkeep.redo(workspace)
    assert (redone.rows, redone.summary) == (5_000, "tagged 5,000 creators")
    assert await picture(workspace) == edited


async def test_the_times_of_the_rows_return_too(workspace: Workspace) -> None:
    await imported(workspace, record(1))
    before = await workspace.db.all("SELECT updated_at FROM creators")
    await tag(workspace, [1], "hats")
    await upkeep.undo(workspace)
    assert await workspace.db.all("SELECT updated_at FROM creators") == before


async def test_a_row_that_somebody_changed_since_is_left_and_listed(workspace: Workspace) -> None:
    await imported(workspace, *(record(number) for number in range(10)))
    await tag(workspace, list(range(1, 11)), "hats")
    await tag(teammate(workspace), [4], "caps")

    undone = await upkeep.undo(workspace)

    assert undone.left == (Left("creators", 4, "was changed since"),)
    assert undone.rows == 9
    tags = dict(await workspace.db.all("SELECT tags, count(*) FROM creators GROUP BY tags"))
    assert tags == {None: 9, "|caps|": 1}


async def test_a_change_of_other_columns_in_between_survives_and_does_not_hold_up_the_undo(
    workspace: Workspace,
) -> None:
    await imported(workspace, record(1))
    await tag(workspace, [1], "hats")
    async with teammate(workspace).change("creators.edit", "renamed one") as unit:
        await unit.update("creators", 1, {"name": "Somebody Else", "updated_at": unit.at + 99})
        at = unit.at

    undone = await upkeep.undo(workspace)

    assert undone.left == ()
    row = await workspace.db.one("SELECT tags, name, updated_at FROM creators")
    assert row
    assert tuple(row) == (None, "Somebody Else", at + 99)
    assert await search(workspace, "somebody") == [1]


async def test_nobody_takes_back_what_a_teammate_did(workspace: Workspace) -> None:
    await imported(workspace, record(1))
    await tag(workspace, [1], "hats")
    assert (await upkeep.undo(teammate(workspace))).done is False
    assert (await upkeep.undo(workspace)).summary == "tagged 1 creators"


async def test_undo_goes_back_step_by_step_and_redo_forward_again(workspace: Workspace) -> None:
    await imported(workspace, record(1))
    for name in ("one", "two", "three"):
        await tag(workspace, [1], name)

    async def tags_after(act: Any) -> str | None:
        await act(workspace)
        row = await workspace.db.one("SELECT tags FROM creators")
        assert row
        return row[0]

    assert [await tags_after(upkeep.undo) for _ in range(3)] == ["|two|", "|one|", None]
    assert [await tags_after(upkeep.redo) for _ in range(2)] == ["|one|", "|two|"]
    assert await tags_after(upkeep.undo) == "|one|"
    assert [await tags_after(upkeep.redo) for _ in range(2)] == ["|two|", "|three|"]
    assert (await upkeep.redo(workspace)).done is False


async def test_something_new_ends_what_redo_could_put_back(workspace: Workspace) -> None:
    await imported(workspace, record(1))
    await tag(workspace, [1], "one")
    await upkeep.undo(workspace)
    await tag(workspace, [1], "two")
    assert (await upkeep.redo(workspace)).done is False
    await upkeep.undo(workspace)
    assert (await upkeep.redo(workspace)).summary == "tagged 1 creators"
    row = await workspace.db.one("SELECT tags FROM creators")
    assert row
    assert row[0] == "|two|"


async def test_what_cannot_be_taken_back_is_named_and_passed_over(workspace: Workspace) -> None:
    await imported(workspace, record(1))
    await tag(workspace, [1], "hats")
    async with workspace.change("outbox.send", "sent a mail to nobody") as unit:
        await unit.update("creators", 1, {"name": "Written To"})
        unit.undoable = False

    asked = await upkeep.undo(workspace, past=False)
    assert (asked.done, asked.entry, asked.summary) == (False, None, "tagged 1 creators")
    assert asked.skipped == ("sent a mail to nobody",)
    assert "|hats|" in [row[0] for row in await workspace.db.all("SELECT tags FROM creators")]

    undone = await upkeep.undo(workspace)

    assert undone.skipped == ("sent a mail to nobody",)
    assert undone.summary == "tagged 1 creators"


async def test_a_removed_row_returns_with_all_that_hung_on_it(workspace: Workspace) -> None:
    await imported(workspace, rich_record(1), rich_record(2))
    before = await picture(workspace)
    async with workspace.change("creators.remove", "removed a creator") as unit:
        await unit.delete("creators", 1)
    assert await search(workspace, "no1") == []

    assert (await upkeep.undo(workspace)).left == ()

    assert await picture(workspace) == before
    assert await search(workspace, "no1") == [1]
    await upkeep.redo(workspace)
    assert await search(workspace, "no1") == []
    await worlds.text_index_is_whole(workspace)


async def test_an_insertion_that_somebody_needs_is_left(workspace: Workspace) -> None:
    await imported(workspace, record(1))
    hats = await campaign(workspace)
    await pick(teammate(workspace), hats, 1)

    undone = await upkeep.undo(workspace)

    assert set(undone.left) == {
        Left("campaigns", hats, "is needed by picks"),
        Left("brands", 1, "is needed by campaigns"),
    }
    assert undone.done is False


async def test_an_insertion_that_somebody_completed_since_is_left(workspace: Workspace) -> None:
    hats = await campaign(workspace)
    async with teammate(workspace).change("campaign.edit", "set a budget") as unit:
        await unit.update("campaigns", hats, {"budget_minor": 100_00})
    assert Left("campaigns", hats, "was changed since") in (await upkeep.undo(workspace)).left


async def test_a_removed_row_whose_place_was_taken_is_left(workspace: Workspace) -> None:
    await campaign(workspace)
    async with workspace.change("campaign.remove", "removed a campaign") as unit:
        await unit.delete("campaigns", 1)
    async with teammate(workspace).change("campaign.new", "made another one") as unit:
        await unit.insert(
            "campaigns",
            {
                "brand_id": 1,
                "code": "hats",
                "name": "New hats",
                "goal": "content",
                "currency": "EUR",
                "created_at": unit.at,
            },
        )
    undone = await upkeep.undo(workspace)
    assert [each.noun for each in undone.left] == ["campaigns"]
    assert "taken its place" in undone.left[0].why


async def test_rehearsing_an_undo_says_what_it_would_do_and_changes_nothing(workspace: Workspace) -> None:
    await imported(workspace, record(1))
    await tag(workspace, [1], "hats")
    before = await picture(workspace)
    assert (await upkeep.undo(workspace.rehearsing())).rows == 1
    assert await picture(workspace) == before
    assert (await upkeep.undo(workspace)).rows == 1


async def test_an_import_is_taken_back_as_one_and_put_back_under_the_same_ids(workspace: Workspace) -> None:
    await imported(workspace, record(1), source="first.csv")
    before = await picture(workspace)
    records = [record(1, followers=9_999, as_of=workspace.clock() + 1)]
    await imported(workspace, *records, *(rich_record(number) for number in range(2, 40)), source="second.csv")
    after = await picture(workspace)

    undone = await upkeep.undo(workspace)

    assert (undone.done, undone.left) == (True, ())
    assert await picture(workspace) == before
    assert await search(workspace, "hats") == [1]
    await worlds.text_index_is_whole(workspace)

    redone = await upkeep.redo(workspace)
    assert (redone.done, redone.left) == (True, ())
    assert await picture(workspace) == after
    assert await search(workspace, "hats") == list(range(1, 40))
    await worlds.text_index_is_whole(workspace)
    await upkeep.undo(workspace)
    assert await picture(workspace) == before


async def test_a_large_import_is_taken_back_wholesale(workspace: Workspace) -> None:
    await imported(workspace, *(record(number) for number in range(3_000)))
    after = await picture(workspace)
    assert (await upkeep.undo(workspace)).rows == 3_000
    assert (await picture(workspace))["creators"] == []
    assert await search(workspace, "hats") == []
    await upkeep.redo(workspace)
    assert await picture(workspace) == after
    assert len(await search(workspace, "hats")) == 3_000
    await worlds.text_index_is_whole(workspace)


async def test_accounts_of_an_import_that_are_in_use_are_left_and_listed(workspace: Workspace) -> None:
    await imported(workspace, *(record(number) for number in range(1, 8)))
    hats = await campaign(teammate(workspace))
    await tag(teammate(workspace), [1], "hats")
    await pick(teammate(workspace), hats, 2)
    async with teammate(workspace).change("creators.note", "noted") as unit:
        await unit.insert("notes", {"person_id": 3, "at": 1, "actor": "x", "text": "kind"})
    await imported(teammate(workspace), record(4, followers=5, as_of=workspace.clock() + 5), source="elsewhere.csv")

    undone = await upkeep.undo(workspace)

    assert {each.id: each.why for each in undone.left} == {
        1: "was changed since",
        2: "is needed by picks",
        3: "is needed by notes",
        4: "was changed since",
    }
    assert [row["id"] for row in (await picture(workspace))["creators"]] == [1, 2, 3, 4]
    assert await search(workspace, "hats") == [1, 2, 3, 4]
    await worlds.text_index_is_whole(workspace)


async def test_an_edit_that_was_itself_taken_back_does_not_hold_up_the_undo_of_an_import(workspace: Workspace) -> None:
    await imported(workspace, record(1))
    await tag(workspace, [1], "hats")
    await upkeep.undo(workspace)
    assert (await upkeep.undo(workspace)).left == ()
    assert (await picture(workspace))["creators"] == []


async def test_what_came_in_otherwise_meanwhile_is_not_put_back_twice(workspace: Workspace) -> None:
    await imported(workspace, record(1), record(2))
    await upkeep.undo(workspace)
    await imported(teammate(workspace), record(2))

    redone = await upkeep.redo(workspace)

    assert [(each.id, each.why) for each in redone.left] == [(2, "cannot return: the same account has come in since")]
    assert [row["id"] for row in (await picture(workspace))["creators"]] == [1, 3]
    assert [row["id"] for row in (await picture(workspace))["persons"]] == [1, 3]


async def test_an_import_that_is_still_going_on_ends_when_it_is_taken_back(workspace: Workspace) -> None:
    async with workspace.change("creators.import", "imported", import_id=1) as unit:
        entry = unit.entry
    await upkeep.undo(workspace)
    with pytest.raises(Conflict):
        async with workspace.change("creators.import", "imported", import_id=1, continues=entry):
            raise AssertionError("nothing more may come in")


async def test_a_read_only_session_cannot_undo(workspace: Workspace) -> None:
    await imported(workspace, record(1))
    async with opened(workspace.folder, read_only=True) as reader:
        with pytest.raises(ReadOnly):
            await upkeep.undo(reader)


async def test_taking_back_is_an_act_in_the_journal_that_names_what_it_took_back(workspace: Workspace) -> None:
    await imported(workspace, record(1))
    await tag(workspace, [1], "hats")
    await upkeep.undo(workspace)
    newest, edit, *_ = await upkeep.journal(workspace)
    assert (newest.summary, newest.reverts, edit.state) == ("took back: tagged 1 creators", edit.id, "undone")


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_was_done_is_taken_back_step_by_step_and_put_back(workspace: Workspace, seed: int) -> None:
    """Acts at random: each picture of the world returns on the way back, and again on the way forth."""
    chance = random.Random(seed)
    await imported(teammate(workspace), *(rich_record(number) for number in range(6)))
    pictures, acts = [await picture(workspace)], []
    for number in range(12):
        match chance.choice(["import", "edit", "note", "remove"]):
            case "import":
                first = chance.randrange(12)
                await imported(
                    workspace,
                    *(rich_record(each) for each in range(first, first + chance.randrange(1, 4))),
                    record(first + 20, followers=number, as_of=workspace.clock() + number),
                    source=f"{number}.csv",
                )
            case "edit":
                await act_at_random(workspace, chance, number)
            case "note":
                await note_at_random(workspace, chance, number)
            case "remove":
                await remove_at_random(workspace, chance)
        latest = await upkeep.undoable(workspace)
        if latest and latest.id not in acts:
            acts.append(latest.id)
            pictures.append(await picture(workspace))

    for act, expected in zip(reversed(acts), pictures[-2::-1], strict=True):
        undone = await upkeep.undo(workspace)
        assert (undone.entry, undone.left) == (act, ())
        assert await picture(workspace) == expected
    await worlds.text_index_is_whole(workspace)
    for act, expected in zip(acts, pictures[1:], strict=True):
        redone = await upkeep.redo(workspace)
        assert (redone.entry, redone.left) == (act, ())
        assert await picture(workspace) == expected
    await worlds.text_index_is_whole(workspace)


async def ids_of(workspace: Workspace, table: str) -> list[int]:
    return [row[0] for row in await workspace.db.all(f"SELECT id FROM {table} ORDER BY id")]


async def act_at_random(workspace: Workspace, chance: random.Random, number: int) -> None:
    ids = await ids_of(workspace, "creators")
    async with workspace.change("creators.edit", "edited") as unit:
        for _ in range(chance.randrange(1, 4)):
            some = chance.sample(ids, chance.randrange(1, len(ids) + 1)) if ids else []
            column, value = chance.choice([("tags", f"|{number}|"), ("bio", f"sews {number}"), ("name", None)])
            await unit.update_many("creators", {each: {column: value, "updated_at": number} for each in some})


async def note_at_random(workspace: Workspace, chance: random.Random, number: int) -> None:
    persons, notes = await ids_of(workspace, "persons"), await ids_of(workspace, "notes")
    async with workspace.change("creators.note", "noted") as unit:
        if notes and chance.random() < 0.4:
            await unit.update("notes", chance.choice(notes), {"text": f"said {number}"})
        if notes and chance.random() < 0.4:
            await unit.delete("notes", chance.choice(notes))
        for person in chance.sample(persons, min(2, len(persons))):
            await unit.insert("notes", {"person_id": person, "at": number, "actor": "me", "text": f"met {number}"})


async def remove_at_random(workspace: Workspace, chance: random.Random) -> None:
    ids = await ids_of(workspace, "creators")
    async with workspace.change("creators.remove", "removed") as unit:
        await unit.delete_many("creators", chance.sample(ids, min(2, len(ids))))
