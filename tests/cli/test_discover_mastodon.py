"""`discover mastodon` end to end against a stand-in of one server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mastodon_stand_in import MastodonStandIn, account, status

from influtui.cli.main import main


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
    assert "does not offer its search to everybody" in capsys.readouterr().err


def test_requests_are_ones_that_the_description_of_the_interface_has(
    mastodon: MastodonStandIn, capsys: pytest.CaptureFixture[str], samples: Path
) -> None:
    _json(capsys, "discover", "mastodon", "vegan")
    paths = json.loads((samples / "specs/mastodon/mastodon-openapi.json").read_text("utf-8"))["paths"]
    for method, given in mastodon.requests:
        path = "/" + method if method.endswith("search") else "/api/v1/accounts/{id}/statuses"
        known = {each["name"]: each["schema"] for each in paths[path]["get"]["parameters"]}
        for name, values in given.items():
            kind = known[name]["type"]
            assert kind != "boolean" or values[0] in ("true", "false")
            assert kind != "integer" or 1 <= int(values[0]) <= 40
