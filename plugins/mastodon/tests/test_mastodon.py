"""What a Mastodon server sends becomes records, its HTML becomes text."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from influtui_mastodon import as_post, handle, own_statuses, reason_to_hide
from influtui_mastodon.wire import Account, Field, Status, plain

from influtui.api import read


@pytest.fixture(scope="module")
def bodies(samples: Path) -> list[Any]:
    folder = samples / "payloads" / "mastodon"
    return [json.loads(path.read_bytes())["response"]["body"] for path in sorted(folder.glob("*.json"))]


def _entities(body: Any) -> list[dict[str, Any]]:
    """Every object anywhere in a body."""
    if isinstance(body, list):
        return [each for item in body for each in _entities(item)]
    if isinstance(body, dict):
        return [body, *(each for item in body.values() for each in _entities(item))]
    return []


def test_every_recorded_account_becomes_a_record_with_its_numbers(bodies: list[Any]) -> None:
    accounts = [each for body in bodies for each in _entities(body) if "acct" in each and "followers_count" in each]
    assert len(accounts) > 30
    for item in accounts:
        account = read(json.dumps(item).encode(), Account, "it")
        assert (account.followers_count, account.statuses_count) == (item["followers_count"], item["statuses_count"])
        assert handle(account).startswith(item["username"] + "@")
        assert "<" not in plain(account.note)


def test_every_recorded_status_becomes_a_record_with_its_numbers(bodies: list[Any]) -> None:
    statuses = [each for body in bodies for each in _entities(body) if "favourites_count" in each]
    assert len(statuses) > 20
    for item in statuses:
        post = as_post(read(json.dumps(item).encode(), Status, "it"))
        assert (post.likes, post.comments) == (item["favourites_count"], item["replies_count"])
        assert post.posted_at is not None
        assert post.posted_at.tzinfo is not None


IGNORED: dict[str, dict[str, str]] = tomllib.loads(
    files("influtui_mastodon").joinpath("ignored.toml").read_text("utf-8")
)


@pytest.mark.parametrize(("kind", "entity", "struct", "key"), [
    ("account", "Account", Account, "followers_count"), ("status", "Status", Status, "favourites_count"),
    ("field", "Field", Field, "verified_at"),
])  # fmt: skip
def test_each_key_is_read_or_left_for_a_reason(
    bodies: list[Any], samples: Path, kind: str, entity: str, struct: type[msgspec.Struct], key: str
) -> None:
    api = json.loads((samples / "specs/mastodon/mastodon-openapi.json").read_text("utf-8"))
    named = set(api["components"]["schemas"][entity]["properties"])
    sent = {name for body in bodies for each in _entities(body) if key in each for name in each}
    assert sent, f"no {kind} was recorded"
    kept = {field.encode_name for field in msgspec.structs.fields(struct)}
    assert (named | sent) - kept - IGNORED[kind].keys() == set()
    assert not kept & IGNORED[kind].keys()
    assert all(len(reason) > 5 for reason in IGNORED[kind].values())


@pytest.mark.parametrize(("html", "text"), [
    ("<p>one</p><p>two<br>three</p>", "one\ntwo\nthree"), ("a &amp; b &lt;3", "a & b <3"), ("plain", "plain"),
    ('<a href="https://x.example" rel="me"><span class="invisible">https://</span>x.example</a>', "https://x.example"),
    ("<script>alert(1)</script><style>p{}</style>hi", "hi"), ("<p", "<p"), ("", ""),
])  # fmt: skip
def test_html_becomes_text(html: str, text: str) -> None:
    assert plain(html) == text


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_html_becomes_some_text(html: str) -> None:
    plain(html)


ACCOUNT = {"id": "1", "acct": "anna", "username": "anna", "url": "https://this.example/@anna"}


@pytest.mark.parametrize(("key", "value", "hidden"), [
    ("discoverable", False, True), ("discoverable", None, False), ("discoverable", True, False), ("noindex", True, True),
    ("suspended", True, True), ("limited", True, True), ("memorial", True, True),
    ("moved", {"id": "2"}, True), ("moved", None, False),
])  # fmt: skip
def test_a_no_is_respected_and_silence_is_not_a_no(key: str, value: Any, hidden: bool) -> None:
    account = read(json.dumps({**ACCOUNT, key: value}).encode(), Account, "it")
    assert (reason_to_hide(account) is not None) is hidden


def test_only_public_posts_of_its_own_count() -> None:
    own = Account("1", "anna", "anna")

    def post(**more: Any) -> Status:
        given = {"id": "5", "created_at": "2026-11-01T10:00:00Z", "account": {"id": "1"}, **more}
        return read(json.dumps(given).encode(), Status, "it")

    posts = [
        post(),
        post(visibility="unlisted"),
        post(visibility="direct"),
        post(reblog={"id": "2"}),
        post(account={"id": "2"}),
    ]
    assert own_statuses(own, posts) == posts[:2]
