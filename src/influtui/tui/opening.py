"""The terminal from the skeleton until the app has it: what is typed meanwhile is kept for the app, and no end leaves it broken.

Signals that end the app wait until it can be ended: half an app has nobody who gives the terminal back. It imports nothing
of the app, and on the way to the skeleton nothing that takes time.
"""

from __future__ import annotations

# The module `signal` wraps `_signal`, and would be a fifth of the time until the skeleton.
import _signal  # type: ignore[import-not-found]
import os
import sys

TYPE_CHECKING = False  # The module `typing` alone would cost a third of the time until the skeleton.
if TYPE_CHECKING:
    from typing import Any

ENTER = "\x1b[?1049h\x1b[?25l\x1b[H"
LEAVE = "\x1b[?25h\x1b[?1049l"
_WAIT = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT, _signal.SIGTERM, _signal.SIGTSTP)
"""What would leave the skeleton on the terminal: a stop by ctrl+z too."""

_modes: list[Any] | None = None
"""Those of the terminal before anything was changed, until the app takes them over."""


def begin() -> None:
    """Put the skeleton on the screen; from now on what is typed is kept for the app, and signals wait."""
    _signal.pthread_sigmask(_signal.SIG_BLOCK, _WAIT)
    _keep_keys()
    size = os.get_terminal_size(sys.stdout.fileno())
    colour = not os.environ.get("NO_COLOR") and "256" in os.environ.get("TERM", "") + os.environ.get("COLORTERM", "")
    sys.stdout.write(frame(size.columns, size.lines, colour=colour))
    sys.stdout.flush()


def _keep_keys() -> None:
    """What is typed ahead reaches the app as keys.

    It is not echoed onto the skeleton, an enter stays an enter, and a ctrl+s does not stop the terminal.
    """
    global _modes
    import termios

    try:
        _modes = termios.tcgetattr(sys.stdin.fileno())
        iflag, oflag, cflag, lflag, *rest = _modes
        iflag &= ~(termios.ICRNL | termios.IXON)
        lflag &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, [iflag, oflag, cflag, lflag, *rest])
    except termios.error:
        _modes = None  # The terminal has gone already; reading from it will tell the app.


def frame(columns: int, lines: int, *, colour: bool) -> str:
    """The skeleton for a terminal of this size. Without `colour` only reverse video is used."""
    bar, plain = ("\x1b[48;5;235m\x1b[38;5;250m", "\x1b[0m") if colour else ("\x1b[7m", "\x1b[0m")
    top = " influtui  opening…"[:columns].ljust(columns)
    bottom = " "[:columns].ljust(columns)
    return f"{ENTER}{bar}{top}{plain}\x1b[2J\x1b[H{bar}{top}{plain}\x1b[{lines};1H{bar}{bottom}{plain}"


def taken_over() -> list[Any] | None:
    """The app has the screen. Returns the modes that it gives the terminal back with; told once."""
    global _modes
    modes, _modes = _modes, None
    return modes


def let_signals_through() -> None:
    """The app can be ended now: what came meanwhile ends it."""
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, _WAIT)


def end() -> None:
    """The app has ended, or never came to be: then the terminal is given back from here."""
    if (modes := taken_over()) is not None:
        import termios

        sys.stdout.write(LEAVE)
        sys.stdout.flush()
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, modes)
    # Nothing is left to be tidied up, and an interrupt need not be told as an error.
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    let_signals_through()
