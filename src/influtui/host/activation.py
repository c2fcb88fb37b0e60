"""From manifest to objects: on its first use a plugin is imported, registered, and asked for what it announced.

`Host` is what services talk to. Listing plugins reads manifests only; a source or a carrier is made on demand, and one
plugin that cannot be made takes nothing from the others.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec
import pluggy

from influtui.api import (
    API_VERSION,
    Carrier,
    CarriersContext,
    Http,
    Pane,
    PanesContext,
    Plugin,
    Source,
    SourceContext,
    SourcesContext,
)
from influtui.api.hooks import PROJECT
from influtui.host.budgets import Ledger, Uses
from influtui.host.calls import Calls, Fault, at_border
from influtui.host.discovery import Found
from influtui.host.http import HostClient
from influtui.host.keys import KeptKeys
from influtui.host.manifests import CarrierEntry, Manifest, PaneEntry, SourceEntry
from influtui.host.panes import OpenPane
from influtui.host.sources import OpenSource
from influtui.host.states import BUNDLED, LeftOut, PluginState, Settings, Standing, StandIns, State
from influtui.model.failures import NeedsConfiguration
from influtui.model.times import Millis, rfc3339
from influtui.secrets import plugin_secrets

T = TypeVar("T")

IMPORT_LIMIT_S: Final = 15.0
LINK_LIMIT_S: Final = 1.0

Link = Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^https://[!-~]+$")]


class Host:
    """All installed plugins. `clock` gives milliseconds. Close it when done."""

    def __init__(
        self,
        found: Sequence[Found],
        settings: Settings,
        clock: Callable[[], int],
        *,
        folder: Path | None = None,
        left_out: LeftOut = LeftOut(),  # noqa: B008 - frozen
    ) -> None:
        self.standing = Standing(found, settings, folder, left_out)
        self._clock = clock
        self.calls = Calls(clock)
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(Plugin)
        self._carriers: dict[str, Carrier | Fault] = {}
        self._imported: dict[str, int] = {}
        """By plugin: how often it had been reloaded when it was registered here."""

    def plugins(self) -> tuple[PluginState, ...]:
        """Every installed plugin and how it stands. Imports nothing."""
        return tuple(self._now_standing(each) for each in self.standing.plugins())

    def sources(self) -> dict[str, tuple[PluginState, SourceEntry]]:
        """Every announced source by id. Imports nothing."""
        return {id_: (self._now_standing(state), entry) for id_, (state, entry) in self.standing.sources().items()}

    def renew(self, standing: Standing) -> None:
        """Take over which plugins there are and how they are set; what is imported, rests or was spent stays."""
        self.standing = standing

    def carriers(self) -> dict[str, tuple[PluginState, CarrierEntry]]:
        """Who announces links for which carrier, by the carrier's code. Imports nothing.

        What a person installed stands before what came with influtui; of two others the first by id.
        """
        # The last one stands.
        return {
            code: (state, entry)
            for state in sorted(self.plugins(), key=lambda each: (each.distribution == BUNDLED, each.id), reverse=True)
            if state.manifest is not None and state.usable
            for entry in state.manifest.carrier
            for code in entry.carriers
        }

    async def activate(self, plugin: str) -> None:
        """Import a plugin and register its hooks; nothing where that is done. Raises `Fault`."""
        await self._activate(plugin)

    async def open_source(
        self,
        id_: str,
        uses: Uses | None = None,
        *,
        stand_ins: StandIns | None = None,
        through: Callable[[Http], Http] = lambda http: http,
    ) -> OpenSource:
        """The source `id_`, ready to be asked; `uses` is what its budgets were spent on.

        With `stand_ins` it is made though settings or secrets are missing: to be looked over, not to be asked. `through` puts
        something between it and the client, which notes what goes by.

        Raises `Fault`; `NeedsConfiguration` for a secret that cannot be had; `KeyError` for an id that nobody announces.
        """
        state, entry = self.sources()[id_]
        plugin = state.id
        if not state.usable and (stand_ins is None or state.state != "needs_config"):
            raise Fault(plugin, state.state, state.reason)
        secrets = await self._secrets(plugin, entry) if stand_ins is None else stand_ins.secrets
        classes = await self._classes(plugin, "influtui_sources", SourcesContext(plugin, API_VERSION), Source)
        ledger = Ledger(entry.budget, uses or {}, self._clock)
        settings = {**(stand_ins.settings if stand_ins else {}), **self.standing.settings(plugin)}
        base_url = str(settings.get("base_url", entry.base_url))
        client = HostClient(base_url=base_url, hosts=frozenset(entry.hosts), ledger=ledger, clock=self._clock)
        own = self.standing.secrets(plugin, entry) if stand_ins is None else []
        wanted = {field.key: each for field, each in own}
        context = SourceContext(
            plugin=plugin, http=through(client), settings=settings, clock=self._now, secrets=secrets,
            keys=KeptKeys(wanted, self.standing.folder, secrets),
        )  # fmt: skip
        source = await self._made(plugin, id_, lambda: classes[id_](context))
        return OpenSource(entry, plugin, source, client, ledger, self.calls)

    def panes(self) -> dict[str, tuple[PluginState, PaneEntry]]:
        """Every announced pane by id. Imports nothing."""
        return {
            entry.id: (state, entry)
            for state in self.plugins()
            if state.manifest is not None
            for entry in state.manifest.pane
        }

    async def open_pane(self, id_: str, uses: Uses | None = None) -> OpenPane:
        """The pane `id_`, ready to be asked what it shows; its source is made with it and closed by whoever closes it.

        Raises as `open_source`.
        """
        state, entry = self.panes()[id_]
        source = await self.open_source(entry.source, uses)
        try:
            classes = await self._classes(state.id, "influtui_panes", PanesContext(state.id, API_VERSION), Pane)
            return OpenPane(entry, await self._made(state.id, id_, lambda: classes[id_](source.source.ctx)), source)
        except Fault:
            await source.close()
            raise

    async def _made(self, plugin: str, id_: str, kind: Callable[[], T]) -> T:
        async def make() -> T:
            return kind()

        return await self.calls.guarded(plugin, f"making {id_}", make, limit_s=LINK_LIMIT_S, prepares=True)

    async def tracking_url(self, carrier: str, number: str) -> str | None:
        """The page of a parcel, from the plugin that announces its carrier; None where nobody does. Raises `Fault`."""
        announced = self.carriers().get(carrier)
        if announced is None:
            return None
        state, entry = announced
        maker = await self._carrier(state.id, entry.id)

        async def ask() -> str | None:
            return maker.tracking_url(carrier, number)

        link = await self.calls.guarded(state.id, "tracking_url", ask, limit_s=LINK_LIMIT_S)
        return None if link is None else at_border(state.id, link, Link)

    async def close(self) -> None:
        """End the plugins' loops."""
        await self.calls.close()

    def _now_standing(self, state: PluginState) -> PluginState:
        """A plugin that can be used, with how it did when it was used last."""
        if not state.usable:
            return state
        breaker = self.calls.breaker(state.id)
        how = breaker.struggle
        again = f"`influtui plugin enable {state.id}` asks it again at once."
        if (rests := breaker.rests_for) is not None:
            until = f"rests until {rfc3339(Millis(self._clock() + int(rests * 1000)))}: {how.said}. {again}"
            if how.kind == "blocked":
                return _as(state, "quarantined", f"It blocked its thread {how.failures} times in a row and {until}")
            return _as(state, "degraded", f"It failed {how.failures} times in a row and {until}")
        if how.failures:
            advice = f"It is tried again; `influtui plugin disable {state.id}` does without it."
            return _as(state, "failed", f"It failed when it was used last: {how.said}. {advice}")
        if self._manager.has_plugin(state.id):
            return _as(state, "active", "In use: it was imported in this session.")
        return state

    async def _secrets(self, plugin: str, entry: SourceEntry) -> dict[str, str]:
        """The values of a source's secret fields. From here on they are struck out of all that is said."""
        values: dict[str, str] = {}
        for field, wanted in self.standing.secrets(plugin, entry):
            if self.standing.kept_at(wanted) is None and not field.required:
                continue
            value = (await plugin_secrets.secret_for(wanted, self.standing.folder)).reveal()
            if wrong := field.wrong(value):
                raise NeedsConfiguration(f"{field.label} {wrong}", hint=plugin_secrets.remedy(wanted))
            values[field.key] = value
        return values

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock() / 1000, UTC)

    async def _carrier(self, plugin: str, id_: str) -> Carrier:
        if id_ not in self._carriers:
            try:
                classes = await self._classes(
                    plugin, "influtui_carriers", CarriersContext(plugin, API_VERSION), Carrier
                )
                self._carriers[id_] = await self._made(plugin, id_, classes[id_])
            except Fault as fault:
                self._carriers[id_] = fault
        made = self._carriers[id_]
        if isinstance(made, Fault):
            raise made
        return made

    async def _classes(self, plugin: str, hook: str, context: Any, base: type[Any]) -> dict[str, type[Any]]:
        """The classes that a plugin's hook supplies, by id: exactly those that its manifest announces."""
        await self._activate(plugin)
        supplied = (await self.calls.supplied(self._manager, hook, {plugin: context})).get(plugin, ())
        if isinstance(supplied, Fault):
            raise supplied
        classes: dict[str, type[Any]] = {}
        for kind in supplied:
            if not (inspect.isclass(kind) and issubclass(kind, base)):
                raise Fault(plugin, "junk", f"{hook} of {plugin} gave {kind!r:.80}, which is no {base.__name__} class")
            classes[str(getattr(kind, "id", ""))] = kind
        manifest = self.standing.found[plugin].manifest
        announced = {entry.id for entry in _ANNOUNCED[base](manifest)} if manifest else set()
        if classes.keys() != announced:
            raise Fault(
                plugin,
                "mismatch",
                f"the manifest of {plugin} announces {_listed(announced)} and {hook} gave {_listed(classes)}",
            )
        return classes

    async def _activate(self, plugin: str) -> None:
        if self._manager.has_plugin(plugin):
            if self._imported[plugin] == _reloaded.get(plugin, 0):
                return
            self._manager.unregister(name=plugin)
            self._carriers.clear()
        manifest = self.standing.found[plugin].manifest
        if manifest is None:
            raise Fault(plugin, "broken", f"{plugin} has no manifest that can be read")
        module, _, name = manifest.python.partition(":")
        root = self.standing.found[plugin].root

        async def load() -> None:
            if root is not None and root not in sys.path:
                sys.path.append(root)  # last: it can put nothing in the place of what is installed
            kind = getattr(import_module(module), name)
            _from_its_own_folder(kind, root)
            if not (inspect.isclass(kind) and issubclass(kind, Plugin)):
                raise TypeError(f"{manifest.python} is no influtui.api.Plugin")
            self._manager.register(kind(), plugin)
            self._imported[plugin] = _reloaded.get(plugin, 0)

        await self.calls.guarded(plugin, "being imported", load, limit_s=IMPORT_LIMIT_S, prepares=True)


