"""People and their accounts, one at a time: show all that is known, write a note.

Beside this module: adding, bulk edits (`editing`), likeness and merging (`likeness`), forgetting.
"""

from __future__ import annotations

import msgspec

from influtui.model.creators import PLATFORMS, Creator, Ref
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.ids import CreatorId, NoteId, PersonId
from influtui.model.measurements import Opinions, Reading, opinions
from influtui.model.memory import Memory
from influtui.model.nearest import nearest
from influtui.model.relationship import Relationship, relationship
from influtui.model.scoring.engagement import Rate
from influtui.services.people.scoring import own_rates
from influtui.services.workspace import Workspace
from influtui.store import collaborations, creator_posts, people, suppressions
from influtui.store import creators as rows
from influtui.store.creator_posts import SeenPost


class CreatorDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One account and all that is known of its person."""

    creator: Creator
    person: people.Person
    accounts: tuple[Creator, ...]
    """All accounts of the person, this one included."""
    measured: dict[str, Opinions]
    series: tuple[Reading, ...]
    notes: tuple[people.Note, ...]
    history: tuple[people.HistoryEntry, ...]
    memory: Memory
    relationships: dict[str, Relationship] = {}
    """How each brand that has this person in a campaign stands to them."""
    origin: people.Origin | None = None
    rates: tuple[Rate, ...] = ()
    """Engagement rates of its own posts, in each variant that they allow."""


async def find(workspace: Workspace, ref: Ref) -> Creator:
    """The account that `ref` names. Raises `NotFound` (for an unknown platform naming the nearest)."""
    if (
        ref.platform is not None
        and ref.platform not in PLATFORMS
        and not await _platform_in_use(workspace, ref.platform)
    ):
        close = nearest(ref.platform, PLATFORMS)
        raise NotFound(
            f"there is no platform “{ref.platform}”",
            hint=f"Did you mean {close}:{ref.handle}?" if close else f"Known: {', '.join(PLATFORMS)}.",
        )
    return await rows.find(workspace.db, ref)


async def show(workspace: Workspace, ref: Ref) -> CreatorDetail:
    """All that is known of an account and its person."""
    creator = await find(workspace, ref)
    person = await people.person(workspace.db, creator.person)
    if person is None:
        raise NotFound(f"{ref} belongs to nobody", hint="`influtui doctor` looks for what is broken.")
    series = await people.readings(workspace.db, creator.id)
    return CreatorDetail(
        creator=creator,
        person=person,
        accounts=tuple(await rows.of_person(workspace.db, creator.person)),
        measured=opinions(series),
        series=tuple(series),
        notes=tuple(await people.notes(workspace.db, creator.person)),
        history=tuple(await people.history(workspace.db, creator.person)),
        memory=(await memories(workspace, [creator.person])).get(creator.person, Memory(person=creator.person)),
        relationships={
            brand: relationship(states)
            for brand, states in (await collaborations.states_by_brand(workspace.db, creator.person)).items()
        },
        origin=await people.origin(workspace.db, creator.id),
        rates=await own_rates(workspace, creator),
    )


async def memories(workspace: Workspace, persons: list[PersonId]) -> dict[PersonId, Memory]:
    """What is remembered of each person; those of whom nothing is are left out."""
    found = await people.memories(workspace.db, persons)
    suppressed = await suppressions.load(workspace.db)
    if not suppressed:
        return found
    for person, accounts in (await rows.of_persons(workspace.db, persons)).items():
        reason = next(filter(None, (_suppressed(suppressed, account) for account in accounts)), None)
        if reason:
            known = found.get(PersonId(person), Memory(person=PersonId(person)))
            found[PersonId(person)] = msgspec.structs.replace(known, suppressed=reason)
    return found


def _suppressed(suppressed: suppressions.Suppressed, account: Creator) -> str | None:
    reason = suppressed.account(account.platform, account.handle)
    return reason or (suppressed.email(account.email) if account.email else None)


async def recent_posts(workspace: Workspace, creator: CreatorId, limit: int = 6) -> list[SeenPost]:
    """What an account posted lately, as far as some source saw it."""
    return await creator_posts.newest(workspace.db, creator, limit)


async def note(workspace: Workspace, ref: Ref, text: str) -> NoteId:
    """Write a note on the person of an account."""
    if not text.strip():
        raise WrongUsage("the note is empty", hint="Write what should be remembered.")
    creator = await find(workspace, ref)
    async with workspace.change("creators.note", f"noted something on {creator.ref}") as unit:
        columns = {"person_id": creator.person, "at": unit.at, "actor": workspace.actor, "text": text.strip()}
        return NoteId(await unit.insert("notes", columns))


async def _platform_in_use(workspace: Workspace, platform: str) -> bool:
    return await rows.has_platform(workspace.db, platform)
