"""What of the process belongs to the app and to all plugins together, and who laid hands on it.

A plugin shares its process with the screen, with mail and with other plugins: what it sets there, it sets for them too.
"""

from __future__ import annotations

import locale
import logging
import os
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
ELSEWHERE: Final = {"TZ": "Pacific/Kiritimati", **dict.fromkeys(("LANG", "LC_ALL", "LANGUAGE", "USER", "HOME"), "xx")}
NOT_ITS_OWN: Final = frozenset({"logging", "warnings"})
"""Modules whose output is nobody's print."""

_READ: Final[Mapping[str, Callable[[], object]]] = {
    "logging": lambda: (tuple(logging.getLogger().handlers), logging.getLogger().level),
    "the time limit of sockets": socket.getdefaulttimeout,
    "the environment": lambda: dict(os.environ),
    "the folder that the process works in": os.getcwd,
    "sys.excepthook": lambda: sys.excepthook,
    "what signals do": lambda: [signal.getsignal(each) for each in SIGNALS],
    "the check of certificates": lambda: vars(ssl)["_create_default_https_context"],
    "the depth of recursion": sys.getrecursionlimit,
    "the language of the process": lambda: locale.setlocale(locale.LC_ALL),
}


def state() -> dict[str, object]:
    """How these things stand."""
    return {what: read() for what, read in _READ.items()}


def changed(before: Mapping[str, object]) -> list[str]:
    """Which of them stand otherwise than `before`."""
    now = state()
    return [what for what, was in before.items() if now[what] != was]


@contextmanager
def another_machine() -> Iterator[None]:
    """The variables by which machines differ, their zone among them, have other values."""
    kept = {name: os.environ.get(name) for name in ELSEWHERE}
    os.environ.update(ELSEWHERE)
    _zone_is_read_again()
    try:
        yield
    finally:
        for name, value in kept.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        _zone_is_read_again()


def _zone_is_read_again() -> None:
    if hasattr(time, "tzset"):
        time.tzset()


def place_in(package: str) -> str | None:
    """File and line of the package that is doing what is looked at; None where the kit or a test does it itself."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name.partition(".")[0] == package:
            file = Path(frame.f_code.co_filename)
            return f"{file.parent.name}/{file.name}:{frame.f_lineno}"
        if name.partition(".")[0] in NOT_ITS_OWN or name == "influtui.testing.platforms":
            return None
        frame = frame.f_back
    return None