_ANNOUNCED: Final[dict[type[Any], Callable[[Manifest], Sequence[SourceEntry | CarrierEntry | PaneEntry]]]] = {
    Source: lambda manifest: manifest.source,
    Carrier: lambda manifest: manifest.carrier,
    Pane: lambda manifest: manifest.pane,
}

_reloaded: Final[dict[str, int]] = {}
"""By plugin: how often its code was thrown away in this process. Every host looks here: the app has more than one."""


def throw_away(plugin: str, manifest: Manifest) -> None:
    """Have a plugin's code imported anew at its next use, in every host of this process."""
    package = manifest.python.partition(":")[0].partition(".")[0]
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
    invalidate_caches()
    _reloaded[plugin] = _reloaded.get(plugin, 0) + 1


def _from_its_own_folder(kind: Any, root: str | None) -> None:
    """Refuse a class that came from elsewhere: an installed package of the same name was found first."""
    place = Path(inspect.getfile(kind)).resolve()
    if root is not None and not place.is_relative_to(Path(root).resolve()):
        raise ImportError(f"a package of that name is installed already, in {place.parent}")


def _as(state: PluginState, now: State, reason: str) -> PluginState:
    return msgspec.structs.replace(state, state=now, reason=reason)


def _listed(ids: Any) -> str:
    return ", ".join(sorted(ids)) or "nothing"
