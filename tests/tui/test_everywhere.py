"""What is the same in every pane."""

from __future__ import annotations

import asyncio
from pathlib import Path

from influtui.services.people import adding
from influtui.tui.app import InflutuiApp, Options


async def until(app: InflutuiApp, words: str) -> None:
    """Wait for words in the prompt or the latest notice."""
    async with asyncio.timeout(60):
        while words not in str(app.prompt.line(200, app.look())) + "".join(text for _, text, _ in app.notices):
            await asyncio.sleep(0.01)


async def test_what_is_older_than_an_act_that_stays_is_taken_back_only_when_asked_for(tmp_path: Path) -> None:
    app = InflutuiApp(Options(tmp_path / "workspace"))
    async with app.run_test(size=(120, 30)):
        await asyncio.wait_for(app.standing_known.wait(), 60)
        workspace = app.workspace
        for name in ("instagram:anna.bakes", "tiktok:jonas_cooks"):
            await adding.add(workspace, adding.read_words([name], None))
        async with workspace.change("outbox.send", "sent a letter") as unit:
            await unit.update("creators", 1, {"name": "Written To"})
            unit.undoable = False
        app.key_pressed("u", "u")
        await until(app, "Cannot be taken back: sent a letter.")
        app.key_pressed("n", "n")
        app.key_pressed("u", "u")
        await until(app, "Cannot be taken back: sent a letter.")
        assert (await workspace.db.all("SELECT count(*) AS n FROM creators"))[0]["n"] == 2
        app.key_pressed("y", "y")
        await until(app, "Taken back:")
