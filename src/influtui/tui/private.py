"""The one place that touches names Textual does not promise to keep. Each has a test that breaks when it changes.

- `textual.drivers.linux_driver.XTermParser`: what turns bytes into events. Ours sees a whole read at once, which tells
  text pasted into a terminal without bracketed paste from keys that a person pressed.
- `linux_driver.selectors` and the parser's `_timeout_time`: a lone escape is answered after ESCDELAY instead of 100 ms more.
- `App._exit_renderables`, `_fatal_error`, `_handle_exception`, `_exception`, `_close_messages_no_wait`: what Textual prints
  after the screen is closed: by default a traceback with local variables, which may hold a password.
- `Screen._compositor_refresh`, `_refresh_layout`, `_repaint_required` and `App._batch_count`: Textual draws a whole screen
  twice where once shows the same, and draws into a batch what nobody will see.
- `Screen._screen_resized`: two sizes one after the other make Textual lay the screen out for ever.
- `App._display`, `LayoutUpdate`, `ChopsUpdate`: every frame passes there. Ours writes what differs from what is shown.
- `linux_driver.WriterThread` with `_queue` and `_file`: Textual's own makes the app wait for a slow terminal, and dies
  without a word with a terminal that is gone.
- `selectors.SelectSelector.select` in the driver's loop, which takes the end of the terminal for silence.
- `LinuxDriver._key_thread`, `attrs_before`, `_must_signal_resume`, `_sigcont_application`: a signal to go on is taken for
  the end of a suspension, and the terminal would be taken over a second time.
- `App._driver`: the terminal's title is written through it, in order with the frames.
"""

from __future__ import annotations

import asyncio
import os
import select
import selectors
import signal
import sys
import termios
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from queue import SimpleQueue
from types import SimpleNamespace
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final

from rich.color import ColorSystem
from rich.style import Style
from textual import constants, events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread
from textual.geometry import Offset
from textual.screen import Screen

from influtui.tui import crash, opening, pasting, sequences
from influtui.tui.paint.painter import Painter

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.geometry import Size
    from textual.message import Message

ENDED: Final = 20
"""Empty reads in a row that mean the end of the terminal."""
ASK_EVERY: Final = 1_024
"""Bytes after which a terminal is asked whether it has drawn them."""
ON_THE_WAY: Final = 2_048
"""Bytes at most that a terminal has not drawn yet when another frame is written. The rest waits as cells, not as bytes."""
LOST: Final = 3.0
"""Seconds until an answer counts as lost, and one more for each thousand bytes before it."""
IN_ONE_GO: Final = 300
"""Bytes that a terminal draws at once anyway: a synchronised update around them would cost sixteen more."""
SHORTLY: Final = 0.02
"""Seconds in which signals that came together are all heard."""
WAITS_AT_THE_END: Final = 5.0
"""Seconds for a slow terminal to take what is left when the app ends."""
_ONE_PASTE: Final = 0.15
"""Seconds within which a next read still belongs to the same paste."""


class Burst(events.Paste):
    """Printable keys that came in one read: pasted, though the terminal did not say so."""


Burst.handler_name = events.Paste.handler_name


