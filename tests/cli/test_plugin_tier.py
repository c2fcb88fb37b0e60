"""`plugin check` computes a tier, and `plugin list` shows it: gold only where the platform itself answered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bluesky_stand_in import BlueskyStandIn, Person

from influtui.cli.main import main


def _listed(capsys: pytest.CaptureFixture[str], id_: str) -> dict[str, Any] | None:
    capsys.readouterr()
    main(["--json", "plugin", "list"])
    found = {each["id"]: each["tier"] for each in map(json.loads, capsys.readouterr().out.splitlines())}
    tier: dict[str, Any] | None = found[id_]
    return tier


def test_a_source_is_silver_until_its_platform_has_answered(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = BlueskyStandIn([Person("baker.example", "Baker", "vegan")]).start()
    monkeypatch.setenv("INFLUTUI_PLUGIN_BLUESKY_BASE_URL", server.base_url)
    assert _listed(capsys, "bluesky") is None
    assert main(["plugin", "check", "bluesky"]) == 0
    said = capsys.readouterr().out
    assert "tier: silver, not run live" in said
    assert "influtui plugin check bluesky --live QUERY" in said
    assert server.requests == [], "only --live asks"
    assert main(["--json", "plugin", "check", "bluesky", "--live", "nobody"]) == 0
    assert "found nobody" in json.loads(capsys.readouterr().out)["live"]
    assert main(["--json", "plugin", "check", "bluesky", "--live", "vegan"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert (checked["tier"]["tier"], checked["unmet"]) == ("gold", [])
    server.stop()
    tier = _listed(capsys, "bluesky")
    assert tier is not None
    assert tier["tier"] == "gold"
    main(["plugin", "list"])
    assert "gold" in capsys.readouterr().out
