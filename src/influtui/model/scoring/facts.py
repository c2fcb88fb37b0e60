"""What the scores may know of an account: measured values, its series, its posts, and who comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from influtui.model.scoring.engagement import PostNumbers
from influtui.model.scoring.peers import Usual


class Reading(NamedTuple):
    """One snapshot of an account's size."""

    at: int
    followers: int | None
    following: int | None = None


class CommentSeen(NamedTuple):
    """One comment: when, by which account (a handle's key or a hash of it), and its text."""

    at: int
    author: str
    text: str


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of one account that a score may use. Unknown is None or empty."""

    platform: str
    handle: str
    now: int
    followers: int | None = None
    following: int | None = None
    engagement_rate: float | None = None
    engagement_said: str = ""
    """What the rate is: its variant, and the posts or the source that it comes from."""
    avg_views: float | None = None
    avg_likes: float | None = None
    avg_comments: float | None = None
    country: str | None = None
    bio: str = ""
    topics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    as_of: int | None = None
    series: Sequence[Reading] = ()
    posts: Sequence[PostNumbers] = ()
    """The newest settled ones: what rates and averages are made of."""
    earlier_posts: Sequence[PostNumbers] = ()
    """All others that are known, settled or not: one of them may explain a jump of its time."""
    comments: Sequence[CommentSeen] = ()
    comments_on: frozenset[str] = frozenset()
    """Accounts on whose posts this account comments."""
    peers: Usual = Usual(0, None, None, None)


class Aim(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign is after, as far as the scores use it."""

    goal: str = "awareness"
    niche: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    ship_to: tuple[str, ...] = ()
    own_handles: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    band: tuple[float, float] | None = None
    """Impressions per post that are worth its trouble, from and to."""
