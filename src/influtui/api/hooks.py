"""The hooks: what a plugin is asked for. Subclass `Plugin`, override the hooks you supply, decorate them with `@hookimpl`.

    class Acme(Plugin):
        @hookimpl
        @override
        def influtui_sources(self, ctx: SourcesContext) -> Iterable[type[Source]]:
            return [AcmeSource]

Each hook takes exactly one frozen context, so that a field can be added without breaking anybody, and mypy finds a
misspelt hook, a wrong argument and a wrong result. Hooks do no I/O: they hand over classes, the host makes the objects.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import pluggy

from influtui.api.carrier import Carrier
from influtui.api.panes import Pane
from influtui.api.source import Source

PROJECT: Final = "influtui"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True)
class SourcesContext:
    """What `influtui_sources` is told."""

    plugin: str
    api_version: str


@dataclass(frozen=True)
class CarriersContext:
    """What `influtui_carriers` is told."""

    plugin: str
    api_version: str


@dataclass(frozen=True)
class PanesContext:
    """What `influtui_panes` is told."""

    plugin: str
    api_version: str


class Plugin:
    """The base of every plugin, and the list of all hooks."""

    @hookspec
    def influtui_sources(self, ctx: SourcesContext) -> Iterable[type[Source]]:
        """The source classes for the ids that the manifest announces in `[[source]]`, all of them and no others."""
        return ()

    @hookspec
    def influtui_carriers(self, ctx: CarriersContext) -> Iterable[type[Carrier]]:
        """The carrier classes for the ids that the manifest announces in `[[carrier]]`, all of them and no others."""
        return ()

    @hookspec
    def influtui_panes(self, ctx: PanesContext) -> Iterable[type[Pane]]:
        """The pane classes for the ids that the manifest announces in `[[pane]]`, all of them and no others."""
        return ()
