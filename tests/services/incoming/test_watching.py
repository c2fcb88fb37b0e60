from __future__ import annotations

import asyncio

import pytest
from posts import Post

from influtui.mail.mailbox import Interrupted
from influtui.model.failures import Failure, NeedsConfiguration
from influtui.secrets.passwords import variable
from influtui.services.incoming import watching
from influtui.services.incoming.syncing import SyncReport

PATIENCE = 20.0


class Watcher:
    """A mailbox that is watched beside the test."""

    def __init__(self, post: Post) -> None:
        self.told: list[SyncReport | Failure] = []
        self._news = asyncio.Event()
        self.task = asyncio.create_task(watching.watch(post.workspace, post.account, self._tell))

    def _tell(self, report: SyncReport | Failure) -> None:
        self.told.append(report)
        self._news.set()

    async def until(self, condition: object) -> None:
        """Until what was told meets a condition."""
        assert callable(condition)
        async with asyncio.timeout(PATIENCE):
            while not condition(self.told):
                await self._news.wait()
                self._news.clear()

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


def kept(told: list[SyncReport | Failure]) -> int:
    return sum(each.kept for each in told if isinstance(each, SyncReport))


async def test_what_comes_is_taken_in_while_a_mailbox_is_watched(post: Post) -> None:
    watcher = Watcher(post)
    try:
        await watcher.until(lambda told: len(told) == 1)
        post.answer("Yes!", to="anna@mail.test")
        await watcher.until(lambda told: kept(told) == 1)
    finally:
        await watcher.stop()


async def test_a_watch_outlives_its_connection(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "BACK_OFF_S", (0.01,))
    watcher = Watcher(post)
    try:
        await watcher.until(lambda told: len(told) == 1)
        post.server.end_sessions()
        await watcher.until(lambda told: any(isinstance(each, Interrupted) for each in told))
        post.answer("Still there?", to="anna@mail.test")
        await watcher.until(lambda told: kept(told) == 1)
    finally:
        await watcher.stop()


async def test_a_wrong_password_is_not_tried_again_and_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable(post.account.address), "wrong")
    with pytest.raises(NeedsConfiguration):
        await watching.watch(post.workspace, post.account, lambda _: None)
