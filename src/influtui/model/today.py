"""What waits for a person today, and in which order: by what a day's delay costs. The kinds stand in `data/today.toml`."""

from __future__ import annotations

import shlex
import tomllib
from functools import cache
from typing import Final

import msgspec

from influtui.model import records
from influtui.model.ids import CollaborationId, ConversationId, MessageId, PersonId
from influtui.model.shipped import shipped
from influtui.model.text import OutsideText
from influtui.model.times import Millis

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS


class WaitingKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of thing that can wait. The kinds that cost more come first in the file."""

    name: str
    says: str
    next: str
    """The command that does it, with what it is about in braces."""
    hours: int | None = None
    """How long it may wait before it is late; None where the thing has a deadline of its own."""
    says_of_one: str | None = None
    """`says` behind the number 1, where that reads otherwise."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that waits for a person."""

    kind: str
    since: Millis
    due: Millis
    """When it is late. In the past for what is late already."""
    campaign: str | None = None
    collaboration: CollaborationId | None = None
    person: PersonId | None = None
    ref: str | None = None
    name: OutsideText | None = None
    conversation: ConversationId | None = None
    message: MessageId | None = None
    number: OutsideText | None = None
    """Of a parcel, as its carrier writes it."""
    account: str | None = None
    """Of a mailbox of ours."""
    many: int | None = None
    """How many people or letters a thing of the whole campaign is about."""
    detail: OutsideText | None = None
    """What was said or what happened, where there is such a thing."""

    def is_late(self, now: Millis) -> bool:
        """Whether its time is over."""
        return self.due <= now

    @property
    def says(self) -> str:
        """What waits, as a sentence goes on behind a name or a number of people."""
        kind = kind_named(self.kind)
        said = (kind.says_of_one or kind.says) if self.many == 1 else kind.says
        return said if self.many is None else f"{self.many} {said}"

    @property
    def next(self) -> str:
        """The command that does it, without the program's name."""
        return kind_named(self.kind).next.format(
            ref=self.ref or f"#{self.person}",
            campaign=self.campaign,
            conversation=self.conversation,
            message=self.message,
            number=self.number,
            account=self.account,
            detail=shlex.quote(self.detail or ""),
        )


@cache
def kinds() -> tuple[WaitingKind, ...]:
    """Every kind, the most costly first."""
    return records.convert(tomllib.loads(shipped("today.toml"))["kind"], tuple[WaitingKind, ...])


def kind_named(name: str) -> WaitingKind:
    """A kind by its name."""
    return next(each for each in kinds() if each.name == name)
