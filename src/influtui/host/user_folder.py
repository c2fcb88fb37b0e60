"""Plugins in the user's own folder: found there, run only when a person has said of these very files that they are trusted.

The folder is `plugins` in the user's configuration folder; each folder in it holds one package with an `influtui.toml`.
Trust is kept beside it, as a digest of all files: a changed file asks anew.
"""

from __future__ import annotations

import os
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
import platformdirs

from influtui.host import manifests
from influtui.host.discovery import Found
from influtui.host.manifests import ManifestError, TooNew
from influtui.model import records

TRUSTED: Final = "trusted-plugins.json"
UNKNOWN: Final = "-"
"""The version of a plugin that says none."""


def folder() -> Path:
    """Where a user's plugins are."""
    return _configuration() / "plugins"


def present() -> tuple[Found, ...]:
    """Every plugin in the user's folder. Runs nothing of theirs."""
    try:
        roots = sorted(path for path in folder().iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return ()
    trusted = _trusted()
    return tuple(_described(path, root, trusted) for root in roots for path in sorted(root.glob("*/influtui.toml")))


def trust(found: Found) -> str:
    """Trust a plugin's files as they are now. Returns their digest."""
    root = Path(str(found.root))
    _write({**_trusted(), str(root): (digest := digest_of(root))})
    return digest


def distrust(root: Path) -> None:
    """Forget that a folder's files were trusted."""
    _write({place: digest for place, digest in _trusted().items() if place != str(root)})


def digest_of(root: Path) -> str:
    """A digest of every file below `root`, names included; what Python makes of them by itself is left out."""
    whole = sha256()
    for path in sorted(
        path for path in root.rglob("*") if (path.is_file() or path.is_symlink()) and "__pycache__" not in path.parts
    ):
        if path.is_symlink():
            raise OSError(0, f"{path.relative_to(root)} is a link to elsewhere")
        body = path.read_bytes()
        whole.update(f"{path.relative_to(root)}\0{len(body)}\0".encode())
        whole.update(body)
    return whole.hexdigest()


def _described(path: Path, root: Path, trusted: dict[str, str]) -> Found:
    id_, manifest, problem, too_new = root.name, None, None, None
    try:
        manifest = manifests.read(path.read_text("utf-8"))
        id_ = manifest.id
    except TooNew as error:
        too_new = str(error)
    except (ManifestError, OSError, UnicodeDecodeError) as error:
        problem = f"the manifest cannot be read: {error}"
    return Found(
        id=id_,
        distribution=str(root),
        version=_version(root),
        path=str(path),
        manifest=manifest,
        problem=problem,
        too_new=too_new,
        root=str(root),
        untrusted=_why_not(root, id_, trusted),
    )


def _version(root: Path) -> str:
    """As its project says; `-` where it says none. What was found of one version does not hold for the next."""
    try:
        said = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError):
        return UNKNOWN
    return said if isinstance(said, str) and said else UNKNOWN


def _why_not(root: Path, id_: str, trusted: dict[str, str]) -> str | None:
    look = f"Look at {root}, then `influtui plugin trust {id_}`."
    known = trusted.get(str(root))
    if known is None:
        return f"It lies in your plugin folder, and its code does not run before you trust it. {look}"
    try:
        return None if digest_of(root) == known else f"Its files have changed since you trusted them. {look}"
    except OSError as error:
        return f"Its files cannot be read: {error.strerror}. {look}"


def _configuration() -> Path:
    return Path(platformdirs.user_config_dir("influtui", appauthor=False))


def _trusted() -> dict[str, str]:
    try:
        return records.from_json((_configuration() / TRUSTED).read_bytes(), dict[str, str])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _write(trusted: dict[str, str]) -> None:
    place = _configuration() / TRUSTED
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = place.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(trusted)))
    unfinished.chmod(0o600)
    unfinished.replace(place)
