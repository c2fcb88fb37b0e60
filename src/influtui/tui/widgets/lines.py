"""Lines that scroll: the detail beside a list, help, and what a command printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from influtui.tui.render.spans import EMPTY, Line, Look, Role, Span
from influtui.tui.themes import Ground, Palette
from influtui.tui.widgets.drawn import Drawn
from influtui.tui.widgets.strips import strip


class Lines(Drawn):
    """Lines made for a width by a function, so that a resize wraps anew. Only lines that differ are drawn again."""

    def __init__(
        self,
        *,
        look: Callable[[], Look],
        palette: Callable[[], Palette],
        border: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(palette=palette, id=id)
        self._look = look
        self._border = border
        self._make: Callable[[int], Sequence[Line]] = lambda width: ()
        self.lines: Sequence[Line] = ()
        self.top = 0
        self._made_for = 0
        self._found: int | None = None
        self._here: int | None = None
        """The line that was found last."""
        self.active = False
        """Whether the keys that move are for this one."""

    def show(self, make: Callable[[int], Sequence[Line]], *, keep_place: bool = False) -> None:
        """Show what `make` returns for the width there is."""
        self._make = make
        old, old_top = self.lines, self.top
        self.lines = make(self.inner_width) if self.size.width else ()
        self._made_for = self.inner_width if self.size.width else 0
        self.top = max(0, min(self.top, len(self.lines) - self.size.height)) if keep_place else 0
        if self.top != old_top:
            self.refresh()
            return
        for y in range(self.size.height):
            if _at(old, y + self.top) != _at(self.lines, y + self.top):
                self.refresh(Region(0, y, self.size.width, 1))
        if (len(old) > self.size.height) != (len(self.lines) > self.size.height):
            self.refresh(Region(0, self.size.height - 1, self.size.width, 1))

    @property
    def inner_width(self) -> int:
        """Cells for text: without the border and a blank either side."""
        return max(8, self.extent.width - (3 if self._border else 2))

    def scroll_by(self, by: int) -> None:
        """Scroll by lines."""
        top = max(0, min(self.top + by, len(self.lines) - self.size.height))
        if top != self.top:
            self.top = top
            self.refresh()

    def find(self, words: str, step: int = 1) -> int | None:
        """Scroll to the next line that has `words` (with -1: to the one before), going round. Which one; None: none has."""
        self._found = None
        wanted = words.casefold()
        having = [at for at, line in enumerate(self.lines) if wanted in _text(line).casefold()]
        if wanted and having:
            here = self._here if self._here is not None else self.top - step
            beyond = [at for at in having if (at - here) * step > 0]
            ahead = beyond or having
            self._found = self._here = ahead[0] if step > 0 else ahead[-1]
            self.top = max(0, min(self._found - self.size.height // 3, len(self.lines) - self.size.height))
        self.refresh()
        return self._found

    def set_active(self, active: bool) -> None:
        """Show whose the moving keys are: by the border alone, which costs a column and not a screen."""
        if active != self.active:
            self.active = active
            if self._border:
                self.refresh(Region(0, 0, 1, self.size.height))

    def render_line(self, y: int) -> Strip:
        """One line: the border, a blank, the text; a hint at the end when there is more."""
        width, height = self.extent
        self._wrap()
        look = self._look()
        border: Line = (
            (Span(look.glyphs.upright, "accent" if self.active else "dim"), Span(" ")) if self._border else (Span(" "),)
        )
        more = len(self.lines) - self.top - height
        if y == height - 1 and more > 0:
            hint = Span(f"{look.glyphs.down} {more + 1} more lines", "dim")
            return strip((*border, hint), width, self._palette())
        ground: Ground = "cursor" if y + self.top == self._found else "pane"
        return strip((*border, *_at(self.lines, y + self.top)), width, self._palette(), ground)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap for the new width."""
        self._wrap()
        self.top = max(0, min(self.top, len(self.lines) - event.size.height))
        self.refresh()

    def _wrap(self) -> None:
        """Make the lines anew where they were made for another width, or before there was one."""
        if self._made_for != self.inner_width and self.extent.width:
            self._made_for = self.inner_width
            self.lines = self._make(self.inner_width)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three lines a tick."""
        event.stop()
        self.scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three lines a tick."""
        event.stop()
        self.scroll_by(-3)


class Bar(Drawn):
    """One line that is drawn again only when it says something else: header, title, prompt, footer."""

    def __init__(self, *, palette: Callable[[], Palette], ground: Ground = "bar", id: str | None = None) -> None:  # noqa: A002
        super().__init__(palette=palette, id=id)
        self._ground: Ground = ground
        self._line: Line = EMPTY
        self._make: Callable[[int], Line] | None = None
        self._made_for = 0

    def show(self, make: Callable[[int], Line]) -> None:
        """Show what `make` returns for the width there is."""
        self._make = make
        if self.size.width and (line := make(self.size.width)) != self._line:
            self._made_for = self.size.width
            self._redraw(line)

    def _redraw(self, line: Line) -> None:
        """Draw the cells that differ and no others."""
        old, self._line = self._line, line
        first, last = _difference(old, line, self.size.width)
        self.refresh(Region(first, 0, max(1, last - first), 1))

    def on_resize(self, event: events.Resize) -> None:
        """Lay the line out for the new width."""
        self._lay_out(event.size.width)
        self.refresh()

    def _lay_out(self, width: int) -> None:
        if width and width != self._made_for and self._make is not None:
            self._made_for = width
            self._line = self._make(width)

    def render_line(self, y: int) -> Strip:
        """The line on its ground."""
        self._lay_out(self.extent.width)
        return strip(self._line if y == 0 else EMPTY, self.extent.width, self._palette(), self._ground)

    @property
    def text(self) -> str:
        """What the bar says, for tests and for people who cannot see colours."""
        return "".join(span.text for span in self._line).rstrip()


def _text(line: Line) -> str:
    return "".join(span.text for span in line)


def _at(lines: Sequence[Line], index: int) -> Line:
    return lines[index] if 0 <= index < len(lines) else EMPTY


def _difference(old: Line, new: Line, width: int) -> tuple[int, int]:
    """The run of cells in which two lines differ. A wide character, and what stands behind it, always differs."""
    before = [(char, span.role) for span in old for char in span.text]
    after = [(char, span.role) for span in new for char in span.text]
    first = 0
    while first < min(len(before), len(after)) and before[first] == after[first] and is_narrow(before[first][0]):
        first += 1
    if not all(is_narrow(char) for char, _ in (*before[first:], *after[first:])):
        return first, width
    blank: tuple[str, Role] = (" ", "text")
    before += [blank] * (width - len(before))
    after += [blank] * (width - len(after))
    last = width
    while last > first + 1 and before[last - 1] == after[last - 1]:
        last -= 1
    return first, last


def is_narrow(char: str) -> bool:
    """Whether a character takes exactly one cell."""
    return char.isascii() or cell_len(char) == 1
