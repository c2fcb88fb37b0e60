"""Data files that are shipped beside the model's code.

An installed influtui is always unpacked, so a path is enough. `importlib.resources` would read the same files for ten
milliseconds of imports (it brings zipfile), and tiers are read on the way to the first frame.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_DATA: Final = Path(__file__).parent / "data"


def shipped(name: str) -> str:
    """The text of a data file, by its path below `model/data/`."""
    return (_DATA / name).read_text("utf-8")
