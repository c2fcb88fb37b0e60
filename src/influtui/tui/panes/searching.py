"""Searching in Discover: while typing, with completion and history, by facets, and by searches with a name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import msgspec

from influtui.model.failures import Failure
from influtui.model.qualifiers import CREATORS
from influtui.tui.actions import Place
from influtui.tui.panes.triage import Triage
from influtui.tui.widgets.prompt import Question, Ways

if TYPE_CHECKING:
    from influtui.services.finding.search import Listing

FAR_SETTLE: Final = 0.5
SETTLE: Final = 0.12
"""Seconds after a letter until the search runs: a word being typed is one search, not six."""


class View(msgspec.Struct, frozen=True):
    """How somebody left the pane, and finds it again."""

    columns: tuple[str, ...] = ()
    sort: str | None = None


class Searching(Triage):
    """A list that shows what a search finds."""

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self.view = View()
        self._searching: asyncio.Task[Any] | None = None
        self._counted: dict[str, dict[str, int]] | None = None
        """The facets, while their panel is open."""
        self._facet = 0

    # The line.

    def do_search(self) -> None:
        """Open the search with what is searched for now."""
        before, here = self.query_text, self.table.current
        row = self.table.key_of(here) if here is not None else None
        self.desk.ask(
            Question(
                "/ ",
                self._accept_search,
                text=before,
                kind="search",
                changed=self.typed,
                cancelled=lambda: self.desk.background(self._give_up(before, row)),
                hint=self.search_hint,
                complete=_ways,
                keys={"ctrl+s": lambda text: self.desk.background(self._save(text))},
            )
        )

    def typed(self, text: str) -> None:
        """Search while typing, when the typing rests; a stale search is dropped."""
        if self._searching is not None:
            self._searching.cancel()
        self._searching = self.desk.background(self._search_soon(text))

    async def _give_up(self, before: str, row: int | None) -> None:
        """Back to what was shown before anything was typed, and to the same row; the marks have stayed."""
        if self._searching is None:
            return
        self._searching.cancel()
        self._searching = None
        await self.fill(keep_place=True, query=before, to=row)
        self.draw_title()
        self.follow(now=True, again=True)

    async def _search_soon(self, text: str) -> None:
        await asyncio.sleep(FAR_SETTLE if self.desk.far_away else SETTLE)
        try:
            await self._show_search(_with_prefix(text))
        except Failure:
            return  # Half a word is no mistake; the whole line is judged when it is accepted.

    async def search(self, text: str) -> None:
        """Show what a search finds; a wrong one says where it is wrong and changes nothing."""
        if self._searching is not None:
            self._searching.cancel()
            self._searching = None
        elif text == self.query_text:
            return
        await self._show_search(text)
        self.table.mark_all(False)
        self.draw_title()
        self.follow(now=True, again=True)

    async def _show_search(self, text: str) -> None:
        try:
            await self.fill(keep_place=False, query=text)
        finally:
            self.draw_title()

    async def remember(self, **change: Any) -> None:
        """Keep how the list is looked at."""
        from influtui.services import viewing

        self.view = msgspec.structs.replace(self.view, **change)
        await viewing.remember(self.desk.workspace, "discover", self.view)

    # Searches with a name.

    async def do_recall(self) -> None:
        """Recall a saved search by its name. A name of one letter needs no enter."""
        from influtui.services.finding import saved_searches

        known = await saved_searches.saved(self.desk.workspace)
        if not known:
            self.desk.notice("No search is saved. ctrl+s in the search line saves it under a name.", "warn")
            return
        names = [each.name for each in known]
        at_once = {name: name for name in names if len(name) == 1 and sum(other[0] == name for other in names) == 1}
        rest = "  ".join(name for name in names if name not in at_once)
        name = await self.desk.answer("'", kind="saved", hint=f" {rest}", choices=names, instant=at_once)
        if not name:
            return
        found = await saved_searches.recall(self.desk.workspace, name)
        if found.sort:
            self.view = msgspec.structs.replace(self.view, sort=found.sort)
        await self._show_search(found.query)
        self.follow(now=True, again=True)
        self.desk.notice(f"'{found.name}, saved by {found.saved_by}.")

    async def do_save_search(self) -> None:
        """Give the search that is shown a name."""
        await self._save(self.query_text)

    def why_not_save_search(self) -> str | None:
        """There must be something to save."""
        return None if self.query_text else "nothing is searched for"

    async def _save(self, text: str) -> None:
        from influtui.services.finding import saved_searches

        await self.search(text)
        name = await self.desk.answer("save this search as", hint="a word; ' and the word recall it")
        if name:
            saved = await saved_searches.save(self.desk.workspace, name.lstrip("'"), text, sort=self.view.sort)
            self.desk.notice(f"Saved. '{saved.name} recalls it, for everybody here. u takes it back.", "good")

    # Facets.

    @property
    def place(self) -> Place:
        """The facets' keys are theirs while the moving keys are."""
        return "facets" if self._counted is not None and self.inside and self.cover is None else super().place

    def why_not_about_a_row(self) -> str | None:
        """On a narrow screen the panel of facets has the list's place."""
        return "the list is out of sight: F closes the facets" if self.place == "facets" and self.narrow else None

    async def do_facets(self) -> None:
        """Open the panel of facets in the detail's place, or close it."""
        if self._counted is not None:
            self._counted = None
            self._set_inside(False)
            self.follow(now=True, again=True)
        elif self.listing is not None:
            self._counted = await self._count()
            self._facet = 0
            self._set_inside(True)
        self.desk.draw_footer()

    async def _count(self) -> dict[str, dict[str, int]]:
        """The facets of what was found. Of one that the search asks for: what there would be in place of its values."""
        from influtui.model.query_facets import FACETS, asked, without

        counted = await self.listing.facets() if self.listing is not None else {}
        for facet in FACETS:
            if asked(self.query_text, facet):
                others = await self.found(without(self.query_text, facet))
                counted[facet] = (await others.facets())[facet]
        return counted

    async def found(self, query: str) -> Listing:
        """What a search finds."""
        raise NotImplementedError

    async def do_facet(self) -> None:
        """Add the value under the cursor to the search, or take it out."""
        from influtui.model.query_facets import toggled
        from influtui.tui.render.facets import values

        chosen = values(self._counted or {}, self.query_text)
        if not chosen:
            return
        here = chosen[min(self._facet, len(chosen) - 1)]
        await self.search(toggled(self.query_text, here.facet, here.value))
        after = values(self._counted or {}, self.query_text)
        places = [each[:2] for each in after]
        self._facet = places.index(here[:2]) if here[:2] in places else 0
        self._draw_facets()

    async def load(self, *, keep_place: bool) -> None:
        """Ask for the search; an open panel counts again."""
        await self.load_rows(keep_place=keep_place)
        if self._counted is not None and self.listing is not None:
            self._counted = await self._count()
            self._draw_facets()

    async def load_rows(self, *, keep_place: bool) -> None:
        """Ask the store for the rows."""
        raise NotImplementedError

    def _fill_detail(self) -> None:
        if self._counted is not None:
            self._draw_facets()
        else:
            super()._fill_detail()

    def _draw_facets(self) -> None:
        from influtui.tui.render.facets import panel, values

        chosen, look = values(self._counted or {}, self.query_text), self.desk.look()
        self._facet = max(0, min(self._facet, len(chosen) - 1))
        self._drop_detail()
        self._detail_key = None
        self.detail.show(lambda width: panel(chosen, self._facet, self.table.total, width, look)[0], keep_place=True)
        _, here = panel(chosen, self._facet, self.table.total, self.detail.inner_width, look)
        height = self.detail.size.height
        if here < self.detail.top + 2:
            self.detail.scroll_by(here - 2 - self.detail.top)
        elif here >= self.detail.top + height - 1:
            self.detail.scroll_by(here - self.detail.top - height + 2)

    def _step(self, by: int) -> None:
        if self.place == "facets":
            self._facet += by
            self._draw_facets()
        else:
            super()._step(by)

    def do_out(self) -> None:
        """One step out; the panel of facets is a step."""
        if self._counted is not None and self.cover is None and self.inside:
            self.desk.background(self.do_facets())
        else:
            super().do_out()


async def _ways(text: str, caret: int) -> Ways:
    """How a search can go on: names of qualifiers, then their values."""
    from influtui.model.query_completion import complete

    found = complete(text, caret, CREATORS)
    return Ways(found[0].start, [each.text for each in found]) if found else Ways(caret)


def _with_prefix(text: str) -> str:
    """The word being typed finds what begins with it."""
    last = text.rsplit(" ", 1)[-1]
    return (
        f"{text}*"
        if len(last) >= 2 and last.isalnum() and not text.endswith(" ") and last not in ("OR", "AND")
        else text
    )
