"""Every stored answer of TikTok becomes records, no key of one is overlooked, and requests are those of the specs."""

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
from influtui_tiktok import TikTokSource, records, wire
from influtui_tiktok.ways import refusal
from influtui_tiktok.wire import (
    Business,
    Commercial,
    Creator,
    Embed,
    Label,
    Library,
    LibraryCreator,
    LibraryVideo,
    Me,
    OnePages,
    OnePost,
    Open,
    OpenError,
    OwnVideo,
    Researched,
    ResearchVideo,
    Token,
    Videos,
)

from influtui.api import Parameter, PluginError, Reply, SourceContext, UpstreamChanged, read, read_each

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
IGNORED: dict[str, dict[str, str]] = tomllib.loads(files("influtui_tiktok").joinpath("ignored.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def payloads(samples: Path) -> dict[str, Any]:
    return {path.stem: json.loads(path.read_bytes()) for path in sorted((samples / "payloads/tiktok").rglob("*.json"))}


@pytest.fixture(scope="module")
def one(samples: Path) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads((samples / "specs/tiktok/derived/tto-tcm-v1.3.json").read_text("utf-8"))
    return spec


@pytest.fixture(scope="module")
def opened(samples: Path) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads((samples / "specs/tiktok/derived/open-tiktokapis-v2.json").read_text("utf-8"))
    return spec


def _known(kind: type[msgspec.Struct], table: str) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(kind)} | IGNORED[table].keys()


def _raw(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_each_stored_answer_decodes_and_each_key_is_read_or_left_for_a_reason(payloads: dict[str, Any]) -> None:
    assert len(payloads) == 4
    for name, body in payloads.items():
        envelope = read(_raw(body), Open, name)
        assert envelope.error.code == "ok"
        assert body["error"].keys() <= _known(OpenError, "envelope"), name
        data = body["data"]
        if "comments" in data:
            assert all(comment.keys() <= IGNORED["comment"].keys() for comment in data["comments"])
        elif "videos" in data:
            assert data.keys() <= _known(Videos, "envelope")
            videos, odd = read_each(read(envelope.data, Videos, name).videos, ResearchVideo)
            assert [each.username for each in videos] == [
                each["username"] for each in data["videos"] if "username" in each
            ]
            assert len(videos) + len(odd) == len(data["videos"])
            assert all(each.keys() <= _known(ResearchVideo, "research_video") for each in data["videos"])
        else:
            assert data.keys() <= _known(Library, "envelope")
            entries, odd = read_each(read(envelope.data, Library, name).commercial_contents, Commercial)
            assert (len(entries), odd) == (len(data["commercial_contents"]), [])
            for entry in data["commercial_contents"]:
                assert entry.keys() <= _known(Commercial, "library")
                assert entry["creator"].keys() <= _known(LibraryCreator, "library")
                assert all(each.keys() <= _known(LibraryVideo, "library_video") for each in entry["videos"])


def test_real_videos_keep_their_numbers_and_what_is_absent_is_unknown(payloads: dict[str, Any]) -> None:
    entries = payloads["api_videos_response_page_1_of_2"]["data"]["videos"]
    assert sum("like_count" not in entry for entry in entries) == 1
    for entry in entries:
        video = read(_raw(entry), ResearchVideo, "it")
        name = records.handle(video.username)
        if name is None:
            continue
        [post] = records.of_research(name, [video], None, NOW).recent_posts or ()
        numbers = (post.views, post.likes, post.comments, post.shares)
        assert numbers == tuple(entry.get(f"{what}_count") for what in ("view", "like", "comment", "share"))
        assert post.id == str(entry["id"])
        assert post.posted_at is not None
        assert post.posted_at.timestamp() == entry["create_time"]


def test_a_paid_partnership_says_when_and_where(payloads: dict[str, Any]) -> None:
    [entry] = payloads["adlib_commercial_content"]["data"]["commercial_contents"]
    post = records.as_paid(read(_raw(entry), Commercial, "it"))
    assert (post.id, post.sponsored, post.likes) == ("19384729204821234", True, None)
    assert post.posted_at == datetime(2023, 10, 9, 18, 24, 12, tzinfo=UTC)
    library = read(_raw(payloads["adlib_commercial_content"]["data"]), Library, "it")
    assert wire.goes_on(library.has_more)


def test_names_with_characters_that_no_name_has_do_not_get_far() -> None:
    assert records.handle("cat\x00lover\x00") == "catlover"
    assert [records.handle(name) for name in ("", "\x00", "a", "two words", "@Anna.B")] == [None] * 4 + ["anna.b"]


def test_each_field_that_tiktok_one_lists_is_read_or_left_for_a_reason(one: dict[str, Any]) -> None:
    endpoints = one["endpoints"]
    short = set(endpoints["GET /tto/tcm/creator/discover/"]["data"]["creators[]"])
    long = {name.partition("[")[0] for name in endpoints["GET /tto/tcm/creator/public/"]["data"]}
    assert short | long == _known(Creator, "creator")
    videos = endpoints["GET /tto/tcm/creator/public/video/list/"]["data"]
    assert {name.partition(" ")[0].removesuffix("[]") for name in videos["posts[]"]} == _known(OnePost, "post")
    pages = {*videos["page_info"], *endpoints["GET /tto/tcm/creator/discover/"]["data"]["page_info"]}
    assert pages == _known(OnePages, "pages")
    assert {"label_id", "label_name"} == _known(Label, "label")
    assert one["envelope"].keys() <= _known(Business, "envelope")


def test_each_field_that_the_open_api_lists_is_read_or_left_for_a_reason(opened: dict[str, Any]) -> None:
    endpoints = opened["endpoints"]
    me = {name for fields in endpoints["display.user_info"]["fields"].values() for name in fields}
    assert me == _known(Me, "me")
    assert endpoints["display.video_list"]["video_fields"].keys() == _known(OwnVideo, "video")
    assert set(endpoints["research.video_query"]["video_fields"]) | {"video_id"} == _known(
        ResearchVideo, "research_video"
    )
    researched = endpoints["research.user_info"]["query"]["fields"].removeprefix("csv of ")
    assert set(researched.split(",")) == _known(Researched, "researched")
    library = endpoints["adlib.commercial_content"]["query"]["fields"].removeprefix("csv of ")
    assert set(library.split(",")) == _known(Commercial, "library")
    assert set(opened["token"]["error_shape"]) <= _known(Token, "token")


def test_every_key_that_is_left_has_its_reason() -> None:
    assert all(len(reason) > 5 for table in IGNORED.values() for reason in table.values())
    assert _known(Embed, "embed") >= {"author_unique_id", "html"}


class Asked:
    """An `Http` that keeps what it is asked and gives empty answers."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = []

    async def get(self, path: str, parameters: Mapping[str, Parameter] | None = None, **more: Any) -> Reply:
        return self._replied("GET", path, parameters, {})

    async def post(
        self, path: str, parameters: Mapping[str, Parameter] | None = None, *, json: Any = None,
        form: Mapping[str, str] | None = None, **more: Any,
    ) -> Reply:  # fmt: skip
        return self._replied("POST", path, parameters, json if form is None else dict(form))

    def _replied(self, verb: str, path: str, parameters: Mapping[str, Parameter] | None, body: dict[str, Any]) -> Reply:
        self.requests.append((verb, path, dict(parameters or {}), body))
        data: dict[str, Any] = {"creators": [{"handle_name": "anna"}], "posts": [], "handle_name": "anna"}
        data |= {"videos": [{"username": "anna", "id": 1}], "commercial_contents": [], "user": {"username": "anna"}}
        answer = {"code": 0, "data": data}
        if "open.tiktokapis" in path:
            answer = {"error": {"code": "ok"}, "data": data}
        if path.endswith("oauth/token/"):
            answer = {"access_token": "clt.123456"}
        return Reply(200, {}, _raw(answer))


async def _requests(query: str) -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    http = Asked()
    settings = {"account_id": "71", "client_key": "awx1", "engagement": True, "research_eligible": True}
    secrets = {"access_token": "one-secret", "client_secret": "app-secret", "refresh_token": "rft-secret"}
    context = SourceContext(plugin="tiktok", http=http, settings=settings, clock=lambda: NOW, secrets=secrets)
    await TikTokSource(context).search(query, cursor=None, limit=25)
    assert not any(
        secret in f"{path}{parameters}" for _, path, parameters, _ in http.requests for secret in secrets.values()
    )
    return http.requests


ONE = ("vegan baking country:us,ca followers:10k..250k views:1k.. language:en audience:DE", "@anna")


@pytest.mark.parametrize("query", ONE)
async def test_tiktok_one_is_asked_with_the_parameters_of_its_spec(one: dict[str, Any], query: str) -> None:
    requests = await _requests(query)
    for verb, path, parameters, _ in requests:
        endpoint = one["endpoints"][f"{verb} {path.removeprefix('open_api/v1.3')}"]["params"]
        assert parameters.keys() <= endpoint.keys()
        assert {name for name, kind in endpoint.items() if str(kind).endswith("*")} <= parameters.keys()
        for name, value in parameters.items():
            assert _is(str(endpoint[name]), value), f"{name} = {value!r} is no {endpoint[name]}"
    assert len(requests) == (3 if query is ONE[0] else 2)


def _is(kind: str, value: Any) -> bool:
    if kind.startswith("string[]"):
        return isinstance(value, str) and all(isinstance(each, str) for each in json.loads(value))
    return isinstance(value, int if kind.startswith("int") else str) and not isinstance(value, bool)


OPEN = {
    "me": ["display.user_info", "display.video_list"],
    "paid brand:acme country:DE since:2026-01-01 @anna": ["adlib.commercial_content"],
    "research vegan baking country:DE": ["research.video_query", "research.user_info"],
    "research #veganbaking": ["research.video_query", "research.user_info"],
}


@pytest.mark.parametrize("query", OPEN)
async def test_the_open_api_is_asked_as_its_spec_says(opened: dict[str, Any], query: str) -> None:
    requests = [each for each in await _requests(query) if not each[1].endswith("oauth/token/")]
    assert len(requests) == len(OPEN[query])
    for (verb, path, parameters, body), name in zip(requests, OPEN[query], strict=True):
        spec = opened["endpoints"][name]
        assert (verb, path) == (spec["method"], f"{opened['base']}{spec['path']}")
        assert parameters.keys() == {"fields"}
        assert body.keys() <= spec.get("body", {}).keys()
        known = (
            spec.get("video_fields") or spec.get("fields") or spec["query"]["fields"].removeprefix("csv of ").split(",")
        )
        known = {each for part in known.values() for each in part} if name == "display.user_info" else set(known)
        assert set(parameters["fields"].split(",")) <= known
        for condition in body.get("query", {}).get("and", ()):
            assert condition["field_name"] in spec["condition"]["field_name"]
            assert condition["operation"] in spec["condition"]["operation"]
        if name == "adlib.commercial_content":
            assert body["filters"].keys() <= spec["body"]["filters"].keys()
            assert body["filters"]["content_published_date_range"] == {"min": "20260101", "max": "20261122"}
            assert body["filters"]["creator_country_code"] == "DE"


async def test_tokens_are_got_as_the_spec_says(opened: dict[str, Any]) -> None:
    for query, grant in (("paid", "client_credentials"), ("me", "refresh_token")):
        verb, path, _, form = (await _requests(query))[0]
        assert (verb, path) == ("POST", f"{opened['base']}{opened['token']['path']}")
        assert form.keys() >= {"client_key", "client_secret", "grant_type"}
        assert form["grant_type"] == grant


def test_every_code_that_the_specs_name_is_a_typed_error(one: dict[str, Any], opened: dict[str, Any]) -> None:
    codes = [("business", code) for code in one["error_codes_seen"]]
    codes += [("open", code) for code in opened["errors_v2"] if code != "invalid_file_upload"]
    codes += [("oauth", code) for code in opened["token"]["errors"] if code != "unsupported_response_type"]
    for table, code in codes:
        error = refusal(table, code, "", "x")
        assert isinstance(error, PluginError)
        assert not isinstance(error, UpstreamChanged), code
    assert isinstance(refusal("open", "something_new", "", "x"), UpstreamChanged)
