"""A message that came in: what was read from its bytes, and what it was taken for.

`ParsedMessage` is made by `mail.parsing`, `Classification` by `mail.classification`; both are plain records, so that the
store, the command line and a person's correction speak of the same things. Nothing here decides what follows from a
class: services do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal, get_args

import msgspec

from influtui.model.text import OutsideText
from influtui.model.times import Millis

Fields = tuple[tuple[str, str], ...]
"""Header fields in their order: names in lower case, values unfolded and decoded."""

Kind = Literal["complaint", "bounce", "auto_reply", "unsubscribe", "declined", "question", "interested", "other"]
"""What a message is, the most consequential first: a message that is two things counts as the earlier one."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

BounceReason = Literal[
    "authfailure", "badreputation", "blocked", "contenterror", "delivered", "exceedlimit", "expired", "feedback",
    "filtered", "hasmoved", "hostunknown", "mailboxfull", "mailererror", "mesgtoobig", "networkerror", "norelaying",
    "notaccept", "notcompliantrfc", "onhold", "policyviolation", "rejected", "requireptr", "securityerror",
    "spamdetected", "speeding", "suspend", "syntaxerror", "systemerror", "systemfull", "toomanyconn", "undefined",
    "userunknown", "vacation", "virusdetected",
]  # fmt: skip
"""Why a message came back, after the names that Sisimai gives them."""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A part that is a file. `name` is what the sender calls it; `file_name` is what it may be saved as."""

    name: OutsideText
    file_name: str
    type: str
    size: int
    """In bytes, decoded; of base64 it is computed, not decoded."""
    warning: str | None = None
    """Why to be careful with it: a program, a double extension, a name that reads backwards."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A machine-readable part: of a delivery (RFC 3464), of an abuse report (RFC 5965), or of the message it is about."""

    kind: Literal["delivery", "disposition", "feedback", "original"]
    blocks: tuple[Fields, ...]


class ParsedMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.incoming/1"):
    """One message as it was read. Whatever could not be read is None or empty, and named in `problems`."""

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender_name: OutsideText | None
    sender: str | None
    """The address of From: printable, without blanks. Anybody can write anything there."""
    reply_to: str | None
    recipients: tuple[str, ...]
    """To and Cc."""
    subject: OutsideText | None
    at: Millis | None
    body: OutsideText
    """The text for people and for search: plain, or made from HTML."""
    attachments: tuple[Attachment, ...] = ()
    is_html_only: bool = False
    remote_images: int = 0
    """Pictures that a browser would fetch. They are never fetched here."""
    tracking_pixels: int = 0
    """Those of them that nobody can see."""
    protection: Literal["signed", "encrypted"] | None = None
    problems: tuple[str, ...] = ()
    headers: Fields = ()
    """The outermost headers, for classification, threading and authentication."""
    reports: tuple[Report, ...] = ()

    def all(self, name: str) -> Iterator[str]:
        """Every value of the header `name` (in lower case), the topmost first."""
        return (value for each, value in self.headers if each == name)

    def first(self, name: str) -> str:
        """The topmost value of the header `name`, or nothing."""
        return next(self.all(name), "")


class Bounce(msgspec.Struct, frozen=True, kw_only=True):
    """A message of ours that did not arrive, and what that asks for."""

    recipient: str | None
    original_message_id: str | None
    reason: BounceReason
    status: str | None
    """The enhanced status code, such as 5.1.1."""
    code: int | None
    """The SMTP reply code, such as 550."""
    said: OutsideText | None = None
    """The words that the reason was read from."""
    suppress: bool
    """The address is dead: never write to it again."""
    pause_sender: bool
    """The fault is with our mailbox, not with theirs: stop sending from it until a person has looked."""
    retry: bool
    """It may work later."""


class Classification(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.classification/1"):
    """What a message was taken for, and the sentence that says why."""

    kind: Kind
    why: str
    rule: str
    """Which rule decided: its id."""
    bounce: Bounce | None = None
    """Of a bounce or a complaint: the first recipient's."""
    returns_on: date | None = None
    """Of an auto-reply: when its sender says to be back."""
    further: tuple[Bounce, ...] = ()
    """The other recipients that one report speaks of."""


class LocalRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a person's correction teaches: a message with this phrase from this sender or domain is of this kind.

    A rule is narrow on purpose: exactly one of `sender` and `domain` is given, and the message must begin with the phrase
    or have it for its subject.
    """

    id: str
    kind: Kind
    phrase: str
    """In lower case, single blanks."""
    sender: str | None = None
    """This address, in lower case."""
    domain: str | None = None
    """This domain, in lower case."""
