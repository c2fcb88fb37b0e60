"""Accounts that are likely one person's: offered with the evidence, joined or told apart by a person, never by itself."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from influtui.model.creators import Creator, Ref
from influtui.model.duplicates import Evidence, default_weights, evidence, likeness
from influtui.model.failures import Conflict, WrongUsage
from influtui.model.ids import PersonId
from influtui.services.people.creators import find
from influtui.services.workspace import Workspace
from influtui.store import creators as rows
from influtui.store import likeness as store


class Likely(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.duplicate/1"):
    """Two accounts of what counts as two people, and what speaks for one."""

    likeness: float
    a: str
    b: str
    evidence: tuple[Evidence, ...]
    persons: tuple[PersonId, PersonId]


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """What joining two people did."""

    person: PersonId
    accounts: tuple[str, ...]
    """All accounts of the one person now, the largest first."""
    moved: dict[str, int]
    dropped_picks: tuple[str, ...] = ()
    """Campaigns in which both were judged: the later verdict stayed."""


async def duplicates(
    workspace: Workspace,
    *,
    least: float | None = None,
    of: Ref | None = None,
    watched: Callable[[int], None] = lambda done: None,
) -> list[Likely]:
    """Pairs of people that are likely one, the likeliest first; one pair of accounts, the weightiest, for two people."""
    threshold = default_weights().least if least is None else least
    only = (await find(workspace, of)).person if of else None
    apart = await store.told_apart(workspace.db)
    pairs, sharing = await store.candidates(workspace.db, watched=watched)
    best: dict[tuple[int, int], Likely] = {}
    for one, other in pairs:
        people = (min(one.person, other.person), max(one.person, other.person))
        if people in apart or (only is not None and only not in people):
            continue
        found = evidence(one, other, sharing=sharing)
        score = likeness(found)
        if score >= threshold and (people not in best or score > best[people].likeness):
            best[people] = Likely(
                likeness=score,
                a=f"{one.platform}:{one.handle}",
                b=f"{other.platform}:{other.handle}",
                evidence=found,
                persons=(PersonId(people[0]), PersonId(people[1])),
            )
    return sorted(best.values(), key=lambda each: (-each.likeness, each.a, each.b))


async def merge(workspace: Workspace, keep: Ref, other: Ref) -> Joined:
    """Join the person of `other` into the person of `keep`, as one undoable change."""
    return await join(workspace, await find(workspace, keep), await find(workspace, other))


async def join(workspace: Workspace, keep: Creator, other: Creator) -> Joined:
    """Join the people behind two accounts. Notes, verdicts, conversations and parcels go with them.

    The place that somebody had without an account (`offline:…`) goes once there is an account.
    """
    if keep.person == other.person:
        raise Conflict(f"{keep.ref} and {other.ref} are one person already", hint="Nothing was changed.")
    async with workspace.change("creators.merge", f"joined {other.ref} to {keep.ref}") as unit:
        moved, dropped = await store.join(unit, keep.person, other.person)
        await store.drop_placeholders(unit, keep.person)
        accounts = await rows.of_person(unit.transaction, keep.person)
    return Joined(
        person=keep.person,
        accounts=tuple(account.ref for account in accounts),
        moved=moved,
        dropped_picks=tuple(dropped),
    )


async def tell_apart(workspace: Workspace, one: Ref, other: Ref) -> None:
    """Remember that two accounts are two people's; they are not offered again."""
    first, second = await find(workspace, one), await find(workspace, other)
    if first.person == second.person:
        raise WrongUsage(
            f"{first.ref} and {second.ref} were joined to one person", hint="`influtui undo` takes a merge back."
        )
    low, high = sorted((first.person, second.person))
    if (low, high) in await store.told_apart(workspace.db):
        return
    async with workspace.change("creators.apart", f"told {first.ref} and {second.ref} apart") as unit:
        columns = {"first_person": low, "second_person": high, "said_by": workspace.actor, "said_at": unit.at}
        await unit.insert("told_apart", columns)
