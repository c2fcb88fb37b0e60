"""`creators search`: the contract's shapes and exit codes, and words that need no quoting."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from influtui.cli.main import main
from influtui.services.workspace import Workspace

Account = Callable[..., Awaitable[int]]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
async def _some(workspace: Workspace, account: Account) -> None:
    await account("instagram:anna", name="Anna", followers=5_000, topics="|baking|", engagement_rate=4.0)
    await account("instagram:gus", name="Gus\x1b]0;x\x07", followers=9_000, topics="|gambling|", engagement_rate=5.0)
    await account("tiktok:zoe", followers=70, engagement_rate=1.0)


def lines(capsys: Capture) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def in_thread(*argv: str) -> int:
    """The command line runs a loop of its own, which a test with a loop must give a thread."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(main, argv).result()


@pytest.mark.usefixtures("_some")
async def test_a_negated_qualifier_needs_no_quoting(capsys: Capture) -> None:
    assert in_thread("creators", "search", "-topic:gambling", "er:3..", "--json") == 0
    *rows, last = lines(capsys)
    assert [row["ref"] for row in rows] == ["instagram:anna"]
    assert rows[0]["schema"] == "influtui.creator/1"
    assert last == {"schema": "influtui.search/1", "count": None, "facets": None, "next": None}


@pytest.mark.usefixtures("_some")
async def test_options_may_stand_among_the_words(capsys: Capture) -> None:
    words = ("platform:instagram", "--limit", "1", "-zoe", "--count", "--facets", "--sort", "-name", "--json")
    assert in_thread("creators", "search", *words) == 0
    *rows, last = lines(capsys)
    assert [row["ref"] for row in rows] == ["instagram:gus"]
    assert last["count"] == 2
    assert last["facets"]["topic"] == {"baking": 1, "gambling": 1}
    assert in_thread("creators", "search", *words, "--after", last["next"]) == 0
    assert [row.get("ref") for row in lines(capsys)] == ["instagram:anna", None]


@pytest.mark.usefixtures("_some")
async def test_a_score_of_which_little_is_known_has_a_tilde_and_a_legend(capsys: Capture, account: Account) -> None:
    await account("tiktok:mo", followers=5_000, following=100)
    assert in_thread("creators", "search") == 0
    assert "auth" not in capsys.readouterr().out, "nobody has a score"
    assert in_thread("creators", "score") == 0
    capsys.readouterr()
    assert in_thread("creators", "search", "mo", "--json") == 0
    assert lines(capsys)[0]["authenticity_confidence"] < 0.5
    assert in_thread("creators", "search", "mo") == 0
    told = capsys.readouterr()
    heading, row, *_ = told.out.splitlines()
    assert row[heading.index("auth") - 1 :].lstrip().startswith("~")
    assert "~: less than half" in told.err


@pytest.mark.usefixtures("_some")
async def test_people_get_a_table_and_how_to_go_on(capsys: Capture) -> None:
    assert in_thread("creators", "search", "--limit", "2") == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    heading, first, _, last = shown.splitlines()
    assert heading.split()[:2] == ["creator", "name"]
    assert "9,000" in first
    assert last.startswith("2 of 3 creators. Next page: --after ")


@pytest.mark.parametrize(
    ("words", "at", "hint"),
    [
        (["folowers:>10"], "character 1", "Did you mean followers:?"),
        (["followers:>>3"], "character 11", "Write followers:10k..100k"),
        (["(a", "OR"], "character 4", "OR stands between"),
        (["tier:gigantic"], "character 6", "nano, micro, macro, mega"),
        (['"open'], "character 1", "Write the"),
    ],
)
def test_a_wrong_query_exits_2_and_names_the_place(words: list[str], at: str, hint: str, capsys: Capture) -> None:
    assert main(["creators", "search", *words, "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    error = json.loads(said.err)["error"]
    assert error["at"] == at
    assert hint in error["hint"]


@pytest.mark.parametrize("words", [["--nope"], ["-limit", "3"], ["--limit", "x"], ["--limit", "-1"], ["--sort", "x"]])
def test_a_wrong_option_exits_2(words: list[str], capsys: Capture) -> None:
    assert main(["creators", "search", *words]) == 2
    assert capsys.readouterr().out == ""


def test_nobody_found_is_done(capsys: Capture) -> None:
    assert main(["creators", "search", "nobody"]) == 0
    assert capsys.readouterr().out == "Nobody matches.\n"


@pytest.mark.usefixtures("_some")
async def test_lookalikes_are_creator_rows_with_their_grounds(capsys: Capture, account: Account) -> None:
    await account("bluesky:ann", topics="|baking|", followers=5_500)
    assert in_thread("creators", "search", "--like", "instagram:anna", "--json") == 0
    row, last = lines(capsys)
    assert (row["schema"], row["ref"]) == ("influtui.creator/1", "bluesky:ann")
    assert row["likeness"] > 90
    assert row["because"] == ["topics baking", "of like size"]
    assert last["schema"] == "influtui.search/1"
    assert in_thread("creators", "search", "--like", "instagram:anna") == 0
    assert "topics baking; of like size" in capsys.readouterr().out
    assert in_thread("creators", "search", "--like", "instagram:anna", "--sort", "er") == 2
