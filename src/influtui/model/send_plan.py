"""When each message of the outbox goes if nothing else happens: the rules of `model/waiting.py`, played forward.

Each mailbox serves the most urgent of those that may go first, follow-ups before first letters, so that none starves.
Letters that wait for the same thing stand in one line, and only the first of each line is looked at.
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


def plan(messages: Sequence[Waiting], boxes: Mapping[str, Box], now: int, until: int) -> list[Planned]:
    """When each message goes if nothing else happens, the next one first; those without a time at the end."""
    planned: list[Planned] = []
    wrote: dict[int, list[int]] = {}
    for address in dict.fromkeys(message.account for message in messages):
        queue = _Queue(boxes[address], wrote, now)
        for message in messages:
            if message.account != address:
                continue
            if (held := needs_somebody(message, boxes[address])) is not None:
                planned.append(Planned(message, None, held))
            else:
                queue.join(message)
        planned += queue.served(until)
    return sorted(
        planned,
        key=lambda each: (
            each.at is None,
            each.at or each.message.not_before or each.message.at,
            urgency(each.message),
        ),
    )


_Line = tuple[str | None, int, bool]
"""What letters wait for together: a country's hours, a time of their own, and whether they keep to the pace at all."""


class _Queue:
    """The messages of one mailbox, in lines."""

    def __init__(self, box: Box, wrote: dict[int, list[int]], now: int) -> None:
        self._held_by = box
        # The worker reads the mailbox before it sends, so that reading never delays the plan.
        self._box = msgspec.structs.replace(box, reads=False)
        self._wrote = wrote
        self._now = now
        self._hours = _Hours(box.policy)
        self._lines: dict[_Line, list[tuple[tuple[int, int, int], Waiting]]] = {}
        self._line_of: dict[int, _Line] = {}
        self._of_person: dict[int, list[Waiting]] = {}

    def join(self, message: Waiting) -> None:
        """Stand in the line of what the message waits for."""
        ready = max(
            [self._now, *(each.until or 0 for each in timed(self._as_written(message), self._box.policy, self._now))]
        )
        line = (message.country, ready, message.kind == "reply")
        insort(self._lines.setdefault(line, []), (urgency(message), message), key=lambda each: each[0])
        self._line_of[message.id] = line
        self._of_person.setdefault(message.person, []).append(message)

    def served(self, until: int) -> Iterator[Planned]:
        """Everybody in the order of being served, with the time; without one those whose turn is after `until`."""
        while self._lines:
            at, message = self._next()
            if at > until:
                break
            self._leave(message)
            held = obstacle(message, self._held_by, self._now)
            yield Planned(message, at, held or (Obstacle("others go first", at) if at > self._now else None))
            if message.kind != "reply":
                self._sent(message, at)
        for line in self._lines.values():
            for _, message in line:
                held = obstacle(message, self._held_by, self._now)
                yield Planned(message, None, held or Obstacle("others go first", until))

    def _next(self) -> tuple[int, Waiting]:
        free = self._free()
        heads = []
        for (country, ready, at_once), line in self._lines.items():
            at = ready if at_once else self._hours.next(country, max(ready, free))
            heads.append((at, *line[0]))
        at, _, message = min(heads, key=lambda each: each[:2])
        return at, message

    def _free(self) -> int:
        """When the mailbox can send its next letter. Asked as of its last one: the limit grows from day to day."""
        free = max([self._now, *self._box.times[-1:]])
        for _ in range(2):
            free = max([free, *(each.until or 0 for each in of_box(_LETTER, self._box, free))])
        return free

    def _leave(self, message: Waiting) -> None:
        line = self._line_of.pop(message.id)
        self._lines[line] = [each for each in self._lines[line] if each[1].id != message.id]
        if not self._lines[line]:
            del self._lines[line]
        self._of_person[message.person].remove(message)

    def _sent(self, message: Waiting, at: int) -> None:
        """A letter is thought of as sent: the mailbox and its person rest."""
        box = self._box
        self._box = msgspec.structs.replace(
            box,
            times=(*(each for each in box.times if each > at - DAY_MS), at),
            last_id=message.id,
            first_at=at if box.first_at is None else box.first_at,
        )
        self._wrote.setdefault(message.person, []).append(at)
        for other in list(self._of_person[message.person]):
            self._leave(other)
            self.join(other)

    def _as_written(self, message: Waiting) -> Waiting:
        more = self._wrote.get(message.person)
        return (
            msgspec.structs.replace(message, written_at=tuple(sorted((*message.written_at, *more))))
            if more
            else message
        )


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
    campaign=None, campaign_state=None, sequence_state=None, sequence_why=None, sequence_until=None, stage=None, country=None,
    written_at=(),
)  # fmt: skip
"""Any letter: to ask when a mailbox is free."""
