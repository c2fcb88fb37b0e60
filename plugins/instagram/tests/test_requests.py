"""What is asked of the Graph API is what Meta lists: nodes, edges, fields, parameters and their types (v26.0)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from influtui_instagram import InstagramSource
from influtui_instagram.asking import _known
from instagram_stand_in import BRAND, Field, fields_of

from influtui.api import Parameter, Reply, SourceContext

GENERIC = {"fields", "limit", "after"}
"""What every list of the Graph API takes; Meta's list of parameters leaves them out."""

NODES = {
    "business_discovery": "IGUser", "media": "IGMedia", "insights": "InstagramInsightsResult",
    "instagram_business_account": "IGUser",
}  # fmt: skip
"""The node behind a field that has fields of its own."""


class Asked:
    """An `Http` that keeps what it is asked and gives empty answers."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, Parameter], str, str | None]] = []

    async def get(
        self,
        path: str,
        parameters: Mapping[str, Parameter] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        method: str = "",
        key: str | None = None,
    ) -> Reply:
        self.requests.append((path, dict(parameters or {}), method, key))
        body: dict[str, Any] = {"data": []}
        if "business_discovery" in str((parameters or {}).get("fields")):
            body = {"business_discovery": {"id": "1"}, "id": BRAND}
        elif path == f"v26.0/{BRAND}":
            body = {"id": BRAND, "username": "brand", "media": {"data": [{"id": "178"}]}}
        elif path.endswith("ig_hashtag_search"):
            body = {"data": [{"id": "17843826142012701"}]}
        return Reply(200, {}, json.dumps(body).encode())


@pytest.fixture(scope="module")
def spec(samples: Path) -> dict[str, Any]:
    path = samples / "specs/instagram/facebook_business-26.0.3.derived.json"
    nodes: dict[str, Any] = json.loads(path.read_text("utf-8"))["nodes"]
    return nodes


async def _requests(query: str, cursor: str | None = None) -> list[tuple[str, dict[str, Parameter], str, str | None]]:
    http = Asked()
    settings = {"version": "v26.0", "user_id": BRAND, "engagement": True}
    context = SourceContext(
        plugin="instagram", http=http, settings=settings, clock=lambda: datetime(2026, 11, 22, tzinfo=UTC),
        secrets={"access_token": "EAABsecret"},
    )  # fmt: skip
    await InstagramSource(context).search(query, cursor=cursor, limit=25)
    assert "EAABsecret" not in repr(http.requests)
    return http.requests


def _fields_exist(spec: dict[str, Any], node: str, fields: tuple[Field, ...]) -> None:
    edges = {edge["endpoint"].strip("/") for edge in spec[node].get("edges", ())}
    for field in fields:
        assert field.name in spec[node]["fields"] or field.name in edges | {"media"}, f"{node} has no {field.name}"
        if field.inner:
            _fields_exist(spec, NODES[field.name], field.inner)


async def test_business_discovery_asks_for_fields_that_accounts_and_posts_have(spec: dict[str, Any]) -> None:
    [(path, parameters, method, key)] = await _requests("@anna.bakes")
    assert (path, method, key) == (f"v26.0/{BRAND}", "discovery", None)
    assert parameters.keys() == {"fields"}
    [frame] = fields_of(str(parameters["fields"]))
    assert frame.modifiers == (("username", "anna.bakes"),)
    _fields_exist(spec, "IGUser", (frame,))
    assert "/media" in {edge["endpoint"] for edge in spec["IGUser"]["edges"]}


async def test_tags_are_asked_for_on_the_brands_own_account(spec: dict[str, Any]) -> None:
    [(path, parameters, method, _)] = await _requests("tagged", cursor="QVFI")
    node, edge = path.removeprefix("v26.0/").split("/")
    assert (node, method, parameters["after"]) == (BRAND, "tags", "QVFI")
    assert parameters.keys() - GENERIC <= _edge(spec, "IGUser", edge).keys()
    _fields_exist(spec, "IGMedia", fields_of(str(parameters["fields"])))


async def test_the_brands_own_posts_are_asked_for_with_metrics_that_there_are(spec: dict[str, Any]) -> None:
    own, insights = await _requests("me")
    assert (own[0], own[2]) == (f"v26.0/{BRAND}", "me")
    _fields_exist(spec, "IGUser", fields_of(str(own[1]["fields"])))
    assert insights[0] == "v26.0/178/insights"
    assert insights[1].keys() <= _edge(spec, "IGMedia", "insights").keys()
    assert set(str(insights[1]["metric"]).split(",")) <= set(spec["InstagramInsightsResult"]["enums"]["Metric"])


@pytest.mark.parametrize(
    ("query", "edge"), [("#VeganBaking", "top_media"), ("hashtag veganbaking recent", "recent_media")]
)
async def test_hashtags_are_counted_by_name_and_their_posts_asked_for_without_authors(
    spec: dict[str, Any], query: str, edge: str
) -> None:
    search, posts = await _requests(query)
    assert search == ("v26.0/ig_hashtag_search", {"user_id": BRAND, "q": "veganbaking"}, "hashtag", "veganbaking")
    assert posts[0] == f"v26.0/17843826142012701/{edge}"
    assert posts[3] == "veganbaking"
    assert posts[1].keys() - GENERIC == _edge(spec, "ShadowIGHashtag", edge).keys()
    asked = fields_of(str(posts[1]["fields"]))
    _fields_exist(spec, "IGMedia", asked)
    assert "username" not in {field.name for field in asked}


MARKET = (
    "marketplace vegan baking country:de,at language:de followers:30k..60000 interest:food,beauty audience:CH has:email"
)


@pytest.mark.parametrize(
    "query", [MARKET, "marketplace similar:@anna,@ben", "marketplace followers:..90k", "marketplace x"]
)
async def test_the_marketplace_is_asked_with_parameters_of_its_own_types(spec: dict[str, Any], query: str) -> None:
    [(path, parameters, method, _)] = await _requests(query)
    assert (path, method) == (f"v26.0/{BRAND}/creator_marketplace_creators", "marketplace")
    types = _edge(spec, "IGUser", "creator_marketplace_creators")
    enums = spec["UserExportForCAM"]["enums"]
    for name in parameters.keys() - GENERIC:
        assert _is(types[name], parameters[name]), f"{name} = {parameters[name]!r} is no {types[name]}"
        enum = enums.get("".join(part.title() for part in name.split("_")))
        if enum is not None:
            assert set(json.loads(str(parameters[name]))) <= set(enum)
    _fields_exist(spec, "UserExportForCAM", fields_of(str(parameters["fields"])))


async def test_followers_are_widened_to_the_marketplaces_steps() -> None:
    [(_, parameters, _, _)] = await _requests(MARKET)
    assert (parameters["creator_min_followers"], parameters["creator_max_followers"]) == (25_000, 75_000)
    [(_, parameters, _, _)] = await _requests("marketplace followers:..3m x")
    assert "creator_max_followers" not in parameters


def test_the_languages_are_the_ones_that_meta_lists(spec: dict[str, Any]) -> None:
    assert _known()["languages"] == spec["UserExportForCAM"]["enums"]["CreatorLanguage"]


def _edge(spec: dict[str, Any], node: str, endpoint: str) -> dict[str, str]:
    [found] = [
        edge["params"] for edge in spec[node]["edges"] if edge["endpoint"] == f"/{endpoint}" and edge["method"] == "GET"
    ]
    return dict(found)


def _is(kind: str, value: Any) -> bool:
    if kind == "unsigned int":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if kind == "bool":
        return isinstance(value, bool)
    if kind.startswith("list<"):
        decoded = json.loads(value) if isinstance(value, str) else None
        return isinstance(decoded, list) and all(isinstance(each, str) for each in decoded)
    return isinstance(value, str)
