"""Exclusivity: a person's promise to a brand not to work for others of its kind until a day, and when it is in the way."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NewType

import msgspec

from influtui.model.campaigns import Campaign
from influtui.model.ids import CollaborationId, PersonId
from influtui.model.text import OutsideText

ExclusivityId = NewType("ExclusivityId", int)

_WORD: Final = re.compile(r"\w+")


class Exclusivity(msgspec.Struct, frozen=True, kw_only=True):
    """One promise. Its days are both included."""

    id: ExclusivityId
    person: PersonId
    collaboration: CollaborationId | None = None
    """Of the agreement it is part of, where it was promised to us."""
    brand: OutsideText
    """Who holds it: a brand of ours, or one the person told us of."""
    category: tuple[str, ...] = ()
    """What it is about; everything where nothing is said."""
    starts: date | None = None
    ends: date

    def words(self) -> str:
        """`Acme, skincare, until 2026-12-31`."""
        about = ", ".join(self.category) or "everything"
        start = f"from {self.starts.isoformat()} " if self.starts else ""
        return f"{self.brand}, {about}, {start}until {self.ends.isoformat()}"


def in_the_way(held: Exclusivity, campaign: Campaign, today: date) -> bool:
    """Whether a promise stands against working for a campaign.

    It does where another brand holds it, its days meet the campaign's (from today on where the campaign has none), and
    both are about the same: they share a word, or one of them does not say what it is about.
    """
    if held.brand.casefold().strip() == campaign.brand.casefold().strip():
        return False
    begins = max(campaign.starts or today, today)
    if held.ends < begins or (held.starts and campaign.ends and held.starts > campaign.ends):
        return False
    about, wanted = _words(held.category), _words(campaign.niche)
    return not about or not wanted or bool(about & wanted)


def _words(names: tuple[str, ...]) -> set[str]:
    return {word for name in names for word in _WORD.findall(name.casefold())}
