"""The state of a collaboration: what it is derived from, and which moves a person may make by hand.

A state is never set: it is what `derive` makes of everything that happened (a message sent, a parcel delivered, a post
recorded, a move made by hand), so that the board cannot disagree with the facts. Facts always count, even those that
skip states; only hand moves are limited, to the table in `data/pipeline.toml`. Who collects the events is the store;
guards that need more than the state itself belong to the services.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final, Literal

import msgspec

from influtui.model import records
from influtui.model.failures import Failure, WrongUsage
from influtui.model.nearest import nearest
from influtui.model.shipped import shipped

DAY_MS: Final = 86_400_000
MOVED: Final = "moved"
"""The event of a hand move; every other event's name stands in the table."""
PAUSED: Final = "paused"
OPTED_OUT: Final = "opted_out"


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step of the work."""

    name: str
    entered: str
    guard: str | None = None
    days: int | None = None
    """How long a collaboration may stay here before somebody should look."""
    fact: str | None = None
    how: str | None = None


class Side(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A state outside the order: an end, or a halt."""

    name: str
    entered: str
    first: str
    last: str
    reason: tuple[str, ...] = ()
    back: tuple[str, ...] = ()


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """A move by hand that is neither one step on nor to a side state."""

    start: str
    to: str
    kind: Literal["shortcut", "back"]
    why: str


class Cause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of event and where it takes a collaboration."""

    name: str
    to: str
    says: str
    of: tuple[str, ...] = ()
    wakes: tuple[str, ...] = ()
    ends: str | None = None


class Event(msgspec.Struct, frozen=True):
    """Something that happened to a collaboration.

    `to` is where a hand move went, and `known` which facts there were then, by name and number: a fact that comes in
    later acts after the move, whenever it happened (an answer that the server had all along). `order` tells what came
    first of moves, and of agreements of one instant.
    """

    at: int
    name: str
    to: str | None = None
    order: int = 0
    known: Mapping[str, int] = {}


class Standing(msgspec.Struct, frozen=True):
    """Where a collaboration stands, since when, and for a paused one where it was before."""

    state: str
    since: int | None = None
    before_pause: str | None = None


class Pipeline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    state: tuple[State, ...]
    side: tuple[Side, ...]
    move: tuple[Move, ...]
    event: tuple[Cause, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every state: those of the order first, then the side states."""
        return (*(state.name for state in self.state), *(side.name for side in self.side))

    def order(self, name: str) -> int | None:
        """How far a state is along the work; None for a side state."""
        return _orders().get(name)

    def state_named(self, name: str) -> State | None:
        """The row of a state of the order."""
        position = self.order(name)
        return None if position is None else self.state[position]

    def side_named(self, name: str) -> Side | None:
        """The row of a side state."""
        return next((side for side in self.side if side.name == name), None)

    def cause(self, name: str) -> Cause:
        """The row of a kind of event."""
        return _causes()[name]


@cache
def pipeline() -> Pipeline:
    """The table of `data/pipeline.toml`."""
    text = shipped("pipeline.toml")
    return records.convert(tomllib.loads(text), Pipeline)


@cache
def _orders() -> dict[str, int]:
    return {state.name: position for position, state in enumerate(pipeline().state)}


@cache
def _causes() -> dict[str, Cause]:
    return {cause.name: cause for cause in pipeline().event}


def due(state: str, since: int | None) -> int | None:
    """When somebody should look at a collaboration that came into a state at `since`; None where it may stay."""
    row = pipeline().state_named(state)
    return None if row is None or row.days is None or since is None else since + row.days * DAY_MS


def derive(events: Iterable[Event]) -> Standing:
    """Where a collaboration stands after `events`, whatever order they are given in.

    Facts of one instant act in the order of the work, hand moves after the facts that were known then. A paused
    collaboration stays paused, but what happens meanwhile is not lost: it is where the pause ends.
    """
    state, since, beneath = pipeline().state[0].name, None, None
    for event in _in_order(events):
        if event.name == MOVED:
            target = event.to
        elif state == PAUSED and beneath is not None:
            beneath = _target(beneath, pipeline().cause(event.name)) or beneath
            continue
        else:
            target = _target(state, pipeline().cause(event.name))
        if target is None or target == state:
            continue
        beneath = state if target == PAUSED else None
        state, since = target, event.at
    return Standing(state, since, beneath)


def facts(events: Iterable[Event]) -> dict[str, int]:
    """How many facts of each name there are: what a hand move knows."""
    return dict(Counter(event.name for event in events if event.name != MOVED))


