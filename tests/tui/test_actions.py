"""The registry of actions, walked: each is reached by key, `:`, palette and command line, and says why where it is not."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click
import pytest

from influtui.cli.main import influtui as command_line
from influtui.cli.main import main as command
from influtui.tui import actions
from influtui.tui.actions import ACTIONS, WRITES, Action
from influtui.tui.app import InflutuiApp, Options
from influtui.tui.keymap import Keymap
from influtui.tui.palette import entries

LEAVES: frozenset[str] = frozenset({"quit", "suspend", "demo"})
"""What ends the test instead of being tested."""
OF_A_SHELL: frozenset[str] = frozenset({"edit_rows"})
"""What gives the terminal away; a test in a real terminal does that."""


def test_whatever_writes_has_a_command_that_does_the_same() -> None:
    assert [each.name for each in ACTIONS if each.name in WRITES and not each.line] == []


@pytest.mark.parametrize("line", sorted({each.line for each in ACTIONS if each.line}))
def test_the_line_of_an_action_is_a_command_with_those_options(line: str) -> None:
    found: click.Command = command_line
    context = click.Context(found)
    words = shlex.split(line)
    while isinstance(found, click.Group) and words:
        inner = found.get_command(context, words[0])
        assert inner is not None, f"there is no {words[0]} in {line}"
        found, words = inner, words[1:]
        context = click.Context(found, parent=context)
    options = {name for each in found.params for name in (*each.opts, *each.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("place", ["discover", "inbox", "shipments"])
def test_the_palette_and_the_keys_offer_every_action_under_a_name_of_its_own(place: actions.Place) -> None:
    offered = entries(Keymap().of(place), [])
    assert len({each.label for each in offered}) == len(offered)
    assert {each.action.name for each in offered if each.action} == {each.name for each in Keymap().of(place)}
    assert all(each.keys for each in ACTIONS), "an action without a key is found by nobody"


@asynccontextmanager
async def running(folder: Path, *, read_only: bool = False) -> AsyncIterator[InflutuiApp]:
    """The app on a screen of its own."""
    app = InflutuiApp(Options(folder, read_only=read_only))
    async with app.run_test(size=(120, 36)):
        await asyncio.wait_for(app.opened.wait(), 60)
        await asyncio.wait_for(app.standing_known.wait(), 60)
        yield app


async def carried_out(app: InflutuiApp, pane: str, action: Action) -> str | None:
    """Do an action as `:do` does. Why not, or None where it was done, or asked something."""
    await app.keyboard.do_word(pane)

    reason = app.why_not(action)
    before = len(app.notices)
    await app.keyboard.do_word(action.word)
    await asyncio.sleep(0)
    if reason is not None:
        said = [text for _, text, _ in list(app.notices)[before:]]
        assert f"{action.label}: {reason}" in said, f"{action.name} is greyed and does not say why"
    if app.prompt.open:
        app.prompt.key("escape", None)
        await asyncio.sleep(0)
    app.pane.uncover()
    assert app.is_running, action.name
    return reason


async def walked(app: InflutuiApp) -> dict[str, str]:
    """Every action of every pane; what was refused, and why."""
    refused = {}
    for pane in actions.PANES:
        for action in Keymap().of(pane.name):  # type: ignore[arg-type]
            if action.name not in LEAVES | OF_A_SHELL:
                reason = await carried_out(app, pane.name, action)
                if reason is not None:
                    refused[f"{pane.name} {action.name}"] = reason
    return refused


async def test_where_nobody_is_every_action_is_done_or_says_why_not(tmp_path: Path) -> None:
    async with running(tmp_path / "workspace") as app:
        refused = await walked(app)
    about_rows = {f"discover {name}" for name in ("shortlist", "tag", "note", "terms", "copy_handle", "like")}
    assert about_rows <= set(refused)
    assert all(reason and not reason.endswith(".") for reason in refused.values())


async def test_where_people_are_every_action_is_done_or_says_why_not(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("handle,platform,followers\nanna.bakes,instagram,48200\nzoe,tiktok,100\n", "utf-8")

    def made() -> None:
        assert command(["creators", "import", str(people)]) == 0
        assert command(["brand", "new", "Brandt & Korn"]) == 0
        assert command(["campaign", "new", "Spring oats", "--code", "OATS"]) == 0
        assert command(["inbox", "log-dm", "instagram:anna.bakes", "--text", "Hello"]) == 0
        assert command(["ship", "add", "instagram:anna.bakes", "RR123456785DE"]) == 0

    await asyncio.to_thread(made)
    async with running(tmp_path / "workspace") as app:
        refused = await walked(app)
    assert not {each for each in refused if each.startswith("discover")} - {
        "discover rejected", "discover save_search"
    }, refused  # fmt: skip
    async with running(tmp_path / "workspace", read_only=True) as app:
        for action in ACTIONS:
            if action.name in WRITES and action in Keymap().of("discover"):
                assert await carried_out(app, "discover", action) == "this session is read-only"
