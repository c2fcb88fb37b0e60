"""The next campaign begins with what the last one knew, and promises nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from influtui.model.creators import parse_ref
from influtui.model.failures import Failure
from influtui.services import upkeep
from influtui.services.campaign import brands, campaigns, cloning, collaborations, negotiation, results
from influtui.services.outgoing import outreach, suppressing
from influtui.services.workspace import Workspace

MakeAccount = Callable[..., Awaitable[int]]
ANNA, BEN, CARLA, DORA = (parse_ref(f"instagram:{name}") for name in ("anna", "ben", "carla", "dora"))
SIX = {
    "content": "1 reel", "captions": "#ad", "go_live": "2026-12-01", "placement": "reel", "retention": "90 days",
    "rights": "organic", "fee": "250",
}  # fmt: skip


@pytest.fixture
async def spring(workspace: Workspace, account: MakeAccount) -> None:
    """A campaign with two picks (one posted), one in the reserve and one rejected."""
    for ref in (ANNA, BEN, CARLA, DORA):
        await account(str(ref))
    await brands.new_brand(workspace, "Acme", {})
    await brands.new_product(workspace, None, "SERUM", {})
    fields = {"niche": "vegan", "budget": "500", "starts": "2026-11-01", "ends": "2026-12-31"}
    await campaigns.new_campaign(workspace, "Spring", fields, products=["SERUM"])
    await campaigns.judge(workspace, None, [ANNA, BEN], "pick", "great eye")
    await campaigns.judge(workspace, None, [CARLA], "reserve")
    await campaigns.judge(workspace, None, [DORA], "rejected")
    anna = await collaborations.of_ref(workspace, ANNA)
    await negotiation.note_terms(workspace, anna.id, SIX, products=["SERUM"], agreed=True)
    await results.add_post(workspace, "https://www.instagram.com/p/C1a2b3c/", ref=ANNA)


async def shown(workspace: Workspace, code: str) -> list[tuple[str | None, str, int | None, str | None]]:
    """A shortlist as (ref, verdict, rank, state)."""
    return [(each.ref, each.verdict, each.rank, each.state) for each in await campaigns.shortlist(workspace, code)]


async def test_words_products_and_people_come_along_and_days_do_not(workspace: Workspace, spring: None) -> None:
    made = await cloning.clone(workspace, "spring", "Summer")
    assert (made.campaign.code, made.people, made.with_terms) == ("SUMMER", 3, 1)
    assert (made.campaign.niche, made.campaign.products, made.campaign.starts) == (("vegan",), ("SERUM",), None)
    assert await shown(workspace, "SUMMER") == [
        ("instagram:anna", "pick", None, "shortlisted"),
        ("instagram:ben", "pick", None, "shortlisted"),
        ("instagram:carla", "reserve", 1, None),
    ]


async def test_terms_come_along_but_for_the_day_and_are_no_offer_yet(workspace: Workspace, spring: None) -> None:
    await cloning.clone(workspace, "spring", "Summer")
    anna = await collaborations.of_ref(workspace, ANNA, "SUMMER")
    sheet = await negotiation.sheet(workspace, anna.id)
    assert (sheet.terms.missing, sheet.agreement, anna.state) == (("go_live",), None, "shortlisted")
    assert all(term.carried for term in sheet.terms.terms)


async def test_noting_one_of_them_makes_it_an_offer(workspace: Workspace, spring: None) -> None:
    await cloning.clone(workspace, "spring", "Summer")
    anna = await collaborations.of_ref(workspace, ANNA, "SUMMER")
    sheet = await negotiation.note_terms(workspace, anna.id, {"fee": "250"})
    assert (sheet.changed, sheet.collaboration.state) == (("fee",), "negotiating")
    agreed = await negotiation.note_terms(workspace, anna.id, {"go_live": "2027-06-01"}, agreed=True)
    assert agreed.collaboration.state == "agreed"


async def test_only_those_who_posted_or_nobody_at_all(workspace: Workspace, spring: None) -> None:
    await cloning.clone(workspace, "spring", "Summer", who="posted", terms=False)
    assert [ref for ref, *_ in await shown(workspace, "SUMMER")] == ["instagram:anna"]
    anna = await collaborations.of_ref(workspace, ANNA, "SUMMER")
    assert (await negotiation.sheet(workspace, anna.id)).terms.terms == ()
    assert (await cloning.clone(workspace, "spring", "Autumn", who="nobody")).people == 0


async def test_it_is_one_act_and_taken_back_as_one(workspace: Workspace, spring: None) -> None:
    before = await shown(workspace, "SPRING")
    await cloning.clone(workspace, "spring", "Summer")
    await upkeep.undo(workspace)
    assert [each.code for each in await campaigns.list_campaigns(workspace)] == ["SPRING"]
    assert await shown(workspace, "SPRING") == before
    assert len(await collaborations.collaborations(workspace, "campaign:any")) == 2


async def test_the_code_must_be_free(workspace: Workspace, spring: None) -> None:
    with pytest.raises(Failure, match="there is a campaign SPRING already"):
        await cloning.clone(workspace, "spring", "Spring")


async def test_who_must_not_be_written_to_stays_behind_and_what_was_written_from_is_named(
    workspace: Workspace, spring: None
) -> None:
    made = await outreach.plan(workspace, "spring", [ANNA], "dm-hello")
    await outreach.sent_by_hand(workspace, made)
    await suppressing.suppress(workspace, [str(BEN)])
    cloned = await cloning.clone(workspace, "spring", "Summer")
    assert (cloned.people, cloned.left_out, cloned.templates, cloned.sequences) == (2, 1, ("dm-hello",), ())
    assert [ref for ref, *_ in await shown(workspace, "SUMMER")] == ["instagram:anna", "instagram:carla"]
