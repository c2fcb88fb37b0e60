"""Send what is in the outbox: never the same message twice by itself, and never without saying what became of it.

A message may be transmitted only by the sender that moved it to `in_data`, in a commit of its own directly before DATA;
suppression and the other last checks stand in that same transaction. What then ends without a reply is `unknown`, and
only a person moves it on.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Final, Literal

import msgspec

from influtui.mail import submission
from influtui.mail.composing import redated
from influtui.mail.connecting import is_loopback
from influtui.mail.submission import Envelope, Submission, Withheld
from influtui.model.conversation_qualifiers import OUTBOX
from influtui.model.failures import Failure, NotFound, ReadOnly, StoreFull, WrongUsage
from influtui.model.messages import SENDABLE, MessageState, OutboxRow, Outcome
from influtui.model.send_plan import Planned
from influtui.model.settings import MailAccount
from influtui.model.text import OutsideText, from_outside
from influtui.model.times import rfc3339, to_the_second
from influtui.services import asking
from influtui.services.mailbox import credentials
from influtui.services.mailbox.accounts import account as mailbox
from influtui.services.mailbox.backoff import Backoff
from influtui.services.mailbox.troubles import Trouble, trouble_of
from influtui.services.outgoing import pausing, trust, waiting
from influtui.services.workspace import Workspace
from influtui.store import creators, leases, outbox, sender_lock, suppressions
from influtui.store.database import Reader, Row, Transaction
from influtui.store.heartbeats import Heartbeat, put_beside
from influtui.store.outbox import Outgoing

GIVEN_UP_AFTER: Final = 15 * 60_000
"""Milliseconds after which a sender on another machine is taken for gone: its wait for a reply, and then some."""
LATER: Final = (15 * 60_000, 60 * 60_000, 4 * 3_600_000)
"""How long a message rests after each "try again later": greylisting wants a quarter of an hour at least."""
FRESH_MS: Final = 30 * 60_000
"""How old the Date of a letter may be when it first goes: older mail is looked at askance."""
INTERRUPTED: Final = OutsideText("interrupted while it was transmitted: it may have arrived")


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one message in this run. A state of `queued` says that it never came to it."""

    message: int
    recipient: OutsideText | None = None
    """To whom; None where it never came to it."""
    state: MessageState
    said: OutsideText


Told = Callable[[Delivery], None]


class CannotConnect(Failure):
    """No connection to the mailbox's server could be had."""

    kind = "unreachable"


class Sender:
    """A mailbox that can send now: connected and signed in, and connected anew where a server hangs up."""

    def __init__(
        self, workspace: Workspace, account: MailAccount, *, paced: bool = False, token: int | None = None
    ) -> None:
        self.workspace = workspace
        self.account = account
        self.paced = paced
        """Whether it keeps to the mailbox's pace. A person who says `now` is not held to it."""
        self.token = token
        """Of the worker that sends: one that was replaced sends nothing more."""
        self._stack = AsyncExitStack()
        self._connection: Submission | None = None

    async def connect(self) -> Submission:
        """The open connection; a new one where there is none. Raises what stands in the way."""
        if self._connection is None or not self._connection.is_open:
            await self.close()
            secret = await credentials.secret_for(self.workspace, self.account)
            self._connection = await self._stack.enter_async_context(submission.connected(self.account, secret))
        return self._connection

    async def submit(self, envelope: Envelope, raw: bytes, claim: Callable[[], Awaitable[None]]) -> Outcome:
        """Submit one message. Raises `CannotConnect` where there is no connection, and what `claim` raises.

        Servers end a connection after some messages or some time. That is no answer to this message, so it is offered
        once more on a new connection: nothing of it had been transmitted.
        """
        while True:
            try:
                connection = await self.connect()
            except Failure as failure:
                raise CannotConnect(failure.message, hint=failure.hint) from None
            had_others = connection.messages > 0
            outcome = await connection.submit(envelope, raw, claim)
            if not (had_others and outcome.stage == "sender" and outcome.code in (None, 421)):
                return outcome
            await self.close()

    async def close(self) -> None:
        """Say good-bye to the server."""
        self._connection = None
        await self._stack.aclose()


