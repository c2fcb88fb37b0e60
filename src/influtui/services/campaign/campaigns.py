"""Campaigns: made, chosen, edited; who is picked for them, and how far they have come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from influtui.model import campaigns as model
from influtui.model.campaign_qualifiers import CAMPAIGNS, PICKS
from influtui.model.campaigns import Campaign, Product
from influtui.model.creators import Creator, Ref
from influtui.model.failures import Failure, NotFound, WrongUsage
from influtui.model.ids import CampaignId
from influtui.model.money import Money
from influtui.model.query_values import regions as countries_of_regions
from influtui.model.scoring.facts import Aim
from influtui.model.shortlist import VERDICTS, Meter, Pick, Verdict
from influtui.model.text import plural
from influtui.model.times import Millis
from influtui.services import asking
from influtui.services.campaign import brands, objections
from influtui.services.campaign.campaign_choice import chosen, in_use, needed, use
from influtui.services.campaign.collaborations import drop_untouched, ensure
from influtui.services.workspace import Workspace
from influtui.store import campaigns as store
from influtui.store import collaborations as collaboration_rows
from influtui.store import creators as creator_rows
from influtui.store import picks as pick_rows
from influtui.store import terms as term_rows
from influtui.store.database import Reader
from influtui.store.journal import UnitOfWork

__all__ = [
    "Judged", "Made", "Status", "aim", "chosen", "edit_campaign", "in_use", "judge", "list_campaigns", "meter", "needed",
    "new_campaign", "rank", "shortlist", "status", "unjudge", "use",
]  # fmt: skip


class Made(msgspec.Struct, frozen=True):
    """A new campaign, and whether it is now the one in use (it is when none was)."""

    campaign: Campaign
    in_use: bool


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How a campaign stands."""

    campaign: Campaign
    meter: Meter
    states: dict[str, int]
    """How many collaborations are in each state that has any."""
    agreed: Money | None
    """The fees of agreements in force, those in the campaign's currency; None where there is none."""
    offered: Money | None
    """The fees that are talked about and not agreed."""

    @property
    def over_budget(self) -> str | None:
        """That the fees exceed the budget, agreed ones or with those that are talked about; None where they do not."""
        budget = self.campaign.budget
        if budget is None:
            return None
        agreed, offered = (each.minor if each else 0 for each in (self.agreed, self.offered))
        if agreed > budget.minor:
            return f"the fees agreed for {self.campaign.code} ({self.agreed}) exceed the budget ({budget})"
        if agreed + offered > budget.minor:
            total = Money(agreed + offered, budget.currency)
            return f"with what is talked about, the fees of {self.campaign.code} ({total}) exceed the budget ({budget})"
        return None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a round of verdicts did."""

    campaign: str
    verdict: Verdict
    picks: tuple[Pick, ...]
    changed: int
    meter: Meter
    notes: tuple[str, ...] = ()
    """What somebody should know of the people judged: taken elsewhere, not shipped to, suppressed."""


async def new_campaign(
    workspace: Workspace,
    name: str,
    fields: Mapping[str, str],
    *,
    brand: str | None = None,
    code: str | None = None,
    products: Sequence[str] = (),
) -> Made:
    """Make a campaign of a brand. What it does not say of countries to ship to, it takes from the brand."""
    async with workspace.change("campaign.new", "made a campaign") as unit:
        owner = await brands.brand_named(unit.transaction, brand)
        rules = model.rules()
        bare = Campaign(
            code=model.campaign_code(code) if code else model.code_from(name),
            name=name,
            brand=owner.name,
            wanted=rules.wanted,
            outreach_ratio=rules.outreach_ratio,
            currency=owner.currency,
            ship_to=owner.ship_to,
            values=owner.values,
        )
        campaign = model.changed(bare, {"name": name, **fields})
        if await store.by_code(unit.transaction, campaign.code):
            raise Failure(f"there is a campaign {campaign.code} already", hint="Give another code with --code.")
        columns = {**store.campaign_columns(campaign), "brand_id": owner.id, "created_at": unit.at}
        made = CampaignId(await unit.insert("campaigns", columns))
        await _link(unit, made, owner.name, products)
        unit.summary = f"made campaign {campaign.code}"
        found = await _by_id(unit.transaction, made)
    first = await in_use(workspace) is None
    if first and not workspace.rehearsal:
        await use(workspace, found.code)
    return Made(found, first)


async def list_campaigns(workspace: Workspace, query: str = "") -> list[Campaign]:
    """The campaigns that a query asks for: running ones first, the newest of them first."""
    condition, values = await asking.condition(workspace, query, CAMPAIGNS, store.CAMPAIGNS)
    return await store.matching(workspace.db, condition, values)


async def edit_campaign(
    workspace: Workspace,
    code: str | None,
    fields: Mapping[str, str],
    *,
    add_products: Sequence[str] = (),
    remove_products: Sequence[str] = (),
) -> tuple[Campaign, bool]:
    """Change fields and products of a campaign. Returns it, and whether anything was different."""
    named = await needed(workspace, code)
    async with workspace.change("campaign.edit", f"edited campaign {named.code}") as unit:
        before = await _by_id(unit.transaction, named.id)
        after = model.changed(before, fields)
        different = await unit.update("campaigns", before.id, store.campaign_columns(after))
        linked = await _link(unit, before.id, before.brand, add_products)
        unlinked = await _unlink(unit, before.id, before.brand, remove_products)
        words = [*sorted(fields), *(["products"] if linked or unlinked else [])]
        unit.summary = f"edited campaign {after.code}: {', '.join(words)}"
        found = await _by_id(unit.transaction, before.id)
    return found, different or linked or unlinked


async def status(workspace: Workspace, code: str | None = None) -> Status:
    """How a campaign stands: meter, states, fees."""
    campaign = await needed(workspace, code)
    collaborations = await collaboration_rows.of_campaign(workspace.db, campaign.id)
    sheets = await term_rows.of_collaborations(workspace.db, [each.id for each in collaborations])
    agreed = await term_rows.agreed(workspace.db, campaign.id)
    fees = [
        (agreed.get(each, False), sheet.fee)
        for each, sheet in sheets.items()
        if sheet.fee and sheet.fee.currency == campaign.currency
    ]
    states: dict[str, int] = {}
    for each in collaborations:
        states[each.state] = states.get(each.state, 0) + 1
    return Status(
        campaign=campaign,
        meter=await pick_rows.meter(workspace.db, campaign),
        states=states,
        agreed=_sum(fee for in_force, fee in fees if in_force),
        offered=_sum(fee for in_force, fee in fees if not in_force),
    )


def _sum(amounts: Iterable[Money]) -> Money | None:
    every = list(amounts)
    return sum(every[1:], start=every[0]) if every else None


async def aim(workspace: Workspace, campaign: Campaign) -> Aim:
    """What a campaign is after, as the scores read it: its own words, and its brand's accounts and competitors."""
    owner = await brands.brand(workspace, campaign.brand)
    return Aim(
        goal=campaign.goal,
        niche=campaign.niche,
        values=campaign.values or owner.values,
        regions=tuple(code for name in campaign.regions for code in countries_of_regions().get(name, (name,))),
        ship_to=campaign.ship_to or owner.ship_to,
        own_handles=owner.own_handles,
        competitors=owner.competitors,
    )


