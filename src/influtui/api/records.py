"""What plugins hand over: accounts, posts, pages of them. Frozen, typed, and checked again by the host.

Unknown is None, never 0. Times are aware datetimes. Text is handed over as the platform gave it; the host makes it safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0)]
"""A count: never negative, never a guess at zero."""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time that says where it stands: an aware datetime."""

Short = Annotated[str, msgspec.Meta(max_length=1_000)]
Long = Annotated[str, msgspec.Meta(max_length=100_000)]

Quality = Literal["exact", "rounded", "estimated", "hidden"]
"""How far a number can be trusted: rounded by the platform, estimated by somebody, hidden by the account."""


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """One comment under a post: what pods and bought comments are told by."""

    author: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    """The commenter's handle, as it would be in a `Profile`."""
    text: Long | None = None
    posted_at: Moment | None = None


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One post of an account, with the numbers that the platform shows for it."""

    id: Short
    url: Long | None = None
    text: Long | None = None
    posted_at: Moment | None = None
    likes: Count | None = None
    comments: Count | None = None
    shares: Count | None = None
    views: Count | None = None
    pinned: bool = False
    sponsored: bool | None = None
    """Only where the platform itself says so; words like #ad in the text are the host's to judge."""
    some_comments: tuple[Comment, ...] | None = None
    """A sample of other people's comments; None where none were read."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One account. Engagement rates are computed by the host from `recent_posts`, so that one formula serves all."""

    platform: Short
    handle: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    as_of: Moment
    """When the platform gave these numbers."""
    platform_id: Short | None = None
    name: Short | None = None
    url: Long | None = None
    bio: Long | None = None
    country: Short | None = None
    """ISO 3166-1 alpha-2."""
    language: Short | None = None
    """ISO 639-1."""
    topics: tuple[str, ...] = ()
    email: Short | None = None
    followers: Count | None = None
    following: Count | None = None
    posts: Count | None = None
    audience: Mapping[str, Annotated[float, msgspec.Meta(ge=0, le=100)]] = {}
    """Shares of its followers in percent: by country (ISO 3166-1 alpha-2), by `female`, `male`, `other`, and by age
    (`18-24`, `65+`). What is not named is unknown."""
    quality: Mapping[str, Quality] = {}
    """By the name of the number (`followers`); what is not named is exact."""
    recent_posts: tuple[Post, ...] | None = None
    """Newest first; None where they were not asked for or could not be read."""


class Skipped(msgspec.Struct, frozen=True):
    """An account that was found and not handed over, with the reason in words: `asks not to be shown logged out`."""

    ref: Short
    reason: Short


FoundBy = Literal["own_follower", "tagged_us", "hashtag", "competitor", "lookalike"]
"""How accounts were come by, where the question itself says it."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a search. `next` is the cursor of the following page, None at the end."""

    profiles: tuple[Profile, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    next: Annotated[str, msgspec.Meta(max_length=2_048)] | None = None
    notice: Short | None = None
    """What a person must know of this page, in a sentence: `TEST DATA: none of these people exist`. Shown with the accounts."""
    found_by: FoundBy | None = None
    """Kept with the accounts of this page, unless the user says otherwise."""