class PasteAwareParser(XTermParser):
    """Textual's parser, with bursts of printable keys as one event."""

    answered: ClassVar[Callable[[], None]] = lambda: None
    """Called in the thread when the terminal has answered our question."""

    _burst_ended = float("-inf")
    _pasted: str | None = None
    """What has come of a bracketed paste. Textual's own parser takes an escape in it for a key, and tears it."""
    _cut = ""
    """The beginning of a bracket at the end of the read before."""
    _lone = False  # Whether the last letter was an escape.
    escape_pending = False
    """Of the one parser there is: whether a lone escape waits for what may follow it."""

    def feed(self, data: str) -> Iterable[Message]:
        """The events in what was read at once."""
        QuickSelector.read_nothing = 0
        if "\x1b[?" in data and sequences.IDENTIFIES.search(data):
            data, answers = sequences.IDENTIFIES.subn("", data)
            for _ in range(answers):
                type(self).answered()
            if not data:
                return
        if not data:  # The end.
            yield from super().feed(data)
            return
        cut, self._cut = self._cut, ""
        if self._pasted is not None:
            data, cut = cut + data, ""
        elif (cut + data).startswith(pasting.BEGINS):
            # Textual's parser has the beginning of the bracket: it gets the rest, and the end at once.
            list(super().feed(pasting.BEGINS.removeprefix(cut) + pasting.ENDS))
            data, cut, self._pasted = (cut + data).removeprefix(pasting.BEGINS), "", ""
        while (bracket := pasting.BEGINS if self._pasted is None else pasting.ENDS) in data:
            before, _, data = data.partition(bracket)
            cut = ""
            if self._pasted is None:
                yield from self._keys(before)
                self._pasted = ""
            else:
                pasted, self._pasted = self._pasted + before, None
                yield events.Paste(pasting.cleaned(pasted))
        self._cut = pasting.begun(bracket, cut + data)
        if self._pasted is None:
            yield from self._keys(data)
        else:
            self._pasted += data.removesuffix(self._cut)

    def _keys(self, data: str) -> Iterable[Message]:
        if not data:
            return
        now = time.monotonic()
        goes_on = now - self._burst_ended < _ONE_PASTE and not any(ord(c) < 32 and c not in "\r\n\t" for c in data)
        if goes_on or pasting.looks_pasted(data):
            self._burst_ended = now
            yield Burst(pasting.cleaned(data))
            return
        for piece in sequences.pieces(data):
            if self._lone and self._timeout_time is not None and piece[:1] and piece[0] not in sequences.CONTINUES:
                # Escape and then a letter are two keys, however fast they came: nothing here is bound to Alt.
                self._timeout_time = 0.0
                yield from super().tick()
            yield from super().feed(piece)
            self._lone = piece.endswith("\x1b")
        PasteAwareParser.escape_pending = self._timeout_time is not None

    def tick(self) -> Iterable[Message]:
        """What is certain after a while without input."""
        yield from super().tick()
        PasteAwareParser.escape_pending = self._timeout_time is not None


class QuickSelector(selectors.SelectSelector):
    """Waits shortly while an escape may be a key of its own: Textual looks only ten times a second.

    A terminal that is gone can always be read and never gives anything: Textual would ask it again at full speed for ever.
    """

    read_nothing = 0
    """Times in a row that there was something to read, and then nothing in it."""
    gone: ClassVar[Callable[[], None]] = lambda: None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for input."""
        if PasteAwareParser.escape_pending and timeout is not None:
            timeout = min(timeout, constants.ESCAPE_DELAY)
        if QuickSelector.read_nothing > ENDED:
            time.sleep(timeout or 0)
            type(self).gone()
        ready = super().select(timeout)
        QuickSelector.read_nothing = QuickSelector.read_nothing + 1 if ready else 0
        return ready


def notice_pasted_text() -> None:
    """Make Textual's terminal driver use the parser above."""
    setattr(linux_driver, "XTermParser", PasteAwareParser)  # noqa: B010 - a name it only imports
    ours = SimpleNamespace(SelectSelector=QuickSelector, EVENT_READ=selectors.EVENT_READ)
    setattr(linux_driver, "selectors", ours)  # noqa: B010


class CrashesQuietly(App[None]):
    """An app that leaves a short report behind instead of a traceback with the values of all variables."""

    def _fatal_error(self) -> None:
        error = sys.exc_info()[1] or self._exception or RuntimeError("unknown")
        say_after_exit(self, crash.told(error))
        self._close_messages_no_wait()

    @property
    def leaving(self) -> bool:
        """Whether the end has begun. From then on widgets go one by one, under whatever still runs."""
        return self._exit

    def crashed(self, error: Exception) -> None:
        """End the app because of an error outside of Textual's own loops."""
        if self.leaving:
            return
        try:
            raise error
        except Exception as raised:
            self._handle_exception(raised)


