"""The manifest `influtui.toml`: what a plugin announces, read and checked without running a line of it.

Finding manifests is `discovery`'s; importing what they announce is `activation`'s.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Iterator
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec

from influtui.api import API_VERSION

FORMAT: Final = 1
"""The manifest format that this program reads."""

RESERVED: Final = frozenset({"influtui", "core", "hand", "file", "demo", "creator", "stage"})
"""Ids that would be taken for one of our own sources of data."""

Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]


class ManifestError(Exception):
    """A manifest that cannot be used, in a sentence for the plugin's author."""


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many calls a platform allows in a window of time."""

    id: Id
    limit: Annotated[int, msgspec.Meta(gt=0)]
    window: Annotated[str, msgspec.Meta(pattern=r"^[1-9]\d*[smhd]$")]
    """`30s`, `5m`, `1h`, `1d`."""

    @property
    def seconds(self) -> int:
        """The window's length."""
        return int(self.window[:-1]) * {"s": 1, "m": 60, "h": 3_600, "d": 86_400}[self.window[-1]]


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A setting that a person can make, in `[plugin.ID]` of config.toml."""

    key: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Literal["text", "int", "bool", "url"]
    label: str
    default: str | int | bool | None = None
    required: bool = False


class SourceEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A source, as announced: where it asks and how often it may."""

    id: Id
    name: str
    platform: Id
    """The platform of the accounts that it finds."""
    base_url: str
    hosts: tuple[str, ...]
    budget: tuple[Budget, ...] = ()
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=300)] = 60
    page: Annotated[int, msgspec.Meta(gt=0, le=1_000)] = 25
    """How many accounts one page may be asked for."""
    note: str = ""
    """What a user should know before asking: `e-mail addresses are not offered`."""


class CarrierEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A carrier plugin, as announced: for which carriers' numbers it has links."""

    id: Id
    name: str
    carriers: tuple[Id, ...]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    manifest: int
    id: Id
    name: str
    api: str
    python: str
    """`package:Class` of the `influtui.api.Plugin`."""
    description: str = ""
    license: str = ""
    docs: str = ""
    issues: str = ""
    field: tuple[Field, ...] = ()
    source: tuple[SourceEntry, ...] = ()
    carrier: tuple[CarrierEntry, ...] = ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that the plugin asks for."""
        return tuple(sorted({host for source in self.source for host in source.hosts}))


def read(text: str) -> Manifest:
    """A manifest from its text. Raises `ManifestError` saying what is wrong with it."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"the manifest is not TOML: {error}") from error
    announced = document.get("manifest")
    if isinstance(announced, int) and announced > FORMAT:
        raise ManifestError(f"the manifest has format {announced} and this influtui reads {FORMAT}: update influtui")
    try:
        manifest = msgspec.convert(document, Manifest)
    except msgspec.ValidationError as error:
        raise ManifestError(f"the manifest is not right: {error}") from error
    for problem in _problems(manifest):
        raise ManifestError(problem)
    return manifest


def serves(wanted: str, offered: str = API_VERSION) -> bool:
    """Whether API version `offered` lies in a range like `>=1.0,<2`. Raises `ManifestError` for what is no range."""
    have = _numbers(offered)
    for part in wanted.split(","):
        match = re.fullmatch(r"\s*(>=|<=|==|<|>)\s*(\d+(?:\.\d+)*)\s*", part)
        if match is None:
            raise ManifestError(f"“{wanted}” is no range of versions: write it like >=1.0,<2")
        order = (have > (bound := _numbers(match[2]))) - (have < bound)
        fits = {">=": order >= 0, "<=": order <= 0, "==": order == 0, "<": order < 0, ">": order > 0}
        if not fits[match[1]]:
            return False
    return True


def is_local(host: str) -> bool:
    """Whether a host is this machine or its own network, where a plugin has no business."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return False


def _problems(manifest: Manifest) -> Iterator[str]:
    if manifest.id in RESERVED:
        yield f"the id {manifest.id} is reserved"
    if not re.fullmatch(r"[a-zA-Z_]\w*(?:\.\w+)*:[a-zA-Z_]\w*", manifest.python):
        yield f"python = “{manifest.python}” is not package:Class"
    serves(manifest.api)
    if not manifest.source and not manifest.carrier:
        yield "the manifest announces nothing: it needs a [[source]] or a [[carrier]]"
    ids = [source.id for source in manifest.source] + [carrier.id for carrier in manifest.carrier]
    for each in sorted({each for each in ids if ids.count(each) > 1}):
        yield f"{each} is announced twice"
    for source in manifest.source:
        host = urlsplit(source.base_url).hostname or ""
        if not source.base_url.startswith("https://") or host not in source.hosts:
            yield f"base_url of {source.id} must be https and its host one of its hosts"
        for each in source.hosts:
            if is_local(each) or not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", each):
                yield f"{each} is not a public host name"


def _numbers(version: str) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in version.split("."))
    return numbers + (0,) * (3 - len(numbers))
