"""Sequences and who is in them: made, shown, people enrolled, held, let go on and taken out.

Enrolling keeps the steps and the words of that moment, so that a template changed later changes nobody's letters. The
first letter is written at once, as a draft unless somebody vouches for the whole sequence; `services/outgoing/stepping` writes
the following ones when their day comes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from influtui.mail import templates as language
from influtui.model.creators import Ref
from influtui.model.failures import Conflict, NotFound, WrongUsage
from influtui.model.nearest import nearest
from influtui.model.sequences import EXPIRES_DAYS, UNANSWERED, EnrolledStep, Enrolment, Step, built_in, checked
from influtui.model.sequences import Sequence as Plan
from influtui.model.templates import NAME_LIMIT, Template
from influtui.model.text import from_outside
from influtui.model.times import to_the_second
from influtui.services.campaign.campaign_choice import chosen as chosen_campaign
from influtui.services.outgoing import outreach, templates, waiting
from influtui.services.outgoing.letters import Letter, Skip, letter
from influtui.services.outgoing.outreach import ContactReport, ContactRow
from influtui.services.workspace import Workspace
from influtui.store import collaborations as collaboration_rows
from influtui.store import creators, sequences
from influtui.store import outbox as outbox_rows
from influtui.store import outreach as outreach_rows
from influtui.store.journal import UnitOfWork
from influtui.store.sequences import EnrolmentRow

_DAY: Final = 86_400_000


async def all_sequences(workspace: Workspace) -> list[Plan]:
    """The sequences by name, the built-in ones included; one's own hides the built-in one of its name."""
    own = {each.name: each for _, each in await sequences.all_sequences(workspace.db)}
    running = await sequences.running_counts(workspace.db)
    found = {**built_in(), **own}
    return [msgspec.structs.replace(found[name], running=running.get(name, 0)) for name in sorted(found)]


async def sequence(workspace: Workspace, name: str) -> Plan:
    """The sequence of that name. Raises `NotFound` with the nearest one."""
    found = {each.name: each for each in await all_sequences(workspace)}
    if name in found:
        return found[name]
    near = nearest(name, list(found))
    raise NotFound(
        f"there is no sequence “{name}”",
        hint=f"Did you mean {near}?" if near else "`influtui sequence list` shows them.",
    )


async def new(workspace: Workspace, name: str, steps: Sequence[Step], expires_days: int = EXPIRES_DAYS) -> Plan:
    """Keep a new sequence. Raises `WrongUsage` where it cannot be one, or the name is taken."""
    if not re.fullmatch(r"[\w.-]+", name) or len(name) > NAME_LIMIT:
        raise WrongUsage(f"“{name[:NAME_LIMIT]}” is not a name for a sequence", hint="Use letters, digits, - and _.")
    ordered = checked(tuple(steps), expires_days)
    for step in ordered:
        found = await templates.template(workspace, step.template)
        if found.channel != "email":
            raise WrongUsage(f"template {found.name} is for direct messages, which no program may send for you")
        if step.when is not None:
            await matches(workspace, step.when, 0)
    if any(each.name == name for _, each in await sequences.all_sequences(workspace.db)):
        raise WrongUsage(f"there is a sequence {name} already", hint=f"`influtui sequence delete {name}` first.")
    async with workspace.change("sequence.new", f"made sequence {name}") as unit:
        columns = {"steps": msgspec.json.encode(ordered).decode(), "expires_days": expires_days, "created_at": unit.at}
        await unit.insert("sequences", {"name": name, **columns})
    return Plan(name=name, steps=ordered, expires_days=expires_days)


async def delete(workspace: Workspace, name: str) -> None:
    """Remove a sequence of one's own. Whoever is in it goes on: they have their own copy."""
    own = {each.name: number for number, each in await sequences.all_sequences(workspace.db)}
    if name not in own:
        found = await sequence(workspace, name)
        raise WrongUsage(f"sequence {found.name} is built in and stays")
    async with workspace.change("sequence.delete", f"removed sequence {name}") as unit:
        await unit.delete("sequences", own[name])


