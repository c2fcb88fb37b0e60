"""The manifest `influtui.toml`: what a plugin announces, read and checked without running a line of it.

Finding manifests is `discovery`'s; importing what they announce is `activation`'s.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from datetime import time
from functools import cache
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import msgspec.inspect

from influtui.api import API_VERSION
from influtui.model import records

FORMAT: Final = 1
"""The manifest format that this program reads."""

CONTRACTS: Final = frozenset({1})
"""Versions of what a source or a carrier promises that this program can work with."""

RESERVED: Final = frozenset({"influtui", "core", "hand", "file", "demo", "creator", "stage"})
"""Ids that would be taken for one of our own sources of data."""

Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_-]{1,39}$")]


class ManifestError(Exception):
    """A manifest that cannot be used, in a sentence for the plugin's author."""


class TooNew(ManifestError):
    """A manifest of a later format that needs what this program does not know."""


class Headers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The headers of an answer that say how much of a budget is left or used, in lower case."""

    remaining: str = ""
    """A number: how many units are left."""
    percent: str = ""
    """A share in percent: a number, or JSON of whose counts (`call_count`, `total_time`, …) the largest is taken."""


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much a platform allows in a window of time."""

    id: Id
    limit: Annotated[int, msgspec.Meta(gt=0)]
    window: Annotated[str, msgspec.Meta(pattern=r"^[1-9]\d*[smhd]$")]
    """`30s`, `5m`, `1h`, `1d`."""
    unit: Literal["call", "point", "unique_key"] = "call"
    kind: Literal["fixed", "rolling"] = "fixed"
    """A fixed window begins with the first call in it, or at `reset`; a rolling one ends now, always."""
    reset: str = ""
    """When a fixed window of a day begins: `00:00 America/Los_Angeles`."""
    methods: tuple[str, ...] = ()
    """Which calls it counts, by the `method` that they name; empty: all."""
    cost: dict[str, Annotated[int, msgspec.Meta(ge=0)]] = {}
    """What a call of a method costs; 1 where nothing is said."""
    label: str = ""
    """What its units are called: `hashtags`."""
    headers: Headers | None = None

    @property
    def seconds(self) -> int:
        """The window's length."""
        return int(self.window[:-1]) * {"s": 1, "m": 60, "h": 3_600, "d": 86_400}[self.window[-1]]

    @property
    def units(self) -> str:
        """What is counted, in words."""
        return self.label or {"call": "calls", "point": "points", "unique_key": "keys"}[self.unit]

    def resets_at(self) -> tuple[time, ZoneInfo] | None:
        """The time of the day at which a fixed window begins. Raises `ManifestError` for what is none."""
        if not self.reset:
            return None
        match = re.fullmatch(r"(\d\d):(\d\d) (\S+)", self.reset)
        try:
            if match is None:
                raise ValueError
            return time(int(match[1]), int(match[2])), ZoneInfo(match[3])
        except (ValueError, ZoneInfoNotFoundError):
            raise ManifestError(
                f"reset = “{self.reset}” is no time in a zone: write it like 00:00 America/Los_Angeles"
            ) from None


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A setting that a person can make, in `[plugin.ID]` of config.toml; a secret is kept elsewhere."""

    key: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Literal["text", "int", "bool", "url", "choice", "secret"]
    label: str
    default: str | int | bool | None = None
    required: bool = False
    help: str = ""
    """Where a person gets the value: a sentence, or an address."""
    env: str = ""
    """The environment variable that platforms' own documentation uses: `YOUTUBE_API_KEY`."""
    pattern: str = ""
    """A regular expression that the whole value must match."""
    choices: tuple[str, ...] = ()
    rotates: bool = False
    """Of a secret: the plugin renews it, and what it keeps comes before where it was taken from first."""

    def meant(self, text: str) -> str | int | bool:
        """What a text says for a field of this kind; the text itself where it says nothing of the kind, as `wrong` then tells."""
        if self.kind == "int":
            with suppress(ValueError):
                return int(text)
        elif self.kind == "bool" and (said := text.strip().casefold()) in _WORDS:
            return _WORDS[said]
        return text

    def wrong(self, value: str | int | bool) -> str | None:
        """What is wrong with `value` for this field, without repeating it; None where nothing is."""
        kinds = {"int": int, "bool": bool}
        kind = kinds.get(self.kind, str)
        if not isinstance(value, kind) or (self.kind == "int" and isinstance(value, bool)):
            return f"must be {_KINDS[self.kind]}"
        if self.kind == "url" and urlsplit(str(value)).scheme not in ("https", "http"):
            return "must be an address like https://example.com/"
        if self.kind == "choice" and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}"
        if self.pattern and not re.fullmatch(self.pattern, str(value)):
            return f"does not look right{f' ({self.help})' if self.help else ''}"
        return None


