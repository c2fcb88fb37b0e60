"""YouTube: channels found by what they upload, through the Data API v3 and an API key.

`search.list` finds videos, and whose they are is the find: a search for channels would look at names, and give those that
sleep as well. `channels.list` counts; `playlistItems.list` and `videos.list` give recent videos, from which the host
computes engagement; `commentThreads.list` gives what others say, where that is wanted. Reading a query is `asking`'s,
understanding a refusal `refusals`', making records `records`'.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, timedelta
from typing import ClassVar, Final, Literal

import msgspec
from typing_extensions import override

from influtui.api import (
    AuthInvalid,
    Comment,
    ConfigError,
    NotFound,
    Page,
    Parameter,
    Plugin,
    PluginError,
    QuotaExhausted,
    RateLimited,
    Reply,
    Skipped,
    Source,
    SourceContext,
    SourcesContext,
    Unsupported,
    UpstreamChanged,
    Walk,
    hookimpl,
    read,
    read_each,
)
from influtui_youtube.asking import Engaged, Hashtag, Named, Place, by_handle, named, place, special
from influtui_youtube.records import as_comments, as_posts, as_profile, handle, reason_to_hide
from influtui_youtube.refusals import refusal
from influtui_youtube.wire import (
    Channel,
    ChannelList,
    CommentThread,
    CommentThreadList,
    PlaylistItem,
    PlaylistItemList,
    SearchList,
    SearchResult,
    Video,
    VideoList,
)

NAME: Final = "YouTube"
PATH: Final = "youtube/v3/"
AT_ONCE: Final = 50
"""What one call may ask for: results of a search, ids of channels or videos, entries of a playlist."""
COMMENTS: Final = 100
ENGAGED_VIDEOS: Final = 10
CALLS: Final = 6
"""Calls for recent videos and comments that run side by side."""
LONGEST_NAME: Final = 200
PARTS: Final = "snippet,statistics,contentDetails,topicDetails,brandingSettings"
"""A call costs the same whatever parts it asks for."""


class YouTubeSource(Source):
    """The source."""

    id: ClassVar[str] = "youtube"

    def __init__(self, ctx: SourceContext) -> None:
        super().__init__(ctx)
        self._calls = asyncio.Semaphore(CALLS)

    @override
    async def search(self, query: str, *, cursor: str | None, limit: int) -> Page:
        found_by: Literal["hashtag"] | None = None
        match special(query):
            case Engaged(rival):
                return await self._engaged(rival, cursor, limit)
            case Hashtag(words):
                query, found_by = words, "hashtag"
        known = named(query)
        if known is not None:
            start = int(cursor) if cursor and cursor.isdecimal() else 0
            page = await self._page(await self._named(known[start : start + limit]))
            more = start + limit < len(known)
            return msgspec.structs.replace(page, next=str(start + limit) if more else None)
        stands = place(cursor) if cursor else Place(since=self._since())
        titles: dict[str, str] = {}
        odd: list[Skipped] = []
        waiting = stands.ids()
        if not waiting:
            stands, titles, odd = await self._searched(query, stands)
            waiting = stands.new(titles)
        handed, left = waiting[:limit], waiting[limit:]
        channels = await self._by_id(handed)
        page = await self._page([(titles.get(each) or each, channels.get(each)) for each in handed])
        return msgspec.structs.replace(
            page, skipped=(*odd, *page.skipped), next=stands.after(handed, left).cursor(), found_by=found_by
        )

    @override
    async def profiles(self, handles: Sequence[str]) -> Page:
        found = await self._named([by_handle(each) for each in handles])
        # Under the handle that was asked for: an account that is kept by its id stays one account.
        return await self._page(
            [(asked, channel) for asked, (_, channel) in zip(handles, found, strict=True)], keep=True
        )

    async def _engaged(self, rival: Named, cursor: str | None, limit: int) -> Page:
        """Who comments under the newest videos of a channel, video by video."""
        walk = Walk.read(cursor)
        if walk is None:
            [(asked, channel)] = await self._named([rival])
            if not isinstance(channel, Channel):
                raise NotFound(f"YouTube knows no channel {asked}")
            refused: list[PluginError] = []
            videos = await self._videos(channel, refused, always=True)
            if refused:
                raise refused[0]
            newest = [f"{channel.id} {post.id}" for post in as_posts(videos or ()) if post.comments]
            walk = Walk(tuple(newest[:ENGAGED_VIDEOS]))
            if not newest:
                return Page(notice=f"{asked} has no videos with comments")
        own, _, video = walk.lists[0].partition(" ")
        parameters: dict[str, Parameter] = {
            "part": "snippet",
            "videoId": video,
            "maxResults": COMMENTS,
            "textFormat": "plainText",
        }
        if walk.cursor:
            parameters["pageToken"] = walk.cursor
        try:
            answer = read((await self._get("commentThreads", parameters)).body, CommentThreadList, NAME)
        except Unsupported as closed:
            return Page(skipped=(Skipped(video, closed.message),), next=walk.after((), None), found_by="competitor")
        threads, odd = read_each(answer.items, CommentThread, "the comment")
        authors = [thread.snippet.top_level_comment.snippet.author_channel_id.value for thread in threads]
        waiting = walk.new(author for author in authors if author and author != own)
        handed = waiting[:limit]
        channels = await self._by_id(handed) if handed else {}
        page = await self._page([(each, channels.get(each)) for each in handed])
        # Who found no room on this page is in the same answer when it is asked for again.
        onward = (walk.cursor or "") if len(waiting) > limit else answer.next_page_token
        return msgspec.structs.replace(
            page, skipped=(*odd, *page.skipped), next=walk.after(handed, onward), found_by="competitor"
        )

    async def _searched(self, query: str, stands: Place) -> tuple[Place, dict[str, str], list[Skipped]]:
        """One page of videos: where the search stands then, whose they are by id with the title, and what is no result."""
        asked: dict[str, Parameter] = {"part": "snippet", "type": "video", "q": query, "maxResults": AT_ONCE}
        for parameter, setting in (("regionCode", "region"), ("relevanceLanguage", "language")):
            if value := self.ctx.settings.get(setting):
                asked[parameter] = value
        if self.ctx.settings.get("paid_only"):
            asked["videoPaidProductPlacement"] = "true"
        if stands.since:
            asked["publishedAfter"] = stands.since
        if stands.token:
            asked["pageToken"] = stands.token
        answer = read((await self._get("search", asked)).body, SearchList, NAME)
        results, odd = read_each(answer.items, SearchResult, "the search result")
        if answer.items and not results:
            raise UpstreamChanged("no result of YouTube's search can be read", path="search: items")
        titles = {result.snippet.channel_id: result.snippet.channel for result in results}
        return msgspec.structs.replace(stands, token=answer.next_page_token), titles, odd

    async def _named(self, asked: Sequence[Named]) -> list[tuple[str, Channel | PluginError | None]]:
        """The channels of these names in the order given: None where there is none, why where one cannot be read.

        Raises what went wrong where it did with all of them.
        """
        by_id = await self._by_id([each.value for each in asked if each.by == "id"])

        async def look_up(each: Named) -> Channel | PluginError | None:
            if each.by == "id":
                return by_id.get(each.value)
            try:
                async with self._calls:
                    found, odd = await self._channels({each.by: each.value})
            except PluginError as error:
                return error
            return found[0] if found else UpstreamChanged(odd[0].reason) if odd else None

        channels = await asyncio.gather(*(look_up(each) for each in asked))
        failed = [each for each in channels if isinstance(each, PluginError)]
        if failed and len(failed) == len(channels):
            raise failed[0]
        return [(each.value, channel) for each, channel in zip(asked, channels, strict=True)]

    async def _by_id(self, ids: Sequence[str]) -> dict[str, Channel | PluginError]:
        """The channels that are given out, by id: those that are not are simply missing, and the order is not ours."""
        found: dict[str, Channel | PluginError] = {}
        for start in range(0, len(ids), AT_ONCE):
            asked: dict[str, Parameter] = {"id": ",".join(ids[start : start + AT_ONCE]), "maxResults": AT_ONCE}
            channels, odd = await self._channels(asked)
            found |= {each.ref: UpstreamChanged(each.reason) for each in odd}
            found |= {channel.id: channel for channel in channels}
        return found

    async def _channels(self, asked: Mapping[str, Parameter]) -> tuple[list[Channel], list[Skipped]]:
        try:
            reply = await self._get("channels", {"part": PARTS, **asked})
        except NotFound:
            return [], []
        return read_each(read(reply.body, ChannelList, NAME).items, Channel, "the channel")

    async def _page(self, found: Iterable[tuple[str, Channel | PluginError | None]], *, keep: bool = False) -> Page:
        """The channels, with what they were asked for as, and their videos; with `keep` that stays their handle."""
        skipped: list[Skipped] = []
        wanted: dict[str, Channel] = {}
        for asked, channel in found:
            if channel is None:
                skipped.append(Skipped(asked[:LONGEST_NAME], "YouTube knows no such channel, or does not give it out"))
            elif isinstance(channel, PluginError):
                skipped.append(Skipped(asked[:LONGEST_NAME], channel.message))
            elif (reason := reason_to_hide(channel)) is not None:
                skipped.append(Skipped(handle(channel)[:LONGEST_NAME], reason))
            else:
                wanted[asked if keep else handle(channel)] = channel
        refused: list[PluginError] = []
        videos = await asyncio.gather(*(self._videos(channel, refused) for channel in wanted.values()))
        comments = await self._comments(list(zip(wanted.values(), videos, strict=True)), refused)
        at = self.ctx.clock()
        profiles = [
            msgspec.structs.replace(as_profile(channel, recent, comments, at), handle=name)
            for (name, channel), recent in zip(wanted.items(), videos, strict=True)
        ]
        limits = [error.message for error in refused if isinstance(error, QuotaExhausted | RateLimited)]
        unread = f"not all recent videos and comments were read: {limits[0]}" if limits else None
        return Page(profiles=tuple(profiles), skipped=tuple(skipped), notice=unread)

    async def _videos(
        self, channel: Channel, refused: list[PluginError], *, always: bool = False
    ) -> list[Video] | None:
        """Recent videos; None where they cannot be read, with the reason among `refused`, or are not wanted."""
        uploads = channel.content_details.related_playlists.uploads
        if not (always or self.ctx.settings.get("engagement", True)) or not uploads:
            return None
        try:
            async with self._calls:
                asked: dict[str, Parameter] = {"part": "snippet", "playlistId": uploads, "maxResults": AT_ONCE}
                entries = read((await self._get("playlistItems", asked)).body, PlaylistItemList, NAME)
                ids = [item.snippet.resource_id.video_id for item in read_each(entries.items, PlaylistItem)[0]]
                if not ids:
                    return []
                reply = await self._get("videos", {"part": "snippet,statistics", "id": ",".join(ids)})
            return read_each(read(reply.body, VideoList, NAME).items, Video)[0]
        except NotFound:
            return []  # YouTube has no list of uploads for who has never uploaded
        except PluginError as error:
            # The channel itself is known; without its videos it has no engagement rate, and that is what is said.
            refused.append(error)
            return None

    async def _comments(
        self, found: Sequence[tuple[Channel, list[Video] | None]], refused: list[PluginError]
    ) -> dict[str, tuple[Comment, ...]]:
        """Other people's comments under the newest videos of each channel, by the video."""
        wanted = self.ctx.settings.get("comments", 0)

        async def under(channel: Channel, video: str) -> tuple[str, tuple[Comment, ...] | None]:
            asked: dict[str, Parameter] = {
                "part": "snippet", "videoId": video, "maxResults": COMMENTS, "order": "relevance", "textFormat": "plainText",
            }  # fmt: skip
            try:
                async with self._calls:
                    answer = read((await self._get("commentThreads", asked)).body, CommentThreadList, NAME)
            except PluginError as error:
                refused.append(error)
                return video, None
            return video, as_comments(read_each(answer.items, CommentThread)[0], channel.id)

        newest = [
            (channel, post.id)
            for channel, videos in found
            for post in [post for post in as_posts(videos or ()) if post.comments][: int(wanted)]
        ]
        read_ones = await asyncio.gather(*(under(channel, video) for channel, video in newest))
        return {video: comments for video, comments in read_ones if comments is not None}

    def _since(self) -> str | None:
        """From when on a video counts as recent activity: a midnight, so that asking again asks the same."""
        days = self.ctx.settings.get("active_days", 90)
        if not isinstance(days, int) or not days:
            return None
        since = self.ctx.clock().astimezone(UTC) - timedelta(days=days)
        return f"{since:%Y-%m-%d}T00:00:00Z"

    async def _get(self, method: str, parameters: Mapping[str, Parameter]) -> Reply:
        key = self.ctx.secrets.get("api_key", "").strip()
        if not key:
            raise ConfigError("YouTube answers only with an API key", field="api_key")
        if not (key.isascii() and key.isprintable()):
            raise AuthInvalid("the API key holds characters that no key has: it was not copied whole")
        # In a header, because addresses end up in logs.
        headers = {"x-goog-api-key": key}
        reply = await self.ctx.http.get(f"{PATH}{method}", parameters, headers=headers, method=method)
        if reply.status == 200:
            return reply
        raise refusal(reply, method, self.ctx.clock())


class YouTube(Plugin):
    """The plugin."""

    @hookimpl
    @override
    def influtui_sources(self, ctx: SourcesContext) -> Iterable[type[Source]]:
        return [YouTubeSource]
