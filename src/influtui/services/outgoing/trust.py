"""Whether this database can be trusted to know what was sent, and a person's word where it cannot.

A copy that was restored, a machine that was cloned, a clock that was set back: each can make letters go out a second time
(a mail tool is known to have sent a whole campaign again from a snapshot). Nothing is sent until a person has looked.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from influtui.model.failures import Failure, WrongUsage
from influtui.model.times import rfc3339
from influtui.services.outgoing.waiting import policy_of
from influtui.services.workspace import Workspace
from influtui.store import heartbeats, outbox, sequences
from influtui.store.database import Transaction
from influtui.store.worker_lock import here

TOLERANCE_MS: Final = 120_000
"""How far a clock may be set back: time servers do that much."""
_DOUBTFUL: Final = "it waited when this database was put back to an earlier state, and may have gone since"


class Untrusted(Failure):
    """Nothing is sent from this database until a person has said that it may."""

    kind = "needs_confirmation"


class Suspicion(msgspec.Struct, frozen=True, kw_only=True):
    """Why the database may not know what was sent."""

    what: Literal["restored", "moved", "clock", "silent"]
    why: str


class Confirmed(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.confirmed/1"):
    """What a person's word did."""

    was: str | None
    doubtful: int
    """Letters that are now shown as unknown."""
    held: int
    """Sequences that are paused, since their next letter may have gone."""


async def suspicion(workspace: Workspace, *, by_itself: bool) -> Suspicion | None:
    """What speaks against sending. A long silence does so only against sending `by_itself`."""
    known, beside = await heartbeats.last(workspace.db), heartbeats.beside(workspace.folder)
    now = workspace.clock()
    if beside is not None and beside.serial > (known.serial if known else 0):
        return Suspicion(
            what="restored",
            why=f"this database was put back to a time before {rfc3339(beside.at)}, when the last letter went out",
        )
    if known is None:
        return None
    if known.host != here().host:
        return Suspicion(
            what="moved",
            why=f"letters went out from {known.host} last, and this is {here().host}: does that one still send?",
        )
    if now + TOLERANCE_MS < known.at:
        return Suspicion(
            what="clock", why=f"the clock stands at {rfc3339(now)}, and a letter went out {rfc3339(known.at)}"
        )
    hours = policy_of(workspace.settings, None).stale_hours
    if by_itself and now - known.at > hours * 3_600_000 and await heartbeats.would_have_gone(workspace.db, known.at):
        return Suspicion(
            what="silent",
            why=f"letters wait since before {rfc3339(known.at)}, when the last one went out: is this an old copy?",
        )
    return None


async def require(workspace: Workspace, *, by_itself: bool) -> None:
    """Raise `Untrusted` where something speaks against sending."""
    found = await suspicion(workspace, by_itself=by_itself)
    if found is not None:
        raise Untrusted(
            f"nothing was sent: {found.why}",
            hint="Look into the mailbox's Sent folder, then `influtui worker confirm`.",
        )


async def sign(transaction: Transaction) -> heartbeats.Heartbeat:
    """Note, in the transaction that lets a letter go, that one goes."""
    return await heartbeats.beat(transaction, here().host)


async def confirm(workspace: Workspace, *, nothing_was_sent: bool = False) -> Confirmed:
    """A person's word that letters may go from here.

    What waited at the time of the doubt is shown as unknown, and sequences whose next letter would be due are paused,
    unless the person knows that nothing was sent since.
    """
    found = await suspicion(workspace, by_itself=True)
    if found is None:
        raise WrongUsage(
            "nothing stands in the way of sending", hint="`influtui outbox list` says what waits, and why."
        )
    beside = heartbeats.beside(workspace.folder)
    doubted = found.what != "clock" and not nothing_was_sent
    doubtful = held = 0
    async with workspace.change("worker.confirm", f"let mail go again: {found.why}") as unit:
        unit.undoable = False
        if doubted:
            for message in await heartbeats.waiting(unit.transaction):
                doubtful += await outbox.move(
                    unit.transaction, message, "unknown", _DOUBTFUL, states=("queued", "deferred")
                )
            due = [
                row.id
                for row in await sequences.enrolments(unit.transaction, going_only=True)
                if row.state == "running" and (after := row.next_step()) is not None and after[1] <= unit.at
            ]
            why = "its next letter may have gone before this database was put back"
            held = (
                await unit.update_many("enrolments", {each: {"state": "paused", "why": why} for each in due})
                if due
                else 0
            )
        signed = await heartbeats.beat(unit.transaction, here().host, after=beside.serial if beside else 0)
        unit.counted(1)
    heartbeats.put_beside(workspace.folder, signed)
    return Confirmed(was=found.what, doubtful=doubtful, held=held)
