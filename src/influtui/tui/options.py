"""How the app was started."""

from __future__ import annotations

from pathlib import Path

import msgspec

from influtui.services.workspace import PluginChoice


class Options(msgspec.Struct, frozen=True):
    """How the app was started."""

    folder: Path
    read_only: bool = False
    ascii: bool = False
    mouse: bool = True
    theme: str | None = None
    plugins: PluginChoice = PluginChoice()
