"""Put messages into the outbox: the conversation they belong to, the message, and the bytes that will be sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from influtui.mail.composing import Composed
from influtui.model.failures import WrongUsage
from influtui.model.settings import MailAccount
from influtui.services.campaign.collaborations import ensure
from influtui.services.outgoing.letters import Letter
from influtui.store import conversations, outbox
from influtui.store.journal import UnitOfWork
from influtui.store.outreach import Offering

Kind = Literal["letter", "follow_up", "reply"]


async def write(
    unit: UnitOfWork,
    offering: Offering,
    account: MailAccount,
    each: Letter,
    *,
    template: str,
    by: str,
    approved: bool,
    not_before: int | None = None,
) -> tuple[int, int]:
    """A letter for a campaign, in the conversation that the person has for it. Returns conversation and message.

    What is not approved waits as a draft.
    """
    creator, composed = each.creator, each.composed
    if composed is None or each.message_id is None:
        raise WrongUsage("a direct message cannot be queued")
    collaboration = await ensure(unit, offering.id, creator.person, creator.id)
    conversation = await conversations.find(
        unit.transaction, person=creator.person, channel="email", collaboration=collaboration
    )
    columns: dict[str, Any] = {
        "account": account.address,
        "address": each.recipient,
        "subject": composed.subject,
        "last_at": unit.at,
        "awaiting": "nobody",
    }
    if conversation is None:
        fixed = {
            "person_id": creator.person,
            "collaboration_id": collaboration,
            "creator_id": creator.id,
            "channel": "email",
        }
        conversation = await unit.insert("conversations", {**fixed, **columns})
    else:
        await unit.update("conversations", conversation, {"address": each.recipient, "account": account.address})
    message = await queue_message(
        unit,
        conversation=conversation,
        account=account,
        recipient=each.recipient,
        composed=composed,
        message_id=each.message_id,
        written_by=by,
        template=template,
        in_reply_to=each.thread.answered if each.thread else None,
        references=each.thread.references if each.thread else (),
        kind="follow_up" if each.thread else "letter",
        approved_by=by if approved else None,
        not_before=not_before,
    )
    await note_told(unit, each, message)
    return conversation, message


async def note_told(unit: UnitOfWork, each: Letter, message: int) -> None:
    """Record what a message tells its reader about their data, where it does."""
    if each.notice is not None:
        columns = {"person_id": each.creator.person, "message_id": message, "at": unit.at}
        await unit.insert("privacy_notices", {**columns, "basis": each.notice.basis, "source": each.notice.source})


async def queue_message(
    unit: UnitOfWork,
    *,
    conversation: int,
    account: MailAccount,
    recipient: str,
    composed: Composed,
    message_id: str,
    written_by: str,
    kind: Kind,
    approved_by: str | None,
    template: str | None = None,
    in_reply_to: str | None = None,
    references: Sequence[str] = (),
    not_before: int | None = None,
) -> int:
    """A message with its bytes, ready to be sent once it is approved. Returns its id."""
    message = await unit.insert(
        "messages",
        {
            "conversation_id": conversation,
            "direction": "out",
            "state": "queued",
            "message_id": message_id,
            "in_reply_to": in_reply_to,
            "references_ids": " ".join(references) or None,
            "sender": account.address,
            "recipient": recipient,
            "subject": composed.subject,
            "body": composed.body,
            "template": template,
            "written_by": written_by,
            "at": unit.at,
        },
    )
    await outbox.put(
        unit.transaction,
        message,
        account=account.address,
        sender=account.address,
        recipient=recipient,
        raw=composed.raw,
        kind=kind,
        approved_by=approved_by,
        not_before=not_before,
    )
    return message
