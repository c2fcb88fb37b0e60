"""Discover: find creators, look at a person, decide, write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from influtui.model.creators import Creator, Ref
from influtui.model.failures import Failure
from influtui.model.ids import CreatorId
from influtui.tui.panes.base import Pane
from influtui.tui.render.creators import COLUMNS, SORTS, Judged
from influtui.tui.render.nobody import first_run, nothing_found
from influtui.tui.render.numbers import plural
from influtui.tui.render.spans import Line
from influtui.tui.widgets.list import Source, VirtualList

if TYPE_CHECKING:
    from influtui.services.search import Listing

MOST_RECORDS: Final = 1_000
"""Handles or links that are copied at once: more fits no clipboard that a terminal reaches."""
FAR_SETTLE: Final = 0.5
SETTLE: Final = 0.12
"""Seconds after a letter until the search runs: a word being typed is one search, not six."""


class JudgedRows:
    """A listing with what was decided about each person beside the account."""

    def __init__(self, listing: Listing, verdicts: dict[int, str]) -> None:
        self._listing = listing
        self._verdicts = verdicts
        self.total = listing.total

    async def rows(self, start: int, stop: int) -> Sequence[Judged]:
        """Rows by position."""
        return [
            Judged(creator, self._verdicts.get(creator.person)) for creator in await self._listing.rows(start, stop)
        ]


class Discover(Pane):
    """A row is an account; the detail shows its person's other accounts too."""

    title = "Discover"
    list_place = "discover"
    counts = ("account", "accounts")
    search_hint = "words, tier:micro er:3.. topic:skincare"
    table: VirtualList[Judged]

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self._sort: str | None = None
        self._verdicts: dict[int, str] = {}
        self._searching: asyncio.Task[Any] | None = None

    def make_list(self) -> VirtualList[Judged]:
        """The list, with its columns."""
        return VirtualList(
            COLUMNS,
            key=lambda judged: judged.creator.id,
            look=self.desk.look,
            palette=self.desk.get_palette,
            moved=self.moved,
            failed=self.desk.failed,
        )

    def watches(self) -> set[str]:
        """What this pane shows."""
        return {"creators", "persons", "notes", "picks", "collaborations", "terms", "shipments", "posts", "campaigns"}

    async def load(self, *, keep_place: bool) -> None:
        """Ask the store for the search."""
        from influtui.services.search import open_listing

        if self.table.ready:
            self._verdicts = await _work().verdicts(self.desk.workspace)
        listing = await open_listing(self.desk.workspace, self.query_text, self._sort)
        self.table.sorted_by = (self._sort or "followers").lstrip("-")
        self.table.descending = not (self._sort or "").startswith("+")
        look = self.desk.look()
        self.table.empty = nothing_found(self.query_text, look) if self.query_text else first_run(look)
        self.table.show(self._source(listing), keep_rows=keep_place)

    def _source(self, listing: Listing) -> Source[Judged]:
        return JudgedRows(listing, self._verdicts)

    async def detail_of(self, record: Judged) -> Callable[[int], Sequence[Line]]:
        """Everything known of the person."""
        from influtui.services import creators
        from influtui.tui.render.creator_detail import detail as show

        known = await creators.show(self.desk.workspace, Ref(id=record.creator.id))
        done = await _work().lines_of(self.desk.workspace, Ref(id=record.creator.id), self.desk.look)
        verdict, campaign = self._verdicts.get(record.creator.person), self.desk.campaign
        return lambda width: show(known, width, self.desk.look(), verdict=verdict, campaign=campaign, work=done(width))

    def note(self) -> Line:
        """How full the shortlist is."""
        meter = self.desk.standing.meter
        if meter is None or self.narrow:
            return ()
        from influtui.tui.render.work import meter as show

        return show(meter, self.desk.look())

    # Searching.

    def typed(self, text: str) -> None:
        """Search while typing, when the typing rests; a stale search is dropped."""
        if self._searching is not None:
            self._searching.cancel()
        self._searching = self.desk.background(self._search_soon(text))

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
        self.table.mark_all(False)
        before = self.query_text
        try:
            await self._show_search(text)
        except Failure:
            self.query_text = before
            raise
        self.follow(now=True, again=True)

    async def _show_search(self, text: str) -> None:
        self.query_text = text
        self.table.cursor = self.table.top = 0
        await self.load(keep_place=False)
        self.draw_title()

    async def do_sort(self) -> None:
        """Sort by the next column."""
        sorts: list[str | None] = [None, *SORTS]
        self._sort = sorts[(sorts.index(self._sort) + 1) % len(sorts)] if self._sort in sorts else None
        self.table.cursor = self.table.top = 0
        await self.load(keep_place=False)
        self.desk.notice(f"Sorted by {(self._sort or 'followers').replace('_', ' ')}.")

    async def do_next(self) -> None:
        """To the next person nobody has decided about."""
        position = self.table.cursor + 1
        while position < self.table.total:
            rows = await self.table.slice(position, min(self.table.total, position + 200))
            for offset, judged in enumerate(rows):
                if judged.creator.person not in self._verdicts:
                    self.table.to(position + offset)
                    self.follow(now=True)
                    return
            position += max(1, len(rows))
        self.desk.notice("Everybody below has been decided about.")

    # Who is meant.

    async def chosen(self) -> list[CreatorId]:
        """The marked accounts, or the one under the cursor: as ids, since all may be a million."""
        from influtui.services.search import matching

        if self.table.all_marked:
            return [
                each for each in await matching(self.desk.workspace, self.query_text) if each not in self.table.marks
            ]
        if self.table.marks:
            return [CreatorId(each) for each in sorted(self.table.marks)]
        current = await self.table.current_row()
        return [current.creator.id] if current else []

    async def records(self) -> list[Creator]:
        """The same as records, up to what anybody can read."""
        ids = (await self.chosen())[:MOST_RECORDS]
        from influtui.services import creators

        current = self.table.current
        if len(ids) == 1 and current is not None and current.creator.id == ids[0]:
            return [current.creator]
        return [await creators.find(self.desk.workspace, Ref(id=each)) for each in ids]

    def named(self, who: Sequence[CreatorId]) -> str:
        """Whom an act is about, in a prompt or a notice."""
        current = self.table.current
        if len(who) == 1 and current is not None and current.creator.id == who[0]:
            return f"@{current.creator.handle}"
        return plural(len(who), "account")

    async def refs(self) -> list[str]:
        """The same as words of the command line."""
        return [f"#{each}" for each in await self.chosen()]

    # Deciding.

    def why_not_shortlist(self) -> str | None:
        """Deciding needs somebody and a campaign."""
        if not self.table.total:
            return "there is nobody here"
        return None if self.desk.campaign else "no campaign is in use: @ chooses one, :campaign new makes one"

    why_not_reject = why_not_later = why_not_compose = why_not_shortlist

    def why_not_tag(self) -> str | None:
        """There must be somebody."""
        return None if self.table.total else "there is nobody here"

    why_not_note = why_not_terms = why_not_file_post = why_not_copy_handle = why_not_copy_link = why_not_tag

    async def do_shortlist(self) -> None:
        """Pick."""
        await self._judge("pick", None, "Shortlisted")

    async def do_later(self) -> None:
        """Put off."""
        await self._judge("later", None, "Put off")

    async def do_reject(self) -> None:
        """Reject, with a reason."""
        who = await self.chosen()
        reason = await self.desk.answer(
            f"reject {self.named(who)} because", kind="reason", hint="enter alone gives no reason; esc rejects nobody"
        )
        if reason is not None:
            await self._judge("rejected", reason or None, "Rejected", who)

    async def _judge(self, verdict: str, reason: str | None, said: str, who: list[CreatorId] | None = None) -> None:
        from influtui.services import campaigns

        who = await self.chosen() if who is None else who
        if not who or self.desk.campaign is None:
            return
        one = not self.table.marked
        done = await campaigns.judge(
            self.desk.workspace, self.desk.campaign, [Ref(id=each) for each in who], verdict, reason
        )
        about = self.named(who)
        self._verdicts = await _work().verdicts(self.desk.workspace)
        self.table.mark_all(False)
        await self.load(keep_place=True)
        if one:
            self.table.move(1)
        self.follow(now=True, again=True)
        self.draw_title()
        told = "".join(f" Note: {note}." for note in done.notes[:2])
        self.desk.notice(f"{said}: {about}. u takes it back.{told}", "warn" if told else "good")

    # Working on people.

    async def do_tag(self) -> None:
        """Tags by words; `-word` takes one away."""
        who = await self.chosen()
        said = await self.desk.answer(f"tag {self.named(who)}", kind="tag", hint="words add tags, -word takes one away")
        if said:
            done = await _work().tag(self.desk.workspace, who, said.split())
            await self._after_change(f"{done[:1].upper()}{done[1:]}. u takes it back.")

    async def do_note(self) -> None:
        """A note on the person."""
        from influtui.services import creators

        current = await self.table.current_row()
        if current is None:
            return
        text = await self.desk.answer(f"note on {f'@{current.creator.handle}'}", kind="note")
        if text:
            await creators.note(self.desk.workspace, Ref(id=current.creator.id), text)
            await self._after_change("Noted. u takes it back.")

    async def _after_change(self, said: str) -> None:
        await self.load(keep_place=True)
        self.follow(now=True, again=True)
        self.desk.notice(said, "good")

    async def do_compose(self) -> None:
        """Write to the person, or to all marked."""
        from influtui.tui.panes import compose

        await compose.contact(self.desk, [Ref(id=each) for each in await self.chosen()])
        await self.load(keep_place=True)
        self.follow(now=True, again=True)

    async def do_terms(self) -> None:
        """Note what was agreed."""
        current = await self.table.current_row()
        if current is not None:
            await _work().note_terms(self.desk, Ref(id=current.creator.id), f"@{current.creator.handle}")

    async def do_file_post(self) -> None:
        """File the link of a post."""
        current = await self.table.current_row()
        if current is not None:
            await _work().file_post(self.desk, Ref(id=current.creator.id), f"@{current.creator.handle}")
            self.follow(now=True, again=True)

    # Copying and pasting.

    async def do_copy_handle(self) -> None:
        """Copy the handle by OSC 52."""
        who = await self.records()
        self.desk.copy("\n".join(each.handle for each in who), plural(len(who), "handle"))

    async def do_copy_link(self) -> None:
        """Copy the profile's link."""
        who = [each for each in await self.records() if each.url]
        if not who:
            self.desk.notice("No link is known.", "warn")
            return
        self.desk.copy("\n".join(each.url or "" for each in who), plural(len(who), "link"))

    def do_paste(self) -> None:
        """Open the paste box."""
        self.pasted("")

    def pasted(self, text: str) -> None:
        """Handles and links to add, one a line."""
        _work().open_people_box(self.desk, text)


def _work() -> ModuleType:
    """What needs the campaign's services: imported after the first rows are on the screen."""
    return import_module("influtui.tui.panes.work")


def _with_prefix(text: str) -> str:
    """The word being typed finds what begins with it."""
    last = text.rsplit(" ", 1)[-1]
    return (
        f"{text}*"
        if len(last) >= 2 and last.isalnum() and not text.endswith(" ") and last not in ("OR", "AND")
        else text
    )
