"""What goes out in the next days if nothing else happens: the outbox, and the letters that sequences have still to write."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from influtui.model.send_plan import Following, plan
from influtui.model.sending_policy import DAY_MS
from influtui.model.text import OutsideText, from_outside
from influtui.model.times import moment, to_the_second
from influtui.model.waiting import Obstacle, Waiting, needs_more_than_a_yes
from influtui.services.mailbox.accounts import accounts
from influtui.services.outgoing import sending, waiting
from influtui.services.outgoing.enrolling import matches
from influtui.services.outgoing.stepping import AHEAD_MS, held_back
from influtui.services.workspace import Workspace
from influtui.store import sequences
from influtui.store.pace import messages, written_to
from influtui.store.sequences import EnrolmentRow

_TO_COME: Final = 1 << 40
"""Letters that nobody has written yet are numbered from here on: among equals they come last, as when they are written."""


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
    ahead = await _ahead(workspace, waits)
    found = await waiting.boxes(
        workspace.db, workspace, [each.account for each in (*waits, *(each.message for each in ahead))]
    )
    first = [each.message for each in ahead if each.follows is None and each.message.at <= until]
    following = [Following(each.message, *each.follows) for each in ahead if each.follows is not None]
    steps = {each.message.id: each for each in ahead}
    rows = {int(row.id): row for row in await sending.outgoing(workspace)}
    made: list[Forecast] = []
    for each in plan([*waits, *first], found, now, until, following):
        message = each.message
        step = steps.get(message.id)
        if step is not None and each.at is None and not message.approved:
            day = f"{moment(message.at - AHEAD_MS):%a %d %b}"
            draft = Obstacle(f"written about {day}, then it waits to be approved")
            each = each._replace(obstacle=needs_more_than_a_yes(message, found[message.account]) or draft)
        made.append(
            Forecast(
                at=to_the_second(each.at),
                kind=message.kind,
                who=from_outside(step.who if step else rows[message.id].recipient or "" if message.id in rows else ""),
                account=message.account,
                message=None if step else message.id,
                step=step.says if step else None,
                why=each.obstacle.why if each.obstacle else None,
                next=each.obstacle.next if each.obstacle else None,
            )
        )
    return made


class _Ahead(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that nobody has written yet."""

    message: Waiting
    who: str
    says: str
    follows: tuple[int, int] | None
    """The message that must go first, and how long after it this one does; None where it has gone."""


async def _ahead(workspace: Workspace, waits: Sequence[Waiting]) -> list[_Ahead]:
    """The letters that sequences have still to write, as far as nothing ends them."""
    numbers = itertools.count(_TO_COME)
    under_way = {each.id for each in waits}
    written = await written_to(workspace.db, workspace.clock())
    trusting = {
        each.address for each in await accounts(workspace) if waiting.policy_of(workspace.settings, each).approve
    }
    rows = [row for row in await sequences.enrolments(workspace.db, going_only=True) if row.broken() is None]
    back = await held_back(workspace, rows)
    found: list[_Ahead] = []
    for row in reversed(rows):
        held = back.get(row.id)
        if held is not None and held.for_good:
            continue
        state, why = (row.state, row.why) if held is None else ("paused", held.why)
        pattern = msgspec.structs.replace(
            _LETTER,
            account=row.account,
            person=row.person,
            approved=row.trusted_by is not None or row.account in trusting,
            campaign=row.campaign,
            campaign_state=row.campaign_state,
            sequence_state=state,
            sequence_why=why,
            sequence_until=row.paused_until,
            sequence_ends=row.expires_at,
            stage=row.collaboration_state,
            country=row.country,
            written_at=written.get(row.person, ()),
        )
        found += [each async for each in _steps(workspace, row, pattern, under_way, numbers)]
    return found


async def _steps(
    workspace: Workspace, row: EnrolmentRow, pattern: Waiting, under_way: AbstractSet[int], numbers: Iterator[int]
) -> AsyncIterator[_Ahead]:
    """The letters of one enrolment that are still to be written: each some days after the one before has gone."""
    before: int | None = None
    last_day, base = 0, row.enrolled_at
    for step in row.steps:
        if step.message is not None:
            if step.state in ("in_data", "unknown"):
                pattern = msgspec.structs.replace(pattern, doubtful=step.message)
            before = step.message if step.message in under_way else None
            last_day, base = step.day, step.went_at or base
            continue
        if step.skipped_at is not None:
            continue
        if before is None and step.when_matches and not await matches(workspace, step.when_matches, row.collaboration):
            continue
        number, delay = next(numbers), (step.day - last_day) * DAY_MS
        yield _Ahead(
            message=msgspec.structs.replace(pattern, id=number, at=base + delay, not_before=base + delay),
            who=row.name or row.ref or f"person {row.person}",
            says=f"{row.sequence}, letter {step.number}",
            follows=None if before is None else (before, delay),
        )
        if pattern.doubtful is not None:
            return
        before, last_day = number, step.day


_LETTER: Final = Waiting(
    id=0, account="", person=0, kind="follow_up", at=0, approved=False, not_before=None, deferred=None, doubtful=None,
    campaign=None, campaign_state=None, sequence_state=None, sequence_why=None, sequence_until=None,
    sequence_ends=None, barred=None, stage=None, country=None, written_at=(),
)  # fmt: skip
"""Any letter to come."""
