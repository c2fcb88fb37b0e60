"""The Instagram source: what a question means, what a refusal means, what is kept of an answer."""

from __future__ import annotations

import asyncio
import json
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import influtui_instagram.graph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from influtui_instagram import InstagramSource
from influtui_instagram.asking import Accounts, HashtagPosts, Tagged, asked
from influtui_instagram.graph import refusal
from influtui_instagram.wire import usages

from influtui.api import (
    AuthInvalid,
    ConfigError,
    InvalidInput,
    NotFound,
    Parameter,
    PluginError,
    RateLimited,
    Reply,
    SourceContext,
    Transient,
    Unsupported,
    UpstreamChanged,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOKEN = "EAABsecretsecret"
BRAND = "17841400000000001"

Answering = Callable[[str, str], tuple[int, Any]]
"""Path and fields to status and body."""


class Answers:
    """An `Http` that answers as it is told and keeps what it was asked."""

    def __init__(self, answer: Answering, headers: Mapping[str, str] | None = None) -> None:
        self.answer = answer
        self.headers = headers or {}
        self.asked: list[str] = []
        self.authorizations: set[str] = set()

    async def get(
        self,
        path: str,
        parameters: Mapping[str, Parameter] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        method: str = "",
        key: str | None = None,
    ) -> Reply:
        fields = str((parameters or {}).get("fields", ""))
        self.asked.append(f"{path}?{fields}")
        self.authorizations.add((headers or {}).get("authorization", ""))
        assert TOKEN not in f"{path}{parameters}"
        status, body = self.answer(path, fields)
        return Reply(status, self.headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def _source(http: Answers, secrets: Mapping[str, str] | None = None, **settings: str | bool) -> InstagramSource:
    known = {"version": "v26.0", "user_id": BRAND, "engagement": True, "advanced_access": False, **settings}
    context = SourceContext(
        plugin="instagram", http=http, settings=known, clock=lambda: NOW,
        secrets={"access_token": TOKEN} if secrets is None else secrets,
    )  # fmt: skip
    return InstagramSource(context)


def _discovery(path: str, fields: str) -> tuple[int, Any]:
    name = fields.partition("username(")[2].partition(")")[0]
    if name.startswith("gone"):
        return 400, {"error": {"message": "Invalid user id", "code": 110, "error_subcode": 2207013}}
    return 200, {"business_discovery": {"id": "1", "username": name, "followers_count": 10}, "id": BRAND}


def _refusing(code: int, message: str = "", status: int = 400, **more: Any) -> Answering:
    return lambda path, fields: (status, {"error": {"message": message, "code": code, **more}})


@pytest.mark.parametrize(("query", "meaning"), [
    ("@Anna.Bakes", Accounts(("anna.bakes",))),
    ("@anna,@ben  @anna ; @cleo", Accounts(("anna", "ben", "cleo"))),
    ("@anna ben", Accounts(("anna", "ben"))),
    ("https://www.instagram.com/anna.bakes/?hl=en instagram.com/ben", Accounts(("anna.bakes", "ben"))),
    ("@anna https://instagram.com/p/CSr71Gz/ @a)b", Accounts(("anna",), ("https://instagram.com/p/CSr71Gz/", "@a)b"))),
    ("@anna https://instagram.com.evil.example/b", Accounts(("anna",), ("https://instagram.com.evil.example/b",))),
    ("tagged", Tagged()), ("Tagged", Tagged()),
    ("#Brötchen", HashtagPosts("brötchen")), ("hashtag vegan_baking recent", HashtagPosts("vegan_baking", recent=True)),
])  # fmt: skip
def test_a_question_is_understood(query: str, meaning: object) -> None:
    assert asked(query) == meaning


@pytest.mark.parametrize(("query", "error", "says"), [
    ("vegan baking", Unsupported, "no normal brand"), ("anna", Unsupported, "@anna"),
    ("tagged anna", InvalidInput, "stands alone"), ("#a #b", InvalidInput, "thirty in seven days"),
    ("#🥐", InvalidInput, "emoji"),
    ("hashtag", InvalidInput, "one hashtag"), ("marketplace", InvalidInput, "what to look for"),
    ("marketplace country:Germany", InvalidInput, "two letters"), ("marketplace age:18", InvalidInput, "country"),
    ("marketplace interest:f", InvalidInput, "fashion"), ("marketplace language:xx", InvalidInput, "de"),
    ("marketplace followers:10k", InvalidInput, "10k..100k"), ("marketplace followers:9..x", InvalidInput, "25k"),
    ("marketplace followers:9k..1k", InvalidInput, "below"), ("marketplace vegan similar:@anna", InvalidInput, "not both"),
    ("marketplace similar:@a,@b,@c,@d,@e,@f", InvalidInput, "up to 5"), ("marketplace country:", InvalidInput, "value"),
])  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused_with_how_to_ask(
    query: str, error: type[PluginError], says: str
) -> None:
    with pytest.raises(error, match=says):
        asked(query)


@given(st.text())
def test_nothing_but_checked_names_comes_out_of_any_question(query: str) -> None:
    try:
        meaning = asked(f"@anna {query}")
    except PluginError:
        return
    assert isinstance(meaning, Accounts)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789._") and len(name) <= 30 for name in meaning.names)


async def test_names_that_are_no_accounts_are_left_out_with_the_reason() -> None:
    page = await _source(Answers(_discovery)).search("@anna @gone1 @a(b @ben", cursor=None, limit=9)
    assert [profile.handle for profile in page.profiles] == ["anna", "ben"]
    reasons = {each.ref: each.reason for each in page.skipped}
    assert "professional" in reasons["gone1"]
    assert "no Instagram name" in reasons["@a(b"]


async def test_pages_of_names_go_on_where_the_last_ended() -> None:
    http = Answers(_discovery)
    first = await _source(http).search("@a @b @c @d @e", cursor=None, limit=2)
    second = await _source(http).search("@a @b @c @d @e", cursor=first.next, limit=2)
    third = await _source(http).search("@a @b @c @d @e", cursor=second.next, limit=2)
    handles = [[profile.handle for profile in page.profiles] for page in (first, second, third)]
    assert handles == [["a", "b"], ["c", "d"], ["e"]]
    assert third.next is None
    assert len(http.asked) == 5


async def test_what_was_read_before_a_limit_is_kept_and_the_run_goes_on_there() -> None:
    def answer(path: str, fields: str) -> tuple[int, Any]:
        return (400, {"error": {"code": 4, "message": "limit"}}) if "(c)" in fields else _discovery(path, fields)

    http = Answers(answer)
    page = await _source(http).search("@a @b @c @d", cursor=None, limit=9)
    assert [profile.handle for profile in page.profiles] == ["a", "b"]
    assert page.next == "2"
    with pytest.raises(RateLimited):
        await _source(http).search("@a @b @c @d", cursor=page.next, limit=9)


async def test_after_a_limit_no_further_call_is_made() -> None:
    http = Answers(_refusing(4))
    source = _source(http)
    for _ in range(2):
        with pytest.raises(RateLimited):
            await source.search(" ".join(f"@a{number}" for number in range(20)), cursor=None, limit=20)
    assert len(http.asked) <= influtui_instagram.AT_ONCE


async def test_the_last_part_of_a_limit_is_left_alone() -> None:
    usage = {"1": [{"type": "instagram", "call_count": 96, "estimated_time_to_regain_access": 19}]}
    http = Answers(_discovery, {"x-business-use-case-usage": json.dumps(usage)})
    source = _source(http)
    assert len((await source.search("@a", cursor=None, limit=9)).profiles) == 1
    with pytest.raises(RateLimited, match="96 %") as caught:
        await source.search("@b", cursor=None, limit=9)
    assert caught.value.retry_after == 19 * 60
    assert len(http.asked) == 1


async def test_near_a_limit_calls_are_made_one_at_a_time() -> None:
    class Counted(Answers):
        now, most = 0, 0

        async def get(self, *args: Any, **more: Any) -> Reply:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(0.001)
            self.now -= 1
            return await super().get(*args, **more)

    for used, most in ((74, influtui_instagram.AT_ONCE), (75, 1)):
        http = Counted(_discovery, {"x-app-usage": json.dumps({"call_count": used})})
        source = _source(http)
        await source.search("@first", cursor=None, limit=1)
        await source.search(" ".join(f"@a{number}" for number in range(12)), cursor=None, limit=12)
        assert http.most == most


async def test_how_long_to_wait_is_taken_from_the_headers() -> None:
    usage = {"1": [{"type": "instagram", "call_count": 50, "estimated_time_to_regain_access": 7}]}
    for headers, wait in (({"x-business-use-case-usage": json.dumps(usage)}, 420), ({}, 3_600)):
        with pytest.raises(RateLimited) as caught:
            await _source(Answers(_refusing(32), headers)).search("@anna", cursor=None, limit=1)
        assert caught.value.retry_after == wait


@pytest.mark.parametrize("headers", [
    {}, {"x-app-usage": "nonsense"}, {"x-app-usage": "[]"}, {"x-business-use-case-usage": '{"1": {}}'}, {"x-app-usage": "null"},
])  # fmt: skip
def test_rate_headers_that_are_absent_or_odd_say_nothing(headers: dict[str, str]) -> None:
    assert usages(headers) == []


async def test_more_pages_than_are_looked_through_are_a_question_to_the_user() -> None:
    page = {"id": "1", "instagram_business_account": {"id": "99"}}
    http = Answers(lambda path, fields: (200, {"data": [page], "paging": {"cursors": {"after": "x"}, "next": "y"}}))
    with pytest.raises(ConfigError, match="too many Pages"):
        await _source(http, user_id="").search("tagged", cursor=None, limit=9)


async def test_the_brands_own_account_is_looked_up_where_it_is_not_named() -> None:
    def answer(path: str, fields: str) -> tuple[int, Any]:
        linked = {"instagram_business_account": {"id": "99", "username": "brand"}}
        return (200, {"data": [{"id": "1", **linked}, {"id": "2"}]}) if "accounts" in path else _discovery(path, fields)

    http = Answers(answer)
    await _source(http, user_id="").search("@a @b", cursor=None, limit=9)
    assert [path.partition("?")[0] for path in http.asked] == ["v26.0/me/accounts", "v26.0/99", "v26.0/99"]


@pytest.mark.parametrize(("pages", "says"), [
    ([], "linked to a Facebook Page"),
    ([{"id": "1", "instagram_business_account": {"id": "98", "username": "one"}},
      {"id": "2", "instagram_business_account": {"id": "99"}}], "98 .@one., 99"),
])  # fmt: skip
async def test_no_account_or_several_are_a_question_to_the_user(pages: list[Any], says: str) -> None:
    http = Answers(lambda path, fields: (200, {"data": pages}))
    with pytest.raises(ConfigError, match=says) as caught:
        await _source(http, user_id="").search("tagged", cursor=None, limit=9)
    assert caught.value.field == "user_id"


@pytest.mark.parametrize(("settings", "field"), [
    ({"user_id": "the.brand"}, "user_id"), ({"version": "26"}, "version"), ({"version": "v26.0/../.."}, "version"),
])  # fmt: skip
async def test_a_setting_that_cannot_be_is_named(settings: dict[str, str], field: str) -> None:
    http = Answers(_discovery)
    with pytest.raises(ConfigError) as caught:
        await _source(http, **settings).search("@anna", cursor=None, limit=9)
    assert (caught.value.field, http.asked) == (field, [])


@pytest.mark.parametrize("token", ["", "two\nlines", "ümlaut"])
async def test_without_a_token_nothing_is_asked(token: str) -> None:
    http = Answers(_discovery)
    with pytest.raises(ConfigError) as caught:
        await _source(http, {"access_token": token}).search("@anna", cursor=None, limit=9)
    assert (caught.value.field, http.asked) == ("access_token", [])


async def test_the_marketplace_is_asked_with_the_pages_token_and_the_rest_with_the_users() -> None:
    http = Answers(lambda path, fields: (200, {"data": []}))
    source = _source(http, {"access_token": TOKEN, "page_token": "EAABpage"})
    await source.search("tagged", cursor=None, limit=9)
    assert http.authorizations == {f"Bearer {TOKEN}"}
    await source.search("marketplace vegan", cursor=None, limit=9)
    assert http.authorizations == {f"Bearer {TOKEN}", "Bearer EAABpage"}


ERRORS = [
    (190, {"error_subcode": 463}, AuthInvalid, "expired"), (190, {"error_subcode": 460}, AuthInvalid, "password"),
    (190, {"error_subcode": 458}, AuthInvalid, "removed the app"), (190, {}, AuthInvalid, "new one"),
    (102, {}, AuthInvalid, "token"),
    (10, {}, Unsupported, "instagram_manage_insights"), (3, {}, Unsupported, "instagram_basic"),
    (200, {"message": "(#200) Requires pages_read_engagement permission"}, Unsupported, "pages_read_engagement is missing"),
    (299, {}, Unsupported, "permission"), (300, {}, UpstreamChanged, "300"),
    (4, {}, RateLimited, "the app's limit"), (17, {}, RateLimited, "owner's"), (32, {}, RateLimited, "Page's"),
    (613, {}, RateLimited, "limit"), (80002, {}, RateLimited, "account's"),
    (100, {"message": "(#100) no such field"}, InvalidInput, "no such field"), (110, {}, NotFound, "professional"),
    (368, {}, AuthInvalid, "policy"), (1, {}, PluginError, "moment"), (2, {}, PluginError, "moment"),
    (55, {"is_transient": True}, PluginError, "moment"), (4242, {}, UpstreamChanged, "4242"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "more", "kind", "says"), ERRORS)
def test_a_refusal_is_told_by_its_code(code: int, more: dict[str, Any], kind: type[PluginError], says: str) -> None:
    body = {"error": {"message": "x", "error_user_msg": "Finner ikke brukeren", "code": code, **more}}
    found = refusal(Reply(400, {}, json.dumps(body).encode()), "discovery")
    assert isinstance(found, kind)
    assert says in found.message
    assert "Finner" not in found.message


def test_a_hashtags_refusal_names_the_feature_that_is_reviewed() -> None:
    body = (
        b'{"error": {"code": 10, "message": "(#10) To use Instagram Public Content Access, your use must be reviewed"}}'
    )
    assert "App Review" in refusal(Reply(400, {}, body), "hashtag").message
    assert "Advanced Access" in refusal(Reply(400, {}, b'{"error": {"code": 10}}'), "marketplace").message


@pytest.mark.parametrize(("status", "kind"), [(401, AuthInvalid), (403, RateLimited), (404, UpstreamChanged)])
def test_a_refusal_that_is_not_the_graph_apis_is_told_by_its_status(status: int, kind: type[PluginError]) -> None:
    assert isinstance(refusal(Reply(status, {}, b"<html>"), "tags"), kind)


async def test_what_is_transient_is_tried_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(influtui_instagram.graph, "PAUSE_S", 0.0)
    http = Answers(_refusing(2))
    with pytest.raises(Transient):
        await _source(http).search("@anna", cursor=None, limit=9)
    assert len(http.asked) == 3
    answers = [_refusing(1)("", ""), _discovery("", "username(anna)")]
    http = Answers(lambda path, fields: answers.pop(0))
    assert (await _source(http).search("@anna", cursor=None, limit=9)).profiles[0].followers == 10


def _tags(*names: str | None, **more: Any) -> Answering:
    def answer(path: str, fields: str) -> tuple[int, Any]:
        if not path.endswith("/tags"):
            return _discovery(path, fields)
        entries = [{"id": str(number), **({"username": name} if name else {})} for number, name in enumerate(names)]
        return 200, {"data": entries, **more}

    return answer


async def test_people_who_tagged_the_brand_are_leads_also_where_they_cannot_be_measured() -> None:
    page = await _source(Answers(_tags("anna", "gone2", "anna", None))).search("tagged", cursor=None, limit=9)
    assert [(profile.handle, profile.followers) for profile in page.profiles] == [("anna", 10), ("gone2", None)]
    assert page.found_by == "tagged_us"
    assert page.notice is not None
    assert "without numbers" in page.notice
    assert page.skipped[0].reason == "the post does not say whose it is"


async def test_a_list_that_gives_the_same_cursor_again_has_ended() -> None:
    paging = {"cursors": {"after": "SAME"}, "next": f"https://graph.facebook.com/?access_token={TOKEN}"}
    source = _source(Answers(_tags("anna", paging=paging)))
    first = await source.search("tagged", cursor=None, limit=9)
    assert first.next == "SAME"
    assert (await source.search("tagged", cursor="SAME", limit=9)).next is None


async def test_posts_of_a_hashtag_are_links_and_nobody_is_found_by_them() -> None:
    def answer(path: str, fields: str) -> tuple[int, Any]:
        entries = [{"id": "1", "permalink": "https://www.instagram.com/p/A/"}, {"id": "2"}]
        return 200, {"data": entries if "media" in path else [{"id": "178"}]}

    page = await _source(Answers(answer)).search("#vegan", cursor=None, limit=9)
    assert (page.profiles, page.next) == ((), None)
    assert [each.ref for each in page.skipped] == ["https://www.instagram.com/p/A/", "2"]
    assert page.notice is not None
    assert "without their authors" in page.notice
    with pytest.raises(NotFound):
        await _source(Answers(lambda path, fields: (200, {"data": []}))).search("#vegan", cursor=None, limit=9)


def _market(path: str, fields: str) -> tuple[int, Any]:
    return 200, {"data": [{"id": "1", "username": "Anna", "category": "Food", "country": "BR"}, {"id": "2"}]}


async def test_without_advanced_access_marketplace_creators_are_marked_as_test_data() -> None:
    page = await _source(Answers(_market)).search("marketplace vegan", cursor=None, limit=9)
    [profile] = page.profiles
    assert (profile.handle, profile.name, profile.topics) == ("anna", "TEST DATA", ("food", "test data"))
    assert profile.quality == {"followers": "estimated"}
    assert page.notice is not None
    assert page.notice.startswith("TEST DATA")
    assert [each.ref for each in page.skipped] == ["2"]


async def test_with_advanced_access_they_are_people() -> None:
    page = await _source(Answers(_market), advanced_access=True).search("marketplace vegan", cursor=None, limit=9)
    assert (page.profiles[0].name, page.profiles[0].topics, page.notice) == (None, ("food",), None)


async def test_known_people_are_read_again_by_their_names() -> None:
    page = await _source(Answers(_discovery)).profiles(["anna", "gone3"])
    assert [profile.handle for profile in page.profiles] == ["anna"]
    assert [each.ref for each in page.skipped] == ["gone3"]


async def test_engagement_can_be_left_out_of_the_call() -> None:
    http = Answers(_discovery)
    await _source(http, engagement=False).search("@anna", cursor=None, limit=9)
    assert "media.limit" not in http.asked[0]


async def test_an_address_for_mail_is_taken_from_the_profile() -> None:
    def answer(path: str, fields: str) -> tuple[int, Any]:
        return 200, {"business_discovery": {"username": "anna", "biography": "bread 🥐 hello@bakes.example!"}}

    page = await _source(Answers(answer)).search("@anna", cursor=None, limit=9)
    assert page.profiles[0].email == "hello@bakes.example"


def test_every_question_has_its_permissions_and_each_code_its_words() -> None:
    folder = files("influtui_instagram")
    permissions = tomllib.loads(folder.joinpath("permissions.toml").read_text("utf-8"))
    assert permissions.keys() == {"accounts", "discovery", "tags", "hashtag", "marketplace", "me", "insights"}
    assert all(table["needs"] and table["otherwise"] for table in permissions.values())
    codes = tomllib.loads(folder.joinpath("errors.toml").read_text("utf-8"))["code"]
    assert all(each["kind"] and each["say"] for each in codes)
