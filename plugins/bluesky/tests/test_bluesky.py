"""What Bluesky sends becomes records: every recorded answer, and answers with things missing."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest
from influtui_bluesky import FEED, PROFILES, SEARCH, BlueskySource, as_post, own_posts, reason_to_hide
from influtui_bluesky.wire import Author, FeedItem, Label, Like, PostRecord, PostView, ProfileView, Reason

from influtui.api import (
    InvalidInput,
    Page,
    Parameter,
    RateLimited,
    Reply,
    SourceContext,
    UpstreamChanged,
    read,
    read_each,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Recorded:
    """An `Http` that answers from a table of method to body."""

    def __init__(self, bodies: Mapping[str, Any], status: int = 200) -> None:
        self.bodies = dict(bodies)
        self.status = status
        self.asked: list[tuple[str, Mapping[str, Parameter]]] = []

    async def get(self, path: str, parameters: Mapping[str, Parameter] | None = None) -> Reply:
        self.asked.append((path, parameters or {}))
        body = self.bodies.get(path, {})
        return Reply(self.status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def _source(http: Recorded, **settings: bool) -> BlueskySource:
    return BlueskySource(SourceContext(plugin="bluesky", http=http, settings=settings, clock=lambda: NOW))


@pytest.fixture(scope="module")
def payloads(samples: Path) -> dict[str, Any]:
    folder = samples / "payloads" / "bluesky" / "atproto-snapshots"
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))}


def _items(payloads: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """All entries of one kind, whether a payload is one of them, a list, or an answer around one."""
    items: list[dict[str, Any]] = []
    for name, body in payloads.items():
        if name.startswith(kind):
            body = body.get("profiles", body) if isinstance(body, dict) else body
            items += body if isinstance(body, list) else [body]
    return items


def test_every_recorded_profile_becomes_a_record_with_its_numbers(payloads: dict[str, Any]) -> None:
    profiles = [item for item in _items(payloads, "profile") + _items(payloads, "actor-search") if "did" in item]
    assert len(profiles) > 15
    for item in profiles:
        view = read(json.dumps(item).encode(), ProfileView, "it")
        assert view.followers_count == item.get("followersCount")
        assert view.display_name == item.get("displayName")
        assert view.description == item.get("description")


def test_what_is_among_the_recorded_profiles_but_is_none_is_not_taken_for_one(payloads: dict[str, Any]) -> None:
    others = [item for item in _items(payloads, "profile") if "did" not in item]
    assert others, "a live status and a messaging record are there"
    found, odd = read_each([msgspec.Raw(json.dumps(item).encode()) for item in others], ProfileView)
    assert (found, len(odd)) == ([], len(others))


def test_every_recorded_post_becomes_a_record_with_its_numbers(payloads: dict[str, Any]) -> None:
    posts = [item["post"] for item in _items(payloads, "author-feed")] + _items(payloads, "posts")
    assert len(posts) > 20
    for item in posts:
        view = read(json.dumps(item).encode(), PostView, "it")
        post = as_post(ProfileView(did=view.author.did, handle="anna.example"), view)
        assert (post.likes, post.comments) == (item["likeCount"], item["replyCount"])
        assert post.shares == item["repostCount"] + item["quoteCount"]
        assert post.text == (item["record"]["text"] or None)
        assert post.posted_at is not None
        assert post.posted_at.tzinfo is not None


def test_reposts_and_pins_of_recorded_feeds_are_not_the_authors_posts(payloads: dict[str, Any]) -> None:
    seen = set()
    for name, body in payloads.items():
        if not name.startswith("author-feed"):
            continue
        items = [read(json.dumps(item).encode(), FeedItem, "it") for item in body]
        reposted = {item.post.uri for item in items if item.reason and item.reason.type.endswith("reasonRepost")}
        seen |= {item.reason.type for item in items if item.reason}
        for author in {item.post.author.did for item in items}:
            own = own_posts(ProfileView(did=author, handle="x"), items)
            assert all(post.author.did == author for post in own)
            assert len({post.uri for post in own}) == len(own)
            assert not {post.uri for post in own} & reposted - {item.post.uri for item in items if item.reason is None}
    assert {each.rpartition("#")[2] for each in seen} == {"reasonRepost", "reasonPin"}


IGNORED: dict[str, dict[str, str]] = tomllib.loads(
    files("influtui_bluesky").joinpath("ignored.toml").read_text("utf-8")
)
SPECS = {
    "profile": ("app/bsky/actor/defs", ("profileView", "profileViewDetailed")), "post": ("app/bsky/feed/defs", ("postView",)),
    "author": ("app/bsky/actor/defs", ("profileViewBasic",)), "item": ("app/bsky/feed/defs", ("feedViewPost",)),
    "reason": ("app/bsky/feed/defs", ("reasonRepost",)), "label": ("com/atproto/label/defs", ("label",)),
    "like": ("app/bsky/feed/getLikes", ("like",)), "record": ("app/bsky/feed/post", ("main",)),
}  # fmt: skip
"""Where the lexicons describe what is read, by the table in `ignored.toml`."""
KINDS: dict[str, type[msgspec.Struct]] = {
    "profile": ProfileView, "post": PostView, "author": Author, "item": FeedItem, "reason": Reason, "label": Label, "like": Like,
    "record": PostRecord,
}  # fmt: skip


def _sent(payloads: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Every recorded object, by what it is."""
    items = _items(payloads, "author-feed")
    posts = [item["post"] for item in items] + _items(payloads, "posts")
    profiles = [item for item in _items(payloads, "profile") + _items(payloads, "actor-search") if "did" in item]
    return {
        "profile": profiles, "post": posts, "author": [post["author"] for post in posts], "item": items,
        "reason": [item["reason"] for item in items if "reason" in item], "record": [post["record"] for post in posts],
        "label": [label for each in (*posts, *profiles) for label in each.get("labels", [])],
    }  # fmt: skip


