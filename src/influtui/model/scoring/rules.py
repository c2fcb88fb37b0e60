"""The weights, thresholds and curves of the scores: data, with a user's overrides laid over ours.

The file `model/data/scoring.toml` says where each figure comes from. Signals are named there as here; a name that no
signal bears is refused, so that a typing error in an override is not silently ignored.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2s
from math import inf
from typing import Any

import msgspec

from influtui.model.failures import NeedsConfiguration
from influtui.model.shipped import shipped

Points = tuple[tuple[float, float], ...]


class Peers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who an account is compared with."""

    factor: float
    smallest_group: int
    widened: int
    """How often the factor may be squared to find so many."""


class Engagement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which posts a rate is made of."""

    window: dict[str, int]
    settled_after_hours: int
    likes_days: int
    """How far back `er_likes` looks."""

    def posts(self, platform: str) -> int:
        """How many of the newest posts count on a platform."""
        return self.window.get(platform, self.window["default"])


class AuthenticitySignal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One signal of a detector: the points it may take and the curve over its value."""

    detector: str
    points: float
    weight: float
    curve: Points
    mads: float = 6.0
    least_share: float = 0.015
    least_gain: int = 50
    viral_within_hours: float = 72
    viral_factor: float = 5.0
    mass_following: int = 1500
    least_posts: int = 8
    least_likes: int = 30
    times: float = 5.0
    least_comments: int = 30
    longest_words: int = 3


class Signal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One signal of relevance or reach: its weight and the curve over its value."""

    weight: float
    curve: Points
    band: tuple[float, float] = (500, 50_000)


class Authenticity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The signals of the three detectors."""

    growth_spike: AuthenticitySignal
    growth_reversal: AuthenticitySignal
    low_engagement: AuthenticitySignal
    follow_ratio: AuthenticitySignal
    high_engagement: AuthenticitySignal
    even_engagement: AuthenticitySignal
    like_comment_ratio: AuthenticitySignal
    uneven_ratio: AuthenticitySignal
    repeat_commenters: AuthenticitySignal
    reciprocity: AuthenticitySignal
    generic_comments: AuthenticitySignal


class Relevance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The signals of relevance."""

    topics: Signal
    words: Signal
    region: Signal
    affinity: Signal
    values: Signal
    activity: Signal


class Reach(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The signals of reach, and impressions per follower where no views are known."""

    rate: dict[str, float]
    expected_impressions: Signal
    view_rate: Signal
    cadence: Signal
    ships: Signal


class FitWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much each score counts towards fit for one goal."""

    relevance: float
    authenticity: float
    reach: float


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `scoring.toml`."""

    version: str
    flag_at: float
    freshness: Points
    peers: Peers
    engagement: Engagement
    authenticity: Authenticity
    relevance: Relevance
    reach: Reach
    fit: dict[str, FitWeights]


@cache
def default_rules() -> Rules:
    """The rules as shipped."""
    return msgspec.convert(_shipped(), Rules)


def overridden(override: str, at: str) -> Rules:
    """The rules with a user's TOML laid over them; the version then says that they are the user's.

    Raises `NeedsConfiguration` naming the key that is wrong and the file `at`.
    """
    try:
        laid = _laid_over(_shipped(), tomllib.loads(override))
        rules = msgspec.convert(laid, Rules)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise NeedsConfiguration(f"the scoring rules are not right: {error}", hint=f"Mend {at}.", at=at) from error
    # Two sets of own rules are two models: scores made by the one are not up to date for the other.
    mark = blake2s(msgspec.json.encode(rules, order="deterministic"), digest_size=3).hexdigest()
    return msgspec.structs.replace(rules, version=f"{rules.version}+own.{mark}")


def on_curve(curve: Sequence[tuple[float, float]], value: float) -> float:
    """The height of a curve at `value`: straight between its points, flat outside."""
    position = bisect_right(curve, (value, inf))
    if position == 0:
        return curve[0][1]
    if position == len(curve):
        return curve[-1][1]
    (left, low), (right, high) = curve[position - 1], curve[position]
    return low + (high - low) * (value - left) / (right - left)


def _shipped() -> dict[str, Any]:
    return tomllib.loads(shipped("scoring.toml"))


def _laid_over(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(ours)
    for key, value in theirs.items():
        below = merged.get(key)
        merged[key] = _laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
