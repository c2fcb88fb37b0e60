"""Collaborations: one person in one campaign, made when somebody is picked or written to, and moved along.

The state is never set here: it follows from what happened (`model/pipeline.py`, kept in step by `store/standing.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from influtui.model.campaign_qualifiers import COLLABORATIONS
from influtui.model.creators import Ref
from influtui.model.exclusivity import Exclusivity
from influtui.model.failures import Conflict, Failure, NotFound, WrongUsage
from influtui.model.ids import CampaignId, CollaborationId, CreatorId, PersonId
from influtui.model.pipeline import OPTED_OUT, Standing, allowed, check_move, derive, facts, pipeline, state_name
from influtui.model.posts import Post
from influtui.model.terms import Terms
from influtui.model.text import plural
from influtui.model.times import Millis
from influtui.services import asking
from influtui.services.campaign import campaign_choice, guards
from influtui.services.workspace import Workspace
from influtui.store import collaborations as store
from influtui.store import creators as creator_rows
from influtui.store import exclusivities as exclusivity_rows
from influtui.store import people, suppressions
from influtui.store import posts as post_rows
from influtui.store import terms as term_rows
from influtui.store.collaborations import Collaboration, Happened
from influtui.store.database import Reader
from influtui.store.journal import UnitOfWork
from influtui.store.standing import events_of
from influtui.store.terms import Agreement

__all__ = [
    "Agreement",
    "Collaboration",
    "Detail",
    "Happened",
    "collaborations",
    "ensure",
    "move",
    "move_all",
    "of_ref",
    "show",
]


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one collaboration."""

    collaboration: Collaboration
    allowed: tuple[str, ...]
    """Where it can be moved by hand."""
    terms: Terms
    agreement: Agreement | None
    """The one in force."""
    posts: tuple[Post, ...]
    history: tuple[Happened, ...]
    elsewhere: tuple[str, ...]
    """Other campaigns that run and have this person."""
    exclusive: tuple[Exclusivity, ...] = ()
    """Whom the person has promised not to work for others, past promises included."""


async def ensure(
    unit: UnitOfWork, campaign: CampaignId, person: PersonId, creator: CreatorId | None = None
) -> CollaborationId:
    """The collaboration of a person in a campaign, made where there is none, as part of the caller's act."""
    known = await store.find(unit.transaction, campaign, person)
    if known is not None:
        return known
    columns = {"campaign_id": campaign, "person_id": person, "creator_id": creator, "created_at": unit.at}
    return CollaborationId(await unit.insert("collaborations", columns))


async def drop_untouched(unit: UnitOfWork, campaign: CampaignId, persons: Sequence[PersonId]) -> None:
    """Remove collaborations in which nothing has happened: they stood for a pick alone."""
    await unit.finish()
    for person in persons:
        known = await store.find(unit.transaction, campaign, person)
        if known is None or (await events_of(unit.transaction, [known]))[known]:
            continue
        with suppress(Conflict):  # A letter that is being written to them still needs it.
            await unit.delete("collaborations", known)


async def of_ref(workspace: Workspace, ref: Ref, campaign: str | None = None) -> Collaboration:
    """The collaboration that a REF means: in the campaign named, else in the one in use, else the only one there is."""
    creator = await creator_rows.find(workspace.db, ref)
    every = await store.of_person(workspace.db, creator.person)
    picked = await campaign_choice.chosen(workspace, campaign)
    if picked is not None:
        for each in every:
            if each.campaign_id == picked.id:
                return each
        others = f" (but in {', '.join(each.campaign for each in every)}: say --campaign)" if every else ""
        raise NotFound(
            f"{creator.ref} is not in campaign {picked.code}{others}",
            hint=f"Pick them: `influtui campaign shortlist {picked.code} add {creator.ref}`.",
        )
    if len(every) == 1:
        return every[0]
    if every:
        raise WrongUsage(
            f"{creator.ref} is in {len(every)} campaigns",
            hint=f"Say which with --campaign: {', '.join(each.campaign for each in every)}.",
        )
    raise NotFound(f"{creator.ref} is in no campaign", hint="Pick them: `influtui campaign shortlist CODE add REF`.")


async def collaborations(workspace: Workspace, query: str = "", *, campaign: str | None = None) -> list[Collaboration]:
    """The collaborations that a query asks for, of a campaign (by default the one in use), the furthest along first."""
    condition, values = await asking.condition(
        workspace, query, COLLABORATIONS, store.noun(workspace.clock()), campaign=campaign
    )
    found = await store.matching(workspace.db, condition, values)
    names = pipeline().names
    return sorted(found, key=lambda each: (pipeline().order(each.state) is None, -names.index(each.state)))


async def show(workspace: Workspace, collaboration: CollaborationId) -> Detail:
    """Everything about one collaboration."""
    return await detail(workspace.db, collaboration)


