"""Conversations, messages, and the states a message to be sent goes through.

A message that leaves this machine is rendered once; its bytes never change afterwards. `in_data` is written down
before the first of them is transmitted, so that a crash can leave only one doubt, and that doubt is `unknown`: shown,
and never resolved by sending again without a person's word.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from influtui.model.ids import CollaborationId, ConversationId, CreatorId, MessageId, PersonId
from influtui.model.incoming import Attachment, Kind
from influtui.model.text import OutsideText

Channel = Literal["email", "dm"]

Awaiting = Literal["us", "them", "nobody"]
"""Whose turn it is in a conversation."""

MessageState = Literal["queued", "deferred", "in_data", "sent", "failed", "unknown", "cancelled", "received", "logged"]
"""`queued` and `deferred` (a server said: later) can still go; `in_data` is under way or was interrupted; `logged` is a
person's word about a message outside of mail; the others are over."""

SENDABLE: Final[tuple[MessageState, ...]] = ("queued", "deferred")

Stage = Literal["connect", "greeting", "tls", "login", "sender", "recipient", "data"]
"""How far a submission had come: SMTP's commands, in their order."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How one submission ended. `said` is the server's own text, or why there is none."""

    state: Literal["sent", "deferred", "failed", "unknown"]
    stage: Stage
    code: int | None = None
    said: OutsideText


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.message/1"):
    """One message of a conversation."""

    id: MessageId
    conversation: ConversationId
    direction: Literal["out", "in"]
    state: MessageState
    at: str
    sender: OutsideText | None
    recipient: OutsideText | None
    subject: OutsideText | None
    body: OutsideText
    template: str | None = None
    outcome: OutsideText | None = None
    """The server's last words, or why a message did not go."""
    message_id: str | None = None
    kind: Kind | None = None
    """What a received message was taken for (`model/incoming.Kind`); None of what we wrote."""
    kind_why: str | None = None
    kind_by: str | None = None
    """Who corrected it."""
    unconfirmed: str | None = None
    """Why what it asks for must be confirmed by a person first."""
    unverified: str | None = None
    """Why nobody can be sure who sent it."""
    cautions: tuple[str, ...] = ()
    """What is odd in who sent it: to be seen, no proof of anything."""
    matched_by: str | None = None
    attachments: tuple[Attachment, ...] = ()


class ConversationRow(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.conversation/1"):
    """A conversation as the Inbox lists it. `last` is the beginning of the newest message."""

    id: ConversationId
    person: PersonId
    collaboration: CollaborationId | None
    campaign: str | None
    creator: CreatorId | None
    ref: str | None
    name: OutsideText | None
    channel: Channel
    account: str | None
    """Our address in it."""
    address: OutsideText | None
    """Theirs, or where a direct message goes."""
    subject: OutsideText | None
    awaiting: Awaiting
    state: MessageState | None
    """Of the newest message: an unknown outcome shows here."""
    messages: int
    last: OutsideText | None
    last_at: str
    kind: Kind | None = None
    """What their newest message was taken for; None where they wrote none, or before classes were kept."""
    marks: tuple[str, ...] = ()
    """`unmatched`, `unconfirmed`, `unverified`: what a person should look at."""


class Conversation(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.thread/1"):
    """A conversation with all of its messages, the oldest first."""

    row: ConversationRow
    messages: tuple[Message, ...]
    draft: str | None = None
    """What somebody began to answer here and has not sent."""


class OutboxRow(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.outgoing/1"):
    """A message that has not gone, or of which nobody knows, and what to do about it."""

    id: MessageId
    conversation: ConversationId
    state: MessageState | Literal["draft"]
    """`draft`: queued, and nobody has approved it."""
    kind: Literal["letter", "follow_up", "reply"]
    account: str
    recipient: OutsideText
    subject: OutsideText | None
    at: str
    attempts: int
    outcome: OutsideText | None
    rests: bool
    """Whether a server asked for patience and the time is not up."""
    why: str
    until: str | None
    """When it goes if nothing else happens; None where it does not go by itself, or not within the next seven days."""
    next: str | None
    """The command that moves it on; None where nothing is to be done."""
