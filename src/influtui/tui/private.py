"""The one place that touches names Textual does not promise to keep. Each has a test that breaks when it changes.

- `textual.drivers.linux_driver.XTermParser`: what turns bytes into events. Ours sees a whole read at once, which tells
  text pasted into a terminal without bracketed paste from keys that a person pressed.
- `linux_driver.selectors` and the parser's `_timeout_time`: a lone escape is answered after ESCDELAY instead of 100 ms more.
- `App._exit_renderables`, `_fatal_error`, `_handle_exception`, `_exception`, `_close_messages_no_wait`: what Textual prints
  after the screen is closed: by default a traceback with local variables, which may hold a password.
- `Screen._compositor_refresh`, `_refresh_layout`, `_repaint_required` and `App._batch_count`: Textual draws a whole screen
  twice where once shows the same, and draws into a batch what nobody will see.
- `App._driver`: the terminal's title is written through it, in order with the frames.
"""

from __future__ import annotations

import os
import re
import selectors
import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers import linux_driver
from textual.screen import Screen

from influtui.tui import crash

if TYPE_CHECKING:
    from textual.geometry import Size
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


_CONTINUES: Final = frozenset("[O]PX^_\\\x1b")
"""What may stand after ESC in a sequence that a terminal sends (ECMA-48: CSI, SS3, OSC, DCS, SOS, PM, APC, ST)."""


def _pieces(data: str) -> list[str]:
    """What was read, cut after each escape that begins no sequence."""
    return re.split(r"(?<=\x1b)(?=[^\[O\]PX^_\\\x1b])", data)


class PasteAwareParser(XTermParser):
    """Textual's parser, with bursts of printable keys as one event."""

    _burst_ended = float("-inf")
    _inside_bracket = False
    escape_pending = False
    """Of the one parser there is: whether a lone escape waits for what may follow it."""

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
        for piece in [data] if self._inside_bracket else _pieces(data):
            if self._timeout_time is not None and piece[:1] and piece[0] not in _CONTINUES:
                # Escape and then a letter are two keys, however fast they came: nothing here is bound to Alt.
                self._timeout_time = 0.0
                yield from super().tick()
            yield from super().feed(piece)
        PasteAwareParser.escape_pending = self._timeout_time is not None

    def tick(self) -> Iterable[Message]:
        """What is certain after a while without input."""
        yield from super().tick()
        PasteAwareParser.escape_pending = self._timeout_time is not None


class QuickSelector(selectors.SelectSelector):
    """Waits shortly while an escape may be a key of its own: Textual looks only ten times a second."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for input."""
        if PasteAwareParser.escape_pending and timeout is not None:
            timeout = min(timeout, constants.ESCAPE_DELAY)
        return super().select(timeout)


class _Selectors:
    """What Textual's driver takes from the module `selectors`."""

    SelectSelector = QuickSelector
    EVENT_READ = selectors.EVENT_READ


def notice_pasted_text() -> None:
    """Make Textual's terminal driver use the parser above."""
    setattr(linux_driver, "XTermParser", PasteAwareParser)  # noqa: B010 - a name it only imports
    setattr(linux_driver, "selectors", _Selectors)  # noqa: B010


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


class DrawsOnce(Screen[None]):
    """A screen that is not drawn while updates are batched, nor for a new layout when all of it is drawn next anyway."""

    _all_comes_next = False

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        self._all_comes_next = self._repaint_required and size is None
        try:
            super()._refresh_layout(size, scroll)
        finally:
            self._all_comes_next = False

    def _compositor_refresh(self) -> None:
        if not self._all_comes_next and not self.app._batch_count:
            super()._compositor_refresh()


def write_title(app: App[Any], text: str | None) -> None:
    """Set the terminal's title (OSC 2), which must be safe text; None gives back the one it had before."""
    driver = app._driver
    if driver is not None and not app.is_headless and os.environ.get("TERM") != "linux":
        driver.write("\x1b[23;2t" if text is None else f"\x1b]2;{text}\x07")


def keep_title(app: App[Any]) -> None:
    """Have the terminal remember the title it has now."""
    driver = app._driver
    if driver is not None and not app.is_headless and os.environ.get("TERM") != "linux":
        driver.write("\x1b[22;2t")


def say_after_exit(app: App[Any], lines: list[str]) -> None:
    """Print these lines, and nothing else, after the screen has been given back."""
    from rich.text import Text

    app._exit_renderables[:] = [Text("\n".join(lines))]
