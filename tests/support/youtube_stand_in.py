"""A stand-in of the YouTube Data API v3 on loopback: the four lists we use, with keys, quotas, paging and bad days.

Built after the API's discovery document and its recorded answers: parameters that it does not name, or values outside
their bounds, are refused as the real service refuses them; counts are text, subscribers are cut to three digits, titles
of search results are escaped, and who is not found is simply missing. The people are invented.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from stand_in import StandIn

KEY = "AIza-canary-9b1c2d3e4f5061728394a5b6c7d8e9f"
PARAMETERS = {
    "search": {
        "part", "type", "q", "maxResults", "pageToken", "publishedAfter", "regionCode", "relevanceLanguage",
        "videoPaidProductPlacement",
    },
    "channels": {"part", "id", "forHandle", "forUsername", "maxResults"},
    "playlistItems": {"part", "playlistId", "maxResults", "pageToken"},
    "videos": {"part", "id"},
    "commentThreads": {"part", "videoId", "maxResults", "order", "textFormat", "pageToken"},
}  # fmt: skip
KINDS = {
    "search": "searchList",
    "channels": "channelList",
    "playlistItems": "playlistItemList",
    "videos": "videoList",
    "commentThreads": "commentThreadList",
}


def ago(days: float) -> str:
    """A moment before now, as YouTube writes it."""
    return f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


@dataclass
class Video:
    """One upload."""

    title: str
    views: int = 1_000
    likes: int | None = 40
    comments: int | None = 10
    at: str = field(default_factory=lambda: ago(20))
    live: str = "none"
    language: str | None = "en"
    id: str = ""


@dataclass
class Channel:
    """One channel. A number of subscribers that is None is hidden."""

    handle: str | None
    title: str
    subscribers: int | None = 12_345
    videos: list[Video] = field(default_factory=list)
    description: str = ""
    country: str | None = None
    keywords: str = ""
    gone: bool = False
    """Its videos are found, and the channel is not given out."""
    user: str | None = None

    @property
    def id(self) -> str:
        return f"UC{crc32(f'{self.handle}{self.title}'.encode()):022d}"


class YouTubeStandIn(StandIn):
    """The server, with its channels."""

    root = "/youtube/v3/"

    def __init__(self, channels: list[Channel]) -> None:
        super().__init__()
        self.channels = channels
        self.key = KEY
        self.fans: dict[str, list[Channel]] = {}
        """Who comments under a video, by its id, three a page; the usual two where nothing is said."""
        self.searches = 100
        self.units = 10_000
        for channel in channels:
            for number, video in enumerate(channel.videos):
                video.id = f"{channel.id[-8:]}{number:03d}"

    @property
    def base_url(self) -> str:
        return super().base_url.removesuffix("youtube/v3/")

    def body(self, method: str, parameters: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        given = {name: ",".join(values) for name, values in parameters.items()}
        key = self.sent[-1].get("x-goog-api-key")
        if method not in PARAMETERS:
            return 404, {"error": {"code": 404, "message": "Not Found"}}
        if key is None:
            return refused(403, "forbidden", "Method doesn't allow unregistered callers", status="PERMISSION_DENIED")
        if key != self.key:
            return refused(400, "badRequest", "API key not valid.", detail="API_KEY_INVALID")
        if (problem := _problem(method, given)) is not None:
            return problem
        if not self._spend(method):
            return refused(403, "quotaExceeded", 'you have exceeded your <a href="/youtube/v3#quota">quota</a>.')
        answer = {
            "search": self._search,
            "channels": self._channels,
            "playlistItems": self._uploads,
            "commentThreads": self._comments,
        }
        status, body = answer.get(method, self._videos)(given)
        around = {"kind": f"youtube#{KINDS[method]}Response", "etag": "x", "pageInfo": {"totalResults": 1_000_000}}
        return status, {**around, **body} if status == 200 else body

    def _spend(self, method: str) -> bool:
        if method == "search":
            self.searches -= 1
            return self.searches >= 0
        self.units -= 1
        return self.units >= 0

    def _search(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        words = given["q"].casefold().split()
        found = [
            (channel, video)
            for channel in self.channels
            for video in channel.videos
            if all(word in f"{video.title} {channel.title}".casefold() for word in words)
            and video.at >= given.get("publishedAfter", "")
        ]
        start = int(given.get("pageToken", "P0")[1:])
        size = int(given.get("maxResults", "5"))
        items = [
            {
                "kind": "youtube#searchResult", "etag": "x", "id": {"kind": "youtube#video", "videoId": video.id},
                "snippet": {
                    "publishedAt": video.at, "channelId": channel.id, "title": html.escape(video.title),
                    "description": "…", "channelTitle": html.escape(channel.title), "liveBroadcastContent": video.live,
                },
            }
            for channel, video in found[start : start + size]
        ]  # fmt: skip
        more = {"nextPageToken": f"P{start + size}"} if start + size < len(found) else {}
        return 200, {"items": items, "regionCode": "DE", **more}

    def _channels(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        ids = given.get("id", "").split(",")
        found = [
            each
            for each in self.channels
            if not each.gone
            and (
                each.id in ids
                or (each.handle is not None and f"@{each.handle}" == given.get("forHandle", "").casefold())
                or (each.user is not None and each.user == given.get("forUsername"))
            )
        ]
        # Nobody found: no `items` at all. Several: in an order that is not the asker's.
        return 200, {"items": [_shown(each) for each in reversed(found)]} if found else {}

    def _uploads(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        channel = next((each for each in self.channels if f"UU{each.id[2:]}" == given["playlistId"]), None)
        if channel is None or not channel.videos:
            return refused(404, "playlistNotFound", "The playlist cannot be found.")
        entries = [
            {"snippet": {"title": video.title, "resourceId": {"kind": "youtube#video", "videoId": video.id}}}
            for video in channel.videos[: int(given["maxResults"])]
        ]
        gone = {"snippet": {"title": "Deleted video", "resourceId": {"kind": "youtube#video", "videoId": "gone"}}}
        return 200, {"items": [gone, *entries[:49]]}

    def _videos(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        ids = given["id"].split(",")
        return 200, {"items": [_video(each) for one in self.channels for each in one.videos if each.id in ids]}

    def _comments(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        channel, video = next(
            (one, each) for one in self.channels for each in one.videos if each.id == given["videoId"]
        )
        if video.comments is None:
            return refused(403, "commentsDisabled", "The video has disabled comments.")
        if (fans := self.fans.get(video.id)) is not None:
            start = int(given.get("pageToken", "0"))
            items = [_thread(f"@{fan.handle}", fan.id, "yum") for fan in fans[start : start + 3]]
            return 200, {"items": items} | ({"nextPageToken": str(start + 3)} if start + 3 < len(fans) else {})
        written = [("@Fan-Of-Bread", "UCfan", "so good"), (f"@{channel.handle}", channel.id, "thank you")]
        return 200, {"items": [_thread(*each) for each in written][: video.comments]}


def refused(
    code: int, reason: str, message: str, *, detail: str | None = None, status: str = ""
) -> tuple[int, dict[str, Any]]:
    """An answer that refuses, in the shape that Google's have."""
    error: dict[str, Any] = {
        "code": code, "message": message, "errors": [{"message": message, "domain": "youtube", "reason": reason}],
    }  # fmt: skip
    if detail:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": kind, "reason": detail, "domain": "googleapis.com"}]
    if status:
        error["status"] = status
    return code, {"error": error}


