"""Pictures of the app on the demo world, drawn from a real terminal: `python docs/pictures.py [DIR]`.

Each pane at three sizes, in true colour, in sixteen colours and without colour, as SVG. What a pseudo-terminal received
is interpreted by pyte and drawn cell by cell, so a picture shows what a person would see and not what a widget meant.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple
from unicodedata import combining

import pexpect
import pyte
from pyte.screens import Char
from wcwidth import wcwidth

SIZES: Final = ((80, 24), (120, 36), (200, 50))
MODES: Final = {
    "truecolor": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "sixteen": {"TERM": "xterm", "COLORTERM": ""},
    "monochrome": {"TERM": "xterm-256color", "NO_COLOR": "1"},
}
PANES: Final = {"discover": "2", "inbox": "4", "shipments": "5", "plugins": "7"}
CELL: Final = (8.4, 18)
QUIET: Final = 0.5
PATIENCE: Final = 30.0
INK, GROUND = "#d5dae6", "#15181f"
NAMED: Final = {
    "black": "#1c1c1c", "red": "#e06c75", "green": "#7bc275", "brown": "#d7b06a", "blue": "#3465a4",
    "magenta": "#c678dd", "cyan": "#56b6c2", "white": "#dcdfe4", "brightwhite": "#ffffff",
}  # fmt: skip


class Look(NamedTuple):
    """How a run of cells is drawn."""

    ink: str
    ground: str
    bold: bool
    underlined: bool


class Screen(pyte.Screen):
    """pyte's screen, which drops the rest of a line after a vowel sign that takes no cell (Devanagari, Thai)."""

    def draw(self, data: str) -> None:
        """Draw all but those signs."""
        super().draw("".join(char for char in data if wcwidth(char) != 0 or combining(char)))


class Terminal:
    """A program on a pseudo-terminal of a fixed size, and what its screen shows."""

    def __init__(self, argv: list[str], size: tuple[int, int], environment: dict[str, str]) -> None:
        self.screen = Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self._child = pexpect.spawn(argv[0], argv[1:], dimensions=(size[1], size[0]), env=environment)

    def settle(self, text: str = "") -> None:
        """Read until `text` shows and then nothing more comes. Raises `TimeoutError`."""
        end, last = time.monotonic() + PATIENCE, time.monotonic()
        while time.monotonic() < end:
            try:
                self._stream.feed(self._child.read_nonblocking(65_536, timeout=0.05))
                last = time.monotonic()
            except pexpect.TIMEOUT:
                shown = any(text in line for line in self.screen.display)
                if shown and time.monotonic() - last > QUIET:
                    return
        raise TimeoutError(f"“{text}” never showed")

    def type(self, keys: str) -> None:
        """Type keys and wait until the screen is still."""
        self._child.send(keys)
        time.sleep(QUIET)
        self.settle()

    def close(self) -> None:
        """End the program."""
        self._child.close(force=True)


def svg(screen: pyte.Screen) -> str:
    """A screen as a picture."""
    wide, high = screen.columns * CELL[0], screen.lines * CELL[1]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high}" width="{wide:.0f}">',
        f'<rect width="100%" height="100%" fill="{GROUND}"/>',
        "<style>text{font:14px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}"
        ".b{font-weight:bold}.u{text-decoration:underline}</style>",
    ]
    for number in range(screen.lines):
        lines += _line(screen.buffer[number], number, screen.columns)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _line(cells: dict[int, Char], number: int, columns: int) -> Iterator[str]:
    top = number * CELL[1]
    for look, run in groupby(range(columns), lambda column: _look(cells[column])):
        places = list(run)
        if look.ground != GROUND:
            left, wide = places[0] * CELL[0], len(places) * CELL[0]
            yield f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{CELL[1]}" fill="{look.ground}"/>'
        # Words by their own place: viewers do not agree on what becomes of blanks.
        for blank, words in groupby(places, lambda column: not cells[column].data.strip()):
            if not blank:
                yield _word(cells, list(words), top, look)


def _word(cells: dict[int, Char], places: list[int], top: float, look: Look) -> str:
    kind = " ".join(name for name, on in (("b", look.bold), ("u", look.underlined)) if on)
    text = escape("".join(cells[place].data for place in places))
    marked = f' class="{kind}"' if kind else ""
    wide = f"{len(places) * CELL[0]:.1f}"
    at = f'x="{places[0] * CELL[0]:.1f}" y="{top + 14}"'
    return f'<text {at} fill="{look.ink}"{marked} textLength="{wide}">{text}</text>'


def _look(cell: Char) -> Look:
    ink, ground = _colour(cell.fg, INK), _colour(cell.bg, GROUND)
    if cell.reverse:
        ink, ground = ground, ink
    return Look(ink, ground, cell.bold, cell.underscore)


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return NAMED.get(name) or NAMED.get(name.removeprefix("bright")) or f"#{name}"


def photograph(folder: Path, workspace: Path) -> None:
    """Draw every pane at every size in every mode."""
    own = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLORTERM", "SSH_CONNECTION")}
    for mode, terminal_says in MODES.items():
        for size in SIZES:
            environment = {**own, **terminal_says, "INFLUTUI_WORKSPACE": str(workspace)}
            terminal = Terminal([sys.executable, "-m", "influtui"], size, environment)
            try:
                terminal.settle("quit")
                for pane, key in PANES.items():
                    terminal.type(key)
                    terminal.type("jj")
                    path = folder / f"{pane}-{size[0]}x{size[1]}-{mode}.svg"
                    path.write_text(svg(terminal.screen), "utf-8")
                    sys.stdout.write(f"{path.name}\n")
            finally:
                terminal.close()


def main() -> None:
    """Make the demo world in a temporary folder and draw it."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        workspace = Path(temporary) / "demo"
        subprocess.run([sys.executable, "-m", "influtui", "demo", "--no-ui", "--dir", str(workspace)], check=True)
        photograph(folder, workspace)


if __name__ == "__main__":
    main()