async def detail(reader: Reader, collaboration: CollaborationId) -> Detail:
    """Everything about one collaboration, also from inside an act."""
    found = await needed(reader, collaboration)
    agreements = await term_rows.agreements(reader, collaboration)
    taken = await store.elsewhere(reader, found.campaign_id, [found.person])
    return Detail(
        collaboration=found,
        allowed=allowed(await standing(reader, collaboration)),
        terms=(await term_rows.of_collaborations(reader, [collaboration]))[collaboration],
        agreement=next((each for each in agreements if each.ended_at is None), None),
        posts=tuple(await post_rows.of_collaborations(reader, [collaboration])),
        history=tuple(await store.history(reader, collaboration)),
        elsewhere=tuple(code for code, _ in taken.get(found.person, [])),
        exclusive=tuple((await exclusivity_rows.of_persons(reader, [found.person])).get(found.person, [])),
    )


async def move(
    workspace: Workspace, collaboration: CollaborationId, to: str, reason: str | None = None
) -> Collaboration:
    """Move a collaboration by hand, where the pipeline allows it.

    Going back to negotiating ends the agreement that was in force. An opt-out puts the person on the suppression list,
    for every campaign, and cannot be taken back. Raises what `check_move` raises.
    """
    return (await move_all(workspace, [collaboration], to, reason))[0]


async def move_all(
    workspace: Workspace, collaborations: Sequence[CollaborationId], to: str, reason: str | None = None
) -> list[Collaboration]:
    """Move several as one act: all of them, or none when one of them cannot go there."""
    wanted = state_name(to)
    said = (reason or "").strip() or None
    async with workspace.change(
        "collab.move", f"moved {plural(len(collaborations), 'person', 'people')} to {wanted}", reason=said
    ) as unit:
        for each in collaborations:
            found = await needed(unit.transaction, each)
            try:
                await _move_one(unit, workspace.actor, found, wanted, said)
            except Failure as refused:
                if len(collaborations) == 1:
                    raise
                message = f"{found.ref or found.name}: {refused.message}; nobody was moved"
                raise type(refused)(message, hint=refused.hint) from None
            if len(collaborations) == 1:
                unit.summary = f"moved {found.ref or found.name} from {found.state} to {wanted} in {found.campaign}"
        await unit.finish()
        return [await needed(unit.transaction, each) for each in collaborations]


async def _move_one(unit: UnitOfWork, actor: str, found: Collaboration, wanted: str, said: str | None) -> None:
    events = (await events_of(unit.transaction, [found.id]))[found.id]
    check_move(derive(events), wanted, events, said)
    if said is None and (against := await guards.unmet(unit.transaction, found, wanted, Millis(unit.at))):
        raise Failure(
            f"before it goes on to {wanted.replace('_', ' ')}: {'; '.join(against)}",
            hint="If it is right all the same, say why with --reason TEXT.",
        )
    if wanted == "negotiating":
        await end_agreement(unit, found.id, said or "moved back to negotiating")
    known = facts((await events_of(unit.transaction, [found.id]))[found.id])
    await unit.insert(
        "collaboration_moves",
        {
            "collaboration_id": found.id,
            "from_state": found.state,
            "to_state": wanted,
            "at": unit.at,
            "moved_by": actor,
            "reason": said,
            "known": msgspec.json.encode(known).decode(),
        },
    )
    if wanted == OPTED_OUT:
        await _suppress(unit, found.person)
        unit.undoable = False


async def opted_out(unit: UnitOfWork, collaboration: CollaborationId, actor: str, why: str) -> bool:
    """Note in a collaboration that its person wants no more messages, as part of the caller's act. False where it is over."""
    await unit.finish()
    found = await needed(unit.transaction, collaboration)
    if OPTED_OUT not in allowed(await standing(unit.transaction, collaboration)):
        return False
    await _move_one(unit, actor, found, OPTED_OUT, why)
    return True


async def _suppress(unit: UnitOfWork, person: PersonId) -> None:
    accounts = await creator_rows.of_person(unit.transaction, person)
    emails = await people.addresses(unit.transaction, person)
    await suppressions.add(unit.transaction, "opted_out", accounts=accounts, emails=emails)


async def end_agreement(unit: UnitOfWork, collaboration: CollaborationId, why: str) -> Agreement | None:
    """End the agreement in force, if any. Returns it."""
    for each in await term_rows.agreements(unit.transaction, collaboration):
        if each.ended_at is None:
            await unit.update("agreements", each.id, {"ended_at": unit.at, "ended_why": why})
            return each
    return None


async def standing(reader: Reader, collaboration: CollaborationId) -> Standing:
    """Where a collaboration stands."""
    return derive((await events_of(reader, [collaboration]))[collaboration])


async def needed(reader: Reader, collaboration: CollaborationId) -> Collaboration:
    """One collaboration. Raises `NotFound` where somebody has removed it."""
    found = await store.by_id(reader, collaboration)
    if found is None:
        raise NotFound("the collaboration is gone: somebody took it back")
    return found