def _problem(method: str, given: dict[str, str]) -> tuple[int, dict[str, Any]] | None:
    if "part" not in given:
        return refused(400, "missingRequiredParameter", "No filter selected.")
    if unknown := given.keys() - PARAMETERS[method]:
        return refused(400, "unexpectedParameter", f"unknown: {unknown}")
    most = 100 if method == "commentThreads" else 50
    if not 0 <= int(given.get("maxResults", "5")) <= most or len(given.get("id", "").split(",")) > 50:
        return refused(400, "invalidParameter", "too many")
    if method == "search" and given.get("type") != "video" and "videoPaidProductPlacement" in given:
        return refused(400, "incompatibleParameters", "only with type=video")
    if method == "channels" and not {"id", "forHandle", "forUsername"} & given.keys():
        return refused(400, "missingRequiredParameter", "No filter selected.")
    return None


def _shown(channel: Channel) -> dict[str, Any]:
    snippet: dict[str, Any] = {"title": channel.title, "description": channel.description}
    if channel.handle is not None:
        snippet["customUrl"] = f"@{channel.handle}"
    if channel.country is not None:
        snippet["country"] = channel.country
    cut = channel.subscribers or 0
    if cut >= 1_000:
        step = 10 ** (len(str(cut)) - 3)
        cut = cut // step * step
    hidden = channel.subscribers is None
    return {
        "kind": "youtube#channel", "etag": "x", "id": channel.id, "snippet": snippet,
        "statistics": {
            "viewCount": "1", "subscriberCount": str(cut), "hiddenSubscriberCount": hidden,
            "videoCount": str(len(channel.videos)),
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": f"UU{channel.id[2:]}"}},
        "topicDetails": {"topicCategories": ["https://en.wikipedia.org/wiki/Lifestyle_(sociology)"]},
        "brandingSettings": {"channel": {"title": channel.title, "keywords": channel.keywords}},
    }  # fmt: skip


def _thread(name: str, channel: str, text: str) -> dict[str, Any]:
    said = {
        "authorDisplayName": name, "authorChannelId": {"value": channel}, "textDisplay": text, "textOriginal": text,
        "publishedAt": ago(10), "likeCount": 3,
    }  # fmt: skip
    return {"kind": "youtube#commentThread", "snippet": {"topLevelComment": {"snippet": said}}}


def _video(video: Video) -> dict[str, Any]:
    counts = {"viewCount": video.views, "likeCount": video.likes, "commentCount": video.comments}
    snippet = {"title": video.title, "publishedAt": video.at, "liveBroadcastContent": video.live}
    if video.language:
        snippet["defaultAudioLanguage"] = video.language
    return {
        "kind": "youtube#video", "etag": "x", "id": video.id, "snippet": snippet,
        "statistics": {name: str(value) for name, value in counts.items() if value is not None},
    }  # fmt: skip
