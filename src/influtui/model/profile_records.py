"""What one source says of one account: the form in which accounts and measurements enter, whatever they came from.

A file's row, a plugin's find and the demo world's people all become `ProfileRecord`s; `influtui.services.importing`
takes them in. Everything but platform and handle may be unknown. Text in a record is as it came; the intake removes only
what no database can hold.
"""

from __future__ import annotations

from typing import Final

import msgspec

from influtui.model.creators import METRICS


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The measured values of an account at one moment, by one source. `at` is in milliseconds."""

    at: int
    source: str
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    engagement_rate: float | None = None
    engagement_variant: str | None = None
    avg_views: float | None = None
    avg_likes: float | None = None
    avg_comments: float | None = None
    avg_shares: float | None = None
    quality: str = "exact"
    """One word for all values, or a JSON object by metric: `{"followers":"rounded"}`."""


class WrittenNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note on the person, with who wrote it and when (milliseconds). A note without both is the import's own."""

    text: str
    at: int | None = None
    actor: str | None = None


class SeenComment(msgspec.Struct, frozen=True, kw_only=True):
    """One comment under a post of the account."""

    commenter: str
    text: str | None = None
    at: int | None = None


class SeenPost(msgspec.Struct, frozen=True, kw_only=True):
    """One post of the account itself, as a source saw it: what engagement and pods are judged by. Times in milliseconds."""

    platform_post_id: str
    url: str | None = None
    caption: str | None = None
    posted_at: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    views: int | None = None
    sponsored: bool | None = None
    as_of: int | None = None
    source: str | None = None
    seen_comments: tuple[SeenComment, ...] = ()


class ProfileRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One account as one source describes it. Times in milliseconds; unknown is None, never 0."""

    platform: str
    handle: str
    name: str | None = None
    url: str | None = None
    bio: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    language: str | None = None
    """ISO 639-1 where there is one."""
    topics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    email: str | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    engagement_rate: float | None = None
    """In percent."""
    engagement_variant: str | None = None
    avg_views: float | None = None
    avg_likes: float | None = None
    avg_comments: float | None = None
    avg_shares: float | None = None
    audience: str | None = None
    """Shares of its followers, as `model/audience.py` writes them."""
    audience_as_of: int | None = None
    """When that was said. None: when the rest was measured."""
    as_of: int | None = None
    """When the source measured this. None: the intake's own time for the whole input."""
    quality: str = "exact"
    found_by: str | None = None
    found_detail: str | None = None
    person: str | None = None
    """Accounts of one input that bear the same key here belong to one person."""
    person_name: str | None = None
    person_email: str | None = None
    person_country: str | None = None
    person_since: int | None = None
    notes: tuple[WrittenNote, ...] = ()
    snapshots: tuple[Measured, ...] | None = None
    """The whole series, where the input holds it (our own export); None where the record is one measurement."""
    seen_posts: tuple[SeenPost, ...] = ()
    id: int | None = None
    """The id that our own export gives; kept only where it comes back into an empty workspace."""
    created_at: int | None = None
    updated_at: int | None = None


def metrics(record: ProfileRecord | Measured) -> tuple[int | float | None, ...]:
    """The measured values in the order of `METRICS`."""
    return (
        record.followers,
        record.following,
        record.posts,
        record.engagement_rate,
        record.avg_views,
        record.avg_likes,
        record.avg_comments,
        record.avg_shares,
    )


UNMEASURED: Final = (None,) * len(METRICS)
"""What `metrics` gives for a record that measures nothing: a follower of an account download, a name in a list."""