async def enroll(
    workspace: Workspace,
    name: str,
    campaign: str | None,
    refs: Sequence[Ref],
    *,
    account: str | None = None,
    trusted: bool = False,
    again: bool = False,
    dry_run: bool = False,
) -> ContactReport:
    """Put people (none named: the campaign's picks) into a sequence. `trusted`: its letters need no approval.

    Every letter of the sequence is written for everybody before anybody is enrolled: who lacks a value that a later
    step needs is left out and named, as are the suppressed and those written to lately.
    """
    plan = await sequence(workspace, name)
    steps = [await _frozen(workspace, step) for step in plan.steps]
    made = await outreach.plan(workspace, campaign, refs, steps[0][1], account=account, again=again)
    written: list[Letter] = []
    left: list[ContactRow] = list(made.skipped)
    reachable = await outreach_rows.reachable(workspace.db, [each.creator.person for each in made.letters])
    going = {
        each.person for each in await sequences.enrolments(workspace.db, going_only=True, campaign=made.offering.id)
    }
    stages = {each.person: each.state for each in await collaboration_rows.of_campaign(workspace.db, made.offering.id)}
    for each in made.letters:
        person = reachable[each.creator.person]
        try:
            if each.creator.person in going:
                raise Skip("is in a sequence of this campaign already", f"influtui sequence stop {each.creator.ref}")
            if (stage := stages.get(each.creator.person)) is not None and stage not in UNANSWERED:
                raise Skip(
                    f"is {stage.replace('_', ' ')}, and a sequence is for those who have not answered",
                    f"influtui campaign contact {made.offering.code} {each.creator.ref} --template NAME",
                )
            for number, (_, chosen, variants) in enumerate(steps[1:], 2):
                try:
                    theirs = variants.get(each.creator.language or "", chosen)
                    letter(workspace, made.offering, theirs, made.account, each.creator, person)
                except Skip as skip:
                    raise Skip(f"step {number}: {skip.reason}", skip.hint) from None
        except Skip as skip:
            left.append(outreach.skipped(each.creator, person, skip.reason, skip.hint))
        else:
            written.append(each)
    made = msgspec.structs.replace(made, letters=tuple(written), skipped=tuple(left))
    if dry_run or not written:
        return outreach.would(made)

    async def link(unit: UnitOfWork, each: Letter, message: int) -> None:
        await _link(unit, workspace, made, each, message, plan, steps, trusted=trusted)

    approved = trusted or waiting.policy_of(workspace.settings, made.account).approve
    return await outreach.put_aside(
        workspace, made, approved=approved, verb="sequence.enroll", did=f"enrolled {{}} in {name}", also=link
    )


async def enrolments(
    workspace: Workspace, *, name: str | None = None, campaign: str | None = None, going_only: bool = False
) -> list[Enrolment]:
    """Who is in a sequence (or in any), and how far."""
    about = await chosen_campaign(workspace, campaign) if campaign else None
    rows = await sequences.enrolments(
        workspace.db, sequence=name, campaign=about.id if about else None, going_only=going_only
    )
    return [shown(row) for row in rows]


async def pause(workspace: Workspace, refs: Sequence[Ref], campaign: str | None = None, why: str | None = None) -> int:
    """Hold people's sequences until `resume`. What was sent stays sent; nothing is sent twice afterwards."""
    said = (why or "").strip() or f"by {workspace.actor}"
    return await _set(workspace, refs, campaign, ("running",), "paused", said, "paused")


async def resume(workspace: Workspace, refs: Sequence[Ref], campaign: str | None = None) -> int:
    """Let paused sequences go on where they were."""
    return await _set(workspace, refs, campaign, ("paused",), "running", None, "resumed")


async def stop(workspace: Workspace, refs: Sequence[Ref], campaign: str | None = None, why: str | None = None) -> int:
    """Take people out of their sequences. Letters that wait are called off, and then it cannot be undone."""
    said = (why or "").strip() or f"stopped by {workspace.actor}"
    return await _set(workspace, refs, campaign, ("running", "paused"), "stopped", said, "stopped")


async def matches(workspace: Workspace, query: str, collaboration: int) -> bool:
    """Whether a collaboration is what a step's condition asks for. Raises `WrongUsage` for a query that is wrong."""
    from influtui.model.campaign_qualifiers import COLLABORATIONS
    from influtui.services import asking

    condition, values = await asking.everywhere(
        workspace, query, COLLABORATIONS, collaboration_rows.noun(workspace.clock())
    )
    found = await collaboration_rows.matching(workspace.db, f"({condition}) AND l.id = ?", [*values, collaboration])
    return bool(found)


