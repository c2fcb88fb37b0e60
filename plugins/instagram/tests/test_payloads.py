"""Recorded answers of the Graph API become records, and each of their keys is read or left for a named reason."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest
from influtui_instagram import as_post
from influtui_instagram.wire import (
    Cursors,
    Discovered,
    GraphError,
    Hashtag,
    Insight,
    Insights,
    LinkedAccount,
    Listing,
    MarketCreator,
    Media,
    PageAccount,
    Paging,
    Refusal,
    User,
    Value,
)

from influtui.api import read

KINDS: dict[str, type[msgspec.Struct] | None] = {
    "user": User, "media": Media, "insight": Insight, "value": Value, "hashtag": Hashtag, "creator": MarketCreator,
    "page": PageAccount, "error": GraphError, "comment": None, "token": None, "publishing": None,
}  # fmt: skip
"""What an entry is, by its table in `ignored.toml`; None where the answer is one that is never asked for."""

NODES = {
    "comments_": "comment", "medias_comments": "comment", "users_mentioned_comment": "comment",
    "discovery_": "user", "users_user_fields": "user", "hashtags_hashtag_top": "media", "hashtags_": "hashtag",
    "users_hashtag_search": "hashtag", "users_recently": "hashtag", "me_accounts": "page", "medias_insights": "insight",
    "users_user_insights": "insight", "token_": "token", "users_content": "publishing", "error_": "error",
    "business_discovery": "user", "creator_marketplace": "creator", "medias_": "media", "stories_": "media",
    "users_": "media",
}  # fmt: skip
"""By how a payload's name begins, first match first."""


@pytest.fixture(scope="module")
def payloads(samples: Path) -> dict[str, Any]:
    folder = samples / "payloads" / "instagram"
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(folder.rglob("*.json"))}


@pytest.fixture(scope="module")
def ignored() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("influtui_instagram").joinpath("ignored.toml").read_text("utf-8"))


def _kind(name: str) -> str:
    return next(kind for start, kind in NODES.items() if name.startswith(start))


