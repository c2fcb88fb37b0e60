"""`creators score` and `creators why`, as a person and as a script read them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from influtui.cli.main import main
from influtui.services.people import scoring
from influtui.services.workspace import Workspace
from influtui.store import scores as store


@pytest.fixture
async def folder(workspace: Workspace, account: Any) -> Path:
    """A workspace with thirty accounts of one size."""
    for number in range(30):
        await account(
            f"instagram:p{number:02}", followers=10_000 + number, engagement_rate=3.0, as_of=1_790_000_000_000
        )
    await workspace.db.close()
    return workspace.folder


async def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = await asyncio.to_thread(main, list(words))
    told = capsys.readouterr()
    return code, told.out, told.err


async def test_an_interrupted_run_says_how_far_it_came_and_the_next_goes_on(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = store.write
    calls = 0

    async def interrupted(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise asyncio.CancelledError
        await write(*arguments)

    monkeypatch.setattr(scoring, "_CHUNK", 10)
    monkeypatch.setattr(store, "write", interrupted)
    code, _, err = await run(capsys, "--workspace", str(folder), "creators", "score")
    assert code == 130
    assert "20 of 30" in err
    code, out, _ = await run(capsys, "--workspace", str(folder), "creators", "score")
    assert (code, out.split(";")[1]) == (0, " 20 were up to date.\n")


async def test_scoring_nobody_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = await run(capsys, "--workspace", str(folder), "creators", "score", "nobody")
    assert (code, out) == (0, "Nobody matches, so that there is nothing to score.\n")


async def test_why_says_what_is_stored_and_the_times_are_times(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = await run(capsys, "--workspace", str(folder), "creators", "why", "instagram:p03")
    assert "Nothing is stored yet" in out
    assert "Relevance and fit are judged for a campaign" in out
    await run(capsys, "--workspace", str(folder), "creators", "score")
    code, out, _ = await run(capsys, "--workspace", str(folder), "--json", "creators", "why", "instagram:p03")
    explained = json.loads(out)
    assert code == 0
    assert explained["stored"]["up_to_date"] is True
    for found in explained["scores"]:
        if found["value"] is not None:
            assert sum(part["points"] for part in found["components"]) == pytest.approx(found["value"])
        assert explained["stored"]["values"][found["kind"]] == found["value"]
    low = next(part for part in explained["scores"][0]["components"] if part["signal"] == "low_engagement")
    assert low["as_of"] == "2026-09-21T14:13:20Z"
