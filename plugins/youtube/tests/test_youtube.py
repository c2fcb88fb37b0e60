"""How YouTube is asked, and what becomes of odd answers: without a host and without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from influtui_youtube import YouTubeSource
from influtui_youtube.asking import LONGEST, Named, Place, by_handle, named, place
from influtui_youtube.records import as_profile, language, topics
from influtui_youtube.refusals import midnight_pacific, refusal
from influtui_youtube.wire import Channel, Video

from influtui.api import (
    AuthInvalid,
    ConfigError,
    InvalidInput,
    Page,
    Parameter,
    QuotaExhausted,
    Reply,
    SourceContext,
    count,
    read,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = "UC" + "a" * 22
BEN = "UC" + "b" * 22


class Recorded:
    """An `Http` that answers from a table of method to items."""

    def __init__(self, refuses: str = "", **items: list[dict[str, Any]]) -> None:
        self.items = items
        self.refuses = refuses
        self.asked: list[tuple[str, Mapping[str, Parameter], Mapping[str, str]]] = []

    async def get(
        self,
        path: str,
        parameters: Mapping[str, Parameter] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        method: str = "",
        key: str | None = None,
    ) -> Reply:
        self.asked.append((method, parameters or {}, headers or {}))
        if self.refuses and self.refuses in str(parameters):
            return Reply(403, {}, b'{"error": {"errors": [{"reason": "quotaExceeded"}]}}')
        body = {"kind": f"youtube#{method.removesuffix('s')}ListResponse"}
        return Reply(200, {}, json.dumps({**body, "items": self.items.get(method, [])}).encode())

    def of(self, method: str) -> list[Mapping[str, Parameter]]:
        return [parameters for name, parameters, _ in self.asked if name == method]


def _source(http: Recorded, key: str = "AIza-x", **settings: str | int | bool) -> YouTubeSource:
    secrets = {"api_key": key} if key else {}
    return YouTubeSource(
        SourceContext(plugin="youtube", http=http, settings=settings, clock=lambda: NOW, secrets=secrets)
    )


def _channel(id_: str, **snippet: str) -> dict[str, Any]:
    return {"id": id_, "snippet": {"title": "Anna", **snippet}}


def _read(kind: type[Any], **sent: Any) -> Any:
    return read(json.dumps({"id": ANNA, **sent}).encode(), kind, "it")


async def test_a_search_asks_for_videos_of_the_last_days_a_full_page_at_a_time() -> None:
    http = Recorded()
    page = await _source(http).search("vegan baking", cursor=None, limit=5)
    assert page == Page()
    assert http.of("search") == [
        {
            "part": "snippet",
            "type": "video",
            "q": "vegan baking",
            "maxResults": 50,
            "publishedAfter": "2026-08-24T00:00:00Z",
        }
    ]


async def test_the_same_days_are_asked_for_on_every_page() -> None:
    http = Recorded()
    await _source(http).search("bread", cursor=Place("NEXT", "2026-01-01T00:00:00Z").cursor(), limit=5)
    (asked,) = http.of("search")
    assert (asked["pageToken"], asked["publishedAfter"]) == ("NEXT", "2026-01-01T00:00:00Z")


async def test_channels_that_wait_are_handed_over_without_another_search() -> None:
    http = Recorded(channels=[_channel(BEN)])
    page = await _source(http).search("bread", cursor=Place(waiting=f"{BEN},{ANNA}").cursor(), limit=1)
    assert [profile.platform_id for profile in page.profiles] == [BEN]
    assert http.of("search") == []
    assert page.next is not None
    assert place(page.next).ids() == [ANNA]


async def test_a_cursor_of_somebody_else_is_refused() -> None:
    with pytest.raises(InvalidInput):
        await _source(Recorded()).search("bread", cursor="here", limit=5)


@given(
    handed=st.integers(0, 600).map(lambda most: [number * 7_919**4 for number in range(most)]),
    left=st.integers(0, 49),
    token=st.text("abcXYZ019_-", max_size=60),
)
def test_a_cursor_stays_short_and_forgets_nobody_who_waits(handed: list[int], left: int, token: str) -> None:
    ids = [f"UC{number:022d}" for number in handed]
    waiting = [f"UCw{number:021d}" for number in range(left)]
    after = Place(token or None, "2026-08-24T00:00:00Z").after(ids, waiting)
    cursor = after.cursor()
    assert (cursor is None) == (not token and not waiting)
    if cursor is not None:
        assert len(cursor) <= LONGEST
        assert place(cursor).ids() == waiting
        assert place(cursor).new(ids[-100:]) == []
        assert place(cursor).new(waiting) == waiting


async def test_known_handles_are_refreshed_under_the_handle_they_are_kept_by() -> None:
    http = Recorded(channels=[_channel(ANNA, customUrl="@anna-bakes")])
    page = await _source(http).profiles([ANNA])
    assert [profile.handle for profile in page.profiles] == [ANNA]
    page = await _source(http).profiles(["anna.bakes"])
    assert [profile.handle for profile in page.profiles] == ["anna.bakes"]
    assert [asked.get("forHandle") for asked in http.of("channels")] == [None, "@anna.bakes"]
    assert http.of("search") == []


async def test_ids_are_asked_for_fifty_at_a_time_and_who_is_missing_is_named() -> None:
    ids = [f"UC{number:022d}" for number in range(60)]
    http = Recorded(channels=[_channel(each) for each in ids[:59]])
    page = await _source(http).profiles(ids)
    assert [len(str(asked["id"]).split(",")) for asked in http.of("channels")] == [50, 10]
    assert [profile.handle for profile in page.profiles] == ids[:59]
    assert [each.ref for each in page.skipped] == [ids[59]]


async def test_one_handle_that_cannot_be_looked_up_costs_only_itself() -> None:
    http = Recorded(refuses="@ben", channels=[_channel(ANNA, customUrl="@anna")])
    page = await _source(http).search("@anna @ben", cursor=None, limit=5)
    assert [profile.handle for profile in page.profiles] == ["anna"]
    assert [(each.ref, "quota" in each.reason) for each in page.skipped] == [("@ben", True)]
    with pytest.raises(QuotaExhausted):
        await _source(http).search("@ben", cursor=None, limit=5)


async def test_a_page_of_named_channels_goes_on_where_it_stopped() -> None:
    http = Recorded()
    page = await _source(http).search("@ann @ben @cat", cursor=None, limit=2)
    assert page.next == "2"
    page = await _source(http).search("@ann @ben @cat", cursor="2", limit=2)
    assert page.next is None
    assert [asked["forHandle"] for asked in http.of("channels")] == ["@ann", "@ben", "@cat"]


async def test_a_title_that_is_far_too_long_spoils_nobody_elses_page() -> None:
    http = Recorded(search=[{"snippet": {"channelId": ANNA, "channelTitle": "A" * 5_000}}])
    page = await _source(http).search("bread", cursor=None, limit=5)
    assert len(page.skipped[0].ref) == 200


async def test_without_a_key_nothing_is_asked() -> None:
    http = Recorded()
    with pytest.raises(ConfigError) as raised:
        await _source(http, key="").search("bread", cursor=None, limit=5)
    assert raised.value.field == "api_key"
    assert http.asked == []


async def test_a_key_with_something_else_in_it_is_refused_without_being_said() -> None:
    with pytest.raises(AuthInvalid) as raised:
        await _source(Recorded(), key="AIza\nx").search("bread", cursor=None, limit=5)
    assert "AIza" not in f"{raised.value.message}{raised.value.detail}"


async def test_the_key_is_in_a_header_and_nowhere_else() -> None:
    http = Recorded(channels=[_channel(ANNA)])
    await _source(http, key=" AIza-x ").search(ANNA, cursor=None, limit=5)
    for _, parameters, headers in http.asked:
        assert headers == {"x-goog-api-key": "AIza-x"}
        assert "AIza" not in str(parameters)


@pytest.mark.parametrize(("query", "found"), [
    ("@anna", [Named("forHandle", "@anna")]),
    (f"@anna {ANNA}", [Named("forHandle", "@anna"), Named("id", ANNA)]),
    ("@анна, @ünal.b-c·d", [Named("forHandle", "@анна"), Named("forHandle", "@ünal.b-c·d")]),
    (f"https://www.youtube.com/channel/{ANNA}/about", [Named("id", ANNA)]),
    ("youtube.com/@anna?si=x", [Named("forHandle", "@anna")]),
    ("http://m.youtube.com/user/anna", [Named("forUsername", "anna")]),
    ("vegan baking", None), ("vegan @anna", None), ("UC-baking", None), ("anna@example.com", None), ("@a", None),
])  # fmt: skip
def test_a_query_names_channels_or_is_words(query: str, found: list[Named] | None) -> None:
    assert named(query) == found


@pytest.mark.parametrize(
    "query", ["https://www.youtube.com/c/Anna", "youtube.com/watch?v=abc", "@anna youtube.com/feed"]
)
def test_a_page_that_is_no_channels_is_refused(query: str) -> None:
    with pytest.raises(InvalidInput, match="not the address of a channel"):
        named(query)


def test_an_account_that_is_kept_by_its_id_is_asked_for_by_it() -> None:
    assert [by_handle(each) for each in (ANNA, "anna", "@anna")] == [
        Named("id", ANNA), Named("forHandle", "@anna"), Named("forHandle", "@anna"),
    ]  # fmt: skip


@pytest.mark.parametrize(("sent", "counted"), [
    ("12", 12), (12, 12), ("0", 0), (None, None), ("", None), ("1.2K", None), ("-1", None), (-1, None), ("٣", None),
    ("9" * 30, None),
])  # fmt: skip
def test_a_count_is_a_number_or_unknown(sent: Any, counted: int | None) -> None:
    assert count(sent) == counted


@pytest.mark.parametrize(("statistics", "followers", "quality"), [
    ({"subscriberCount": "999"}, 999, {}),
    ({"subscriberCount": "1230", "hiddenSubscriberCount": False}, 1_230, {"followers": "rounded"}),
    ({"subscriberCount": "0", "hiddenSubscriberCount": True}, None, {"followers": "hidden"}),
    ({}, None, {}),
])  # fmt: skip
def test_subscribers_are_exact_rounded_hidden_or_unknown(
    statistics: dict[str, Any], followers: int | None, quality: dict[str, str]
) -> None:
    profile = as_profile(_read(Channel, statistics=statistics), None, {}, NOW)
    assert (profile.followers, profile.quality) == (followers, quality)


def test_topics_are_words_whatever_they_are_written_in() -> None:
    channel = _read(
        Channel,
        topicDetails={"topicCategories": ["https://en.wikipedia.org/wiki/Lifestyle_(sociology)", "x/wiki/Caf%C3%A9"]},
        brandingSettings={"channel": {"keywords": 'Bread "sour dough" what\'s-up bread "no end'}},
    )
    assert topics(channel) == ("lifestyle", "café", "bread", "sour dough", "what's-up", "no end")


@given(st.text(max_size=200))
def test_any_keywords_are_read(keywords: str) -> None:
    found = topics(_read(Channel, brandingSettings={"channel": {"keywords": keywords}}))
    assert all(topic == topic.casefold() and topic for topic in found)


def test_a_channel_speaks_what_it_says_or_else_what_most_of_its_videos_do() -> None:
    videos = [_read(Video, snippet={"defaultAudioLanguage": tag}) for tag in ("de-AT", "zxx", "de", "en-GB", "fil")]
    assert language(_read(Channel), videos) == "de"
    assert language(_read(Channel, snippet={"defaultLanguage": "pt-BR"}), videos) == "pt"
    assert language(_read(Channel), []) is None


def test_what_is_live_or_announced_is_no_post_and_the_newest_stand_first() -> None:
    def video(id_: str, at: str, live: str = "none") -> Video:
        found: Video = _read(Video, id=id_, snippet={"publishedAt": at, "liveBroadcastContent": live})
        return found

    videos = [
        video("old", "2026-01-01T00:00:00Z"), video("live", "2026-11-01T00:00:00Z", "live"),
        video("soon", "2026-11-02T00:00:00Z", "upcoming"), video("new", "2026-10-01T00:00:00.000Z"), video("odd", "?"),
    ]  # fmt: skip
    posts = as_profile(_read(Channel), videos, {}, NOW).recent_posts
    assert posts is not None
    assert [post.id for post in posts] == ["new", "old", "odd"]
    assert posts[2].posted_at is None


@pytest.mark.parametrize(("now", "reset"), [
    ("2026-11-22T07:59:59+00:00", "2026-11-22T08:00:00+00:00"),
    ("2026-11-22T08:00:00+00:00", "2026-11-23T08:00:00+00:00"),
    ("2026-07-01T12:00:00+00:00", "2026-07-02T07:00:00+00:00"),
    ("2026-10-31T20:00:00+00:00", "2026-11-01T07:00:00+00:00"),
    ("2026-11-01T20:00:00+00:00", "2026-11-02T08:00:00+00:00"),
    ("2027-03-14T12:00:00+00:00", "2027-03-15T07:00:00+00:00"),
])  # fmt: skip
def test_quotas_begin_anew_at_midnight_in_california_summer_and_winter(now: str, reset: str) -> None:
    assert midnight_pacific(datetime.fromisoformat(now)) == datetime.fromisoformat(reset)


def test_no_reason_of_the_table_is_without_a_sentence_of_ours() -> None:
    body = {"error": {"errors": [{"reason": "made\x1bup <b>"}], "details": [{"reason": "ALSO_MADE_UP"}]}}
    error = refusal(Reply(418, {}, json.dumps(body).encode()), "videos", NOW)
    assert error.message == "YouTube answers with status 418"
    assert error.detail == "videos: status 418 ALSO_MADE_UP"
