"""What goes out in the next days if nothing else happens: the outbox, and the letters that sequences have still to write."""

from __future__ import annotations

import msgspec

from influtui.model.send_plan import plan
from influtui.model.sending_policy import DAY_MS
from influtui.model.text import OutsideText, from_outside
from influtui.model.times import moment, to_the_second
from influtui.model.waiting import Obstacle, Waiting
from influtui.services.outgoing import sending, waiting
from influtui.services.outgoing.stepping import AHEAD_MS
from influtui.services.workspace import Workspace
from influtui.store import creators, sequences
from influtui.store.pace import messages
from influtui.store.sequences import EnrolmentRow, StepRow


class Forecast(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.forecast/1"):
    """One letter of the next days."""

    at: str | None
    """When it goes; None where somebody must act first."""
    kind: str
    """`letter`, `follow_up`, `reply`."""
    who: OutsideText
    account: str
    message: int | None
    """None for a letter that is still to be written."""
    step: str | None
    """Which letter of which sequence."""
    why: str | None
    """What holds it now."""
    next: str | None
    """The command that moves it on."""


async def forecast(workspace: Workspace, days: int) -> list[Forecast]:
    """Everything of the next days, the next one first."""
    await sending.settle_interrupted(workspace)
    now, until = workspace.clock(), workspace.clock() + days * DAY_MS
    waits = await messages(workspace.db, now)
    ahead = _ahead(await sequences.enrolments(workspace.db, going_only=True), waits, until)
    countries = await _countries(workspace, [row for row, _, _ in ahead])
    for number, (row, _, due) in enumerate(ahead, 1):
        waits.append(_to_come(-number, row, due, countries.get(row.creator or 0)))
    found = await waiting.boxes(workspace.db, workspace, [each.account for each in waits])
    rows = {int(row.id): row for row in await sending.outgoing(workspace)}
    made: list[Forecast] = []
    for each in plan(waits, found, now, until):
        message = each.message
        if message.id < 0:
            row, step, _ = ahead[-message.id - 1]
            who = row.name or row.ref or f"person {row.person}"
            if each.obstacle is not None and not message.approved:
                day = f"{moment(message.at - AHEAD_MS):%a %d %b}"
                each = each._replace(obstacle=Obstacle(f"written about {day}, then it waits to be approved"))
            stepped: str | None = f"{row.sequence}, letter {step.number}"
        else:
            who, stepped = rows[message.id].recipient if message.id in rows else "", None
        made.append(
            Forecast(
                at=to_the_second(each.at),
                kind=message.kind,
                who=from_outside(who),
                account=message.account,
                message=message.id if message.id > 0 else None,
                step=stepped,
                why=each.obstacle.why if each.obstacle else None,
                next=each.obstacle.next if each.obstacle else None,
            )
        )
    return made


def _to_come(number: int, row: EnrolmentRow, due: int, country: str | None) -> Waiting:
    """A letter that nobody has written yet, as the rules see it."""
    return Waiting(
        id=number,
        account=row.account,
        person=row.person,
        kind="follow_up",
        at=due,
        approved=row.trusted_by is not None,
        not_before=due,
        deferred=None,
        doubtful=None,
        campaign=row.campaign,
        campaign_state=None,
        sequence_state=row.state,
        sequence_why=row.why,
        sequence_until=row.paused_until,
        stage=row.collaboration_state,
        country=country,
        written_at=(),
    )


def _ahead(rows: list[EnrolmentRow], waits: list[Waiting], until: int) -> list[tuple[EnrolmentRow, StepRow, int]]:
    """The steps that nobody has written yet, and their days, counted from when the letter before goes at the earliest."""
    found: list[tuple[EnrolmentRow, StepRow, int]] = []
    under_way = {each.id: each for each in waits}
    for row in rows:
        last_day, base = 0, row.enrolled_at
        for step in row.steps:
            if step.message is not None:
                message = under_way.get(step.message)
                base = step.went_at or base if message is None else max(message.not_before or 0, message.at)
                last_day = step.day
            elif step.skipped_at is None:
                due = base + (step.day - last_day) * DAY_MS
                if due <= until and due < row.expires_at:
                    found.append((row, step, due))
    return found


async def _countries(workspace: Workspace, rows: list[EnrolmentRow]) -> dict[int, str | None]:
    found = await creators.by_ids(workspace.db, [row.creator for row in rows if row.creator is not None])
    return {each.id: each.country for each in found}
