"""Conversations: who waits for us, what was said, answering by mail, and noting what was said elsewhere.

An answer that was read in the mailbox or in an app is pasted in: it is a person's word, marked so, and moves the
collaboration as a received one does. Drafts are kept by conversation, so that no lost connection costs an answer.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from influtui.mail.addresses import Mailbox, sendable
from influtui.mail.classification import classify_text
from influtui.mail.composing import Draft, compose, known_ids, plain_body
from influtui.model.conversation_qualifiers import CONVERSATIONS
from influtui.model.creators import Ref
from influtui.model.failures import Conflict, NotFound, WrongUsage
from influtui.model.incoming import Classification
from influtui.model.messages import Channel, Conversation, ConversationRow
from influtui.model.sequences import AWAY
from influtui.model.text import from_outside, safe
from influtui.model.times import Millis
from influtui.services import asking
from influtui.services.campaign.campaign_choice import needed
from influtui.services.campaign.collaborations import ensure
from influtui.services.incoming import consequences
from influtui.services.incoming.consequences import Said
from influtui.services.mailbox.accounts import account as mailbox
from influtui.services.outgoing import letters, sending, sequences
from influtui.services.outgoing.queueing import queue_message
from influtui.services.outgoing.sending import Delivery
from influtui.services.workspace import Workspace
from influtui.store import conversations as stored
from influtui.store import creators, drafts
from influtui.store.journal import UnitOfWork

TEXT_LIMIT: Final = 200_000
"""Characters of a pasted message that are kept."""


class Logged(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.logged/1"):
    """A message that a person noted."""

    conversation: int
    message: int
    person: int
    ref: str | None
    channel: Channel
    kind: str | None = None
    """What an answer was taken for; None for what we said."""
    unconfirmed: str | None = None
    """Why what it asks for waits for a person's word."""
    stopped: int = 0
    paused: int = 0
    """How many sequences it ended, and held."""


async def conversations(workspace: Workspace, query: str = "") -> list[ConversationRow]:
    """The conversations that match, those that wait for us first. Words look into all that was said."""
    await sending.settle_interrupted(workspace)
    condition, values = await asking.everywhere(workspace, query, CONVERSATIONS, stored.CONVERSATIONS)
    return await stored.listed(workspace.db, condition, values)


async def waiting_count(workspace: Workspace) -> int:
    """How many conversations wait for us."""
    return await stored.waiting_count(workspace.db)


async def conversation(workspace: Workspace, number: int) -> Conversation:
    """A conversation with its messages and the draft that somebody left in it. Raises `NotFound`."""
    row = await stored.one(workspace.db, number)
    if row is None:
        raise NotFound(f"there is no conversation {number}", hint="`influtui inbox list` shows them.")
    found = await stored.messages(workspace.db, number)
    return Conversation(row=row, messages=tuple(found), draft=await load_draft(workspace, number))


async def reply(
    workspace: Workspace, number: int, body: str, *, subject: str | None = None, seen: int | None = None
) -> Delivery:
    """Answer in a conversation by mail. `seen` is the newest message that the writer has read.

    Raises `Conflict` where another message has come since, `WrongUsage` where there is nothing to send or no address.
    """
    found = await conversation(workspace, number)
    if found.row.channel != "email" or not found.row.address:
        raise WrongUsage(
            f"conversation {number} is not by mail, so no program can answer in it",
            hint=f"Answer there, then note it: `influtui inbox log-dm {number} --sent --text '…'`.",
        )
    _refuse_empty(body)
    account = await mailbox(workspace, found.row.account)
    recipient = sendable(found.row.address)
    answered, references = await stored.thread(workspace.db, number)
    message_id = letters.new_message_id(account.address.rpartition("@")[2])
    composed = compose(
        Draft(
            sender=Mailbox(account.name, account.address),
            recipient=Mailbox(None, recipient),
            subject=subject or letters.reply_subject(found.row.subject, answers=answered is not None),
            body=body,
            message_id=message_id,
            at=workspace.clock(),
            in_reply_to=answered,
            references=references,
            reply_to=Mailbox(None, sendable(account.reply_to)) if account.reply_to else None,
        )
    )
    await sending.settle_interrupted(workspace)
    async with sending.sender(workspace, account) as sender:
        async with workspace.change("inbox.reply", f"answered {_who(found.row)}") as unit:
            unit.undoable = False
            newest = await stored.messages(unit.transaction, number)
            if seen is not None and newest and newest[-1].id > seen:
                raise Conflict(
                    "a message has come into this conversation since you began to write; nothing was sent",
                    hint=f"Read it (`influtui inbox show {number}`) and send again.",
                )
            message = await queue_message(
                unit,
                conversation=number,
                account=account,
                recipient=recipient,
                composed=composed,
                message_id=message_id,
                written_by=workspace.actor,
                kind="reply",
                approved_by=workspace.actor,
                in_reply_to=answered,
                references=known_ids(references),
            )
        deliveries = await sending.deliver(sender, [message])
    if deliveries[0].state != "failed":
        await save_draft(workspace, number, "")
    return deliveries[0]


