"""Plugins as people see them: what is installed and how it stands, without importing any; and the host for those who use them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from influtui.host.activation import Host
from influtui.host.discovery import installed
from influtui.host.manifests import Field
from influtui.host.states import PluginState
from influtui.model.failures import NotFound, ReadOnly, WrongUsage
from influtui.model.nearest import nearest
from influtui.secrets import plugin_secrets
from influtui.secrets.secret import Secret
from influtui.services import quotas
from influtui.services.quotas import QuotaLeft
from influtui.services.workspace import Workspace

__all__ = [
    "PluginState",
    "SettingPlace",
    "hosted",
    "keep_secret",
    "plugin",
    "plugins",
    "quotas_left",
    "setting_places",
]


class SettingPlace(msgspec.Struct, frozen=True):
    """A setting as it stands: its value, or for a secret where it would be taken from; None where there is none."""

    field: Field
    value: str | int | bool | None
    place: str | None


@asynccontextmanager
async def hosted(workspace: Workspace) -> AsyncIterator[Host]:
    """The plugins of this workspace, ready to be used for the length of a block."""
    host = await _host(workspace)
    try:
        yield host
    finally:
        await host.close()


async def plugins(workspace: Workspace) -> tuple[PluginState, ...]:
    """Every installed plugin, by id."""
    return (await _host(workspace)).plugins()


async def plugin(workspace: Workspace, id_: str) -> PluginState:
    """One plugin. Raises `NotFound` naming the nearest."""
    known = {each.id: each for each in await plugins(workspace)}
    if id_ not in known:
        close = nearest(id_, known)
        raise NotFound(
            f"there is no plugin “{id_}”",
            hint=f"Did you mean {close}?" if close else f"Installed: {', '.join(known) or 'none'}.",
        )
    return known[id_]


async def setting_places(workspace: Workspace, id_: str) -> tuple[SettingPlace, ...]:
    """Every setting of a plugin and where its value comes from. A secret's value is never among it."""
    found = await plugin(workspace, id_)
    standing = (await _host(workspace)).standing
    values = standing.settings(id_)
    secrets = {field.key: standing.kept_at(wanted) for field, wanted in standing.secrets(id_)}
    return tuple(
        SettingPlace(field, None, secrets[field.key])
        if field.kind == "secret"
        else SettingPlace(field, values.get(field.key), None)
        for field in (found.manifest.fields if found.manifest else ())
    )


async def quotas_left(workspace: Workspace, found: PluginState) -> dict[str, tuple[QuotaLeft, ...]]:
    """What is left of the budgets of each of a plugin's sources."""
    entries = found.manifest.source if found.manifest else ()
    return {entry.id: await quotas.left(workspace, entry) for entry in entries}


async def keep_secret(workspace: Workspace, name: str, secret: Secret) -> Path:
    """Keep a plugin's key (`youtube.api_key`) in a file of this workspace that only its owner can read. Returns the file.

    Raises `NotFound` for what no plugin asks for, `WrongUsage` for what cannot be the key, or is taken from elsewhere.
    """
    id_, _, key = name.partition(".")
    await plugin(workspace, id_)
    wanted = {field.key: (field, each) for field, each in (await _host(workspace)).standing.secrets(id_)}
    if key not in wanted:
        close = nearest(key, wanted)
        asked = ", ".join(f"{id_}.{each}" for each in wanted)
        raise NotFound(
            f"{id_} has no secret “{key}”",
            hint=f"Did you mean {id_}.{close}?" if close else f"It asks for {asked or 'none'}.",
        )
    if workspace.db.read_only:
        raise ReadOnly("nothing was written: this session is read-only", hint="Leave out --read-only.")
    field, place = wanted[key]
    if place.command:
        raise WrongUsage(
            f"{name} is taken from a command; nothing was kept",
            hint=f"`influtui config set plugin.{name}{plugin_secrets.COMMAND} --unset` removes it.",
        )
    if wrong := field.wrong(secret.reveal()):
        raise WrongUsage(f"{field.label} {wrong}; nothing was kept")
    return plugin_secrets.keep(workspace.folder, place, secret)


async def _host(workspace: Workspace) -> Host:
    clock: Callable[[], int] = workspace.clock
    # Looking for manifests reads folders: not on the loop that draws the screen.
    return Host(await asyncio.to_thread(installed), workspace.settings.plugin, clock, folder=workspace.folder)
