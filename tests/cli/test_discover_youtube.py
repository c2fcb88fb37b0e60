"""`discover youtube` end to end: command line, host, plugin, key, quota, a stand-in of the platform, the store."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from youtube_stand_in import KEY, Channel, Video, YouTubeStandIn, ago, refused

from influtui.cli.main import main


def _channels() -> list[Channel]:
    channels = [
        Channel(f"baker{number:02d}", f"Baker {number:02d} & Co", 1_000_000 + 12_345 * number, [Video("vegan baking")])
        for number in range(60)
    ]
    first = channels[0]
    first.description = "Bread without butter. Business: hello@baker.example"
    first.country = "DE"
    first.keywords = 'vegan "sour dough"'
    first.videos = [
        Video("vegan baking 1", views=1_000, likes=40, comments=10, language="de-AT"),
        Video("vegan baking 2", views=1_000, likes=10, comments=10, language="de"),
        Video("vegan baking 3", views=1_000, likes=60, comments=20, language="zxx"),
        Video("vegan baking, likes hidden", views=1_000, likes=None, comments=900, language="de"),
        Video("vegan baking, comments off", views=1_000, likes=900, comments=None, language="de"),
        Video("vegan baking this morning", views=10, likes=9, comments=1, at=ago(0.2)),
        Video("vegan baking is live", views=10, likes=9, comments=1, live="live"),
    ]
    channels[1].subscribers = None
    channels[2].gone = True
    channels[3] = Channel(None, "Anna Song - Topic", videos=[Video("vegan baking song")])
    channels[4] = Channel(None, "Nameless & Sons", 812, [Video("vegan baking")], user="nameless")
    channels[5].videos = [Video("vegan baking long ago", at=ago(400))]
    return channels


@pytest.fixture
def youtube(monkeypatch: pytest.MonkeyPatch) -> Iterator[YouTubeStandIn]:
    server = YouTubeStandIn(_channels()).start()
    monkeypatch.setenv("INFLUTUI_PLUGIN_YOUTUBE_BASE_URL", server.base_url)
    monkeypatch.setenv("YOUTUBE_API_KEY", KEY)
    yield server
    server.stop()


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    code = main(["--json", *words])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def _discover(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code, documents = _json(capsys, "discover", "youtube", *words)
    return code, documents[0]


def _left(report: dict[str, Any]) -> dict[str, int]:
    return {quota["budget"]: quota["left"] for quota in report["quota"]}


def test_channels_are_found_by_what_they_upload_and_kept(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = _discover(capsys, "vegan", "baking", "--limit", "10")
    assert (code, report["found"], report["added"], report["more"]) == (0, 10, 10, True)
    _, rows = _json(capsys, "creators", "search", "platform:youtube")
    first = next(row for row in rows if row.get("ref") == "youtube:baker00")
    assert (first["name"], first["country"], first["language"]) == ("Baker 00 & Co", "DE", "de")
    assert (first["email"], first["followers"]) == ("hello@baker.example", 1_000_000)
    assert first["topics"] == ["lifestyle", "sour dough", "vegan"]
    assert first["url"].startswith("https://www.youtube.com/channel/UC")
    assert first["following"] is None
    assert first["as_of"] is not None


def test_engagement_is_by_views_over_settled_videos_whose_numbers_are_all_shown(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    _discover(capsys, "@baker00")
    _, rows = _json(capsys, "creators", "search", "platform:youtube")
    # 5 %, 2 % and 8 % count; hidden likes, comments that are off, this morning's and the live one do not.
    assert rows[0]["engagement_rate"] == 5.0
    # YouTube tells nobody how often a video was shared: the rate is named as the one without.
    assert rows[0]["engagement_variant"] == "er_views_lc"


def test_subscribers_are_said_to_be_rounded_or_hidden_and_never_zero(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _discover(capsys, "@baker01", "@baker07", youtube.channels[4].id)
    _, documents = _json(capsys, "creators", "export", "platform:youtube", "--format", "ndjson")
    rows = {row["handle"]: row for row in documents if row.get("schema") == "influtui.creator/1"}
    assert rows["baker01"]["followers"] is None
    assert rows["baker07"]["followers"] == 1_080_000
    assert rows[youtube.channels[4].id]["followers"] == 812
    qualities = {name: row["snapshots"][0]["quality"] for name, row in rows.items()}
    assert json.loads(qualities["baker01"]) == {"followers": "hidden"}
    assert json.loads(qualities["baker07"]) == {"followers": "rounded"}
    assert qualities[youtube.channels[4].id] == "exact"


def test_who_is_left_out_is_named_with_the_reason(youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = _discover(capsys, "vegan", "--limit", "10")
    reasons = {each["ref"]: each["reason"] for each in report["skipped"]}
    assert code == 0
    assert reasons["Baker 02 & Co"] == "YouTube knows no such channel, or does not give it out"
    assert reasons[youtube.channels[3].id] == "made by YouTube itself out of a record company's music"


def test_channels_that_sleep_are_not_found_unless_they_are_wanted(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, report = _discover(capsys, "long", "ago")
    assert report["found"] == 0
    monkeypatch.setenv("INFLUTUI_PLUGIN_YOUTUBE_ACTIVE_DAYS", "0")
    _, report = _discover(capsys, "long", "ago")
    assert [each["ref"] for each in report["accounts"]] == ["youtube:baker05"]


def test_a_search_page_is_spent_once_for_all_the_channels_it_found(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUTUI_PLUGIN_YOUTUBE_ENGAGEMENT", "false")
    _, report = _discover(capsys, "vegan", "--limit", "200")
    refs = [each["ref"] for each in report["accounts"]]
    # Sixty channels, of which one sleeps, one is gone and one is YouTube's own.
    assert (report["found"], len(set(refs)), report["more"]) == (57, 57, False)
    assert youtube.asked("search") == 2
    assert _left(report)["search"] == 98
    assert youtube.asked("playlistItems") == 0


def test_a_run_costs_what_the_guide_says(youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    _, report = _discover(capsys, "vegan", "--limit", "20")
    # One search; two calls for the channels, since three of the first twenty are left out; two for each channel's videos.
    calls = youtube.asked("channels") + youtube.asked("playlistItems") + youtube.asked("videos")
    assert _left(report) == {"search": 99, "units": 10_000 - calls}
    assert calls == 2 + 2 * 20


def test_channels_that_are_named_cost_no_search(youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = _discover(
        capsys, "@baker10", f"https://www.youtube.com/channel/{youtube.channels[11].id}", "youtube.com/@Baker12/videos",
        "https://m.youtube.com/user/nameless", "@nobody-there",
    )  # fmt: skip
    refs = {each["ref"] for each in report["accounts"]}
    assert refs == {"youtube:baker10", "youtube:baker11", "youtube:baker12", f"youtube:{youtube.channels[4].id}"}
    assert report["skipped"] == [
        {"ref": "@nobody-there", "reason": "YouTube knows no such channel, or does not give it out"}
    ]
    assert (code, youtube.asked("search"), _left(report)["search"]) == (0, 0, 100)


def test_who_was_added_by_hand_is_measured_and_not_doubled(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["creators", "add", "https://www.youtube.com/@Baker10"]) == 0
    capsys.readouterr()
    _, report = _discover(capsys, "vegan", "--limit", "12")
    assert (report["added"], report["updated"]) == (11, 1)
    _, rows = _json(capsys, "creators", "search", "platform:youtube", "baker", "10")
    assert [(row["ref"], row["followers"]) for row in rows if "ref" in row] == [("youtube:baker10", 1_120_000)]


def test_an_address_that_the_interface_cannot_resolve_is_said_to_be_one(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["discover", "youtube", "https://www.youtube.com/c/SomeBaker"]) == 2
    assert "is not the address of a channel" in capsys.readouterr().err
    assert youtube.requests == []


def test_without_a_key_the_command_that_supplies_it_is_named(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YOUTUBE_API_KEY")
    assert main(["discover", "youtube", "vegan"]) == 4
    said = capsys.readouterr().err
    assert "influtui secret set youtube.api_key" in said
    assert "console.cloud.google.com" in said
    assert youtube.requests == []


def test_a_key_that_was_kept_is_used(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YOUTUBE_API_KEY")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{KEY}\n"))
    assert main(["secret", "set", "youtube.api_key"]) == 0
    capsys.readouterr()
    assert _discover(capsys, "@baker10")[1]["found"] == 1


def test_the_key_travels_in_a_header_and_is_in_no_word_that_is_said_or_kept(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["discover", "youtube", "vegan", "--limit", "3"]) == 0
    youtube.fault = lambda method, count: (400, {}, f'{{"error": "your key {KEY} is bad"}}'.encode())
    assert main(["discover", "youtube", "other words"]) == 1
    said = capsys.readouterr()
    assert all(headers["x-goog-api-key"] == KEY for headers in youtube.sent)
    assert KEY not in str(youtube.requests)
    assert KEY not in said.out + said.err
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 1
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


REFUSALS: list[tuple[tuple[int, dict[str, Any]], int, str]] = [
    (refused(400, "keyInvalid", "Bad Request"), 4, "does not know this API key"),
    (refused(400, "badRequest", "API key not valid.", detail="API_KEY_INVALID"), 4, "does not know this API key"),
    (refused(403, "accessNotConfigured", "has not been used in project 123456", detail="SERVICE_DISABLED"), 4,
     "https://console.cloud.google.com/apis/library/youtube.googleapis.com"),
    (refused(403, "forbidden", "blocked", detail="API_KEY_SERVICE_BLOCKED"), 4, "restricted to other APIs"),
    (refused(403, "forbidden", "unregistered callers"), 1, "does not allow"),
    (refused(403, "quotaExceeded", 'your <a href="/x">quota</a>'), 1, "quota of this API key's project is spent"),
    (refused(403, "rateLimitExceeded", "slow down"), 1, "no more calls for the moment"),
    (refused(400, "invalidParameter", "regionCode"), 2, "does not understand the question"),
    (refused(400, "incompatibleParameters", "x"), 1, "update the plugin"),
    (refused(503, "backendError", "x"), 1, "out of order"),
    ((401, {}), 4, "does not accept this API key"),
    ((404, {}), 1, "404"),
    ((200, {"kind": "youtube#searchListResponse", "items": [{"snippet": {}}, 17]}), 1, "update the plugin"),
    ((200, {"kind": "youtube#searchListResponse"}), 0, "found 0"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "code", "words"), REFUSALS)
def test_a_refusal_is_told_by_its_reason(
    youtube: YouTubeStandIn,
    capsys: pytest.CaptureFixture[str],
    answer: tuple[int, dict[str, Any]],
    code: int,
    words: str,
) -> None:
    youtube.fault = lambda method, count: (answer[0], {}, json.dumps(answer[1]).encode())
    assert main(["discover", "youtube", "vegan"]) == code
    said = capsys.readouterr()
    assert words in said.out + said.err
    assert "Traceback" not in said.err
    assert "<a" not in said.err
    assert "123456" not in said.err


@pytest.mark.parametrize(
    "body", [b"<html>consent</html>", b"", b'{"kind": "youtube#searchListResponse", "items": [', b"[]"]
)
def test_a_broken_answer_ends_in_a_sentence(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], body: bytes
) -> None:
    youtube.fault = lambda method, count: (200, {}, body)
    assert main(["discover", "youtube", "vegan"]) == 1
    said = capsys.readouterr().err
    assert "does not look like SearchList" in said
    assert "Traceback" not in said


def test_when_the_platform_says_the_quota_is_spent_the_next_midnight_in_california_is_named(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    youtube.searches = 1
    code, report = _discover(capsys, "vegan", "--limit", "60")
    # The first page: fifty videos of forty-four channels, of which two are left out.
    assert (code, report["found"]) == (3, 42)
    assert report["problem"]["kind"] == "quota"
    assert re.search(r"T0[78]:00:00", report["problem"]["hint"])


def test_our_own_count_of_searches_lasts_from_run_to_run_and_stops_before_the_platform_does(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUTUI_PLUGIN_YOUTUBE_ENGAGEMENT", "false")
    left = [_left(_discover(capsys, "baker", str(number))[1])["search"] for number in range(3)]
    assert left == [99, 98, 97]


def test_when_the_units_run_out_those_found_stay_and_it_is_said_that_they_have_no_rate(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    youtube.units = 2
    code, report = _discover(capsys, "@baker10", "@baker00")
    assert (code, report["found"]) == (0, 2)
    assert [each["engagement_rate"] for each in report["accounts"]] == [None, None]
    assert report["notices"] == [
        "not all recent videos and comments were read: the day's quota of this API key's project is spent"
    ]


def test_comments_are_read_where_they_are_wanted_and_others_words_only(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUTUI_PLUGIN_YOUTUBE_COMMENTS", "2")
    _, report = _discover(capsys, "@baker00")
    assert youtube.asked("commentThreads") == 2
    assert _left(report)["units"] == 10_000 - 5
    _, documents = _json(capsys, "creators", "export", "platform:youtube", "--format", "ndjson")
    comments = [each for post in documents[0]["seen_posts"] for each in post.get("seen_comments", [])]
    assert [(each["commenter"], each["text"]) for each in comments] == [("fan-of-bread", "so good")] * 2


@pytest.mark.parametrize("method", ["playlistItems", "videos"])
def test_a_channel_whose_videos_cannot_be_read_is_still_found(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], method: str
) -> None:
    status, body = refused(403, "playlistItemsNotAccessible", "x")
    youtube.fault = lambda name, count: (status, {}, json.dumps(body).encode()) if name == method else None
    code, report = _discover(capsys, "@baker10")
    assert code == 0
    assert report["accounts"][0]["followers"] == 1_120_000
    assert report["accounts"][0]["engagement_rate"] is None


def test_a_moment_of_trouble_is_waited_out(youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    youtube.fault = lambda method, count: (500, {}, b"oops") if count == 1 else None
    assert _discover(capsys, "vegan", "--limit", "3")[0] == 0


def test_slow_answers_are_asked_for_side_by_side(youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    youtube.fault = lambda method, count: 0.05 if method == "playlistItems" else None
    code, report = _discover(capsys, "vegan", "--limit", "12")
    assert (code, report["found"]) == (0, 12)


@pytest.mark.parametrize("ending", ["", "/", "/youtube/v3", "/youtube/v3/"])
def test_the_address_may_be_written_either_way(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setenv("INFLUTUI_PLUGIN_YOUTUBE_BASE_URL", youtube.base_url.rstrip("/") + ending)
    assert _discover(capsys, "@baker10")[1]["found"] == 1


def test_settings_narrow_the_question(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "config.toml").write_text(
        '[plugin.youtube]\nregion = "DE"\nlanguage = "de"\npaid_only = true\nactive_days = 7\n'
    )
    assert _discover(capsys, "vegan")[0] == 0
    asked = dict(youtube.requests[0][1])
    assert asked["regionCode"] == ["DE"]
    assert asked["relevanceLanguage"] == ["de"]
    assert asked["videoPaidProductPlacement"] == ["true"]
    assert asked["publishedAfter"][0].endswith("T00:00:00Z")


def test_a_setting_that_is_none_is_refused_before_anything_is_asked(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUTUI_PLUGIN_YOUTUBE_REGION", "Germany")
    assert main(["discover", "youtube", "vegan"]) == 4
    assert "two capital letters" in capsys.readouterr().err
    assert youtube.requests == []


def test_every_request_is_one_that_the_discovery_document_describes(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in {"REGION": "DE", "LANGUAGE": "de", "PAID_ONLY": "true", "COMMENTS": "1"}.items():
        monkeypatch.setenv(f"INFLUTUI_PLUGIN_YOUTUBE_{key}", value)
    _discover(capsys, "vegan", "--limit", "60")
    _discover(capsys, "@baker10", youtube.channels[11].id, "youtube.com/user/nameless")
    youtube.fans[youtube.channels[0].videos[0].id] = youtube.channels[20:25]
    _discover(capsys, "engaged", "@baker00")
    document = json.loads((samples / "specs/youtube/youtube.v3.json").read_text("utf-8"))
    lists = {"search", "channels", "playlistItems", "videos", "commentThreads"}
    assert {method for method, _ in youtube.requests} == lists
    for method, given in youtube.requests:
        described = document["resources"][method]["methods"]["list"]
        assert described["path"] == f"{youtube.root.strip('/')}/{method}"
        assert described["httpMethod"] == "GET"
        assert set(described["parameterOrder"]) <= given.keys()
        for name, values in given.items():
            _check_parameter(described["parameters"][name], values)
    assert all(headers["user-agent"].startswith("influtui/") for headers in youtube.sent)


def _check_parameter(schema: dict[str, Any], values: list[str]) -> None:
    (value,) = values
    if schema["type"] == "integer":
        assert int(schema["minimum"]) <= int(value) <= int(schema["maximum"])
    if "enum" in schema:
        assert value in schema["enum"]
    if schema.get("format") == "google-datetime":
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value)
    if "," in value:
        assert schema.get("repeated"), "only what may be repeated may be a list"


def test_who_comments_on_a_competitor_is_found_once_and_without_the_competitor(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    rival, fans = youtube.channels[0], youtube.channels[20:30]
    rival.videos[2].comments = None
    youtube.fans = {rival.videos[0].id: [*fans[:8], rival], rival.videos[1].id: [*fans[6:], youtube.channels[2]]}
    code, report = _discover(capsys, "engaged", "@baker00", "--limit", "40")
    found = [each["ref"] for each in report["accounts"] if "baker2" in each["ref"]]
    assert (code, sorted(found)) == (0, sorted(f"youtube:{fan.handle}" for fan in fans))
    assert report["duplicates"] == 0
    assert "youtube:baker00" not in [each["ref"] for each in report["accounts"]]
    assert youtube.channels[2].id in [each["ref"] for each in report["skipped"]], "who is gone is said to be"
    _, rows = _json(capsys, "creators", "search", "found:competitor")
    assert len([row for row in rows if "ref" in row]) == report["found"]
    assert youtube.searches == 100, "no search is spent"


def test_a_hashtag_is_searched_for_and_kept_as_such(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    youtube.channels[30].videos = [Video("my #sourdough")]
    youtube.channels[30].videos[0].id = "hash"
    for words in (["hashtag", "sourdough"], ["#sourdough"]):
        code, report = _discover(capsys, *words)
        assert (code, report["found"]) == (0, 1)
    assert len([row for row in _json(capsys, "creators", "search", "found:hashtag")[1] if "ref" in row]) == 1


@pytest.mark.parametrize(("words", "says"), [
    (["followers", "@baker00"], "engaged @NAME"), (["tagged"], "who mentioned it"), (["engaged", "@nobody.here"], "no channel"),
])  # fmt: skip
def test_what_youtube_does_not_give_is_said(
    youtube: YouTubeStandIn, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert main(["discover", "youtube", *words]) == 1
    assert says in capsys.readouterr().err
