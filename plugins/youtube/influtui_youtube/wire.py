"""What the YouTube Data API v3 sends, as far as we read it. Everything but a channel's and a video's id may be missing.

After the API's discovery document, revision 20261104. Counts come as text, now and then as numbers; a hidden one is
absent. What is not named here and why is in `ignored.toml`.
"""

from __future__ import annotations

import html
from typing import Literal

import msgspec

from influtui.api import Number


class SearchSnippet(msgspec.Struct, frozen=True, rename="camel"):
    """Whose video a search has found. Text of search results, and only theirs, is escaped as HTML."""

    channel_id: str
    channel_title: str = ""

    @property
    def channel(self) -> str:
        """The channel's title as its owner wrote it."""
        return html.unescape(self.channel_title)


class SearchResult(msgspec.Struct, frozen=True):
    """One video, or channel, that a search has found."""

    snippet: SearchSnippet


class ChannelSnippet(msgspec.Struct, frozen=True, rename="camel"):
    """How a channel presents itself. `custom_url` is the handle, with its @ since 2022."""

    title: str = ""
    description: str = ""
    custom_url: str | None = None
    country: str | None = None
    default_language: str | None = None


class ChannelStatistics(msgspec.Struct, frozen=True, rename="camel"):
    """A channel's counts: subscribers cut to three significant digits, unless they are hidden."""

    subscriber_count: Number = None
    hidden_subscriber_count: bool = False
    video_count: Number = None


class RelatedPlaylists(msgspec.Struct, frozen=True):
    """The playlists that YouTube keeps for a channel."""

    uploads: str | None = None


class ChannelContent(msgspec.Struct, frozen=True, rename="camel"):
    """`contentDetails` of a channel."""

    related_playlists: RelatedPlaylists = RelatedPlaylists()


class TopicDetails(msgspec.Struct, frozen=True, rename="camel"):
    """What YouTube takes a channel to be about, as addresses of Wikipedia."""

    topic_categories: list[str] = []


class ChannelSettings(msgspec.Struct, frozen=True):
    """What the owner says that the channel is about: words, phrases in quotation marks."""

    keywords: str | None = None


class Branding(msgspec.Struct, frozen=True):
    """`brandingSettings` of a channel."""

    channel: ChannelSettings = ChannelSettings()


class Channel(msgspec.Struct, frozen=True, rename="camel"):
    """A channel."""

    id: str
    snippet: ChannelSnippet = ChannelSnippet()
    statistics: ChannelStatistics = ChannelStatistics()
    content_details: ChannelContent = ChannelContent()
    topic_details: TopicDetails = TopicDetails()
    branding_settings: Branding = Branding()


class ResourceId(msgspec.Struct, frozen=True, rename="camel"):
    """What an entry of a playlist points to."""

    video_id: str


class PlaylistItemSnippet(msgspec.Struct, frozen=True, rename="camel"):
    """An entry's content. Its time is when the entry was made, not when the video came out."""

    resource_id: ResourceId


class PlaylistItem(msgspec.Struct, frozen=True):
    """An entry of a playlist."""

    snippet: PlaylistItemSnippet


class VideoSnippet(msgspec.Struct, frozen=True, rename="camel"):
    """A video's text and time. `live_broadcast_content` is `none` for what is neither live nor announced."""

    title: str = ""
    description: str = ""
    published_at: str | None = None
    live_broadcast_content: str = "none"
    default_audio_language: str | None = None


class VideoStatistics(msgspec.Struct, frozen=True, rename="camel"):
    """A video's counts; likes and comments are absent where the owner hides them."""

    view_count: Number = None
    like_count: Number = None
    comment_count: Number = None


class Video(msgspec.Struct, frozen=True):
    """A video."""

    id: str
    snippet: VideoSnippet = VideoSnippet()
    statistics: VideoStatistics = VideoStatistics()


class AuthorChannel(msgspec.Struct, frozen=True):
    """Whose comment it is."""

    value: str = ""


class CommentSnippet(msgspec.Struct, frozen=True, rename="camel"):
    """A comment. The author's display name is the handle, with its @, since 2023."""

    author_channel_id: AuthorChannel = AuthorChannel()
    author_display_name: str = ""
    text_display: str = ""
    published_at: str | None = None


class TopLevelComment(msgspec.Struct, frozen=True):
    """The comment that a thread begins with."""

    snippet: CommentSnippet


class CommentThreadSnippet(msgspec.Struct, frozen=True, rename="camel"):
    """A thread's content."""

    top_level_comment: TopLevelComment


class CommentThread(msgspec.Struct, frozen=True):
    """A comment with the answers to it."""

    snippet: CommentThreadSnippet


class SearchList(msgspec.Struct, frozen=True, rename="camel"):
    """The answer of `search.list`. Results are read one by one, so that an odd one costs only itself."""

    kind: Literal["youtube#searchListResponse"]
    items: list[msgspec.Raw] = []
    next_page_token: str | None = None


class ChannelList(msgspec.Struct, frozen=True):
    """The answer of `channels.list`: `items` is missing where there is no such channel."""

    kind: Literal["youtube#channelListResponse"]
    items: list[msgspec.Raw] = []


class PlaylistItemList(msgspec.Struct, frozen=True):
    """The answer of `playlistItems.list`."""

    kind: Literal["youtube#playlistItemListResponse"]
    items: list[msgspec.Raw] = []


class VideoList(msgspec.Struct, frozen=True):
    """The answer of `videos.list`."""

    kind: Literal["youtube#videoListResponse"]
    items: list[msgspec.Raw] = []


class CommentThreadList(msgspec.Struct, frozen=True, rename="camel"):
    """The answer of `commentThreads.list`."""

    kind: Literal["youtube#commentThreadListResponse"]
    items: list[msgspec.Raw] = []
    next_page_token: str | None = None


class Reason(msgspec.Struct, frozen=True):
    """A reason of an error: the API's own among `errors`, the platform's among `details`."""

    reason: str = ""


class ErrorBody(msgspec.Struct, frozen=True):
    """What an answer that refuses says."""

    message: str = ""
    errors: list[Reason] = []
    details: list[Reason] = []


class Refusal(msgspec.Struct, frozen=True):
    """The body of an answer that refuses; now and then it is a mere sentence."""

    error: ErrorBody | str
