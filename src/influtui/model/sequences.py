"""Sequences: letters in an order, who is enrolled in one, and how far they are.

A sequence is a plan and may change at any time; whoever is enrolled keeps the steps and the words of that day. A human
answer ends an enrolment, an automatic one pauses it, and nothing is ever sent twice for one step.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Final, Literal

import msgspec

from influtui.model import records
from influtui.model.failures import WrongUsage
from influtui.model.ids import CollaborationId, PersonId
from influtui.model.shipped import shipped
from influtui.model.text import OutsideText

EnrolmentState = Literal["running", "paused", "finished", "stopped"]

AWAY: Final = "auto_reply"
BOUNCED: Final = "bounce"
RETURNED: Final = "returned"
"""A bounce that says of itself that it will pass: a mailbox is full, a server is away."""
SUPPRESSED: Final = "suppressed"
"""No answer: somebody of ours said that they must not be written to."""
EVERYWHERE: Final = frozenset({BOUNCED, RETURNED, "complaint", "unsubscribe", SUPPRESSED})
"""Answers that concern every sequence of a person; the others concern the one they answer."""

UNANSWERED: Final = frozenset({"discovered", "vetted", "shortlisted", "contacted"})
"""States of a collaboration in which a follow-up still makes sense: any later one says that they answered or that it is over."""

AWAY_DAYS: Final = 5
"""How long an automatic reply without a date holds a sequence."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One letter of a sequence: on which day after the first, from which template, and for whom."""

    day: int
    template: str
    when: str | None = None
    """A query over the collaboration that must hold when the step is due: `state:contacted`. None: always."""


class Sequence(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.sequence/1"):
    """Letters in an order, and the days after which nothing more is expected."""

    name: str
    steps: tuple[Step, ...]
    expires_days: int
    built_in: bool = False
    running: int = 0
    """How many people are in it now."""


class EnrolledStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of somebody who is enrolled, and what became of it."""

    number: int
    day: int
    template: str
    state: str
    """`ahead`, `skipped`, or the state of its message."""
    at: str | None
    """When it went, or when it is due."""
    message: int | None


class Enrolment(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.enrolment/1"):
    """One person in one sequence."""

    id: int
    sequence: str
    campaign: str
    collaboration: CollaborationId
    person: PersonId
    ref: str | None
    name: OutsideText | None
    account: str
    state: EnrolmentState
    why: str | None
    until: str | None
    """When a pause ends by itself."""
    steps: tuple[EnrolledStep, ...]
    next: str | None
    """When the next letter is due; None where none is, or where it waits for another."""


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer did to somebody's sequences."""

    stopped: int = 0
    paused: int = 0
    cancelled: int = 0
    """Letters that waited and will not go."""


STEPS_LIMIT: Final = 10
EXPIRES_DAYS: Final = 30


@cache
def built_in() -> dict[str, Sequence]:
    """The sequences to begin with, from `model/data/sequences.toml`."""
    found = records.convert(tomllib.loads(shipped("sequences.toml"))["sequence"], list[dict[str, object]])
    made = [records.convert({"schema": "influtui.sequence/1", "built_in": True, **row}, Sequence) for row in found]
    return {each.name: each for each in made}


def step_from(text: str) -> Step:
    """`3:follow-up` or `3:follow-up:state:contacted`: the day, the template, and what must hold."""
    day, _, rest = text.partition(":")
    template, _, when = rest.partition(":")
    if not day.strip().isdecimal() or not template.strip():
        raise WrongUsage(f"“{text}” is not a step", hint="--step DAY:TEMPLATE, as in --step 3:follow-up")
    return Step(day=int(day), template=template.strip(), when=when.strip() or None)


def checked(steps: tuple[Step, ...], expires_days: int) -> tuple[Step, ...]:
    """Steps in the order of their days. Raises `WrongUsage` where they cannot be a sequence."""
    ordered = tuple(sorted(steps, key=lambda each: each.day))
    if not ordered:
        raise WrongUsage("a sequence needs a step", hint="--step 0:gift --step 3:follow-up --step 7:last-note")
    if len(ordered) > STEPS_LIMIT:
        raise WrongUsage(
            f"a sequence has {STEPS_LIMIT} steps at most", hint="The third follow-up already loses people."
        )
    if ordered[0].day != 0:
        raise WrongUsage("the first step of a sequence is on day 0", hint="--step 0:gift --step 3:follow-up")
    if len({each.day for each in ordered}) < len(ordered):
        raise WrongUsage("two steps of a sequence are on the same day", hint="Give each a day of its own.")
    if ordered[-1].day >= expires_days:
        raise WrongUsage(
            f"the last step is on day {ordered[-1].day}, and the sequence expires on day {expires_days}",
            hint="--expires DAYS makes it longer.",
        )
    return ordered