class Writer(WriterThread):
    """Writes to the terminal beside the loop, which never waits for it, and says when it is done or the terminal is gone."""

    idle: ClassVar[Callable[[], None]] = lambda: None
    """Called in the thread when all has been written."""
    gone: ClassVar[Callable[[], None]] = lambda: None
    """Called in the thread when the terminal takes nothing any more."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file)
        # A signal that suspends the app writes too, wherever it interrupts: neither may wait for itself.
        self._queue = SimpleQueue()  # type: ignore[assignment]
        self._lock = threading.RLock()
        self._waiting = 0
        self._lost = False

    @property
    def busy(self) -> bool:
        """Whether something is still on its way to the terminal."""
        return self._waiting > 0

    def write(self, text: str) -> None:
        """Have text written."""
        if not self._lost:
            with self._lock:
                self._waiting += 1
            self._queue.put(text)

    def run(self) -> None:
        """Write what comes until the end."""
        try:
            self._file.flush()
            while (text := self._queue.get()) is not None:
                data = text.encode("utf-8", "replace")
                while data:
                    data = data[self._write_some(data) :]
                with self._lock:
                    self._waiting -= 1
                    all_written = self._waiting == 0
                if all_written:
                    type(self).idle()
        except (OSError, ValueError):
            self._lost = True
            self._waiting = 0
            type(self).gone()

    def _write_some(self, data: bytes) -> int:
        try:
            return os.write(self._file.fileno(), data)
        except BlockingIOError:  # Somebody else made this terminal non-blocking.
            select.select([], [self._file.fileno()], [], 1.0)
            return 0

    def stop(self) -> None:
        """Write what is left and end; a terminal that takes nothing is not waited for."""
        self._queue.put(None)
        self.join(WAITS_AT_THE_END)


class Terminal(linux_driver.LinuxDriver):
    """The driver of a terminal that is taken over once, however often the process is stopped and goes on."""

    @property
    def _reads(self) -> bool:
        return self._key_thread is not None and self._key_thread.is_alive()

    def start_application_mode(self) -> None:
        """Take the terminal, unless it is taken."""
        if self._reads:
            return
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._reads and (modes := opening.taken_over()) is not None:
            self.attrs_before = modes
        with suppress(termios.error):
            self._modes = termios.tcgetattr(self.fileno)
            self._loop = asyncio.get_running_loop()

    @property
    def _given_away(self) -> bool:
        """Whether a suspension has given the terminal back: what is in the background is stopped when it touches it."""
        return self._must_signal_resume and not self._reads

    def disable_input(self) -> None:
        """Read no more."""
        if not self._given_away:
            super().disable_input()

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        if not self._given_away:
            super().stop_application_mode()

    def _sigcont_application(self, *_: object) -> None:
        # In the loop, behind what else came: a shell that ends a stopped program sends it this after the end.
        _quietly(self._loop, lambda: self._loop.call_later(SHORTLY, self._go_on))

    def _go_on(self) -> None:
        if self._reads:
            self._take_again()
        elif self._given_away and not getattr(self._app, "leaving", False):
            super()._sigcont_application()  # Else the app ends, and the terminal is given back.

    def _take_again(self) -> None:
        """The process was stopped from outside, and a shell had the terminal meanwhile: set it up as the app had it."""
        with suppress(termios.error):
            termios.tcsetattr(self.fileno, termios.TCSANOW, self._modes)
        self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        if isinstance(self._app, PaintsDifferences):
            self._app.redraw()


class PaintsDifferences(App[None]):
    """An app that writes only the cells which differ from what the terminal shows, and nothing while it is busy."""

    _painter: Painter | None = None
    _paints_on: object = None
    """The writer of the screen that the painter knows: after a suspension there is another one."""
    _on_the_way: deque[int]
    """Bytes before each question that the terminal has not answered."""
    _unasked = 0
    _answers = False
    """Whether this terminal has ever answered. One that does not is written to as fast as it takes."""
    _cursor_at: Offset = Offset()
    _cursor_wanted: Offset = Offset()

    def get_driver_class(self) -> type[Driver]:
        """Ours for Textual's own of a terminal."""
        found = super().get_driver_class()
        return Terminal if found is linux_driver.LinuxDriver else found

    def redraw(self) -> None:
        """Write the whole screen anew: something else wrote into the terminal."""
        if self._painter is not None:
            self._painter.forget()
        self.screen.refresh()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        update = renderable if isinstance(renderable, (LayoutUpdate, ChopsUpdate)) else None
        driver = self._driver
        if update is None or driver is None or driver.is_inline or not isinstance(self._writer, Writer):
            super()._display(screen, renderable)
            return
        try:
            if self._running and not self._closed and not self._batch_count:
                self._take(update)
                self._paint()
        except Exception as error:
            self._handle_exception(error)
        finally:
            self.post_display_hook()

    @property
    def _writer(self) -> WriterThread | None:
        return getattr(self._driver, "_writer_thread", None)

    def _take(self, update: LayoutUpdate | ChopsUpdate) -> None:
        if self._painter is None:
            colours = self.console._color_system or ColorSystem.TRUECOLOR
            self._painter = Painter(colours, os.environ.get("TERM", ""))
            self._on_the_way = deque()
            loop = asyncio.get_running_loop()
            Writer.idle = lambda: _quietly(loop, self._paint)
            Writer.gone = QuickSelector.gone = lambda: _quietly(loop, self.terminal_gone)
            PasteAwareParser.answered = lambda: _quietly(loop, self._answered)
        painter = self._painter
        if self._paints_on is not self._writer:
            self._paints_on = self._writer
            self._on_the_way.clear()
            painter.forget()
        size = self.screen.outer_size
        painter.resize(*size)
        self._cursor_wanted = size.clamp_offset(self.cursor_position)
        if isinstance(update, LayoutUpdate):
            for y, strips in enumerate(update.strips, update.region.y):
                painter.take(y, update.region.x, strips)
            return
        for y, x1, x2 in update.spans:
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if strip is not None and x <= x2 and end > x1:
                    painter.take(y, x, [strip], min(end, x2) if end > x2 else None)

    def _paint(self) -> None:
        """Write what differs, unless the terminal is not through with what came before: then once it is."""
        writer, painter = self._writer, self._painter
        if painter is None or not isinstance(writer, Writer) or writer is not self._paints_on or writer.busy:
            return
        if self._answers and sum(self._on_the_way) + self._unasked > ON_THE_WAY:
            return  # The answer brings us back here.
        cursor = self._cursor_wanted
        if not painter.behind and cursor == self._cursor_at:
            return
        text = painter.frame()
        if cursor != self._cursor_at or (text and cursor):
            # Hidden, but an input method shows there what is being composed.
            text += f"\x1b[{cursor.y + 1};{cursor.x + 1}H"
            self._cursor_at = cursor
        if len(text) > IN_ONE_GO and self._sync_available:
            text = f"{SYNC_START}{text}{SYNC_END}"
        if text:
            writer.write(text + self._question(len(text)))

    def _question(self, size: int) -> str:
        """What asks the terminal, once enough has been written, whether it is through with it."""
        self._unasked += size
        if self._unasked < ASK_EVERY:
            return ""
        self._on_the_way.append(self._unasked)
        asyncio.get_running_loop().call_later(LOST + self._unasked / 1000, self._lost, len(self._on_the_way))
        self._unasked = 0
        return "\x1b[c"

    def _answered(self) -> None:
        self._answers = True
        if self._on_the_way:
            self._on_the_way.popleft()
        self._paint()

    def _lost(self, waiting: int) -> None:
        """A question of long ago: where as many wait as then, nobody has answered since."""
        if self._on_the_way and len(self._on_the_way) >= waiting:
            self._on_the_way.clear()
            self._paint()

    def terminal_gone(self) -> None:
        """The terminal takes nothing any more: keep what was typed, and end."""
        self.exit(return_code=128 + signal.SIGHUP)


def _quietly(loop: asyncio.AbstractEventLoop, do: Callable[[], object]) -> None:
    """Have something done in the loop; nothing where it has ended."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(do)


def use_our_own_parts() -> None:
    """Make Textual's terminal driver read with the parser and write through the thread above."""
    notice_pasted_text()
    setattr(linux_driver, "WriterThread", Writer)  # noqa: B010 - a name it only imports


class DrawsOnce(Screen[None]):
    """A screen that is not drawn while updates are batched, nor for a new layout when all of it is drawn next anyway."""

    _all_comes_next = False

    def get_style_at(self, x: int, y: int) -> Style:
        """The style under the mouse: none of what is not styled yet, as an editor that opens just now."""
        try:
            return super().get_style_at(x, y)
        except KeyError:
            return Style.null()

    def _screen_resized(self, size: Size) -> None:
        # Whoever drags a window sends many sizes. A layout for one that has passed has the screen told of it anew, and two
        # such would follow each other for ever.
        if size == self.app.size:
            super()._screen_resized(size)

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