@asynccontextmanager
async def sender(
    workspace: Workspace, account: MailAccount, *, paced: bool = False, token: int | None = None
) -> AsyncIterator[Sender]:
    """A sender for the length of a block, already signed in: a wrong password is known before anything is queued."""
    if workspace.db.read_only:
        raise ReadOnly("nothing was sent: this session is read-only", hint="Leave out --read-only.")
    if workspace.rehearsal:
        raise Failure("nothing is sent in a rehearsal")
    if workspace.settings.world is not None and not is_loopback(account.smtp_host):
        raise Failure(
            "this is a demo world: its people are invented, so no mail leaves this machine",
            hint="Open a workspace of your own with --workspace DIR.",
        )
    await trust.require(workspace, by_itself=paced)
    made = Sender(workspace, account, paced=paced, token=token)
    async with sender_lock.sending(workspace.folder):
        try:
            await made.connect()
            yield made
        finally:
            await made.close()


async def deliver(
    made: Sender,
    messages: Sequence[int],
    *,
    told: Told | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> list[Delivery]:
    """Submit queued messages, one after the other. What a server refuses stays with its own message."""
    done: list[Delivery] = []
    halted: str | None = None
    for message in messages:
        if stopped():
            break
        if halted is None:
            delivery, halted = await _deliver_one(made, message)
        else:
            delivery = Delivery(message=message, state="queued", said=from_outside(halted))
        done.append(delivery)
        if told is not None:
            told(delivery)
    return done


async def send_queued(workspace: Workspace, ids: Sequence[int] = (), *, told: Told | None = None) -> list[Delivery]:
    """Send what waits in the outbox: what is due, or exactly `ids`."""
    await settle_interrupted(workspace)
    now = workspace.clock()
    ready = [
        row
        for row in await outbox.listed(workspace.db, SENDABLE, ids=ids)
        if ids or (row["approved_by"] is not None and (row["not_before"] is None or row["not_before"] <= now))
    ]
    missing = set(ids) - {row["id"] for row in ready}
    if missing:
        raise NotFound(
            f"message {min(missing)} does not wait to be sent", hint="`influtui outbox list` shows what does, and why."
        )
    done: list[Delivery] = []
    for address in dict.fromkeys(row["account"] for row in ready):
        async with sender(workspace, await mailbox(workspace, address)) as made:
            done += await deliver(made, [row["id"] for row in ready if row["account"] == address], told=told)
    return done


async def send_due(
    workspace: Workspace,
    *,
    told: Told | None = None,
    token: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
    backoff: Backoff | None = None,
) -> tuple[list[Delivery], list[Trouble]]:
    """Send what its mailbox's pace lets go now, one letter after the other, until `stopped`. What the worker does.

    A mailbox that cannot send does not keep the others from it: its trouble is told, and it is left alone for a while.
    """
    await _call_off(workspace)
    backoff = backoff or Backoff()
    done, troubles, tried = list[Delivery](), list[Trouble](), set[int]()
    while not stopped():
        ready = [
            each
            for each in await waiting.due(workspace)
            if each.id not in tried and not backoff.rests(each.account, workspace.clock())
        ]
        if not ready:
            break
        address = ready[0].account
        ids = [each.id for each in ready if each.account == address]
        tried |= set(ids)
        try:
            async with sender(workspace, await mailbox(workspace, address), paced=True, token=token) as made:
                done += await deliver(made, ids, told=told, stopped=stopped)
            backoff.worked(address)
        except Failure as failure:
            backoff.failed(address, workspace.clock())
            troubles.append(trouble_of(failure, f"{address} cannot send"))
    return done, troubles


async def _call_off(workspace: Workspace) -> None:
    """Letters that are not needed any more leave the outbox."""
    over = [each for each in await waiting.planned(workspace, days=1) if each.obstacle and each.obstacle.over]
    if over:
        async with workspace.db.write(workspace.clock()) as transaction:
            for each in over:
                said = f"not sent: {each.obstacle.why}" if each.obstacle else "not sent"
                await outbox.move(transaction, each.message.id, "cancelled", said, states=SENDABLE)


async def outgoing(workspace: Workspace, ids: Sequence[int] = (), *, query: str = "") -> list[OutboxRow]:
    """What has not gone, or of which nobody knows: why, until when, and what to do."""
    await settle_interrupted(workspace)
    asked = await asking.everywhere(workspace, query, OUTBOX, outbox.OUTBOX)
    states: tuple[MessageState, ...] = ("unknown", "in_data", "deferred", "queued", "failed")
    rows = await outbox.listed(workspace.db, states, ids=ids, asked=asked)
    waits = any(row["state"] in SENDABLE for row in rows)
    plans = {each.message.id: each for each in await waiting.planned(workspace)} if waits else {}
    return [_row(row, workspace.clock(), plans.get(row["id"])) for row in rows]


async def approve(workspace: Workspace, ids: Sequence[int], *, query: str | None = None) -> list[int]:
    """Let drafts go: these, or all that match. Returns their ids. Raises `NotFound` where one named is no draft."""
    if query is not None:
        ids = [row.id for row in await outgoing(workspace, query=query) if row.state == "draft"]
    letters = "1 letter" if len(ids) == 1 else f"{len(ids)} letters"
    async with workspace.change("outbox.approve", f"approved {letters}") as unit:
        unit.undoable = False
        done = await outbox.approve(unit.transaction, ids, by=workspace.actor)
        missing = set(ids) - set(done)
        if missing and query is None:
            raise NotFound(
                f"message {min(missing)} does not wait to be approved", hint="`influtui outbox list state:draft`"
            )
        unit.counted(len(done))
    return done


async def resolve(workspace: Workspace, message: int, decision: Literal["sent", "again", "cancelled"]) -> None:
    """A person's word on a message: it went, it shall go again, or it shall not go.

    Raises `WrongUsage` where nothing is in doubt. `again` may reach somebody twice: ask before.
    """
    await settle_interrupted(workspace)
    states: dict[str, tuple[MessageState, tuple[MessageState, ...]]] = {
        "sent": ("sent", ("unknown",)),
        "again": ("queued", ("unknown",)),
        "cancelled": ("cancelled", ("queued", "deferred", "unknown")),
    }
    after, before = states[decision]
    words = {"sent": "said that it was sent", "again": "asked to send again", "cancelled": "called off"}[decision]
    async with workspace.change(f"outbox.{decision}", f"{words}: message {message}") as unit:
        unit.undoable = False
        going = await _read(unit.transaction, message)
        if going.state not in before:
            raise WrongUsage(
                f"message {message} is {going.state}: there is nothing to decide", hint="`influtui outbox list`"
            )
        await unit.update("messages", message, {"state": after, "outcome": f"{words} by {workspace.actor}"})
        if decision == "sent":
            await unit.update("conversations", going.conversation, {"awaiting": "them", "last_at": unit.at})


async def settle_interrupted(workspace: Workspace) -> None:
    """Messages whose sender ended inside DATA become `unknown`. Does nothing where nothing can be written."""
    if workspace.db.read_only or workspace.db.is_full or not await outbox.interrupted(workspace.db, before=None):
        return
    with sender_lock.nobody_sending(workspace.folder) as alone:
        before = None if alone else workspace.clock() - GIVEN_UP_AFTER
        if not await outbox.interrupted(workspace.db, before=before):
            return
        # Whoever only reads is shown the letter as it is noted; nobody can send it meanwhile.
        with suppress(StoreFull):
            async with workspace.db.write(workspace.clock()) as transaction:
                for message in await outbox.interrupted(transaction, before=before):
                    await outbox.move(transaction, message, "unknown", INTERRUPTED, states=("in_data",))


async def _deliver_one(made: Sender, message: int) -> tuple[Delivery, str | None]:
    """Returns what became of a message, and why the following ones should not be tried now."""
    workspace = made.workspace
    going = await _read(workspace.db, message)
    to = from_outside(going.envelope_to)
    if not going.is_intact:
        raise Failure(f"the bytes of message {message} are not those that were rendered; it was not sent")
    held = await waiting.held(workspace.db, workspace, message, paced=made.paced)
    if held is not None and not held.over:
        # Asked again where it counts; here it spares the server a recipient that is not meant yet.
        return Delivery(message=message, recipient=to, state=going.state, said=from_outside(held.why)), None
    going = await _dated(workspace, going)
    claimed = False

    async def claim() -> None:
        nonlocal claimed
        await _claim(made, going)
        claimed = True

    try:
        outcome = await made.submit(Envelope(going.envelope_from, going.envelope_to), going.raw, claim)
    except CannotConnect as failure:
        return Delivery(
            message=message, recipient=to, state=going.state, said=from_outside(failure.message)
        ), failure.message
    except Withheld as why:
        state: MessageState = (await _read(workspace.db, message)).state
        return Delivery(message=message, recipient=to, state=state, said=from_outside(str(why))), None
    except BaseException:
        if claimed:
            # Shielded: this must be known even when the person who waited has gone.
            await asyncio.shield(_interrupted(workspace, going))
        raise
    await _settle(workspace, going, outcome, claimed=claimed)
    if outcome.state == "failed" and outcome.stage == "recipient":
        await pausing.refused(workspace, going.account)
    # A refused sender concerns every message of this mailbox, and a lost connection is worth one try each at most.
    halted = f"the server does not take mail from {going.envelope_from} now" if outcome.stage == "sender" else None
    said = outcome.said if outcome.code is None else f"{outcome.code} {outcome.said}"
    return Delivery(message=message, recipient=to, state=outcome.state, said=from_outside(said)), halted


async def _dated(workspace: Workspace, going: Outgoing) -> Outgoing:
    """A letter that waited for its hour or its approval bears the time at which it first goes, and keeps it from then on."""
    now = workspace.clock()
    if going.attempts or now - going.written_at < FRESH_MS:
        return going
    async with workspace.db.write(now) as transaction:
        await outbox.rewrite(transaction, going.id, redated(going.raw, now))
    return await _read(workspace.db, going.id)


async def _claim(made: Sender, going: Outgoing) -> None:
    """The last checks and the step into DATA, in one transaction that is on the disk before it returns."""
    workspace = made.workspace
    withheld: str | None = None
    signed: Heartbeat | None = None
    async with workspace.db.write(workspace.clock(), durability="full") as transaction:
        withheld = await _against(transaction, going)
        if withheld is not None:
            await outbox.move(transaction, going.id, "cancelled", withheld, states=SENDABLE)
        elif (held := await waiting.held(transaction, workspace, going.id, paced=made.paced)) is not None:
            withheld = held.why
            if held.over:
                await outbox.move(transaction, going.id, "cancelled", f"not sent: {held.why}", states=SENDABLE)
        elif made.token is not None and not await leases.holds(transaction, made.token):
            withheld = "another worker has taken over"
        elif not await outbox.claim(transaction, going.id, by=_ourselves()):
            withheld = "another session has taken it"
        else:
            signed = await trust.sign(transaction)
    if withheld is not None:
        raise Withheld(withheld)
    if signed is not None:
        put_beside(workspace.folder, signed)


async def _against(transaction: Transaction, going: Outgoing) -> str | None:
    """Why a message must never go; None where nothing is against it."""
    suppressed = await suppressions.load(transaction)
    if not suppressed:
        return None
    reason = suppressed.email(going.envelope_to)
    for account in await creators.of_person(transaction, going.person):
        reason = reason or suppressed.account(account.platform, account.handle)
    return f"not sent: suppressed ({reason})" if reason else None


async def _settle(workspace: Workspace, going: Outgoing, outcome: Outcome, *, claimed: bool) -> None:
    async with workspace.db.write(workspace.clock(), durability="full") as transaction:
        not_before = None
        if outcome.state == "deferred":
            rows = await outbox.listed(transaction, ("queued", "deferred", "in_data"), ids=[going.id])
            attempts = rows[0]["attempts"] - claimed if rows else 0
            not_before = workspace.clock() + LATER[min(attempts, len(LATER) - 1)]
        await outbox.settle(transaction, going, outcome, claimed=claimed, not_before=not_before)


async def _interrupted(workspace: Workspace, going: Outgoing) -> None:
    await _settle(workspace, going, Outcome(state="unknown", stage="data", said=INTERRUPTED), claimed=True)


async def _read(reader: Reader, message: int) -> Outgoing:
    found = await outbox.read(reader, message)
    if found is None:
        raise NotFound(f"there is no message {message} in the outbox", hint="`influtui outbox list` shows them.")
    return found


def _ourselves() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _row(row: Row, now: int, plan: Planned | None) -> OutboxRow:
    why, following = _why(row, plan)
    draft = row["state"] == "queued" and row["approved_by"] is None
    return OutboxRow(
        id=row["id"],
        conversation=row["conversation_id"],
        state="draft" if draft else row["state"],
        kind=row["kind"],
        account=row["account"],
        recipient=row["recipient"],
        subject=row["subject"],
        at=rfc3339(row["at"]) or "",
        attempts=row["attempts"],
        outcome=row["outcome"],
        rests=row["not_before"] is not None and row["not_before"] > now,
        why=why,
        until=to_the_second(plan.at) if plan is not None else None,
        next=following,
    )


def _why(row: Row, plan: Planned | None) -> tuple[str, str | None]:
    state, number = row["state"], row["id"]
    if state == "unknown":
        return (
            f"nobody knows whether it arrived ({row['outcome']}); it is not sent again by itself."
            " Look into the mailbox's Sent folder, or ask",
            f"influtui outbox resolve {number} --sent | --again",
        )
    if state == "in_data":
        return f"it is being transmitted by {row['claimed_by']}", None
    if state == "failed":
        return f"it was refused for good: {row['outcome']}", f"influtui inbox show {row['conversation_id']}"
    now_is_possible = f"influtui outbox send {number}"
    if plan is None or plan.obstacle is None:
        return "it is ready and was not sent yet", now_is_possible
    held = plan.obstacle
    return held.why, held.next or (now_is_possible if held.until is not None else None)
