"""What a terminal sends that is not text, as far as it concerns us (ECMA-48, xterm)."""

from __future__ import annotations

import re
from typing import Final

CONTINUES: Final = frozenset("[O]PX^_\\\x1b")
"""What may stand after ESC in a sequence that a terminal sends: CSI, SS3, OSC, DCS, SOS, PM, APC, ST."""
IDENTIFIES: Final = re.compile(r"\x1b\[\?[0-9;]*c")
"""How every terminal since the VT100 answers `ESC [ c`. It does so in order, so what came before it has been drawn."""
WHOLE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\-~])")
"""A sequence, as it is copied from a terminal along with its text."""


def pieces(data: str) -> list[str]:
    """What was read, cut after each escape that begins no sequence."""
    return re.split(r"(?<=\x1b)(?=[^\[O\]PX^_\\\x1b])", data)
