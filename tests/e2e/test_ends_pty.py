"""However the app ends, the terminal is given back and what was typed two seconds ago is there in the next session."""

from __future__ import annotations

import signal
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from influtui.cli.main import main as command

Open = Callable[..., Any]
PEOPLE = "handle,platform,full name,followers\nanna,instagram,Anna Mistel,9000\njonas,tiktok,Jonas Quill,100\n"
APP = [sys.executable, "-m", "influtui"]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A workspace with two people, one of whom has written."""
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE, "utf-8")
    assert command(["creators", "import", str(people)]) == 0
    assert command(["inbox", "log-dm", "instagram:anna", "--text", "Is it on?"]) == 0
    return tmp_path / "workspace"


def _gone(app: Any) -> None:
    app.child.ptyproc.fileobj.close()
    app.child.ptyproc.closed = True


@pytest.mark.parametrize(
    ("argv", "end", "keys", "shows"),
    [
        (APP, signal.SIGHUP, ["4", "r"], "Reply to"),
        (APP, signal.SIGTERM, ["N"], "note on"),
        (APP, None, ["4", "r"], "Reply to"),
        # Without a controlling terminal nobody sends a signal when it goes.
        (["setsid", "-w", *APP], None, ["N"], "note on"),
    ],
    ids=["hangup", "terminated", "terminal gone", "terminal gone without a word"],
)
def test_an_end_keeps_what_was_typed_gives_the_terminal_back_and_leaves_nothing_running(
    open_terminal: Open, world: Path, argv: list[str], end: signal.Signals | None, keys: list[str], shows: str
) -> None:
    app = open_terminal(argv=argv)
    app.wait("2 accounts")
    app.settle(0.5)
    app.press(*keys)
    app.wait(shows)
    app.press("text:met her at the fair")
    app.wait("met her at the fair")
    if end is None:
        _gone(app)
        _wait_for_the_end(app)
    else:
        _ends_well(app, end)
    again = open_terminal()
    again.wait("2 accounts")
    again.settle(0.5)
    again.press(*keys)
    again.wait(shows, "met her at the fair")


def _wait_for_the_end(app: Any) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not app.child.isalive():
            return
        time.sleep(0.1)
    app.kill()
    raise AssertionError("it runs on without a terminal")


def _ends_well(app: Any, number: signal.Signals) -> None:
    """End the app by a signal: everything that it changed in the terminal is as before."""
    app.kill(number)
    assert app.ended() == 128 + number
    end = app.raw[-600:]
    told = {"alternate screen": b"\x1b[?1049l", "cursor": b"\x1b[?25h", "mouse": b"\x1b[?1003l", "pastes": b"\x1b[?2004l",
            "title": b"\x1b[23;2t", "keys": b"\x1b[<u", "wrapping": b"\x1b[?7h"}  # fmt: skip
    assert [name for name, sequence in told.items() if sequence not in end] == []


@pytest.mark.parametrize(
    ("size", "more"),
    [
        ((300, 90), {"TERM": "xterm-direct"}),
        ((80, 24), {"TERM": "linux", "COLORTERM": ""}),
        ((20, 5), {"TERM": "screen", "COLORTERM": ""}),
        ((60, 16), {"TERM": "xterm-16color", "COLORTERM": ""}),
        ((40, 10), {"TERM": "tmux-256color", "COLORTERM": "", "NO_COLOR": "1"}),
    ],
)
def test_any_size_and_terminal_shows_the_rows(
    open_terminal: Open, world: Path, size: tuple[int, int], more: dict[str, str]
) -> None:
    is_xterm = more["TERM"].startswith("xterm")
    app = open_terminal(*([] if is_xterm else ["--no-mouse"]), size=size, **more)
    shows = "anna" if size[1] > 5 else "handle"
    app.wait(shows)
    app.press("4", "?", "esc", "2")
    app.wait(shows)
    if is_xterm:
        _ends_well(app, signal.SIGQUIT)
    else:
        assert app.child.isalive()


def test_keys_that_wait_when_the_end_comes_are_dropped_and_end_it_no_other_way(
    open_terminal: Open, world: Path
) -> None:
    """One after the other, widgets go while an app ends: a key that is carried out meanwhile finds them gone."""
    app = open_terminal()
    app.wait("2 accounts")
    app.settle(0.5)
    app.child.send("4?\x1b2?\x1b4?\x1b2?" * 20)
    _ends_well(app, signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_end_before_the_app_is_there_gives_the_terminal_back_too(
    open_terminal: Open, world: Path, number: signal.Signals
) -> None:
    app = open_terminal()
    app.wait("opening")
    app.child.send("\x03") if number == signal.SIGINT else app.kill(number)
    assert app.ended() == 128 + number
    assert app.raw.rfind(b"\x1b[?1049l") > app.raw.rfind(b"\x1b[?1049h")
    assert b"Traceback" not in app.raw
    assert app.modes & termios.ECHO
    assert app.modes & termios.ICANON


def test_what_is_typed_before_the_first_rows_is_done_and_not_shown_on_the_way(open_terminal: Open, world: Path) -> None:
    app = open_terminal()
    app.wait("opening")
    app.child.send(":do help\r")
    app.wait("Keys of Discover")
    assert b":do help\r\n" not in app.raw


def test_a_stop_from_outside_leaves_one_app_on_the_terminal_which_gives_it_back(
    open_terminal: Open, world: Path
) -> None:
    """The terminal would be taken over twice: half of the keys lost, and raw modes given back at the end."""
    app = open_terminal()
    app.wait("2 accounts")
    for _ in range(3):
        app.kill(signal.SIGSTOP)
        app.kill(signal.SIGCONT)
    app.child.send("?")
    app.wait("Keys of Discover")
    assert app.raw.count(b"\x1b[?2026$p") == 1, "the terminal is asked once for each time that it is taken over"
    app.child.send("\x1b")
    app.wait("2 accounts", gone="Keys of Discover")
    app.child.send("q")
    assert app.ended() == 0
    assert app.modes & termios.ECHO
    assert app.modes & termios.ICANON
