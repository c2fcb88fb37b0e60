"""Whoever wrote and is nobody we know becomes somebody, or goes; and what needs no answer no longer waits."""

from __future__ import annotations

from typing import Any

import pytest

from influtui.model.creators import parse_ref
from influtui.model.failures import NotFound, WrongUsage
from influtui.services import inbox, upkeep
from influtui.services.campaign import brands, campaigns
from influtui.services.campaign.collaborations import collaborations
from influtui.services.incoming import assigning
from influtui.services.people import creators, forgetting
from influtui.services.workspace import Workspace
from influtui.store import received, suppressions


@pytest.fixture
async def stranger(workspace: Workspace) -> int:
    """A conversation of somebody who wrote and is nobody we know. Returns its number."""
    await brands.new_brand(workspace, "Acme", {})
    await campaigns.new_campaign(workspace, "Spring", {}, brand="Acme")
    async with workspace.db.write(workspace.clock()) as transaction:
        person = await received.stand_in(transaction)
    async with workspace.change("test", "somebody wrote") as unit:
        columns = {
            "person_id": person,
            "channel": "email",
            "address": "dana@agency.test",
            "awaiting": "us",
            "matched": 0,
        }
        number = await unit.insert("conversations", {**columns, "last_at": unit.at})
        message = {
            "conversation_id": number,
            "direction": "in",
            "state": "received",
            "kind": "interested",
            "at": unit.at,
        }
        await unit.insert("messages", {**message, "body": "I manage a baker.", "written_by": ""})
    return number


async def test_a_new_person_is_made_with_the_address_and_what_was_said_counts(
    workspace: Workspace, stranger: int
) -> None:
    row = await assigning.assign_to_new(workspace, stranger, "Dana Agent", campaign="SPRING")
    assert (row.name, row.campaign, row.marks) == ("Dana Agent", "SPRING", ())
    dana = await creators.find(workspace, parse_ref("offline:dana-agent"))
    assert (dana.email, dana.found_by) == ("dana@agency.test", "inbound")
    assert [each.state for each in await collaborations(workspace, campaign="SPRING")] == ["in_conversation"]
    await upkeep.undo(workspace)
    assert (await assigning.unmatched(workspace, stranger)).address == "dana@agency.test"


async def test_whoever_wrote_is_forgotten_with_all_they_wrote_and_not_taken_in_again(
    workspace: Workspace, stranger: int
) -> None:
    row = await assigning.unmatched(workspace, stranger)
    will_go = await forgetting.preview_person(workspace, row.person)
    assert (will_go.accounts, will_go.conversations, will_go.messages) == ((), 1, 1)
    await forgetting.forget_person(workspace, row.person)
    with pytest.raises(NotFound):
        await assigning.unmatched(workspace, stranger)
    assert (await suppressions.load(workspace.db)).email("dana@agency.test") == "forgotten"


async def test_what_is_somebodys_is_neither_given_away_nor_forgotten_by_number(
    workspace: Workspace, stranger: int, account: Any
) -> None:
    await account("instagram:anna")
    await assigning.assign(workspace, stranger, parse_ref("instagram:anna"))
    with pytest.raises(WrongUsage, match="instagram:anna's already"):
        await assigning.unmatched(workspace, stranger)


async def test_what_needs_no_answer_waits_no_longer_until_something_new_comes(
    workspace: Workspace, stranger: int
) -> None:
    assert await assigning.done(workspace, [stranger]) == 1
    assert await assigning.done(workspace, [stranger]) == 0
    assert await inbox.conversations(workspace, "waits:us") == []
    await upkeep.undo(workspace)
    assert [row.id for row in await inbox.conversations(workspace, "waits:us")] == [stranger]
    with pytest.raises(NotFound):
        await assigning.done(workspace, [stranger, 99])
