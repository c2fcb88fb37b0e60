"""Results: posts by their address, numbers as they grow, and what it all cost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from influtui.model.creators import parse_ref
from influtui.model.failures import Failure, NotFound, WrongUsage
from influtui.model.ids import CollaborationId
from influtui.model.money import Money
from influtui.model.posts import Numbers
from influtui.model.times import Millis
from influtui.services import upkeep
from influtui.services.campaign import brands, campaigns, collaborations, negotiation, results
from influtui.services.workspace import Workspace

MakeAccount = Callable[..., Awaitable[int]]
ANNA, BEN = parse_ref("instagram:anna"), parse_ref("tiktok:ben")
REEL = "https://www.instagram.com/reel/C1a2b3c/?igsh=1"
VIDEO = "https://www.tiktok.com/@ben/video/7300000000000000001"
HOUR = 3_600_000
SIX = {
    "content": "1 reel", "captions": "#ad", "go_live": "2026-12-01", "placement": "reel", "retention": "90 days",
    "rights": "organic",
}  # fmt: skip


@pytest.fixture
async def spring(workspace: Workspace, account: MakeAccount) -> dict[str, CollaborationId]:
    """Two people picked for a campaign in use, and a product."""
    await brands.new_brand(workspace, "Acme", {})
    await brands.new_product(workspace, None, "SERUM", {"cost": "7.20", "value": "39"})
    await campaigns.new_campaign(workspace, "Spring", {})
    for ref in (ANNA, BEN):
        await account(str(ref), followers=20_000)
        await campaigns.judge(workspace, None, [ref], "pick")
    return {str(ref): (await collaborations.of_ref(workspace, ref)).id for ref in (ANNA, BEN)}


async def ship(
    workspace: Workspace, collaboration: CollaborationId, cost: int | None, state: str = "in_transit"
) -> int:
    """A parcel on its way."""
    async with workspace.change("test.ship", "shipped") as unit:
        return await unit.insert(
            "shipments",
            {
                "collaboration_id": collaboration, "carrier": "ups", "number": f"{unit.entry}", "valid": 1, "state": state,
                "cost_minor": cost, "currency": "USD" if cost is not None else None, "created_at": 1, "updated_at": 1,
            },
        )  # fmt: skip


async def test_the_reference_campaign_comes_out_as_the_field_computes_it(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    await negotiation.note_terms(workspace, spring["instagram:anna"], {"fee": "450"})
    await results.add_post(
        workspace, REEL, ref=ANNA, numbers=Numbers(impressions=38_000, likes=1_600, comments=200, shares=60, saves=40)
    )
    found = await results.results(workspace)
    (result,) = found.results
    assert result.figures.cpm == pytest.approx(11.84, abs=0.005)
    assert result.figures.cpe == pytest.approx(0.2368, abs=0.00005)
    assert found.totals.measured.cpm == result.figures.cpm
    assert found.totals.complete
    assert found.tiers.keys() == {"micro"}


async def test_cost_is_fee_goods_and_parcels_as_far_as_they_are_known(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    anna = spring["instagram:anna"]
    await negotiation.note_terms(workspace, anna, {**SIX, "fee": "100"}, products=["SERUM"], agreed=True)
    (result,) = (await results.results(workspace)).results
    assert result.cost.total == Money(10_720, "USD")
    assert [part.unknown for part in result.cost.parts if part.unknown] == ["no parcel is recorded"]
    await ship(workspace, anna, 480)
    await ship(workspace, anna, 999_00, state="cancelled")
    (result,) = (await results.results(workspace)).results
    assert (result.cost.total, result.cost.complete) == (Money(11_200, "USD"), True)
    await ship(workspace, anna, None)
    (result,) = (await results.results(workspace)).results
    assert (result.cost.total, result.cost.complete) == (Money(11_200, "USD"), False)


async def test_what_was_put_into_the_parcel_counts_before_what_was_promised(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    anna = spring["instagram:anna"]
    await negotiation.note_terms(workspace, anna, {"fee": "0"}, products=["SERUM"])
    parcel = await ship(workspace, anna, 0)
    product = await brands.product(workspace, "SERUM")
    async with workspace.change("test.pack", "packed") as unit:
        await unit.insert("shipment_products", {"shipment_id": parcel, "product_id": product.id, "quantity": 3})
    (result,) = (await results.results(workspace)).results
    assert result.cost.total == Money(2_160, "USD")


async def test_without_a_fee_there_is_no_cost_and_no_cpm(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    await results.add_post(workspace, REEL, ref=ANNA, numbers=Numbers(impressions=38_000))
    found = await results.results(workspace)
    assert (found.results[0].cost.total, found.results[0].figures.cpm, found.totals.cost) == (None, None, None)


async def test_an_offer_costs_nothing_until_it_is_agreed(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    await negotiation.note_terms(workspace, spring["instagram:anna"], {**SIX, "fee": "100"})
    found = await campaigns.status(workspace)
    assert ((await results.results(workspace)).results, found.agreed, found.offered) == ((), None, Money(10_000, "USD"))
    await negotiation.note_terms(workspace, spring["instagram:anna"], {}, agreed=True)
    found = await campaigns.status(workspace)
    assert (found.agreed, found.offered) == (Money(10_000, "USD"), None)
    assert (await results.results(workspace)).totals.cost == Money(10_000, "USD")


async def test_who_was_only_picked_is_no_part_of_the_results(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    assert (await results.results(workspace)).results == ()


async def test_a_post_is_recorded_once_and_its_numbers_grow(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    first = await results.add_post(workspace, REEL, ref=ANNA, numbers=Numbers(impressions=1_000, likes=50))
    later = replace(workspace, clock=lambda: Millis(workspace.clock() + HOUR))
    again = await results.add_post(
        later, "https://instagram.com/p/C1a2b3c/", numbers=Numbers(likes=90), source="public"
    )
    assert (first.new, again.new, again.counted, first.post.id) == (True, False, True, again.post.id)
    assert again.post.numbers == Numbers(impressions=1_000, likes=90)
    assert [(each.at - workspace.clock(), each.source) for each in again.post.snapshots] == [
        (0, "hand"),
        (HOUR, "public"),
    ]


async def test_the_same_numbers_told_twice_are_told_once(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    for _ in range(2):
        recorded = await results.add_post(workspace, REEL, ref=ANNA, numbers=Numbers(likes=50))
    assert (recorded.counted, len(recorded.post.snapshots)) == (False, 1)


async def test_a_post_whose_address_says_whose_it_is_needs_no_ref(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    recorded = await results.add_post(workspace, VIDEO)
    assert recorded.collaboration.id == spring["tiktok:ben"]
    assert recorded.collaboration.state == "posted"


async def test_a_post_of_nobody_we_know_is_refused_with_what_to_do(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    with pytest.raises(NotFound, match="no creator tiktok:zed, and the post is theirs"):
        await results.add_post(workspace, VIDEO.replace("@ben", "@zed"))
    with pytest.raises(WrongUsage, match="does not say whose post it is"):
        await results.add_post(workspace, REEL)


async def test_a_post_under_a_strange_account_is_pointed_out(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    recorded = await results.add_post(workspace, VIDEO, ref=ANNA)
    assert recorded.notes == ("posted by tiktok:ben, which is no known account of instagram:anna",)


async def test_one_post_cannot_be_two_peoples(workspace: Workspace, spring: dict[str, CollaborationId]) -> None:
    await results.add_post(workspace, VIDEO)
    with pytest.raises(Failure, match="recorded already, for tiktok:ben in SPRING"):
        await results.add_post(workspace, VIDEO, ref=ANNA)


async def test_a_post_from_the_future_is_a_typing_error(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    with pytest.raises(WrongUsage, match="cannot have been posted in the future"):
        await results.add_post(workspace, VIDEO, posted_at=workspace.clock() + 48 * HOUR)


async def test_recording_a_post_is_taken_back_with_its_numbers(
    workspace: Workspace, spring: dict[str, CollaborationId]
) -> None:
    await results.add_post(workspace, VIDEO, numbers=Numbers(views=5))
    await upkeep.undo(workspace)
    assert await results.posts(workspace) == []
    row = await workspace.db.one("SELECT count(*) FROM post_snapshots")
    assert row is not None
    assert row[0] == 0


@pytest.mark.parametrize(
    ("query", "found"),
    [("", 2), ("views:>1k", 1), ("platform:instagram", 1), ("C1a2b3c", 1), ("-likes:1..", 1), ("in:any", 2)],
)
async def test_the_list_of_posts_takes_a_query(
    workspace: Workspace, spring: dict[str, CollaborationId], query: str, found: int
) -> None:
    await results.add_post(workspace, REEL, ref=ANNA, numbers=Numbers(likes=10))
    await results.add_post(workspace, VIDEO, numbers=Numbers(views=5_000))
    assert len(await results.posts(workspace, query)) == found


async def test_numbers_can_be_added_by_a_posts_id(workspace: Workspace, spring: dict[str, CollaborationId]) -> None:
    post = (await results.add_post(workspace, VIDEO)).post
    counted = await results.record_numbers(workspace, post.id, Numbers(views=7), source="insights")
    assert counted.numbers == Numbers(views=7)
    assert (await collaborations.of_ref(workspace, BEN)).state == "measuring"
