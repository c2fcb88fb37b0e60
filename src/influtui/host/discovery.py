"""Finding plugins: which manifests are installed, without importing anything of theirs.

A distribution says `[project.entry-points."influtui.manifest"]` with `name = "package:influtui.toml"`. Reading the
metadata of every installed distribution takes tens of milliseconds, so what was found is kept in the user's cache folder
under the times of the folders on `sys.path`; as long as those stand still, a start reads one small file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec
import platformdirs

from influtui.host import manifests
from influtui.host.manifests import Manifest, ManifestError, TooNew
from influtui.model import records

GROUP: Final = "influtui.manifest"
CACHE: Final = "plugins.json"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One installed plugin: its manifest, or why it cannot be read."""

    id: str
    distribution: str
    version: str
    path: str | None = None
    """The manifest's file."""
    stamp: tuple[int, int] | None = None
    """Size and time of that file when it was read."""
    manifest: Manifest | None = None
    problem: str | None = None
    too_new: str | None = None
    """What a manifest of a later format needs that this program does not know."""
    root: str | None = None
    """The folder to import it from, where it is not installed."""
    untrusted: str | None = None
    """Why it is not run before a person says so; None where it may be."""


class _Cache(msgspec.Struct, frozen=True):
    python: str
    reader: tuple[int, int]
    """The file that says what a manifest may hold: another one may find right what was wrong."""
    folders: tuple[tuple[str, int], ...]
    found: tuple[Found, ...]

    def stands(self, reader: tuple[int, int], folders: tuple[tuple[str, int], ...]) -> bool:
        """Whether it was written by the same programs for the same folders."""
        return (self.python, self.reader, self.folders) == (sys.version, reader, folders)


def installed(cache: Path | None = None) -> tuple[Found, ...]:
    """Every installed plugin by id. Two that claim one id are both reported as a problem and neither is used."""
    path = cache or Path(platformdirs.user_cache_dir("influtui", appauthor=False)) / CACHE
    folders = _folders()
    kept = _read(path)
    reader = _stamp(Path(manifests.__file__))
    if kept is not None and kept.stands(reader, folders) and _unchanged(kept.found):
        return kept.found
    found = unambiguous(_scan())
    _write(path, _Cache(sys.version, reader, folders, found))
    return found


def _scan() -> list[Found]:
    from importlib.metadata import entry_points

    found: list[Found] = []
    for entry in entry_points(group=GROUP):
        distribution = entry.dist
        name = distribution.name if distribution else entry.name
        version = distribution.version if distribution else "?"
        found.append(_described(entry.name, entry.value, name, version))
    return found


def _described(id_: str, value: str, distribution: str, version: str) -> Found:
    package, _, file = value.partition(":")
    path: Path | None = None
    stamp: tuple[int, int] | None = None
    too_new: str | None = None
    try:
        path = _path(package.strip(), file.strip())
        stamp = _stamp(path)
        manifest = manifests.read(path.read_text("utf-8"))
        if manifest.id != id_:
            raise ManifestError(f"the entry point says {id_} and the manifest {manifest.id}")
        problem = None
    except TooNew as error:
        manifest, problem, too_new = None, None, str(error)
    except ManifestError as error:
        manifest, problem = None, str(error)
    except (OSError, UnicodeDecodeError) as error:
        manifest, problem = None, f"the manifest cannot be read: {error}"
    return Found(
        id=id_,
        distribution=distribution,
        version=version,
        path=str(path) if path else None,
        stamp=stamp,
        manifest=manifest,
        problem=problem,
        too_new=too_new,
    )


def _path(package: str, file: str) -> Path:
    """Where a package's file lies. Only for top-level packages: finding `a.b` would import `a`."""
    if not package.isidentifier():
        raise ManifestError(f"the manifest must lie in a top-level package, not in “{package}”")
    if not file or "/" in file or "\\" in file:
        raise ManifestError(f"“{file}” is no file of that package")
    try:
        spec = find_spec(package)
    except (ImportError, ValueError, AttributeError) as error:
        raise ManifestError(f"the package {package} cannot be found: {error}") from error
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise ManifestError(f"there is no package {package}")
    return Path(places[0]) / file


def unambiguous(found: Sequence[Found]) -> tuple[Found, ...]:
    """Plugins by id. Two that claim one id are both reported as a problem and neither is used."""
    by_id: dict[str, list[Found]] = {}
    for each in found:
        # An editable install and its build can both be on the path: the same file is the same plugin.
        if not any(each.path is not None and each.path == other.path for other in by_id.get(each.id, ())):
            by_id.setdefault(each.id, []).append(each)
    settled: list[Found] = []
    for same in by_id.values():
        if len(same) > 1:
            claims = " and ".join(
                sorted(
                    {f"{each.distribution} {each.version}" if each.root is None else str(each.root) for each in same}
                )
            )
            same = [
                msgspec.structs.replace(
                    each, manifest=None, untrusted=None, problem=f"two plugins claim this id: {claims}"
                )
                for each in same[:1]
            ]
        settled += same
    return tuple(sorted(settled, key=lambda each: each.id))


def _folders() -> tuple[tuple[str, int], ...]:
    folders: list[tuple[str, int]] = []
    for entry in sys.path:
        try:
            folders.append((entry, Path(entry).stat().st_mtime_ns))
        except OSError:
            continue
    return tuple(folders)


def _unchanged(found: Sequence[Found]) -> bool:
    try:
        # Of a hundred plugins on each start: without making a `Path` of each.
        return all(each.path is None or _stamp(each.path) == each.stamp for each in found)
    except OSError:
        return False


def _stamp(path: Path | str) -> tuple[int, int]:
    status = os.stat(path)  # noqa: PTH116 - see `_unchanged`
    return status.st_size, status.st_mtime_ns


def _read(path: Path) -> _Cache | None:
    try:
        return records.from_json(path.read_bytes(), _Cache)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _write(path: Path, kept: _Cache) -> None:
    """Keep what was found. A cache that cannot be written only costs time."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(msgspec.json.encode(kept))
        unfinished.replace(path)
    except OSError:
        return
