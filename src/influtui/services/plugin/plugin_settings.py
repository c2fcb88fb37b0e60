"""The settings of one plugin as a form: what was written is read as what the manifest says, tried, and only then kept.

Secrets go to the secret store and never into `config.toml`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from influtui.host.activation import Host
from influtui.host.calls import Fault
from influtui.host.states import BASE_URL, ENABLED, StandIns, Value
from influtui.model.failures import Failure
from influtui.secrets.secret import Secret
from influtui.services import settings
from influtui.services.plugin import plugins
from influtui.services.plugin.plugins import SettingPlace
from influtui.services.workspace import Workspace, read_settings

Values = Mapping[str, str | int | bool | None]
"""By the setting's key; None takes it out, so that its default holds."""

STAND_IN = "stands-in-for-a-secret"


async def form(workspace: Workspace, id_: str) -> tuple[SettingPlace, ...]:
    """Every setting and how it stands, with the address to ask that every source has."""
    places = await plugins.setting_places(workspace, id_)
    manifest = (await plugins.plugin(workspace, id_)).manifest
    there = any(each.field.key == BASE_URL.key for each in places)
    if manifest is None or not manifest.source or there:
        return places
    return (*places, SettingPlace(BASE_URL, None, None))


async def tried(workspace: Workspace, id_: str, values: Values, secrets: Mapping[str, Secret]) -> str | None:
    """What is wrong with these settings when the plugin's sources are made with them; None: nothing. Keeps nothing.

    Its code runs on a thread of its own, and asks nobody. One that is not trusted does not run.
    """
    found = await plugins.found_plugin(workspace, id_)
    manifest = found.manifest
    if manifest is None or found.untrusted is not None:
        return None
    now = {key: dict(each) for key, each in read_settings(workspace.folder).plugin.items()}
    mine: dict[str, Value] = {key: each for key, each in now.get(id_, {}).items() if key != ENABLED.key}
    for key, value in values.items():
        mine.pop(key, None)
        if value is not None:
            mine[key] = value
    host = Host([found], {**now, id_: mine}, workspace.clock, folder=workspace.folder)
    given = {field.key: STAND_IN for field in manifest.fields if field.kind == "secret"}
    given |= {key: each.reveal() for key, each in secrets.items()}
    try:
        for entry in manifest.source:
            opened = await host.open_source(entry.id, stand_ins=StandIns(given, {}))
            await opened.close()
    except Fault as fault:
        return fault.message
    except Failure as failure:
        return failure.message
    finally:
        await host.close()
    return None


async def keep(workspace: Workspace, id_: str, values: Values, secrets: Mapping[str, Secret]) -> int:
    """Keep what was changed. Returns how many settings and secrets that was."""
    plugins.refuse_read_only(workspace)
    before = {each.field.key: each for each in await form(workspace, id_)}
    given = read_settings(workspace.folder).plugin.get(id_, {})
    changed = 0
    for key, value in values.items():
        wanted = before[key].field.default if value is None else value
        if wanted == before[key].value and (value is not None or key not in given):
            continue
        await asyncio.to_thread(settings.store, workspace.folder, f"plugin.{id_}.{key}", value)
        changed += 1
    for key, secret in secrets.items():
        await plugins.keep_secret(workspace, f"{id_}.{key}", secret)
    return changed + len(secrets)