def _nodes(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes of an answer: it is one, a list of them, a frame around one, or a table by id."""
    for frame in ("business_discovery", "mentioned_media", "mentioned_comment", "error", "data"):
        if frame in body:
            return body[frame] if isinstance(body[frame], list) else [body[frame]]
    return list(body.values()) if all(key.isdigit() for key in body) else [body]


def _read_by(kind: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(kind)}


def _raw(node: object) -> bytes:
    return json.dumps(node).encode()


def test_every_recorded_node_becomes_a_record_with_what_it_says(payloads: dict[str, Any]) -> None:
    seen = set()
    for name, body in payloads.items():
        kind = KINDS[_kind(name)]
        for node in _nodes(body) if kind is not None else ():
            record = read(_raw(node), kind, "it")  # type: ignore[arg-type]
            seen.add(_kind(name))
            for key in _read_by(type(record)) & node.keys():
                if isinstance(node[key], str | int):
                    assert getattr(record, key) == node[key], (name, key)
    assert len(payloads) >= 39
    assert seen == {"user", "media", "insight", "hashtag", "page", "error", "creator"}


def test_each_key_of_each_recorded_answer_is_read_or_left_for_a_reason(
    payloads: dict[str, Any], ignored: dict[str, dict[str, str]]
) -> None:
    for name, body in payloads.items():
        kind = _kind(name)
        struct = KINDS[kind]
        for node in _nodes(body):
            assert node.keys() - (_read_by(struct) if struct else set()) - ignored[kind].keys() == set(), name
        for paging in _found(body, "paging"):
            assert paging.keys() - _read_by(Paging) - ignored["paging"].keys() == set(), name
            assert paging["cursors"].keys() - _read_by(Cursors) - ignored["paging"].keys() == set(), name
        for value in [*_found(body, "total_value"), *(each for values in _found(body, "values") for each in values)]:
            assert value.keys() - _read_by(Value) - ignored["value"].keys() == set(), name
        for child in (child for children in _found(body, "children") for child in children["data"]):
            assert child.keys() - _read_by(Media) - ignored["media"].keys() == set(), name


def _found(body: Any, key: str) -> list[Any]:
    """Everything that stands under `key`, at any depth."""
    if isinstance(body, list):
        return [each for part in body for each in _found(part, key)]
    if not isinstance(body, dict):
        return []
    return ([body[key]] if key in body else []) + [each for part in body.values() for each in _found(part, key)]


@pytest.mark.parametrize(("node", "kind", "frames"), [
    ("IGUser", "user", {"media"}), ("IGMedia", "media", set()), ("IGComment", "comment", set()),
    ("UserExportForCAM", "creator", {"insights"}), ("ShadowIGHashtag", "hashtag", set()),
    ("InstagramInsightsResult", "insight", set()),
])  # fmt: skip
def test_each_field_that_meta_lists_is_read_or_left_for_a_reason(
    samples: Path, ignored: dict[str, dict[str, str]], node: str, kind: str, frames: set[str]
) -> None:
    spec = json.loads((samples / "specs/instagram/facebook_business-26.0.3.derived.json").read_text("utf-8"))
    named = set(spec["nodes"][node]["fields"])
    struct = KINDS[kind]
    known = _read_by(struct) if struct else set()
    edges = {edge["endpoint"].strip("/") for edge in spec["nodes"][node].get("edges", ())}
    assert named - known == set(ignored[kind]) - edges, "fields without a reason, or reasons without a field"
    assert known - named <= frames


def test_every_key_that_is_left_has_its_reason(ignored: dict[str, dict[str, str]]) -> None:
    assert all(len(reason) > 5 for table in ignored.values() for reason in table.values())


def test_recorded_posts_keep_their_numbers_links_and_times(payloads: dict[str, Any]) -> None:
    entries = [payloads[f"discovery_medias_p{page}"]["business_discovery"]["media"]["data"] for page in (1, 2)]
    for node in (node for page in entries for node in page):
        post = as_post(read(_raw(node), Media, "it"))
        assert (post.likes, post.comments, post.url) == (node["like_count"], node["comments_count"], node["permalink"])
        assert post.posted_at is not None
        assert post.posted_at.strftime("%Y-%m-%dT%H:%M:%S%z") == node["timestamp"]


def test_views_come_with_reels_and_are_unknown_elsewhere(payloads: dict[str, Any]) -> None:
    media = read(_raw(payloads["business_discovery_media_view_count"]), Discovered, "it").business_discovery.media
    assert media is not None
    posts = [as_post(read(entry, Media, "it")) for entry in media.data or ()]
    assert [post.views for post in posts] == [7_757, None, None, None]


def test_a_recorded_list_goes_on_by_its_cursor_and_never_by_its_address(payloads: dict[str, Any]) -> None:
    first = read(_raw(payloads["hashtags_hashtag_top_medias_p1"]), Listing, "it")
    assert first.goes_on == "after"
    assert read(_raw(payloads["users_hashtag_search"]), Listing, "it").goes_on is None


def test_the_number_of_a_metric_is_read_in_both_shapes(payloads: dict[str, Any]) -> None:
    old = [read(_raw(node), Insight, "it").number for node in payloads["medias_insights"]["data"]]
    assert old == [8, 5, 0]
    assert [read(_raw(node), Insight, "it").number for node in payloads["medias_insights_new"]["data"]] == [11]
    assert read(b'{"name": "x", "total_value": {"value": {"DE": 3}}}', Insight, "it").number is None
    assert read(b'{"name": "x"}', Insight, "it").number is None


def test_recorded_refusals_are_read_by_code(payloads: dict[str, Any]) -> None:
    codes = {name: read(_raw(body), Refusal, "it").error.code for name, body in payloads.items() if "error" in body}
    assert sorted(code for code in codes.values() if code) == [32, 100, 110]


def test_frames_are_all_that_is_read_beside_nodes() -> None:
    assert _read_by(Insights) == {"data"}
    assert _read_by(LinkedAccount) == {"id", "username"}
