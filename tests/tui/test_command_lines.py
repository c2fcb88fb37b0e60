"""The `:` line in the app: tables as wide as its page, and what is asked about is read before it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from influtui.__main__ import run_line
from influtui.cli.main import main
from influtui.tui.app import InflutuiApp, Options
from influtui.tui.widgets.cover import Page


@asynccontextmanager
async def app_at(folder: Path) -> AsyncIterator[InflutuiApp]:
    """The app with a command line, on a workspace of two people."""
    name = f"name=Anna {'of the Long Name ' * 9}"
    for words in (["add", "instagram:anna", "instagram:ben"], ["edit", "instagram:anna", "--set", name]):
        assert await asyncio.to_thread(main, ["--workspace", str(folder), "creators", *words]) == 0
    app = InflutuiApp(Options(folder), run_line=run_line)
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.opened.wait(), 60)
        yield app


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def page_of(app: InflutuiApp, *wanted: str) -> list[str]:
    """The page that covers the pane, once it begins with what is wanted."""

    def lines() -> list[str]:
        cover = app.pane.cover
        shown = cover._lines.lines if isinstance(cover, Page) else ()
        return ["".join(span.text for span in line) for line in shown]

    await until(lambda: all(any(line.startswith(text) for line in lines()) for text in wanted))
    return lines()


async def test_a_table_is_as_wide_as_the_page_and_a_row_is_a_line(tmp_path: Path) -> None:
    async with app_at(tmp_path / "workspace") as app:
        await app.lines.run("creators search")
        lines = await page_of(app, "creator")
    heading, *rows = lines[:3]
    assert [row.partition(" ")[0] for row in rows] == ["instagram:anna", "instagram:ben"]
    assert "…" in rows[0]
    assert heading.endswith("as of")


async def test_what_a_line_asks_about_stands_above_the_question(tmp_path: Path) -> None:
    async with app_at(tmp_path / "workspace") as app:
        running = asyncio.create_task(app.lines.run("creators forget instagram:anna"))
        await page_of(app, "Accounts: instagram:anna, instagram:ben")
        await until(lambda: app.prompt.open)
        await app.keyboard._take("n", "n")
        await running
        await page_of(app, "Accounts: instagram:anna, instagram:ben", "influtui: Nothing was done.")
