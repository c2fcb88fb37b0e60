"""The one list of the app: a window on rows that live elsewhere.

It holds a cursor, marks and the pages around what is seen; rows come from a `Source` by position, a page at a time, so
that ten rows and ten million cost the same. What has not arrived is drawn as a placeholder; the cursor never waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar, runtime_checkable

from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip

from influtui.tui.render.columns import Column, Layout, headings, place, placeholder, row
from influtui.tui.render.spans import EMPTY, Line, Look, Span, width_of
from influtui.tui.themes import Palette
from influtui.tui.widgets.drawn import Drawn
from influtui.tui.widgets.strips import strip

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

PAGE: Final = 64
KEPT_PAGES: Final = 48
_GUTTER: Final = 2
_BELOW: Final = 8
"""Rows of which one gets the cursor when those above it have gone."""


class Source(Protocol[R_co]):
    """Rows by position."""

    @property
    def total(self) -> int:
        """How many rows there are."""
        ...

    async def rows(self, start: int, stop: int) -> Sequence[R_co]:
        """The rows from `start` up to and without `stop`."""
        ...


@runtime_checkable
class Findable(Protocol):
    """A source that can say where it has a row."""

    async def place(self, key: int, near: int) -> int | None:
        """Where the row with this key is, looked for around a place first; None where it is not, or too far away to tell."""
        ...

    async def held(self, keys: set[int]) -> set[int]:
        """Those of the keys that it has."""
        ...


class Fixed(Generic[R]):
    """A source of rows that are all here."""

    def __init__(self, rows: Sequence[R]) -> None:
        self.all = rows

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self.all)

    async def rows(self, start: int, stop: int) -> Sequence[R]:
        """The rows from `start` up to `stop`."""
        return self.all[start:stop]


class VirtualList(Drawn, Generic[R]):
    """Rows in columns. The owner moves the cursor; the list tells it through `moved`."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        *,
        key: Callable[[R], int],
        look: Callable[[], Look],
        palette: Callable[[], Palette],
        moved: Callable[[], None] = lambda: None,
        failed: Callable[[Exception], None] = lambda error: None,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(palette=palette, id=id)
        self._columns = columns
        self._key = key
        self._look = look
        self._moved = moved
        self._failed = failed
        self._source: Source[R] = Fixed(())
        self._pages: dict[int, Sequence[R]] = {}
        self._stale: set[int] = set()
        self._fetch: asyncio.Task[None] | None = None
        self._layout: Layout = ()
        self._laid_out_for = 0
        self._generation = 0
        self.total = 0
        self.cursor = 0
        self.top = 0
        self.stride = 1
        """Rows to scroll when a step leaves the screen. More than one where a whole screen is dear (a slow line)."""
        self.marks: set[int] = set()
        self.all_marked = False
        """Every row of the source is marked, except those in `marks`."""
        self.range_from: int | None = None
        self.sorted_by: str | None = None
        self.descending = True
        self.empty: Sequence[Line] = ()
        """What to say, and to do next, when there are no rows."""
        self.ready = False
        self.first_rows = asyncio.Event()
        """Set when rows have come for the first time, or there are none."""

    # What is shown.

    def show(self, source: Source[R], *, cursor: int | None = None, keep_rows: bool = False) -> None:
        """Show another source. With `keep_rows` the old rows stand until the new ones come (a refresh, not a new place)."""
        self._source = source
        self._generation += 1
        self.total = source.total
        self.ready = True
        if not self.total:
            self.first_rows.set()
        if keep_rows:
            self._stale = set(self._pages)
        else:
            self._pages.clear()
            self._stale.clear()
        self.range_from = None
        self.to(self.cursor if cursor is None else cursor, always=True)
        self.refresh()

    async def put(self, source: Source[R], *, keep: bool, to: int | None = None) -> None:
        """Show another source as one step: its rows are fetched first, so that what is highlighted, drawn and taken agree.

        With `keep` the cursor stays on its row (or goes to the row whose key is `to`) wherever the new source has it;
        where it is gone, the row that stood below it gets the cursor. Nothing changes when the source fails.
        """
        while True:
            cursor = self.cursor
            place, top = 0, 0
            if keep:
                found = None
                for key in [to] if to is not None else self._next_rows():
                    if (found := await self._place(source, key)) is not None:
                        break
                place = max(0, min(cursor if found is None else found, source.total - 1))
                top = max(0, min(place - (cursor - self.top), source.total - self.height))
            first, last = top // PAGE, min(top + self.height, max(0, source.total - 1)) // PAGE
            pages = {
                page: await source.rows(page * PAGE, min(source.total, (page + 1) * PAGE))
                for page in range(first, last + 1 if source.total else first)
            }
            held = await self._held(source) if self.marks and keep else self.marks
            began = await self._where_range_began(source) if keep else None
            if self.cursor == cursor or not keep:
                break
        self._source = source
        self._generation += 1
        self.total, self.ready = source.total, True
        self._pages, self.marks = pages, held
        self._stale.clear()
        self.first_rows.set()
        self.range_from = began
        self.cursor, self.top = place, top
        self.to(place, always=True)
        self.refresh()

    def _next_rows(self) -> list[int]:
        """The keys of the row under the cursor and of those below it, as far as they have come."""
        rows = (self.at(index) for index in range(self.cursor, min(self.total, self.cursor + _BELOW)))
        return [self._key(row) for row in rows if row is not None]

    async def _place(self, source: Source[R], key: int) -> int | None:
        """Where a source has a row. None: nowhere near."""
        if isinstance(source, Fixed):
            return next((at for at, row in enumerate(source.all) if self._key(row) == key), None)
        if isinstance(source, Findable):
            return await source.place(key, self.cursor)
        return None

    async def _where_range_began(self, source: Source[R]) -> int | None:
        if self.range_from is None or (record := self.at(self.range_from)) is None:
            return self.range_from
        return await self._place(source, self._key(record))

    async def _held(self, source: Source[R]) -> set[int]:
        """The marks whose rows the source still has: nobody acts on what has gone from the list."""
        if isinstance(source, Fixed):
            return self.marks & {self._key(row) for row in source.all}
        if isinstance(source, Findable):
            return await source.held(self.marks)
        return self.marks

    def use_columns(self, columns: Sequence[Column[R]]) -> None:
        """Show other columns of the same rows."""
        self._columns = columns
        self._laid_out_for = 0
        if self.size.width:
            self._lay_out(self.size.width)
        self.refresh()

    @property
    def placed(self) -> Layout:
        """The columns that there is room for."""
        return self._layout

    def reload(self) -> None:
        """Ask for all rows again; the ones shown stay until then."""
        self.show(self._source, keep_rows=True)

    def at(self, index: int) -> R | None:
        """The row at a position, when it has arrived."""
        page = self._pages.get(index // PAGE)
        offset = index % PAGE
        return page[offset] if page is not None and offset < len(page) else None

    @property
    def current(self) -> R | None:
        """The row under the cursor, when it has arrived."""
        return self.at(self.cursor) if self.total else None

    async def current_row(self) -> R | None:
        """The row under the cursor, waited for."""
        if not self.total:
            return None
        if (here := self.current) is None:
            rows = await self._source.rows(self.cursor, self.cursor + 1)
            here = rows[0] if rows else None
        return here

    async def slice(self, start: int, stop: int) -> Sequence[R]:
        """Rows by position, whether they have been seen or not."""
        return await self._source.rows(start, stop)

    # Where the cursor is.

    @property
    def height(self) -> int:
        """How many rows are seen at once."""
        return max(1, self.extent.height - 1)

    def move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.to(self.cursor + by)

    def to(self, index: int, *, always: bool = False) -> None:
        """Put the cursor on a row and scroll as little as needed."""
        index = max(0, min(index, self.total - 1))
        old, old_top = self.cursor, self.top
        self.cursor = index
        if index < self.top:
            self.top = index
            if old - index == 1:
                self.top -= self.stride - 1
        elif index >= self.top + self.height:
            self.top = index - self.height + 1
            if index - old == 1:
                self.top += self.stride - 1
        self.top = max(0, min(self.top, self.total - self.height))
        if self.top != old_top or self.range_from is not None:
            self.refresh()
        elif index != old:
            self._refresh_rows((old, index))
        if index != old or always:
            self._fetch_around()
            self._moved()

    # Marks.

    def is_marked(self, record: R) -> bool:
        """Whether a row is among the marked ones."""
        return (self._key(record) in self.marks) != self.all_marked

    @property
    def marked(self) -> int:
        """How many rows are marked."""
        return self.total - len(self.marks) if self.all_marked else len(self.marks)

    def toggle(self, records: Iterable[R], *, on: bool | None = None) -> None:
        """Mark rows, or take their marks away. Without `on` each is turned over."""
        for record in records:
            wanted = not self.is_marked(record) if on is None else on
            if self.is_marked(record) != wanted:
                self.marks ^= {self._key(record)}
        self.refresh()

    def mark_all(self, on: bool = True) -> None:
        """Mark every row of the source, seen or not; or none."""
        self.marks.clear()
        self.all_marked = on
        self.range_from = None
        self.refresh()

    # Drawing.

    def render_line(self, y: int) -> Strip:
        """One line of the screen: the headings, then rows from `top` on."""
        width = self.extent.width
        self._lay_out(width)
        palette, look = self._palette(), self._look()
        if y == 0:
            title = headings(self._layout, look, sorted_by=self.sorted_by, descending=self.descending)
            return strip((Span(" " * _GUTTER), *title), width, palette)
        index = self.top + y - 1
        if index >= self.total:
            told = self.empty[y - 2] if self.ready and not self.total and 0 <= y - 2 < len(self.empty) else EMPTY
            return strip((Span("  "), *told), width, palette)
        record = self.at(index)
        here = index == self.cursor
        thumb = self._thumb(y - 1)
        if record is None:
            line: Line = placeholder(self._layout, look)
            marked = self.all_marked
        else:
            line = row(record, self._layout, look)
            marked = self.is_marked(record)
        in_range = self.range_from is not None and (
            min(self.range_from, self.cursor) <= index <= max(self.range_from, self.cursor)
        )
        gutter = (
            Span(look.glyphs.cursor if here else " ", "text"),
            Span(look.glyphs.mark if marked or in_range else " ", "accent" if marked or in_range else "text"),
        )
        text = (*gutter, *line)
        if thumb:
            text = (*text, Span(" " * (width - 1 - width_of(text)), text[-1].role), Span(look.glyphs.thumb, "dim"))
        return strip(text, width, palette, "cursor" if here else "pane", role="selected" if here else None)

    def _thumb(self, y: int) -> bool:
        """Whether the position mark at the right edge covers this line."""
        if self.total <= self.height:
            return False
        size = max(1, self.height * self.height // self.total)
        start = self.top * (self.height - size) // max(1, self.total - self.height)
        return start <= y < start + size

    def _refresh_rows(self, indexes: Iterable[int]) -> None:
        regions = [
            Region(0, index - self.top + 1, self.size.width, 1)
            for index in indexes
            if self.top <= index < self.top + self.height
        ]
        if regions:
            self.refresh(*regions)

    def on_resize(self, event: events.Resize) -> None:
        """Choose the columns for the new width."""
        self._lay_out(event.size.width)
        self.to(self.cursor, always=True)
        self.refresh()

    def _lay_out(self, width: int) -> None:
        if width != self._laid_out_for:
            self._laid_out_for = width
            self._layout = place(self._columns, max(8, width - _GUTTER - 1))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as there is room."""
        return container.width

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three rows a tick."""
        event.stop()
        self.move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three rows a tick."""
        event.stop()
        self.move(-3)

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor where it points."""
        if event.y > 0 and self.top + event.y - 1 < self.total:
            self.to(self.top + event.y - 1)

    # Fetching.

    def _wanted_pages(self) -> list[int]:
        """The pages to have, the most urgent first: what is seen, then one screen either side."""
        last = max(0, (self.total - 1) // PAGE)
        seen = range(self.top // PAGE, min(last, (self.top + self.height) // PAGE) + 1)
        near = (max(0, self.top - self.height) // PAGE, min(last, (self.top + 2 * self.height) // PAGE))
        wanted = [*seen, *(page for page in near if page not in seen)]
        return [page for page in wanted if page not in self._pages or page in self._stale]

    def _fetch_around(self) -> None:
        if self.total and self._wanted_pages() and (self._fetch is None or self._fetch.done()):
            self._fetch = asyncio.get_running_loop().create_task(self._fetch_pages())

    async def _fetch_pages(self) -> None:
        """Fetch until what is around the cursor is here. One page at a time: after each the cursor may be elsewhere."""
        try:
            while wanted := self._wanted_pages():
                page, generation = wanted[0], self._generation
                rows = await self._source.rows(page * PAGE, min(self.total, (page + 1) * PAGE))
                if generation != self._generation:
                    continue
                self._pages[page] = rows
                self._stale.discard(page)
                self.first_rows.set()
                if not rows and page * PAGE < self.total:
                    self.total = page * PAGE
                self._forget_far_pages()
                first = max(page * PAGE, self.top)
                self._refresh_rows(range(first, min((page + 1) * PAGE, self.top + self.height)))
                if page == self.cursor // PAGE:
                    self._moved()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._failed(error)

    def _forget_far_pages(self) -> None:
        if len(self._pages) > KEPT_PAGES:
            here = self.top // PAGE
            for page in sorted(self._pages, key=lambda page: -abs(page - here))[: len(self._pages) - KEPT_PAGES]:
                del self._pages[page]

    def on_unmount(self) -> None:
        """No fetch outlives the list."""
        if self._fetch is not None:
            self._fetch.cancel()

    def key_of(self, record: R) -> int:
        """What identifies a row."""
        return self._key(record)


AnyList = VirtualList[Any]
