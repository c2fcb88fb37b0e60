"""Collaborations: their state follows from what happened, whoever wrote it down, and undo needs no thought."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date

import pytest

from influtui.model.creators import parse_ref
from influtui.model.failures import Failure, NotFound, WrongUsage
from influtui.model.ids import CollaborationId
from influtui.model.pipeline import derive, due
from influtui.services import upkeep
from influtui.services.campaign import brands, campaigns, collaborations, exclusivities, negotiation, results
from influtui.services.people import creators
from influtui.services.workspace import Workspace
from influtui.store.standing import events_of

MakeAccount = Callable[..., Awaitable[int]]
ANNA = parse_ref("instagram:anna")
TERMS = {
    "content": "1 reel", "captions": "#ad first", "go_live": "2026-12-01", "placement": "reel", "retention": "90 days",
    "rights": "organic, 6 months", "fee": "250",
}  # fmt: skip


@pytest.fixture
async def anna(workspace: Workspace, account: MakeAccount) -> CollaborationId:
    """Somebody who was picked for a campaign in use."""
    await account("instagram:anna")
    await brands.new_brand(workspace, "Acme", {})
    await campaigns.new_campaign(workspace, "Spring", {})
    await campaigns.judge(workspace, None, [ANNA], "pick")
    return (await collaborations.of_ref(workspace, ANNA)).id


async def state(workspace: Workspace, collaboration: CollaborationId) -> str:
    """The stored state, once it is seen to be what the events make."""
    row = await workspace.db.one("SELECT state FROM collaborations WHERE id = ?", (collaboration,))
    assert row is not None
    assert derive((await events_of(workspace.db, [collaboration]))[collaboration]).state == row["state"]
    return str(row["state"])


async def a_message(workspace: Workspace, collaboration: CollaborationId, direction: str, how: str) -> None:
    """A message as the outbox or a pasted answer leaves it."""
    one = await collaborations.show(workspace, collaboration)
    async with workspace.change("test.message", "wrote") as unit:
        conversation = await unit.insert(
            "conversations",
            {
                "person_id": one.collaboration.person, "collaboration_id": collaboration, "channel": "dm",
                "last_at": unit.at, "awaiting": "them",
            },
        )  # fmt: skip
        await unit.insert(
            "messages",
            {
                "conversation_id": conversation, "direction": direction, "state": how, "body": "hello", "at": unit.at,
                "written_by": "test",
            },
        )  # fmt: skip


async def test_a_message_that_went_makes_it_contacted_and_an_answer_a_conversation(
    workspace: Workspace, anna: CollaborationId
) -> None:
    await a_message(workspace, anna, "out", "queued")
    assert await state(workspace, anna) == "shortlisted"
    await a_message(workspace, anna, "out", "sent")
    assert await state(workspace, anna) == "contacted"
    await a_message(workspace, anna, "in", "logged")
    assert await state(workspace, anna) == "in_conversation"


async def test_the_history_tells_a_letter_that_came_back_from_an_answer(
    workspace: Workspace, anna: CollaborationId
) -> None:
    await a_message(workspace, anna, "out", "failed")
    await a_message(workspace, anna, "in", "received")
    async with workspace.change("test.kind", "said what it is") as unit:
        await unit.update("messages", 2, {"kind": "bounce"})
    said = [each.what for each in (await collaborations.show(workspace, anna)).history]
    assert said[1:] == ["wrote, and it did not arrive", "mail came back"]


async def test_a_message_of_which_nobody_knows_whether_it_went_moves_nothing_but_counts_as_written(
    workspace: Workspace, anna: CollaborationId
) -> None:
    await a_message(workspace, anna, "out", "unknown")
    assert await state(workspace, anna) == "shortlisted"
    assert (await campaigns.meter(workspace)).contacted == 1


async def test_the_first_term_makes_it_a_negotiation_and_all_of_them_an_agreement(
    workspace: Workspace, anna: CollaborationId
) -> None:
    await negotiation.note_terms(workspace, anna, {"content": "1 reel"})
    assert await state(workspace, anna) == "negotiating"
    await negotiation.note_terms(workspace, anna, TERMS, agreed=True)
    assert await state(workspace, anna) == "agreed"


async def test_every_change_is_taken_back_with_its_state(workspace: Workspace, anna: CollaborationId) -> None:
    states = [await state(workspace, anna)]
    for act in (
        lambda: negotiation.note_terms(workspace, anna, TERMS),
        lambda: negotiation.note_terms(workspace, anna, {}, agreed=True),
        lambda: collaborations.move(workspace, anna, "contract_sent"),
        lambda: negotiation.note_terms(workspace, anna, {"fee": "300"}),
        lambda: results.add_post(workspace, "https://www.instagram.com/p/C1a2b3c/", ref=ANNA),
        lambda: collaborations.move(workspace, anna, "paused", "on holiday"),
    ):
        await act()
        states.append(await state(workspace, anna))
    assert states == ["shortlisted", "negotiating", "agreed", "contract_sent", "negotiating", "posted", "paused"]
    for before in reversed(states[:-1]):
        await upkeep.undo(workspace)
        assert await state(workspace, anna) == before
    for after in states[1:]:
        await upkeep.redo(workspace)
        assert await state(workspace, anna) == after


async def test_taking_back_what_a_later_hand_move_stood_on_leaves_no_contradiction(
    workspace: Workspace, anna: CollaborationId
) -> None:
    from dataclasses import replace

    colleague = replace(workspace, actor="mia@desk")
    await results.add_post(workspace, "https://www.instagram.com/p/C1a2b3c/", ref=ANNA)
    await collaborations.move(colleague, anna, "paused", "on holiday")
    await upkeep.undo(workspace)
    assert await state(workspace, anna) == "paused"
    await upkeep.undo(colleague)
    assert await state(workspace, anna) == "shortlisted"


async def test_a_refused_move_changes_nothing(workspace: Workspace, anna: CollaborationId) -> None:
    with pytest.raises(Failure, match="shortlisted does not lead to completed"):
        await collaborations.move(workspace, anna, "completed")
    with pytest.raises(WrongUsage, match="declined needs one of its reasons"):
        await collaborations.move(workspace, (await moved(workspace, anna, "contacted")), "declined", "rude")
    assert await state(workspace, anna) == "contacted"


async def moved(workspace: Workspace, collaboration: CollaborationId, to: str) -> CollaborationId:
    """The collaboration, moved on."""
    await collaborations.move(workspace, collaboration, to)
    return collaboration


async def test_a_move_is_journaled_with_its_reason(workspace: Workspace, anna: CollaborationId) -> None:
    await collaborations.move(workspace, anna, "Paused", "on holiday")
    newest = (await upkeep.journal(workspace, limit=1))[0]
    assert newest.summary == "moved instagram:anna from shortlisted to paused in SPRING"
    assert newest.reason == "on holiday"
    detail = await collaborations.show(workspace, anna)
    assert detail.history[-1].what == "moved to paused"
    assert (detail.history[-1].by, detail.history[-1].detail) == (workspace.actor, "on holiday")


async def test_asking_for_the_contract_back_ends_the_agreement(workspace: Workspace, anna: CollaborationId) -> None:
    await negotiation.note_terms(workspace, anna, TERMS, agreed=True)
    await collaborations.move(workspace, anna, "contract-sent")
    await collaborations.move(workspace, anna, "negotiating", "they want 30 days")
    assert (await negotiation.sheet(workspace, anna)).agreement is None
    again = await negotiation.note_terms(workspace, anna, {}, agreed=True)
    assert (again.agreed_now, await state(workspace, anna)) == (True, "agreed")


async def test_a_ref_means_the_campaign_in_use_and_says_where_else_they_are(
    workspace: Workspace, anna: CollaborationId, account: MakeAccount
) -> None:
    await campaigns.new_campaign(workspace, "Winter", {})
    await campaigns.use(workspace, "WINTER")
    with pytest.raises(NotFound, match=r"instagram:anna is not in campaign WINTER \(but in SPRING"):
        await collaborations.of_ref(workspace, ANNA)
    assert (await collaborations.of_ref(workspace, ANNA, "spring")).id == anna
    await campaigns.judge(workspace, None, [ANNA], "pick")
    assert (await collaborations.of_ref(workspace, ANNA)).campaign == "WINTER"


async def test_without_a_campaign_in_use_the_only_collaboration_there_is_is_meant(
    workspace: Workspace, anna: CollaborationId
) -> None:
    from dataclasses import replace

    stranger = replace(workspace, actor="mia@desk")
    assert (await collaborations.of_ref(stranger, ANNA)).id == anna
    await campaigns.new_campaign(workspace, "Winter", {})
    await campaigns.judge(workspace, "WINTER", [ANNA], "pick")
    with pytest.raises(WrongUsage, match="instagram:anna is in 2 campaigns") as refused:
        await collaborations.of_ref(stranger, ANNA)
    assert "SPRING" in (refused.value.hint or "")
    assert "WINTER" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2), ("state:shortlisted", 1), ("-state:shortlisted", 1), ("agreed:yes", 1), ("agreed:no", 1), ("fee:250", 1),
        ("anna", 1), ("platform:tiktok", 1), ("campaign:SPRING", 2), ("campaign:any", 3), ("posts:0", 2),
    ],
)  # fmt: skip
async def test_the_board_takes_a_query(
    workspace: Workspace, anna: CollaborationId, account: MakeAccount, query: str, found: int
) -> None:
    await account("tiktok:ben")
    await campaigns.judge(workspace, None, [parse_ref("tiktok:ben")], "pick")
    await negotiation.note_terms(workspace, anna, TERMS, agreed=True)
    await campaigns.new_campaign(workspace, "Winter", {})
    await campaigns.judge(workspace, "WINTER", [ANNA], "pick")
    assert len(await collaborations.collaborations(workspace, query)) == found


async def test_a_parcel_and_its_delivery_move_it_and_a_cancelled_one_does_not(
    workspace: Workspace, anna: CollaborationId
) -> None:
    parcel = {"collaboration_id": anna, "carrier": "ups", "valid": 1, "created_at": 1, "updated_at": 2}
    async with workspace.change("test.ship", "shipped") as unit:
        await unit.insert("shipments", {**parcel, "number": "A", "state": "cancelled"})
    assert await state(workspace, anna) == "shortlisted"
    async with workspace.change("test.ship", "shipped") as unit:
        second = await unit.insert("shipments", {**parcel, "number": "B", "state": "in_transit"})
    assert await state(workspace, anna) == "shipping"
    async with workspace.change("test.ship", "delivered") as unit:
        await unit.update("shipments", second, {"state": "delivered"})
    assert await state(workspace, anna) == "creating"
    async with workspace.change("test.ship", "removed") as unit:
        await unit.delete("shipments", second)
    assert await state(workspace, anna) == "shortlisted"


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_done_and_undone_the_stored_state_is_what_the_facts_make(
    workspace: Workspace, anna: CollaborationId, seed: int
) -> None:
    chance = random.Random(seed)
    parcel = {"collaboration_id": anna, "carrier": "ups", "valid": 1, "created_at": 1, "updated_at": 2}

    async def ship() -> None:
        async with workspace.change("test.ship", "shipped") as unit:
            await unit.insert("shipments", {**parcel, "number": str(unit.entry), "state": chance.choice(SHIPPED)})

    async def move() -> None:
        detail = await collaborations.show(workspace, anna)
        ways = [way for way in detail.allowed if way not in ("opted_out", "cancelled_by_brand")]
        if ways:
            await collaborations.move(workspace, anna, chance.choice(ways), "other: because")

    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: a_message(workspace, anna, chance.choice(("in", "out")), chance.choice(("sent", "logged", "queued"))),
        lambda: negotiation.note_terms(workspace, anna, {"fee": str(chance.randint(0, 500))}),
        lambda: negotiation.note_terms(workspace, anna, TERMS, agreed=True),
        lambda: negotiation.note_terms(workspace, anna, {}, clear=["content", "fee"]),
        lambda: campaigns.judge(workspace, None, [ANNA], chance.choice(("pick", "reserve", "rejected", "later"))),
        lambda: results.add_post(
            workspace, f"https://www.instagram.com/p/C{chance.randint(10_000, 99_999)}/", ref=ANNA
        ),
        ship,
        move,
        lambda: upkeep.undo(workspace),
        lambda: upkeep.redo(workspace),
    ]
    seen = set()
    for _ in range(40):
        with suppress(Failure):
            await chance.choice(acts)()
        if await collaborations.store.by_id(workspace.db, anna) is None:
            await upkeep.redo(workspace)
        seen.add(await state(workspace, anna))
    assert len(seen) > 2


SHIPPED = ("in_transit", "delivered", "cancelled")


async def test_a_collaboration_is_late_when_it_was_in_its_state_longer_than_its_days(
    workspace: Workspace, anna: CollaborationId
) -> None:
    assert await collaborations.collaborations(workspace, "late:yes") == []
    week = 7 * 86_400_000
    await workspace_moved(workspace, anna, -week)
    (late,) = await collaborations.collaborations(workspace, "late:yes")
    assert (late.id, due(late.state, late.since)) == (anna, workspace.clock())
    await workspace_moved(workspace, anna, 1)
    assert await collaborations.collaborations(workspace, "late:yes") == []
    assert [each.id for each in await collaborations.collaborations(workspace, "-late:yes")] == [anna]


async def workspace_moved(workspace: Workspace, collaboration: CollaborationId, by: int) -> None:
    """As if it had come into its state earlier or later."""
    async with workspace.db.write(workspace.clock()) as transaction:
        await transaction.run("UPDATE collaborations SET state_at = state_at + ? WHERE id = ?", (by, collaboration))


async def test_a_guard_that_is_not_met_needs_a_reason_and_the_reason_is_kept(
    workspace: Workspace, anna: CollaborationId
) -> None:
    creator = await creators.find(workspace, ANNA)
    await exclusivities.note(workspace, creator, until=date(2027, 1, 1), brand="Rival")
    with pytest.raises(Failure, match="exclusive: Rival") as refused:
        await collaborations.move(workspace, anna, "contacted")
    assert "--reason" in (refused.value.hint or "")
    await collaborations.move(workspace, anna, "contacted", "Rival released her by phone")
    assert (await collaborations.show(workspace, anna)).history[-1].detail == "Rival released her by phone"


async def test_nobody_creates_before_the_parcel_came_unless_somebody_says_why(
    workspace: Workspace, anna: CollaborationId
) -> None:
    async with workspace.change("test.parcel", "sent") as unit:
        parcel = await unit.insert(
            "shipments",
            {
                "collaboration_id": anna, "carrier": "ups", "number": "1", "valid": 1, "state": "in_transit",
                "created_at": unit.at, "updated_at": unit.at,
            },
        )  # fmt: skip
    assert await state(workspace, anna) == "shipping"
    with pytest.raises(Failure, match="no parcel was delivered"):
        await collaborations.move(workspace, anna, "creating")
    async with workspace.change("test.parcel", "came") as unit:
        await unit.update("shipments", parcel, {"state": "delivered"})
    assert await state(workspace, anna) == "creating"
