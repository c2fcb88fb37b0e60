"""Shipments: their fifteen states, what follows from a row of events, and when insurance is worth a thought.

The state is what the newest event says, never the furthest one reached: a delivered parcel can be returned. States and
their words are in `data/shipping/states.tsv`; recognising a number is in `tracking.py`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from typing import Final, Literal, NamedTuple, get_args

import msgspec

from influtui.model import records
from influtui.model.failures import WrongUsage
from influtui.model.money import Money
from influtui.model.nearest import nearest
from influtui.model.shipped import shipped

ShipmentState = Literal[
    "draft", "label_created", "accepted", "in_transit", "out_for_delivery", "available_for_pickup", "attempt_failed",
    "delivered", "exception", "returning", "returned", "lost", "cancelled", "expired", "unknown",
]  # fmt: skip

STATES: Final[tuple[ShipmentState, ...]] = get_args(ShipmentState)

Stage = Literal["before", "moving", "stuck", "ended"]
"""Where a state stands in the work: nobody scanned it, it moves, a person should act, nothing more is expected."""

FIRST: Final[ShipmentState] = "label_created"
"""What adding a number says: somebody made a label. Whether the carrier has the parcel is not known by that."""


class StateRow(NamedTuple):
    """One state, as `states.tsv` has it."""

    state: ShipmentState
    stage: Stage
    says: str
    words: tuple[str, ...]


class ShipmentEvent(msgspec.Struct, frozen=True):
    """Something that happened to a parcel, by a carrier's word or a person's. `id` orders events of one instant."""

    id: int
    at: int
    state: ShipmentState
    text: str | None
    source: str
    recorded_by: str


class Standing(msgspec.Struct, frozen=True):
    """What a shipment's events come to."""

    state: ShipmentState
    at: int | None
    delivered_at: int | None


@cache
def states() -> dict[ShipmentState, StateRow]:
    """The fifteen states by name."""
    text = shipped("shipping/states.tsv")
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")][1:]
    rows = [StateRow(_state(name), _stage(stage), says, tuple(words.split("|"))) for name, stage, says, words in lines]
    return {row.state: row for row in rows}


def standing(events: Iterable[ShipmentEvent]) -> Standing:
    """The state after `events`, in whatever order they come; of two at the same time the later recorded one counts.

    That the number was recorded is no news of the parcel: who pastes numbers today and says that one arrived last week
    is not told that it was never scanned.
    """
    ordered = sorted(events, key=lambda event: (event.at, event.id))
    if not ordered:
        return Standing("unknown", None, None)
    recorded = min(ordered, key=lambda event: event.id)
    happened = [event for event in ordered if event is not recorded or event.state != FIRST]
    newest = (happened or ordered)[-1]
    return Standing(newest.state, newest.at, newest.at if newest.state == "delivered" else None)


def read_state(words: str) -> ShipmentState:
    """The state that a person or a carrier's page means by `words`. Raises `WrongUsage` naming the nearest."""
    known = _known_words()
    folded = " ".join(words.casefold().replace("_", " ").split())
    if folded in known:
        return known[folded]
    close = nearest(folded, known)
    meant = f"Did you mean {known[close]}? " if close else ""
    raise WrongUsage(f"“{words}” is no state of a shipment", hint=f"{meant}The states: {', '.join(STATES)}.")


def insurance_hint(carrier: str, declared: Money | None) -> str | None:
    """A sentence where a parcel is worth more than the carrier owes for it by itself; None where it is not, or not known."""
    cover = _covers().get(carrier)
    if declared is None or cover is None or cover.currency != declared.currency or declared.minor <= cover.minor:
        return None
    return f"worth {declared}, but {cover} is all that is covered without insurance"


@cache
def _known_words() -> dict[str, ShipmentState]:
    known: dict[str, ShipmentState] = {}
    for row in states().values():
        known[row.state.replace("_", " ")] = row.state
        known[row.says.casefold()] = row.state
        known.update((word, row.state) for word in row.words)
    return known


@cache
def _covers() -> dict[str, Money]:
    text = shipped("shipping/cover.toml")
    return {carrier: Money.parse(row["amount"], row["currency"]) for carrier, row in tomllib.loads(text).items()}


def _state(name: str) -> ShipmentState:
    state: ShipmentState = records.convert(name, ShipmentState)
    return state


def _stage(name: str) -> Stage:
    stage: Stage = records.convert(name, Stage)
    return stage
