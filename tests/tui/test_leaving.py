"""What still runs when the app is told to go neither changes how it ends nor acts any more."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from unittest.mock import patch

from textual.css.query import NoMatches

from influtui.model.failures import Failure
from influtui.tui.app import InflutuiApp, Options


async def test_what_fails_while_the_app_goes_is_no_crash(tmp_path: Path) -> None:
    app = InflutuiApp(Options(tmp_path / "workspace"))
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.opened.wait(), 60)
        app.exit(return_code=143)
        app.failed(NoMatches("its widget is gone"))
    assert app.return_code == 143


async def test_a_refusal_while_the_app_goes_is_told_nobody(tmp_path: Path) -> None:
    app = InflutuiApp(Options(tmp_path / "workspace"))
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.opened.wait(), 60)
        app.exit(return_code=143)
        with patch.object(app.pane, "read", side_effect=NoMatches("its place is gone")):
            app.failed(Failure("there is no such thing to sort by", hint="It is one of these: " + "name, " * 40))
    assert app.return_code == 143


async def test_a_key_pressed_before_the_end_is_not_carried_out_after_it(tmp_path: Path) -> None:
    app = InflutuiApp(Options(tmp_path / "workspace"))
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.opened.wait(), 60)
        app.exit(return_code=143)
        app.key_pressed("question_mark", "?")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert app.pane.cover is None
    assert app.return_code == 143


async def test_who_is_told_twice_to_go_says_why_by_the_first(tmp_path: Path) -> None:
    app = InflutuiApp(Options(tmp_path / "workspace"))
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.opened.wait(), 60)
        app._told_to_go(signal.SIGTERM)
        app._told_to_go(signal.SIGHUP)
    assert app.return_code == 143


async def test_who_is_told_to_go_opens_no_demo_that_was_chosen_before(tmp_path: Path) -> None:
    app = InflutuiApp(Options(tmp_path / "workspace"))
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.opened.wait(), 60)
        app.opens_demo = True
        app.exit()
        app._told_to_go(signal.SIGTERM)
    assert (app.return_code, app.opens_demo) == (143, False)
