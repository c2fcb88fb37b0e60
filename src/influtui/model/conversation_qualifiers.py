"""What can be asked of conversations and of the outbox: the qualifiers of `inbox list` and `outbox list`."""

from __future__ import annotations

from typing import Final, get_args

from influtui.model.creators import PLATFORMS
from influtui.model.incoming import KINDS
from influtui.model.messages import Awaiting, Channel, MessageState
from influtui.model.qualifiers import Qualifier, Table

MARKS: Final = ("unmatched", "unconfirmed", "unverified")
"""What a conversation can be marked with beside its class."""

_CAMPAIGN: Final = Qualifier(
    name="campaign", kind="campaign", aliases=("in",),
    meaning="of a campaign: its code, or `campaign` for the one in use", examples=("campaign:SPRING26", "in:campaign"),
)  # fmt: skip

CONVERSATIONS: Final = Table(
    noun="conversations",
    text="name and handle, subject, and everything that was said",
    qualifiers=(
        Qualifier(
            name="waits", kind="choice", aliases=("turn", "awaiting"), field="awaiting", choices=get_args(Awaiting),
            meaning="whose turn it is", examples=("waits:us", "-waits:nobody"),
        ),
        Qualifier(
            name="state", kind="choice", choices=get_args(MessageState), meaning="what became of the newest message",
            examples=("state:unknown", "state:failed,deferred"),
        ),
        Qualifier(
            name="is", kind="choice", field="is", choices=(*KINDS, *MARKS), aliases=("kind", "class"),
            meaning="what their newest message is, or what of it a person should look at",
            examples=("is:interested", "is:bounce,complaint", "is:unmatched"),
        ),
        Qualifier(
            name="channel", kind="choice", choices=get_args(Channel), meaning="by mail or by direct message",
            examples=("channel:dm",),
        ),
        _CAMPAIGN,
        Qualifier(
            name="last", kind="time", field="last_at", meaning="when the newest message was written", examples=("last:>3d",)
        ),
        Qualifier(
            name="platform", kind="platform", choices=PLATFORMS, meaning="the platform of the account",
            examples=("platform:instagram",),
        ),
        Qualifier(name="handle", kind="handle", meaning="the handle of the account", examples=("handle:anna",)),
        Qualifier(name="id", kind="account_id", meaning="the conversation's number here", examples=("id:3",)),
    ),
)  # fmt: skip

OUTBOX: Final = Table(
    noun="outgoing messages",
    text="subject, text, and name and handle of whom it is for",
    qualifiers=(
        Qualifier(
            name="state", kind="choice", choices=("draft", "queued", "deferred", "in_data", "unknown", "failed"),
            meaning="what became of it; a draft waits to be approved", examples=("state:draft", "-state:failed"),
        ),
        Qualifier(
            name="kind", kind="choice", choices=("letter", "follow_up", "reply"),
            meaning="a first letter, a follow-up or an answer", examples=("kind:follow_up",),
        ),
        Qualifier(name="account", kind="text", meaning="words of the mailbox that sends it", examples=("account:jo",)),
        _CAMPAIGN,
        Qualifier(name="written", kind="time", field="at", meaning="when it was written", examples=("written:>1d",)),
        Qualifier(name="attempts", kind="number", meaning="how often it was tried", examples=("attempts:>1",)),
        Qualifier(
            name="platform", kind="platform", choices=PLATFORMS, meaning="the platform of the account",
            examples=("platform:instagram",),
        ),
        Qualifier(name="handle", kind="handle", meaning="the handle of the account", examples=("handle:anna",)),
        Qualifier(name="id", kind="account_id", meaning="the message's number here", examples=("id:3",)),
    ),
)  # fmt: skip
