"""Plugins as people see them: what is installed and how it stands, without importing any; and the host for those who use them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from influtui.host import user_folder
from influtui.host.activation import Host, throw_away
from influtui.host.breakers import Struggle
from influtui.host.calls import Fault
from influtui.host.discovery import Found, installed, unambiguous
from influtui.host.manifests import Field
from influtui.host.states import BASE_URL, BUNDLED, ENABLED, PluginState, Standing
from influtui.model.failures import Failure, NotFound, ReadOnly, WrongUsage
from influtui.model.nearest import nearest
from influtui.secrets import plugin_secrets
from influtui.secrets.secret import Secret
from influtui.services import settings
from influtui.services.finding import quotas
from influtui.services.finding.quotas import QuotaLeft
from influtui.services.plugin import installers
from influtui.services.plugin.announced_panes import left_out
from influtui.services.workspace import Workspace, read_settings
from influtui.store import breakers

__all__ = [
    "PluginState",
    "Removal",
    "SettingPlace",
    "disable",
    "enable",
    "found_plugin",
    "hosted",
    "keep_secret",
    "plugin",
    "plugins",
    "quotas_left",
    "refuse_read_only",
    "reload",
    "removal",
    "remove",
    "setting_places",
    "trust",
]


class SettingPlace(msgspec.Struct, frozen=True):
    """A setting as it stands: its value, or for a secret where it would be taken from; None where there is none."""

    field: Field
    value: str | int | bool | None
    place: str | None


@asynccontextmanager
async def hosted(workspace: Workspace) -> AsyncIterator[Host]:
    """The plugins of this workspace, ready to be used. Their host lasts as long as the workspace is open.

    How plugins fail is taken from the store before, and kept there after: another session is not to find it out again.
    """
    host = await _host(workspace)
    try:
        yield host
    finally:
        await _keep_struggles(workspace, host)


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


async def found_plugin(workspace: Workspace, id_: str) -> Found:
    """One plugin as it lies there: its manifest, where it is. Raises `NotFound` naming the nearest."""
    await plugin(workspace, id_)
    return (await _host(workspace)).standing.found[id_]


async def setting_places(workspace: Workspace, id_: str) -> tuple[SettingPlace, ...]:
    """Every setting of a plugin and where its value comes from, with the address to ask where another was set.

    A secret's value is never among it.
    """
    found = await plugin(workspace, id_)
    standing = (await _host(workspace)).standing
    values = standing.settings(id_)
    fields = (*(found.manifest.fields if found.manifest else ()), *((BASE_URL,) if BASE_URL.key in values else ()))
    secrets = {field.key: standing.kept_at(wanted) for field, wanted in standing.secrets(id_)}
    return tuple(
        SettingPlace(field, None, secrets[field.key])
        if field.kind == "secret"
        else SettingPlace(field, values.get(field.key), None)
        for field in fields
    )


async def quotas_left(workspace: Workspace, found: PluginState) -> dict[str, tuple[QuotaLeft, ...]]:
    """What is left of the budgets of each of a plugin's sources."""
    entries = found.manifest.source if found.manifest else ()
    return {entry.id: await quotas.left(workspace, entry) for entry in entries}


