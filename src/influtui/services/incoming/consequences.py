"""What follows from a message that came in: what stops, who is suppressed, which letter did not arrive, which mailbox pauses.

Suppression, a letter's failure and a mailbox's pause follow by themselves only where nobody can have made the message up
(it names an id of ours, which nobody can guess, and our own server does not doubt its sender). Whatever only stops us
from writing follows at once: stopping wrongly costs a day, not stopping costs a reputation.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

import msgspec

from influtui.model.ids import CollaborationId, PersonId
from influtui.model.incoming import Bounce, Kind
from influtui.model.sequences import RETURNED
from influtui.model.suppression import SuppressionReason
from influtui.model.text import from_outside, safe
from influtui.services.campaign import collaborations
from influtui.services.incoming.matching import How
from influtui.services.outgoing import pausing, sequences
from influtui.store import creators, outbox, people, received, suppressions
from influtui.store.journal import UnitOfWork
from influtui.store.received import Known

DOUBTABLE: Final = frozenset({"bounce", "complaint", "unsubscribe"})
"""The kinds that ask for something which cannot be taken back."""
_SAID_LIMIT: Final = 200


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A message that came in, as far as something follows from it."""

    conversation: int
    person: int
    collaboration: int | None
    account: str | None
    kind: Kind
    sender: str | None = None
    letter: Known | None = None
    """The letter of ours that it answers or reports on."""
    bounce: Bounce | None = None
    returns_on: date | None = None
    doubt: str | None = None
    """Why a person must confirm what it asks for; None where it is beyond doubt."""


class Followed(msgspec.Struct, kw_only=True):
    """What followed."""

    stopped: int = 0
    paused: int = 0
    suppressed: int = 0


def doubt(kind: Kind, how: How, *, unverified: str | None, is_proven: bool) -> str | None:
    """Why a person must confirm what a message asks for; None where nothing needs to be, or nobody can have made it up."""
    if kind not in DOUBTABLE:
        return None
    if unverified is not None and kind == "unsubscribe":
        return unverified
    if how == "id" or (is_proven and kind == "unsubscribe"):
        return None
    return "it names no letter of ours, so anybody may have written it"


def back_at(found: date | None) -> int | None:
    """The morning of a day of return, in milliseconds."""
    if found is None:
        return None
    return int(datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp() * 1000)


async def follow(unit: UnitOfWork, said: Said, actor: str) -> Followed:
    """Do what follows from a message, as part of the caller's act."""
    done = Followed()
    passing = said.bounce is not None and said.bounce.retry and not said.bounce.suppress
    result = await sequences.answered(
        unit,
        said.person,
        said.collaboration,
        RETURNED if passing else said.kind,
        until=back_at(said.returns_on),
        counts=said.doubt is None and not passing,
    )
    done.stopped, done.paused = result.stopped, result.paused
    if said.kind == "bounce":
        done.suppressed = await _came_back(unit, said)
    elif said.letter is not None and said.letter.state in ("unknown", "in_data"):
        await outbox.move(
            unit.transaction, said.letter.message, "sent", "an answer to it came", states=("unknown", "in_data")
        )
    # A report that a mail failed some check of its domain says nothing about its reader's wishes.
    asks = said.kind == "unsubscribe" or (said.kind == "complaint" and (said.bounce is None or said.bounce.suppress))
    if said.doubt is None and asks:
        done.suppressed = await _suppress(unit, said, "complained" if said.kind == "complaint" else "opted_out")
        if said.collaboration is not None:
            why = "marked a letter as spam" if said.kind == "complaint" else "asked not to be written to"
            await collaborations.opted_out(unit, CollaborationId(said.collaboration), actor, why)
    return done


async def _came_back(unit: UnitOfWork, said: Said) -> int:
    bounce, letter = said.bounce, said.letter
    if bounce is None or said.doubt is not None:
        return 0
    why = _words(bounce)
    if bounce.pause_sender and said.account is not None:
        await pausing.pause(unit, said.account, f"a provider refuses mail from it: {why}")
    if letter is None:
        return 0
    if bounce.retry and not bounce.suppress:
        await outbox.move(
            unit.transaction, letter.message, "sent", f"came back for now: {why}", states=("sent", "unknown", "in_data")
        )
        return 0
    await outbox.move(
        unit.transaction, letter.message, "failed", f"came back: {why}", states=("sent", "unknown", "in_data")
    )
    recipient = await received.recipient_of(unit.transaction, letter.message)
    if not bounce.suppress or recipient is None:
        return 0
    return await suppressions.add(unit.transaction, "bounced", emails=[recipient])


def _words(bounce: Bounce) -> str:
    """What the server said; its codes in front, unless it says them itself."""
    said = bounce.said or ""
    codes = [str(code) for code in (bounce.code, bounce.status) if code and str(code) not in said]
    return safe(from_outside(" ".join([*codes, said]).strip()))[:_SAID_LIMIT] or bounce.reason


async def _suppress(unit: UnitOfWork, said: Said, reason: SuppressionReason) -> int:
    accounts = await creators.of_person(unit.transaction, PersonId(said.person))
    emails = set(await people.addresses(unit.transaction, PersonId(said.person)))
    if said.sender and said.kind == "unsubscribe":
        emails.add(said.sender)
    return await suppressions.add(unit.transaction, reason, accounts=accounts, emails=sorted(emails))
