"""What a wheel, or an installed distribution's folder, says of the plugins in it: read from its files, nothing is run."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from configparser import ConfigParser
from configparser import Error as NotIni
from email.parser import BytesParser
from pathlib import Path
from typing import Final, Protocol

import msgspec

from influtui.host import manifests
from influtui.host.discovery import GROUP
from influtui.host.manifests import Manifest, ManifestError

LARGEST: Final = 1_000_000
"""Bytes of a manifest or of metadata. None is near that."""


READ: Final = (".toml", "METADATA", "entry_points.txt")


class Place(Protocol):
    """A folder, or a folder in a zip file."""

    @property
    def name(self) -> str: ...

    def iterdir(self) -> Iterable[Place]: ...
    def joinpath(self, *names: str) -> Place: ...
    def is_file(self) -> bool: ...
    def read_bytes(self) -> bytes: ...


class Offered(msgspec.Struct, frozen=True):
    """A distribution that brings plugins: their manifests by id, and what else it would bring."""

    distribution: str
    version: str
    plugins: tuple[Manifest, ...]
    requires: tuple[str, ...]


def in_wheel(path: Path) -> Offered:
    """The plugins of a wheel. Raises `ManifestError` saying what is wrong with it."""
    try:
        with zipfile.ZipFile(path) as file:
            # Before it is unpacked: a small file can be made to unpack to a very large one.
            if any(each.file_size > LARGEST for each in file.infolist() if each.filename.endswith(READ)):
                raise ManifestError(f"a file in it that is read is larger than {LARGEST // 1_000_000} MB")
            return described(zipfile.Path(file))
    except (zipfile.BadZipFile, OSError) as error:
        raise ManifestError(f"{path.name} is no wheel: {error}") from error


def described(root: Place) -> Offered:
    """The plugins of the one distribution below `root`. Raises `ManifestError`."""
    infos = [each for each in root.iterdir() if each.name.endswith(".dist-info")]
    if len(infos) != 1:
        raise ManifestError("it holds no distribution" if not infos else "it holds several distributions")
    headers = BytesParser().parsebytes(_bytes(infos[0].joinpath("METADATA")), headersonly=True)
    entries = ConfigParser(delimiters=("=",), interpolation=None)
    entries.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way to keep capitals
    try:
        entries.read_string(_text(infos[0].joinpath("entry_points.txt")))
    except (NotIni, ManifestError):
        entries.clear()
    if not entries.has_section(GROUP):
        raise ManifestError(f"it announces no plugin: there is no entry point of the group {GROUP}")
    return Offered(
        distribution=str(headers["Name"]),
        version=str(headers["Version"]),
        plugins=tuple(_manifest(root, id_, value) for id_, value in entries.items(GROUP)),
        requires=tuple(
            str(each) for each in headers.get_all("Requires-Dist", []) if "extra ==" not in str(each).replace("'", '"')
        ),
    )


def _manifest(root: Place, id_: str, value: str) -> Manifest:
    package, _, file = value.partition(":")
    if not package.strip().isidentifier() or "/" in file or "\\" in file:
        raise ManifestError(f"its entry point {id_} = {value} names no file of a top-level package")
    manifest = manifests.read(_text(root.joinpath(package.strip(), file.strip())))
    if manifest.id != id_:
        raise ManifestError(f"the entry point says {id_} and the manifest {manifest.id}")
    return manifest


def _text(place: Place) -> str:
    try:
        return _bytes(place).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ManifestError(f"{place.name} is not UTF-8") from error


def _bytes(place: Place) -> bytes:
    if not place.is_file():
        raise ManifestError(f"there is no {place.name} in it")
    return place.read_bytes()
