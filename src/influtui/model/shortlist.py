"""Picks and the reserve of a campaign: verdicts, how many there should be, and how far outreach has come."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final, Literal

import msgspec

from influtui.model.campaigns import rules
from influtui.model.ids import CampaignId, CreatorId, PersonId, PickId
from influtui.model.text import OutsideText

Verdict = Literal["pick", "reserve", "rejected", "later"]
VERDICTS: Final[tuple[Verdict, ...]] = ("pick", "reserve", "rejected", "later")


class Pick(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's verdict on a person for a campaign. `rank` orders the reserve, from 1."""

    id: PickId
    campaign: CampaignId
    person: PersonId
    creator: CreatorId | None = None
    ref: str | None = None
    name: OutsideText | None = None
    country: str | None = None
    followers: int | None = None
    verdict: Verdict
    rank: int | None = None
    reason: str | None = None
    judged_by: str
    judged_at: int
    state: str | None = None
    """Of the collaboration; None where there is none yet."""


class Meter(msgspec.Struct, frozen=True, kw_only=True):
    """How a campaign's shortlist and outreach stand against what is wanted."""

    picked: int
    reserve: int
    wanted: int
    to_contact: int
    contacted: int
    under_way: int = 0
    """How many a letter is on its way to, or will be written to by a sequence."""
    agreed: int
    posted: int

    @property
    def warning(self) -> str | None:
        """What is unusual about the number of picks; never a reason to refuse anything."""
        bounds = rules()
        if self.picked < bounds.fewest_picks:
            return f"{self.picked} picked: fewer than {bounds.fewest_picks} leave little to choose from"
        if self.picked > bounds.most_picks:
            return f"{self.picked} picked: more than {bounds.most_picks} are hard to look after"
        return None

    def line(self) -> str:
        """`picked 14 of 10–20 · reserve 15 · to contact 30, contacted 12`."""
        bounds = rules()
        coming = f", {self.under_way} on their way" if self.under_way else ""
        return (
            f"picked {self.picked} of {bounds.fewest_picks}–{bounds.most_picks} · reserve {self.reserve}"
            f" · to contact {self.to_contact}, contacted {self.contacted}{coming}"
        )


def outreach_target(wanted: int, ratio: float) -> int:
    """How many to contact for `wanted` collaborations, rounded up. Exact: 1.1 times 10 is 11, not 12."""
    return math.ceil(Fraction(str(ratio)) * wanted)
