"""Every recorded answer of YouTube becomes records, and no key of one is overlooked."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest
from influtui_youtube.records import as_comments, as_post, as_profile
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

from influtui.api import AuthInvalid, PluginError, QuotaExhausted, Reply, Unsupported, UpstreamChanged, read, read_each

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LISTS: dict[str, tuple[type[Any], type[msgspec.Struct], str]] = {
    "youtube#searchListResponse": (SearchList, SearchResult, "SearchResult"),
    "youtube#channelListResponse": (ChannelList, Channel, "Channel"),
    "youtube#playlistItemListResponse": (PlaylistItemList, PlaylistItem, "PlaylistItem"),
    "youtube#videoListResponse": (VideoList, Video, "Video"),
    "youtube#commentThreadListResponse": (CommentThreadList, CommentThread, "CommentThread"),
}
IGNORED: dict[str, dict[str, str]] = tomllib.loads(
    files("influtui_youtube").joinpath("ignored.toml").read_text("utf-8")
)


@pytest.fixture(scope="module")
def payloads(samples: Path) -> dict[str, Any]:
    return {path.stem: json.loads(path.read_bytes()) for path in sorted((samples / "payloads/youtube").rglob("*.json"))}


@pytest.fixture(scope="module")
def schemas(samples: Path) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads((samples / "specs/youtube/youtube.v3.json").read_text("utf-8"))
    return spec["schemas"]  # type: ignore[no-any-return]


def _items(payloads: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """All objects of a kind, whether a payload is one of them or a list of them."""
    found = [each for each in payloads.values() if each.get("kind") == kind]
    return found + [item for each in payloads.values() for item in each.get("items", []) if item.get("kind") == kind]


def _read(item: dict[str, Any], kind: type[Any]) -> Any:
    return read(json.dumps(item).encode(), kind, "it")


def _left(kind: type[msgspec.Struct], sent: dict[str, Any], path: str = "") -> Iterator[str]:
    """The keys of `sent` that `kind` does not read, by their path."""
    fields = {each.encode_name: each.type for each in msgspec.structs.fields(kind)}
    for key, value in sent.items():
        if key not in fields:
            yield f"{path}{key}"
        elif isinstance(value, dict) and isinstance(fields[key], type) and issubclass(fields[key], msgspec.Struct):
            yield from _left(fields[key], value, f"{path}{key}.")


def _documented(kind: type[msgspec.Struct], schema: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    """The keys that the discovery document has for `kind` and that it does not read."""

    def whole(part: dict[str, Any]) -> dict[str, Any]:
        part = schemas[part["$ref"]] if "$ref" in part else part
        return {key: whole(inner) if "$ref" in inner or "properties" in inner else inner
                for key, inner in part.get("properties", {}).items()}  # fmt: skip

    yield from _left(kind, whole(schema))


def test_every_recorded_answer_is_one_that_is_read_or_named_as_left_out(payloads: dict[str, Any]) -> None:
    assert len(payloads) == 34
    seen = set()
    for name, body in payloads.items():
        kind = body.get("kind", "")
        if "error" in body or name.startswith("model_"):
            continue
        seen.add(kind)
        if kind in LISTS:
            answer = _read(body, LISTS[kind][0])
            found, odd = read_each(answer.items, LISTS[kind][1])
            assert (len(found), odd) == (len(body["items"]), []), name
        else:
            assert IGNORED["answers"][kind], name
    assert seen == LISTS.keys() | IGNORED["answers"].keys()


@pytest.mark.parametrize("kind", LISTS)
def test_each_key_is_read_or_left_for_a_reason(kind: str, payloads: dict[str, Any], schemas: dict[str, Any]) -> None:
    around, shape, named = LISTS[kind]
    item = f"{named[0].lower()}{named[1:]}"
    sent = _items(payloads, f"youtube#{item}")
    assert sent
    left = {path for each in sent for path in _left(shape, each)} | set(_documented(shape, schemas[named], schemas))
    assert {path for path in left if path not in IGNORED[item]} == set()
    assert IGNORED[item].keys() - left == set(), "a reason for nothing"
    answers = [each for each in payloads.values() if each.get("kind") == kind]
    listed = {path for each in answers for path in _left(around, each)}
    listed |= set(_documented(around, schemas[f"{kind[8].upper()}{kind[9:]}"], schemas))
    assert listed <= IGNORED["list"].keys()


def test_every_reason_is_a_sentence_and_every_list_has_a_reader() -> None:
    assert all(len(reason) > 10 for table in IGNORED.values() for reason in table.values())
    items = {f"{named[0].lower()}{named[1:]}" for _, _, named in LISTS.values()}
    assert IGNORED.keys() == items | {"answers", "list"}


def test_every_recorded_channel_becomes_a_record_with_its_numbers(payloads: dict[str, Any]) -> None:
    channels = _items(payloads, "youtube#channel")
    assert len(channels) == 7
    for sent in channels:
        profile = as_profile(_read(sent, Channel), None, {}, NOW)
        assert profile.platform_id == sent["id"]
        assert profile.name == sent["snippet"]["title"]
        assert profile.handle == sent["snippet"]["customUrl"].removeprefix("@")
        assert profile.bio == (sent["snippet"]["description"] or None)
        assert profile.country == sent["snippet"].get("country")
        counts = sent.get("statistics", {})
        assert profile.followers == (int(counts["subscriberCount"]) if counts else None)
        assert profile.posts == (int(counts["videoCount"]) if counts else None)


def test_a_recorded_channel_has_the_topics_that_youtube_and_its_owner_name(payloads: dict[str, Any]) -> None:
    profile = as_profile(_read(payloads["model_channel_full"], Channel), None, {}, NOW)
    assert profile.topics[:5] == ("entertainment", "technology", "lifestyle", "google developers", "developers")
    assert profile.quality == {"followers": "rounded"}


def test_a_number_that_is_sent_as_a_number_is_read_like_one_that_is_sent_as_text(payloads: dict[str, Any]) -> None:
    counts = payloads["model_channel_statistics"]
    profile = as_profile(_read({"id": "UCx", "statistics": counts}, Channel), None, {}, NOW)
    assert (profile.followers, profile.posts) == (int(counts["subscriberCount"]), int(counts["videoCount"]))


def test_every_recorded_video_becomes_a_record_with_its_numbers(payloads: dict[str, Any]) -> None:
    videos = _items(payloads, "youtube#video")
    assert len(videos) == 12
    for sent in videos:
        post = as_post(_read(sent, Video))
        counts = sent.get("statistics", {})
        assert post.text is not None
        assert post.text.startswith(sent["snippet"]["title"])
        assert post.posted_at is not None
        assert post.posted_at.tzinfo is not None
        given = [int(counts[key]) if key in counts else None for key in ("viewCount", "likeCount", "commentCount")]
        assert [post.views, post.likes, post.comments] == given
        assert (post.shares, post.sponsored) == (None, None)


def test_the_entities_in_recorded_search_results_are_what_they_stand_for(payloads: dict[str, Any]) -> None:
    results = [_read(each, SearchResult) for each in _items(payloads, "youtube#searchResult")]
    assert len(results) == 90
    escaped = [each.snippet for each in results if "&" in each.snippet.channel_title]
    assert not [each.channel for each in escaped if "&amp;" in each.channel or "&#39;" in each.channel]
    snippet = _read({"snippet": {"channelId": "UCx", "channelTitle": "Tom &amp; Jo&#39;s"}}, SearchResult).snippet
    assert snippet.channel == "Tom & Jo's"


def test_every_recorded_comment_becomes_a_record_with_its_author(payloads: dict[str, Any]) -> None:
    threads = _items(payloads, "youtube#commentThread")
    assert len(threads) == 12
    for sent in threads:
        written = sent["snippet"]["topLevelComment"]["snippet"]
        author = written["authorChannelId"]["value"]
        (comment,) = as_comments([_read(sent, CommentThread)], "UCsomebody")
        assert (comment.author, comment.text) == (author, written["textDisplay"])
        assert comment.posted_at is not None
        assert as_comments([_read(sent, CommentThread)], author) == (), "one's own comments tell nothing"


@pytest.mark.parametrize(("name", "status", "error", "words"), [
    ("error_403_quotaExceeded", 403, QuotaExhausted, "quota"),
    ("error_403_API_KEY_SERVICE_BLOCKED", 403, AuthInvalid, "restricted to other APIs"),
    ("error_keyInvalid_legacy", 400, AuthInvalid, "does not know this API key"),
    ("error_permission_resp", 403, Unsupported, "does not allow"),
    ("error_simple", 400, UpstreamChanged, "400"),
])  # fmt: skip
def test_every_recorded_error_has_its_own_kind(
    payloads: dict[str, Any], name: str, status: int, error: type[PluginError], words: str
) -> None:
    assert name in payloads
    found = refusal(Reply(status, {}, json.dumps(payloads[name]).encode()), "search", NOW)
    assert type(found) is error
    assert words in found.message
    assert "<a" not in found.message
    assert "XXXX" not in found.message + found.detail