def shown(row: EnrolmentRow) -> Enrolment:
    """Somebody's enrolment as a person reads it."""
    following = row.next_step() if row.state == "running" else None
    steps = tuple(
        EnrolledStep(
            number=each.number,
            day=each.day,
            template=each.name,
            state="skipped" if each.skipped_at is not None
            else "ahead" if each.state is None
            else "draft" if each.state == "queued" and not each.approved
            else each.state,
            at=to_the_second(each.went_at if each.state in ("sent", "logged") else each.not_before),
            message=each.message,
        )
        for each in row.steps
    )  # fmt: skip
    return Enrolment(
        id=row.id,
        sequence=row.sequence,
        campaign=row.campaign,
        collaboration=row.collaboration,  # type: ignore[arg-type]
        person=row.person,  # type: ignore[arg-type]
        ref=row.ref,
        name=from_outside(row.name) if row.name else None,
        account=row.account,
        state=row.state,  # type: ignore[arg-type]
        why=row.why,
        until=to_the_second(row.paused_until),
        steps=steps,
        next=to_the_second(following[1]) if following else None,
    )


async def _frozen(workspace: Workspace, step: Step) -> tuple[Step, Template, dict[str, Template]]:
    chosen = await templates.template(workspace, step.template)
    language.check(chosen)
    return step, chosen, await templates.variants(workspace, chosen)


async def _link(
    unit: UnitOfWork,
    workspace: Workspace,
    made: outreach.Plan,
    each: Letter,
    message: int,
    plan: Plan,
    steps: Sequence[tuple[Step, Template, dict[str, Template]]],
    *,
    trusted: bool,
) -> None:
    """The enrolment of one person and its steps, each with its words of now."""
    collaboration = await collaboration_rows.find(unit.transaction, made.offering.id, each.creator.person)
    if collaboration is None or made.account is None:
        raise RuntimeError("a letter was written without a collaboration")
    if await sequences.going(unit.transaction, each.creator.person, collaboration):
        raise Conflict(
            f"somebody has enrolled {each.creator.ref} in the meantime; nobody was enrolled", hint="Repeat the command."
        )
    columns: dict[str, Any] = {
        "collaboration_id": collaboration,
        "sequence": plan.name,
        "account": made.account.address,
        "state": "running",
        "trusted_by": workspace.actor if trusted else None,
        "enrolled_at": unit.at,
        "enrolled_by": workspace.actor,
        "expires_at": unit.at + plan.expires_days * _DAY,
    }
    enrolment = await unit.insert("enrolments", columns)
    for number, (step, chosen, variants) in enumerate(steps, 1):
        theirs = variants.get(each.creator.language or "", chosen)
        columns = {
            "enrolment_id": enrolment,
            "number": number,
            "day": step.day,
            "when_matches": step.when,
            "version_id": await sequences.keep_version(unit.transaction, theirs),
            "message_id": message if number == 1 else None,
        }
        await unit.insert("enrolment_steps", columns)


async def _set(
    workspace: Workspace,
    refs: Sequence[Ref],
    campaign: str | None,
    states: Sequence[str],
    state: str,
    why: str | None,
    did: str,
) -> int:
    about = await chosen_campaign(workspace, campaign) if campaign else None
    persons = [(await creators.find(workspace.db, ref)).person for ref in refs]
    async with workspace.change(f"sequence.{state}", f"{did} nobody's sequence") as unit:
        rows = await sequences.enrolments(
            unit.transaction, going_only=True, persons=persons, campaign=about.id if about else None
        )
        chosen = [row for row in rows if row.state in states]
        if not chosen:
            raise NotFound(
                "there is no sequence of theirs to change", hint="`influtui sequence show NAME` says who is in it."
            )
        changes = {"state": state, "why": why, "paused_until": None}
        await unit.update_many("enrolments", {row.id: changes for row in chosen})
        if state == "stopped":
            for message in await sequences.waiting_letters(unit.transaction, [row.id for row in chosen]):
                unit.undoable = False  # A letter that was called off does not come back.
                said = f"not sent: {why}"
                await outbox_rows.move(unit.transaction, message, "cancelled", said, states=("queued", "deferred"))
        people = "1 person" if len(chosen) == 1 else f"{len(chosen)} people"
        unit.summary = f"{did} the sequence of {people}"
    return len(chosen)
