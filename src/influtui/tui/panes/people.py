"""People in a list: whom an act is about, and the acts on them that need no campaign's verdict: tag, note, write, copy."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from influtui.model.creators import Creator, Ref
from influtui.model.failures import WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.text import plural
from influtui.tui.panes.base import Pane
from influtui.tui.render.creators import Judged
from influtui.tui.widgets.list import VirtualList

if TYPE_CHECKING:
    from influtui.model.shortlist import Pick
    from influtui.services.finding.search import Listing
    from influtui.services.meanwhile import Meanwhile

MOST_RECORDS: Final = 1_000
"""Rows that are copied, or named one by one, at once: more fits no clipboard that a terminal reaches."""


class People(Pane):
    """A list whose rows are accounts."""

    table: VirtualList[Judged]

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self.picks: dict[int, Pick] = {}
        """What was decided in the campaign in use, by person."""
        self.listing: Listing | None = None

    # Who is meant.

    async def chosen(self) -> list[CreatorId]:
        """The marked accounts, or the one under the cursor: as ids, since all may be a million."""
        if self.table.all_marked and self.listing is not None:
            return [each for each in await self.listing.ids() if each not in self.table.marks]
        if self.table.marks:
            return [CreatorId(each) for each in sorted(self.table.marks)]
        current = await self.table.current_row()
        return [current.creator.id] if current else []

    async def records(self) -> list[Creator]:
        """The same as records. Raises `WrongUsage` for more than any clipboard or line holds: none is left out in silence."""
        ids = await self.chosen()
        if len(ids) > MOST_RECORDS:
            raise WrongUsage(
                f"{len(ids):,} rows are marked, and one by one goes for {MOST_RECORDS:,} at most",
                hint="| sends any number of rows to a program.",
            )
        from influtui.services.people import creators

        current = self.table.current
        if len(ids) == 1 and current is not None and current.creator.id == ids[0]:
            return [current.creator]
        return [await creators.find(self.desk.workspace, Ref(id=each)) for each in ids]

    async def fields(self) -> list[dict[str, str | None]]:
        """What a line can name of each account."""
        return [
            {
                "id": f"#{each.id}",
                "ref": f"{each.platform}:{each.handle}",
                "handle": each.handle,
                "platform": each.platform,
                "name": each.name,
                "email": each.email,
                "url": each.url,
            }
            for each in await self.records()
        ]

    async def as_json(self) -> str:
        """The rows for a program, one object a line, as `creators search --json` writes them."""
        from influtui.services.finding import search

        found = await search.records_of(self.desk.workspace, await self.chosen())
        return "".join(f"{msgspec.json.encode(each).decode()}\n" for each in found)

    def named(self, who: Sequence[CreatorId]) -> str:
        """Whom an act is about, in a prompt or a notice."""
        current = self.table.current
        if len(who) == 1 and current is not None and current.creator.id == who[0]:
            return f"@{current.creator.handle}"
        return plural(len(who), "account")

    async def refs(self) -> list[str]:
        """The same as words of the command line."""
        return [f"#{each}" for each in await self.chosen()]

    async def watching(self, who: Sequence[CreatorId]) -> Meanwhile:
        """Watch whether somebody else does something to the same people while one is asked about them."""
        from influtui.services import meanwhile

        return await meanwhile.watch(self.desk.workspace, who)

    # Working on people.

    def why_not_tag(self) -> str | None:
        """There must be somebody."""
        return None if self.table.total else "there is nobody here"

    why_not_note = why_not_copy_handle = why_not_copy_link = why_not_edit_rows = why_not_tag
    why_not_terms = why_not_file_post = Pane.why_not_one

    async def do_tag(self) -> None:
        """Tags by words; `-word` takes one away."""
        who = await self.chosen()
        said = await self.desk.answer(
            f"tag {self.named(who)}",
            kind="tag",
            hint="words add tags, -word takes one away",
            stale=(await self.watching(who)).told,
        )
        if said:
            done = await work().tag(self.desk.workspace, who, said.split())
            await self._after_change(f"{done[:1].upper()}{done[1:]}. u takes it back.")

    async def do_note(self) -> None:
        """A note on the person, or on all marked."""
        who = await self.chosen()
        if await work().note(self.desk, who, self.named(who)):
            await self.fill(keep_place=True)
            self.follow(now=True, again=True)

    async def _after_change(self, said: str) -> None:
        await self.fill(keep_place=True)
        self.follow(now=True, again=True)
        self.desk.notice(said, "good")

    async def do_edit_rows(self) -> None:
        """The rows as a sheet in the user's editor."""
        from influtui.tui.panes import bulk_edit

        if await bulk_edit.edit(self.desk, await self.chosen()):
            self.table.mark_all(False)
            await self.fill(keep_place=True)
            self.draw_title()
        self.follow(now=True, again=True)

    async def do_compose(self) -> None:
        """Write to the person, or to all marked."""
        from influtui.tui.panes import compose

        await compose.contact(self.desk, [Ref(id=each) for each in await self.chosen()])
        await self.fill(keep_place=True)
        self.follow(now=True, again=True)

    async def do_terms(self) -> None:
        """Note what was agreed."""
        for each in (await self.records())[:1]:
            await work().note_terms(self.desk, Ref(id=each.id), f"@{each.handle}")

    async def do_file_post(self) -> None:
        """File the link of a post."""
        for each in (await self.records())[:1]:
            await work().file_post(self.desk, Ref(id=each.id), f"@{each.handle}")
            self.follow(now=True, again=True)

    # Copying and pasting.

    async def do_copy_handle(self) -> None:
        """Copy the handle by OSC 52."""
        self.copy_all([each.handle for each in await self.records()], "handle")

    async def do_copy_link(self) -> None:
        """Copy the profile's link."""
        self.copy_all([each.url for each in await self.records() if each.url], "link")

    def do_import_file(self) -> None:
        """Begin the line that imports a file."""
        self.desk.lines.ask("creators import ")

    def do_ask_platform(self) -> None:
        """Begin the line that asks a platform."""
        self.desk.lines.ask("discover ")

    def do_paste(self) -> None:
        """Open the paste box."""
        self.pasted("")

    def pasted(self, text: str) -> None:
        """Handles and links to add, one a line."""
        work().open_people_box(self.desk, text)


def work() -> ModuleType:
    """What needs the campaign's services: imported after the first rows are on the screen."""
    return import_module("influtui.tui.panes.work")
