"""Noting whom somebody has promised not to work for others, and taking it back when it is over."""

from __future__ import annotations

from datetime import date

import msgspec

from influtui.model.creators import Creator
from influtui.model.exclusivity import Exclusivity, ExclusivityId
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.text import from_outside
from influtui.model.times import moment
from influtui.services.workspace import Workspace
from influtui.store import campaigns, collaborations
from influtui.store import exclusivities as store
from influtui.store.collaborations import Collaboration
from influtui.store.database import Reader


async def of_person(workspace: Workspace, creator: Creator) -> list[Exclusivity]:
    """What a person has promised, the one that ends last first."""
    return (await store.of_persons(workspace.db, [creator.person])).get(creator.person, [])


async def note(
    workspace: Workspace,
    creator: Creator,
    *,
    until: date,
    starts: date | None = None,
    category: tuple[str, ...] = (),
    brand: str | None = None,
    campaign: str | None = None,
) -> Exclusivity:
    """Note a promise: to the brand of a campaign that the person works for, or to any other `brand`.

    Raises `WrongUsage` where it is over already or nobody can say who holds it.
    """
    today = moment(workspace.clock()).date()
    if until < today or (starts is not None and starts > until):
        raise WrongUsage(
            f"exclusive until {until.isoformat()} is over before it begins", hint="--until DAY, like 2026-12-31."
        )
    async with workspace.change("collab.exclusive", f"noted that {creator.ref} is exclusive") as unit:
        ours = await _ours(unit.transaction, creator, campaign) if brand is None else None
        if ours is None and brand is None:
            raise WrongUsage(
                f"{creator.ref} is in no one campaign of ours that could hold it",
                hint="Say which campaign with --campaign CODE, or who holds it with --brand NAME.",
            )
        held = Exclusivity(
            id=ExclusivityId(0),
            person=creator.person,
            collaboration=ours[0].id if ours else None,
            brand=from_outside(ours[1] if ours else (brand or "").strip()),
            category=tuple(sorted({each.strip().casefold() for each in category if each.strip()})),
            starts=starts,
            ends=until,
        )
        if not held.brand:
            raise WrongUsage("the brand has no name", hint="--brand NAME")
        stamp = {"noted_at": unit.at, "noted_by": workspace.actor}
        made = await unit.insert("exclusivities", {**store.columns(held), **stamp})
        unit.summary = f"noted that {creator.ref} is exclusive: {held.words()}"
        return msgspec.structs.replace(held, id=ExclusivityId(made))


async def end(workspace: Workspace, creator: Creator, number: int) -> Exclusivity:
    """Take a promise away: it is over, or was never made. Raises `NotFound`."""
    async with workspace.change("collab.exclusive", f"ended an exclusivity of {creator.ref}") as unit:
        known = (await store.of_persons(unit.transaction, [creator.person])).get(creator.person, [])
        held = next((each for each in known if each.id == number), None)
        if held is None:
            raise NotFound(
                f"{creator.ref} has no exclusivity {number}", hint=f"influtui collab exclusive {creator.ref}"
            )
        await unit.delete("exclusivities", held.id)
        unit.summary = f"ended that {creator.ref} is exclusive: {held.words()}"
        return held


async def _ours(reader: Reader, creator: Creator, campaign: str | None) -> tuple[Collaboration, str] | None:
    """The collaboration that a promise to us is part of, and its brand; None where it is not clear which one."""
    every = await collaborations.of_person(reader, creator.person)
    if campaign is not None:
        every = [each for each in every if each.campaign.casefold() == campaign.casefold()]
    found = await campaigns.by_id(reader, every[0].campaign_id) if len(every) == 1 else None
    return (every[0], found.brand) if found else None
