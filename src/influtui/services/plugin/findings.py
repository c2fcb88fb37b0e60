"""What looking a plugin over finds: each with a code, a place and a fix."""

from __future__ import annotations

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One thing about a plugin. An error keeps it from working; advice would make it better."""

    code: str
    level: Literal["error", "advice"]
    place: str
    problem: str
    fix: str
