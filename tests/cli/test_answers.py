"""What a platform answered is kept beside what was read from it, and gone with the person."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bluesky_stand_in import BlueskyStandIn, Person

from influtui.cli.main import main


@pytest.fixture
def bluesky(monkeypatch: pytest.MonkeyPatch) -> Iterator[BlueskyStandIn]:
    people = [Person(f"baker{number}.example", f"Baker {number}", "vegan baking") for number in range(3)]
    people[2].labels = ("!no-unauthenticated",)
    server = BlueskyStandIn(people).start()
    monkeypatch.setenv("INFLUTUI_PLUGIN_BLUESKY_BASE_URL", server.base_url)
    yield server
    server.stop()


def _answers(capsys: pytest.CaptureFixture[str], ref: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["--json", "plugin", "answers", ref]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_answers_are_kept_shown_and_forgotten(
    bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["discover", "bluesky", "vegan"]) == 0
    (found,) = _answers(capsys, "bluesky:baker0.example")
    assert found["refs"] == ["bluesky:baker0.example", "bluesky:baker1.example"]
    profiles = json.loads(found["body"])["profiles"]
    assert profiles[0]["followersCount"] == 1_000
    assert "baker2" not in found["body"], "who is hidden is in no answer that is kept"
    assert main(["creators", "forget", "bluesky:baker0.example", "--yes"]) == 0
    assert _answers(capsys, "bluesky:baker1.example") == []
    whole = (tmp_path / "workspace" / "influtui.db").read_bytes()
    assert zlib.compress(found["body"].encode(), 6) not in whole


def test_a_rehearsal_keeps_no_answer(bluesky: BlueskyStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    main(["discover", "bluesky", "vegan", "--limit", "1"])
    before = len(_answers(capsys, "bluesky:baker0.example"))
    main(["discover", "bluesky", "vegan", "--dry-run"])
    assert len(_answers(capsys, "bluesky:baker0.example")) == before
    assert main(["plugin", "answers", "bluesky:nobody.example"]) == 2
