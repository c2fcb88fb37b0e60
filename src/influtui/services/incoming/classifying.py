"""A person's word on what a message is: it counts more than any rule, confirms what waited for it, and teaches one.

What is learned is narrow (`mail/classification.learned`): such a message from this sender. Taking the correction back
takes the rule back too; who was suppressed stays suppressed.
"""

from __future__ import annotations

import msgspec

from influtui.mail.classification import classify, learned
from influtui.mail.parsing import parse
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.incoming import KINDS, Bounce, Kind, ParsedMessage
from influtui.model.messages import Message
from influtui.model.nearest import nearest
from influtui.model.text import safe
from influtui.services.incoming import arrivals, consequences
from influtui.services.incoming.consequences import DOUBTABLE, Said
from influtui.services.workspace import Workspace
from influtui.store import conversations, received
from influtui.store.journal import UnitOfWork
from influtui.store.packing import unpacked


class Corrected(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.correction/1"):
    """What a correction did."""

    conversation: int
    message: int
    before: str | None
    kind: str
    learned: str | None
    """The rule that was learned, in words; None where the message is too much like others to teach one."""
    suppressed: int
    stopped: int
    paused: int


def kind_named(word: str) -> Kind:
    """A class by its name. Raises `WrongUsage` with the nearest one."""
    given = word.strip().casefold().replace("-", "_").replace(" ", "_")
    for kind in KINDS:
        if kind == given:
            return kind
    close = nearest(given, KINDS)
    raise WrongUsage(
        f"there is no class “{word}”", hint=f"{f'Did you mean {close}? ' if close else ''}{', '.join(KINDS)}."
    )


async def classify_as(
    workspace: Workspace, conversation: int, kind: Kind, *, message: int | None = None, teach: bool = True
) -> Corrected:
    """Say what a message of theirs is: the newest one of a conversation, or one that is named."""
    row = await conversations.one(workspace.db, conversation)
    if row is None:
        raise NotFound(f"there is no conversation {conversation}", hint="`influtui inbox list` shows them.")
    chosen = await _chosen(workspace, conversation, message)
    raw = await received.raw(workspace.db, chosen.id)
    parsed = parse(unpacked(raw["raw"])) if raw is not None else None
    who = safe(row.ref or row.name or row.address or f"conversation {conversation}")
    async with workspace.change("inbox.classify", f"said that {who} sent: {kind.replace('_', ' ')}") as unit:
        columns = {
            "kind": kind,
            "kind_why": f"{workspace.actor} said so",
            "kind_rule": None,
            "kind_by": workspace.actor,
            "unconfirmed": None,
        }
        await unit.update("messages", chosen.id, columns)
        followed = consequences.Followed()
        if kind != chosen.kind or chosen.unconfirmed is not None:
            said = Said(
                conversation=conversation,
                person=row.person,
                collaboration=row.collaboration,
                account=row.account,
                kind=kind,
                sender=chosen.sender if row.channel == "email" else None,
                letter=await _letter(workspace, parsed),
                bounce=_bounce(parsed) if kind in DOUBTABLE else None,
            )
            followed = await consequences.follow(unit, said, workspace.actor)
        await _turn(unit, conversation, kind, chosen, row.awaiting)
        rule = await _teach(unit, workspace, parsed, kind) if teach and parsed is not None else None
        # Nobody comes off the list of those who asked not to be written to.
        unit.undoable = not followed.suppressed
    return Corrected(
        conversation=conversation,
        message=chosen.id,
        before=chosen.kind,
        kind=kind,
        learned=rule,
        suppressed=followed.suppressed,
        stopped=followed.stopped,
        paused=followed.paused,
    )


async def _chosen(workspace: Workspace, conversation: int, message: int | None) -> Message:
    theirs = [each for each in await conversations.messages(workspace.db, conversation) if each.direction == "in"]
    found = [each for each in theirs if message in (None, each.id)]
    if not found:
        raise NotFound(
            f"conversation {conversation} has no such message of theirs", hint=f"influtui inbox show {conversation}"
        )
    return found[-1]


async def _letter(workspace: Workspace, parsed: ParsedMessage | None) -> received.Known | None:
    if parsed is None:
        return None
    bounce = _bounce(parsed)
    ids = [*parsed.in_reply_to, *reversed(parsed.references)]
    ids += [bounce.original_message_id] if bounce is not None and bounce.original_message_id else []
    known = await received.by_ids(workspace.db, ids)
    return next((known[each] for each in ids if each in known and known[each].direction == "out"), None)


def _bounce(parsed: ParsedMessage | None) -> Bounce | None:
    return classify(parsed).bounce if parsed is not None else None


async def _turn(unit: UnitOfWork, conversation: int, kind: Kind, chosen: Message, before: str) -> None:
    if kind in arrivals.WAITING_FOR_US:
        await unit.update("conversations", conversation, {"awaiting": "us"})
    elif before == "us" and (kind != chosen.kind or chosen.unconfirmed is not None):
        await unit.update("conversations", conversation, {"awaiting": "them" if kind == "auto_reply" else "nobody"})


async def _teach(unit: UnitOfWork, workspace: Workspace, parsed: ParsedMessage, kind: Kind) -> str | None:
    rule = learned(parsed, kind)
    if rule is None:
        return None
    same = {"sender": rule.sender, "domain": rule.domain, "phrase": rule.phrase}
    for row in await received.rules(unit.transaction):
        if all(row[name] == value for name, value in same.items()):
            await unit.update(
                "mail_rules", row["id"], {"kind": kind, "taught_by": workspace.actor, "taught_at": unit.at}
            )
            break
    else:
        await unit.insert("mail_rules", {**same, "kind": kind, "taught_by": workspace.actor, "taught_at": unit.at})
    return f"“{rule.phrase}” from {rule.sender or rule.domain}"
