"""Which panes plugins announce: read from their manifests, with as little as can be, because the app asks as it starts."""

from __future__ import annotations

import os

import msgspec

from influtui.host import user_folder
from influtui.host.discovery import Found, installed, unambiguous
from influtui.host.manifests import serves
from influtui.host.states import ENABLED, LeftOut
from influtui.services.workspace import Workspace, read_settings


class PaneInfo(msgspec.Struct, frozen=True):
    """A pane that a plugin announces."""

    id: str
    name: str
    plugin: str
    note: str


def announced(workspace: Workspace) -> tuple[PaneInfo, ...]:
    """The panes of all plugins that may be used. Reads files: not on the loop that draws the screen."""
    settings = read_settings(workspace.folder).plugin
    out = left_out(workspace)
    return tuple(
        PaneInfo(entry.id, entry.name, found.id, entry.note)
        for found in unambiguous([*installed(), *user_folder.present()])
        if found.manifest is not None
        and _may_be_used(found, out)
        and settings.get(found.id, {}).get(ENABLED.key) is not False
        for entry in found.manifest.pane
    )


def left_out(workspace: Workspace) -> LeftOut:
    """Which plugins this run does without."""
    named = os.environ.get("INFLUTUI_PLUGINS")
    only = None if named is None else frozenset(each.strip() for each in named.split(",") if each.strip())
    return LeftOut(workspace.plugins.safe_mode, workspace.plugins.without, only)


def _may_be_used(found: Found, out: LeftOut) -> bool:
    return (
        found.untrusted is None
        and found.manifest is not None
        and serves(found.manifest.api)
        and out.reason(found) is None
    )