@pytest.mark.parametrize("kind", SPECS)
def test_each_key_is_read_or_left_for_a_reason(payloads: dict[str, Any], samples: Path, kind: str) -> None:
    path, names = SPECS[kind]
    lexicon = json.loads((samples / f"specs/bluesky/lexicons/{path}.json").read_text("utf-8"))["defs"]
    shapes = [lexicon[name].get("record", lexicon[name]) for name in names]
    named = {key for shape in shapes for key in shape["properties"]}
    sent = {key for each in _sent(payloads).get(kind, []) for key in each}
    kept = {field.encode_name for field in msgspec.structs.fields(KINDS[kind])}
    assert (named | sent) - kept - IGNORED[kind].keys() == set()
    assert not kept & IGNORED[kind].keys()
    assert all(len(reason) > 5 for reason in IGNORED[kind].values())


VIEW = {"did": "did:plc:a", "handle": "anna.example"}


async def _page(**view: Any) -> Page:
    entry = {**VIEW, **view}
    http = Recorded({SEARCH: {"actors": [entry]}, PROFILES: {"profiles": [entry]}, FEED: {"feed": []}})
    return await _source(http).search("anna", cursor=None, limit=5)


@pytest.mark.parametrize(
    "missing", ["displayName", "description", "followersCount", "followsCount", "postsCount", "labels"]
)
async def test_a_key_that_is_missing_is_unknown_and_never_zero(missing: str) -> None:
    whole = {
        "displayName": "Anna",
        "description": "bio",
        "followersCount": 9,
        "followsCount": 8,
        "postsCount": 7,
        "labels": [],
    }
    del whole[missing]
    page = await _page(**whole)
    profile = page.profiles[0]
    given = {
        "displayName": profile.name, "description": profile.bio, "followersCount": profile.followers,
        "followsCount": profile.following, "postsCount": profile.posts, "labels": None,
    }  # fmt: skip
    assert given[missing] is None
    assert given.items() >= {key: value for key, value in whole.items() if key != "labels"}.items()


