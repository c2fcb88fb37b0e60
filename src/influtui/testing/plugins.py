"""A plugin under test: its manifest read, its hooks asked, as the host does it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from types import ModuleType

from influtui.api import API_VERSION, Carrier, CarriersContext, Pane, PanesContext, Plugin, Source, SourcesContext
from influtui.host import manifests
from influtui.host.manifests import Manifest


def manifest_of(package: str) -> Manifest:
    """The manifest beside a package's `__init__.py`."""
    return _read(import_module(package))


@lru_cache
def _read(package: ModuleType) -> Manifest:
    return manifests.read(files(package).joinpath("influtui.toml").read_text("utf-8"))


def sources_of(manifest: Manifest) -> dict[str, type[Source]]:
    """The source classes that the plugin's hook supplies, by id."""
    return {kind.id: kind for kind in _made(manifest).influtui_sources(SourcesContext(manifest.id, API_VERSION))}


def carriers_of(manifest: Manifest) -> dict[str, type[Carrier]]:
    """The carrier classes that the plugin's hook supplies, by id."""
    supplied: Iterable[type[Carrier]] = _made(manifest).influtui_carriers(CarriersContext(manifest.id, API_VERSION))
    return {kind.id: kind for kind in supplied}


def panes_of(manifest: Manifest) -> dict[str, type[Pane]]:
    """The pane classes that the plugin's hook supplies, by id."""
    supplied: Iterable[type[Pane]] = _made(manifest).influtui_panes(PanesContext(manifest.id, API_VERSION))
    return {kind.id: kind for kind in supplied}


def _made(manifest: Manifest) -> Plugin:
    module, _, name = manifest.python.partition(":")
    plugin: Plugin = getattr(import_module(module), name)()
    return plugin