async def shortlist(workspace: Workspace, code: str | None = None, query: str = "") -> list[Pick]:
    """The verdicts of a campaign that a query asks for: picks, the reserve by rank, those put off and those rejected."""
    campaign = await needed(workspace, code)
    condition, values = await asking.condition(workspace, query, PICKS, pick_rows.PICKS)
    return await pick_rows.matching(workspace.db, campaign.id, condition, values)


async def meter(workspace: Workspace, code: str | None = None) -> Meter:
    """The meter of a campaign."""
    return await pick_rows.meter(workspace.db, await needed(workspace, code))


async def judge(
    workspace: Workspace, code: str | None, refs: Sequence[Ref], verdict: str, reason: str | None = None
) -> Judged:
    """Record a verdict on people for a campaign; a later one replaces an earlier one.

    Nothing is done when any REF names nobody. Several accounts of one person are one verdict.
    """
    said = next((each for each in VERDICTS if each == verdict), None)
    if said is None:
        raise WrongUsage(f"“{verdict}” is not a verdict", hint=f"One of {', '.join(VERDICTS)}.")
    campaign = await needed(workspace, code)
    async with workspace.change("campaign.shortlist", "judged people", reason=reason) as unit:
        people = await _people(unit.transaction, refs)
        before = await pick_rows.of_persons(unit.transaction, campaign.id, [each.person for each in people])
        judged = [
            creator
            for creator in people
            if await _judge_one(unit, workspace.actor, campaign, creator, before.get(creator.person), said, reason)
        ]
        await _rank_anew(unit, campaign.id)
        await unit.finish()
        after = await pick_rows.of_persons(unit.transaction, campaign.id, [each.person for each in people])
        who = judged[0].ref if len(judged) == 1 else plural(len(judged), "person", "people")
        unit.summary = f"{_DONE[said]} {who} for {campaign.code}"
        return Judged(
            campaign=campaign.code,
            verdict=said,
            picks=tuple(after[each.person] for each in people),
            changed=len(judged),
            meter=await pick_rows.meter(unit.transaction, campaign),
            notes=tuple(await _notes(unit.transaction, campaign, people, workspace.clock()))
            if said in ("pick", "reserve")
            else (),
        )


async def unjudge(workspace: Workspace, code: str | None, refs: Sequence[Ref]) -> int:
    """Take people off a campaign's shortlist, as if nobody had judged them. Returns how many were on it."""
    campaign = await needed(workspace, code)
    async with workspace.change("campaign.shortlist", "took people off the shortlist") as unit:
        people = await _people(unit.transaction, refs)
        found = await pick_rows.of_persons(unit.transaction, campaign.id, [each.person for each in people])
        await unit.delete_many("picks", [pick.id for pick in found.values()])
        await _rank_anew(unit, campaign.id)
        await drop_untouched(unit, campaign.id, list(found))
        unit.summary = f"took {len(found):,} off the shortlist of {campaign.code}"
    return len(found)