_WORDS: Final = {
    **dict.fromkeys(("yes", "y", "true", "1", "on"), True),
    **dict.fromkeys(("no", "n", "false", "0", "off"), False),
}
_KINDS: Final = {
    "int": "a number",
    "bool": "yes or no (true or false)",
    "text": "text",
    "url": "text",
    "choice": "text",
    "secret": "text",
}


class PageCalls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many calls a page of a search takes at most: some, and some more for each account on it."""

    page: Annotated[int, msgspec.Meta(ge=1)] = 1
    account: Annotated[int, msgspec.Meta(ge=0)] = 0


class SourceEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A source, as announced: where it asks and how often it may."""

    id: Id
    name: str
    platform: Id
    """The platform of the accounts that it finds."""
    base_url: str
    hosts: tuple[str, ...]
    contract: Annotated[int, msgspec.Meta(gt=0)] = 1
    """Which version of the promises in `influtui.api.Source` it keeps."""
    capabilities: tuple[Literal["search", "profiles"], ...] = ("search",)
    """What it can be asked: `search` for a query, `profiles` of known handles."""
    field: tuple[Field, ...] = ()
    budget: tuple[Budget, ...] = ()
    calls: PageCalls | None = None
    """None where it is not said."""
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
    contract: Annotated[int, msgspec.Meta(gt=0)] = 1


class PaneEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pane, as announced: what it is called, and through which of the plugin's sources it asks."""

    id: Id
    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9 -]{0,19}$")]
    source: str
    note: str = ""
    """What it shows, in a sentence."""
    contract: Annotated[int, msgspec.Meta(gt=0)] = 1


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
    pane: tuple[PaneEntry, ...] = ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that the plugin asks for."""
        return tuple(sorted({host for source in self.source for host in source.hosts}))

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every setting, those of the sources too: all are kept in one `[plugin.ID]`."""
        return (*self.field, *(field for source in self.source for field in source.field))


