"""The app from the other end of its terminal: first bytes, first frame and bytes a key, beside a Textual hello-world.

`python -m tests.bench app [CREATORS] [--world DIR]`. The hello-world runs alternately with the app, so that noise hits both
alike; read the ratios and the bytes, not the milliseconds. A stall is what the loop's thread computed between two turns of
the loop: on a busy machine the clock would count the neighbours' work. A world of a million takes minutes to make: `--world`
keeps it.
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
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import pyte

COLUMNS: Final = 120
LINES: Final = 40
RUNS: Final = 5
QUIET: Final = 0.2
LOADS: Final = 10.0
WITH_LAGS: Final = Path(__file__).with_name("with_lags.py")
SETTLED: Final = 1.2
HELLO: Final = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello world")
Hello().run()
"""
BARE: Final = "import time; print('bare', flush=True); time.sleep(60)"
"""What an interpreter takes to its first byte when it does nothing else: no program in Python can be before it."""
KEYS: Final = {"down": b"\x1b[B", "page": b"\x1b[6~", "prompt /": b"/", "prompt :": b":", "focus": b"\x1b[O\x1b[I"}
GOALS: Final = {"down": 600, "page": 10_000, "prompt /": 300, "prompt :": 300, "focus": 0}
PANES: Final = {(80, 24): 6_000, (120, 36): 10_000}
"""The goal for a change of the pane, by the size of the terminal."""
SIDE_BY_SIDE: Final = 100
"""Columns from which on a detail stands beside the list."""
SLOW: Final = 5_000
"""Bytes a second of a slow link."""
IDLE: Final = 60.0
ANSWERS: Final = {b"\x1b[?2026$p": b"\x1b[?2026;2$y", b"\x1b[c": b"\x1b[?62;22c"}
"""What a terminal says when it is asked for synchronised updates, and what it is."""


class Start(NamedTuple):
    """How a program started: seconds to the first byte and to its text, CPU seconds until then, peak memory."""

    first: float
    text: float
    cpu: float
    megabytes: float


