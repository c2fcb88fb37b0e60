"""Why a message in the outbox has not gone, and until when: one set of rules for the last check and for the plan.

What a person must mend has no time; what passes by itself has one. `obstacle` judges one message now; `model/send_plan.py`
lays out when each would go, by these same rules.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from influtui.model.sending_policy import DAY_MS, Policy, local_time, opening, window, zones_of
from influtui.model.sequences import UNANSWERED
from influtui.model.times import moment, rfc3339, to_the_second

Kind = Literal["letter", "follow_up", "reply"]
MONTH_MS: Final = 30 * DAY_MS


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A mailbox as the rules see it."""

    address: str
    policy: Policy
    first_at: int | None
    """When it sent its first letter from here."""
    times: tuple[int, ...]
    """When it sent in the last 24 hours, the oldest first."""
    last_to: int | None
    """The person it wrote to last: the seed of the gap after it, so that a plan knows the gap after a letter to come."""
    paused: str | None
    known: bool = True
    """Whether config.toml still has it."""
    reads: bool = False
    """Whether its answers are read from a server."""
    read_at: int | None = None
    """When that succeeded last."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A message that could go, and everything that may hold it."""

    id: int
    account: str
    person: int
    kind: Kind
    at: int
    approved: bool
    not_before: int | None
    deferred: str | None
    """What the server said when it asked for patience."""
    doubtful: int | None
    """Another message of the conversation of which nobody knows whether it went."""
    campaign: str | None
    campaign_state: str | None
    sequence_state: str | None
    sequence_why: str | None
    sequence_until: int | None
    sequence_ends: int | None
    """When its sequence is over, whether or not it has gone."""
    barred: str | None
    """Why its recipient must not be written to, at this address or at all."""
    stage: str | None
    """The state of the collaboration that it is for."""
    country: str | None
    written_at: tuple[int, ...]
    """When this person was written to in the last 30 days, the oldest first."""


class Obstacle(NamedTuple):
    """What holds a message. `until` is None where a person must act, with the command in `next`."""

    why: str
    until: int | None = None
    next: str | None = None
    over: bool = False
    """Whether it must never go."""


def obstacle(message: Waiting, box: Box, now: int) -> Obstacle | None:
    """What holds a message now; None where it may go. What needs a person comes before what passes by itself."""
    for_good = needs_somebody(message, box)
    if for_good is not None:
        return for_good
    passing = [*timed(message, box.policy, now), *_hours(message, box.policy, now), *of_box(message, box, now)]
    if not passing:
        return None
    # What passes before the message's own time keeps it from nothing.
    passing = [each for each in passing if (each.until or 0) >= (message.not_before or 0)]
    passing.sort(key=lambda each: each.until or 0)
    said = "; ".join(f"{each.why}, until {to_the_second(each.until)}" for each in passing)
    return passing[-1]._replace(why=said)


def needs_somebody(message: Waiting, box: Box) -> Obstacle | None:
    """What holds a message until somebody acts."""
    number = message.id
    if message.barred is not None:
        said = f"it is called off: they must not be written to ({message.barred.replace('_', ' ')})"
        return Obstacle(said, over=True)
    if message.doubtful is not None:
        return Obstacle(
            f"it waits for message {message.doubtful} of its conversation, of which nobody knows whether it went",
            next=f"influtui outbox why {message.doubtful}",
        )
    if message.sequence_state in ("stopped", "finished"):
        return Obstacle(f"it is not needed any more: {message.sequence_why or 'its sequence has ended'}", over=True)
    if message.sequence_state is not None and message.stage not in UNANSWERED:
        if message.stage == "paused":
            return Obstacle("their collaboration is paused", next="influtui collab move REF")
        return Obstacle(f"it is not needed any more: they are {(message.stage or 'gone').replace('_', ' ')}", over=True)
    if not message.approved:
        return Obstacle("it waits to be approved", next=f"influtui outbox approve {number}")
    if not box.known:
        return Obstacle(
            f"it waits for its mailbox: config.toml has no {box.address} any more", next="influtui account list"
        )
    if box.paused is not None and message.kind != "reply":
        return Obstacle(f"{box.address} is paused ({box.paused})", next=f"influtui outbox resume {box.address}")
    if message.campaign_state in ("paused", "closed") and message.kind != "reply":
        return Obstacle(f"campaign {message.campaign} is {message.campaign_state}")
    if message.sequence_state == "paused" and message.sequence_until is None:
        return Obstacle(f"its sequence is paused ({message.sequence_why})", next="influtui sequence resume REF")
    return None


