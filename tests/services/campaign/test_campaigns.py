"""Campaigns: records, the one in use, picks and the ranked reserve; everything can be taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from influtui.model.creators import Ref, parse_ref
from influtui.model.failures import Failure, NotFound, WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.money import Money
from influtui.services import upkeep
from influtui.services.campaign import brands, campaigns, collaborations
from influtui.services.workspace import Workspace
from influtui.store.journal import entries

MakeAccount = Callable[..., Awaitable[int]]


@pytest.fixture
async def acme(workspace: Workspace) -> None:
    """A brand that ships to two countries, and a campaign in use."""
    await brands.new_brand(workspace, "Acme", {"currency": "EUR", "ship_to": "DE,AT", "values": "fair"})
    await campaigns.new_campaign(workspace, "Spring", {"wanted": "15"})


@pytest.fixture
async def people(account: MakeAccount) -> list[Ref]:
    """Twenty-one people with one account each."""
    return [Ref(id=CreatorId(await account(f"instagram:p{number:02}", country="DE"))) for number in range(21)]


async def marked(workspace: Workspace) -> list[tuple[str | None, str, int | None]]:
    """The shortlist as (ref, verdict, rank)."""
    return [(each.ref, each.verdict, each.rank) for each in await campaigns.shortlist(workspace)]


async def test_a_campaign_takes_currency_countries_and_values_from_its_brand(workspace: Workspace, acme: None) -> None:
    found = await campaigns.needed(workspace, "spring")
    assert (found.currency, found.ship_to, found.values, found.wanted) == ("EUR", ("AT", "DE"), ("fair",), 15)


async def test_the_first_campaign_is_in_use_and_later_ones_are_not(workspace: Workspace, acme: None) -> None:
    made = await campaigns.new_campaign(workspace, "Winter", {})
    in_use = await campaigns.in_use(workspace)
    assert not made.in_use
    assert in_use is not None
    assert in_use.code == "SPRING"
    await campaigns.use(workspace, "winter")
    assert (await campaigns.needed(workspace)).code == "WINTER"


async def test_without_a_campaign_in_use_the_one_of_the_settings_is_meant(workspace: Workspace, acme: None) -> None:
    from dataclasses import replace

    from influtui.model.settings import Settings

    other = replace(workspace, actor="somebody@else", settings=Settings(campaign="spring"))
    assert (await campaigns.needed(other)).code == "SPRING"
    with pytest.raises(WrongUsage, match="no campaign is in use") as refused:
        await campaigns.needed(replace(workspace, actor="nobody@else"))
    assert "campaign use" in (refused.value.hint or "")


async def test_an_unknown_campaign_is_answered_with_the_nearest_one(workspace: Workspace, acme: None) -> None:
    with pytest.raises(NotFound, match="no campaign “SPRNG”") as refused:
        await campaigns.needed(workspace, "SPRNG")
    assert "Did you mean SPRING?" in (refused.value.hint or "")


async def test_names_and_codes_are_taken_once_whatever_their_case(workspace: Workspace, acme: None) -> None:
    with pytest.raises(Failure, match="there is a brand ACME already"):
        await brands.new_brand(workspace, "ACME", {})
    with pytest.raises(Failure, match="there is a campaign SPRING already"):
        await campaigns.new_campaign(workspace, "Other", {}, code="spring")
    await brands.new_product(workspace, None, "Serum", {})
    with pytest.raises(Failure, match="Acme has a product SERUM already"):
        await brands.new_product(workspace, None, "SERUM", {})


async def test_a_second_brand_must_be_named(workspace: Workspace, acme: None) -> None:
    await brands.new_brand(workspace, "Bolt", {})
    with pytest.raises(WrongUsage, match="more than one brand") as refused:
        await campaigns.new_campaign(workspace, "Summer", {})
    assert "Acme, Bolt" in (refused.value.hint or "")


async def test_edits_of_brand_product_and_campaign_are_taken_back_one_by_one(workspace: Workspace, acme: None) -> None:
    await brands.new_product(workspace, None, "SERUM", {"cost": "7.20"})
    before = (
        await brands.brand(workspace), await brands.product(workspace, "SERUM"), await campaigns.needed(workspace)
    )  # fmt: skip
    await brands.edit_brand(workspace, "acme", {"postal_address": "Street 1, 12345 Town"})
    await brands.edit_product(workspace, "serum", {"cost": "6.90"})
    after, different = await campaigns.edit_campaign(workspace, None, {"budget": "5000"}, add_products=["serum"])
    assert (after.budget, after.products, different) == (Money(500_000, "EUR"), ("SERUM",), True)
    for _ in range(3):
        await upkeep.undo(workspace)
    assert before == (
        await brands.brand(workspace), await brands.product(workspace, "SERUM"), await campaigns.needed(workspace)
    )  # fmt: skip


async def test_an_edit_that_changes_nothing_leaves_no_trace(workspace: Workspace, acme: None) -> None:
    before = len(await entries(workspace.db))
    _, different = await campaigns.edit_campaign(workspace, None, {"wanted": "15"})
    assert not different
    assert len(await entries(workspace.db)) == before


async def test_a_rehearsal_shows_what_would_be_and_leaves_no_trace(workspace: Workspace, acme: None) -> None:
    before = len(await entries(workspace.db))
    made = await campaigns.new_campaign(workspace.rehearsing(), "Winter", {"wanted": "7"})
    assert made.campaign.wanted == 7
    assert [each.code for each in await campaigns.list_campaigns(workspace)] == ["SPRING"]
    assert len(await entries(workspace.db)) == before


async def test_a_refused_edit_changes_nothing_of_it(workspace: Workspace, acme: None) -> None:
    with pytest.raises(NotFound, match="no product “NONE”"):
        await campaigns.edit_campaign(workspace, None, {"wanted": "20"}, add_products=["NONE"])
    assert (await campaigns.needed(workspace)).wanted == 15


async def test_the_journal_counts_those_who_were_not_picked_already(
    workspace: Workspace, acme: None, people: list[Ref]
) -> None:
    await campaigns.judge(workspace, None, people[:3], "pick")
    again = await campaigns.judge(workspace, None, people[:5], "pick")
    assert again.changed == 2
    assert (await entries(workspace.db, limit=1))[0].summary == "picked 2 people for SPRING"


async def test_picks_warn_below_ten_and_above_twenty_and_are_never_refused(
    workspace: Workspace, acme: None, people: list[Ref]
) -> None:
    for upto, warned in ((9, True), (10, False), (20, False), (21, True)):
        judged = await campaigns.judge(workspace, None, people[:upto], "pick")
        assert (judged.meter.picked, judged.meter.warning is not None) == (upto, warned)


async def test_who_judged_when_and_why_is_kept(workspace: Workspace, acme: None, people: list[Ref]) -> None:
    await campaigns.judge(workspace, "spring", people[:1], "rejected", "sells a competitor")
    (pick,) = await campaigns.shortlist(workspace)
    assert (pick.verdict, pick.reason, pick.judged_by) == ("rejected", "sells a competitor", workspace.actor)
    assert pick.judged_at == workspace.clock()


async def test_the_reserve_is_ranked_without_gaps_whoever_leaves_it(
    workspace: Workspace, acme: None, people: list[Ref]
) -> None:
    await campaigns.judge(workspace, None, people[:4], "reserve")
    await campaigns.rank(workspace, None, people[3], 1)
    assert await marked(workspace) == [
        ("instagram:p03", "reserve", 1), ("instagram:p00", "reserve", 2), ("instagram:p01", "reserve", 3),
        ("instagram:p02", "reserve", 4),
    ]  # fmt: skip
    await campaigns.judge(workspace, None, [people[0]], "pick")
    assert await marked(workspace) == [
        ("instagram:p00", "pick", None), ("instagram:p03", "reserve", 1), ("instagram:p01", "reserve", 2),
        ("instagram:p02", "reserve", 3),
    ]  # fmt: skip
    await upkeep.undo(workspace)
    assert [rank for _, _, rank in await marked(workspace)] == [1, 2, 3, 4]


async def test_somebody_new_in_the_reserve_is_last(workspace: Workspace, acme: None, people: list[Ref]) -> None:
    await campaigns.judge(workspace, None, people[:2], "reserve")
    await campaigns.judge(workspace, None, people[2:3], "reserve")
    assert (await marked(workspace))[-1] == ("instagram:p02", "reserve", 3)


async def test_only_the_reserve_can_be_ranked(workspace: Workspace, acme: None, people: list[Ref]) -> None:
    await campaigns.judge(workspace, None, people[:1], "pick")
    with pytest.raises(Failure, match="instagram:p00 is not in the reserve of SPRING"):
        await campaigns.rank(workspace, None, people[0], 1)


async def test_picking_somebody_begins_a_collaboration_and_taking_it_back_ends_it(
    workspace: Workspace, acme: None, people: list[Ref]
) -> None:
    await campaigns.judge(workspace, None, people[:2], "pick")
    assert [each.state for each in await collaborations.collaborations(workspace)] == ["shortlisted"] * 2
    await upkeep.undo(workspace)
    assert await collaborations.collaborations(workspace) == []
    await upkeep.redo(workspace)
    assert [each.state for each in await collaborations.collaborations(workspace)] == ["shortlisted"] * 2


async def test_who_is_taken_off_the_shortlist_leaves_the_board_unless_something_happened(
    workspace: Workspace, acme: None, people: list[Ref]
) -> None:
    await campaigns.judge(workspace, None, people[:2], "pick")
    first = (await collaborations.collaborations(workspace))[0]
    await collaborations.move(workspace, first.id, "contacted")
    assert await campaigns.unjudge(workspace, None, people[:2]) == 2
    assert [(each.id, each.state) for each in await collaborations.collaborations(workspace)] == [
        (first.id, "contacted")
    ]


async def test_a_demoted_pick_goes_back_on_the_board_and_a_rejected_one_off_its_order(
    workspace: Workspace, acme: None, people: list[Ref]
) -> None:
    await campaigns.judge(workspace, None, people[:1], "pick")
    for verdict, state in (("reserve", "vetted"), ("rejected", "disqualified"), ("pick", "shortlisted")):
        await campaigns.judge(workspace, None, people[:1], verdict)
        assert [each.state for each in await collaborations.collaborations(workspace)] == [state]


async def test_two_accounts_of_one_person_are_one_pick(workspace: Workspace, acme: None, account: MakeAccount) -> None:
    first = await account("instagram:anna")
    row = await workspace.db.one("SELECT person_id FROM creators WHERE id = ?", (first,))
    assert row is not None
    await account("tiktok:anna.k", person=row["person_id"])
    judged = await campaigns.judge(workspace, None, [parse_ref("tiktok:anna.k"), parse_ref("instagram:anna")], "pick")
    assert (judged.changed, [each.ref for each in judged.picks]) == (1, ["tiktok:anna.k"])


async def test_one_unknown_name_among_many_and_nobody_is_judged(
    workspace: Workspace, acme: None, people: list[Ref]
) -> None:
    with pytest.raises(NotFound, match="no creator instagram:nobody, #999"):
        await campaigns.judge(workspace, None, [*people[:3], parse_ref("instagram:nobody"), parse_ref("#999")], "pick")
    assert await marked(workspace) == []


async def test_whoever_is_taken_elsewhere_or_lives_where_nothing_is_shipped_is_pointed_out(
    workspace: Workspace, acme: None, account: MakeAccount
) -> None:
    await account("instagram:anna", country="FR")
    anna = parse_ref("instagram:anna")
    await campaigns.judge(workspace, None, [anna], "pick")
    await campaigns.new_campaign(workspace, "Winter", {})
    judged = await campaigns.judge(workspace, "WINTER", [anna], "pick")
    assert judged.notes == (
        "instagram:anna is in SPRING too (shortlisted)",
        "instagram:anna is in FR; WINTER ships to AT, DE",
    )
    await campaigns.edit_campaign(workspace, "SPRING", {"state": "closed"})
    assert len((await campaigns.judge(workspace, "WINTER", [anna], "reserve")).notes) == 1


async def test_the_target_of_outreach_is_twice_what_is_wanted(workspace: Workspace, acme: None) -> None:
    assert (await campaigns.meter(workspace)).to_contact == 30
    await campaigns.edit_campaign(workspace, None, {"wanted": "7"})
    assert (await campaigns.meter(workspace)).to_contact == 14


async def test_marking_somebody_as_contacted_counts_on_the_meter(
    workspace: Workspace, acme: None, people: list[Ref]
) -> None:
    await campaigns.judge(workspace, None, people[:2], "pick")
    one = (await collaborations.collaborations(workspace))[0]
    await collaborations.move(workspace, one.id, "contacted")
    found = await campaigns.status(workspace)
    assert (found.meter.contacted, found.states) == (1, {"shortlisted": 1, "contacted": 1})


@pytest.mark.parametrize(
    ("query", "found"),
    [("verdict:pick", 2), ("verdict:reserve rank:1", 1), ("country:DE", 4), ("p03", 1), ("-verdict:pick", 2)],
)
async def test_the_shortlist_takes_a_query(
    workspace: Workspace, acme: None, people: list[Ref], query: str, found: int
) -> None:
    await campaigns.judge(workspace, None, people[:2], "pick")
    await campaigns.judge(workspace, None, people[2:4], "reserve")
    assert len(await campaigns.shortlist(workspace, None, query)) == found


async def test_what_a_campaign_is_after_includes_its_brands_accounts(workspace: Workspace, acme: None) -> None:
    await brands.edit_brand(workspace, "Acme", {"own_handles": "instagram:acme", "competitors": "@rival"})
    await campaigns.edit_campaign(workspace, None, {"niche": "vegan", "goal": "content"})
    aim = await campaigns.aim(workspace, await campaigns.needed(workspace))
    assert (aim.goal, aim.niche, aim.ship_to) == ("content", ("vegan",), ("AT", "DE"))
    assert (aim.own_handles, aim.competitors, aim.values) == (("instagram:acme",), ("@rival",), ("fair",))
