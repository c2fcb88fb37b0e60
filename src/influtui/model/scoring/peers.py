"""Peers: accounts of the same platform with nearly as many followers, and what is usual among them.

A benchmark by tier would compare 1,000 followers with 99,999. The group slides instead: everyone within a factor of the
account. Medians are taken at steps of 5 % along the follower axis, once for a catalogue, so that scoring a million
accounts stays linear.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Final, NamedTuple

from influtui.model.scoring.rules import Peers

_STEP: Final = math.log(1.05)
_SAMPLE: Final = 1_001
"""Members looked at for one median: an even sample of a larger group moves it by two or three percent."""


class Member(NamedTuple):
    """One account as its peers see it."""

    platform: str
    followers: int
    engagement_rate: float | None
    likes_per_comment: float | None
    views_per_follower: float | None


class Usual(NamedTuple):
    """What is usual in a group: medians, and how many accounts each was taken from."""

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
        self._known: dict[tuple[str, int], Usual] = {}

    def usual(self, platform: str, followers: int | None) -> Usual:
        """What is usual around `followers` on a platform; nothing where the group is too small to say."""
        if not followers or followers < 1 or platform not in self._platforms:
            return _NOBODY
        step = round(math.log(followers) / _STEP)
        key = (platform, step)
        if key not in self._known:
            self._known[key] = self._around(platform, math.exp(step * _STEP))
        return self._known[key]

    def _around(self, platform: str, followers: float) -> Usual:
        axis = self._followers[platform]
        first = bisect_left(axis, followers / self._rules.factor)
        last = bisect_right(axis, followers * self._rules.factor)
        if last - first < self._rules.smallest_group:
            return Usual(last - first, None, None, None)
        group = self._platforms[platform][first:last]
        group = group[:: max(1, len(group) // _SAMPLE)]
        return Usual(
            last - first,
            self._median([member.engagement_rate for member in group]),
            self._median([member.likes_per_comment for member in group]),
            self._median([member.views_per_follower for member in group]),
        )

    def _median(self, values: Iterable[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return median(known) if len(known) >= self._rules.smallest_group else None