def needs_more_than_a_yes(message: Waiting, box: Box) -> Obstacle | None:
    """What somebody must do beside approving a message."""
    return needs_somebody(msgspec.structs.replace(message, approved=True), box)


def timed(message: Waiting, policy: Policy, now: int) -> Iterable[Obstacle]:
    """What passes by itself and concerns this message alone, the hours of the day aside."""
    if message.not_before is not None and message.not_before > now:
        if message.deferred is not None:
            yield Obstacle(f"the server asked for patience: {message.deferred}", message.not_before)
        else:
            yield Obstacle(f"its day is {moment(message.not_before):%a %d %b}", message.not_before)
    if message.kind == "reply":
        return
    if message.sequence_state == "paused" and message.sequence_until is not None and message.sequence_until > now:
        yield Obstacle(message.sequence_why or "its sequence is paused", message.sequence_until)
    rested = rests_until(message.written_at, policy, now)
    if rested is not None:
        yield rested


def _hours(message: Waiting, policy: Policy, now: int) -> Iterable[Obstacle]:
    """The hours of where somebody is."""
    if message.kind == "reply":
        return
    zones = zones_of(message.country, policy.time_zone)
    opens, _ = opening(window(policy.window, policy.days), zones, now)
    if opens > now:
        where = (
            local_time(zones, now) if message.country else f"{local_time(zones, now)}, and where they are is not known"
        )
        yield Obstacle(f"it is {where}; letters go {policy.window}, {policy.days}", opens)


def rests_until(written_at: Sequence[int], policy: Policy, now: int) -> Obstacle | None:
    """Why a person is left in peace for now."""
    found: Obstacle | None = None
    rest = policy.rest_hours * 3_600_000
    if written_at and written_at[-1] + rest > now:
        found = Obstacle(f"they were written to within {policy.rest_hours} hours", written_at[-1] + rest)
    lately = written_at[bisect_left(written_at, now - MONTH_MS + 1) :]
    if len(lately) >= policy.month_limit:
        free = lately[-policy.month_limit] + MONTH_MS
        if found is None or (found.until or 0) < free:
            found = Obstacle(f"they got {len(lately)} letters in 30 days", free)
    return found


def of_box(message: Waiting, box: Box, now: int) -> Iterable[Obstacle]:
    """What passes by itself and concerns the whole mailbox."""
    if message.kind == "reply":
        return
    if message.kind == "follow_up" and box.reads:
        within = box.policy.answers_within_s * 1000
        if box.read_at is None or box.read_at + within < now:
            since = f"since {rfc3339(box.read_at)}" if box.read_at else "yet"
            yield Obstacle(f"{box.address} was not read {since}, and they may have answered", now + 60_000)
    gap = box.times[-1] + box.policy.gap_ms(f"{box.address}:{box.last_to}") if box.times else None
    if gap is not None and gap > now:
        yield Obstacle("it keeps its distance from the letter before", gap)
    full = _full_until(box, now)
    if full is not None:
        yield Obstacle(f"{box.address} has sent its {allowance(box, now)} letters of 24 hours", full)


def allowance(box: Box, now: int) -> int:
    """How many letters a mailbox may send in 24 hours, as of now."""
    return box.policy.allowance(0 if box.first_at is None else max(0, (now - box.first_at) // DAY_MS))


def _full_until(box: Box, now: int) -> int | None:
    """When a mailbox that has sent its letters may send again: one of them is a day old, or its limit has grown."""
    at = now
    while True:
        allowed = max(1, allowance(box, at))
        lately = box.times[bisect_left(box.times, at - DAY_MS + 1) :]
        if len(lately) < allowed:
            return at if at > now else None
        freed, begun = lately[-allowed] + DAY_MS, box.first_at
        if begun is None or allowed >= box.policy.daily_limit:
            at = freed
        else:
            at = min(freed, begun + ((at - begun) // DAY_MS + 1) * DAY_MS)


def urgency(message: Waiting) -> tuple[int, int, int]:
    """The order in which messages are served: answers, then follow-ups, then first letters; the oldest first."""
    rank = {"reply": 0, "follow_up": 1, "letter": 2}[message.kind]
    return rank, message.not_before or message.at, message.id
