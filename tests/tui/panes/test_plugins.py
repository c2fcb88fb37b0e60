"""The Plugins pane: every plugin stands there with what to do about it, a broken one too, and none of them runs for it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import get_args

import pytest
from plugin_makers import MANIFEST, maker

from influtui.host.states import State
from influtui.model.plugin_qualifiers import STATES
from influtui.services.workspace import read_settings
from influtui.tui.app import InflutuiApp, Options
from influtui.tui.panes.plugins import Plugins

HOSTILE = MANIFEST.format(id="evil", timeout=1).replace(
    'name = "evil"\napi',
    'name = "E\\u001b]0;own\\u0007\\u202etfel [red]x[/]"\ndescription = "\\u009b31m[bold]ruin"\napi',
)
UNSAFE = set("\x1b\x07\x9b\u202e")


@asynccontextmanager
async def plugins_pane(folder: Path, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Plugins]:
    """The app, at the Plugins pane."""
    app = InflutuiApp(Options(folder))
    async with app.run_test(size=size):
        await asyncio.wait_for(app.opened.wait(), 20)
        await asyncio.wait_for(app.standing_known.wait(), 20)
        await app.keyboard.do_word("plugins")
        assert isinstance(app.pane, Plugins)
        yield app.pane


async def pressed(pane: Plugins, *keys: str) -> None:
    """Press keys and wait until they were taken."""
    for key in keys:
        await pane.desk.keyboard._take(key, key if len(key) == 1 else None)
        await asyncio.sleep(0)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


async def shown(pane: Plugins, id_: str) -> str:
    """The detail of a plugin, as it stands on the screen."""
    at = [row.id for row in await pane.table.slice(0, pane.table.total)].index(id_)
    pane.table.to(at)
    pane.follow(now=True, again=True)
    assert pane._detail_task is not None
    await pane._detail_task
    return "\n".join("".join(span.text for span in line) for line in pane.detail.lines)


def test_the_states_that_can_be_searched_are_those_there_are() -> None:
    assert sorted(STATES) == sorted(get_args(State))


async def test_each_plugin_stands_there_and_none_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = maker(tmp_path / "site", monkeypatch)
    make("acme", top="raise SystemExit(3)")
    make("torn", manifest="this is no manifest")
    make("evil", manifest=HOSTILE)
    async with plugins_pane(tmp_path / "workspace") as pane:
        rows = {row.id: row.state.state for row in await pane.table.slice(0, 99)}
        assert rows["acme"] == "ready"
        assert rows["torn"] == "broken"
        assert rows["youtube"] == "needs_config"
        assert "acme.example" in await shown(pane, "acme")
        assert "no manifest" in (await shown(pane, "torn")).casefold() or "TOML" in await shown(pane, "torn")
        hostile = await shown(pane, "evil")
        assert "[bold]ruin" in hostile
        assert not UNSAFE & set(hostile)
        assert "influtui secret set youtube.api_key" in (await shown(pane, "youtube")).replace("\n", " ")
        assert pane._waiting == sum(state not in ("ready", "active", "disabled") for state in rows.values())
    assert not {"influtui_acme", "influtui_evil", "influtui_bluesky"} & set(sys.modules)


async def test_a_plugin_is_switched_off_and_on_by_one_key(tmp_path: Path) -> None:
    async with plugins_pane(tmp_path / "workspace") as pane:
        await pressed(pane, "x")
        await until(lambda: "disabled" in pane.desk.notices[-1][1] if pane.desk.notices else False)
        assert read_settings(tmp_path / "workspace").plugin == {"bluesky": {"enabled": False}}
        assert pane.table.current is not None
        assert pane.table.current.state.state == "disabled"
        await pressed(pane, "x")
        await until(lambda: pane.desk.notices[-1][1] == "bluesky is used again.")
        assert not read_settings(tmp_path / "workspace").plugin.get("bluesky")


async def test_the_search_narrows_them_down_and_a_wrong_one_changes_nothing(tmp_path: Path) -> None:
    async with plugins_pane(tmp_path / "workspace", (80, 24)) as pane:
        await pane.search("state:needs_config kind:source")
        assert {row.id for row in await pane.table.slice(0, 99)} == {"instagram", "youtube"}
        await pressed(pane, "/", "x", ":", "y", "enter")
        await until(lambda: bool(pane.desk.notices) or pane.cover is not None)
        assert pane.table.total == 2
        await pane.search("nothing-has-this")
        assert pane.table.total == 0
        assert "No plugin matches." in pane.table.empty[0][0].text
