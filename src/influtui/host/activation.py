"""From manifest to objects: on its first use a plugin is imported, registered, and asked for what it announced.

`Host` is what services talk to. Listing plugins reads manifests only; a source or a carrier is made on demand, and one
plugin that cannot be made takes nothing from the others.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
import pluggy

from influtui.api import (
    API_VERSION,
    Carrier,
    CarriersContext,
    Page,
    Plugin,
    Profile,
    Skipped,
    Source,
    SourceContext,
    SourcesContext,
)
from influtui.api.hooks import PROJECT
from influtui.host.budgets import Ledger, Quota, Spent
from influtui.host.calls import Calls, Fault, at_border
from influtui.host.discovery import Found
from influtui.host.http import HostClient
from influtui.host.manifests import CarrierEntry, Manifest, SourceEntry, serves

IMPORT_LIMIT_S: Final = 15.0
LINK_LIMIT_S: Final = 1.0

State = Literal["ready", "needs_config", "incompatible", "broken"]

Settings = Mapping[str, Mapping[str, str | int | bool]]

Link = Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^https://[!-~]+$")]


class PluginState(msgspec.Struct, frozen=True, kw_only=True):
    """How a plugin stands, without having been imported."""

    id: str
    name: str
    distribution: str
    version: str
    state: State
    reason: str
    """A sentence: why it is in this state and what to do next."""
    manifest: Manifest | None
    path: str | None


class CheckedPage(msgspec.Struct, frozen=True):
    """A page after the border: `junk` is what the plugin handed over that is not an account."""

    profiles: tuple[Profile, ...]
    skipped: tuple[Skipped, ...]
    junk: tuple[Skipped, ...]
    next: str | None


@dataclass(frozen=True)
class OpenSource:
    """A source that can be asked. Its calls are guarded; what it gives back is checked."""

    entry: SourceEntry
    plugin: str
    source: Source
    client: HostClient
    ledger: Ledger
    calls: Calls

    async def search(self, query: str, *, cursor: str | None, limit: int) -> CheckedPage:
        """One page, each account checked by itself: one that is junk is left out and named. Raises `Fault`."""
        page = await self.calls.guarded(
            self.plugin,
            "search",
            lambda: self.source.search(query, cursor=cursor, limit=limit),
            limit_s=self.entry.timeout_s,
        )
        if not isinstance(page, Page):
            raise Fault(self.plugin, "junk", f"{self.plugin} gave a {type(page).__name__} instead of a page")
        if page.next is not None and page.next == cursor:
            raise Fault(self.plugin, "junk", f"{self.plugin} gave the same cursor twice: its search would never end")
        return self._checked(page, limit)

    def quotas(self) -> tuple[Quota, ...]:
        """What is left of the budgets."""
        return self.ledger.quotas()

    def _checked(self, page: Page, limit: int) -> CheckedPage:
        frame = at_border(self.plugin, msgspec.structs.replace(page, profiles=()), Page)
        given: Any = page.profiles
        if not isinstance(given, tuple | list) or len(given) > limit:
            raise Fault(self.plugin, "junk", f"{self.plugin} gave more accounts than the {limit} it was asked for")
        profiles: list[Profile] = []
        junk: list[Skipped] = []
        for each in given:
            try:
                profile = at_border(self.plugin, each, Profile)
                if profile.platform != self.entry.platform:
                    raise Fault(self.plugin, "junk", f"{self.plugin} gave an account of {profile.platform:.40}")
                profiles.append(profile)
            except Fault as fault:
                junk.append(Skipped(str(getattr(each, "handle", "?"))[:300], fault.message))
        return CheckedPage(tuple(profiles), frame.skipped, tuple(junk), frame.next)

    async def close(self) -> None:
        """Close the connections."""
        await self.calls.guarded(self.plugin, "closing", self.client.aclose, limit_s=LINK_LIMIT_S)


class Host:
    """All installed plugins. `clock` gives milliseconds. Close it when done."""

    def __init__(
        self, found: Sequence[Found], settings: Settings, clock: Callable[[], int], *, calls: Calls | None = None
    ) -> None:
        self._found = {each.id: each for each in found}
        self._settings = settings
        self._clock = clock
        self._calls = calls or Calls()
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(Plugin)
        self._carriers: dict[str, Carrier | Fault] = {}

    def plugins(self) -> tuple[PluginState, ...]:
        """Every installed plugin and how it stands. Imports nothing."""
        return tuple(self._state(each) for each in self._found.values())

    def sources(self) -> dict[str, tuple[PluginState, SourceEntry]]:
        """Every announced source by id. Imports nothing."""
        return {
            entry.id: (state, entry)
            for state in self.plugins()
            if state.manifest is not None
            for entry in state.manifest.source
        }

    def carriers(self) -> dict[str, tuple[PluginState, CarrierEntry]]:
        """Who announces links for which carrier, by the carrier's code. Imports nothing."""
        return {
            code: (state, entry)
            for state in self.plugins()
            if state.manifest is not None and state.state == "ready"
            for entry in state.manifest.carrier
            for code in entry.carriers
        }

    async def activate(self, plugin: str) -> None:
        """Import a plugin and register its hooks; nothing where that is done. Raises `Fault`."""
        await self._activate(plugin)

    async def open_source(self, id_: str, spent: Mapping[str, Spent]) -> OpenSource:
        """The source `id_`, ready to be asked. Raises `Fault`; `KeyError` for an id that nobody announces."""
        state, entry = self.sources()[id_]
        plugin = state.id
        if state.state != "ready":
            raise Fault(plugin, state.state, state.reason)
        classes = await self._classes(plugin, "influtui_sources", SourcesContext(plugin, API_VERSION), Source)
        ledger = Ledger(entry.budget, spent, self._clock)
        settings = self.settings(plugin)
        base_url = str(settings.get("base_url", entry.base_url))
        client = HostClient(base_url=base_url, hosts=frozenset(entry.hosts), ledger=ledger, clock=self._clock)
        context = SourceContext(plugin=plugin, http=client, settings=settings, clock=self._now)
        kind = classes[id_]

        async def make() -> Source:
            made: Source = kind(context)
            return made

        source = await self._calls.guarded(plugin, f"making {id_}", make, limit_s=LINK_LIMIT_S)
        return OpenSource(entry, plugin, source, client, ledger, self._calls)

    async def tracking_url(self, carrier: str, number: str) -> str | None:
        """The page of a parcel, from the plugin that announces its carrier; None where nobody does. Raises `Fault`."""
        announced = self.carriers().get(carrier)
        if announced is None:
            return None
        state, entry = announced
        maker = await self._carrier(state.id, entry.id)

        async def ask() -> str | None:
            return maker.tracking_url(carrier, number)

        link = await self._calls.guarded(state.id, "tracking_url", ask, limit_s=LINK_LIMIT_S)
        return None if link is None else at_border(state.id, link, Link)

    def settings(self, plugin: str) -> dict[str, str | int | bool]:
        """A plugin's settings: its fields' defaults, then `[plugin.ID]` of config.toml, then `INFLUTUI_PLUGIN_ID_KEY`."""
        found = self._found[plugin]
        fields = found.manifest.field if found.manifest else ()
        settings: dict[str, str | int | bool] = {
            field.key: field.default for field in fields if field.default is not None
        }
        settings.update(self._settings.get(plugin, {}))
        kinds: dict[str, str] = {"base_url": "url", **{field.key: field.kind for field in fields}}
        for key, kind in kinds.items():
            if (value := os.environ.get(f"INFLUTUI_PLUGIN_{plugin}_{key}".upper().replace("-", "_"))) is not None:
                settings[key] = _typed(value, kind)
        return settings

    async def close(self) -> None:
        """End the plugins' loops."""
        await self._calls.close()

    def _state(self, found: Found) -> PluginState:
        manifest = found.manifest
        state: State = "ready"
        reason = "Ready; it is imported when it is used first."
        if manifest is None:
            state, reason = "broken", f"{found.problem}. Reinstall or remove {found.distribution}."
        elif not serves(manifest.api):
            state = "incompatible"
            reason = f"It was made for plugin API {manifest.api} and this is {API_VERSION}. Update it, or influtui."
        elif wrong := self._wrong_setting(manifest):
            state, reason = "needs_config", wrong
        return PluginState(
            id=found.id,
            name=manifest.name if manifest else found.id,
            distribution=found.distribution,
            version=found.version,
            state=state,
            reason=reason,
            manifest=manifest,
            path=found.path,
        )

    def _wrong_setting(self, manifest: Manifest) -> str | None:
        settings = self.settings(manifest.id)
        known = {field.key for field in manifest.field} | {"base_url"}
        for key in settings:
            if key not in known:
                return f"It has no setting {key}. Take it out of [plugin.{manifest.id}] in config.toml."
        for field in manifest.field:
            if field.required and field.key not in settings:
                return f"{field.label} is missing. Set {field.key} under [plugin.{manifest.id}] in config.toml."
        base_url = settings.get("base_url")
        if base_url is not None and urlsplit(str(base_url)).scheme not in ("https", "http"):
            return f"base_url = “{base_url}” is no address. Write it like https://example.com/ in config.toml."
        return None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock() / 1000, UTC)

    async def _carrier(self, plugin: str, id_: str) -> Carrier:
        if id_ not in self._carriers:
            try:
                classes = await self._classes(
                    plugin, "influtui_carriers", CarriersContext(plugin, API_VERSION), Carrier
                )
                kind = classes[id_]

                async def make() -> Carrier:
                    made: Carrier = kind()
                    return made

                self._carriers[id_] = await self._calls.guarded(plugin, f"making {id_}", make, limit_s=LINK_LIMIT_S)
            except Fault as fault:
                self._carriers[id_] = fault
        made = self._carriers[id_]
        if isinstance(made, Fault):
            raise made
        return made

    async def _classes(self, plugin: str, hook: str, context: Any, base: type[Any]) -> dict[str, type[Any]]:
        """The classes that a plugin's hook supplies, by id: exactly those that its manifest announces."""
        await self._activate(plugin)
        supplied = (await self._calls.supplied(self._manager, hook, {plugin: context})).get(plugin, ())
        if isinstance(supplied, Fault):
            raise supplied
        classes: dict[str, type[Any]] = {}
        for kind in supplied:
            if not (inspect.isclass(kind) and issubclass(kind, base)):
                raise Fault(plugin, "junk", f"{hook} of {plugin} gave {kind!r:.80}, which is no {base.__name__} class")
            classes[str(getattr(kind, "id", ""))] = kind
        manifest = self._found[plugin].manifest
        entries = (manifest.source if base is Source else manifest.carrier) if manifest else ()
        announced = {entry.id for entry in entries}
        if classes.keys() != announced:
            raise Fault(
                plugin,
                "mismatch",
                f"the manifest of {plugin} announces {_listed(announced)} and {hook} gave {_listed(classes)}",
            )
        return classes

    async def _activate(self, plugin: str) -> None:
        if self._manager.has_plugin(plugin):
            return
        manifest = self._found[plugin].manifest
        if manifest is None:
            raise Fault(plugin, "broken", f"{plugin} has no manifest that can be read")
        module, _, name = manifest.python.partition(":")

        async def load() -> None:
            kind = getattr(import_module(module), name)
            if not (inspect.isclass(kind) and issubclass(kind, Plugin)):
                raise TypeError(f"{manifest.python} is no influtui.api.Plugin")
            self._manager.register(kind(), plugin)

        await self._calls.guarded(plugin, "being imported", load, limit_s=IMPORT_LIMIT_S)


def _typed(value: str, kind: str) -> str | int | bool:
    """A setting from the environment, which knows only text, as its field's kind."""
    if kind == "bool":
        return value.strip().casefold() in ("1", "true", "yes", "on")
    return int(value) if kind == "int" and value.strip().lstrip("-").isdecimal() else value


def _listed(ids: Any) -> str:
    return ", ".join(sorted(ids)) or "nothing"
