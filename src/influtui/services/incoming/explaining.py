"""Say what a message's bytes were read as, and what they are taken for and why, without keeping anything of it."""

from __future__ import annotations

import msgspec

from influtui.mail.classification import classify
from influtui.mail.impersonation import KnownDomains, warnings
from influtui.mail.parsing import parse
from influtui.model.incoming import Classification, ParsedMessage
from influtui.model.replies import folded
from influtui.model.text import OutsideText, from_outside
from influtui.services.incoming.syncing import rule_of
from influtui.services.mailbox.accounts import accounts
from influtui.services.workspace import Workspace
from influtui.store import received


class Explained(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.explained/1"):
    """One message, as it was understood. `written` and `quoted` together are its whole text."""

    message: ParsedMessage
    classification: Classification
    written: OutsideText
    quoted: OutsideText
    warnings: tuple[str, ...]
    """What is odd about who sent it."""


async def explain(workspace: Workspace, raw: bytes) -> Explained:
    """What the next `inbox sync` would take such a message for, this workspace's corrections included."""
    message = parse(raw)
    ours = frozenset(account.address.casefold() for account in await accounts(workspace))
    taught = [rule_of(row) for row in await received.rules(workspace.db)]
    reply = folded(message.body)
    people = await received.people_of_ours(workspace.db)
    return Explained(
        message=message,
        classification=classify(message, ours=ours, corrections=taught),
        written=from_outside(reply.written),
        quoted=from_outside(reply.quoted),
        warnings=warnings(message, KnownDomains({each.rpartition("@")[2] for each in (*ours, *people)})),
    )
