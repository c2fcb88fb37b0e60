"""What every pane is: a title, a list, and a detail beside it (from 100 columns) or in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from influtui.model.failures import Failure
from influtui.model.text import plural
from influtui.tui import crash
from influtui.tui.actions import Place
from influtui.tui.render import bars
from influtui.tui.render.spans import Line, Span
from influtui.tui.widgets.lines import Bar, Lines
from influtui.tui.widgets.list import VirtualList

if TYPE_CHECKING:
    from influtui.tui.app import InflutuiApp
    from influtui.tui.render.columns import Column
    from influtui.tui.widgets.cover import Cover

SIDE_BY_SIDE: Final = 100
REST: Final = 0.28
"""Seconds that the cursor rests before the detail follows: running down a list costs two rows a step, not a screen."""


FAR_REST: Final = 0.7
"""The same over a network, where a detail is seconds of a slow line."""
AT_ONCE: Final = 0.1


class Box(Container):
    """Holds what covers all of it: there is nothing of its own to draw."""

    BLANK = True


class Pane(Widget):
    """A place of the work. Subclasses fill the list and say what its rows are."""

    title: ClassVar[str]
    list_place: ClassVar[Place]
    counts: ClassVar[tuple[str, str]]
    """What a row is: (`account`, `accounts`)."""
    record_line: ClassVar[str] = ""
    """The command that writes a row; with `--json` it is what a program gets."""
    can_focus = False
    BLANK = True

    def __init__(self, desk: InflutuiApp) -> None:
        super().__init__(id=f"pane-{self.title.lower().replace(' ', '-')}")
        self.desk = desk
        self.query_text = ""
        self.table: VirtualList[Any] = self.make_list()
        self.table.stride = 8 if desk.far_away else 1
        self.detail = Lines(look=desk.look, palette=desk.get_palette, border=True)
        self.detail.add_class("detail")
        self.head = Bar(palette=desk.get_palette, ground="pane")
        # The cursor's position has a widget of its own: a step then sends those cells and not the whole line.
        self.position = Bar(palette=desk.get_palette, ground="pane")
        self.position.add_class("position")
        self.cover: Cover | None = None
        self.inside = False
        """Whether the moving keys are the detail's."""
        self.narrow = False
        self._rest: asyncio.TimerHandle | None = None
        self._filling = asyncio.Lock()
        """One fill at a time: a slow one must not come after a newer one and show what nobody asked for any more."""
        self.wanted_row: int | None = None
        """The key of the row that gets the cursor with the next fill."""
        self._detail_task: asyncio.Task[Any] | None = None
        self._detail_key: object = None

    def compose(self) -> ComposeResult:
        """Title, list, detail, and the place of what covers them for a while."""
        yield Box(self.head, self.position, classes="title")
        body = Box(self.table, self.detail, classes="body")
        yield body
        yield Box(classes="over")

    # For subclasses.

    def make_list(self) -> VirtualList[Any]:
        """The list, with its columns."""
        raise NotImplementedError

    def list_of(self, columns: Sequence[Column[Any]], key: Callable[[Any], int]) -> VirtualList[Any]:
        """A list of this pane; `key` tells its rows apart."""
        return VirtualList(
            columns,
            key=key,
            look=self.desk.look,
            palette=self.desk.get_palette,
            moved=self.moved,
            failed=self.desk.failed,
        )

    async def load(self, *, keep_place: bool) -> None:
        """Fill the list for `query_text`. Called by `fill` alone."""
        raise NotImplementedError

    async def fill(self, *, keep_place: bool, query: str | None = None, to: int | None = None) -> None:
        """Fill the list, for another search where one is given; with `to`, and the cursor on that row.

        What cannot be filled changes nothing: not the search, not the rows, not the cursor.
        """
        async with self._filling:
            before = self.query_text
            self.query_text = before if query is None else query
            self.wanted_row = to
            try:
                await self.load(keep_place=keep_place)
            except BaseException:
                self.query_text = before
                raise
            finally:
                self.wanted_row = None

    async def detail_of(self, record: Any) -> Callable[[int], Sequence[Line]]:
        """What the detail shows of a row, as a function of the width."""
        raise NotImplementedError

    def watches(self) -> set[str]:
        """The nouns whose changes this pane shows."""
        raise NotImplementedError

    def pasted(self, text: str) -> None:
        """Text was pasted while no prompt was open."""
        self.desk.notice("Pasted text does nothing here.", "warn")

    async def refs(self) -> list[str]:
        """The marked rows, or the one under the cursor, as words of the command line."""
        return []

    async def fields(self) -> list[dict[str, str | None]]:
        """What a line can name of each of the marked rows, or of the one under the cursor: `{ref}`, `{id}`, …"""
        return []

    async def as_json(self) -> str | None:
        """The marked rows for a program, one JSON object a line. None: `record_line` writes each."""
        return None

    async def takes_line(self, text: str) -> bool:
        """Whether the pane itself does what a line of the command line says."""
        return False

    def note(self) -> Line:
        """What the title says beside the count."""
        return ()

    def counted(self) -> str:
        """The count, with what it counts."""
        one, many = self.counts
        return f"{self.table.total:,} {one if self.table.total == 1 else many}"

    # Whom an act is about.

    async def chosen_rows(self) -> list[Any]:
        """The marked rows in their order, or the one under the cursor."""
        if self.table.marked:
            rows = await self.table.slice(0, self.table.total)
            return [each for each in rows if self.table.is_marked(each)]
        current = await self.table.current_row()
        return [current] if current is not None else []

    async def one_row(self) -> Any | None:
        """The row that an act on one is about: the marked one, else the one under the cursor."""
        chosen = await self.chosen_rows()
        return chosen[0] if chosen else None

    def why_not_one(self) -> str | None:
        """Why an act on one row cannot be done: nobody is meant, or several are."""
        if not self.table.total:
            return f"there is no {self.counts[0]} here"
        if self.table.marked > 1:
            return f"it is about one {self.counts[0]}, and {self.table.marked:,} are marked: esc takes the marks away"
        return None

    def why_not_about_a_row(self) -> str | None:
        """Why nothing can be done with a row now: where the list is out of sight nobody can know which it would be."""
        return None

    # The frame of a pane.

    @property
    def place(self) -> Place:
        """Where keys are looked up."""
        return self.cover.place if self.cover is not None else self.list_place

    async def opened(self) -> None:
        """The pane is shown: fill the list on the first visit, refresh it on later ones."""
        await self.fill(keep_place=self.table.ready)
        self.draw_title()

    async def closing(self) -> None:
        """The app ends: keep what was typed."""
        if self._rest is not None:
            self._rest.cancel()
        if self.cover is not None:
            await self.cover.closing()

    async def changed(self, nouns: set[str]) -> None:
        """Something changed in the workspace, by whomever."""
        if self.display and self.table.ready and nouns & self.watches():
            marked = self.table.marked
            await self.fill(keep_place=True)
            if (gone := marked - self.table.marked) > 0 and not self.table.all_marked:
                self.desk.notice(f"{plural(gone, 'marked row has', 'marked rows have')} gone from this list.", "warn")
            self.follow(now=True, again=True)
            self.draw_title()

    def draw_title(self) -> None:
        """Say what the list shows."""
        self.set_class(self.table.ready and not self.table.total, "empty")
        facts = bars.TitleFacts(
            query=self.query_text,
            counted=self.counted() if self.table.ready else "",
            marked=self.table.marked,
            note=self.note(),
        )
        self.head.show(lambda width: bars.title(facts, width, self.desk.look()))
        self.draw_position()
        if self.table.ready and self.desk.pane is self:
            self.desk.draw_footer()  # What can be done depends on the rows that are here, and on how many are marked.

    def draw_position(self) -> None:
        """Say where the cursor is."""
        at = f"{self.table.cursor + 1:,} " if self.table.total else ""
        self.position.show(lambda width: (Span(f"{at:>{width}}", "dim"),))

    def on_resize(self, event: events.Resize) -> None:
        """Side by side, or one at a time."""
        self.narrow = event.size.width < SIDE_BY_SIDE
        self.set_class(self.narrow, "narrow")
        self.set_class(self.inside, "inside")

    def moved(self) -> None:
        """The cursor is elsewhere, or the row under it has arrived."""
        self.draw_position()
        self.follow()

    def follow(self, *, now: bool = False, again: bool = False) -> None:
        """Let the detail follow the cursor, once it rests."""
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        if self.narrow and not self.inside:
            return
        if again:
            self._detail_key = None
        if now:
            self._fill_detail()
        else:
            # At the start the rows are painted before anything is looked up for the detail.
            follow = FAR_REST if self.desk.far_away else REST
            rest = follow if self._detail_key is not None else AT_ONCE
            self._rest = asyncio.get_running_loop().call_later(rest, self._fill_detail)

    def catch_up(self) -> None:
        """Somebody is asked about a row: the detail shows that row now, and not once the cursor has rested."""
        if self._rest is not None:
            self.follow(now=True)

    def _drop_detail(self) -> None:
        """What is being looked up for the detail is no longer what it shows."""
        if self._detail_task is not None:
            self._detail_task.cancel()
            self._detail_task = None

    def _fill_detail(self) -> None:
        record = self.table.current
        self._drop_detail()
        if record is None:
            if not self.table.total:
                self.detail.show(lambda width: ())
                self._detail_key = None
            return
        self._detail_task = self.desk.background(self._show_detail(record))

    async def _show_detail(self, record: Any) -> None:
        make = await self._detail_or_why_not(record)
        same = self._detail_key == self.table.key_of(record)
        self._detail_key = self.table.key_of(record)
        self.detail.show(make, keep_place=same)

    async def _detail_or_why_not(self, record: Any) -> Callable[[int], Sequence[Line]]:
        """A detail that cannot be shown costs itself and not the app."""
        try:
            return await self.detail_of(record)
        except Failure as failure:
            message, hint = failure.message, failure.hint
        except Exception as error:
            said = crash.told(error)
            message, hint = "This could not be shown: something went wrong that nobody foresaw.", said[-1].strip()
        return lambda width: bars.failure(message, hint, width)

    # Keys that mean the same in every pane.

    def takes_key(self, key: str, character: str | None) -> bool:
        """Whether what covers the pane took a key."""
        return self.cover is not None and self.cover.takes_key(key, character)

    def _step(self, by: int) -> None:
        if self.cover is not None:
            self.cover.scroll_by(by)
        elif self.inside:
            self.detail.scroll_by(by)
        else:
            self.table.move(by)

    def do_down(self) -> None:
        """One row or line down."""
        self._step(1)

    def do_up(self) -> None:
        """One row or line up."""
        self._step(-1)

    def do_first(self) -> None:
        """To the top."""
        self._step(-self.table.total - 1_000_000)

    def do_last(self) -> None:
        """To the end."""
        self._step(self.table.total + 1_000_000)

    @property
    def _screenful(self) -> int:
        return self.table.height if self.cover is None and not self.inside else max(2, self.size.height - 2)

    def do_half_down(self) -> None:
        """Half a screen down."""
        self._step(self._screenful // 2)

    def do_half_up(self) -> None:
        """Half a screen up."""
        self._step(-(self._screenful // 2))

    def do_page_down(self) -> None:
        """A screen down."""
        self._step(max(1, self._screenful - 1))

    def do_page_up(self) -> None:
        """A screen up."""
        self._step(-max(1, self._screenful - 1))

    def do_into(self) -> None:
        """Into the detail."""
        if self.cover is None and self.table.total:
            self._set_inside(True)

    def do_switch(self) -> None:
        """The moving keys go to the other one."""
        if self.cover is None and self.table.total:
            self._set_inside(not self.inside)

    def do_out(self) -> None:
        """One step out: what covers, the detail, the marks, the search."""
        if self.cover is not None:
            self.uncover()
        elif self.inside:
            self._set_inside(False)
        elif self.table.range_from is not None:
            self.table.range_from = None
            self.table.refresh()
        elif self.table.marked:
            self.table.mark_all(False)
            self.draw_title()
        elif self.query_text:
            self.desk.background(self.search(""))

    def do_quit(self) -> None:
        """Close what is open; at the top, the app."""
        if self.cover is not None or (self.inside and self.narrow):
            self.do_out()
        else:
            self.desk.exit()

    def _set_inside(self, inside: bool) -> None:
        self.inside = inside
        self.set_class(inside, "inside")
        self.detail.set_active(inside)
        if inside:
            self.follow(now=True, again=True)

    def do_mark(self) -> None:
        """Mark the row, and go on."""
        if (record := self.table.current) is not None:
            self.table.toggle([record])
            self.table.move(1)
            self.draw_title()

    async def do_mark_range(self) -> None:
        """Begin a range, or mark what lies between its beginning and here."""
        if self.table.range_from is None:
            self.table.range_from = self.table.cursor
            self.desk.notice("Range: move, then v again marks it. esc leaves it.")
            self.table.refresh()
            return
        first, last = sorted((self.table.range_from, self.table.cursor))
        self.table.range_from = None
        self.table.toggle(await self.table.slice(first, last + 1), on=True)
        self.draw_title()

    def do_mark_all(self) -> None:
        """All, or none."""
        self.table.mark_all(not self.table.marked)
        self.draw_title()

    def copy_all(self, texts: Sequence[str], one: str, many: str | None = None) -> None:
        """Copy one text a line, or say that there is none."""
        if texts:
            self.desk.copy("\n".join(dict.fromkeys(texts)), plural(len(set(texts)), one, many))
        else:
            self.desk.notice(f"No {one} is known.", "warn")

    # The search.

    def do_search(self) -> None:
        """Open the search with what is searched for now."""
        from influtui.tui.widgets.prompt import Question

        before = self.query_text
        self.desk.ask(
            Question(
                "/ ",
                lambda text: self._accept_search(text),
                text=before,
                kind="search",
                changed=self.typed,
                hint=self.search_hint,
            )
        )

    search_hint: ClassVar[str] = ""

    def typed(self, text: str) -> None:
        """The search changed by a letter."""

    def _accept_search(self, text: str) -> None:
        self.desk.background(self.search(text))

    async def search(self, text: str) -> None:
        """Show what a search finds."""
        await self.fill(keep_place=False, query=text)
        self.table.mark_all(False)
        self.follow(now=True, again=True)
        self.draw_title()

    def read(self, heading: str, make: Callable[[int], Sequence[Line]]) -> None:
        """Show a page to read in place of list and detail."""
        from influtui.tui.widgets.cover import Page

        self.put_cover(Page(self.desk, heading, make))

    def write(
        self,
        heading: str,
        *,
        text: str,
        verb: str,
        accept: Callable[[str], Awaitable[bool]],
        keep: Callable[[str], Awaitable[None]] | None = None,
        watch: Callable[[str], Sequence[Line]] | None = None,
        stale: Callable[[], Awaitable[str | None]] | None = None,
    ) -> None:
        """Open an editor in place of list and detail. What it needs is imported with the first use.

        `stale` says what somebody else has changed meanwhile of what is written about.
        """
        from influtui.tui.widgets.cover import Editor

        self.put_cover(
            Editor(self.desk, heading, text=text, verb=verb, accept=accept, keep=keep, watch=watch, stale=stale)
        )

    # What covers the pane for a while: help, output, an editor.

    def put_cover(self, cover: Cover) -> None:
        """Show something in place of list and detail."""
        self.uncover()
        self.cover = cover
        self.query_one(".over", Container).mount(cover)
        self.add_class("covered")
        self.desk.draw_footer()

    def uncover(self) -> None:
        """Show list and detail again."""
        if self.cover is not None:
            self.desk.background(self.cover.leave())
            self.cover = None
            self.remove_class("covered")
            self.desk.draw_footer()
