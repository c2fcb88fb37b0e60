"""`discover instagram` end to end: command line, secrets, host, plugin, a stand-in of the Graph API, the store."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from instagram_stand_in import BRAND, PAGE_TOKEN, TOKEN, InstagramStandIn, Person, error, post

from influtui.cli.main import main


@pytest.fixture
def instagram(monkeypatch: pytest.MonkeyPatch) -> Iterator[InstagramStandIn]:
    people = [Person(f"baker{number:02d}", f"Baker {number}", followers=1_000 + number) for number in range(40)]
    anna = Person("anna.bakes", "Anna", "bread, write to hello@bakes.example", followers=2_000)
    anna.posts = [post(f"P{number}", likes=20 * number, comments=4, view_count=500) for number in range(1, 6)]
    anna.posts += [post("hidden", likes=None), post("fresh", likes=90_000, at="2026-11-22T09:00:00+0000")]
    private = Person("private.person", professional=False)
    tagged = [
        post(f"T{n}", likes=3, username=name) for n, name in enumerate(["anna.bakes", "private.person", "baker00"])
    ]
    server = InstagramStandIn([*people, anna, private], tagged)
    server.start()
    monkeypatch.setenv("INFLUTUI_PLUGIN_INSTAGRAM_BASE_URL", server.base_url)
    monkeypatch.setenv("INSTAGRAM_ACCESS_TOKEN", TOKEN)
    yield server
    server.stop()


def _discover(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["--json", "discover", "instagram", *words])
    told = capsys.readouterr()
    assert TOKEN not in told.out + told.err
    return code, json.loads(told.out or told.err)


def _rows(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert main(["--json", "creators", "search", *words]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [row for row in found if row["schema"] == "influtui.creator/1"]


@pytest.mark.usefixtures("at_noon")
def test_accounts_that_are_known_by_name_come_with_numbers_and_engagement(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = _discover(capsys, "@Anna.Bakes,@private.person", "@nobody", "https://instagram.com/baker00/")
    assert (code, report["found"], report["added"]) == (0, 2, 2)
    reasons = {each["ref"]: each["reason"] for each in report["skipped"]}
    assert reasons.keys() == {"private.person", "nobody"}
    assert all("Business and Creator" in reason for reason in reasons.values())
    anna = next(row for row in _rows(capsys, "platform:instagram") if row["handle"] == "anna.bakes")
    assert (anna["followers"], anna["posts"], anna["email"]) == (2_000, 7, "hello@bakes.example")
    # Likes 20…100 and four comments each, of 2,000 followers; hidden likes and posts of today do not count.
    assert anna["engagement_rate"] == 3.2
    assert anna["url"] == "https://www.instagram.com/anna.bakes/"


def test_asking_again_adds_nobody(instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    _discover(capsys, "@anna.bakes")
    _, report = _discover(capsys, "@anna.bakes")
    assert (report["added"], report["found"], report["rejected"]) == (0, 1, 0)


def test_many_names_are_read_page_by_page(instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    names = " ".join(f"@baker{number:02d}" for number in range(40))
    code, report = _discover(capsys, names, "--limit", "40")
    assert (code, report["found"], report["more"]) == (0, 40, False)
    assert instagram.asked(BRAND) == 40
    assert instagram.asked("accounts") == 1


def test_names_beyond_the_limit_are_not_passed_over_in_silence(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["discover", "instagram", "@baker01,@baker02,@baker03", "--limit", "2"]) == 0
    assert "more than 2" in capsys.readouterr().err
    assert instagram.asked(BRAND) == 2


def test_people_who_tagged_the_brand_are_kept_as_such(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = _discover(capsys, "tagged")
    assert (code, report["found"], report["added"]) == (0, 3, 3)
    assert any("without numbers" in notice for notice in report["notices"])
    rows = {row["handle"]: row for row in _rows(capsys, "found:tagged_us")}
    assert rows.keys() == {"anna.bakes", "private.person", "baker00"}
    assert (rows["anna.bakes"]["followers"], rows["private.person"]["followers"]) == (2_000, None)


def test_what_the_user_says_of_how_they_came_by_people_stands(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    _discover(capsys, "tagged", "--found-by", "referral")
    assert _rows(capsys, "found:tagged_us") == []
    assert len(_rows(capsys, "found:referral")) == 3


def test_pages_go_on_by_cursors_and_the_address_with_the_token_is_never_followed(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    instagram.tagged = [post(f"T{n}", likes=1, username=f"baker{n:02d}") for n in range(40)]
    _, report = _discover(capsys, "tagged", "--limit", "40")
    assert report["found"] == 40
    assert [one.get("after") for method, one in instagram.requests if method.endswith("/tags")] == [None, ["25"]]
    assert not any("access_token" in one for _, one in instagram.requests)
    assert {sent.get("authorization") for sent in instagram.sent} == {f"Bearer {TOKEN}"}


def test_posts_of_a_hashtag_are_listed_for_a_person_to_open_and_nobody_is_kept(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["discover", "instagram", "hashtag", "VeganBaking", "--limit", "10"]) == 0
    told = capsys.readouterr()
    assert "https://www.instagram.com/p/H9/" in told.out
    assert "without their authors" in told.err
    assert "29 of 30 different hashtags left" in told.err
    assert instagram.hashtags == {"veganbaking"}
    assert _rows(capsys, "platform:instagram") == []


def test_thirty_hashtags_in_seven_days_and_the_same_again_for_free(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(30):
        assert _discover(capsys, "hashtag", f"bread{number}")[0] == 0
    code, told = _discover(capsys, "hashtag", "onemore")
    assert code == 1
    assert "all 30 different hashtags" in told["error"]["message"]
    assert len(instagram.hashtags) == 30
    code, report = _discover(capsys, "hashtag", "Bread7")
    assert code == 0
    left = {quota["budget"]: quota["left"] for quota in report["quota"]}
    assert (left["hashtags"], len(instagram.hashtags)) == (0, 30)


def test_marketplace_creators_without_advanced_access_are_called_test_data(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUTUI_PLUGIN_INSTAGRAM_PAGE_TOKEN", PAGE_TOKEN)
    code, report = _discover(capsys, "marketplace vegan country:BR followers:10k..100k", "--limit", "30")
    assert (code, report["found"]) == (0, 30)
    assert report["notices"][0].startswith("TEST DATA")
    rows = _rows(capsys, "platform:instagram", "--limit", "50")
    assert {row["name"] for row in rows} == {"TEST DATA"}
    assert rows[0]["followers"] == 41_000
    assert instagram.sent[-1]["authorization"] == f"Bearer {PAGE_TOKEN}"


def test_words_are_refused_with_the_ways_that_there_are(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = _discover(capsys, "vegan", "baking")
    assert code == 1
    assert "no normal brand" in told["error"]["message"]
    assert instagram.requests == []


def test_without_a_token_the_command_that_supplies_one_is_named(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INSTAGRAM_ACCESS_TOKEN")
    code, told = _discover(capsys, "@anna.bakes")
    assert code == 4
    assert "influtui secret set instagram.access_token" in json.dumps(told)
    assert instagram.requests == []
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TOKEN}\n"))
    assert main(["secret", "set", "instagram.access_token"]) == 0
    capsys.readouterr()
    assert _discover(capsys, "@anna.bakes")[0] == 0


@pytest.mark.parametrize(("refusal", "code", "says"), [
    (error(190, "expired", subcode=463, error_user_msg="Sitzung abgelaufen"), 4, "expired"),
    (error(10, "(#10) Application does not have permission for this action"), 1, "instagram_manage_insights"),
    (error(4, "(#4) Application request limit reached", status=403), 1, "no more calls"),
    (error(100, "(#100) Tried accessing nonexisting field (x)"), 2, "nonexisting field"),
    (error(368, "blocked"), 4, "policy"),
    (error(190, f"Malformed access token {TOKEN}"), 4, "make a new one"),
    (error(100, f"(#100) {TOKEN} is odd"), 2, "is odd"),
])  # fmt: skip
def test_a_refusal_is_said_in_words_and_by_its_exit_code(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str], refusal: Any, code: int, says: str
) -> None:
    instagram.refused[BRAND] = refusal
    found, told = _discover(capsys, "@anna.bakes")
    assert (found, says in told["error"]["message"]) == (code, True)
    assert "abgelaufen" not in json.dumps(told)


def test_the_platforms_own_word_corrects_what_is_left(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUTUI_PLUGIN_INSTAGRAM_USER_ID", BRAND)
    instagram.used = 60
    _, report = _discover(capsys, "@anna.bakes")
    assert {quota["budget"]: quota["left"] for quota in report["quota"]}["calls"] == 80


def test_what_came_before_the_limit_is_kept_and_the_rest_is_said(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    def limit(method: str, count: int) -> Any:
        body = json.dumps(error(4, "(#4) limit")[1]).encode()
        return (400, {"X-App-Usage": '{"call_count": 100}'}, body) if count > 15 else None

    instagram.fault = limit
    names = " ".join(f"@baker{number:02d}" for number in range(30))
    code, report = _discover(capsys, names, "--limit", "30")
    assert code == 3
    assert 8 <= report["found"] <= 14
    assert report["added"] == report["found"]
    assert report["problem"]["kind"] == "rate_limited"


@pytest.mark.parametrize("answer", [
    (200, {}, b"<html>Log in"), (200, {}, b'{"business_discovery": {"id"'), (302, {"location": "https://x.example"}, b""),
    (500, {}, b""), (400, {}, b"[]"), (200, {}, b"{}"),
])  # fmt: skip
def test_on_bad_days_there_is_a_sentence_and_nobody_is_invented(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str], answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("influtui.host.http.FIRST_PAUSE_S", 0.01)
    instagram.fault = lambda method, count: answer
    code, told = _discover(capsys, "@anna.bakes")
    assert code == 1
    assert told["error"]["message"].startswith("instagram: ")
    instagram.fault = lambda method, count: None
    assert _rows(capsys, "platform:instagram") == []


def test_a_slow_answer_is_waited_for(instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    instagram.fault = lambda method, count: 0.3
    assert _discover(capsys, "@anna.bakes")[1]["found"] == 1


def test_the_token_is_in_no_file_of_the_workspace(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _discover(capsys, "tagged")
    instagram.refused[BRAND] = error(1, f"unknown error with {TOKEN}", status=500)
    _discover(capsys, "@anna.bakes")
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        assert TOKEN.encode() not in path.read_bytes(), path


@pytest.mark.usefixtures("at_noon")
def test_the_brands_own_posts_come_with_what_only_their_owner_is_told(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    instagram.own = [post(f"O{number}", likes=80, comments=15) for number in range(6)]
    counted = {"views": 2_000, "reach": 1_500, "saved": 12, "shares": 5}
    instagram.insights = {f"O{number}": counted for number in range(5)}
    code, report = _discover(capsys, "me")
    assert (code, report["found"]) == (0, 1)
    (notice,) = report["notices"]
    assert "1,500 reached" in notice
    assert "12 saved" in notice
    assert "1 post without insights" in notice
    assert main(["--json", "creators", "show", "instagram:the.brand"]) == 0
    assert json.loads(capsys.readouterr().out)["avg_views"] == 2_000


def test_a_token_without_insights_names_the_permission(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    instagram.own = [post("O1", likes=80)]
    instagram.refused["O1/insights"] = error(10, "(#10) Application does not have permission for this action")
    code, said = _discover(capsys, "me")
    assert code == 1
    assert "instagram_manage_insights" in said["error"]["message"]


@pytest.mark.parametrize(("words", "says"), [
    (("followers", "@rival"), "account's download"), (("engaged", "@rival"), "neither the comments nor the likes"),
    (("similar", "@anna"), "similar:@NAME"),
])  # fmt: skip
def test_what_instagram_gives_no_brand_is_said_with_what_there_is_instead(
    instagram: InstagramStandIn, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    code, said = _discover(capsys, *words)
    assert (code, instagram.requests) == (1, [])
    assert says in said["error"]["message"]
