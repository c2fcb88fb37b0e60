"""A pane that a plugin fills. No code of the plugin runs here: it is asked on its own thread, and what it gives is drawn.

Whatever it does wrong, from its import to its last row, ends in a card in this pane (`docs/explanation/plugins.md`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from influtui.model.failures import Failure
from influtui.model.text import plural
from influtui.tui.actions import PANES, PaneEntry
from influtui.tui.panes.base import Pane
from influtui.tui.render.plugin_views import Numbered, asking, card, columns, detail, nothing
from influtui.tui.render.spans import Line, Span, cell
from influtui.tui.widgets.list import Fixed, VirtualList

if TYPE_CHECKING:
    from influtui.services.plugin.announced_panes import PaneInfo
    from influtui.services.workspace import Workspace

DIGITS = "890"
"""What is left of the digits for panes that plugins add; further ones are reached by `:do NAME`."""


async def all_panes(workspace: Workspace) -> tuple[PaneEntry, ...]:
    """Our panes, and those that plugins announce. Imports no plugin."""

    def announced() -> Sequence[PaneInfo]:
        from influtui.services.plugin import announced_panes

        return announced_panes.announced(workspace)

    # Importing it takes a while too.
    found = await asyncio.to_thread(announced)
    free = iter(DIGITS)
    return (
        *PANES,
        *(
            PaneEntry(
                next(free, ""),
                each.id.replace("-", "_"),
                each.name,
                each.note or f"A pane of {each.plugin}.",
                f"{each.id}:{each.plugin}",
            )
            for each in found
        ),
    )


@cache
def kind_for(entry: PaneEntry) -> type[Pane]:
    """The class for a plugin's pane; the same one each time."""
    id_, _, plugin_id = entry.module.partition(":")

    class ThisPane(OfPlugin):
        title = entry.title
        pane = id_
        plugin = plugin_id

    return ThisPane


class OfPlugin(Pane):
    """A row is whatever the plugin says."""

    pane: ClassVar[str]
    plugin: ClassVar[str]
    list_place = "list"
    counts = ("row", "rows")
    table: VirtualList[Numbered]

    def make_list(self) -> VirtualList[Any]:
        """The list; its columns come with the rows."""
        self._headings: Sequence[str] = ()
        self._notice = ""
        self._asking: asyncio.Task[Any] | None = None
        return self.list_of(columns(("",)), key=lambda record: record.number)

    def watches(self) -> set[str]:
        """Nothing of the workspace."""
        return set()

    async def load(self, *, keep_place: bool) -> None:
        """Ask the plugin beside the app, however long it takes. What is shown stays until it has answered."""
        if self._asking is not None:
            self._asking.cancel()
        if not self.table.total:
            await self._say(asking(self.plugin))
        self._asking = self.desk.background(self._ask(self.query_text))

    async def _ask(self, query: str) -> None:
        plugin_panes = await asyncio.to_thread(import_module, "influtui.services.plugin.plugin_panes")
        try:
            view = await plugin_panes.view(self.desk.workspace, self.pane, query)
        except Failure as failure:
            self._notice = ""
            await self._say(card(self.plugin, failure.message, failure.hint))
        else:
            self._headings = view.columns
            left_out = f"{plural(view.left_out, 'row')} left out, not right" if view.left_out else ""
            self._notice = " · ".join(each for each in (view.notice, left_out) if each)
            self.table.empty = nothing(query)
            self.table.use_columns(columns(view.columns))
            await self.table.put(Fixed([Numbered(at, row) for at, row in enumerate(view.rows)]), keep=True)
        self.draw_title()
        self.follow(now=True, again=True)

    async def _say(self, lines: Sequence[Line]) -> None:
        self.table.empty = lines
        await self.table.put(Fixed(()), keep=False)

    def note(self) -> Line:
        """What a person must know of it, in the plugin's words."""
        return (Span(f"  {cell(self._notice)}", "dim"),) if self._notice else ()

    async def detail_of(self, record: Numbered) -> Callable[[int], Sequence[Line]]:
        """The row in full."""
        headings = self._headings
        return lambda width: detail(headings, record.row, width)

    async def do_copy_link(self) -> None:
        """Copy the links."""
        self.copy_all([each.row.url for each in await self.chosen_rows() if each.row.url], "link")

    def why_not_next(self) -> str | None:
        """Nothing here waits for anybody."""
        return f"it is a row of {self.plugin}, not one of yours"

    why_not_note = why_not_terms = why_not_file_post = why_not_copy_handle = why_not_pipe = why_not_next

    def why_not_sort(self) -> str | None:
        """The order is the plugin's."""
        return f"the order is that of {self.plugin}"
