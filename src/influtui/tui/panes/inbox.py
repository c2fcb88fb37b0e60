"""Inbox: conversations, those that wait for us first; answering, and noting answers that came another way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from influtui.model.creators import Ref
from influtui.model.failures import Failure
from influtui.model.text import plural
from influtui.tui.panes import work
from influtui.tui.panes.base import Pane
from influtui.tui.render.conversations import COLUMNS, detail, nothing_here, one_message, stop_hint
from influtui.tui.render.spans import Line
from influtui.tui.widgets.list import Fixed, VirtualList

if TYPE_CHECKING:
    from influtui.model.messages import ConversationRow


class Inbox(Pane):
    """A row is a conversation."""

    title = "Inbox"
    list_place = "inbox"
    counts = ("conversation", "conversations")
    record_line = "inbox show {id}"
    search_hint = "words that occur in it"
    table: VirtualList[ConversationRow]

    def make_list(self) -> VirtualList[Any]:
        """The list, with its columns."""
        return self.list_of(COLUMNS, key=lambda row: row.id)

    def watches(self) -> set[str]:
        """What this pane shows."""
        return {"conversations", "messages", "terms", "shipments", "posts", "persons", "creators"}

    async def load(self, *, keep_place: bool) -> None:
        """Read the conversations."""
        from influtui.services import inbox

        rows = await inbox.conversations(self.desk.workspace, self.query_text)
        self.table.empty = nothing_here(self.query_text)
        # A conversation that moved in the list keeps the cursor: the person at the keys is reading it.
        await self.table.put(Fixed(rows), keep=keep_place, to=self.wanted_row)

    def counted(self) -> str:
        """How many there are, and how many wait for us."""
        waiting = self.desk.standing.waiting
        return super().counted() + (f", {waiting} wait for us" if waiting else "")

    async def detail_of(self, record: ConversationRow) -> Callable[[int], Sequence[Line]]:
        """The conversation, then what the campaign has of the person."""
        from influtui.services import inbox

        conversation = await inbox.conversation(self.desk.workspace, record.id)
        done: Callable[[int], Sequence[Line]] = lambda width: ()  # noqa: E731
        if record.creator is not None:
            done = await work.lines_of(self.desk.workspace, Ref(id=record.creator), self.desk.look)

        def lines(width: int) -> list[Line]:
            extra = list(done(width))
            return [
                *stop_hint(conversation, width),
                *detail(conversation, width, self.desk.look()),
                *([(), *extra] if extra else []),
            ]

        return lines

    def _nobody(self) -> str | None:
        return None if self.table.total else "there is no conversation here"

    why_not_copy_handle = why_not_copy_link = why_not_note = _nobody
    why_not_reply = why_not_reply_next = why_not_paste_answer = why_not_terms = why_not_file_post = Pane.why_not_one

    def why_not_sort(self) -> str | None:
        """The order says who waits."""
        return "those that wait for us stand first, the longest waiting on top"

    async def refs(self) -> list[str]:
        """The people of the rows, as words of the command line."""
        return list(dict.fromkeys(row.ref for row in await self.chosen_rows() if row.ref))

    async def fields(self) -> list[dict[str, str | None]]:
        """What a line can name of each conversation."""
        return [
            {
                "id": str(row.id),
                "ref": row.ref,
                "handle": row.ref.partition(":")[2] if row.ref else None,
                "name": row.name,
                "email": row.address if row.channel == "email" else None,
            }
            for row in await self.chosen_rows()
        ]

    async def do_next(self) -> None:
        """To the next conversation that waits for us."""
        rows = await self.table.slice(self.table.cursor + 1, self.table.total)
        step = next((at for at, row in enumerate(rows, 1) if row.awaiting == "us"), None)
        if step is None:
            self.desk.notice("No conversation below waits for us.")
        else:
            self.table.move(step)

    # Answering.

    async def do_reply(self) -> None:
        """Write an answer under what they wrote last. It is kept while it is written."""
        await self._reply(go_on=False)

    async def do_reply_next(self) -> None:
        """The same, and then to the next who waits."""
        await self._reply(go_on=True)

    async def _reply(self, *, go_on: bool) -> None:
        from influtui.services import inbox

        current: ConversationRow | None = await self.one_row()
        if current is None:
            return
        conversation = await inbox.conversation(self.desk.workspace, current.id)
        seen = conversation.messages[-1].id if conversation.messages else None
        theirs = next((each for each in reversed(conversation.messages) if each.direction == "in"), None)
        by_mail = current.channel == "email"

        async def keep(text: str) -> None:
            await inbox.save_draft(self.desk.workspace, current.id, text)

        async def accept(text: str) -> bool:
            done = await self._send(current, text, seen) if by_mail else await self._note_sent(current, text)
            if done and go_on:
                await self._to_the_longest_waiting()
            return done

        def said(text: str) -> Sequence[Line]:
            width = max(20, self.size.width - 2)
            them = current.name or current.ref
            return one_message(theirs, width, self.desk.look(), them=them) if theirs else ()

        async def stale() -> str | None:
            now = (await inbox.conversation(self.desk.workspace, current.id)).messages
            newest = now[-1] if now else None
            if newest is None or newest.id == seen:
                return None
            who = (current.name or current.ref) if newest.direction == "in" else "Somebody else here"
            return f"{who} has written meanwhile: “{newest.body}”"

        heading = f"Reply to {current.name or current.ref or current.address}"
        verb = "sends it" if by_mail else "notes it as sent by hand"
        self.write(heading, text=conversation.draft or "", verb=verb, accept=accept, keep=keep, watch=said, stale=stale)

    async def _to_the_longest_waiting(self) -> None:
        rows = await self.table.slice(0, self.table.total)
        at = next((at for at, row in enumerate(rows) if row.awaiting == "us"), None)
        if at is None:
            self.desk.notice("Answered. Nobody else waits for us.", "good")
        else:
            self.table.to(at)

    async def _send(self, row: ConversationRow, text: str, seen: int | None) -> bool:
        from influtui.services import inbox

        if not text.strip():
            self.desk.notice("There is nothing to send yet.", "warn")
            return False
        if not await self.desk.agreed(f"Send it to {row.address}? It cannot be taken back."):
            self.desk.notice("Not sent; the draft is kept.")
            return False
        self.desk.notice("Sending…")
        try:
            delivery = await inbox.reply(self.desk.workspace, row.id, text, seen=seen)
        except Failure as failure:
            self.desk.failed(failure)
            return False
        await self.desk.refresh_panes()
        if delivery.state == "sent":
            self.desk.notice(f"Sent to {row.address}.", "good")
        else:
            self.desk.notice(f"{delivery.state}: {delivery.said}. :outbox list says what to do.", "bad")
        return delivery.state != "failed"

    async def _note_sent(self, row: ConversationRow, text: str) -> bool:
        from influtui.services import inbox

        try:
            await inbox.log_sent(self.desk.workspace, row.id, text, channel=row.channel)
        except Failure as failure:
            self.desk.failed(failure)
            return False
        await inbox.save_draft(self.desk.workspace, row.id, "")
        await self.desk.refresh_panes()
        self.desk.notice("Noted as sent. u takes it back.", "good")
        return True

    async def do_paste_answer(self) -> None:
        """Paste what they answered."""
        await self._open_answer("")

    def pasted(self, text: str) -> None:
        """Pasted text is what they answered."""
        if self.table.total:
            self.desk.background(self._open_answer(text))
        else:
            super().pasted(text)

    async def _open_answer(self, text: str) -> None:
        from influtui.services import drafts, inbox, meanwhile

        current: ConversationRow | None = await self.one_row()
        if current is None:
            return
        who = current.name or current.ref or current.address
        place = f"answer:{current.id}"

        async def keep(written: str) -> None:
            await drafts.keep(self.desk.workspace, place, written)

        async def accept(written: str) -> bool:
            try:
                await inbox.log_answer(self.desk.workspace, current.id, written)
            except Failure as failure:
                self.desk.failed(failure)
                return False
            await drafts.keep(self.desk.workspace, place, "")
            await self.desk.refresh_panes()
            self.desk.notice(f"Noted what {who} answered. u takes it back.", "good")
            return True

        begun = text or await drafts.kept(self.desk.workspace, place)
        creators = [current.creator] if current.creator is not None else []
        stale = (await meanwhile.watch(self.desk.workspace, creators)).told
        self.write(f"What {who} answered", text=begun, verb="notes it", accept=accept, keep=keep, stale=stale)

    # What belongs to the person.

    async def do_note(self) -> None:
        """A note on the person, or on those of all marked conversations."""
        rows = await self.chosen_rows()
        ids = list(dict.fromkeys(row.creator for row in rows if row.creator is not None))
        if not ids:
            self.desk.notice("This conversation belongs to nobody yet, so that there is nobody to note it on.", "warn")
            return
        who = rows[0].name or rows[0].ref if len(ids) == 1 else plural(len(ids), "person", "people")
        await work.note(self.desk, ids, str(who))

    async def do_terms(self) -> None:
        """Note what was agreed."""
        row = await self.one_row()
        if row is not None and row.creator is not None:
            await work.note_terms(self.desk, Ref(id=row.creator), str(row.name or row.ref))

    async def do_file_post(self) -> None:
        """File the link of a post."""
        row = await self.one_row()
        if row is not None and row.creator is not None:
            await work.file_post(self.desk, Ref(id=row.creator), str(row.name or row.ref))

    async def do_copy_handle(self) -> None:
        """Copy the handle, or the handles."""
        self.copy_all([row.ref.partition(":")[2] for row in await self.chosen_rows() if row.ref], "handle")

    async def do_copy_link(self) -> None:
        """Copy the address, or the addresses."""
        self.copy_all([row.address for row in await self.chosen_rows() if row.address], "address", "addresses")