@pytest.mark.parametrize("label", ["!no-unauthenticated", "!hide", "porn", "spam"])
async def test_labels_that_hide_are_respected_and_named(label: str) -> None:
    page = await _page(labels=[{"val": label}])
    assert page.profiles == ()
    assert page.skipped[0].ref == "anna.example"
    assert page.skipped[0].reason


def test_a_label_that_was_taken_back_hides_nobody() -> None:
    view = ProfileView("did:plc:a", "anna.example", labels=[Label("porn"), Label("porn", neg=True), Label("bot")])
    assert reason_to_hide(view) is None


def test_every_label_of_the_list_has_a_reason() -> None:
    table = tomllib.loads(files("influtui_bluesky").joinpath("labels.toml").read_text("utf-8"))["hide"]
    assert all(isinstance(reason, str) and reason for reason in table.values())
    assert {"!no-unauthenticated", "!hide", "porn", "spam"} <= table.keys()


async def test_a_handle_that_leads_nowhere_is_left_out() -> None:
    page = await _page(handle="handle.invalid")
    assert page.profiles == ()
    assert page.skipped[0].ref == "did:plc:a"


async def test_a_search_asks_for_what_it_was_told_and_goes_on_where_it_stopped() -> None:
    http = Recorded({SEARCH: {"actors": [], "cursor": "next-page"}})
    page = await _source(http).search("vegan baking", cursor="here", limit=7)
    assert http.asked == [(SEARCH, {"q": "vegan baking", "limit": 7, "cursor": "here"})]
    assert page.next == "next-page"


async def test_profiles_are_asked_for_twenty_five_at_a_time() -> None:
    people = [{"did": f"did:plc:{n}", "handle": f"p{n}.example", "postsCount": 0} for n in range(60)]
    http = Recorded({SEARCH: {"actors": people}, PROFILES: {"profiles": people}})
    page = await _source(http).search("p", cursor=None, limit=60)
    sizes = [len(parameters["actors"]) for method, parameters in http.asked if method == PROFILES]  # type: ignore[arg-type]
    assert sizes == [25, 25, 10]
    assert [profile.handle for profile in page.profiles] == [person["handle"] for person in people]


async def test_engagement_can_be_switched_off() -> None:
    http = Recorded({SEARCH: {"actors": [VIEW]}, PROFILES: {"profiles": [VIEW]}})
    page = await _source(http, engagement=False).search("anna", cursor=None, limit=5)
    assert page.profiles[0].recent_posts is None
    assert FEED not in [method for method, _ in http.asked]


async def test_a_post_from_the_future_is_dated_by_when_it_was_seen() -> None:
    post = {
        "uri": "at://did:plc:a/app.bsky.feed.post/k", "cid": "c", "author": VIEW, "indexedAt": "2026-11-01T00:00:00Z",
        "record": {"text": "hi", "createdAt": "2099-01-01T00:00:00Z", "langs": ["de-AT"]},
    }  # fmt: skip
    http = Recorded({SEARCH: {"actors": [VIEW]}, PROFILES: {"profiles": [VIEW]}, FEED: {"feed": [{"post": post}]}})
    profile = (await _source(http).search("anna", cursor=None, limit=5)).profiles[0]
    assert profile.recent_posts is not None
    assert profile.recent_posts[0].posted_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert profile.recent_posts[0].likes is None
    assert profile.language == "de"


@pytest.mark.parametrize(("status", "body", "error"), [
    (400, {"error": "InvalidRequest", "message": "q is odd"}, InvalidInput), (400, b"<html>", InvalidInput),
    (403, b"<html>forbidden", RateLimited), (401, {}, UpstreamChanged), (200, b"<html>", UpstreamChanged),
    (200, b'{"actors": [', UpstreamChanged), (200, {"people": []}, UpstreamChanged), (200, b"", UpstreamChanged),
])  # fmt: skip
async def test_an_answer_that_refuses_has_its_own_kind(status: int, body: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        await _source(Recorded({SEARCH: body}, status)).search("anna", cursor=None, limit=5)
