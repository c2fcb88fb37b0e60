"""Discover: find creators, look at a person, decide, write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from influtui.model.creators import Creator, Ref
from influtui.model.failures import Failure, WrongUsage
from influtui.model.ids import CreatorId
from influtui.tui.panes.alike import AlikeListing
from influtui.tui.panes.asking import Asking
from influtui.tui.panes.people import work
from influtui.tui.panes.searching import View
from influtui.tui.render import creators as render
from influtui.tui.render.creators import COLUMNS, Judged
from influtui.tui.render.nobody import first_run, nothing_found
from influtui.tui.render.spans import Line, Span, cell
from influtui.tui.widgets.list import Source, VirtualList

if TYPE_CHECKING:
    from influtui.model.shortlist import Pick
    from influtui.services.finding.search import Listing
    from influtui.services.people.scoring import Judge

AFTER_ROWS: Final = 0.05
"""Seconds from the first rows until they are counted: the frame with them goes first."""


class JudgedRows:
    """A listing with what was decided about each person beside the account."""

    def __init__(self, listing: Listing, picks: dict[int, Pick]) -> None:
        self._listing = listing
        self._picks = picks
        self.total = listing.total

    async def rows(self, start: int, stop: int) -> Sequence[Judged]:
        """Rows by position."""
        return [self._judged(creator) for creator in await self._listing.rows(start, stop)]

    def _judged(self, creator: Any) -> Judged:
        pick = self._picks.get(creator.person)
        return Judged(creator, pick.verdict if pick else None)

    async def place(self, key: int, near: int) -> int | None:
        """Where an account is."""
        return await self._listing.place(CreatorId(key), near)

    async def held(self, keys: set[int]) -> set[int]:
        """Those of the accounts that were found."""
        return await self._listing.held(keys)


class Discover(Asking):
    """A row is an account; the detail shows its person's other accounts too."""

    title = "Discover"
    list_place = "discover"
    counts = ("account", "accounts")
    search_hint = "words, tier:micro er:3.. topic:skincare"

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self._explains = False
        """Whether the detail says why the scores are what they are."""
        self._judge_at_hand: Judge | None = None
        self._like: Creator | None = None
        """Whose lookalikes are shown."""

    def make_list(self) -> VirtualList[Judged]:
        """The list, with its columns."""
        return self.list_of(COLUMNS, key=lambda judged: judged.creator.id)

    def watches(self) -> set[str]:
        """What this pane shows."""
        return {
            "creators", "persons", "notes", "picks", "collaborations", "terms", "shipments", "posts", "campaigns", "scores",
        }  # fmt: skip

    async def opened(self) -> None:
        """Find the pane as it was left."""
        if not self.table.ready:
            from influtui.services import viewing

            self.view = await viewing.recalled(self.desk.workspace, "discover", View)
            self.table.use_columns(render.chosen(self.view.columns))
        try:
            await super().opened()
        except WrongUsage:
            if self.view.sort is None:
                raise
            # The order that was chosen needs a campaign, and none is in use any more.
            self.view = msgspec.structs.replace(self.view, sort=None)
            await super().opened()

    async def load_rows(self, *, keep_place: bool) -> None:
        """Ask the store for the search."""
        from influtui.services import viewing

        if self.table.ready:
            await self.read_picks()
        self.rejections = await viewing.rejections(self.desk.workspace)
        listing = await self.found(self.query_text)
        self.table.sorted_by, self.table.descending = render.sorted_column(self.view.sort)
        if self._like is not None or self.live is not None:
            self.table.sorted_by = None
        self.table.empty = self._nobody()
        self.listing = listing
        await self.table.put(self._source(listing), keep=keep_place, to=self.wanted_row)
        if listing.counting:
            self.desk.background(self._count_shown(listing))

    async def _count_shown(self, listing: Listing) -> None:
        """Count what is shown, once it is on the screen; who looks at something else by then needs no count."""
        await self.desk.opened.wait()
        await asyncio.sleep(AFTER_ROWS)
        if listing is self.listing:
            counted = await listing.exact()
            async with self._filling:
                if listing is self.listing:
                    self.listing = counted
                    await self.table.put(self._source(counted), keep=True)
            self.draw_title()

    def counted(self) -> str:
        """The count; dots for a number while the first rows stand there uncounted."""
        if self.listing is not None and self.listing.counting:
            return f"{self.desk.look().glyphs.ellipsis} {self.counts[1]}"
        return super().counted()

    def _nobody(self) -> list[Line]:
        """What to say where there is no row, and what to do next."""
        if self.live is not None and not self.query_text:
            return self.live.nobody(max(20, self.table.size.width - 4))
        if self._holds_nobody:
            return first_run()
        like = self._like.handle if self._like is not None else None
        hidden = self.rejections if self.hides_rejected else 0
        return nothing_found(self.query_text, rejected=hidden, like=like)

    @property
    def _holds_nobody(self) -> bool:
        """Whether this is a workspace without anybody in it."""
        hidden = self.rejections if self.hides_rejected else 0
        return not (self.table.total or self.query_text or self._like is not None or hidden or self.live is not None)

    def why_not_demo(self) -> str | None:
        """The demo is another workspace, and to open it closes this one."""
        return None if self._holds_nobody else "somebody is here; `influtui demo` in a shell opens it"

    def do_demo(self) -> None:
        """Close this workspace and open the made-up one."""
        self.desk.opens_demo = True
        self.desk.exit()

    async def found(self, query: str) -> Listing:
        """What the search finds, without those rejected for the campaign in use unless they are asked for."""
        from influtui.services.finding.search import check, open_listing

        if self.hides_rejected:
            await check(self.desk.workspace, query)  # What is wrong is told of the words that were written.
            query = f"({query}) -verdict:rejected" if query.strip() else "-verdict:rejected"
        if self.live is not None:
            return await self.live.listing(query)
        if self._like is not None:
            from influtui.tui.panes import alike

            return await alike.listing(self.desk.workspace, self._like, query)
        return await open_listing(self.desk.workspace, query, self.view.sort)

    def _source(self, listing: Listing) -> Source[Judged]:
        return JudgedRows(listing, self.picks)

    async def detail_of(self, record: Judged) -> Callable[[int], Sequence[Line]]:
        """Everything known of the person, or why the scores are what they are."""
        if self._explains:
            return await self._why(record)
        from influtui.services.people import creators
        from influtui.tui.render.creator_detail import detail as show

        known = await creators.show(self.desk.workspace, Ref(id=record.creator.id))
        done = await work().lines_of(self.desk.workspace, Ref(id=record.creator.id), self.desk.look)
        pick = self.picks.get(record.creator.person)
        seen = await creators.recent_posts(self.desk.workspace, record.creator.id)
        listing = self.listing
        return lambda width: show(
            known,
            width,
            self.desk.look(),
            pick=pick,
            row=record.creator,
            work=done(width),
            seen=seen,
            like=listing.grounds(record.creator.id, width) if isinstance(listing, AlikeListing) else (),
        )

    async def _why(self, record: Judged) -> Callable[[int], Sequence[Line]]:
        from influtui.services.people import scoring
        from influtui.tui.render.creator_scores import why

        if self._judge_at_hand is None:
            self._judge_at_hand = await scoring.judging(self.desk.workspace)
        ref = Ref(id=record.creator.id)
        creator, explained = await scoring.why(self.desk.workspace, ref, judge=self._judge_at_hand)
        return lambda width: why(explained, creator, width, self.desk.look())

    def do_why(self) -> None:
        """Explain the scores in the detail, row by row, or show the person again."""
        self._explains = not self._explains
        if self.narrow:
            self._set_inside(self._explains)
        self.follow(now=True, again=True)

    async def do_like(self) -> None:
        """Show who is most like the account under the cursor. A search narrows them down; esc shows everybody again."""
        current = await self.table.current_row()
        if current is None:
            return
        before = self._like, self.query_text, self.live
        self._like, self.live = current.creator, None
        self.table.mark_all(False)
        try:
            await self._show_search("")
        except Failure:
            self._like, self.query_text, self.live = before
            raise
        self.follow(now=True, again=True)
        if not self.table.total:
            self.desk.notice(f"Nobody is like @{current.creator.handle}. esc shows everybody.", "warn")

    def why_not_like(self) -> str | None:
        """There must be somebody to be like."""
        return self.why_not_tag()

    def leave_views(self) -> None:
        """Lookalikes make room for who is found."""
        self._like = None

    async def _leave_likes(self) -> None:
        model, self._like = self._like, None
        await self._show_search("")
        if model is not None:
            self.desk.notice(f"Everybody again. L shows who is like @{model.handle}.")
        self.follow(now=True, again=True)

    def do_out(self) -> None:
        """One step out; the explanation of scores is a step, and so are lookalikes."""
        busy = self.cover or self.inside or self.table.marked or self.table.range_from is not None or self.query_text
        if self.asking is not None and self.asking.running and self.cover is None and not self.inside:
            self.stop_asking()
        elif self._explains and self.cover is None:
            self.do_why()
        elif self.live is not None and not busy:
            self.desk.background(self.leave_live())
        elif self._like is not None and not busy:
            self.desk.background(self._leave_likes())
        else:
            super().do_out()

    async def changed(self, nouns: set[str]) -> None:
        """Something changed in the workspace: peers and the campaign's aim may have."""
        self._judge_at_hand = None
        await super().changed(nouns)

    def note(self) -> Line:
        """How full the shortlist is, and whether the rejected are hidden."""
        from influtui.tui.render import shortlist as show

        look, meter = self.desk.look(), self.desk.standing.meter
        short = self.narrow or self._like is not None or self.live is not None
        if self.live is not None and self.narrow:
            return self.live.note(self.desk.look(), short=True)
        note = show.meter(meter, look, short=short) if meter is not None else ()
        if self._like is not None:
            note = (Span(f"like @{cell(self._like.handle)}  ", "accent"), *note)
        if self.rejections:
            note = (*note, *show.rejected(self.rejections, look, hidden=self.hides_rejected, short=short))
        asking = self.live or (self.asking if self.asking is not None and self.asking.running else None)
        return (*asking.note(self.desk.look(), short=self.narrow), *note) if asking is not None else note

    # How the list looks.

    async def do_sort(self) -> None:
        """Order by what a letter stands for; the order there is, the other way round."""
        labels = {key: name or "as searched" for key, name in render.SORTS.items()}
        said = await self.desk.answer("sort by", instant=labels)
        if said is None:
            return
        wanted = next(
            (name for name, label in zip(render.SORTS.values(), labels.values(), strict=True) if label == said), said
        )
        same = wanted and (self.view.sort or "followers").lstrip("+-") == wanted
        await self._use(sort=render.turned(self.view.sort) if same else wanted or None)
        column, falling = render.sorted_column(self.view.sort)
        way = "downwards" if falling else "upwards"
        self.desk.notice(f"Sorted by {column.replace('_', ' ').replace('as of', 'age')}, {way}.")

    async def do_columns(self) -> None:
        """Choose the columns, by their names in order."""
        names = " ".join(column.name for column in render.chosen(self.view.columns) if column.name != render.ALWAYS)
        said = await self.desk.answer("columns", text=names, hint="nothing: as they were made")
        if said is not None:
            columns = render.read_columns(said)
            await self._use(columns=columns)
            left = len(columns) - sum(placed.column.name in columns for placed in self.table.placed)
            note = f" {left} will show on a wider screen." if left > 0 else ""
            self.desk.notice(f"{'Columns kept for you' if columns else 'Columns as they were made'}.{note}", "good")

    async def _use(self, **change: Any) -> None:
        """Look at the list in another way, and remember it."""
        before = self.view
        self.view = msgspec.structs.replace(self.view, **change)
        if "columns" in change:
            self.table.use_columns(render.chosen(self.view.columns))
        else:
            try:
                await self.fill(keep_place=False)
            except Failure:
                self.view = before
                raise
        await self.remember()
