"""When each message of the outbox goes if nothing else happens: the rules of `model/waiting.py`, played forward.

All mailboxes are played together, since a person rests whichever of them wrote. Each serves the most urgent of those that
may go first, follow-ups before first letters, so that none starves. Letters that wait for the same thing stand in one
line, and only the first of each line is looked at. A letter that nobody has written yet joins when the one before it goes.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from influtui.model.sending_policy import DAY_MS, Policy, opening, window, zones_of
from influtui.model.waiting import Box, Obstacle, Waiting, needs_somebody, obstacle, of_box, timed, urgency


class Planned(NamedTuple):
    """When a message goes if nothing else happens (None: not by itself), and what it waits for now (None: nothing)."""

    message: Waiting
    at: int | None
    obstacle: Obstacle | None


class Following(NamedTuple):
    """A letter that will be written `delay` milliseconds after the message numbered `after` has gone."""

    message: Waiting
    after: int
    delay: int


def plan(
    messages: Sequence[Waiting], boxes: Mapping[str, Box], now: int, until: int, following: Sequence[Following] = ()
) -> list[Planned]:
    """When each message goes if nothing else happens, the next one first; those without a time at the end.

    Of `following` only those are in it whose turn comes: what they follow must go before.
    """
    planned: list[Planned] = []
    people = _People()
    queues = {address: _Queue(boxes[address], people, now) for address in dict.fromkeys(m.account for m in messages)}
    for message in messages:
        if (held := needs_somebody(message, boxes[message.account])) is not None:
            planned.append(Planned(message, None, held))
        else:
            queues[message.account].join(message)
    heirs: dict[int, list[Following]] = {}
    for each in following:
        heirs.setdefault(each.after, []).append(each)
    while (turn := min((turn for queue in queues.values() if (turn := queue.turn())), default=None)) is not None:
        if turn.at > until:
            break
        queue, at = queues[turn.message.account], turn.at
        went = queue.serve(turn)
        planned.append(went)
        if went.at is None:
            continue
        for heir in heirs.pop(turn.message.id, ()):
            comes = msgspec.structs.replace(heir.message, at=at + heir.delay, not_before=at + heir.delay)
            if (held := needs_somebody(comes, boxes[comes.account])) is not None:
                planned.append(Planned(comes, None, held))
            elif comes.not_before is not None and comes.not_before <= until and not _is_over(comes, comes.not_before):
                queues[comes.account].join(comes)
    for queue in queues.values():
        planned += queue.left(until)
    return sorted(
        planned,
        key=lambda each: (
            each.at is None,
            each.at or each.message.not_before or each.message.at,
            urgency(each.message),
        ),
    )


def _is_over(message: Waiting, at: int) -> bool:
    """Whether the sequence of a letter has ended by then."""
    return message.sequence_ends is not None and at >= message.sequence_ends


_Line = tuple[str | None, int, bool]
"""What letters wait for together: a country's hours, a time of their own, and whether they keep to the pace at all."""


class _Turn(NamedTuple):
    """The message that a mailbox serves next, and when. The earliest of several comes first."""

    at: int
    urgency: tuple[int, int, int]
    message: Waiting


class _People:
    """What the plan has thought of as sent to each person so far, and which of their messages still wait, and where."""

    def __init__(self) -> None:
        self.wrote: dict[int, list[int]] = {}
        self.wait: dict[int, list[tuple[_Queue, Waiting]]] = {}

    def as_written(self, message: Waiting) -> Waiting:
        """A message that knows of those letters."""
        more = self.wrote.get(message.person)
        return (
            msgspec.structs.replace(message, written_at=tuple(sorted((*message.written_at, *more))))
            if more
            else message
        )

    def sent(self, person: int, at: int) -> None:
        """A person has got a letter: their other messages wait for another time now."""
        self.wrote.setdefault(person, []).append(at)
        for queue, other in list(self.wait.get(person, ())):
            queue.leave(other)
            queue.join(other)


