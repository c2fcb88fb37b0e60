"""The demo world: a complete workspace with invented people, made without a network and the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def default_folder() -> Path:
    """Where the demo world is made where no folder is named."""
    return Path(platformdirs.user_data_dir("influtui", appauthor=False)) / "demo"
