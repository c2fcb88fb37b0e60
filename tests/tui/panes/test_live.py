"""Asking a platform in Discover: people come as rows while it is asked, esc stops it, and who came is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from plugin_makers import MANIFEST, maker

from influtui.cli.main import influtui as command_line
from influtui.model.creators import parse_ref
from influtui.services.people import creators
from influtui.tui.app import InflutuiApp, Options
from influtui.tui.panes.discover import Discover

PAGES = """
import os
at = int(cursor or 0)
while at and not os.path.exists({gate!r}):
    await asyncio.sleep(0.01)
now = self.ctx.clock()
who = tuple(
    Profile(platform="bluesky", handle=f"{{query}}{{n}}.example", followers=n, as_of=now) for n in range(at, at + 2)
)
left = (Skipped(f"bluesky:shy{{at}}", "asks not to be shown \\x1b[31m"),)
return Page(profiles=who, skipped=left, next=str(at + 2) if at < 4 else None)
"""
NOBODY = """
raise ConfigError("Instagram shows nobody by words\\x1b[2J", field="api_key")
"""
BUDGET = MANIFEST + '\n[[source.budget]]\nid = "calls"\nlimit = 50\nwindow = "1d"\n'


@asynccontextmanager
async def discover_pane(folder: Path, size: tuple[int, int] = (160, 30)) -> AsyncIterator[Discover]:
    """The app in Discover, with the command line's words."""
    app = InflutuiApp(Options(folder), commands=lambda: command_line)
    async with app.run_test(size=size):
        await asyncio.wait_for(app.opened.wait(), 60)
        await asyncio.wait_for(app.standing_known.wait(), 60)
        assert isinstance(app.pane, Discover)
        yield app.pane


async def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


def screen(pane: Discover) -> str:
    """Every line of the screen."""
    shown = pane.desk.screen
    shown._refresh_layout()  # a cover that is being taken away has no styles any more, and may still have its place
    return "\n".join(strip.text for strip in shown._compositor.render_strips())


async def asks(pane: Discover, line: str) -> None:
    """Accept a line, as enter does."""
    pane.desk.lines.accept(line)
    await until(lambda: pane.asking is not None)


async def test_people_come_as_rows_while_a_platform_is_asked_and_stay_when_it_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = tmp_path / "gate"
    maker(tmp_path / "site", monkeypatch)(
        "acme", manifest=BUDGET.format(id="acme", timeout=9), search=PAGES.format(gate=str(gate))
    )
    async with discover_pane(tmp_path / "workspace") as pane:
        await asks(pane, "discover acme vegan --limit 9")
        await until(lambda: pane.table.total == 2)
        await until(lambda: "asked 9" in screen(pane) and "found 2" in screen(pane) and "skipped 1" in screen(pane))
        assert "50 calls left" in screen(pane)
        assert "esc stops" in screen(pane)
        assert pane.asking is not None
        assert pane.asking.running
        await pane.desk.keyboard._take("escape", None)
        await until(lambda: pane.asking is None or not pane.asking.running)
        assert pane.desk.notices[-1][1] == "Stopped. Who has come is kept."
        assert pane.table.total == 2
        found = await creators.show(pane.desk.workspace, parse_ref("bluesky:vegan0.example"))
        assert "acme" in repr(found)
        await pane.desk.keyboard._take("escape", None)
        await until(lambda: pane.live is None)

        gate.touch()
        await asks(pane, "discover acme bread --limit 9")
        await until(lambda: pane.live is not None and pane.live.report is not None and pane.table.total == 6)
        await pane.search("bread3*")
        assert pane.table.total == 1
        said = " ".join(text for _, text, _ in pane.desk.notices)
        assert "Asked for 9, found 6: 6 new, 0 updated." in said
        assert "asks not to be shown" in said
        assert "\x1b" not in said + screen(pane)


async def test_a_source_that_shows_nobody_says_why_and_what_there_is_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker(tmp_path / "site", monkeypatch)("acme", search=NOBODY)
    async with discover_pane(tmp_path / "workspace", (80, 24)) as pane:
        await asks(pane, "discover acme vegan")
        await until(lambda: "acme gave nobody." in screen(pane))
        assert "Instagram shows nobody by words" in screen(pane)
        assert "influtui plugin info acme" in screen(pane).replace("\n", " ")
        assert "other ways to find people" in screen(pane)
        await pane.desk.keyboard._take("W", "W")
        await until(lambda: "pasted handles or profile links" in screen(pane))


async def test_known_people_are_refreshed_with_how_far_it_is_in_the_title(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker(tmp_path / "site", monkeypatch)("acme", search=PAGES.format(gate=str(tmp_path)))
    async with discover_pane(tmp_path / "workspace") as pane:
        await asks(pane, "discover acme vegan --limit 2")
        await until(lambda: pane.asking is not None and not pane.asking.running)
        before = len(pane.desk.notices)
        await pane.desk.keyboard._take("R", "R")
        await until(lambda: any("Asked for" in text for _, text, _ in list(pane.desk.notices)[before:]))
        assert pane.table.total == 2


async def test_a_way_begins_a_line_and_tab_names_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maker(tmp_path / "site", monkeypatch)("acme")
    async with discover_pane(tmp_path / "workspace") as pane:
        prompt = pane.desk.prompt
        await pane.desk.keyboard._take("#", "#")
        assert "Mastodon" in "".join(span.text for span in prompt.line(100, pane.desk.look()))
        await pane.desk.keyboard._take("y", "y")
        await until(lambda: prompt.text == "discover youtube hashtag ")
        await pane.desk.keyboard._take("escape", None)
        await pane.desk.keyboard._take("D", "D")
        await pane.desk.keyboard._take("a", "a")
        await pane.desk.keyboard._take("tab", None)
        assert prompt.text == "discover acme "