async def log_answer(
    workspace: Workspace, of: int | Ref, text: str, *, channel: Channel | None = None, campaign: str | None = None
) -> Logged:
    """Note what somebody answered, in a conversation or to a person's newest one: it waits for us from now on."""
    return await _log(workspace, of, text, direction="in", channel=channel, campaign=campaign)


async def log_sent(
    workspace: Workspace, of: int | Ref, text: str, *, channel: Channel | None = "dm", campaign: str | None = None
) -> Logged:
    """Note a message that a person sent by hand, elsewhere. It is their word that it went."""
    return await _log(workspace, of, text, direction="out", channel=channel, campaign=campaign)


async def save_draft(workspace: Workspace, number: int, text: str) -> None:
    """Keep what somebody has written so far in a conversation; nothing left clears it."""
    async with workspace.db.write(workspace.clock(), durability="normal") as transaction:
        await drafts.put(transaction, workspace.actor, _draft_key(number), text if text.strip() else None)


async def load_draft(workspace: Workspace, number: int) -> str | None:
    """What this actor left unsent in a conversation."""
    return await drafts.get(workspace.db, workspace.actor, _draft_key(number))


async def _log(
    workspace: Workspace, of: int | Ref, text: str, *, direction: str, channel: Channel | None, campaign: str | None
) -> Logged:
    _refuse_empty(text)
    body = from_outside(plain_body(text)[:TEXT_LIMIT])
    noted = "noted an answer of" if direction == "in" else "noted a message to"
    async with workspace.change("inbox.log", f"{noted} somebody") as unit:
        if isinstance(of, int):
            number = of
        else:
            number = await _conversation_with(workspace, unit, of, channel, campaign)
        row = await stored.one(unit.transaction, number)
        if row is None:
            raise NotFound(f"there is no conversation {number}", hint="`influtui inbox list` shows them.")
        us, them = workspace.actor, row.address or row.ref
        found = classify_text(body, Millis(unit.at)) if direction == "in" else None
        message = await unit.insert(
            "messages",
            {
                "conversation_id": number,
                "direction": direction,
                "state": "logged",
                "sender": them if direction == "in" else us,
                "recipient": us if direction == "in" else them,
                "subject": None,
                "body": body,
                "written_by": workspace.actor,
                "at": unit.at,
                **(_judged(found) if found else {}),
            },
        )
        ours_next = found is not None and found.kind != AWAY
        await unit.update("conversations", number, {"awaiting": "us" if ours_next else "them", "last_at": unit.at})
        stopped, paused = await _followed(unit, workspace.actor, row, found) if found else (0, 0)
        unit.summary = f"{noted} {_who(row)}"
    return Logged(
        conversation=number,
        message=message,
        person=row.person,
        ref=row.ref,
        channel=row.channel,
        kind=found.kind if found else None,
        unconfirmed=_doubt(found) if found else None,
        stopped=stopped,
        paused=paused,
    )


async def _followed(unit: UnitOfWork, actor: str, row: ConversationRow, found: Classification) -> tuple[int, int]:
    """Do what follows from a pasted answer, as from one that came by mail. Returns how many sequences ended and rest."""
    said = Said(
        conversation=row.id,
        person=row.person,
        collaboration=row.collaboration,
        account=row.account,
        kind=found.kind,
        returns_on=found.returns_on,
        doubt=_doubt(found),
    )
    done = await consequences.follow(unit, said, actor)
    if found.kind == AWAY:
        return done.stopped, done.paused
    ended = await sequences.answered(unit, row.person, row.collaboration, "human")
    return done.stopped + ended.stopped, done.paused


def _judged(found: Classification) -> dict[str, Any]:
    return {"kind": found.kind, "kind_why": found.why, "kind_rule": found.rule, "unconfirmed": _doubt(found)}


def _doubt(found: Classification) -> str | None:
    """It is a person's paste: what it asks for that cannot be taken back, they confirm."""
    return "it was pasted in" if found.kind in consequences.DOUBTABLE else None


async def _conversation_with(
    workspace: Workspace, unit: UnitOfWork, ref: Ref, channel: Channel | None, campaign: str | None
) -> int:
    """The newest conversation with a person (on a channel, of a campaign where one is named), or a new one."""
    creator = await creators.find(unit.transaction, ref)
    collaboration = None
    if campaign is not None:
        collaboration = await ensure(unit, (await needed(workspace, campaign)).id, creator.person, creator.id)
    found = await stored.find(
        unit.transaction,
        person=creator.person,
        channel=channel,
        collaboration=collaboration,
        any_campaign=campaign is None,
    )
    if found is not None:
        return found
    return await unit.insert(
        "conversations",
        {
            "person_id": creator.person,
            "collaboration_id": collaboration,
            "creator_id": creator.id,
            "channel": channel or "dm",
            "address": (creator.email if channel == "email" else None) or creator.url or creator.ref,
            "last_at": unit.at,
            "awaiting": "nobody",
        },
    )


def _refuse_empty(text: str) -> None:
    if not text.strip():
        raise WrongUsage(
            "the message is empty; nothing was done", hint="Give it with --text TEXT; --text - reads standard input."
        )


def _who(row: ConversationRow) -> str:
    return safe(row.ref or row.name or row.address or f"conversation {row.id}")


def _draft_key(number: int) -> str:
    return f"draft:conversation:{number}"
