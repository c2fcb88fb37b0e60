"""TikTok's accounts and videos in the host's terms. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from influtui.api import Post, Profile, count, email_in, moment
from influtui_tiktok.asking import NAME
from influtui_tiktok.wire import Commercial, Creator, Key, Me, OnePost, OwnVideo, Researched, ResearchVideo

PAID = frozenset({"PAID_PARTNERSHIP", "CREATOR_EARNS_COMMISSION"})
"""What TikTok itself calls paid. `NONE` is as plain a word; anything else is not known to us and says nothing."""


def handle(name: str) -> str | None:
    """A name without what cannot stand in one (TikTok has sent NUL characters); None where that leaves no name."""
    clean = "".join(letter for letter in name if letter.isprintable()).strip().removeprefix("@").lower()
    return clean if NAME.fullmatch(clean) else None


def link(name: str) -> str:
    """The address of an account."""
    return f"https://www.tiktok.com/@{name}"


def bare(name: str, at: datetime, *, shown: str | None = None, posts: tuple[Post, ...] | None = None) -> Profile:
    """An account of which no more than its name is known."""
    return Profile(platform="tiktok", handle=name, name=shown or None, url=link(name), recent_posts=posts, as_of=at)


def of_one(
    name: str, creator: Creator, videos: Iterable[OnePost] | None, at: datetime, country: str | None = None
) -> Profile:
    """A creator of TikTok One; `videos` are the recent ones, None where they were not read."""
    labels = [label.label_name for label in (*creator.content_labels, *creator.industry_labels)]
    return Profile(
        platform="tiktok",
        handle=name,
        platform_id=_id(creator.creator_id),
        name=creator.display_name or None,
        url=link(name),
        bio=creator.bio or None,
        country=country,
        topics=tuple(dict.fromkeys(label.casefold() for label in labels if label)),
        email=email_in(creator.bio),
        followers=count(creator.followers_count),
        following=count(creator.following_count),
        posts=count(creator.videos_count),
        recent_posts=None if videos is None else newest(as_post(name, video) for video in videos),
        as_of=at,
    )


def as_post(name: str, video: OnePost) -> Post:
    """A video in TikTok One, with TikTok's own word for whether it was paid."""
    paid = None if video.collaboration_status is None else video.collaboration_status in PAID
    return Post(
        id=str(video.video_id),
        url=f"{link(name)}/video/{video.video_id}",
        text=video.caption or None,
        posted_at=moment(video.create_time),
        likes=count(video.likes),
        comments=count(video.comments),
        shares=count(video.shares),
        views=count(video.video_views),
        sponsored=paid if paid or video.collaboration_status == "NONE" else None,
    )


def of_me(name: str, me: Me, videos: Iterable[OwnVideo] | None, at: datetime) -> Profile:
    """The account that logged in."""
    return Profile(
        platform="tiktok",
        handle=name,
        platform_id=me.open_id,
        name=me.display_name or None,
        url=link(name),
        bio=me.bio_description or None,
        email=email_in(me.bio_description),
        followers=count(me.follower_count),
        following=count(me.following_count),
        posts=count(me.video_count),
        recent_posts=None if videos is None else newest(_own(name, video) for video in videos),
        as_of=at,
    )


def _own(name: str, video: OwnVideo) -> Post:
    return Post(
        id=str(video.id),
        url=video.share_url or f"{link(name)}/video/{video.id}",
        text=video.video_description or video.title or None,
        posted_at=moment(video.create_time),
        likes=count(video.like_count),
        comments=count(video.comment_count),
        shares=count(video.share_count),
        views=count(video.view_count),
    )


def as_paid(entry: Commercial) -> Post:
    """A video that TikTok's library has as commercial content. It has no numbers."""
    day = f"{entry.create_date[:4]}-{entry.create_date[4:6]}-{entry.create_date[6:]}" if entry.create_date else ""
    at = moment(entry.create_timestamp) or moment(f"{day}T00:00:00Z")
    url = next((video.url for video in entry.videos if video.url), None)
    number = (url or "").rstrip("/").rpartition("/")[2]
    return Post(id=number if number.isdecimal() else entry.id, url=url, posted_at=at, sponsored=True)


def of_research(name: str, videos: Iterable[ResearchVideo], known: Researched | None, at: datetime) -> Profile:
    """An account of a research query, with the videos that were found."""
    shown = known or Researched()
    given = list(videos)
    regions = {video.region_code for video in given if video.region_code}
    return Profile(
        platform="tiktok",
        handle=name,
        name=shown.display_name or None,
        url=link(name),
        bio=shown.bio_description or None,
        country=next(iter(regions)) if len(regions) == 1 else None,
        email=email_in(shown.bio_description, shown.bio_url),
        followers=count(shown.follower_count),
        following=count(shown.following_count),
        posts=count(shown.video_count),
        recent_posts=newest(post for video in given if (post := _researched(name, video)) is not None),
        as_of=at,
    )


def _researched(name: str, video: ResearchVideo) -> Post | None:
    key = video.id if video.id is not None else video.video_id
    if key is None:
        return None
    return Post(
        id=str(key),
        url=f"{link(name)}/video/{key}",
        text=video.video_description or None,
        posted_at=moment(video.create_time),
        likes=count(video.like_count),
        comments=count(video.comment_count),
        shares=count(video.share_count),
        views=count(video.view_count),
    )


def newest(posts: Iterable[Post]) -> tuple[Post, ...]:
    """Each once, the newest first."""
    each = {post.id: post for post in posts}
    begin = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(each.values(), key=lambda post: post.posted_at or begin, reverse=True))


def _id(key: Key | None) -> str | None:
    return None if key is None else str(key)
