"""Writing to people: choose a template, see what each would get, agree, send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from influtui.model.creators import Ref
from influtui.model.text import plural
from influtui.tui.render.work import outcome, preview

if TYPE_CHECKING:
    from influtui.services.outgoing.outreach import ContactReport, ContactRow, Plan
    from influtui.tui.app import InflutuiApp


async def contact(desk: InflutuiApp, refs: Sequence[Ref]) -> None:
    """Ask for the template, show the letters, ask once more, send. Nothing goes before the last yes."""
    from influtui.services.outgoing import outreach, templates

    known = [each.name for each in await templates.templates(desk.workspace)]
    name = await desk.answer(
        "template",
        text=known[0] if len(known) == 1 else "",
        kind="template",
        hint=f"tab: {', '.join(known)}",
        choices=known,
    )
    if not name:
        return
    made = await outreach.plan(desk.workspace, desk.campaign, refs, name)
    shown = outreach.would(made)
    desk.pane.read("What would be sent", lambda width: preview(shown, width, desk.look()))
    if not made.letters:
        desk.notice("There is nobody to send it to; the page says why.", "warn")
        return
    letters = plural(len(made.letters), "letter")
    by_mail = shown.channel == "email"
    question = (
        f"Send {letters} now? It cannot be taken back."
        if by_mail
        else f"Have you sent {letters} by hand? Then note it."
    )
    if not by_mail:
        desk.copy_to_clipboard(made.letters[0].rendered.body)
    if not await desk.agreed(question):
        desk.pane.uncover()
        desk.notice("Nothing was sent.")
        return
    desk.go_on()
    done = await (_sent(desk, made) if by_mail else outreach.sent_by_hand(desk.workspace, made))
    await desk.refresh_panes()
    _tell(desk, done)


async def _sent(desk: InflutuiApp, made: Plan) -> ContactReport:
    from influtui.services.outgoing import outreach

    count = 0

    def told(row: ContactRow) -> None:
        nonlocal count
        count += 1
        desk.notice(f"Sending: {count} of {len(made.letters)}, {row.ref} {row.state}")

    desk.notice(f"Sending {plural(len(made.letters), 'letter')}…")
    return await outreach.carry_out(desk.workspace, made, told=told)


def _tell(desk: InflutuiApp, done: ContactReport) -> None:
    sent = done.count("sent")
    desk.pane.uncover()
    if done.is_complete:
        desk.notice(f"Sent {plural(sent, 'letter')}. The Inbox (4) has the conversations.", "good")
        return
    desk.pane.read(f"{sent} of {len(done.rows)} sent", lambda width: outcome(done, width, desk.look()))
    desk.notice(f"{sent} sent, {len(done.rows) - sent} not: the page says why.", "warn")
