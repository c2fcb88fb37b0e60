"""Likely duplicates, joining and telling apart."""

from __future__ import annotations

from typing import Any

import pytest

from influtui.model.creators import Ref, parse_ref
from influtui.model.failures import Conflict, WrongUsage
from influtui.services import upkeep
from influtui.services.people import likeness
from influtui.services.workspace import Workspace
from influtui.store.journal import entries

ADA, TIK = parse_ref("instagram:ada.bakes"), parse_ref("tiktok:adabakes")


@pytest.fixture
async def pair(workspace: Workspace, account: Any) -> None:
    await account("instagram:ada.bakes", name="Ada Ovenworth", email="ada@example.org", followers=9)
    await account("tiktok:adabakes", name="Ada Ovenworth", email="ADA@example.org", followers=5)
    await account("youtube:somebody", name="Bo Plain")


async def person_of(workspace: Workspace, ref: Ref) -> int:
    row = await workspace.db.one("SELECT person_id FROM creators WHERE handle_key = ?", (ref.handle,))
    assert row is not None
    return int(row[0])


async def dump(workspace: Workspace) -> list[tuple[Any, ...]]:
    tables = ("persons", "creators", "notes", "picks", "conversations")
    return [
        tuple(value for name, value in dict(row).items() if name != "version")
        for table in tables
        for row in await workspace.db.all(f"SELECT * FROM {table} ORDER BY id")
    ]


async def campaign(workspace: Workspace, code: str) -> int:
    async with workspace.change("test", "a campaign") as unit:
        brand = await unit.insert("brands", {"name": f"Brand of {code}", "created_at": 1})
        columns = {"brand_id": brand, "code": code, "name": code, "goal": "content", "currency": "USD", "created_at": 1}
        return await unit.insert("campaigns", columns)


async def pick(workspace: Workspace, campaign_id: int, person: int, verdict: str, at: int) -> None:
    async with workspace.change("test", "a verdict") as unit:
        columns = {
            "campaign_id": campaign_id,
            "person_id": person,
            "verdict": verdict,
            "judged_by": "kim",
            "judged_at": at,
        }
        await unit.insert("picks", columns)


async def test_a_likely_pair_is_offered_with_its_evidence_and_nothing_is_merged(
    workspace: Workspace, pair: None
) -> None:
    (found,) = await likeness.duplicates(workspace)
    assert {found.a, found.b} == {"instagram:ada.bakes", "tiktok:adabakes"}
    assert [each.sign for each in found.evidence] == ["email", "name", "reduced_handle"]
    assert await person_of(workspace, ADA) != await person_of(workspace, TIK)
    assert await entries(workspace.db) == []


async def test_only_pairs_of_the_person_asked_for_are_listed(workspace: Workspace, pair: None) -> None:
    assert len(await likeness.duplicates(workspace, of=TIK)) == 1
    assert await likeness.duplicates(workspace, of=parse_ref("youtube:somebody")) == []


async def test_an_address_that_an_agency_gives_to_many_offers_nobody(workspace: Workspace, account: Any) -> None:
    for number in range(30):
        await account(f"instagram:model{number}x", email="booking@example.org")
    assert await likeness.duplicates(workspace) == []


async def test_who_was_told_apart_is_not_offered_again(workspace: Workspace, pair: None) -> None:
    await likeness.tell_apart(workspace, TIK, ADA)
    await likeness.tell_apart(workspace, ADA, TIK)
    assert await likeness.duplicates(workspace) == []


async def test_merging_moves_all_that_hangs_on_the_person(workspace: Workspace, pair: None) -> None:
    keep, other = await person_of(workspace, ADA), await person_of(workspace, TIK)
    async with workspace.change("test", "life") as unit:
        await unit.insert("notes", {"person_id": other, "at": 1, "actor": "kim", "text": "rye"})
        columns = {"person_id": other, "channel": "email", "last_at": 1, "awaiting": "us"}
        await unit.insert("conversations", columns)
    joined = await likeness.merge(workspace, ADA, TIK)
    assert joined.person == keep
    assert joined.accounts == ("instagram:ada.bakes", "tiktok:adabakes")
    assert joined.moved["notes"] == joined.moved["conversations"] == joined.moved["creators"] == 1
    assert await person_of(workspace, TIK) == keep
    assert not await workspace.db.all("SELECT 1 FROM persons WHERE id = ?", (other,))


async def test_where_both_were_judged_the_later_verdict_stands_and_is_named(workspace: Workspace, pair: None) -> None:
    spring = await campaign(workspace, "SPRING")
    await pick(workspace, spring, await person_of(workspace, ADA), "rejected", at=5)
    await pick(workspace, spring, await person_of(workspace, TIK), "pick", at=9)
    joined = await likeness.merge(workspace, ADA, TIK)
    assert joined.dropped_picks == ("SPRING",)
    rows = await workspace.db.all("SELECT person_id, verdict FROM picks")
    assert [tuple(row) for row in rows] == [(joined.person, "pick")]


async def test_two_collaborations_in_one_campaign_are_not_made_one(workspace: Workspace, pair: None) -> None:
    spring = await campaign(workspace, "SPRING")
    async with workspace.change("test", "two agreements") as unit:
        for ref in (ADA, TIK):
            columns = {"campaign_id": spring, "person_id": await person_of(workspace, ref), "created_at": 1}
            await unit.insert("collaborations", columns)
    before = await dump(workspace)
    with pytest.raises(Conflict, match="SPRING"):
        await likeness.merge(workspace, ADA, TIK)
    assert await dump(workspace) == before


async def test_one_person_cannot_be_merged_with_themselves_or_told_apart(workspace: Workspace, pair: None) -> None:
    await likeness.merge(workspace, ADA, TIK)
    with pytest.raises(Conflict, match="already"):
        await likeness.merge(workspace, TIK, ADA)
    with pytest.raises(WrongUsage, match="joined"):
        await likeness.tell_apart(workspace, TIK, ADA)


async def test_undoing_a_merge_puts_two_people_back_with_what_each_had(workspace: Workspace, pair: None) -> None:
    spring = await campaign(workspace, "SPRING")
    await pick(workspace, spring, await person_of(workspace, ADA), "rejected", at=5)
    await pick(workspace, spring, await person_of(workspace, TIK), "pick", at=9)
    before = await dump(workspace)
    await likeness.merge(workspace, ADA, TIK)
    undone = await upkeep.undo(workspace)
    assert (undone.done, undone.left) == (True, ())
    assert await dump(workspace) == before
