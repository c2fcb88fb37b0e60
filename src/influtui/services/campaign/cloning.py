"""The next campaign from one that was run: its words, its people, and what was agreed with them, as a beginning."""

from __future__ import annotations

from typing import Literal

import msgspec

from influtui.model.campaigns import Campaign, campaign_code, code_from
from influtui.model.failures import Failure
from influtui.model.ids import CampaignId
from influtui.model.shortlist import Pick
from influtui.model.text import plural
from influtui.services.campaign import brands
from influtui.services.campaign.campaign_choice import needed
from influtui.services.campaign.collaborations import ensure
from influtui.services.workspace import Workspace
from influtui.store import campaigns as store
from influtui.store import collaborations as collaboration_rows
from influtui.store import creators, outreach, suppressions
from influtui.store import picks as pick_rows
from influtui.store import terms as term_rows
from influtui.store.journal import UnitOfWork

Who = Literal["picked", "posted", "nobody"]
"""Whom the next campaign begins with: picks and reserve, those of them who posted, or nobody."""

DATED = "go_live"
"""The one term that cannot be as last time."""


class Cloned(msgspec.Struct, frozen=True, kw_only=True):
    """A new campaign and what it began with."""

    campaign: Campaign
    people: int
    with_terms: int
    """How many of them brought their terms along."""
    left_out: int = 0
    """How many were left behind because they must not be written to."""
    sequences: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    """From what people were written to last time: it is there for the next campaign as it stands now."""


async def clone(
    workspace: Workspace, code: str, name: str, *, new_code: str | None = None, who: Who = "picked", terms: bool = True
) -> Cloned:
    """Make a campaign like another: brand, goal, words, countries, numbers, products; without its days and its state.

    Picks keep verdict, rank and reason; who must not be written to any more stays behind. Terms come along as they were last
    noted, but for the go-live date; they are no offer until somebody notes one.
    """
    model = await needed(workspace, code)
    async with workspace.change("campaign.clone", "made a campaign from another") as unit:
        made = msgspec.structs.replace(
            model,
            code=campaign_code(new_code) if new_code else code_from(name),
            name=name.strip(),
            state="active",
            starts=None,
            ends=None,
        )
        if await store.by_code(unit.transaction, made.code):
            raise Failure(f"there is a campaign {made.code} already", hint="Give another code with --code.")
        owner = await brands.brand_named(unit.transaction, model.brand)
        columns = {**store.campaign_columns(made), "brand_id": owner.id, "created_at": unit.at}
        campaign = CampaignId(await unit.insert("campaigns", columns))
        for product in await store.product_links(unit.transaction, model.id):
            await unit.insert("campaign_products", {"campaign_id": campaign, "product_id": product})
        people, with_terms, left_out = await _people(unit, workspace.actor, model, campaign, who, terms)
        unit.summary = f"made campaign {made.code} from {model.code}, with {plural(people, 'person', 'people')}"
        found = await store.by_id(unit.transaction, campaign)
        sequences, templates = await outreach.written_from(unit.transaction, model.id)
        return Cloned(
            campaign=found or made,
            people=people,
            with_terms=with_terms,
            left_out=left_out,
            sequences=sequences,
            templates=templates,
        )


async def _people(
    unit: UnitOfWork, actor: str, model: Campaign, campaign: CampaignId, who: Who, terms: bool
) -> tuple[int, int, int]:
    worked = {each.person: each for each in await collaboration_rows.of_campaign(unit.transaction, model.id)}
    sheets = await term_rows.of_collaborations(unit.transaction, [each.id for each in worked.values()])
    suppressed = await suppressions.load(unit.transaction)
    taken = with_terms = left_out = 0
    for pick in await pick_rows.of_campaign(unit.transaction, model.id):
        before = worked.get(pick.person)
        posted = before is not None and before.posts > 0
        if who == "nobody" or pick.verdict not in ("pick", "reserve") or (who == "posted" and not posted):
            continue
        if suppressed and await _is_barred(unit, suppressed, pick):
            left_out += 1
            continue
        taken += 1
        await unit.insert(
            "picks",
            {
                "campaign_id": campaign,
                "person_id": pick.person,
                "creator_id": pick.creator,
                "verdict": pick.verdict,
                "rank": pick.rank,
                "reason": pick.reason,
                "judged_by": actor,
                "judged_at": unit.at,
            },
        )
        sheet = sheets[before.id].terms if before is not None and terms else ()
        kept = [term for term in sheet if term.slot != DATED]
        if pick.verdict == "pick" or kept:
            collaboration = await ensure(unit, campaign, pick.person, pick.creator)
            stamp = {"collaboration_id": collaboration, "noted_at": unit.at, "noted_by": actor}
            for term in kept:
                carried = msgspec.structs.replace(term, carried=True)
                await unit.insert("terms", {**term_rows.term_columns(carried), **stamp})
        with_terms += bool(kept)
    return taken, with_terms, left_out


async def _is_barred(unit: UnitOfWork, suppressed: suppressions.Suppressed, pick: Pick) -> bool:
    accounts = await creators.of_person(unit.transaction, pick.person)
    person = (await outreach.reachable(unit.transaction, [pick.person]))[pick.person]
    return suppressed.person(accounts, person.emails) is not None
