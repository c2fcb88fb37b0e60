"""How plugins get into the Python environment that influtui runs in, and out of it: the command, and who runs it.

An environment that uv or pipx keeps forgets on its next upgrade what was put in beside it, so there the command that
lasts is shown, and a person runs it.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

Keeper = Literal["uv", "pipx", "system", "environment"]


def keeper(prefix: Path | None = None) -> Keeper:
    """Who keeps the environment of this program."""
    prefix = prefix or Path(sys.prefix)
    if (prefix / "uv-receipt.toml").is_file():
        return "uv"
    if (prefix / "pipx_metadata.json").is_file():
        return "pipx"
    # PEP 668: a Python of the operating system, into which nothing else may be put.
    external = Path(sysconfig.get_path("stdlib")) / "EXTERNALLY-MANAGED"
    return "system" if sys.prefix == sys.base_prefix and external.is_file() else "environment"


def installing(what: str, prefix: Path | None = None) -> tuple[str, ...]:
    """The command that installs `what` (a requirement, or a wheel's path) for good."""
    match keeper(prefix):
        case "uv":
            return ("uv", "tool", "install", *_kept_by_uv(prefix, without=""), "--with", what)
        case "pipx":
            return ("pipx", "inject", "influtui", what)
        case _:
            return (*_installer("install"), what)


def removing(distribution: str, prefix: Path | None = None) -> tuple[str, ...]:
    """The command that removes a distribution for good."""
    match keeper(prefix):
        case "uv":
            return ("uv", "tool", "install", "--reinstall", *_kept_by_uv(prefix, without=distribution))
        case "pipx":
            return ("pipx", "uninject", "influtui", distribution)
        case _:
            return (*_installer("uninstall"), distribution)


def fetching(requirement: str, folder: Path) -> tuple[str, ...] | None:
    """The command that puts the wheel's files of `requirement` below `folder` and runs none of them; None without pip and uv."""
    if find_spec("pip") is not None:
        return (
            sys.executable, "-P", "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
            "--no-deps", "--only-binary=:all:", "--dest", str(folder), requirement,
        )  # fmt: skip
    if shutil.which("uv"):
        return (
            "uv",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--target",
            str(folder),
            requirement,
        )
    return None


def _installer(verb: str) -> tuple[str, ...]:
    if find_spec("pip") is None and shutil.which("uv"):
        return ("uv", "pip", verb, "--python", sys.executable)
    return (sys.executable, "-m", "pip", verb)


def _kept_by_uv(prefix: Path | None, *, without: str) -> tuple[str, ...]:
    """influtui as it was asked for, and `--with …` for everything else that uv was asked to put in."""
    import tomllib

    receipt = tomllib.loads(((prefix or Path(sys.prefix)) / "uv-receipt.toml").read_text("utf-8"))
    wanted: list[dict[str, Any]] = [
        each for each in receipt.get("tool", {}).get("requirements", []) if each.get("name")
    ]
    own = next((_as_asked(each) for each in wanted if each["name"] == "influtui"), "influtui")
    others = [_as_asked(each) for each in wanted if each["name"] not in ("influtui", without)]
    return (own, *(word for other in others for word in ("--with", other)))


def _as_asked(requirement: dict[str, Any]) -> str:
    """A requirement of uv's receipt as one writes it on a command line."""
    name = str(requirement["name"])
    extras = f"[{','.join(requirement['extras'])}]" if requirement.get("extras") else ""
    for key in ("directory", "path", "editable", "url", "git"):
        if place := requirement.get(key):
            return f"{name}{extras} @ {'git+' if key == 'git' else ''}{place}"
    return f"{name}{extras}{requirement.get('specifier', '')}"
