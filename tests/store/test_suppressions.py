"""The suppression list in the store."""

from __future__ import annotations

from dataclasses import dataclass

from influtui.services.workspace import Workspace
from influtui.store import suppressions


@dataclass
class Account:
    platform: str
    handle: str


async def test_a_suppressed_account_and_address_are_known_with_their_reason(workspace: Workspace) -> None:
    async with workspace.db.write(1) as transaction:
        added = await suppressions.add(
            transaction, "opted_out", accounts=[Account("tiktok", "@Mo")], emails=["mo@example.org"]
        )
    loaded = await suppressions.load(workspace.db)
    assert added == 2
    assert loaded.account("tiktok", "mo") == "opted_out"
    assert loaded.email("MO@example.org") == "opted_out"
    assert not loaded.forgotten("tiktok", "mo", ["mo@example.org"])
    assert loaded.email("somebody@example.org") is None


async def test_being_forgotten_outranks_a_milder_reason_and_is_not_taken_back_by_one(workspace: Workspace) -> None:
    async with workspace.db.write(1) as transaction:
        await suppressions.add(transaction, "bounced", emails=["mo@example.org"])
        await suppressions.add(transaction, "forgotten", emails=["mo@example.org"])
        await suppressions.add(transaction, "opted_out", emails=["mo@example.org"])
    loaded = await suppressions.load(workspace.db)
    assert loaded.forgotten("instagram", "new.handle", ["mo@example.org"])


async def test_an_empty_list_suppresses_nobody(workspace: Workspace) -> None:
    loaded = await suppressions.load(workspace.db)
    assert not loaded
    assert loaded.account("tiktok", "mo") is None


async def test_a_few_addresses_are_asked_about_as_the_whole_list_would_answer(workspace: Workspace) -> None:
    assert not await suppressions.load_for(workspace.db, ["mo@example.org"])
    many = [f"p{number}@example.org" for number in range(1_000)]
    async with workspace.db.write(1) as transaction:
        await suppressions.add(transaction, "bounced", emails=many)
        await suppressions.add(transaction, "forgotten", emails=["Mo@Example.org"])
    asked = [*many[::2], "mo@example.org", "somebody@example.org"]
    whole, loaded = await suppressions.load(workspace.db), await suppressions.load_for(workspace.db, asked)
    assert [loaded.email(each) for each in asked] == [whole.email(each) for each in asked]
    assert loaded.email(many[1]) is None, "nobody asked about it"
