"""What the tests of every bundled plugin get."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def samples() -> Path:
    """Recorded answers that are not part of the project; tests that need them skip where they are absent."""
    named = os.environ.get("INFLUTUI_SAMPLES")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "samples"
    if not folder.is_dir():
        pytest.skip("no samples here: set INFLUTUI_SAMPLES to their folder")
    return folder
