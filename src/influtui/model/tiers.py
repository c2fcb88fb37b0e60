"""Follower tiers, from a table of data that a user may replace."""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from functools import cache

import msgspec

from influtui.model import records
from influtui.model.shipped import shipped


class Tier(msgspec.Struct, frozen=True):
    """A tier and the smallest follower count that belongs to it."""

    name: str
    smallest: int = msgspec.field(name="from")


class TierScheme(msgspec.Struct, frozen=True):
    """An ordered table of tiers. A benchmark means nothing without the name of the scheme it was made for."""

    scheme: str
    tier: tuple[Tier, ...]

    def of(self, followers: int | None) -> str | None:
        """The tier of a follower count; unknown has none."""
        if followers is None or not self.tier or followers < self.tier[0].smallest:
            return None
        return self.tier[bisect_right([tier.smallest for tier in self.tier], followers) - 1].name

    def bounds(self, name: str) -> tuple[int, int | None] | None:
        """The half-open range `[smallest, next tier's smallest)` of a tier; None for an unknown name."""
        for position, tier in enumerate(self.tier):
            if tier.name == name:
                following = self.tier[position + 1 :]
                return tier.smallest, (following[0].smallest if following else None)
        return None


@cache
def default_scheme() -> TierScheme:
    """The brief's tiers, from `model/data/tiers.toml`."""
    text = shipped("tiers.toml")
    return records.convert(tomllib.loads(text), TierScheme)
