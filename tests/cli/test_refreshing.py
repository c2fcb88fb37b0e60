"""`creators refresh`: the oldest figures first, as far as budgets reach, and nobody new."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from bluesky_stand_in import BlueskyStandIn, Person

from influtui.cli.main import main

DAY = 86_400_000


@pytest.fixture
def bluesky(monkeypatch: pytest.MonkeyPatch) -> Iterator[BlueskyStandIn]:
    people = [Person(f"baker{number:02d}.example", f"Baker {number}", "vegan", followers=100) for number in range(30)]
    server = BlueskyStandIn(people).start()
    monkeypatch.setenv("INFLUTUI_PLUGIN_BLUESKY_BASE_URL", server.base_url)
    monkeypatch.setenv("INFLUTUI_PLUGIN_BLUESKY_ENGAGEMENT", "false")
    yield server
    server.stop()


def _refresh(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["--json", "creators", "refresh", *words])
    said = capsys.readouterr()
    return code, json.loads(said.out or said.err)


def _show(capsys: pytest.CaptureFixture[str], handle: str) -> dict[str, Any]:
    capsys.readouterr()
    main(["--json", "creators", "search", f"handle:{handle}"])
    return dict(json.loads(capsys.readouterr().out.splitlines()[0]))


@pytest.fixture
def known(bluesky: BlueskyStandIn) -> BlueskyStandIn:
    assert main(["discover", "bluesky", "vegan", "--limit", "30"]) == 0
    bluesky.requests.clear()
    return bluesky


def test_new_figures_take_the_place_of_old_ones_and_undo_as_one(
    known: BlueskyStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    for person in known.people:
        person.followers = 250
    code, report = _refresh(capsys, "--stale", "0", "--limit", "50")
    assert code == 0
    assert (report["wanted"], report["asked"], report["updated"]) == (30, 30, 30)
    assert report["sources"][0]["quota"][0]["limit"] == 3_000
    assert [len(parameters["actors"]) for _, parameters in known.requests] == [25, 5]
    assert _show(capsys, "baker07.example")["followers"] == 250
    assert main(["undo"]) == 0
    assert _show(capsys, "baker07.example")["followers"] == 100


def test_figures_that_are_the_same_are_no_longer_old(known: BlueskyStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    before = _show(capsys, "baker00.example")["as_of"]
    assert _refresh(capsys, "--stale", "0", "--limit", "1")[1]["asked"] == 1
    assert _show(capsys, "baker00.example")["as_of"] > before
    code, report = _refresh(capsys, "--stale", "30")
    assert (code, report["wanted"]) == (0, 0)
    assert len(known.requests) == 1


def test_named_people_are_asked_for_and_those_who_are_gone_stay_known(
    known: BlueskyStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    known.people[1].gone = True
    code, report = _refresh(capsys, "bluesky:baker00.example", "bluesky:baker01.example")
    assert code == 0
    assert report["asked"] == 2
    assert report["skipped"] == [{"ref": "baker01.example", "reason": "there is no account of that handle any more"}]
    assert _show(capsys, "baker01.example")["followers"] == 100


def test_a_source_that_ends_early_says_how_many_it_was_not_asked_for(
    known: BlueskyStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    known.fault = lambda method, count: (429, {"retry-after": "600"}, b"") if count > 1 else None
    code, report = _refresh(capsys, "--stale", "0")
    assert code == 3
    (source,) = report["sources"]
    assert (source["asked"], source["not_asked"], source["problem"]["kind"]) == (25, 5, "rate_limited")


def test_a_rehearsal_asks_nobody_and_a_platform_without_a_source_is_said(
    known: BlueskyStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = _refresh(capsys, "--stale", "0", "--dry-run")
    assert (code, report["asked"], known.requests) == (0, 30, [])
    main(["creators", "add", "https://www.twitch.tv/anna"])
    code, report = _refresh(capsys, "twitch:anna")
    assert code == 3
    assert "no installed source" in report["unreachable"][0]["reason"]
    assert _refresh(capsys)[0] == 2
