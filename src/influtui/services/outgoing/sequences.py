"""What an answer does to a person's sequences.

Called in the act that takes an answer in, so that no letter can slip between the two: a human answer stops, an
automatic one pauses until its writer is back, a bounce, a complaint or an opt-out stops every sequence of the person.
"""

from __future__ import annotations

from typing import Final

from influtui.model.sequences import AWAY, AWAY_DAYS, EVERYWHERE, RETURNED, SUPPRESSED, Stopped
from influtui.services.outgoing import pausing
from influtui.store import outbox, sequences
from influtui.store.journal import UnitOfWork

_DAY: Final = 86_400_000
_SAID: Final = {
    "auto_reply": "an automatic reply came",
    "bounce": "a letter bounced",
    "complaint": "they complained",
    "unsubscribe": "they asked not to be written to",
    RETURNED: "a letter came back for now",
    SUPPRESSED: "they must not be written to",
}


async def answered(
    unit: UnitOfWork,
    person: int,
    collaboration: int | None,
    kind: str,
    until: int | None = None,
    *,
    counts: bool = True,
) -> Stopped:
    """Take note that somebody answered, as part of the caller's act.

    `kind` is what the answer is: `auto_reply` (with `until`, the time in milliseconds at which its writer is back) and
    `returned` (a bounce that will pass) hold; `bounce`, `complaint` and `unsubscribe` end, as does every other word, which is
    a human answer. Without a collaboration it concerns all of the person's sequences. Letters that waited in the outbox do
    not go. A bounce or a complaint that does not `count` (somebody may have made it up, or it is a passing trouble of
    theirs) says nothing of the mailbox that wrote.
    """
    everywhere = collaboration is None or kind in EVERYWHERE
    going = await sequences.going(unit.transaction, person, None if everywhere else collaboration)
    if counts and kind in ("bounce", "complaint"):
        await pausing.failed(unit, person, collaboration, "bounce" if kind == "bounce" else "complaint")
    if not going:
        return Stopped()
    said = _SAID.get(kind, "they answered")
    if kind in (AWAY, RETURNED):
        back = until if until is not None and until > unit.at else unit.at + AWAY_DAYS * _DAY
        columns = {"state": "paused", "why": said, "paused_until": back}
        running = {row["id"]: columns for row in going if row["state"] == "running"}
        return Stopped(paused=await unit.update_many("enrolments", running) if running else 0)
    columns = {"state": "stopped", "why": said, "paused_until": None}
    stopped = await unit.update_many("enrolments", {row["id"]: columns for row in going})
    cancelled = 0
    for message in await sequences.waiting_letters(unit.transaction, [row["id"] for row in going]):
        cancelled += await outbox.move(
            unit.transaction, message, "cancelled", f"not sent: {said}", states=("queued", "deferred")
        )
    return Stopped(stopped=stopped, cancelled=cancelled)
