"""The weights, thresholds and curves of the scores: data, with a user's overrides laid over ours.

The file `model/data/scoring.toml` says where each figure comes from. Signals are named there as here; a name that no
signal bears is refused, so that a typing error in an override is not silently ignored.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2s
from itertools import chain, pairwise
from math import inf, isfinite
from typing import Annotated, Any, Literal

import msgspec

from influtui.model import records
from influtui.model.failures import NeedsConfiguration
from influtui.model.nearest import nearest
from influtui.model.shipped import shipped

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Weight = Annotated[float, msgspec.Meta(ge=0, le=1_000)]
AtLeast0 = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Whole = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
Some = Annotated[int, msgspec.Meta(ge=1, le=10**6)]
Points = Annotated[tuple[tuple[float, Share], ...], msgspec.Meta(min_length=1)]
"""A curve: values upwards, each with the share of the points that it earns."""

Detector = Literal["bought_followers", "bought_engagement", "pods"]


def _check_upwards(curve: Sequence[tuple[float, float]], name: str) -> None:
    if not all(one[0] < other[0] for one, other in pairwise(curve)) or not all(map(isfinite, chain(*curve))):
        raise ValueError(f"the values of `{name}` must rise from point to point")


class Peers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who an account is compared with."""

    factor: Annotated[float, msgspec.Meta(gt=1, le=1_000)]
    smallest_group: Some
    widened: Annotated[int, msgspec.Meta(ge=0, le=4)]
    """How often the factor may be squared to find so many."""


class Engagement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which posts a rate is made of."""

    window: dict[str, Some]
    settled_after_hours: Whole
    likes_days: Some
    """How far back `er_likes` looks."""

    def posts(self, platform: str) -> int:
        """How many of the newest posts count on a platform."""
        return self.window.get(platform, self.window["default"])


class AuthenticitySignal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One signal of a detector: the points it may take and the curve over its value."""

    detector: Detector
    points: Annotated[float, msgspec.Meta(ge=0, le=100)]
    weight: Weight
    curve: Points
    mads: AtLeast0 = 6.0
    least_share: Share = 0.015
    least_gain: Whole = 50
    viral_within_hours: AtLeast0 = 72
    viral_factor: AtLeast0 = 5.0
    mass_following: Whole = 1500
    least_posts: Some = 8
    least_likes: Whole = 30
    times: AtLeast0 = 5.0
    least_comments: Some = 30
    longest_words: Some = 3

    def __post_init__(self) -> None:
        _check_upwards(self.curve, "curve")


class Signal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One signal of relevance or reach: its weight and the curve over its value."""

    weight: Weight
    curve: Points
    band: tuple[float, float] = (500, 50_000)

    def __post_init__(self) -> None:
        _check_upwards(self.curve, "curve")
        if not 0 < self.band[0] < self.band[1]:
            raise ValueError("`band` is two numbers above zero, the smaller first")


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

    rate: dict[str, AtLeast0]
    expected_impressions: Signal
    view_rate: Signal
    cadence: Signal
    ships: Signal


class FitWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much each score counts towards fit for one goal."""

    relevance: Weight
    authenticity: Weight
    reach: Weight

    def __post_init__(self) -> None:
        if not self.relevance + self.authenticity + self.reach > 0:
            raise ValueError("one of `relevance`, `authenticity` and `reach` must weigh something")


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `scoring.toml`."""

    version: str
    flag_at: Annotated[float, msgspec.Meta(ge=0, le=100)]
    freshness: Points
    peers: Peers
    engagement: Engagement
    authenticity: Authenticity
    relevance: Relevance
    reach: Reach
    fit: dict[str, FitWeights]

    def __post_init__(self) -> None:
        _check_upwards(self.freshness, "freshness")


@cache
def default_rules() -> Rules:
    """The rules as shipped."""
    return records.convert(_shipped(), Rules)


def overridden(override: str, at: str) -> Rules:
    """The rules with a user's TOML laid over them; the version then says that they are the user's.

    Raises `NeedsConfiguration` naming the key that is wrong and the file `at`.
    """
    try:
        laid = _laid_over(_shipped(), tomllib.loads(override))
        rules = records.convert(laid, Rules)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        near = _nearest_key(str(error))
        hint = (f"Did you mean {near}? " if near else "") + f"Mend {at}, or take it away to have the rules as shipped."
        reason = str(error).replace("`$.", "`").replace("Object contains unknown field", "there is no")
        raise NeedsConfiguration(f"the scoring rules are not right: {reason}", hint=hint, at=at) from error
    # Two sets of own rules are two models: scores made by the one are not up to date for the other.
    mark = blake2s(msgspec.json.encode(rules, order="deterministic"), digest_size=3).hexdigest()
    return msgspec.structs.replace(rules, version=f"{rules.version}+own.{mark}")


def _nearest_key(error: str) -> str | None:
    """The key that one which does not exist was meant to be."""
    found = re.search(r"unknown field `([^`]*)`(?: - at `\$\.?([^`]*)`)?", error)
    if found is None:
        return None
    table: Any = _shipped()
    for part in filter(None, (found[2] or "").split(".")):
        table = table.get(part, {}) if isinstance(table, dict) else {}
    return nearest(found[1], table) if isinstance(table, dict) else None


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
