"""How plugins get into the Python environment that influtui runs in, and out of it: the command, and who runs it.

An environment that uv or pipx keeps forgets on its next upgrade what was put in beside it, so there the command that
lasts is shown, and a person runs it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

Keeper = Literal["uv", "pipx", "environment"]


def keeper(prefix: Path | None = None) -> Keeper:
    """Who keeps the environment of this program."""
    prefix = prefix or Path(sys.prefix)
    if (prefix / "uv-receipt.toml").is_file():
        return "uv"
    return "pipx" if (prefix / "pipx_metadata.json").is_file() else "environment"


def removing(distribution: str, prefix: Path | None = None) -> tuple[str, ...]:
    """The command that removes a distribution for good."""
    match keeper(prefix):
        case "uv":
            return ("uv", "tool", "install", "--reinstall", "influtui", *_kept_by_uv(prefix, without=distribution))
        case "pipx":
            return ("pipx", "uninject", "influtui", distribution)
        case _:
            return (sys.executable, "-m", "pip", "uninstall", distribution)


def _kept_by_uv(prefix: Path | None, *, without: str) -> tuple[str, ...]:
    """`--with NAME` of everything else that uv was asked to put in."""
    import tomllib

    receipt = tomllib.loads(((prefix or Path(sys.prefix)) / "uv-receipt.toml").read_text("utf-8"))
    wanted = [str(each.get("name", "")) for each in receipt.get("tool", {}).get("requirements", [])]
    return tuple(word for name in wanted if name and name not in ("influtui", without) for word in ("--with", name))
