"""Engagement rates: the six published definitions, each by its own name, always in percent.

They differ by factors for the same account, so a rate without its variant's name means nothing. Sources: HypeAuditor
(followers, views), Modash (likes), infludata (views without shares), platform insights (reach), Captiv8 (impressions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import fmean, median
from typing import Final, Literal, get_args

import msgspec

from influtui.model.scoring.rules import Engagement
from influtui.model.times import Millis

Variant = Literal["er_followers", "er_likes", "er_views", "er_views_lc", "er_reach", "er_impr"]

VARIANTS: Final[tuple[Variant, ...]] = get_args(Variant)

_HEADLINES: Final[dict[str, Variant]] = {"tiktok": "er_views", "youtube": "er_views_lc"}
_HOUR_MS: Final = 3_600_000


class PostNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one post. None is unknown or hidden, never zero."""

    at: int
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    views: int | None = None
    reach: int | None = None
    impressions: int | None = None
    pinned: bool = False
    sponsored: bool = False


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A rate over several posts, in percent: the median leads, the mean stands beside it."""

    variant: Variant
    median: float
    mean: float
    posts: int


def headline_variant(platform: str) -> Variant:
    """The variant an account's rate is shown in where nothing else is asked: by views where a platform counts views.

    YouTube tells nobody how often a video was shared: a rate with shares in it would be unknown for every channel.
    """
    return _HEADLINES.get(platform, "er_followers")


def counted(posts: Iterable[PostNumbers], *, platform: str, now: Millis, rules: Engagement) -> list[PostNumbers]:
    """The posts that a rate is made of: settled, not pinned, the newest of the platform's window."""
    settled = now - rules.settled_after_hours * _HOUR_MS
    kept = sorted((post for post in posts if post.at <= settled and not post.pinned), key=lambda post: -post.at)
    return kept[: rules.posts(platform)]


def rate(variant: Variant, posts: Sequence[PostNumbers], followers: int | None) -> Rate | None:
    """The rate of `posts` in one variant; None when no post has all its numbers. A hidden count excludes the post."""
    of_post = _VARIANTS[variant]
    found = [value for post in posts if (value := of_post(post, followers)) is not None]
    if not found:
        return None
    return Rate(variant=variant, median=100 * median(found), mean=100 * fmean(found), posts=len(found))


def rates(
    posts: Sequence[PostNumbers], followers: int | None, *, platform: str, now: Millis, rules: Engagement
) -> tuple[Rate, ...]:
    """The rates of an account's own posts in every variant that they allow, each over its own sample; the headline first."""
    newest = counted(posts, platform=platform, now=now, rules=rules)
    settled, since = now - rules.settled_after_hours * _HOUR_MS, now - rules.likes_days * 24 * _HOUR_MS
    samples: dict[Variant, Sequence[PostNumbers]] = {
        "er_likes": [post for post in posts if since <= post.at <= settled],
        # Over views it would be `er_views_lc` under another name, but where a platform's impressions are its views.
        "er_impr": [post for post in newest if post.impressions or platform == "tiktok"],
    }
    headline = headline_variant(platform)
    ordered = sorted(VARIANTS, key=lambda variant: variant != headline)
    found = (rate(variant, samples.get(variant, newest), followers) for variant in ordered)
    return tuple(each for each in found if each is not None)


def _share(parts: Sequence[int | None], whole: int | None) -> float | None:
    if not whole or any(part is None for part in parts):
        return None
    return sum(part for part in parts if part is not None) / whole


_VARIANTS: Final[dict[Variant, Callable[[PostNumbers, int | None], float | None]]] = {
    "er_followers": lambda post, followers: _share((post.likes, post.comments), followers),
    "er_likes": lambda post, followers: _share((post.likes,), followers),
    "er_views": lambda post, _: _share((post.likes, post.comments, post.shares), post.views),
    "er_views_lc": lambda post, _: _share((post.likes, post.comments), post.views),
    "er_reach": lambda post, _: _share((post.likes, post.comments, post.shares, post.saves), post.reach),
    "er_impr": lambda post, _: _share((post.likes, post.comments), post.impressions or post.views),
}
