"""Peers: accounts of the same platform with nearly as many followers, and what is usual among them.

A benchmark by tier would compare 1,000 followers with 99,999. The group slides instead: everyone within a factor of the
account; where too few of those have a value, the factor is squared once or twice. Rates compare only within their variant.
Medians are taken at steps of 5 % along the follower axis, once for a catalogue, so that scoring a million stays linear.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
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


class _Metric:
    """One metric of the accounts of a platform that have it, along the follower axis."""

    def __init__(self) -> None:
        self._points: list[tuple[int, float]] = []
        self._followers: list[int] = []

    def add(self, followers: int, value: float) -> None:
        self._points.append((followers, value))

    def ready(self) -> None:
        """To be called once, after the last `add`."""
        self._points.sort()
        self._followers = [followers for followers, _ in self._points]

    def around(self, followers: float, rules: Peers) -> Sequence[float]:
        """The values of the nearest group that is large enough; none where there is no such group."""
        for widened in range(rules.widened + 1):
            factor = rules.factor ** (2**widened)
            first = bisect_left(self._followers, followers / factor)
            last = bisect_right(self._followers, followers * factor)
            if last - first >= rules.smallest_group:
                return [value for _, value in self._points[first:last]]
        return ()


class PeerTable:
    """Medians along the follower axis, per platform."""

    def __init__(self, members: Iterable[Member], rules: Peers) -> None:
        self._rules = rules
        self._metrics: dict[tuple[str, str], _Metric] = {}
        for member in members:
            if member.followers > 0:
                self._add(member)
        for metric in self._metrics.values():
            metric.ready()
        self._known: dict[tuple[str, str | None, int], Usual] = {}

    def usual(self, platform: str, followers: int | None, variant: str | None = None) -> Usual:
        """What is usual around `followers` on a platform; nothing where the group is too small to say."""
        if not followers or followers < 1:
            return _NOBODY
        step = round(math.log(followers) / _STEP)
        key = (platform, variant, step)
        if key not in self._known:
            near = math.exp(step * _STEP)
            names = (_rate(variant), "likes_per_comment", "views_per_follower")
            rates, ratios, views = (self._around(platform, name, near) for name in names)
            self._known[key] = Usual(len(rates), _median(rates), _median(ratios), _median(views))
        return self._known[key]

    def _add(self, member: Member) -> None:
        for name, value in (
            (_rate(member.variant), member.engagement_rate),
            ("likes_per_comment", member.likes_per_comment),
            ("views_per_follower", member.views_per_follower),
        ):
            if value is not None:
                self._metrics.setdefault((member.platform, name), _Metric()).add(member.followers, value)

    def _around(self, platform: str, name: str, followers: float) -> Sequence[float]:
        metric = self._metrics.get((platform, name))
        return metric.around(followers, self._rules) if metric else ()


def _rate(variant: str | None) -> str:
    """Rates compare only within their definition: each is a metric of its own."""
    return f"rate {variant or ''}"


def _median(values: Sequence[float]) -> float | None:
    return median(values[:: max(1, len(values) // _SAMPLE)]) if values else None
