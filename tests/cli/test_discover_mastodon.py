"""`discover mastodon` end to end against a stand-in of one server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mastodon_stand_in import MastodonStandIn, account, status

from influtui.cli.main import main

LISTS = ("reblogged_by", "favourited_by")


@pytest.fixture
def mastodon(monkeypatch: pytest.MonkeyPatch) -> Iterator[MastodonStandIn]:
    people = [
        account(1, "anna", note="<p>vegan baking &amp; more</p><p>hello@anna.example</p>"),
        account(2, "bo@other.example"),
        account(3, "shy", discoverable=False),
        account(4, "gone", suspended=True),
        account(5, "away", moved={"id": "9"}),
        account(6, "quiet", statuses_count=0),
    ]
    posts = [status(10 + n, 1, favourites_count=10 * n) for n in range(1, 6)]
    posts += [
        status(20, 1, visibility="private", favourites_count=9_000),
        status(21, 1, reblog={"id": "5"}, favourites_count=9_000),
        status(22, 2, favourites_count=9_000),
        status(23, 1, created_at="2026-11-22T09:00:00Z", favourites_count=9_000),
    ]
    server = MastodonStandIn(people, {"1": posts})
    server.start()
    monkeypatch.setenv("INFLUTUI_PLUGIN_MASTODON_BASE_URL", server.base_url)
    yield server
    server.stop()


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    code = main(["--json", *words])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("at_noon")
def test_people_are_found_with_their_server_their_numbers_and_their_words(
    mastodon: MastodonStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    code, (report,) = _json(capsys, "discover", "mastodon", "vegan")
    assert code == 0
    assert [each["ref"] for each in report["accounts"]] == [
        "mastodon:anna@this.example", "mastodon:bo@other.example", "mastodon:quiet@this.example"
    ]  # fmt: skip
    _, rows = _json(capsys, "creators", "search", "platform:mastodon")
    anna = next(row for row in rows if row.get("handle") == "anna@this.example")
    assert (anna["followers"], anna["email"], anna["language"]) == (1_000, "hello@anna.example", "de")
    assert anna["bio"] == "vegan baking & more\nhello@anna.example"
    # Likes 10…50 and five replies each, of 1,000 followers; what is private, passed on, another's or new does not count.
    assert anna["engagement_rate"] == 3.5


def test_who_does_not_want_to_be_found_is_left_out_with_the_reason(
    mastodon: MastodonStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    _, (report,) = _json(capsys, "discover", "mastodon", "vegan")
    assert {each["ref"]: each["reason"] for each in report["skipped"]} == {
        "shy@this.example": "does not want to be found",
        "gone@this.example": "suspended by its server",
        "away@this.example": "has moved to another account",
    }
    assert not any("/3/" in method or "/4/" in method for method, _ in mastodon.requests)


def test_counts_of_another_servers_people_are_marked_as_copies(
    mastodon: MastodonStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    _json(capsys, "discover", "mastodon", "vegan")
    _, shown = _json(capsys, "creators", "show", "mastodon:bo@other.example")
    assert '"estimated"' in json.dumps(shown)


def test_a_server_that_wants_a_login_says_so_instead_of_finding_nobody(
    mastodon: MastodonStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    mastodon.fault = lambda method, count: (401, {}, b'{"error":"This method requires an authenticated user"}')
    assert main(["discover", "mastodon", "vegan"]) == 1
    assert "does not offer this to everybody" in capsys.readouterr().err


def test_requests_are_ones_that_the_description_of_the_interface_has(
    mastodon: MastodonStandIn, capsys: pytest.CaptureFixture[str], samples: Path
) -> None:
    mastodon.listed = {"1/followers": [2], **{f"{number}/{way}": [2] for number in range(10, 25) for way in LISTS}}
    for words in (["vegan"], ["@anna"], ["followers", "@anna"], ["engaged", "@anna"], ["#bread"]):
        _json(capsys, "discover", "mastodon", *words)
    paths = json.loads((samples / "specs/mastodon/mastodon-openapi.json").read_text("utf-8"))["paths"]
    for method, given in mastodon.requests:
        path = re.sub(r"/\d+/", "/{id}/", f"/{method}".replace("/tag/bread", "/tag/{hashtag}"))
        known = {each["name"]: each["schema"] for each in paths[path]["get"]["parameters"]}
        for name, values in given.items():
            kind = known[name]["type"]
            assert kind != "boolean" or values[0] in ("true", "false")
            assert kind != "integer" or 1 <= int(values[0]) <= 40


def test_known_people_are_refreshed_and_who_is_gone_keeps_what_was_known(
    mastodon: MastodonStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    _json(capsys, "discover", "mastodon", "@anna@this.example", "@bo@other.example", "@nobody@this.example")
    mastodon.accounts[0]["followers_count"] = 4_444
    mastodon.accounts[1]["acct"] = "moved@other.example"
    _json(capsys, "creators", "refresh", "mastodon:anna@this.example", "mastodon:bo@other.example")
    _, rows = _json(capsys, "creators", "search", "platform:mastodon")
    followers = {row["handle"]: row["followers"] for row in rows if "handle" in row}
    assert followers == {"anna@this.example": 4_444, "bo@other.example": 1_000}


def test_who_posts_under_a_hashtag_is_found_once_and_kept_as_such(
    mastodon: MastodonStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    authors = [mastodon.accounts[number % 3] for number in range(70)]
    mastodon.tagged["bread"] = [{**status(900 - n, 0), "account": author} for n, author in enumerate(authors)]
    mastodon.tagged["bread"][1] = {"id": "899", "account": {"id": 3}}
    code, (report,) = _json(capsys, "discover", "mastodon", "hashtag", "bread")
    assert (code, report["found"], report["added"]) == (0, 2, 2)
    assert {each["reason"][:20] for each in report["skipped"]} == {"does not want to be ", "the account's entry "}
    assert len([row for row in _json(capsys, "creators", "search", "found:hashtag")[1] if "handle" in row]) == 2


def test_who_follows_an_account_and_who_takes_part_in_its_posts_is_found(
    mastodon: MastodonStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    mastodon.accounts += [account(number, f"fan{number}@other.example", statuses_count=0) for number in range(100, 150)]
    mastodon.listed = {"1/followers": list(range(100, 150))}
    code, (report,) = _json(capsys, "discover", "mastodon", "followers", "@anna@this.example", "--limit", "60")
    assert (code, report["found"]) == (0, 50)
    assert any("its own server" in notice or "own server" in notice for notice in report["notices"])
    mastodon.listed = {f"{number}/{way}": [] for number in range(10, 25) for way in LISTS}
    mastodon.listed |= {"11/favourited_by": [2, 100, 101], "12/favourited_by": [101, 102], "11/reblogged_by": [100]}
    code, (report,) = _json(capsys, "discover", "mastodon", "engaged", "@anna@this.example")
    assert {each["ref"] for each in report["accounts"]} == {
        f"mastodon:{name}@other.example" for name in ("bo", "fan100", "fan101", "fan102")
    }
    assert len([row for row in _json(capsys, "creators", "search", "found:competitor")[1] if "handle" in row]) == 4


@pytest.mark.parametrize(("words", "says", "code"), [
    (["tagged"], "owner only", 1), (["followers", "@nobody@this.example"], "no account of that name", 1),
    (["hashtag", "a!b"], "one hashtag", 2), (["@a@b@c"], "written like", 2),
])  # fmt: skip
def test_what_a_server_does_not_give_is_said(
    mastodon: MastodonStandIn, capsys: pytest.CaptureFixture[str], words: list[str], says: str, code: int
) -> None:
    assert main(["discover", "mastodon", *words]) == code
    assert says in capsys.readouterr().err
