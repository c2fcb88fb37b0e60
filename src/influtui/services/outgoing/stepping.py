"""Write the letters of sequences whose day has come. Writing is not sending: the outbox and its rules come after.

A step becomes a letter at most once: the step names its message, in the same transaction that writes it. Where the
step before has not gone for certain, nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NamedTuple

import msgspec

from influtui.model.creators import Creator
from influtui.model.failures import Failure
from influtui.model.sequences import UNANSWERED
from influtui.services.campaign import campaigns, collaborations, objections
from influtui.services.mailbox.accounts import account as mailbox
from influtui.services.outgoing import waiting
from influtui.services.outgoing.enrolling import matches
from influtui.services.outgoing.letters import Letter, Skip, letter
from influtui.services.outgoing.outreach import thread_of
from influtui.services.outgoing.queueing import write
from influtui.services.workspace import Workspace
from influtui.store import creators, notices, outreach, sequences, suppressions
from influtui.store.sequences import EnrolmentRow, StepRow

AHEAD_MS: Final = 86_400_000
"""A letter that somebody must approve is written a day before it is due, so that it can go on its day."""


class Stepped(NamedTuple):
    """What a look at all sequences did."""

    written: int = 0
    ended: int = 0
    held: int = 0


async def write_due(workspace: Workspace) -> Stepped:
    """Look at every sequence that goes on: write what is due, end what is over."""
    written = ended = held = 0
    for row in reversed(await sequences.enrolments(workspace.db, going_only=True)):
        did = await _advance(workspace, row)
        written += did == "written"
        ended += did == "ended"
        held += did == "held"
    return Stepped(written, ended, held)


class HeldBack(NamedTuple):
    """Why somebody in a sequence gets no letter of it any more: for good, or until somebody acts."""

    why: str
    for_good: bool


async def held_back(workspace: Workspace, rows: Sequence[EnrolmentRow]) -> dict[int, HeldBack]:
    """What speaks against writing to people who are in a sequence, as things stand, by the number of their enrolment."""
    suppressed = await suppressions.load(workspace.db)
    people = await outreach.reachable(workspace.db, [row.person for row in rows])
    accounts: dict[int, Creator] = {
        each.id: each
        for each in await creators.by_ids(workspace.db, [row.creator for row in rows if row.creator is not None])
    }
    found: dict[int, HeldBack] = {}
    for code in dict.fromkeys(row.campaign for row in rows):
        about = await campaigns.needed(workspace, code)
        here = {row.id: accounts[row.creator] for row in rows if row.campaign == code and row.creator in accounts}
        objected = await objections.against(workspace.db, about, list(here.values()), workspace.clock())
        for number, creator in here.items():
            against = next((each for each in objected.get(creator.person, ()) if each.stops), None)
            if suppressed.person([creator], people[creator.person].emails):
                found[number] = HeldBack("they must not be written to", for_good=True)
            elif against is not None:
                found[number] = HeldBack(against.says, for_good=False)
            elif not suppressed.working(people[creator.person].emails):
                found[number] = HeldBack("no e-mail address that works is known", for_good=False)
    return found


async def _advance(workspace: Workspace, row: EnrolmentRow) -> str | None:
    now = workspace.clock()
    broken = row.broken()
    if broken is not None:
        how = "was refused" if broken.state == "failed" else "was called off"
        return await _end(workspace, row, "stopped", f"letter {broken.number} {how}")
    if now >= row.expires_at:
        days = (row.expires_at - row.enrolled_at) // 86_400_000
        done = await _end(workspace, row, "finished", f"no answer in {days} days")
        if row.collaboration_state == "contacted":
            with suppress(Failure):  # Somebody has moved it on in the meantime.
                await collaborations.move(workspace, row.collaboration, "unresponsive", f"no answer in {days} days")  # type: ignore[arg-type]
        return done
    if row.collaboration_state not in UNANSWERED:
        if row.collaboration_state == "paused":
            return None
        return await _end(workspace, row, "stopped", f"they are {row.collaboration_state.replace('_', ' ')}")
    if row.state == "paused":
        if row.paused_until is None or row.paused_until > now:
            return None
        await _change(workspace, row, {"state": "running", "why": None, "paused_until": None}, "goes on")
    following = row.next_step()
    if following is None:
        return None
    step, due = following
    try:
        account = await mailbox(workspace, row.account)
    except Failure as failure:
        return await _hold(workspace, row, failure.message)
    approved = row.trusted_by is not None or waiting.policy_of(workspace.settings, account).approve
    if now < (due if approved else due - AHEAD_MS):
        return None
    if step.when_matches is not None and not await matches(workspace, step.when_matches, row.collaboration):
        async with workspace.change("sequence.skip", f"skipped a step of {row.sequence}") as unit:
            unit.undoable = False
            await unit.update("enrolment_steps", step.id, {"skipped_at": unit.at})
        return "skipped"
    return await _write(workspace, row, step, due, approved=approved)


async def _write(workspace: Workspace, row: EnrolmentRow, step: StepRow, due: int, *, approved: bool) -> str:
    account = await mailbox(workspace, row.account)
    offering = await outreach.offering(workspace.db, row.campaign_id)  # type: ignore[arg-type]
    if row.creator is None:
        return await _hold(workspace, row, "the account they were written to is gone")
    [creator] = await creators.by_ids(workspace.db, [row.creator])
    suppressed = await suppressions.load(workspace.db)
    person = (await outreach.reachable(workspace.db, [row.person]))[row.person]
    person = msgspec.structs.replace(person, emails=suppressed.working(person.emails))
    if (back := (await held_back(workspace, [row])).get(row.id)) is not None:
        return await (_end(workspace, row, "stopped", back.why) if back.for_good else _hold(workspace, row, back.why))
    template = await sequences.version(workspace.db, step.version)
    thread = await thread_of(workspace.db, offering, creator)
    told = row.person in await notices.told(workspace.db, [row.person])
    try:
        made: Letter = letter(
            workspace, offering, template, account, creator, person, thread, follows=thread is not None, told=told
        )
    except Skip as skip:
        return await _hold(workspace, row, f"step {step.number}: {skip.reason}")
    async with workspace.change("sequence.write", f"wrote letter {step.number} of {row.sequence}") as unit:
        unit.undoable = False
        # Once more, now that nobody else can write: an answer may have come, or another session have written it.
        [fresh] = await sequences.enrolments(unit.transaction, ids=[row.id])
        again = fresh.next_step()
        if fresh.state != "running" or again is None or again[0].id != step.id:
            return "elsewhere"
        _, message = await write(
            unit,
            offering,
            account,
            made,
            template=template.name,
            by=row.trusted_by or workspace.actor,
            approved=approved,
            not_before=due,
        )
        await unit.update("enrolment_steps", step.id, {"message_id": message})
    return "written"


async def _end(workspace: Workspace, row: EnrolmentRow, state: str, why: str) -> str:
    await _change(workspace, row, {"state": state, "why": why, "paused_until": None}, "ended")
    return "ended"


async def _hold(workspace: Workspace, row: EnrolmentRow, why: str) -> str:
    await _change(workspace, row, {"state": "paused", "why": why, "paused_until": None}, "holds")
    return "held"


async def _change(workspace: Workspace, row: EnrolmentRow, columns: dict[str, str | None], what: str) -> None:
    async with workspace.change("sequence.change", f"{row.sequence} {what} for somebody") as unit:
        unit.undoable = False
        await unit.update("enrolments", row.id, columns)