def holds(events: Iterable[Event], fact: str) -> bool:
    """Whether a fact stands: it happened more often than it was ended."""
    table = pipeline()
    balance = 0
    for event in events:
        if event.name == fact:
            balance += 1
        elif event.name != MOVED and table.cause(event.name).ends == fact:
            balance -= 1
    return balance > 0


def allowed(standing: Standing) -> tuple[str, ...]:
    """The states that a person may move to from here, the next step first."""
    table = pipeline()
    position = table.order(standing.state)
    if position is None:
        side = table.side_named(standing.state)
        back = (standing.before_pause,) if standing.state == PAUSED and standing.before_pause else ()
        onward = _sides(standing.before_pause) if standing.state == PAUSED else ()
        return (*back, *(side.back if side else ()), *onward)
    following = tuple(state.name for state in table.state[position + 1 : position + 2])
    others = tuple(
        move.to for move in table.move if move.start == standing.state and move.to not in (*following, standing.state)
    )
    return (*following, *others, *_sides(standing.state))


def state_name(text: str) -> str:
    """A state as a person may write it: `in conversation`, `In-Conversation`."""
    return "_".join(text.strip().casefold().replace("-", " ").replace("_", " ").split())


def check_move(standing: Standing, to: str, events: Sequence[Event], reason: str | None) -> None:
    """Refuse a hand move that the table does not allow, with what is allowed instead.

    Raises `WrongUsage` for an unknown state or a missing reason, `Failure` for a move that is not allowed.
    """
    table = pipeline()
    if to not in table.names:
        close = nearest(to, table.names)
        meant = f"Did you mean {close}? " if close else ""
        raise WrongUsage(f"there is no state “{to}”", hint=f"{meant}The states: {', '.join(table.names)}.")
    if to == standing.state:
        raise Failure(f"it is {to} already", hint=_may(standing))
    state, side = table.state_named(to), table.side_named(to)
    if state is not None and state.fact is not None and not holds(events, state.fact):
        raise Failure(
            f"{to} is not set by hand: it means that {state.entered}", hint=f"Record it: `influtui {state.how}`."
        )
    if to not in allowed(standing):
        raise Failure(f"{standing.state} does not lead to {to}", hint=_may(standing))
    if side is not None and side.reason:
        _check_reason(side, reason)
    if reason is None and (side is not None or not _is_onward(standing.state, to)):
        raise WrongUsage(f"moving to {to} needs a reason", hint="Say why with --reason TEXT.")


def _check_reason(side: Side, reason: str | None) -> None:
    if reason is None or not any(reason.casefold().startswith(each) for each in side.reason):
        raise WrongUsage(
            f"{side.name} needs one of its reasons",
            hint=f"--reason, beginning with: {', '.join(side.reason)} (more may follow: “price: asked 400”).",
        )


def _is_onward(start: str, to: str) -> bool:
    first, second = pipeline().order(start), pipeline().order(to)
    return first is not None and second is not None and first < second


def _may(standing: Standing) -> str:
    names = allowed(standing)
    return f"From {standing.state} it can go to: {', '.join(names)}." if names else f"{standing.state} is an end."


def _sides(state: str | None) -> tuple[str, ...]:
    table = pipeline()
    position = None if state is None else table.order(state)
    if position is None:
        return ()
    return tuple(
        side.name for side in table.side if (table.order(side.first) or 0) <= position <= (table.order(side.last) or 0)
    )


def _target(state: str, cause: Cause) -> str | None:
    if state in cause.wakes:
        return cause.to
    if cause.of:
        return cause.to if state in cause.of else None
    here, there = pipeline().order(state), pipeline().order(cause.to)
    return cause.to if here is not None and there is not None and there > here else None


def _in_order(events: Iterable[Event]) -> list[Event]:
    """Hand moves in their order, and before each of them the facts that it knew and no earlier one did."""
    every = list(events)
    moves = sorted((event for event in every if event.name == MOVED), key=lambda move: move.order)
    happened: list[tuple[int, Event]] = []
    seen: Counter[str] = Counter()
    for fact in sorted((event for event in every if event.name != MOVED), key=_when):
        seen[fact.name] += 1
        known_to = (place for place, move in enumerate(moves) if move.known.get(fact.name, 0) >= seen[fact.name])
        happened.append((next(known_to, len(moves)), fact))
    ordered: list[Event] = []
    for place in range(len(moves) + 1):
        ordered += [fact for known_to, fact in happened if known_to == place]
        ordered += moves[place : place + 1]
    return ordered


def _when(event: Event) -> tuple[int, bool, int]:
    own_order = event.order or pipeline().order(pipeline().cause(event.name).to) or 0
    return event.at, bool(event.order), own_order
