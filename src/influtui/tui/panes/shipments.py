"""Shipments: parcels, where they are, and a paste box that recognises tracking numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from influtui.model.failures import Failure
from influtui.model.shipping import states
from influtui.model.text import plural
from influtui.tui.panes.base import Pane
from influtui.tui.render.shipments import COLUMNS, detail, nothing_here, outcomes, recognised
from influtui.tui.render.spans import Line
from influtui.tui.widgets.list import Fixed, VirtualList

if TYPE_CHECKING:
    from influtui.store.shipments import Shipment

BOX: Final = "parcels"
"""Where the draft of the paste box is kept."""


class Shipments(Pane):
    """A row is a parcel."""

    title = "Shipments"
    list_place = "shipments"
    counts = ("parcel", "parcels")
    record_line = "ship show {id}"
    search_hint = "words, state:delivered  carrier:ups  campaign:CODE"
    table: VirtualList[Shipment]

    def make_list(self) -> VirtualList[Any]:
        """The list, with its columns."""
        return self.list_of(COLUMNS, key=lambda shipment: shipment.id)

    def watches(self) -> set[str]:
        """What this pane shows."""
        return {"shipments", "shipment_events", "persons", "creators", "collaborations"}

    async def load(self, *, keep_place: bool) -> None:
        """Read the parcels."""
        from influtui.services.parcel import fulfilment

        rows = await fulfilment.list_shipments(self.desk.workspace, self.query_text)
        self.table.empty = nothing_here(self.query_text)
        await self.table.put(Fixed(rows), keep=keep_place, to=self.wanted_row)

    async def detail_of(self, record: Shipment) -> Callable[[int], Sequence[Line]]:
        """The parcel with its link and events."""
        from influtui.services.parcel import fulfilment

        known = await fulfilment.show_shipment(self.desk.workspace, f"#{record.id}")
        return lambda width: detail(known, width, self.desk.look())

    def why_not_sort(self) -> str | None:
        """The order is that of recording."""
        return "the newest stand first"

    async def refs(self) -> list[str]:
        """The parcels, as words of the command line."""
        return [row.number for row in await self.chosen_rows()]

    async def fields(self) -> list[dict[str, str | None]]:
        """What a line can name of each parcel."""
        return [{"id": f"#{row.id}", "number": row.number, "url": row.url} for row in await self.chosen_rows()]

    def _nothing(self) -> str | None:
        return None if self.table.total else "there is no parcel here"

    why_not_copy_handle = why_not_copy_link = why_not_set_state = _nothing

    def why_not_note(self) -> str | None:
        """Notes, terms and posts belong to people."""
        return "it belongs to a person: do it in Discover (2) or in the Inbox (4)"

    why_not_terms = why_not_file_post = why_not_note

    async def do_next(self) -> None:
        """To the next parcel that needs a person."""
        rows = await self.table.slice(self.table.cursor + 1, self.table.total)
        step = next((at for at, row in enumerate(rows, 1) if states()[row.state].stage == "stuck"), None)
        if step is None:
            self.desk.notice("No parcel below is in trouble.")
        else:
            self.table.move(step)

    async def do_copy_handle(self) -> None:
        """Copy the number, or the numbers."""
        self.copy_all([row.number for row in await self.chosen_rows()], "number")

    async def do_copy_link(self) -> None:
        """Copy the tracking link, or the links."""
        self.copy_all([row.url for row in await self.chosen_rows() if row.url], "tracking link")

    async def do_add(self) -> None:
        """One parcel: the number, then for whom."""
        from influtui.services.parcel import fulfilment

        number = await self.desk.answer("tracking number", kind="tracking", hint="or the carrier's link")
        if not number:
            return
        who = await self.desk.answer(
            "for", kind="ref", hint="@handle, platform:handle or name; enter alone: nobody yet"
        )
        if who is None:
            return
        done = await fulfilment.add_shipment(self.desk.workspace, number, who or None)
        await self.desk.refresh_panes()
        said = (
            f"{done.shipment.number} recorded"
            if done.shipment and done.status == "added"
            else "That parcel is known already"
        )
        self.desk.notice(f"{said}. {' '.join(done.hints)}".strip(), "good" if done.status == "added" else "warn")

    async def do_set_state(self) -> None:
        """Begin the line that records what is known of a parcel, or of each that is marked."""
        chosen = await self.chosen_rows()
        if chosen:
            self.desk.lines.ask(f"ship mark {f'#{chosen[0].id}' if len(chosen) == 1 else '{id}'} ")

    def do_paste_numbers(self) -> None:
        """Open the paste box."""
        self.pasted("")

    def pasted(self, text: str) -> None:
        """Tracking numbers, one a line, recognised as they come."""
        self.desk.background(self._open_box(text))

    async def _open_box(self, text: str) -> None:
        from influtui.model.parcel_lists import read_line
        from influtui.services import drafts

        def watch(written: str) -> Sequence[Line]:
            return recognised([read_line(line) for line in written.splitlines() if line.strip()], self.desk.look())

        async def keep(written: str) -> None:
            await drafts.keep(self.desk.workspace, BOX, written)

        begun = [each for each in (await drafts.kept(self.desk.workspace, BOX), text) if each.strip()]
        self.write(
            "Tracking numbers", text="\n".join(begun), verb="records them", accept=self._record, keep=keep, watch=watch
        )

    async def _record(self, text: str) -> bool:
        from influtui.services import drafts
        from influtui.services.parcel import fulfilment

        lines = [line for line in text.splitlines() if line.strip()]
        if not lines:
            self.desk.notice("There is nothing to record yet.", "warn")
            return False
        try:
            done = await fulfilment.add_shipments(self.desk.workspace, lines)
        except Failure as failure:
            self.desk.failed(failure)
            return False
        refused = {each.at for each in done if each.status == "rejected"}
        left = "\n".join(line for at, line in enumerate(lines, 1) if at in refused)
        await drafts.keep(self.desk.workspace, BOX, left)
        await self.desk.refresh_panes()
        added, rejected = sum(each.status == "added" for each in done), len(refused)
        self.desk.background(self._tell(done, added, rejected))
        return True

    async def _tell(self, done: Sequence[Any], added: int, rejected: int) -> None:
        self.read("What was recorded", lambda width: outcomes(done, width, self.desk.look()))
        said = (
            f"{plural(added, 'parcel')} recorded"
            + (f", {rejected} refused: they stay in the box (p)" if rejected else "")
            + (". u takes it back." if added else ".")
        )
        self.desk.notice(said, "warn" if rejected else "good")
