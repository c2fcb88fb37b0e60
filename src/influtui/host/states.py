"""How each plugin stands, said without importing it: a state, a sentence, what to do next. And the settings it would get.

Which manifests there are is `discovery`'s to find; running what they announce is `activation`'s.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from influtui.api import API_VERSION
from influtui.host.discovery import Found
from influtui.host.manifests import CONTRACTS, CarrierEntry, Field, Manifest, SourceEntry, is_behind, serves
from influtui.secrets import plugin_secrets
from influtui.secrets.plugin_secrets import COMMAND, Wanted

State = Literal[
    "broken",
    "untrusted",
    "disabled",
    "incompatible",
    "needs_config",
    "ready",
    "active",
    "degraded",
    "quarantined",
    "failed",
]

USABLE: Final = frozenset({"ready", "active", "degraded", "quarantined", "failed"})
"""States in which a plugin is asked; one that rests says so itself when it is."""

BUNDLED: Final = "influtui"
"""The distribution whose plugins came with this program."""

Value = str | int | bool | tuple[str, ...]
Settings = Mapping[str, Mapping[str, Value]]
"""`[plugin.ID]` of config.toml, by id."""

BASE_URL: Final = Field(key="base_url", kind="url", label="Address to ask")
"""The setting that every source has: anyone can point it at a stand-in."""
ENABLED: Final = Field(key="enabled", kind="bool", label="Whether it is used")
"""The setting that every plugin has; `plugin disable` makes it false."""


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

    @property
    def usable(self) -> bool:
        """Whether its sources and carriers may be asked."""
        return self.state in USABLE


class StandIns(msgspec.Struct, frozen=True):
    """What takes the place of a user's secrets, and of settings that are not made, where a plugin is only looked over."""

    secrets: Mapping[str, str]
    settings: Mapping[str, str | int | bool]


class LeftOut(msgspec.Struct, frozen=True):
    """Which plugins this run does without, said before any is looked for."""

    safe_mode: bool = False
    """Everything that did not come with influtui."""
    ids: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    """Where this is said, everything else."""

    def reason(self, found: Found) -> str | None:
        """Why this plugin is left out; None where it is not."""
        if found.id in self.ids:
            return f"It is left out of this run (--no-plugin {found.id})."
        if self.only is not None and found.id not in self.only:
            return "It is left out of this run: INFLUTUI_PLUGINS names others. Add it there, or unset the variable."
        if self.safe_mode and found.distribution != BUNDLED:
            return "It is left out of this run: --safe-mode does without what did not come with influtui."
        return None


