"""The app from the other end of its terminal: first bytes, first frame and bytes a key, beside a Textual hello-world.

`python -m tests.bench app [CREATORS]`. The hello-world runs alternately with the app, so that noise hits both alike;
read the ratios and the bytes, not the milliseconds.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pyte

COLUMNS: Final = 120
LINES: Final = 40
RUNS: Final = 5
QUIET: Final = 0.2
SETTLED: Final = 1.2
HELLO: Final = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello world")
Hello().run()
"""
KEYS: Final = {"down": b"\x1b[B", "page": b"\x1b[6~", "prompt /": b"/", "prompt :": b":", "focus": b"\x1b[O\x1b[I"}
GOALS: Final = {"down": 600, "page": 10_000, "prompt /": 300, "prompt :": 300, "focus": 0}


class Start(NamedTuple):
    """How a program started: seconds to the first byte and to its text, CPU seconds until then, peak memory."""

    first: float
    text: float
    cpu: float
    megabytes: float


class Session:
    """A program on a pseudo-terminal."""

    def __init__(self, argv: Sequence[str]) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self.screen)
        self._began = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            # An installed program has its bytecode beside it; compiling at every start is not what a user waits for.
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            os.execvp(argv[0], list(argv))
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def pump(self, seconds: float) -> int:
        """Read once. Returns how many bytes came."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return 0
        try:
            data = os.read(self._fd, 65_536)
        except OSError:
            return 0
        self._stream.feed(data)
        return len(data)

    def start(self, text: str) -> Start:
        """Wait until `text` is on the screen."""
        first = 0.0
        while time.perf_counter() - self._began < 60:
            if self.pump(0.02) and not first:
                first = time.perf_counter() - self._began
            if any(text in line for line in self.screen.display):
                return Start(first, time.perf_counter() - self._began, self._cpu(), self._peak())
        raise SystemExit(f"{text!r} never showed:\n" + "\n".join(self.screen.display))

    def settle(self, quiet: float) -> int:
        """Read until nothing has come for a while. Returns how many bytes came."""
        came = 0
        while size := self.pump(quiet):
            came += size
        return came

    def press(self, key: bytes) -> int:
        """Press a key. Returns the bytes of the answer."""
        os.write(self._fd, key)
        return self.settle(QUIET)

    def end(self) -> None:
        """End the program."""
        os.kill(self.pid, signal.SIGTERM)
        end = time.perf_counter() + 5
        while time.perf_counter() < end and os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            self.pump(0.05)
        os.close(self._fd)

    def _cpu(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _peak(self) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text("utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("creators", nargs="?", type=int, default=20_000)
    count = parser.parse_args().creators
    with tempfile.TemporaryDirectory() as folder:
        world = str(Path(folder) / "world")
        made = [sys.executable, "-m", "influtui", "demo", "--no-ui", "--dir", world, "--creators", str(count)]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        hello = Path(folder) / "hello.py"
        hello.write_text(HELLO, "utf-8")
        app = [sys.executable, "-m", "influtui", "--workspace", world]
        floor: list[Start] = []
        ours: list[Start] = []
        for _ in range(RUNS + 1):  # the first of each only warms the caches
            floor.append(_start([sys.executable, str(hello)], "hello world"))
            ours.append(_start(app, " accounts"))
        _print_starts(count, floor[1:], ours[1:])
        _print_keys(app, " accounts")


def _start(argv: Sequence[str], text: str) -> Start:
    session = Session(argv)
    try:
        return session.start(text)
    finally:
        session.end()


def _print_starts(count: int, floor: Sequence[Start], ours: Sequence[Start]) -> None:
    print(f"{count:,} creators, {COLUMNS}x{LINES}, median of {RUNS}")
    print(f"  first bytes    {_median(ours, 0) * 1000:6.0f} ms   goal 30 ms")
    for name, at, unit, scale in (
        ("first rows", 1, "ms", 1000),
        ("CPU to them", 2, "ms", 1000),
        ("memory", 3, "MiB", 1),
    ):
        mine, theirs = _median(ours, at), _median(floor, at)
        goal = 5.0 if name == "memory" else 1.25
        print(f"  {name:<14} {mine * scale:6.0f} {unit:<4} {mine / theirs:5.2f} x hello-world   goal {goal} x")


def _median(starts: Sequence[Start], at: int) -> float:
    return statistics.median(start[at] for start in starts)


def _print_keys(argv: Sequence[str], text: str) -> None:
    session = Session(argv)
    session.start(text)
    session.settle(SETTLED)
    idle = time.perf_counter()
    bytes_idle = 0
    while time.perf_counter() - idle < 3:
        bytes_idle += session.pump(0.1)
    print(f"  idle           {bytes_idle / 3:6.0f} B/s  goal 0")
    for name, key in KEYS.items():
        sizes = []
        for _ in range(5):
            sizes.append(session.press(key))
            session.settle(SETTLED)
            if name.startswith("prompt"):
                session.press(b"\x1b")
                session.settle(SETTLED)
        print(f"  {name:<14} {statistics.median(sizes):6.0f} B    goal {GOALS[name]:,} B")
    session.end()
