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
        await asyncio.wait_for(app.opened.wait(), 60)
        await asyncio.wait_for(app.standing_known.wait(), 60)
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
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def shown(pane: Plugins, id_: str) -> str:
    """The detail of a plugin, as it stands on the screen."""
    at = [row.id for row in await pane.table.slice(0, pane.table.total)].index(id_)
    pane.table.to(at)
    pane.follow(now=True, again=True)
    # What changes meanwhile begins the detail anew, and drops the one that was on its way.
    await until(lambda: (task := pane._detail_task) is not None and task.done() and not task.cancelled())
    await until(lambda: bool(pane.detail.lines))  # what was just done may have begun it anew
    return "\n".join("".join(span.text for span in line) for line in pane.detail.lines)


def test_the_states_that_can_be_searched_are_those_there_are() -> None:
    assert sorted(STATES) == sorted(get_args(State))


async def test_each_plugin_stands_there_and_none_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = maker(tmp_path / "site", monkeypatch)
    make("quiet", top="raise SystemExit(3)")
    make("torn", manifest="this is no manifest")
    make("evil", manifest=HOSTILE)
    async with plugins_pane(tmp_path / "workspace") as pane:
        rows = {row.id: row.state.state for row in await pane.table.slice(0, 99)}
        assert rows["quiet"] == "ready"
        assert rows["torn"] == "broken"
        assert rows["youtube"] == "needs_config"
        assert "quiet.example" in await shown(pane, "quiet")
        assert "no manifest" in (await shown(pane, "torn")).casefold() or "TOML" in await shown(pane, "torn")
        hostile = await shown(pane, "evil")
        assert "[bold]ruin" in hostile
        assert not UNSAFE & set(hostile)
        assert "influtui secret set youtube.api_key" in (await shown(pane, "youtube")).replace("\n", " ")
        assert pane._waiting == sum(state not in ("ready", "active", "disabled") for state in rows.values())
    assert not {"influtui_quiet", "influtui_evil"} & set(sys.modules)


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


SET = MANIFEST.replace(
    "[[source]]",
    """[[field]]
key = "depth"
kind = "int"
label = "How deep \\\\u001b[31m"
default = 2

[[field]]
key = "api_key"
kind = "secret"
label = "API key"
required = true

[[source]]""",
)
REFUSES = """
class Refusing(TheSource):
    def __init__(self, ctx):
        super().__init__(ctx)
        if ctx.settings["depth"] > 5:
            raise ConfigError("too deep", field="depth")
return [Refusing]
"""


async def at(pane: Plugins, id_: str) -> None:
    """Put the cursor on a plugin."""
    ids = [row.id for row in await pane.table.slice(0, pane.table.total)]
    pane.table.to(ids.index(id_))


def screen(pane: Plugins) -> str:
    """Every line of the screen."""
    shown = pane.desk.screen
    shown._refresh_layout()  # a cover that is being taken away has no styles any more, and may still have its place
    return "\n".join(strip.text for strip in shown._compositor.render_strips())


async def asked(pane: Plugins, label: str) -> None:
    """Wait for a question."""
    await until(lambda: label in (getattr(pane.desk.prompt.asked, "label", "") or ""))


async def told(pane: Plugins, said: str) -> None:
    """Wait for something to be said."""
    try:
        await until(lambda: bool(pane.desk.notices) and said in pane.desk.notices[-1][1])
    except TimeoutError:
        raise AssertionError(f"“{said}” was not said, but {list(pane.desk.notices)[-3:]}") from None


async def test_settings_are_judged_while_written_tried_and_kept_and_a_key_is_never_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = maker(tmp_path / "site", monkeypatch)
    make(
        "acme",
        manifest=SET.format(id="acme", timeout=1),
        hook=REFUSES,
    )
    async with plugins_pane(tmp_path / "workspace") as pane:
        await at(pane, "acme")
        await pressed(pane, "e")
        await until(lambda: pane.cover is not None and pane.cover.is_mounted)
        area = pane.cover.area  # type: ignore[union-attr]
        assert "depth: 2" in area.text
        assert "api_key: a secret, not there yet" in area.text
        assert "\x1b" not in area.text
        area.text = "depth: deep"
        await pressed(pane, "ctrl+s")
        await told(pane, "depth must be a number")
        area.text = "depth: 9"
        await pressed(pane, "ctrl+s")
        await asked(pane, "acme.api_key")
        await pressed(pane, *"k3y")
        assert "k3y" not in str(pane.desk.prompt.line(100, pane.desk.look()))
        await pressed(pane, "enter")
        await told(pane, "too short")
        await asked(pane, "acme.api_key")
        await pressed(pane, *"k3y-0123", "enter")
        await told(pane, "Nothing was kept: acme: too deep")
        assert not read_settings(tmp_path / "workspace").plugin
        area.text = "depth: 3"
        await pressed(pane, "ctrl+s")
        await asked(pane, "acme.api_key")
        await pressed(pane, *"k3y-0123", "enter")
        await told(pane, "2 settings of acme kept")
        assert read_settings(tmp_path / "workspace").plugin == {"acme": {"depth": 3}}
        assert pane.table.current is not None
        assert pane.table.current.state.state == "ready"
        assert "k3y-0123" not in repr(pane.desk.notices) + screen(pane) + await shown(pane, "acme")


async def test_what_is_installed_is_read_before_a_person_agrees_and_removed_when_they_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker(tmp_path / "site", monkeypatch)("acme", manifest=MANIFEST.format(id="acme", timeout=1))
    folder = tmp_path / "mine"
    folder.mkdir()
    (tmp_path / "site" / "influtui_acme").rename(folder / "influtui_acme")
    for each in (tmp_path / "site").glob("*.dist-info"):
        each.rename(tmp_path / each.name)
    async with plugins_pane(tmp_path / "workspace") as pane:
        for answer, said in (("n", "Nothing was installed."), ("y", "acme is ready")):
            await pressed(pane, "a")
            await asked(pane, "install")
            await pressed(pane, *str(folder), "enter")
            await asked(pane, "Install acme?")
            await until(lambda: "acme.example" in screen(pane))
            assert "influtui_acme" not in sys.modules
            await pressed(pane, answer)
            await told(pane, said)
        await at(pane, "acme")
        assert "In your plugin folder, trusted" in await shown(pane, "acme")
        await pressed(pane, "X")
        await asked(pane, "are deleted")
        await pressed(pane, "y")
        await told(pane, "acme is removed")
        assert "acme" not in {row.id for row in await pane.table.slice(0, 99)}


async def test_who_is_asked_in_the_place_of_the_announced_hosts_is_shown(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "config.toml").write_text('[plugin.bluesky]\nbase_url = "http://127.0.0.1:8099/"\n')
    async with plugins_pane(folder) as pane:
        detail = " ".join((await shown(pane, "bluesky")).split())
        assert "in their place http://127.0.0.1:8099/, as the setting base_url says" in detail
        assert "in their place" not in await shown(pane, "mastodon")


async def test_half_a_page_of_a_detail_is_half_of_what_is_seen_where_it_stands_in_the_place_of_the_list(
    tmp_path: Path,
) -> None:
    async with plugins_pane(tmp_path / "workspace", (80, 24)) as pane:
        await at(pane, "instagram")
        await pressed(pane, "enter")
        await until(lambda: pane.inside and len(pane.detail.lines) > 40)
        await pressed(pane, "ctrl+d")
        await until(lambda: pane.detail.top >= 8)
        await pressed(pane, "ctrl+u")
        await until(lambda: pane.detail.top == 0)
