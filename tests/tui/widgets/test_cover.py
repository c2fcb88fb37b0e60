"""An editor gets every letter that was typed for it, in its order: before it stands, and right before it is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual import events

from influtui.model.failures import ReadOnly
from influtui.tui.app import InflutuiApp, Options

NAMES = {"\n": "enter", "\b": "backspace", "\x13": "ctrl+s", "\x1b": "escape"}


class Writing:
    """An app, and what its editor was left with."""

    def __init__(self, app: InflutuiApp) -> None:
        self.app = app
        self.accepted: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.kept: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def open(self) -> None:
        self.app.pane.write("Text", text="", verb="ends it", accept=self._accept, keep=self._keep)

    def typed(self, text: str) -> None:
        """Press keys, all at once."""
        for letter in text:
            self.app.post_message(events.Key(NAMES.get(letter, letter), letter))

    async def _accept(self, text: str) -> bool:
        self.accepted.set_result(text)
        return True

    async def _keep(self, text: str) -> None:
        self.kept.set_result(text)


@pytest.fixture
async def writing(tmp_path: Path) -> AsyncIterator[Writing]:
    app = InflutuiApp(Options(tmp_path / "workspace"))
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.opened.wait(), 60)
        yield Writing(app)


async def test_what_is_typed_before_the_editor_stands_is_in_the_text(writing: Writing) -> None:
    writing.open()
    writing.typed("anx\bna\nmet\x13")
    assert await asyncio.wait_for(writing.accepted, 60) == "anna\nmet"


async def test_the_last_letters_before_the_text_is_sent_are_in_it(writing: Writing) -> None:
    writing.open()
    while writing.app.focused is None:
        await asyncio.sleep(0.01)
    writing.typed("all of it\x13")
    assert await asyncio.wait_for(writing.accepted, 60) == "all of it"


async def test_the_last_letters_before_the_editor_is_left_are_in_the_draft(writing: Writing) -> None:
    writing.open()
    while writing.app.focused is None:
        await asyncio.sleep(0.01)
    writing.typed("kept\x1b")
    assert await asyncio.wait_for(writing.kept, 60) == "kept"


async def test_what_is_sent_by_a_key_pressed_twice_is_sent_once(writing: Writing) -> None:
    sent: list[str] = []
    go_on = asyncio.Event()

    async def send(text: str) -> bool:
        sent.append(text)
        await go_on.wait()
        return True

    writing.app.pane.write("Text", text="", verb="sends it", accept=send)
    writing.typed("once\x13\x13\x13")
    async with asyncio.timeout(60):
        while not sent or writing.app.keyboard.behind:
            await asyncio.sleep(0.01)
        go_on.set()
        while writing.app.pane.cover is not None:
            await asyncio.sleep(0.01)
    assert sent == ["once"]


async def test_a_paste_before_the_editor_stands_goes_into_it(writing: Writing) -> None:
    writing.open()
    writing.app.pasted("one\ntwo")
    writing.typed("\x13")
    assert await asyncio.wait_for(writing.accepted, 60) == "one\ntwo"


async def test_a_draft_that_cannot_be_kept_costs_the_draft_and_not_the_app(writing: Writing) -> None:
    async def refused(text: str) -> None:
        raise ReadOnly("this session is read-only")

    async def left(text: str) -> bool:
        return False

    writing.app.pane.write("Text", text="", verb="ends it", accept=left, keep=refused)
    writing.typed("lost\x1b")
    while writing.app.pane.cover is not None or not writing.app.notices:
        await asyncio.sleep(0.01)
    assert "could not be kept" in writing.app.notices[-1][1]
    assert writing.app.is_running
    assert not writing.app.leaving


async def test_a_session_that_only_reads_takes_no_paste(tmp_path: Path, writing: Writing) -> None:
    app = InflutuiApp(Options(tmp_path / "workspace", read_only=True))
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.opened.wait(), 60)
        app.pasted("anna\njonas")
        while not app.notices:
            await asyncio.sleep(0.01)
        assert "read-only" in app.notices[-1][1]
        assert app.pane.cover is None
