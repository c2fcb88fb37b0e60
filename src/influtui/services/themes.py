"""Which themes there are: the shipped ones and a user's own. How a theme is drawn is the app's matter (`tui/themes.py`)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from influtui.services.workspace import Workspace

# An editable install has the repository's folder and not the wheel's.
_BESIDE_THE_SOURCE: Final = Path(__file__).parents[3] / "themes"
_IN_THE_WHEEL: Final = Path(__file__).parents[1] / "_themes"


class ThemeEntry(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.theme/1"):
    """A theme, where its file is, and whether `config.toml` names it."""

    name: str
    own: bool
    in_use: bool
    path: str


def files() -> dict[str, Path]:
    """Theme name -> file. A user's own stands before a shipped one of the same name."""
    folders = (_IN_THE_WHEEL, _BESIDE_THE_SOURCE, own_folder())
    return {path.stem: path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.toml"))}


def own_folder() -> Path:
    """Where a user's own themes are looked for."""
    import platformdirs

    return Path(platformdirs.user_config_dir("influtui", appauthor=False)) / "themes"


def themes(workspace: Workspace) -> list[ThemeEntry]:
    """All themes by name."""
    own = own_folder()
    return [
        ThemeEntry(name=name, own=path.parent == own, in_use=name == workspace.settings.theme, path=str(path))
        for name, path in sorted(files().items())
    ]
