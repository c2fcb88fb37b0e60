"""A real terminal for tests: a program on a pseudo-terminal, and the screen it draws."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pexpect
import pyte
import pytest

KEYS = {
    "enter": "\r", "esc": "\x1b", "tab": "\t", "space": " ", "up": "\x1b[A", "down": "\x1b[B", "left": "\x1b[D",
    "right": "\x1b[C", "pagedown": "\x1b[6~", "pageup": "\x1b[5~", "backspace": "\x7f", "ctrl+d": "\x04",
    "ctrl+u": "\x15", "ctrl+s": "\x13", "ctrl+r": "\x12", "ctrl+p": "\x10", "ctrl+l": "\x0c",
}  # fmt: skip
PATIENCE = 60.0
"""Seconds: far more than anything takes, since other work may share the machine."""
WHOLE = 0.05
"""Seconds without a byte after which what came is taken for a whole frame and not a part of one."""


class Terminal:
    """A program on a terminal of a size. What it writes is kept, and shown on a screen."""

    def __init__(self, argv: list[str], *, columns: int, lines: int, environment: dict[str, str]) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.modes = 0
        """The local modes that the program left behind, once it has ended."""
        self.child = pexpect.spawn(argv[0], argv[1:], dimensions=(lines, columns), env=environment, timeout=PATIENCE)
        self.child.delaybeforesend = 0

    def read(self, seconds: float = 0.05) -> bool:
        """Take in what comes within a time. False at the end of the program."""
        try:
            data = self.child.read_nonblocking(65_536, timeout=seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True

    @property
    def text(self) -> str:
        """The screen as lines."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def line(self, number: int) -> str:
        """One line of the screen; negative ones count from the bottom."""
        return self.screen.display[number].rstrip()

    def wait(self, *wanted: str, gone: str | None = None) -> str:
        """Wait until all texts stand on the screen (and another one no longer does), and the rest of their frame."""
        return self.until(
            lambda: all(text in self.text for text in wanted) and (gone is None or gone not in self.text),
            f"{wanted} did not show (or {gone!r} stayed)",
        )

    def until(self, holds: Callable[[], bool], otherwise: str) -> str:
        """Wait until the screen is as it should be, and a frame whole."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            alive, before = self.read(), len(self.raw)
            if holds():
                whole_by = time.monotonic() + 20 * WHOLE
                while alive and self.read(WHOLE) and len(self.raw) != before and time.monotonic() < whole_by:
                    before = len(self.raw)
                return self.text
            if not alive:
                break
        raise AssertionError(f"{otherwise}:\n{self.text}")

    def press(self, *keys: str) -> None:
        """Press keys, as fast as a person would at best. `"text:…"` types letters."""
        for key in keys:
            for character in [key[5:]] if key.startswith("text:") and len(key) < 12 else _letters(key):
                self.child.send(character)
                self.read(0.03)

    def paste(self, text: str) -> None:
        """Paste as a terminal with bracketed paste does."""
        self.child.send(f"\x1b[200~{text}\x1b[201~")

    def settle(self, quiet: float = 0.4) -> bytes:
        """Read until nothing has come for a while. Returns what came."""
        before, last = len(self.raw), time.monotonic()
        while time.monotonic() - last < quiet:
            size = len(self.raw)
            if not self.read():
                break
            if len(self.raw) != size:
                last = time.monotonic()
        return self.raw[before:]

    def ended(self) -> int:
        """Wait for the end of the program. Its exit code, or minus the signal's number."""
        while self.read(0.2):
            if not self.child.isalive():
                break
        with suppress(termios.error):
            self.modes = termios.tcgetattr(self.child.child_fd)[3]
        self.child.close()
        if self.child.exitstatus is not None:
            return int(self.child.exitstatus)
        return -int(self.child.signalstatus or 0)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal."""
        self.child.kill(number)


def _letters(key: str) -> list[str]:
    return list(key[5:]) if key.startswith("text:") else [KEYS.get(key, key)]


Open = Callable[..., Terminal]


@pytest.fixture
def open_terminal(tmp_path: Path) -> Iterator[Open]:
    """Start influtui on a terminal: `open_terminal(*words, size=(80, 24))`."""
    opened: list[Terminal] = []

    def start(
        *words: str,
        size: tuple[int, int] = (120, 36),
        workspace: Path | None = None,
        argv: list[str] | None = None,
        **more: str,
    ) -> Terminal:
        environment = {
            **os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
            "INFLUTUI_WORKSPACE": str(workspace or tmp_path / "workspace"), **more,
        }  # fmt: skip
        for name in ("LINES", "COLUMNS", "SSH_CONNECTION", "NO_COLOR"):
            if name not in more:
                environment.pop(name, None)
        terminal = Terminal(
            [*(argv or [sys.executable, "-m", "influtui"]), *words],
            columns=size[0],
            lines=size[1],
            environment=environment,
        )
        opened.append(terminal)
        return terminal

    yield start
    for terminal in opened:
        terminal.child.close(force=True)