async def keep_secret(workspace: Workspace, name: str, secret: Secret) -> Path:
    """Keep a plugin's key (`youtube.api_key`) in this workspace for its owner alone. Returns the file that holds it.

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
    refuse_read_only(workspace)
    field, place = wanted[key]
    if place.command:
        raise WrongUsage(
            f"{name} is taken from a command; nothing was kept",
            hint=f"`influtui config set plugin.{name}{plugin_secrets.COMMAND} --unset` removes it.",
        )
    if wrong := field.wrong(secret.reveal()):
        raise WrongUsage(f"{field.label} {wrong}; nothing was kept")
    return await plugin_secrets.keep(workspace.folder, place, secret)


async def enable(workspace: Workspace, id_: str) -> PluginState:
    """Use a plugin again: it is no longer disabled, and no longer rests."""
    await plugin(workspace, id_)
    if read_settings(workspace.folder).plugin.get(id_, {}).get(ENABLED.key) is not None:
        refuse_read_only(workspace)
        settings.change(workspace.folder, f"plugin.{id_}.{ENABLED.key}", None)
    if not workspace.db.read_only:
        async with workspace.db.write(workspace.clock(), durability="normal") as transaction:
            await breakers.keep(transaction, [], [id_])
    return await plugin(workspace, id_)


async def disable(workspace: Workspace, id_: str) -> PluginState:
    """Do without a plugin, until it is enabled again."""
    await plugin(workspace, id_)
    refuse_read_only(workspace)
    settings.change(workspace.folder, f"plugin.{id_}.{ENABLED.key}", "false")
    return await plugin(workspace, id_)


async def reload(workspace: Workspace, id_: str) -> PluginState:
    """Throw a plugin's code away and import it anew, after an edit. Raises `Failure` where it cannot be imported.

    Only this process: another that runs takes the new code when it starts, or is told the same.
    """
    state = await plugin(workspace, id_)
    if state.manifest is None or not (state.usable or state.state == "needs_config"):
        raise Failure(f"{id_} was not imported. {state.reason}")
    await enable(workspace, id_)  # what it failed at before is no reason to let it rest now
    throw_away(id_, state.manifest)
    async with hosted(workspace) as host:
        try:
            await host.activate(id_)
        except Fault as fault:
            raise Failure(fault.message, hint="Mend it and reload it again.") from fault
    return await plugin(workspace, id_)


async def trust(workspace: Workspace, id_: str) -> PluginState:
    """Let a plugin of the user's folder run, as its files are now."""
    found = await found_plugin(workspace, id_)
    if found.root is None:
        raise WrongUsage(
            f"{id_} is installed, and what is installed runs",
            hint=f"`influtui plugin disable {id_}` does without it.",
        )
    try:
        await asyncio.to_thread(user_folder.trust, found)
    except OSError as error:
        raise Failure(f"{id_} cannot be trusted: {error.strerror}", hint=f"Mend {found.root} first.") from error
    return await plugin(workspace, id_)


class Removal(msgspec.Struct, frozen=True):
    """What removing a plugin means: a folder that is deleted, a command that a person runs, or neither for a bundled one."""

    plugin: str
    folder: Path | None
    command: tuple[str, ...]

    @property
    def bundled(self) -> bool:
        """Whether it came with influtui, so that it can only be disabled."""
        return self.folder is None and not self.command


async def removal(workspace: Workspace, id_: str) -> Removal:
    """How a plugin is removed; nothing is done."""
    state = await plugin(workspace, id_)
    found = (await _host(workspace)).standing.found[id_]
    if found.root is not None:
        return Removal(id_, Path(found.root), ())
    if state.distribution == BUNDLED:
        return Removal(id_, None, ())
    return Removal(id_, None, installers.removing(state.distribution))


async def remove(workspace: Workspace, wanted: Removal) -> list[str]:
    """Delete a plugin of the user's folder, or disable a bundled one; and its kept secrets. Returns what is gone."""
    refuse_read_only(workspace)
    gone: list[str] = []
    if wanted.folder is not None:
        await asyncio.to_thread(shutil.rmtree, wanted.folder)
        user_folder.distrust(wanted.folder)
        gone.append(str(wanted.folder))
    elif wanted.bundled:
        await disable(workspace, wanted.plugin)
    return [*gone, *(f"the secret {name}" for name in await plugin_secrets.forget(workspace.folder, wanted.plugin))]


def refuse_read_only(workspace: Workspace) -> None:
    """Raise `ReadOnly` where nothing may be written."""
    if workspace.db.read_only:
        raise ReadOnly("nothing was written: this session is read-only", hint="Leave out --read-only.")


async def _host(workspace: Workspace) -> Host:
    """The workspace's one host, knowing what is installed, set and resting now."""
    clock: Callable[[], int] = workspace.clock
    # Looking for manifests reads folders: not on the loop that draws the screen.
    found = await asyncio.to_thread(_found)
    now = await asyncio.to_thread(read_settings, workspace.folder)
    standing = Standing(found, now.plugin, workspace.folder, left_out(workspace))

    async def make() -> Host:
        return Host(found, now.plugin, clock)

    host = await workspace.lasting.get(Host, make)
    host.renew(standing)
    host.calls.restore(
        {
            each.plugin: Struggle(each.kind, each.said, each.failures, each.rests_until, each.pause_s, each.at)
            for each in await breakers.rests(workspace.db)
        }
    )
    return host


def _found() -> tuple[Found, ...]:
    return unambiguous([*installed(), *user_folder.present()])


async def _keep_struggles(workspace: Workspace, host: Host) -> None:
    if workspace.db.read_only:
        return
    changed = host.calls.take_changed()
    if changed:
        failing = [
            breakers.Rest(plugin, each.kind, each.said, each.failures, each.rests_until, each.pause_s, each.at)
            for plugin, each in changed.items()
            if each.failures
        ]
        well = [plugin for plugin, each in changed.items() if not each.failures]
        async with workspace.db.write(workspace.clock(), durability="normal") as transaction:
            await breakers.keep(transaction, failing, well)
