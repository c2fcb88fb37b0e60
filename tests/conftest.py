"""What every test gets: a workspace of its own, a stopped clock, no way out of this machine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from influtui.model.times import Millis
from influtui.services.workspace import Workspace, opened

NOON = Millis(1_795_348_800_000)
"""2026-11-22T12:00:00Z: what time it is in tests."""


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's files, settings or terminal."""
    home = tmp_path / "home"
    home.mkdir()
    for name in [name for name in os.environ if name.startswith(("INFLUTUI_", "XDG_"))]:
        if name != "INFLUTUI_SAMPLES":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("INFLUTUI_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    """An empty workspace whose clock stands at noon."""
    async with opened(tmp_path / "workspace", clock=lambda: NOON) as opened_workspace:
        yield opened_workspace


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real payloads and files that are not part of the project; tests that need them skip where they are absent."""
    named = os.environ.get("INFLUTUI_SAMPLES")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "samples"
    if not folder.is_dir():
        pytest.skip("no samples here: set INFLUTUI_SAMPLES to their folder")
    return folder
