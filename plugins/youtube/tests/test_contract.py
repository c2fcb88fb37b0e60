"""YouTube under the contract that every source is held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from influtui.api import Parameter
from influtui.testing import Answer, SourceContract

CHANNELS = [f"UC{number:022d}" for number in range(5)]


def _channel(id_: str) -> dict[str, Any]:
    number = int(id_[2:])
    return {
        "id": id_,
        "snippet": {
            "title": f"Baker {number}", "description": "hi@baker.example", "customUrl": f"@baker{number}", "country": "DE",
        },
        "statistics": {"subscriberCount": str(1_230 + number * 10), "hiddenSubscriberCount": False, "videoCount": "2"},
        "contentDetails": {"relatedPlaylists": {"uploads": f"UU{id_[2:]}"}},
        "topicDetails": {"topicCategories": ["https://en.wikipedia.org/wiki/Food"]},
        "brandingSettings": {"channel": {"keywords": "vegan"}},
    }  # fmt: skip


def _video(id_: str) -> dict[str, Any]:
    return {
        "id": id_,
        "snippet": {
            "title": "Bread", "description": "how", "publishedAt": "2026-11-01T10:00:00Z", "liveBroadcastContent": "none",
            "defaultAudioLanguage": "de",
        },
        "statistics": {"viewCount": "100", "likeCount": "7", "commentCount": "3"},
    }  # fmt: skip


class TestYouTube(SourceContract):
    package = "influtui_youtube"
    source = "youtube"
    settings: ClassVar = {"comments": 1}

    def answer(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
        method = path.rpartition("/")[2]
        items: list[dict[str, Any]]
        more: dict[str, str] = {}
        if method == "search":
            # The second page has channels of the first again, as YouTube's have.
            first = "pageToken" not in parameters
            found = CHANNELS[:4] + CHANNELS[:1] if first else CHANNELS[2:]
            items = [{"snippet": {"channelId": each, "channelTitle": "Baker &amp; Co"}} for each in found]
            more = {"nextPageToken": "CAUQAA"} if first else {}
        elif method == "channels":
            by_name = [CHANNELS[int(str(parameters[each])[-1])] for each in ("forHandle",) if each in parameters]
            asked = by_name or reversed(str(parameters["id"]).split(","))
            items = [_channel(each) for each in asked]
        elif method == "playlistItems":
            uploads = str(parameters["playlistId"])
            items = [{"snippet": {"resourceId": {"videoId": f"{uploads[-1]}v{each}"}}} for each in (1, 2)]
        elif method == "videos":
            items = [_video(each) for each in str(parameters["id"]).split(",")]
        else:
            author = {"authorDisplayName": "@fan", "authorChannelId": {"value": "UCfan"}}
            said = {**author, "textDisplay": "nice", "publishedAt": "2026-11-02T10:00:00Z"}
            items = [{"snippet": {"topLevelComment": {"snippet": said}}}]
        kind = {
            "search": "search",
            "channels": "channel",
            "playlistItems": "playlistItem",
            "videos": "video",
            "commentThreads": "commentThread",
        }[method]
        return 200, {"kind": f"youtube#{kind}ListResponse", "items": items, **more}
