"""The one place that touches names Textual does not promise to keep. Each has a test that breaks when it changes.

- `textual.drivers.linux_driver.XTermParser`: what turns bytes into events. Ours sees a whole read at once, which tells
  text pasted into a terminal without bracketed paste from keys that a person pressed.
- `App._exit_renderables`, `_fatal_error`, `_handle_exception`, `_exception`, `_close_messages_no_wait`: what Textual prints
  after the screen is closed: by default a traceback with local variables, which may hold a password.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers import linux_driver

from influtui.tui import crash

if TYPE_CHECKING:
    from textual.message import Message

LEAST_CHARACTERS: Final = 16
LEAST_DISTINCT: Final = 6
"""A held key repeats one or two characters; text does not."""
_ONE_PASTE: Final = 0.15
"""Seconds within which a next read still belongs to the same paste."""


class Burst(events.Paste):
    """Printable keys that came in one read: pasted, though the terminal did not say so."""


Burst.handler_name = events.Paste.handler_name


def looks_pasted(text: str) -> bool:
    """Whether one read from the terminal is text rather than keys: lines, or many different characters at once."""
    if "\x1b" in text or any(ord(char) < 32 and char not in "\r\n\t" for char in text):
        return False
    body = text.rstrip("\r\n")
    if ("\r" in body or "\n" in body) and len(body) >= LEAST_DISTINCT:
        return True
    return len(body) >= LEAST_CHARACTERS and len(set(body)) >= LEAST_DISTINCT


class PasteAwareParser(XTermParser):
    """Textual's parser, with bursts of printable keys as one event."""

    _burst_ended = float("-inf")
    _inside_bracket = False

    def feed(self, data: str) -> Iterable[Message]:
        """The events in what was read at once."""
        if data and not self._inside_bracket:
            now = time.monotonic()
            goes_on = now - self._burst_ended < _ONE_PASTE and not any(ord(c) < 32 and c not in "\r\n\t" for c in data)
            if goes_on or looks_pasted(data):
                self._burst_ended = now
                yield Burst(data.replace("\r\n", "\n").replace("\r", "\n"))
                return
        if "\x1b[200~" in data or "\x1b[201~" in data:
            self._inside_bracket = data.rfind("\x1b[200~") > data.rfind("\x1b[201~")
        yield from super().feed(data)


def notice_pasted_text() -> None:
    """Make Textual's terminal driver use the parser above."""
    setattr(linux_driver, "XTermParser", PasteAwareParser)  # noqa: B010 - a name it only imports


class CrashesQuietly(App[None]):
    """An app that leaves a short report behind instead of a traceback with the values of all variables."""

    def _fatal_error(self) -> None:
        error = sys.exc_info()[1] or self._exception or RuntimeError("unknown")
        say_after_exit(self, crash.told(error))
        self._close_messages_no_wait()

    def crashed(self, error: Exception) -> None:
        """End the app because of an error outside of Textual's own loops."""
        try:
            raise error
        except Exception as raised:
            self._handle_exception(raised)


def say_after_exit(app: App[Any], lines: list[str]) -> None:
    """Print these lines, and nothing else, after the screen has been given back."""
    from rich.text import Text

    app._exit_renderables[:] = [Text("\n".join(lines))]