class Standing:
    """What is known of plugins before their code runs. `folder` is the workspace's, where secrets are kept."""

    def __init__(
        self,
        found: Sequence[Found],
        settings: Settings,
        folder: Path | None = None,
        left_out: LeftOut = LeftOut(),  # noqa: B008 - frozen
    ) -> None:
        self.found = {each.id: each for each in found}
        self._settings = settings
        self._folder = folder
        self._left_out = left_out

    def plugins(self) -> tuple[PluginState, ...]:
        """Every plugin and how it stands."""
        return tuple(self._state(each) for each in self.found.values())

    def sources(self) -> dict[str, tuple[PluginState, SourceEntry]]:
        """Every announced source by id, with how its plugin stands for it."""
        return {
            entry.id: (self._state(found, entry), entry)
            for found in self.found.values()
            if found.manifest is not None
            for entry in found.manifest.source
        }

    def settings(self, plugin: str) -> dict[str, str | int | bool]:
        """A plugin's settings: its fields' defaults, then `[plugin.ID]` of config.toml, then the environment. No secrets."""
        settings: dict[str, str | int | bool] = {}
        given = self._settings.get(plugin, {})
        for field in (BASE_URL, *self._fields(plugin)):
            if field.kind == "secret":
                continue
            value: Value | None = _from_environment(plugin, field)
            if value is None:
                value = given.get(field.key, field.default)
            if value is not None and not isinstance(value, tuple):
                settings[field.key] = value
        return settings

    def secrets(self, plugin: str, entry: SourceEntry | None = None) -> list[tuple[Field, Wanted]]:
        """The secret fields of a plugin, or those of one source of it with the plugin's own, and where each may lie."""
        wanted: list[tuple[Field, Wanted]] = []
        for field in self._fields(plugin, entry):
            if field.kind == "secret":
                command = self._settings.get(plugin, {}).get(f"{field.key}{COMMAND}", ())
                command = command if isinstance(command, tuple) else ()
                wanted.append((field, Wanted(plugin, field.key, field.env, command, rotates=field.rotates)))
        return wanted

    def kept_at(self, wanted: Wanted) -> str | None:
        """Where a secret would be taken from, in words; None where there is none."""
        return plugin_secrets.place(wanted, self._folder)

    @property
    def folder(self) -> Path | None:
        """The workspace's."""
        return self._folder

    def _fields(self, plugin: str, entry: SourceEntry | None = None) -> tuple[Field, ...]:
        manifest = self.found[plugin].manifest
        if manifest is None:
            return ()
        return manifest.fields if entry is None else (*manifest.field, *entry.field)

    def _state(self, found: Found, entry: SourceEntry | None = None) -> PluginState:
        manifest = found.manifest
        state: State = "ready"
        reason = "Ready; it is imported when it is used first."
        if found.untrusted is not None:
            state, reason = "untrusted", found.untrusted
        elif (left_out := self._disabled(found)) is not None:
            state, reason = "disabled", left_out
        elif found.too_new is not None:
            state, reason = "incompatible", f"{found.too_new}. Update influtui."
        elif manifest is None:
            state, reason = "broken", f"{found.problem}. Reinstall or remove {found.distribution}."
        elif (unfit := misfit(manifest, found.distribution, entry)) is not None:
            state, reason = "incompatible", unfit
        elif wrong := self._unknown_setting(manifest) or self._needs(manifest, entry):
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

    def _disabled(self, found: Found) -> str | None:
        if (left_out := self._left_out.reason(found)) is not None:
            return left_out
        if self._settings.get(found.id, {}).get(ENABLED.key) is False:
            return f"It is disabled. `influtui plugin enable {found.id}` brings it back."
        return None

    def _unknown_setting(self, manifest: Manifest) -> str | None:
        known = {BASE_URL.key: BASE_URL, ENABLED.key: ENABLED, **{field.key: field for field in manifest.fields}}
        commands = {f"{field.key}{COMMAND}" for field in manifest.fields if field.kind == "secret"}
        for key, value in self._settings.get(manifest.id, {}).items():
            if key in commands:
                if not isinstance(value, tuple) or not value:
                    return f'{key} must be a command: {key} = ["pass", "show", "{manifest.id}"] in config.toml.'
            elif key not in known or isinstance(value, tuple):
                return f"It has no setting {key}. Take it out of [plugin.{manifest.id}] in config.toml."
            elif known[key].kind == "secret":
                return (
                    f"{key} is a secret, and config.toml is not where secrets are kept: take it out,"
                    f" and `influtui secret set {manifest.id}.{key}`."
                )
        return None

    def _needs(self, manifest: Manifest, entry: SourceEntry | None) -> str | None:
        """What keeps the plugin, or one source of it, from working: a sentence with the next step."""
        of_all = self._missing(manifest, (BASE_URL, *manifest.field))
        if of_all or not manifest.source:
            return of_all
        entries = [entry] if entry else manifest.source
        missing = [self._missing(manifest, each.field) for each in entries]
        # A plugin of which one source can be asked is ready; what the others lack is said where they are asked.
        return missing[0] if all(missing) else None

    def _missing(self, manifest: Manifest, fields: Sequence[Field]) -> str | None:
        return next(self._lacks(manifest, fields), None)

    def lacks(self, plugin: str) -> tuple[str, ...]:
        """What its settings and secrets lack or have wrong, a sentence with the next step for each; those of all sources."""
        manifest = self.found[plugin].manifest
        return () if manifest is None else tuple(self._lacks(manifest, (BASE_URL, *manifest.fields)))

    def _lacks(self, manifest: Manifest, fields: Sequence[Field]) -> Iterator[str]:
        settings = self.settings(manifest.id)
        wanted = {field.key: each for field, each in self.secrets(manifest.id)}
        for field in fields:
            if field.kind == "secret":
                if field.required and self.kept_at(wanted[field.key]) is None:
                    help_ = f" {field.help.rstrip('.')}." if field.help else ""
                    yield f"{field.label} is missing: {plugin_secrets.remedy(wanted[field.key])}{help_}"
            elif field.key not in settings:
                if field.required:
                    yield f"{field.label} is missing: `influtui config set plugin.{manifest.id}.{field.key} VALUE`."
            elif (wrong := field.wrong(settings[field.key])) is not None:
                yield (
                    f"{field.label} ({field.key}) {wrong}:"
                    f" `influtui config set plugin.{manifest.id}.{field.key} VALUE`."
                )


def misfit(manifest: Manifest, distribution: str, entry: SourceEntry | None = None) -> str | None:
    """Why a plugin's version and ours do not go together, with which of the two is behind; None where they do."""
    if not serves(manifest.api):
        made = f"It was made for plugin API {manifest.api} and this is {API_VERSION}"
        if is_behind(manifest.api):
            return f"{made}: influtui is too old for it. Update influtui."
        return f"{made}: it is too old. Update {distribution}, or remove it."
    entries: list[SourceEntry | CarrierEntry] = [entry] if entry else [*manifest.source, *manifest.carrier]
    newer = [each for each in entries if each.contract not in CONTRACTS]
    if newer and len(newer) == len(entries):
        return (
            f"{newer[0].id} follows contract {newer[0].contract} and this influtui knows"
            f" {', '.join(map(str, sorted(CONTRACTS)))}. Update influtui."
        )
    return None


def _from_environment(plugin: str, field: Field) -> str | int | bool | None:
    """A setting from the environment, which knows only text, as its field's kind."""
    names = [f"INFLUTUI_PLUGIN_{plugin}_{field.key}".upper().replace("-", "_"), *([field.env] if field.env else ())]
    value = next((found for name in names if (found := os.environ.get(name)) is not None), None)
    return None if value is None else field.meant(value)