async def rank(workspace: Workspace, code: str | None, ref: Ref, place: int) -> list[Pick]:
    """Put somebody of the reserve at a place in it, from 1. Returns the reserve."""
    campaign = await needed(workspace, code)
    async with workspace.change("campaign.shortlist", "ranked the reserve") as unit:
        (creator,) = await _people(unit.transaction, [ref])
        order = [each for each, _ in await pick_rows.reserve(unit.transaction, campaign.id)]
        pick = (await pick_rows.of_persons(unit.transaction, campaign.id, [creator.person])).get(creator.person)
        if pick is None or pick.id not in order:
            raise Failure(
                f"{creator.ref} is not in the reserve of {campaign.code}",
                hint=f"Put it there: `influtui campaign shortlist reserve {creator.ref}`.",
            )
        order.remove(pick.id)
        order.insert(max(0, place - 1), pick.id)
        await unit.update_many("picks", {each: {"rank": position} for position, each in enumerate(order, 1)})
        unit.summary = f"ranked {creator.ref} {order.index(pick.id) + 1} in the reserve of {campaign.code}"
        every = await pick_rows.of_campaign(unit.transaction, campaign.id)
        return [each for each in every if each.verdict == "reserve"]


_DONE = {"pick": "picked", "reserve": "put into the reserve", "rejected": "rejected", "later": "put off"}


async def _judge_one(
    unit: UnitOfWork,
    actor: str,
    campaign: Campaign,
    creator: Creator,
    before: Pick | None,
    verdict: Verdict,
    reason: str | None,
) -> bool:
    if before is not None and before.verdict == verdict and (reason is None or reason == before.reason):
        return False
    columns = {
        "verdict": verdict,
        "creator_id": creator.id,
        "reason": reason,
        "rank": None,
        "judged_by": actor,
        "judged_at": unit.at,
    }
    if before is None:
        await unit.insert("picks", {"campaign_id": campaign.id, "person_id": creator.person, **columns})
    else:
        kept = {"rank": before.rank} if before.verdict == verdict else {}
        await unit.update("picks", before.id, {**columns, **kept})
    if verdict == "pick":
        await ensure(unit, campaign.id, creator.person, creator.id)
    return True


async def _rank_anew(unit: UnitOfWork, campaign: CampaignId) -> None:
    """Ranks without gaps, those without one at the end."""
    reserve = await pick_rows.reserve(unit.transaction, campaign)
    await unit.update_many("picks", {each: {"rank": position} for position, (each, _) in enumerate(reserve, 1)})


async def _people(reader: Reader, refs: Sequence[Ref]) -> list[Creator]:
    """One account a person, in the order given. Raises `NotFound` naming every REF that there is not."""
    found: dict[int, Creator] = {}
    missing: list[str] = []
    ids = [ref.id for ref in refs if ref.id is not None]
    by_id = {creator.id: creator for creator in await creator_rows.by_ids(reader, ids)}
    for ref in refs:
        try:
            creator = by_id.get(ref.id) if ref.id is not None else None
            creator = creator or await creator_rows.find(reader, ref)
            found.setdefault(creator.person, creator)
        except NotFound:
            missing.append(str(ref))
    if missing:
        raise NotFound(
            f"there is no creator {', '.join(missing)}",
            hint="Nothing was done. `influtui creators search` lists who is known; `creators add` takes in new people.",
        )
    return list(found.values())


async def _notes(reader: Reader, campaign: Campaign, people: Sequence[Creator], now: Millis) -> list[str]:
    """What speaks against people; it never refuses a verdict."""
    found = await objections.against(reader, campaign, people, now)
    return [f"{creator.ref} {each.says}" for creator in people for each in found.get(creator.person, [])]


async def _by_id(reader: Reader, campaign: CampaignId) -> Campaign:
    found = await store.by_id(reader, campaign)
    if found is None:
        raise NotFound("the campaign is gone: somebody removed it")
    return found


async def _link(unit: UnitOfWork, campaign: CampaignId, brand: str, skus: Sequence[str]) -> bool:
    known = await store.product_links(unit.transaction, campaign)
    added = False
    for sku in skus:
        product = await brands.product_named(unit.transaction, sku, brand)
        if product.id not in known:
            known[product.id] = await unit.insert(
                "campaign_products", {"campaign_id": campaign, "product_id": product.id}
            )
            added = True
    return added


async def _unlink(unit: UnitOfWork, campaign: CampaignId, brand: str, skus: Sequence[str]) -> bool:
    known = await store.product_links(unit.transaction, campaign)
    gone = [known[product.id] for sku in skus if (product := await _product(unit, sku, brand)).id in known]
    await unit.delete_many("campaign_products", gone)
    return bool(gone)


async def _product(unit: UnitOfWork, sku: str, brand: str) -> Product:
    return await brands.product_named(unit.transaction, sku, brand)
