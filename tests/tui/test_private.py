"""The names Textual does not promise to keep: these tests break when they change."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from rich.style import Style
from textual import events
from textual._compositor import Compositor
from textual.app import App
from textual.drivers import linux_driver
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from influtui.tui import private
from influtui.tui.app import InflutuiApp, Options
from influtui.tui.panes.base import Pane
from influtui.tui.pasting import looks_pasted
from influtui.tui.private import Burst, PasteAwareParser, Writer, notice_pasted_text
from influtui.tui.widgets.cover import Cover, Editor, Page
from influtui.tui.widgets.lines import Bar, Lines
from influtui.tui.widgets.list import VirtualList


def test_textuals_terminal_driver_takes_its_parser_from_where_ours_is_put() -> None:
    notice_pasted_text()
    assert linux_driver.__dict__["XTermParser"] is PasteAwareParser
    assert "XTermParser(" in inspect.getsource(linux_driver.LinuxDriver.run_input_thread)


def test_the_crash_hooks_are_still_textuals() -> None:
    for name in ("_fatal_error", "_handle_exception", "_close_messages_no_wait", "_print_error_renderables"):
        assert callable(getattr(App, name)), name
    assert "_exit_renderables" in vars(App())


@pytest.mark.parametrize("ours", [VirtualList, Lines, Bar, Cover, Page, Editor, Pane, InflutuiApp])
def test_no_attribute_of_ours_hides_one_of_textuals(ours: type) -> None:
    """`self._closing` once told the message loop that it had ended before it began."""
    theirs = App if issubclass(ours, App) else Widget
    known = set(dir(theirs)) | set(vars(theirs()))
    assigned = set(re.findall(r"self\.(\w+)(?::[^=\n]+)? = ", inspect.getsource(ours)))
    meant = {"animation_level", "ansi_color", "display", "can_focus", "top", "theme"}
    assert assigned & known - meant == set()


@pytest.mark.parametrize(
    "text",
    ["anna\rjonas\rmirea\r", "https://www.instagram.com/anna.bakes", "1Z5R89390357567127\n9400111899560334651289\n"],
)
def test_lines_and_long_runs_of_letters_are_pasted(text: str) -> None:
    assert looks_pasted(text)


@pytest.mark.parametrize("text", ["j", "jjjjjjjjjjjjjjjjjjjjjjj", "\x1b[B", "sxz", ":q\r", "gg", "\x1b[200~x\x1b[201~"])
def test_keys_and_held_keys_are_not(text: str) -> None:
    assert not looks_pasted(text)


def test_a_paste_in_two_reads_does_not_end_in_keys() -> None:
    parser = PasteAwareParser()
    first = list(parser.feed("first.handle\rsecond.handle\r"))
    rest = list(parser.feed("q"))
    assert [type(event) for event in (*first, *rest)] == [Burst, Burst]


def test_bracketed_paste_stays_textuals_even_in_pieces() -> None:
    parser = PasteAwareParser()
    found = [*parser.feed("\x1b[200~one\rtwo\rthree"), *parser.feed("\rfour and more letters\x1b[201~")]
    assert [type(event) for event in found] == [events.Paste]
    assert "four and more" in found[0].text  # type: ignore[attr-defined]


COPIED = "one\r\x1b[31mtwo\x1b[0m \x1b]8;;https://example.org\x1b\\three\x1bq\x07\rfour and more"


@pytest.mark.parametrize("cuts", [[], [3], [4], [7], [12, 16], [20, 50, 51], list(range(1, 70))])
def test_an_escape_in_a_paste_neither_tears_it_nor_acts(cuts: list[int]) -> None:
    """Wherever the line cuts it. Keys before and after it are keys."""
    sent = f"j\x1b[200~{COPIED}\x1b[201~k"
    reads = [sent[a:b] for a, b in itertools.pairwise([0, *cuts, len(sent)])]
    parser = PasteAwareParser()
    found = [event for read in reads for event in parser.feed(read)]
    assert [event.text for event in found if isinstance(event, events.Paste)] == ["one\ntwo three\nfour and more"]
    assert [event.key for event in found if isinstance(event, events.Key)] == ["j", "k"]


def test_a_burst_reaches_the_handler_of_pastes() -> None:
    assert Burst.handler_name == "on_paste"
    assert private.Burst("x").text == "x"


@pytest.mark.parametrize(
    ("reads", "keys"),
    [
        (["\x1b4"], ["escape", "4"]),
        (["\x1b", "4"], ["escape", "4"]),
        (["\x1b?"], ["escape", "question_mark"]),
        (["\x1b\r"], ["escape", "enter"]),
        (["\x1b[B"], ["down"]),
        (["\x1b", "[B"], ["down"]),
        (["\x1b[", "B"], ["down"]),
        (["\x1b[1;", "5", "A"], ["ctrl+up"]),
        (["\x1bOA"], ["up"]),
        (["\x1b[Bj\x1b[A"], ["down", "j", "up"]),
    ],
)
def test_an_escape_before_a_letter_is_a_key_of_its_own(reads: list[str], keys: list[str]) -> None:
    parser = PasteAwareParser()
    found = [event for read in reads for event in parser.feed(read)]
    assert [event.key for event in found if isinstance(event, events.Key)] == keys


def test_a_lone_escape_is_waited_for_no_longer_than_escdelay() -> None:
    notice_pasted_text()
    parser = PasteAwareParser()
    assert list(parser.feed("\x1b")) == []
    assert PasteAwareParser.escape_pending
    parser._timeout_time = 0.0
    assert [event.key for event in parser.tick() if isinstance(event, events.Key)] == ["escape"]
    assert not PasteAwareParser.escape_pending
    assert linux_driver.__dict__["selectors"].SelectSelector is private.QuickSelector


def test_textual_imports_without_its_palette_and_the_palette_can_be_imported_afterwards() -> None:
    script = (
        "from influtui.tui.lighter import textual_without_palette\n"
        "with textual_without_palette():\n    import textual.app, textual.theme, textual.screen\n"
        "import textual.command, textual.widgets\n"
        "print(textual.command.CommandPalette.__name__, textual.widgets.TextArea.__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["CommandPalette", "TextArea"]


def test_a_screen_draws_through_what_we_hold_back() -> None:
    for name in ("_compositor_refresh", "_refresh_layout"):
        assert name in vars(Screen)
    assert "_repaint_required" in inspect.getsource(Screen._on_timer_update)
    assert "_batch_count" in inspect.getsource(Screen._refresh_layout)


def test_every_frame_of_textual_passes_where_ours_is_painted() -> None:
    assert "_display" in vars(App)
    assert "app._display(self, update)" in inspect.getsource(Screen._compositor_refresh)
    assert "WriterThread(self._file)" in inspect.getsource(linux_driver.LinuxDriver.start_application_mode)
    assert {"_sync_available", "_batch_count", "_closed", "_running"} <= set(vars(App()) | vars(App))


def test_who_writes_never_waits_for_the_terminal_and_hears_when_all_is_written() -> None:
    out, into = os.pipe()
    written = threading.Event()
    with os.fdopen(into, "w") as file:
        writer = Writer(file)
        with patch.object(Writer, "idle", written.set):
            writer.start()
            for _ in range(40):
                writer.write("x" * 10_000)  # More than a pipe holds, and than Textual's queue takes.
            assert writer.busy
            came = 0
            while came < 400_000:
                came += len(os.read(out, 65_536))
            assert written.wait(5)
            assert not writer.busy
        writer.stop()
    os.close(out)


def test_a_terminal_that_is_gone_is_told_once_and_nobody_waits() -> None:
    out, into = os.pipe()
    os.close(out)
    gone = threading.Event()
    with os.fdopen(into, "w") as file:
        writer = Writer(file)
        with patch.object(Writer, "gone", gone.set):
            writer.start()
            writer.write("x")
            assert gone.wait(5)
        writer.write("y")
        assert not writer.busy
        writer.stop()


async def test_two_sizes_at_once_are_laid_out_once_each_and_not_for_ever(tmp_path: Path) -> None:
    """Textual tells a screen of its new size by the message that made it lay itself out: two would follow each other."""
    app = InflutuiApp(Options(tmp_path / "workspace"))
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.opened.wait(), 60)
        sizes: list[Size | None] = []
        laid_out = Screen._refresh_layout

        def counted(screen: Screen[Any], size: Size | None = None, scroll: bool = False) -> None:
            sizes.append(size)
            if len(sizes) < 50:
                laid_out(screen, size, scroll)
            screen.call_later(lambda: None)  # What stands between two sizes keeps them from becoming one.

        with patch.object(Screen, "_refresh_layout", counted):
            app._size = Size(60, 10)
            for size in (Size(40, 10), Size(60, 10), Size(40, 10), Size(60, 10)):
                app.screen.post_message(events.Resize(size, size))
                app.screen.call_later(lambda: None)
            for _ in range(300):
                await asyncio.sleep(0)
        assert len([size for size in sizes if size is not None]) < 10


async def test_the_mouse_over_what_is_not_styled_yet_finds_no_style(tmp_path: Path) -> None:
    app = InflutuiApp(Options(tmp_path / "workspace"))
    async with app.run_test(size=(80, 24)):
        await asyncio.wait_for(app.opened.wait(), 60)
        with patch.object(Compositor, "get_style_at", side_effect=KeyError("text-area--cursor")):
            assert app.screen.get_style_at(3, 3) == Style.null()


def test_a_signal_to_go_on_takes_the_terminal_only_after_a_suspension_and_not_for_an_app_that_ends() -> None:
    driver = object.__new__(private.Terminal)
    driver._app = InflutuiApp(Options(Path()))
    driver._key_thread, driver._must_signal_resume, driver._auto_restart = None, False, True
    with patch.object(private.Terminal, "start_application_mode") as taken:
        driver._go_on()
        assert not taken.called, "the app has ended meanwhile"
        driver._must_signal_resume = True
        driver._app._exit = True
        driver._go_on()
        assert not taken.called, "a shell's kill ends it in the background"
        driver._app._exit = False
        driver._go_on()
        assert taken.called


def test_an_app_that_ends_while_it_is_suspended_leaves_the_terminal_to_the_shell() -> None:
    driver = object.__new__(private.Terminal)
    driver._key_thread, driver._must_signal_resume = None, True
    with (
        patch.object(linux_driver.LinuxDriver, "stop_application_mode") as given_back,
        patch.object(linux_driver.LinuxDriver, "disable_input") as emptied,
    ):
        driver.disable_input()
        driver.stop_application_mode()
        assert not given_back.called
        assert not emptied.called
        driver._must_signal_resume = False
        driver.disable_input()
        driver.stop_application_mode()
        assert given_back.called
        assert emptied.called
