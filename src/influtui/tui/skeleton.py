"""The first thing on the screen, written before anything heavy is imported: an empty frame where the app will be.

A plain string to the terminal, in about ten milliseconds. It imports nothing of the app and nothing from elsewhere.
"""

from __future__ import annotations

ENTER = "\x1b[?1049h\x1b[?25l\x1b[H"
LEAVE = "\x1b[?25h\x1b[?1049l"


def frame(columns: int, lines: int, *, colour: bool) -> str:
    """The frame for a terminal of this size. Without `colour` only reverse video is used."""
    bar, plain = ("\x1b[48;5;235m\x1b[38;5;250m", "\x1b[0m") if colour else ("\x1b[7m", "\x1b[0m")
    top = " influtui  opening…"[:columns].ljust(columns)
    bottom = " "[:columns].ljust(columns)
    return f"{ENTER}{bar}{top}{plain}\x1b[2J\x1b[H{bar}{top}{plain}\x1b[{lines};1H{bar}{bottom}{plain}"
