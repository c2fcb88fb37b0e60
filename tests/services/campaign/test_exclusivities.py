"""Exclusivity: whoever promised another brand not to work for its rivals is pointed out, and not written to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from influtui.model.campaigns import Campaign
from influtui.model.creators import parse_ref
from influtui.model.exclusivity import Exclusivity, ExclusivityId, in_the_way
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.ids import PersonId
from influtui.model.text import OutsideText
from influtui.services import upkeep
from influtui.services.campaign import brands, campaigns, collaborations, exclusivities, objections
from influtui.services.people import creators, likeness
from influtui.services.workspace import Workspace

MakeAccount = Callable[..., Awaitable[int]]
ANNA = parse_ref("instagram:anna")
TODAY = date(2026, 11, 22)
LATER = date(2026, 12, 31)


def held(**fields: object) -> Exclusivity:
    said = {"brand": OutsideText("Rival"), "category": ("skincare",), "ends": LATER, **fields}
    return Exclusivity(id=ExclusivityId(1), person=PersonId(1), **said)  # type: ignore[arg-type]


def campaign(**fields: object) -> Campaign:
    said = {
        "code": "SPRING",
        "name": "Spring",
        "brand": "Acme",
        "currency": "EUR",
        "niche": ("vegan skincare",),
        **fields,
    }
    return Campaign(**said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("promise", "work", "stands"),
    [
        (held(), campaign(), True),
        (held(brand=OutsideText(" acme ")), campaign(), False),
        (held(category=("cars",)), campaign(), False),
        (held(category=()), campaign(), True),
        (held(), campaign(niche=()), True),
        (held(ends=TODAY), campaign(), True),
        (held(ends=date(2026, 11, 21)), campaign(), False),
        (held(), campaign(starts=date(2027, 1, 1)), False),
        (held(), campaign(starts=date(2026, 1, 1)), True),
        (held(starts=date(2026, 12, 20)), campaign(ends=date(2026, 12, 19)), False),
        (held(starts=date(2026, 12, 20)), campaign(ends=date(2026, 12, 20)), True),
    ],
    ids=[
        "the same kind of thing", "our own brand", "another kind of thing", "about everything", "a campaign about anything",
        "its last day", "over", "over before the campaign begins", "a campaign that began long ago",
        "begins after the campaign", "begins on its last day",
    ],
)  # fmt: skip
def test_a_promise_is_in_the_way_where_brand_days_and_kind_meet(
    promise: Exclusivity, work: Campaign, stands: bool
) -> None:
    assert in_the_way(promise, work, TODAY) is stands


@pytest.fixture
async def anna(workspace: Workspace, account: MakeAccount) -> None:
    """Somebody who is picked by one of two brands of ours."""
    await account("instagram:anna", country="DE")
    await brands.new_brand(workspace, "Acme", {})
    await brands.new_brand(workspace, "Bexley", {})
    await campaigns.new_campaign(workspace, "Spring", {"niche": "skincare"}, brand="Acme", code="SPRING")
    await campaigns.new_campaign(workspace, "Glow", {"niche": "skincare"}, brand="Bexley", code="GLOW")
    await campaigns.judge(workspace, "SPRING", [ANNA], "pick")


async def test_what_is_promised_to_us_speaks_against_our_other_brand_and_undo_takes_it_back(
    workspace: Workspace, anna: None
) -> None:
    creator = await creators.find(workspace, ANNA)
    noted = await exclusivities.note(workspace, creator, until=LATER, category=("Skincare ",))
    assert (noted.brand, noted.category) == ("Acme", ("skincare",))
    detail = await collaborations.show(workspace, (await collaborations.of_ref(workspace, ANNA, "SPRING")).id)
    assert detail.exclusive == (noted,)
    judged = await campaigns.judge(workspace, "GLOW", [ANNA], "pick")
    assert any("is exclusive: Acme, skincare, until 2026-12-31" in note for note in judged.notes)
    assert not any(
        "exclusive" in note for note in (await campaigns.judge(workspace, "SPRING", [ANNA], "reserve")).notes
    )
    await upkeep.undo(workspace)
    await upkeep.undo(workspace)
    await upkeep.undo(workspace)
    assert await exclusivities.of_person(workspace, creator) == []


async def test_it_stops_a_letter_and_where_we_ship_does_only_when_there_is_something_to_ship(
    workspace: Workspace, anna: None
) -> None:
    creator = await creators.find(workspace, ANNA)
    await exclusivities.note(workspace, creator, until=LATER, brand="Rival")
    await campaigns.edit_campaign(workspace, "GLOW", {"ship_to": "FR"})
    found = await objections.against(
        workspace.db, await campaigns.needed(workspace, "GLOW"), [creator], workspace.clock()
    )
    assert [(each.kind, each.stops) for each in found[creator.person]] == [
        ("elsewhere", False), ("exclusive", True), ("ship_to", False),
    ]  # fmt: skip
    await brands.new_product(workspace, "Bexley", "CREAM", {"name": "Cream"})
    await campaigns.edit_campaign(workspace, "GLOW", {}, add_products=["CREAM"])
    found = await objections.against(
        workspace.db, await campaigns.needed(workspace, "GLOW"), [creator], workspace.clock()
    )
    assert {each.kind: each.stops for each in found[creator.person]}["ship_to"] is True


async def test_it_ends_by_its_number_and_follows_a_merge(
    workspace: Workspace, anna: None, account: MakeAccount
) -> None:
    creator = await creators.find(workspace, ANNA)
    await account("tiktok:anna.too")
    other = await creators.find(workspace, parse_ref("tiktok:anna.too"))
    noted = await exclusivities.note(workspace, other, until=LATER, brand="Rival")
    await likeness.merge(workspace, ANNA, parse_ref("tiktok:anna.too"))
    assert [each.id for each in await exclusivities.of_person(workspace, creator)] == [noted.id]
    await exclusivities.end(workspace, creator, noted.id)
    assert await exclusivities.of_person(workspace, creator) == []
    with pytest.raises(NotFound):
        await exclusivities.end(workspace, creator, noted.id)


async def test_nothing_is_noted_that_is_over_or_held_by_nobody(
    workspace: Workspace, anna: None, account: MakeAccount
) -> None:
    creator = await creators.find(workspace, ANNA)
    with pytest.raises(WrongUsage, match="over before it begins"):
        await exclusivities.note(workspace, creator, until=date(2026, 11, 21))
    await account("tiktok:ben")
    ben = await creators.find(workspace, parse_ref("tiktok:ben"))
    with pytest.raises(WrongUsage, match="no one campaign"):
        await exclusivities.note(workspace, ben, until=LATER)
    with pytest.raises(WrongUsage, match="no name"):
        await exclusivities.note(workspace, ben, until=LATER, brand=" ")


async def test_where_a_person_says_they_are_counts_before_what_their_account_says(
    workspace: Workspace, account: Callable[..., Awaitable[int]]
) -> None:
    await account("instagram:moved", country="US")
    await brands.new_brand(workspace, "Acme", {})
    await campaigns.new_campaign(workspace, "Home", {"ship_to": "DE"}, brand="Acme")
    moved = await creators.find(workspace, parse_ref("instagram:moved"))
    async with workspace.change("test", "noted where they live") as unit:
        await unit.update("persons", moved.person, {"country": "DE"})
    judged = await campaigns.judge(workspace, "HOME", [parse_ref("instagram:moved")], "pick")
    assert judged.notes == ()
    async with workspace.change("test", "noted where they live") as unit:
        await unit.update("persons", moved.person, {"country": "FR"})
    judged = await campaigns.judge(workspace, "HOME", [parse_ref("instagram:moved")], "reserve")
    assert judged.notes == ("instagram:moved is in FR; HOME ships to DE",)
