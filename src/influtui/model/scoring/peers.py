"""Peers: accounts of the same platform with nearly as many followers, and what is usual among them.

A benchmark by tier would compare 1,000 followers with 99,999. The group slides instead: everyone within a factor of the
account; where too few of those have a value, the factor is squared once or twice. Rates compare only within their variant.
Medians are taken at steps of 5 % along the follower axis, once for a catalogue, so that scoring a million stays linear.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import Final, NamedTuple

from influtui.model.scoring.rules import Peers

_STEP: Final = math.log(1.05)
_SAMPLE: Final = 1_001
"""Values looked at for one median: an even sample of a larger group moves it by two or three percent."""


class Member(NamedTuple):
    """One account as its peers see it."""

    platform: str
    followers: int
    engagement_rate: float | None
    likes_per_comment: float | None
    views_per_follower: float | None
    variant: str | None = None
    """Which definition the engagement rate follows."""


class Usual(NamedTuple):
    """What is usual in a group: medians. `accounts` is how many rates that of the engagement was taken from."""

    accounts: int
    engagement_rate: float | None
    likes_per_comment: float | None
    views_per_follower: float | None


_NOBODY: Final = Usual(0, None, None, None)


class PeerTable:
    """Medians along the follower axis, per platform."""

    def __init__(self, members: Iterable[Member], rules: Peers) -> None:
        self._rules = rules
        self._platforms: dict[str, list[Member]] = {}
        for member in members:
            if member.followers > 0:
                self._platforms.setdefault(member.platform, []).append(member)
        for group in self._platforms.values():
            group.sort(key=lambda member: member.followers)
        self._followers: Mapping[str, Sequence[int]] = {
            platform: [member.followers for member in group] for platform, group in self._platforms.items()
        }
        self._known: dict[tuple[str, str | None, int], Usual] = {}

    def usual(self, platform: str, followers: int | None, variant: str | None = None) -> Usual:
        """What is usual around `followers` on a platform; nothing where the group is too small to say."""
        if not followers or followers < 1 or platform not in self._platforms:
            return _NOBODY
        step = round(math.log(followers) / _STEP)
        key = (platform, variant, step)
        if key not in self._known:
            self._known[key] = self._around(platform, math.exp(step * _STEP), variant)
        return self._known[key]

    def _around(self, platform: str, followers: float, variant: str | None) -> Usual:
        rates = self._nearest(
            platform, followers, lambda each: each.engagement_rate if each.variant == variant else None
        )
        ratios = self._nearest(platform, followers, lambda each: each.likes_per_comment)
        views = self._nearest(platform, followers, lambda each: each.views_per_follower)
        return Usual(len(rates), *(median(_sampled(values)) if values else None for values in (rates, ratios, views)))

    def _nearest(self, platform: str, followers: float, value: Callable[[Member], float | None]) -> list[float]:
        """The values of the nearest group in which enough accounts have one; none where there is no such group."""
        axis, group = self._followers[platform], self._platforms[platform]
        for widened in range(self._rules.widened + 1):
            factor = self._rules.factor ** (2**widened)
            members = group[bisect_left(axis, followers / factor) : bisect_right(axis, followers * factor)]
            known = [found for member in members if (found := value(member)) is not None]
            if len(known) >= self._rules.smallest_group:
                return known
        return []


def _sampled(values: Sequence[float]) -> Sequence[float]:
    return values[:: max(1, len(values) // _SAMPLE)]
