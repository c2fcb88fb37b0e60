"""`discover tiktok` end to end: command line, secrets, host, plugin, a stand-in of TikTok's three hosts, the store."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tiktok_stand_in import ACCOUNT, KEY, REFRESH, SECRET, TOKEN, Person, TikTokStandIn, paid, video

from influtui.cli.main import main

ONE = "open_api/v1.3/tto/tcm/"


@pytest.fixture
def tiktok(monkeypatch: pytest.MonkeyPatch) -> Iterator[TikTokStandIn]:
    anna = Person("anna.bakes", 20_000, "vegan baking, hello@bakes.example")
    anna.videos = [video(number, views=1_000, likes=80) for number in range(6)]
    anna.videos += [video(90, paid="PAID_PARTNERSHIP"), video(91, views=None)]
    people = [Person(f"baker{number:02d}", 1_000 * number, "vegan baking") for number in range(1, 46)]
    server = TikTokStandIn([anna, *people, Person("far.away", 9_000, "vegan baking", "US")])
    server.start()
    monkeypatch.setenv("INFLUTUI_PLUGIN_TIKTOK_BASE_URL", server.base_url)
    monkeypatch.setenv("INFLUTUI_PLUGIN_TIKTOK_ACCOUNT_ID", ACCOUNT)
    monkeypatch.setenv("INFLUTUI_PLUGIN_TIKTOK_CLIENT_KEY", KEY)
    monkeypatch.setenv("TIKTOK_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("TIKTOK_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("TIKTOK_REFRESH_TOKEN", REFRESH)
    yield server
    server.stop()


def _discover(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["--json", "discover", "tiktok", *words])
    told = capsys.readouterr()
    assert not any(secret in told.out + told.err for secret in (TOKEN, SECRET, "canary"))
    return code, json.loads(told.out or told.err)


def _rows(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, dict[str, Any]]:
    assert main(["--json", "creators", "search", *words]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {row["handle"]: row for row in found if row["schema"] == "influtui.creator/1"}


@pytest.mark.usefixtures("at_noon")
def test_creators_of_tiktok_one_come_with_country_address_and_engagement(
    tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = _discover(capsys, "vegan baking country:DE followers:20k..", "--limit", "5")
    assert (code, report["found"], report["added"]) == (0, 5, 5)
    anna = _rows(capsys, "platform:tiktok")["anna.bakes"]
    assert (anna["followers"], anna["country"], anna["email"]) == (20_000, "DE", "hello@bakes.example")
    # (80 + 15 + 5) of 1,000 views; a paid video and one without views say nothing of the usual rate.
    assert anna["engagement_rate"] == 10.0
    assert anna["topics"] == ["food & drink"]
    assert {sent.get("access-token") for sent in tiktok.sent} == {TOKEN}
    assert not any(TOKEN in str(one) for _, one in tiktok.requests)


def test_pages_miss_nobody_though_the_last_is_asked_for_less(
    tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUTUI_PLUGIN_TIKTOK_ENGAGEMENT", "false")
    monkeypatch.setenv("INFLUTUI_PLUGIN_TIKTOK_COUNTRY", "DE")
    _, report = _discover(capsys, "vegan baking", "--limit", "45")
    assert (report["found"], report["duplicates"], report["more"]) == (45, 0, True)
    assert len(_rows(capsys, "platform:tiktok")) == 45
    assert tiktok.asked("creator/discover/") == 3
    assert tiktok.asked("creator/public/") == 0


def test_accounts_by_name_and_names_that_are_none(tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = _discover(capsys, "@Anna.Bakes,@nobody.here", "https://www.tiktok.com/@baker05?lang=de", "@x(y")
    assert (code, report["added"]) == (0, 2)
    assert {each["ref"]: each["reason"] for each in report["skipped"]} == {
        "nobody.here": "TikTok One shows no creator of that name",
        "@x(y": "no TikTok name can be written so",
    }


def test_known_people_are_refreshed(tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    _discover(capsys, "@baker05")
    tiktok.people["baker05"].followers = 77_777
    assert main(["creators", "refresh", "tiktok:baker05"]) == 0
    capsys.readouterr()
    assert _rows(capsys, "platform:tiktok")["baker05"]["followers"] == 77_777


@pytest.mark.parametrize(("token", "account", "says"), [
    ("wrong-token-0123456789", ACCOUNT, "refuses the access token"), (TOKEN, "1", "Creator Marketplace permission"),
    ("", ACCOUNT, "pasted links"), (TOKEN, "", "account_id"),
])  # fmt: skip
def test_a_failure_within_status_200_is_told_by_its_code(
    tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    token: str, account: str, says: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("TIKTOK_ACCESS_TOKEN", token)
    monkeypatch.setenv("INFLUTUI_PLUGIN_TIKTOK_ACCOUNT_ID", account)
    code, said = _discover(capsys, "vegan country:DE")
    assert says in json.dumps(said)
    assert code == (1 if account == "1" else 4)


def test_what_came_before_a_limit_is_kept(tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    tiktok.calls_left = 6
    code, report = _discover(capsys, "@baker01 @baker02 @baker03 @baker04 @baker05 @baker06 @baker07 @baker08")
    assert code == 3
    assert 1 <= report["added"] <= 6
    assert report["problem"]["kind"] == "rate_limited"
    assert tiktok.asked("/") <= 12, "after a limit no further calls are made"


@pytest.mark.parametrize(("words", "says"), [
    (("hashtag", "veganbaking"), "no search by hashtag"), (("#veganbaking",), "no search by hashtag"),
    (("engaged", "@rival"), "neither who comments nor who likes"),
    (("followers", "@rival"), "to nobody but approved researchers"),
    (("tagged",), "who mentioned it"), (("similar", "@anna"), "search --like"), (("research", "vegan"), "research_eligible true"),
])  # fmt: skip
def test_what_tiktok_gives_no_brand_is_said_with_the_reason_and_what_there_is_instead(
    tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    code, said = _discover(capsys, *words)
    assert code == 1
    assert says in said["error"]["message"]
    assert tiktok.requests == []


@pytest.mark.parametrize(("words", "says"), [
    (("vegan", "baking"), "country:DE"), (("paid", "country:GB"), "GB is not in it"), (("paid", "cake"), "brand:acme"),
    (("paid", "since:2020-01-01"), "begins at 2022"), (("vegan", "er:3..", "country:DE"), "knows no er"),
])  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused_with_how_to_ask(
    tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    code, said = _discover(capsys, *words)
    assert (code, tiktok.requests) == (2, [])
    assert says in said["error"]["message"]


def test_who_worked_for_a_competitor_is_found_in_the_library(
    tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    tiktok.library = [paid(f"joe{number}", "Acme" if number % 3 == 0 else "Other", number) for number in range(60)]
    tiktok.library += [paid("joe0", "Acme Foods", 99), paid(None, "Acme", 100), {"id": 7, "brand_names": ["Acme"]}]
    code, report = _discover(capsys, "paid brand:acme country:DE", "--limit", "40")
    assert (code, report["found"], report["duplicates"]) == (0, 20, 0)
    reasons = {each["ref"]: each["reason"] for each in report["skipped"]}
    assert "does not name the creator" in reasons["v09044g000000100"]
    assert "cannot be read" in reasons["7"]
    assert any("@joe0 by Acme, Acme Foods" in notice or "@joe0 by Acme" in notice for notice in report["notices"])
    assert len(_rows(capsys, "found:competitor")) == 20
    assert tiktok.asked("oauth/token/") == 1


def test_the_librarys_daily_quota_says_when_it_is_over(
    tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    tiktok.library = [paid(f"joe{number}", "Acme", number) for number in range(60)]
    tiktok.library_left = 1
    code, report = _discover(capsys, "paid country:DE", "--limit", "60")
    assert (code, report["added"], report["problem"]["kind"]) == (3, 20, "quota")
    assert "T00:00:00Z" in report["problem"]["hint"]


def test_pasted_links_need_no_credentials_and_lead_to_their_authors(
    tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIKTOK_ACCESS_TOKEN")
    url = "https://www.tiktok.com/@anna.bakes/video/73"
    tiktok.embeds[url] = {"author_url": "https://www.tiktok.com/@anna.bakes", "author_name": "Anna", "title": "loaf"}
    gone = "https://www.tiktok.com/@gone.girl/video/99"
    code, report = _discover(capsys, f"https://m.tiktok.com/@anna.bakes/photo/73?x=1 {gone}")
    assert (code, report["added"]) == (0, 1)
    assert [each["ref"] for each in report["skipped"]] == [gone]
    assert any("by name only" in notice for notice in report["notices"])
    assert _rows(capsys, "platform:tiktok")["anna.bakes"]["followers"] is None
    assert next(one for method, one in tiktok.requests if method == "oembed") == {"url": [url]}


def test_ones_own_account_and_its_token_that_is_good_for_once(
    tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUTUI_WORKSPACE", str(tmp_path / "ws"))
    for renewal in (1, 2):
        code, report = _discover(capsys, "me")
        assert (code, report["found"], tiktok.renewals) == (0, 1, renewal)
    kept = tmp_path / "ws" / "secrets" / "tiktok.refresh_token"
    assert kept.read_text().strip() == tiktok.refresh != REFRESH
    assert kept.stat().st_mode & 0o777 == 0o600
    assert _rows(capsys, "platform:tiktok")["the.brand"]["followers"] == 4_200
    everything = b"".join(path.read_bytes() for path in (tmp_path / "ws").rglob("*") if path.is_file() and path != kept)
    assert b"canary" not in everything


def test_a_login_that_has_ended_says_so(tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    tiktok.refresh = "another"
    code, said = _discover(capsys, "me")
    assert code == 4
    assert "Let the account log in again" in said["error"]["message"]


def test_a_session_that_is_killed_while_it_renews_leaves_a_whole_token(
    tiktok: TikTokStandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUTUI_WORKSPACE", str(tmp_path / "ws"))
    _discover(capsys, "me")
    kept = tmp_path / "ws" / "secrets" / "tiktok.refresh_token"
    for path in ("v2/oauth/token/", "v2/user/info/"):
        before, renewals = tiktok.refresh, tiktok.renewals
        victim = subprocess.Popen([sys.executable, "-m", "influtui", "discover", "tiktok", "me"], env=os.environ.copy())

        def kill(method: str, count: int, victim: Any = victim, path: str = path) -> float | None:
            if method == path:
                victim.send_signal(signal.SIGKILL)
                return 0.05
            return None

        tiktok.fault = kill
        assert victim.wait(30) == -signal.SIGKILL
        while tiktok.renewals == renewals:
            time.sleep(0.01)  # the platform has spent the token, and its answer goes nowhere
        tiktok.fault = lambda method, count: None
        # Killed before the new token came, the old one stands; killed after it, the new one does. Neither is half a token.
        assert kept.read_text() == f"{before if path.endswith('token/') else tiktok.refresh}\n"
        tiktok.refresh = kept.read_text().strip()  # as where a platform still takes the one before
        assert _discover(capsys, "me")[0] == 0


def test_research_is_for_those_who_state_that_they_are_allowed(
    tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUTUI_PLUGIN_TIKTOK_RESEARCH_ELIGIBLE", "true")
    tiktok.research = [
        {"username": "s.clovis", "id": 7320768196569599275, "like_count": 6, "view_count": 40, "create_time": 1704499196},
        {"username": "s.clovis", "id": 7320768196569599276, "view_count": 9, "create_time": 1704499197},
        {"username": "cat\x00lady", "id": 2**63 + 5, "region_code": "US"}, {"username": 12},
    ]  # fmt: skip
    code, report = _discover(capsys, "research #cats country:US")
    assert (code, report["added"]) == (0, 2)
    assert "cannot be read" in report["skipped"][0]["reason"]
    rows = _rows(capsys, "found:hashtag")
    assert (rows["catlady"]["followers"], rows["catlady"]["country"]) == (77, "US")


@pytest.mark.parametrize(
    "body", [b"<html>captcha</html>", b"", b'{"code": 0, "data": {"creators": [', b"[]", b'{"code": 0}']
)
def test_a_broken_answer_ends_in_a_sentence(
    tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str], body: bytes
) -> None:
    tiktok.fault = lambda method, count: (200, {}, body)
    assert main(["discover", "tiktok", "vegan country:DE"]) == 1
    said = capsys.readouterr().err
    assert "does not look like" in said
    assert "Traceback" not in said


def test_an_odd_creator_costs_nobody_else(tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    creators = [
        {"handle_name": "ok.one", "display_name": None, "followers_count": "1200", "extra": {"a": 1}},
        {"handle_name": 5}, None, {"display_name": "no handle"}, {"handle_name": "two words"},
        {"handle_name": "ok.two", "followers_count": -1, "content_labels": None}, {"handle_name": "odd", "bio": []},
    ]  # fmt: skip
    answer = json.dumps({"code": 0, "data": {"creators": creators, "page_info": None}}).encode()
    tiktok.fault = lambda method, count: (200, {}, answer) if method.endswith("discover/") else None
    code, report = _discover(capsys, "vegan country:DE")
    assert (code, report["added"]) == (0, 2)
    assert len(report["skipped"]) == 5
    rows = _rows(capsys, "platform:tiktok")
    assert (rows["ok.one"]["followers"], rows["ok.two"]["followers"]) == (1_200, None)


def test_a_slow_answer_is_waited_for(tiktok: TikTokStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    tiktok.fault = lambda method, count: 0.3 if count == 1 else None
    code, report = _discover(capsys, "@baker01")
    assert (code, report["found"]) == (0, 1)
