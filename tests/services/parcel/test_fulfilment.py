"""Parcels belong to people, their links come from their carriers' plugins, and everything can be taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from influtui.model.creators import parse_ref
from influtui.model.failures import Conflict, NotFound, WrongUsage
from influtui.model.money import Money
from influtui.model.times import Millis
from influtui.services import upkeep
from influtui.services.campaign import brands, campaigns, collaborations
from influtui.services.parcel.fulfilment import (
    add_shipment,
    add_shipments,
    list_shipments,
    mark,
    read_at,
    show_shipment,
)
from influtui.services.workspace import Workspace

MakeAccount = Callable[..., Awaitable[int]]

UPS = "1Z5R89390357567127"
POST = "RB123456785GB"
EITHER = "287809468872"
"""FedEx and Purolator both could have given it out."""


@pytest.fixture
async def spring(workspace: Workspace, account: MakeAccount) -> list[int]:
    """A campaign in use with three people in it, in the order anna, bo, cleo."""
    await brands.new_brand(workspace, "Acme", {})
    await brands.new_product(workspace, "Acme", "GLOW", {"name": "Glow serum", "value": "60"})
    await campaigns.new_campaign(workspace, "Spring", {}, brand="Acme", code="SPRING26")
    await campaigns.use(workspace, "SPRING26")
    made: list[int] = []
    for ref in ("instagram:anna", "tiktok:bo.lund", "instagram:cleo"):
        person = await account(ref)
        row = await workspace.db.one("SELECT person_id FROM creators WHERE id = ?", (person,))
        campaign = await campaigns.needed(workspace)
        assert row is not None
        async with workspace.change("test.pick", "put into the campaign") as unit:
            made.append(await collaborations.ensure(unit, campaign.id, row["person_id"], person))
    return made


async def test_a_number_becomes_somebodys_parcel_with_its_carriers_link(
    workspace: Workspace, spring: list[int]
) -> None:
    outcome = await add_shipment(workspace, UPS, "instagram:anna")
    shipment = outcome.shipment
    assert shipment is not None
    assert (outcome.status, shipment.ref, shipment.campaign) == ("added", "instagram:anna", "SPRING26")
    assert shipment.collaboration == spring[0]
    assert (shipment.carrier, shipment.service, shipment.state) == ("ups", "UPS Ground", "label_created")
    assert shipment.url == f"https://www.ups.com/track?tracknum={UPS}"


async def test_the_collaboration_moves_because_a_parcel_exists(workspace: Workspace, spring: list[int]) -> None:
    await add_shipment(workspace, UPS, "instagram:anna")
    assert (await collaborations.of_ref(workspace, parse_ref("instagram:anna"))).state == "shipping"
    await mark(workspace, UPS, "arrived")
    assert (await collaborations.of_ref(workspace, parse_ref("instagram:anna"))).state == "creating"


async def test_without_a_campaign_in_use_a_parcel_is_for_the_only_collaboration_there_is(
    workspace: Workspace, spring: list[int]
) -> None:
    async with workspace.db.write(workspace.clock()) as transaction:
        await transaction.run("DELETE FROM memory")
    assert await campaigns.in_use(workspace) is None
    outcome = await add_shipment(workspace, UPS, "@cleo")
    assert outcome.shipment is not None
    assert (outcome.shipment.collaboration, outcome.shipment.campaign) == (spring[2], "SPRING26")


async def test_a_wrong_number_is_refused_with_the_reason_and_force_records_it(workspace: Workspace) -> None:
    with pytest.raises(WrongUsage, match="would have to be 7"):
        await add_shipment(workspace, "1Z5R89390357567128")
    forced = await add_shipment(workspace, "1Z5R89390357567128", force=True)
    assert forced.shipment is not None
    assert (forced.shipment.carrier, forced.shipment.valid) == ("ups", False)
    with pytest.raises(WrongUsage, match="no carrier"):
        await add_shipment(workspace, "EZ1000000001", force=True)
    tested = await add_shipment(workspace, "EZ1000000001", force=True, carrier="usps")
    assert tested.shipment is not None
    assert tested.shipment.valid is False


async def test_a_choice_between_carriers_is_asked_once_and_remembered(workspace: Workspace) -> None:
    with pytest.raises(WrongUsage, match="fedex, purolator"):
        await add_shipment(workspace, EITHER)
    chosen = await add_shipment(workspace, EITHER, carrier="purolator")
    assert chosen.shipment is not None
    assert chosen.shipment.carrier == "purolator"
    again = await add_shipment(workspace, "320610804900")
    assert again.shipment is not None
    assert again.shipment.carrier == "purolator"


async def test_a_parcel_is_worth_its_products_and_insurance_is_suggested(
    workspace: Workspace, spring: list[int]
) -> None:
    outcome = await add_shipment(workspace, UPS, "instagram:anna", products=("glow", "glow"))
    assert outcome.shipment is not None
    assert outcome.shipment.declared == Money(12000, "USD")
    assert any("covered without insurance" in hint for hint in outcome.hints)
    detail = await show_shipment(workspace, UPS)
    assert [(each.sku, each.quantity) for each in detail.products] == [("GLOW", 2)]


async def test_the_same_number_is_one_parcel_and_never_two_peoples(workspace: Workspace, spring: list[int]) -> None:
    first = await add_shipment(workspace, UPS, "instagram:anna")
    again = await add_shipment(workspace, UPS, "instagram:anna")
    assert first.shipment is not None
    assert again.shipment is not None
    assert (again.status, again.shipment.id) == ("known", first.shipment.id)
    with pytest.raises(Conflict, match="instagram:anna"):
        await add_shipment(workspace, UPS, "instagram:cleo")


async def test_a_paste_is_one_act_matched_by_handle_and_by_order(workspace: Workspace, spring: list[int]) -> None:
    lines = [
        "",
        f"@bo.lund: {UPS}",
        "9400111206206406260787",
        "nobody 986578788855",
        f"cleo {POST}",
        "cleo 1Z5R89390357567128",
    ]
    outcomes = await add_shipments(workspace, lines)
    assert [(each.at, each.status) for each in outcomes] == [
        (2, "added"), (3, "added"), (4, "rejected"), (5, "added"), (6, "rejected")
    ]  # fmt: skip
    refs = [each.shipment.ref for each in outcomes if each.shipment]
    assert refs == ["tiktok:bo.lund", "instagram:anna", "instagram:cleo"]
    assert "nobody is called" in (outcomes[2].reason or "")
    await upkeep.undo(workspace)
    assert await list_shipments(workspace) == []


async def test_forty_numbers_are_recorded_from_one_paste(workspace: Workspace, account: MakeAccount) -> None:
    from influtui.model.checkdigits import Check, expected

    numbers: list[str] = []
    for place in range(40):
        await account(f"instagram:person{place}")
        serial = f"5R8939035756{place:03d}"
        numbers.append(f"1Z{serial}{expected(serial, Check('mod10', (1, 2)))}")
    outcomes = await add_shipments(workspace, [f"person{place} {number}" for place, number in enumerate(numbers)])
    assert [each.status for each in outcomes] == ["added"] * 40
    assert [each.shipment.ref for each in outcomes if each.shipment] == [
        f"instagram:person{place}" for place in range(40)
    ]


async def test_a_number_twice_in_one_paste_is_recorded_once(workspace: Workspace, account: MakeAccount) -> None:
    await account("instagram:anna")
    outcomes = await add_shipments(workspace, [f"anna {UPS}", f"anna {UPS}"])
    assert [each.status for each in outcomes] == ["added", "rejected"]


async def test_numbers_alone_need_a_campaign_that_says_who_waits(workspace: Workspace) -> None:
    outcomes = await add_shipments(workspace, [UPS])
    assert outcomes[0].status == "rejected"
    assert "no campaign says who waits" in (outcomes[0].reason or "")


async def test_a_person_says_what_happened_and_the_newest_event_counts(workspace: Workspace) -> None:
    await add_shipment(workspace, UPS)
    delivered = await mark(
        workspace, "#1", "arrived", at=Millis(workspace.clock() - 1_000), text="left with the neighbour"
    )
    assert delivered.state == "delivered", "that its number was recorded later is no news of the parcel"
    delivered = await mark(workspace, UPS, "delivered")
    assert (delivered.state, delivered.delivered_at) == ("delivered", workspace.clock())
    returned = await mark(workspace, UPS.lower(), "came back")
    assert (returned.state, returned.delivered_at) == ("returned", None)
    await upkeep.undo(workspace)
    assert (await show_shipment(workspace, UPS)).shipment.state == "delivered"


async def test_what_has_not_happened_yet_is_not_recorded(workspace: Workspace) -> None:
    await add_shipment(workspace, UPS)
    with pytest.raises(WrongUsage, match="not happened yet"):
        await mark(workspace, UPS, "delivered", at=Millis(workspace.clock() + 60_000))


async def test_a_rehearsal_leaves_nothing(workspace: Workspace) -> None:
    outcome = await add_shipment(workspace.rehearsing(), UPS)
    assert outcome.shipment is not None
    assert await list_shipments(workspace) == []


async def test_parcels_are_asked_for_by_their_qualifiers(workspace: Workspace, spring: list[int]) -> None:
    await add_shipment(workspace, UPS, "instagram:anna", declared=Money(25000, "USD"), cost=Money(900, "USD"))
    await add_shipment(workspace, POST, "tiktok:bo.lund", declared=Money(4000, "JPY"))
    await mark(workspace, POST, "held in customs")

    async def asked(query: str) -> list[str]:
        return [each.number for each in await list_shipments(workspace, query)]

    assert await asked("carrier:ups") == [UPS]
    assert await asked("stage:stuck") == [POST]
    assert await asked("-stage:stuck") == [UPS]
    assert await asked("declared:200..300") == [UPS]
    assert await asked("declared:>1000") == [POST], "yen have no hundredths"
    assert await asked("bo.lund") == [POST]
    assert await asked("in:campaign platform:instagram") == [UPS]
    assert await asked("handle:anna OR handle:bo.lund") == [POST, UPS]
    assert await asked("delivered:<3d") == []
    with pytest.raises(WrongUsage):
        await asked("carrier:upz")


async def test_a_parcel_that_is_not_there_is_named(workspace: Workspace) -> None:
    for which in ("#9", UPS, "nothing"):
        with pytest.raises(NotFound):
            await show_shipment(workspace, which)


@pytest.mark.parametrize(("text", "at"), [
    ("2026-11-20", 1_795_132_800_000), ("2026-11-20T14:30Z", 1_795_185_000_000), ("2026-11-20T15:30+01:00", 1_795_185_000_000),
])  # fmt: skip
def test_times_are_read_as_people_write_them(text: str, at: int) -> None:
    assert read_at(text) == at


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(WrongUsage):
        read_at("yesterday-ish")