def read(text: str) -> Manifest:
    """A manifest from its text. Raises `ManifestError` saying what is wrong with it."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"the manifest is not TOML: {error}") from error
    announced = document.get("manifest")
    if isinstance(announced, int) and announced > FORMAT:
        document = _as_known(document, announced)
    try:
        manifest = records.convert(document, Manifest)
    except msgspec.ValidationError as error:
        raise ManifestError(f"the manifest is not right: {error}") from error
    for problem in _problems(manifest):
        raise ManifestError(problem)
    return manifest


def _as_known(document: dict[str, Any], announced: int) -> dict[str, Any]:
    """What this program knows of a manifest of a later format; its `requires` names the tables it cannot do without."""
    needed = [each for each in document.get("requires", []) if each not in Manifest.__struct_fields__]
    if needed:
        tables = ", ".join(f"[[{each}]]" for each in needed)
        raise TooNew(f"The manifest has format {announced}, this influtui reads {FORMAT} and knows no {tables}")
    known: dict[str, Any] = _known_keys(document, msgspec.inspect.type_info(Manifest))
    return known


def _known_keys(value: Any, kind: msgspec.inspect.Type) -> Any:
    if isinstance(kind, msgspec.inspect.UnionType):
        kind = next((each for each in kind.types if isinstance(each, msgspec.inspect.StructType)), kind)
    if isinstance(kind, msgspec.inspect.StructType) and isinstance(value, dict):
        fields = {field.encode_name: field.type for field in kind.fields}
        return {key: _known_keys(each, fields[key]) for key, each in value.items() if key in fields}
    if isinstance(kind, msgspec.inspect.VarTupleType) and isinstance(value, list):
        return [_known_keys(each, kind.item_type) for each in value]
    return value


def is_behind(wanted: str) -> bool:
    """Whether this API is older than the range `wanted` asks for; else it is newer than that."""
    lowest = [match[1] for part in wanted.split(",") if (match := re.fullmatch(r"\s*(?:>=?|==)\s*([\d.]+)\s*", part))]
    return any(_numbers(each) > _numbers(API_VERSION) for each in lowest)


@cache
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
    ids += [pane.id for pane in manifest.pane]
    for pane in manifest.pane:
        if not any(source.id == pane.source for source in manifest.source):
            yield f"the pane {pane.id} asks through the source {pane.source}, which is not announced"
    for each in sorted({each for each in ids if ids.count(each) > 1}):
        yield f"{each} is announced twice"
    keys = [field.key for field in manifest.fields]
    for each in sorted({each for each in keys if keys.count(each) > 1}):
        yield f"the setting {each} is announced twice"
    for field in manifest.fields:
        yield from _problems_of_field(field)
    for source in manifest.source:
        for budget in source.budget:
            yield from _problems_of_budget(source, budget)
        host = urlsplit(source.base_url).hostname or ""
        if not source.base_url.startswith("https://") or host not in source.hosts:
            yield (
                f"base_url of {source.id} must be https and its host one of its hosts; a stand-in on this machine is "
                f"a setting of a workspace: config set plugin.{manifest.id}.base_url {source.base_url or 'URL'}"
            )
        for each in source.hosts:
            if is_local(each) or not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", each):
                yield f"{each} is not a public host name"


def _problems_of_field(field: Field) -> Iterator[str]:
    if field.key in ("base_url", "enabled"):
        yield f"{field.key} is every plugin's setting already"
    if field.kind == "secret" and field.default is not None:
        yield f"the secret {field.key} has a default, which everybody could read"
    if field.rotates and field.kind != "secret":
        yield f"{field.key} rotates: that is for secrets"
    if (field.kind == "choice") != bool(field.choices):
        yield f"{field.key}: choices belong to a field of kind choice, which needs them"
    if field.env and not re.fullmatch(r"[A-Z][A-Z0-9_]*", field.env):
        yield f"env = “{field.env}” of {field.key} is no name of an environment variable"
    try:
        re.compile(field.pattern)
    except re.error as error:
        yield f"the pattern of {field.key} is no regular expression: {error}"
        return
    if field.default is not None and (wrong := field.wrong(field.default)):
        yield f"the default of {field.key} {wrong}"


def _problems_of_budget(source: SourceEntry, budget: Budget) -> Iterator[str]:
    name = f"the budget {budget.id} of {source.id}"
    budget.resets_at()
    if sum(each.id == budget.id for each in source.budget) > 1:
        yield f"{name} is announced twice"
    if budget.reset and (budget.kind != "fixed" or budget.window != "1d"):
        yield f"{name} has a time of reset: that is for fixed windows of 1d"
    if budget.unit == "unique_key" and (budget.kind != "rolling" or budget.cost):
        yield f"{name} counts different keys: its window is rolling, and a key costs one"
    for method in budget.cost:
        if budget.methods and method not in budget.methods:
            yield f"{name} has a cost for {method}, which is none of its methods"


def _numbers(version: str) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in version.split("."))
    return numbers + (0,) * (3 - len(numbers))
