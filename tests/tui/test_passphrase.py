"""The passphrase of encrypted secrets is asked for in the app: unseen, once, for an action as for a line in its thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from influtui.model.failures import NeedsConfiguration
from influtui.secrets import kept, vault
from influtui.secrets.secret import Secret
from influtui.tui.app import InflutuiApp, Options
from influtui.tui.widgets.prompt import Question

WORDS = Secret("correct horse battery")


@pytest.fixture
async def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(vault, "ROUNDS", 2**14)
    path = tmp_path / "workspace"
    path.mkdir()
    await kept.put(path, "youtube.api_key", Secret("canary-7f31"))
    await kept.encrypt(path, "passphrase", WORDS)
    vault._keys.clear()
    return path


@asynccontextmanager
async def app_on(folder: Path) -> AsyncIterator[InflutuiApp]:
    app = InflutuiApp(Options(folder))
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.opened.wait(), 60)
        yield app


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def typed(app: InflutuiApp, text: str, end: str) -> None:
    for key in text:
        await app.keyboard._take("space" if key == " " else key, key)
    await app.keyboard._take(end, None)


async def got(folder: Path) -> str:
    found = await kept.get(folder, "youtube.api_key", what="key")
    assert found is not None
    return found.reveal()


def in_a_thread(folder: Path) -> Coroutine[Any, Any, str]:
    return asyncio.to_thread(lambda: asyncio.run(got(folder)))


@pytest.mark.parametrize("way", [got, in_a_thread])
async def test_it_is_asked_for_unseen_and_once(way: Callable[[Path], Coroutine[Any, Any, str]], folder: Path) -> None:
    async with app_on(folder) as app:
        first = asyncio.create_task(way(folder))
        second = asyncio.create_task(got(folder))
        await until(lambda: app.prompt.asked is not None)
        assert isinstance(app.prompt.asked, Question)
        assert app.prompt.asked.hidden
        await typed(app, WORDS.reveal(), "enter")
        assert await asyncio.wait_for(asyncio.gather(first, second), 60) == ["canary-7f31"] * 2
        assert app.prompt.asked is None
        assert await got(folder) == "canary-7f31", "what was opened stays open for the session"


async def test_who_gives_up_is_told_and_can_try_again(folder: Path) -> None:
    async with app_on(folder) as app:
        for _ in range(2):
            reading = asyncio.create_task(got(folder))
            await until(lambda: app.prompt.asked is not None)
            await typed(app, "", "escape")
            with pytest.raises(NeedsConfiguration, match="no passphrase was given"):
                await asyncio.wait_for(reading, 60)
