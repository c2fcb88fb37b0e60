"""One round of the worker: read the mailboxes, write what sequences have due, send what each mailbox's pace lets go."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from influtui.model.failures import Failure
from influtui.model.times import to_the_second
from influtui.services.incoming.reading import Reader
from influtui.services.mailbox.backoff import Backoff
from influtui.services.mailbox.troubles import Trouble, trouble_of
from influtui.services.outgoing import sending, stepping, trust, waiting
from influtui.services.outgoing.sending import Delivery
from influtui.services.workspace import Workspace


class Round(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.worker/1"):
    """What one round did, and what comes next."""

    read: int
    """Mailboxes that were read."""
    written: int
    """Letters of sequences."""
    ended: int
    """Sequences that are over."""
    sent: int
    not_sent: int
    """Tried, and not sent: later, refused or unknown."""
    waiting: int
    drafts: int
    """Those of them that somebody must approve first."""
    next: str | None
    """When the next letter goes if nothing else happens; None where nothing goes by itself."""
    troubles: tuple[str, ...] = ()
    """What stood in the way, one sentence each."""
    needs_configuration: bool = False
    """Whether one of them lasts until somebody supplies a setting or a credential."""


async def round_of(
    workspace: Workspace,
    *,
    token: int | None = None,
    reader: Reader | None = None,
    backoff: Backoff | None = None,
    told: Callable[[Delivery], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Round:
    """Do everything that is due once. What stands in the way of one thing does not keep the others from happening."""
    troubles: list[Trouble] = []
    await sending.settle_interrupted(workspace)
    # First what came in: an answer stops the letter that would go now.
    read, unread = await (reader or Reader()).read_due(workspace, stopped=stopped)
    troubles += unread
    stepped, done = stepping.Stepped(), list[Delivery]()
    try:
        # Before a letter is even written: a database that was put back would write again what has gone.
        await trust.require(workspace, by_itself=True)
        stepped = await stepping.write_due(workspace)
        done, unsent = await sending.send_due(workspace, told=told, token=token, stopped=stopped, backoff=backoff)
        troubles += unsent
    except Failure as failure:
        troubles.append(trouble_of(failure))
    plan = await waiting.planned(workspace)
    times = [each.at for each in plan if each.at is not None]
    return Round(
        read=read,
        written=stepped.written,
        ended=stepped.ended,
        sent=sum(each.state == "sent" for each in done),
        not_sent=sum(each.state != "sent" for each in done),
        waiting=len(plan),
        drafts=sum(not each.message.approved for each in plan),
        next=to_the_second(min(times)) if times else None,
        troubles=tuple(each.says for each in troubles),
        needs_configuration=any(each.needs_configuration for each in troubles),
    )
