"""Plugins as a list and a detail show them: how each stands, its tier, its budgets and keys, and what it has cost. Runs none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from influtui.host import spending as host_spending
from influtui.host.discovery import Found
from influtui.host.spending import Spent
from influtui.host.states import BASE_URL, BUNDLED, PluginState
from influtui.model.plugin_qualifiers import PLUGINS
from influtui.model.query import parse
from influtui.model.query_ast import And, Everything, Field, Is, Not, Or, Query, Words
from influtui.model.query_words import words
from influtui.services.finding.quotas import QuotaLeft
from influtui.services.plugin import plugins, quality
from influtui.services.plugin.plugins import SettingPlace
from influtui.services.plugin.quality import Quality
from influtui.services.workspace import Workspace
from influtui.store import spending
from influtui.store.spending import Cost

ASKS_FOR_SOMEBODY: Final = frozenset(
    {"broken", "untrusted", "incompatible", "needs_config", "degraded", "quarantined", "failed"}
)
"""States in which a person can do something."""


QUIET: Final = frozenset({"ready", "active", "disabled"})
"""States in which nobody has to do anything."""


class PluginRow(msgspec.Struct, frozen=True, kw_only=True):
    """One plugin in a list."""

    state: PluginState
    kinds: tuple[str, ...]
    quality: Quality | None
    """None where this version was not checked here."""
    quota: tuple[tuple[str, QuotaLeft], ...]
    """What is left, by source."""
    spent: Spent
    """What its code cost in this session."""
    lately: Cost | None = None
    """What it cost in thirty days, all sessions together; None where nothing is known of it."""

    @property
    def id(self) -> str:
        """Its id."""
        return self.state.id

    @property
    def waits(self) -> bool:
        """Whether there is a next step for a person."""
        return self.state.state not in QUIET

    @property
    def tightest(self) -> QuotaLeft | None:
        """The budget of which the smallest share is left."""
        return min((each for _, each in self.quota), key=lambda each: each.left / max(1, each.limit), default=None)


class PluginDetail(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one plugin that can be said without running it."""

    row: PluginRow
    settings: tuple[SettingPlace, ...]
    trust: str
    """Why its code may run, in a sentence."""
    asks_instead: str | None = None
    """What is asked in the place of its hosts, where a setting says so."""


async def rows(workspace: Workspace, query: str = "") -> list[PluginRow]:
    """The plugins that a query asks for, by id. Raises `WrongUsage` saying where the query is wrong."""
    asked = parse(query, PLUGINS)
    known = await asyncio.to_thread(quality.kept, workspace.clock())
    costs = await spending.lately(workspace.db, workspace.clock())
    found = [
        await _row(workspace, each, quality.of(each, known), costs.get(each.id))
        for each in await plugins.plugins(workspace)
    ]
    return [each for each in found if _holds(asked, each)]


async def detail(workspace: Workspace, id_: str) -> PluginDetail:
    """One plugin. Raises `NotFound` naming the nearest."""
    state = await plugins.plugin(workspace, id_)
    known = await asyncio.to_thread(quality.kept, workspace.clock())
    places = await plugins.setting_places(workspace, id_)
    return PluginDetail(
        row=await _row(workspace, state, quality.of(state, known), await lately(workspace, id_)),
        settings=places,
        trust=_trust(await plugins.found_plugin(workspace, id_)),
        asks_instead=asks_instead(places),
    )


def asks_instead(places: Sequence[SettingPlace]) -> str | None:
    """The address that is asked in the place of the announced hosts: a stand-in, or another service."""
    given = next((each.value for each in places if each.field.key == BASE_URL.key), None)
    return str(given) if given else None


async def lately(workspace: Workspace, id_: str) -> Cost | None:
    """What a plugin's code cost in thirty days."""
    return (await spending.lately(workspace.db, workspace.clock())).get(id_)


async def _row(workspace: Workspace, state: PluginState, checked: Quality | None, cost: Cost | None) -> PluginRow:
    left = await plugins.quotas_left(workspace, state)
    return PluginRow(
        state=state,
        kinds=_kinds(state),
        quality=checked,
        quota=tuple((source, each) for source, quotas in left.items() for each in quotas),
        spent=host_spending.of(state.id),
        lately=cost,
    )


def _kinds(state: PluginState) -> tuple[str, ...]:
    manifest = state.manifest
    if manifest is None:
        return ()
    offered = (("source", manifest.source), ("carrier", manifest.carrier), ("pane", manifest.pane))
    return tuple(kind for kind, entries in offered if entries)


def _trust(found: Found) -> str:
    if found.untrusted is not None:
        return "Not trusted: none of its code runs."
    if found.distribution == BUNDLED:
        return "It came with influtui."
    if found.root is None:
        return f"Installed in this environment as {found.distribution}: what is installed runs."
    return "In your plugin folder, trusted as its files are now."


def _holds(query: Query, row: PluginRow) -> bool:
    match query:
        case Everything():
            return True
        case And(parts):
            return all(_holds(part, row) for part in parts)
        case Or(parts):
            return any(_holds(part, row) for part in parts)
        case Not(part):
            return not _holds(part, row)
        case Words():
            return _says(_text(row), query)
        case Field(name, tests):
            values = _values(row, name)
            return any(isinstance(test, Is) and test.value in values for test in tests)
        case _:
            return False


def _values(row: PluginRow, name: str) -> Sequence[str]:
    if name == "state":
        return (row.state.state,)
    if name == "kind":
        return row.kinds
    return ("none" if row.quality is None or row.quality.tier is None else row.quality.tier,)


def _says(text: Sequence[str], wanted: Words) -> bool:
    """Whether the words stand in the text one after the other; the last may be only begun."""
    size = len(wanted.words)
    for at in range(len(text) - size + 1):
        *whole, last = text[at : at + size]
        if whole == list(wanted.words[:-1]) and (
            last.startswith(wanted.words[-1]) if wanted.prefix else last == wanted.words[-1]
        ):
            return True
    return False


def _text(row: PluginRow) -> Sequence[str]:
    manifest = row.state.manifest
    said = [row.state.id, row.state.name, row.state.distribution, row.state.reason]
    if manifest is not None:
        said += [manifest.description, *manifest.hosts, *(code for each in manifest.carrier for code in each.carriers)]
    return words(" ".join(said))