class Session:
    """A program on a pseudo-terminal."""

    def __init__(self, argv: Sequence[str], columns: int = COLUMNS, lines: int = LINES, *, bps: int = 0) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.bps = bps
        self._stream = pyte.ByteStream(self.screen)
        self._began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            # An installed program has its bytecode beside it; compiling at every start is not what a user waits for.
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            os.execvp(argv[0], list(argv))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def pump(self, seconds: float) -> int:
        """Read once. Returns how many bytes came."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return 0
        try:
            data = os.read(self.fd, self.bps // 50 or 65_536)
        except OSError:
            return 0
        self._stream.feed(data)
        for question, answer in ANSWERS.items():
            if question in data:
                os.write(self.fd, answer)
        if self.bps:
            time.sleep(len(data) / self.bps)
        return len(data)

    def start(self, text: str) -> Start:
        """Wait until `text` is on the screen."""
        first = 0.0
        while time.perf_counter() - self._began < 60:
            if self.pump(0.02) and not first:
                first = time.perf_counter() - self._began
            if any(text in line for line in self.screen.display):
                return Start(first, time.perf_counter() - self._began, self._cpu(), self.peak())
        raise SystemExit(f"{text!r} never showed:\n" + "\n".join(self.screen.display))

    def settle(self, quiet: float) -> int:
        """Read until nothing has come for a while. Returns how many bytes came."""
        came = 0
        while size := self.pump(quiet):
            came += size
        return came

    def press(self, key: bytes) -> int:
        """Press a key. Returns the bytes of the answer."""
        os.write(self.fd, key)
        return self.settle(QUIET)

    def end(self) -> None:
        """End the program."""
        os.kill(self.pid, signal.SIGTERM)
        end = time.perf_counter() + 5
        while time.perf_counter() < end and os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            self.pump(0.05)
        os.close(self.fd)

    def settled_after(self, keys: bytes) -> tuple[float, int]:
        """Press keys, all at once. Returns the seconds until the last byte of the answer, and how many came."""
        began = last = time.perf_counter()
        came = 0
        os.write(self.fd, keys)
        while size := self.pump(SETTLED):
            came += size
            last = time.perf_counter()
        return last - began, came

    def _cpu(self) -> float:
        return sum(nanoseconds(path) for path in Path(f"/proc/{self.pid}/task").glob("*/schedstat")) / 1e9

    def computed(self) -> float:
        """Seconds that the loop's thread has computed."""
        return nanoseconds(Path(f"/proc/{self.pid}/task/{self.pid}/schedstat")) / 1e9

    def peak(self) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text("utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def nanoseconds(schedstat: Path) -> int:
    """What a thread has computed so far."""
    with suppress(OSError):
        return int(schedstat.read_text("utf-8").split()[0])
    return 0


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("creators", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--world", type=Path, help="a workspace to make once and find again")
    parser.add_argument("--idle", type=float, default=IDLE, help="seconds to watch the idle app")
    given = parser.parse_args()
    count = given.creators
    with tempfile.TemporaryDirectory() as folder:
        world = str(given.world or Path(folder) / "world")
        if not (Path(world) / "influtui.db").exists():
            made = [sys.executable, "-m", "influtui", "demo", "--no-ui", "--dir", world, "--creators", str(count)]
            subprocess.run(made, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        hello = Path(folder) / "hello.py"
        hello.write_text(HELLO, "utf-8")
        app = [sys.executable, "-m", "influtui", "--workspace", world]
        floor: list[Start] = []
        ours: list[Start] = []
        bare: list[Start] = []
        for _ in range(RUNS + 1):  # the first of each only warms the caches
            floor.append(_start([sys.executable, str(hello)], "hello world"))
            ours.append(_start(app, " accounts"))
            bare.append(_start([sys.executable, "-c", BARE], "bare"))
        _print_starts(count, floor[1:], ours[1:], bare[1:])
        lags = Path(folder) / "lags"
        _print_keys([sys.executable, str(WITH_LAGS), str(lags), *app[3:]], " accounts", given.idle, _median(floor, 3))
        _print_panes(app)
        _print_slow_link(app)
        longest, what = max((float(line.split()[0]), line) for line in lags.read_text("utf-8").splitlines())
        print(f"  longest stall  {longest:6.0f} ms   goal 50 ms   ({what.split(maxsplit=1)[1]})")


def _start(argv: Sequence[str], text: str) -> Start:
    session = Session(argv)
    try:
        return session.start(text)
    finally:
        session.end()


def _print_starts(count: int, floor: Sequence[Start], ours: Sequence[Start], bare: Sequence[Start]) -> None:
    print(f"{count:,} creators, {COLUMNS}x{LINES}, median of {RUNS}")
    first = _median(ours, 0)
    print(
        f"  first bytes    {first * 1000:6.0f} ms   {first / _median(bare, 0):5.2f} x a bare interpreter's   goal 30 ms"
    )
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


def _print_keys(argv: Sequence[str], text: str, idle: float, floor: float) -> None:
    session = Session(argv)
    session.start(text)
    session.settle(SETTLED)
    time.sleep(LOADS)  # The columns of a million are loaded behind the first frame.
    session.settle(SETTLED)
    began, came = time.perf_counter(), 0
    while time.perf_counter() - began < idle:
        came += session.pump(0.5)
    print(f"  idle, {idle:.0f} s     {came:6.0f} B    goal 0 B")
    for name, key in KEYS.items():
        sizes = []
        for _ in range(5):
            sizes.append(session.press(key))
            session.settle(SETTLED)
            if name.startswith("prompt"):
                session.press(b"\x1b")
                session.settle(SETTLED)
        print(f"  {name:<14} {statistics.median(sizes):6.0f} B    goal {GOALS[name]:,} B")
    peak = session.peak()
    print(f"  memory, loaded {peak:6.0f} MiB {peak / floor:5.2f} x hello-world   goal 5.0 x")
    session.end()


def _print_panes(argv: Sequence[str]) -> None:
    for (columns, lines), goal in PANES.items():
        session = Session(argv, columns, lines)
        session.start("accounts")
        session.settle(SETTLED)
        if columns < SIDE_BY_SIDE:
            before = session.computed()
            for _ in range(20):
                session.press(KEYS["down"])
            cost = (session.computed() - before) / 20 * 1000
            print(f"  a step down    {cost:6.1f} ms   goal 5 ms (of the loop's thread; no detail beside the list)")
        sizes = []
        for key in (b"4", b"2", b"5", b"2", b"4"):
            os.write(session.fd, key)
            sizes.append(session.settle(SETTLED))
        print(
            f"  pane, {columns}x{lines:<3}   {statistics.median(sizes):6.0f} B    most {max(sizes):,} B   goal {goal:,} B"
        )
        session.end()


def _print_slow_link(argv: Sequence[str]) -> None:
    session = Session(argv)
    session.start(" accounts")
    session.settle(SETTLED)
    session.bps = SLOW
    for name, keys in (("ten steps", KEYS["down"] * 10), ("ten pages", KEYS["page"] * 10), ("a pane", b"4")):
        seconds, came = session.settled_after(keys)
        print(f"  {name:<14} {seconds:6.1f} s    {came:,} B on a link of {SLOW:,} B/s")
    session.end()
