"""`discover bluesky` end to end: command line, host, plugin, a stand-in of the platform, the store."""

from __future__ import annotations

import itertools
import json
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bluesky_stand_in import BlueskyStandIn, Person, post

from influtui.cli.main import main


def _people() -> list[Person]:
    people = [
        Person(f"baker{number:02d}.example", f"Baker {number}", "vegan baking at home", followers=1_000 + number)
        for number in range(60)
    ]
    people[0].posts = [post("baker00.example", f"p{number}", likes=10 * number, replies=2) for number in range(1, 6)]
    people[0].posts += [
        post("baker01.example", "other", likes=90_000, reason={"$type": "app.bsky.feed.defs#reasonRepost"}),
        post("baker00.example", "p1", likes=10, reason={"$type": "app.bsky.feed.defs#reasonPin"}),
        post("baker00.example", "fresh", likes=50_000, at="2026-11-22T09:00:00Z"),
    ]
    people[0].bio = "vegan baking, write to hello@baker.example"
    people[3].labels = ("!no-unauthenticated",)
    people[4].labels = ("porn",)
    people[5].gone = True
    people[6].followers = None
    people[7].handle = "handle.invalid"
    return people


@pytest.fixture
def bluesky(monkeypatch: pytest.MonkeyPatch) -> Iterator[BlueskyStandIn]:
    server = BlueskyStandIn(_people()).start()
    monkeypatch.setenv("INFLUTUI_PLUGIN_BLUESKY_BASE_URL", server.base_url)
    yield server
    server.stop()


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    code = main(["--json", *words])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def _discover(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code, documents = _json(capsys, "discover", "bluesky", *words)
    return code, documents[0]


def test_real_people_are_found_kept_and_searchable(bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = _discover(capsys, "vegan", "baking", "--limit", "10", "--found-by", "scroll")
    assert code == 0
    assert (report["schema"], report["asked"], report["found"], report["added"]) == ("influtui.discover/1", 10, 10, 10)
    assert report["more"] is True
    assert report["quota"][0]["left"] < report["quota"][0]["limit"] == 3_000
    _, rows = _json(capsys, "creators", "search", "platform:bluesky")
    first = next(row for row in rows if row.get("ref") == "bluesky:baker00.example")
    assert (first["followers"], first["email"], first["language"]) == (1_000, "hello@baker.example", "en")
    assert first["found_by"] == "scroll"
    assert first["as_of"] is not None


@pytest.mark.usefixtures("at_noon")
def test_engagement_is_the_median_of_own_settled_posts_and_names_its_variant(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    _discover(capsys, "vegan", "--limit", "1")
    _, rows = _json(capsys, "creators", "search", "platform:bluesky")
    # Likes 10…50 and two replies each, of 1,000 followers; the repost, the pin and the post of this morning do not count.
    assert (rows[0]["engagement_rate"], rows[0]["engagement_variant"]) == (3.2, "er_followers")


def test_who_must_not_be_shown_is_left_out_with_the_reason(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    _, report = _discover(capsys, "vegan", "--limit", "20")
    reasons = {each["ref"]: each["reason"] for each in report["skipped"]}
    assert reasons["baker03.example"] == "asks not to be shown to people who are not logged in"
    assert reasons["baker04.example"] == "labelled as pornography"
    assert reasons["baker05.example"] == "its profile was not given out"
    assert reasons["did:plc:unresolved"] == "its handle does not lead back to it"
    assert not any("baker03" in account["ref"] for account in report["accounts"])
    asked = [value for method, parameters in bluesky.requests for value in parameters.get("actors", [])]
    assert Person("baker03.example").did not in asked, "nothing more is asked of who is left out"


def test_unknown_counts_stay_unknown(bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    _, report = _discover(capsys, "baker06.example")
    assert report["accounts"][0]["followers"] is None
    assert report["accounts"][0]["engagement_rate"] is None


def test_a_search_goes_over_pages_and_ends_where_the_people_end(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    _, report = _discover(capsys, "vegan", "--limit", "200")
    assert (report["found"], report["more"]) == (56, False)
    refs = [account["ref"] for account in report["accounts"]]
    assert len(set(refs)) == 56
    assert bluesky.asked("searchActors") == 3
    assert all(len(parameters["actors"]) <= 25 for method, parameters in bluesky.requests if "actors" in parameters)


def test_asking_again_adds_nobody(bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    _discover(capsys, "vegan", "--limit", "10")
    _, again = _discover(capsys, "vegan", "--limit", "10")
    assert (again["added"], again["duplicates"], again["rejected"]) == (0, 0, 0)


def test_a_dry_run_keeps_nobody(bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    _, report = _discover(capsys, "vegan", "--limit", "5", "--dry-run")
    assert (report["added"], report["dry_run"]) == (5, True)
    _, rows = _json(capsys, "creators", "search", "platform:bluesky")
    assert [row for row in rows if row["schema"] == "influtui.creator/1"] == []


def test_undo_takes_a_whole_run_back(bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    _discover(capsys, "vegan", "--limit", "5")
    assert main(["undo"]) == 0
    capsys.readouterr()
    _, rows = _json(capsys, "creators", "search", "platform:bluesky")
    assert [row for row in rows if row["schema"] == "influtui.creator/1"] == []


def test_a_limit_that_the_platform_sets_keeps_what_came_before(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(method: str, count: int) -> tuple[int, dict[str, str], bytes] | None:
        refused = method.endswith("searchActors") and bluesky.asked("searchActors") > 1
        return (
            (429, {"retry-after": "120"}, b'{"error":"RateLimitExceeded","message":"slow down"}') if refused else None
        )

    bluesky.fault = full
    code, report = _discover(capsys, "vegan", "--limit", "50")
    assert code == 3
    assert report["found"] == 21
    assert report["problem"]["kind"] == "rate_limited"
    assert "120 s" in report["problem"]["hint"]


def test_a_moment_of_trouble_is_waited_out(bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    bluesky.fault = lambda method, count: (502, {}, b"bad gateway") if count == 1 else None
    assert _discover(capsys, "vegan", "--limit", "3")[0] == 0


def test_a_short_wait_is_waited(bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    bluesky.fault = lambda method, count: (429, {"retry-after": "0"}, b"{}") if count == 1 else None
    assert _discover(capsys, "vegan", "--limit", "3")[0] == 0


def test_one_account_whose_posts_cannot_be_read_is_still_found(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    bluesky.fault = lambda method, count: (
        (400, {}, b'{"error":"BlockedActor","message":"blocked"}') if method.endswith("getAuthorFeed") else None
    )
    code, report = _discover(capsys, "vegan", "--limit", "1")
    assert code == 0
    assert report["accounts"][0]["engagement_rate"] is None


@pytest.mark.parametrize(("answer", "code", "words"), [
    ((200, {}, b"<html>please log in</html>"), 1, "update the plugin"),
    ((200, {}, b'{"actors": "none"}'), 1, "update the plugin"),
    ((200, {}, b'{"actors": [{"did": 5}, 17, null]}'), 0, ""),
    ((302, {"location": "https://elsewhere.example/?token=geheim"}, b""), 1, "moved"),
    ((400, {}, b'{"error":"InvalidRequest","message":"q is odd"}'), 2, "q is odd"),
    ((403, {}, b"<html>forbidden</html>"), 1, "403"),
    ((404, {}, b"{}"), 1, "404"),
    ((500, {}, b"oops"), 1, "out of order"),
    ((429, {"ratelimit-reset": "4102444800"}, b"{}"), 1, "no more calls"),
])  # fmt: skip
def test_answers_that_are_no_answers_end_in_a_sentence(
    bluesky: BlueskyStandIn,
    capsys: pytest.CaptureFixture[str],
    answer: tuple[int, dict[str, str], bytes],
    code: int,
    words: str,
) -> None:
    bluesky.fault = lambda method, count: answer
    assert main(["discover", "bluesky", "vegan"]) == code
    said = capsys.readouterr()
    assert words in said.out + said.err
    assert "Traceback" not in said.err
    assert "geheim" not in said.out + said.err


def test_who_asked_to_be_forgotten_is_not_found_again(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    _discover(capsys, "baker10.example")
    assert main(["creators", "forget", "bluesky:baker10.example", "--yes"]) == 0
    capsys.readouterr()
    code, report = _discover(capsys, "baker10.example")
    assert (code, report["added"], report["rejected"]) == (3, 0, 1)
    assert report["skipped"] == [{"ref": "bluesky:baker10.example", "reason": "asked to be forgotten"}]


def test_a_platform_that_is_not_there_is_said_to_be_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUTUI_PLUGIN_BLUESKY_BASE_URL", "http://127.0.0.1:9/xrpc/")
    assert main(["discover", "bluesky", "vegan"]) == 1
    assert "could not be reached" in capsys.readouterr().err


def test_the_base_url_is_a_setting_of_the_workspace(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("INFLUTUI_PLUGIN_BLUESKY_BASE_URL")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "config.toml").write_text(f'[plugin.bluesky]\nbase_url = "{bluesky.base_url}"\nengagement = false\n')
    code, report = _discover(capsys, "vegan", "--limit", "2")
    assert (code, report["found"]) == (0, 2)
    assert bluesky.asked("getAuthorFeed") == 0


@pytest.mark.parametrize("ending", ["", "/", "/xrpc", "/xrpc/"])
def test_a_services_address_may_be_written_either_way(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setenv("INFLUTUI_PLUGIN_BLUESKY_BASE_URL", bluesky.base_url.rstrip("/") + ending)
    assert _discover(capsys, "vegan", "--limit", "2")[1]["found"] == 2


def test_a_source_that_is_not_there_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["discover", "blusky", "vegan"]) == 2
    assert "Did you mean bluesky?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["bluesky"], ["bluesky", "vegan", "--limit", "0"], ["bluesky", "x", "--found-by", "magic"]]
)
def test_a_question_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(["discover", *words]) == 2


def test_without_a_source_the_sources_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, documents = _json(capsys, "discover")
    assert code == 0
    assert ("bluesky", True) in [(each["id"], each["ready"]) for each in documents]


def test_every_request_is_one_that_the_lexicons_describe(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str], samples: Path
) -> None:
    bluesky.followers["baker00.example"] = ["baker08.example"]
    for words in (["vegan", "--limit", "60"], ["followers", "@baker00.example"], ["engaged", "@baker00.example"]):
        _discover(capsys, *words)
    assert {method.rpartition(".")[2] for method, _ in bluesky.requests} == {
        "searchActors", "getProfiles", "getAuthorFeed", "getFollowers", "getLikes", "getRepostedBy", "getPostThread",
    }  # fmt: skip
    for method, given in bluesky.requests:
        lexicon = json.loads(
            (samples / "specs/bluesky/lexicons" / f"{method.replace('.', '/')}.json").read_text("utf-8")
        )
        main_ = lexicon["defs"]["main"]
        assert main_["type"] == "query", "asked with GET"
        schema = main_["parameters"]
        assert set(schema.get("required", [])) <= given.keys()
        for name, values in given.items():
            _check_parameter(schema["properties"][name], values)
    assert all(agent.startswith("influtui/") for agent in bluesky.agents)


def _check_parameter(schema: dict[str, Any], values: list[str]) -> None:
    if schema["type"] == "array":
        assert len(values) <= schema.get("maxLength", 10**6)
        for value in values:
            _check_parameter(schema["items"], [value])
        return
    (value,) = values
    if schema["type"] == "integer":
        assert schema.get("minimum", 0) <= int(value) <= schema.get("maximum", 10**6)
    if schema["type"] == "boolean":
        assert value in ("true", "false")
    if schema.get("format") == "at-identifier":
        assert value.startswith("did:") or "." in value
    if "knownValues" in schema:
        assert value in schema["knownValues"]


def test_budgets_are_remembered_from_run_to_run(bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    _, first = _discover(capsys, "vegan", "--limit", "5")
    _, second = _discover(capsys, "vegan", "--limit", "5")
    assert second["quota"][0]["left"] < first["quota"][0]["left"]


def test_an_interrupted_run_keeps_the_pages_that_came(bluesky: BlueskyStandIn, tmp_path: Path) -> None:
    second = threading.Event()

    def slow(method: str, count: int) -> float | None:
        if method.endswith("searchActors") and bluesky.asked("searchActors") == 2:
            second.set()
            return 3.0
        return None

    bluesky.fault = slow
    command = [sys.executable, "-m", "influtui", "discover", "bluesky", "vegan", "--limit", "60"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert second.wait(30)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said
    with sqlite3.connect(tmp_path / "workspace" / "influtui.db") as database:
        assert database.execute("SELECT count(*) FROM creators").fetchone()[0] == 21
        assert database.execute("SELECT state FROM imports").fetchone()[0] == "stopped"
    database.close()


def test_a_slow_platform_does_not_hold_the_whole_run(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, another = itertools.count(), threading.Event()

    def slow(method: str, count: int) -> None:
        if not method.endswith("getAuthorFeed"):
            return
        if next(asked) == 0:
            came.append(another.wait(8))  # below the client's own limit
        else:
            another.set()

    came: list[bool] = []
    bluesky.fault = slow
    _discover(capsys, "vegan", "--limit", "12")
    assert came == [True], "who waits for one account's posts waits for those of others too"


def test_who_follows_a_competitor_and_who_takes_part_in_their_posts_is_found(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"baker{number:02d}.example" for number in range(20, 50)]
    bluesky.followers["baker00.example"] = names
    code, report = _discover(capsys, "followers", "@baker00.example", "--limit", "40", "--found-by", "competitor")
    assert (code, report["found"]) == (0, 30)
    bluesky.under = {
        ("getLikes", "p1"): names[:4], ("getRepostedBy", "p1"): names[2:5], ("getLikes", "p2"): [*names[3:7], "baker00.example"],
        ("getPostThread", "fresh"): [names[9]],
    }  # fmt: skip
    code, report = _discover(capsys, "engaged", "https://bsky.app/profile/baker00.example", "--limit", "5")
    assert (code, report["found"], report["duplicates"], report["more"]) == (0, 5, 0, True)
    code, report = _discover(capsys, "engaged", "@baker00.example", "--limit", "50")
    assert {each["ref"].partition(":")[2] for each in report["accounts"]} == {*names[:7], names[9]}
    _, rows = _json(capsys, "creators", "search", "found:competitor")
    assert len([row for row in rows if "handle" in row]) == 30


def test_accounts_that_are_known_by_name_are_read(bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = _discover(capsys, "@baker10.example,@nobody.example", "https://bsky.app/profile/baker11.example")
    assert (code, report["added"]) == (0, 2)
    assert [each["ref"] for each in report["skipped"]] == ["nobody.example"]


@pytest.mark.parametrize(("words", "says", "code"), [
    (["#vegan"], "only for who has logged in", 1), (["hashtag", "vegan"], "discover mastodon hashtag", 1),
    (["tagged"], "only for who has logged in", 1), (["followers", "@anna"], "write it whole", 2),
])  # fmt: skip
def test_what_bluesky_does_not_give_is_said(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str], words: list[str], says: str, code: int
) -> None:
    assert main(["discover", "bluesky", *words]) == code
    assert says in capsys.readouterr().err
    assert bluesky.requests == []
