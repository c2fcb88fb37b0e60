"""Sequences: letters in an order, who is enrolled in one, and how far they are.

A sequence is a plan and may change at any time; whoever is enrolled keeps the steps and the words of that day. A human
answer ends an enrolment, an automatic one pauses it, and nothing is ever sent twice for one step.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from influtui.model.ids import CollaborationId, PersonId
from influtui.model.text import OutsideText

EnrolmentState = Literal["running", "paused", "finished", "stopped"]

AWAY: Final = "auto_reply"
BOUNCED: Final = "bounce"
EVERYWHERE: Final = frozenset({BOUNCED, "complaint", "unsubscribe"})
"""Answers that end every sequence of a person; the others end the one they answer."""

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