class _Queue:
    """The messages of one mailbox, in lines."""

    def __init__(self, box: Box, people: _People, now: int) -> None:
        self._held_by = box
        # The worker reads the mailbox before it sends, so that reading never delays the plan.
        self._box = msgspec.structs.replace(box, reads=False)
        self._people = people
        self._now = now
        self._hours = _Hours(box.policy)
        self._lines: dict[_Line, list[tuple[tuple[int, int, int], Waiting]]] = {}
        self._line_of: dict[int, _Line] = {}
        self._turn: _Turn | None = None

    def join(self, message: Waiting) -> None:
        """Stand in the line of what the message waits for."""
        known = self._people.as_written(message)
        ready = max([self._now, *(each.until or 0 for each in timed(known, self._box.policy, self._now))])
        line = (message.country, ready, message.kind == "reply")
        insort(self._lines.setdefault(line, []), (urgency(message), message), key=lambda each: each[0])
        self._line_of[message.id] = line
        self._people.wait.setdefault(message.person, []).append((self, message))
        self._turn = None

    def leave(self, message: Waiting) -> None:
        """Step out of the line."""
        line = self._line_of.pop(message.id)
        self._lines[line] = [each for each in self._lines[line] if each[1].id != message.id]
        if not self._lines[line]:
            del self._lines[line]
        self._people.wait[message.person].remove((self, message))
        self._turn = None

    def turn(self) -> _Turn | None:
        """Whose turn it is next; None where nobody waits."""
        if self._turn is None and self._lines:
            free = self._free()
            self._turn = min(
                _Turn(ready if at_once else self._hours.next(country, max(ready, free)), *line[0])
                for (country, ready, at_once), line in self._lines.items()
            )
        return self._turn

    def serve(self, turn: _Turn) -> Planned:
        """Think of a message as sent: the mailbox and its person rest."""
        at, _, message = turn
        self.leave(message)
        if _is_over(message, at):
            return Planned(message, None, Obstacle("its sequence ends before its turn comes"))
        held = obstacle(message, self._held_by, self._now)
        if message.kind != "reply":
            self._sent(message, at)
        return Planned(message, at, held or (Obstacle("others go first", at) if at > self._now else None))

    def left(self, until: int) -> Iterator[Planned]:
        """Those whose turn is after `until`."""
        for line in self._lines.values():
            for _, message in line:
                held = obstacle(message, self._held_by, self._now)
                yield Planned(message, None, held or Obstacle("others go first", until))

    def _free(self) -> int:
        """When the mailbox can send its next letter."""
        since = max([self._now, *self._box.times[-1:]])
        return max([since, *(each.until or 0 for each in of_box(_LETTER, self._box, since))])

    def _sent(self, message: Waiting, at: int) -> None:
        box = self._box
        self._box = msgspec.structs.replace(
            box,
            times=(*(each for each in box.times if each > at - DAY_MS), at),
            last_to=message.person,
            first_at=at if box.first_at is None else box.first_at,
        )
        self._turn = None
        self._people.sent(message.person, at)


class _Hours:
    """When windows open next, remembered: a plan asks it of every letter for every place in the queue."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._known: dict[str | None, list[tuple[int, int, int]]] = {}

    def next(self, country: str | None, at: int) -> int:
        """At `at` or later, where somebody is."""
        known = self._known.setdefault(country, [])
        for asked, opens, closes in known:
            if asked <= at < closes:
                return max(opens, at)
        hours = window(self._policy.window, self._policy.days)
        opens, closes = opening(hours, zones_of(country, self._policy.time_zone), at)
        known.append((at, opens, closes))
        return opens


_LETTER: Final = Waiting(
    id=0, account="", person=0, kind="letter", at=0, approved=True, not_before=None, deferred=None, doubtful=None,
    campaign=None, campaign_state=None, sequence_state=None, sequence_why=None, sequence_until=None,
    sequence_ends=None, barred=None, stage=None, country=None, written_at=(),
)  # fmt: skip
"""Any letter: to ask when a mailbox is free."""
