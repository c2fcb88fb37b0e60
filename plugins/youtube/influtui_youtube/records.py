"""A channel and its videos in the host's terms. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from influtui.api import Comment, Post, Profile, Quality, count, email_in, moment
from influtui_youtube.wire import Channel, CommentSnippet, CommentThread, Video

MOST_TOPICS: Final = 30
EXACT_BELOW: Final = 1_000
"""Subscribers are cut to three significant digits, which changes nothing below that."""

_KEYWORD: Final = re.compile(r'"([^"]*)"?|([^\s"]+)')
_LANGUAGE: Final = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)


def as_profile(
    channel: Channel, videos: Sequence[Video] | None, comments: Mapping[str, tuple[Comment, ...]], at: datetime
) -> Profile:
    """A channel; `videos` are its recent ones, None where they were not read, `comments` by the video."""
    shown, statistics = channel.snippet, channel.statistics
    hidden = statistics.hidden_subscriber_count
    followers = None if hidden else count(statistics.subscriber_count)
    quality: dict[str, Quality] = {}
    if hidden:
        quality["followers"] = "hidden"
    elif followers is not None and followers >= EXACT_BELOW:
        quality["followers"] = "rounded"
    return Profile(
        platform="youtube",
        handle=handle(channel),
        platform_id=channel.id,
        name=shown.title or None,
        url=f"https://www.youtube.com/channel/{channel.id}",
        bio=shown.description or None,
        country=shown.country if shown.country and re.fullmatch(r"[A-Z]{2}", shown.country) else None,
        language=language(channel, videos or ()),
        topics=topics(channel),
        email=email_in(shown.description),
        followers=followers,
        posts=count(statistics.video_count),
        quality=quality,
        recent_posts=as_posts(videos, comments) if videos is not None else None,
        as_of=at,
    )


def handle(channel: Channel) -> str:
    """The handle without its @; the id of the few channels that have none."""
    return (channel.snippet.custom_url or "").removeprefix("@") or channel.id


def reason_to_hide(channel: Channel) -> str | None:
    """Why a channel is not shown; None where it is."""
    if channel.snippet.custom_url is None and channel.snippet.title.endswith(" - Topic"):
        return "made by YouTube itself out of a record company's music"
    return None


def topics(channel: Channel) -> tuple[str, ...]:
    """What the channel is about: by YouTube's own judgement, then in its owner's words."""
    found = [
        re.sub(r" \([^)]*\)$", "", unquote(address.rpartition("/")[2]).replace("_", " "))
        for address in channel.topic_details.topic_categories
    ]
    for phrase, word in _KEYWORD.findall(channel.branding_settings.channel.keywords or ""):
        found.append((phrase or word).strip())
    return tuple(dict.fromkeys(topic.casefold() for topic in found if topic))[:MOST_TOPICS]


def language(channel: Channel, videos: Iterable[Video]) -> str | None:
    """The channel's language as it says itself, else the one that its videos are spoken in most."""
    said = _language(channel.snippet.default_language)
    spoken = Counter(code for video in videos if (code := _language(video.snippet.default_audio_language)))
    return said or (spoken.most_common(1)[0][0] if spoken else None)


def as_posts(videos: Iterable[Video], comments: Mapping[str, tuple[Comment, ...]] | None = None) -> tuple[Post, ...]:
    """Videos that people can have watched, newest first: not what is live right now, nor what is only announced."""
    known = comments or {}
    posts = [as_post(video, known.get(video.id)) for video in videos if video.snippet.live_broadcast_content == "none"]
    return tuple(sorted(posts, key=lambda post: post.posted_at.timestamp() if post.posted_at else 0, reverse=True))


def as_post(video: Video, comments: tuple[Comment, ...] | None = None) -> Post:
    """A video. YouTube counts no shares for others, and tells paid promotion to nobody but the owner."""
    shown, statistics = video.snippet, video.statistics
    return Post(
        id=video.id,
        url=f"https://www.youtube.com/watch?v={video.id}",
        text="\n".join(part for part in (shown.title, shown.description) if part) or None,
        posted_at=moment(shown.published_at),
        views=count(statistics.view_count),
        likes=count(statistics.like_count),
        comments=count(statistics.comment_count),
        some_comments=comments,
    )


def as_comments(threads: Iterable[CommentThread], own: str) -> tuple[Comment, ...]:
    """What other people than the channel `own` wrote."""
    written = [thread.snippet.top_level_comment.snippet for thread in threads]
    return tuple(
        Comment(author=author, text=comment.text_display or None, posted_at=moment(comment.published_at))
        for comment in written
        if comment.author_channel_id.value != own and (author := _author(comment))
    )


def _author(comment: CommentSnippet) -> str:
    """The commenter's handle; the id of one whose name is no handle, as in old answers."""
    name = comment.author_display_name
    return name.removeprefix("@") if name.startswith("@") else comment.author_channel_id.value


def _language(tag: str | None) -> str | None:
    """The two letters that a tag like `en-GB` begins with; longer codes, such as that for no words at all, have none."""
    match = _LANGUAGE.fullmatch(tag or "")
    return match[1].lower() if match else None
