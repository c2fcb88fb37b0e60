"""Write to people for a campaign: who can be written to, what each would get, and sending it.

A plan is made first and holds everything that will be sent, down to the bytes; a dry run ends there. What goes out is
then queued in one journaled act that checks the double-contact guard once more, and handed to `services/outgoing/sending`.
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Literal

import msgspec

from influtui.mail import templates as language
from influtui.model.creators import Creator, Ref
from influtui.model.failures import Failure, NeedsConfiguration, WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.messages import Channel
from influtui.model.settings import MailAccount
from influtui.model.templates import Template, plain
from influtui.model.text import OutsideText, from_outside
from influtui.services.campaign import campaigns, objections
from influtui.services.campaign.collaborations import ensure
from influtui.services.mailbox.accounts import account as mailbox
from influtui.services.outgoing import sending, templates
from influtui.services.outgoing.letters import Letter, Skip, Thread, follows_up, letter
from influtui.services.outgoing.queueing import note_told, write
from influtui.services.workspace import Workspace
from influtui.store import conversations, creators, notices, outreach, suppressions
from influtui.store.conversations import Contacts
from influtui.store.database import Reader, Row
from influtui.store.journal import UnitOfWork
from influtui.store.outreach import Offering, Reachable

GUARD_DAYS: Final = 30
"""Days within which nobody is written to a second time without being asked for."""
_DAY: Final = 86_400_000


class ContactRow(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.contact/1"):
    """What a run did, or would do, for one person."""

    ref: str
    person: int
    name: OutsideText | None
    recipient: OutsideText | None
    state: Literal["would_send", "written", "queued", "sent", "deferred", "failed", "unknown", "cancelled", "skipped"]
    reason: str | None = None
    hint: str | None = None
    subject: OutsideText | None = None
    body: OutsideText | None = None
    template: str | None = None
    """The template or the variant of it that it is written from."""
    language: str | None = None
    """Their language, where it is known."""
    conversation: int | None = None
    message: int | None = None


class ContactReport(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.contact_report/1"):
    """A whole run."""

    campaign: str
    template: str
    channel: Channel
    account: str | None
    rows: tuple[ContactRow, ...]

    def count(self, *states: str) -> int:
        """How many people ended in one of these states."""
        return sum(row.state in states for row in self.rows)

    @property
    def is_complete(self) -> bool:
        """Whether everybody who was asked for was written to."""
        return all(row.state in ("sent", "would_send", "written") for row in self.rows)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets what, and who nothing and why. Nothing has been written or sent."""

    offering: Offering
    template: Template
    account: MailAccount | None
    letters: tuple[Letter, ...]
    skipped: tuple[ContactRow, ...]
    again: bool


async def contact(
    workspace: Workspace,
    campaign: str | None,
    refs: Sequence[Ref],
    template: str,
    *,
    account: str | None = None,
    again: bool = False,
    dry_run: bool = False,
    told: Callable[[ContactRow], None] | None = None,
) -> ContactReport:
    """Write to `refs` (none: the campaign's picks) from a template, by mail.

    Raises `NeedsConfiguration` where a mailbox, its password or the brand's postal address is missing: nothing is
    queued then. What concerns one person alone is said in that person's row.
    """
    made = await plan(workspace, campaign, refs, template, account=account, again=again)
    if dry_run or not made.letters:
        return would(made)
    return await carry_out(workspace, made, told=told)


async def preview(
    workspace: Workspace, campaign: str | None, refs: Sequence[Ref], template: str, *, account: str | None = None
) -> ContactReport:
    """What people would get, whether or not they were written to lately."""
    return would(await plan(workspace, campaign, refs, template, account=account, again=True))


def would(made: Plan) -> ContactReport:
    """A plan as the report of a dry run."""
    return _report(made, [_would(each) for each in made.letters])


def refs_of(ids: Sequence[int]) -> list[Ref]:
    """Accounts by their ids."""
    return [Ref(id=CreatorId(each)) for each in ids]


async def picks_of(workspace: Workspace, campaign: str | None) -> list[Ref]:
    """A campaign's picks, in their order."""
    offering = await _offering(workspace, campaign)
    return [Ref(id=each.id) for each in await _people(workspace, offering, [])]


async def plan(
    workspace: Workspace,
    campaign: str | None,
    refs: Sequence[Ref],
    template: str | Template,
    *,
    account: str | None = None,
    again: bool = False,
) -> Plan:
    """What `contact` would send: by mail or by hand, as the template says, in their language where there is a variant."""
    offering = await _offering(workspace, campaign)
    chosen = await templates.template(workspace, template) if isinstance(template, str) else template
    by_mail = chosen.channel == "email"
    box = await mailbox(workspace, account) if by_mail else await _any_mailbox(workspace, account)
    if by_mail and offering.postal_address is None:
        raise NeedsConfiguration(
            f"brand {offering.brand} has no postal address, which mail to creators must carry (CAN-SPAM)",
            hint=f"influtui brand edit {_quoted(offering.brand)} --postal-address 'Street 1, 12345 Town, Country'",
        )
    if offering.state in ("paused", "closed"):
        raise Failure(f"campaign {offering.code} is {offering.state}: nobody is written to for it")
    people = await _people(workspace, offering, refs)
    reachable = await outreach.reachable(workspace.db, [each.person for each in people])
    suppressed = await suppressions.load(workspace.db)
    recent = await _recent(workspace.db, workspace.clock(), again=again)
    about = await campaigns.needed(workspace, offering.code)
    objected = await objections.against(workspace.db, about, people, workspace.clock())
    language.check(chosen)
    variants = await templates.variants(workspace, chosen)
    told = await notices.told(workspace.db, [each.person for each in people])
    written: list[Letter] = []
    left: list[ContactRow] = []
    taken: dict[str, str] = {}
    for creator in people:
        # A letter takes a millisecond or two; a screen that waits for this plan must not.
        await asyncio.sleep(0)
        person = reachable[creator.person]
        try:
            person = _where(suppressed, creator, person, by_mail=by_mail)
            if against := next((each for each in objected.get(creator.person, ()) if each.stops), None):
                raise Skip(against.says, against.hint)
            if row := recent.of(creator.person, None):
                raise _already(row, workspace.clock())
            theirs = variants.get(creator.language or "", chosen)
            thread = await thread_of(workspace.db, offering, creator) if by_mail and follows_up(theirs) else None
            made = letter(workspace, offering, theirs, box, creator, person, thread, told=creator.person in told)
            if by_mail and (row := recent.of(creator.person, made.recipient)):
                raise _already(row, workspace.clock(), whom="this address")
            if made.recipient in taken:
                raise Skip(f"the same address as {taken[made.recipient]}", "One letter an address a run.")
        except Skip as skip:
            left.append(skipped(creator, person, skip.reason, skip.hint))
        else:
            taken[made.recipient] = creator.ref
            written.append(made)
    return Plan(
        offering=offering, template=chosen, account=box, letters=tuple(written), skipped=tuple(left), again=again
    )


async def carry_out(
    workspace: Workspace, made: Plan, *, told: Callable[[ContactRow], None] | None = None
) -> ContactReport:
    """Queue and send a plan by mail."""
    if made.account is None:
        raise WrongUsage(f"template {made.template.name} is for direct messages, which no program may send for you")
    await sending.settle_interrupted(workspace)
    rows: list[ContactRow] = []
    async with sending.sender(workspace, made.account) as sender:
        queued, held = await queue(workspace, made, approved=True)
        by_message = {message: (each, conversation) for each, conversation, message in queued}

        def tell(delivery: sending.Delivery) -> None:
            row = _sent_row(*by_message[delivery.message], delivery)
            rows.append(row)
            if told is not None:
                told(row)

        if told is not None:
            for row in held:
                told(row)
        await sending.deliver(sender, list(by_message), told=tell)
    return _report(made, [*rows, *held])


async def put_aside(
    workspace: Workspace,
    made: Plan,
    *,
    approved: bool,
    verb: str = "campaign.contact",
    did: str = "wrote to {}",
    also: Callable[[UnitOfWork, Letter, int], Awaitable[None]] | None = None,
) -> ContactReport:
    """Queue a plan for later: as drafts, or approved, to go at the pace of its mailbox."""
    queued, held = await queue(workspace, made, approved=approved, verb=verb, did=did, also=also)
    rows = [
        msgspec.structs.replace(_would(each), state="written", conversation=conversation, message=message)
        for each, conversation, message in queued
    ]
    return _report(made, [*rows, *held])


async def sent_by_hand(workspace: Workspace, made: Plan) -> ContactReport:
    """Note that a person has sent a plan's direct messages. Their word counts; one act, and undoable."""
    if made.template.channel != "dm":
        raise WrongUsage(f"template {made.template.name} is for mail, which is sent from here")
    rows: list[ContactRow] = []
    async with workspace.change("campaign.contact", f"sent direct messages for {made.offering.code}") as unit:
        for each in made.letters:
            conversation, message = await _note_by_hand(unit, workspace, made, each)
            rows.append(msgspec.structs.replace(_would(each), state="sent", conversation=conversation, message=message))
    return _report(made, rows)


async def _note_by_hand(unit: UnitOfWork, workspace: Workspace, made: Plan, each: Letter) -> tuple[int, int]:
    collaboration = await ensure(unit, made.offering.id, each.creator.person, each.creator.id)
    conversation = await conversations.find(
        unit.transaction, person=each.creator.person, channel="dm", collaboration=collaboration
    )
    if conversation is None:
        conversation = await unit.insert(
            "conversations",
            {
                "person_id": each.creator.person,
                "collaboration_id": collaboration,
                "creator_id": each.creator.id,
                "channel": "dm",
                "address": each.recipient,
                "last_at": unit.at,
                "awaiting": "them",
            },
        )
    else:
        await unit.update("conversations", conversation, {"last_at": unit.at, "awaiting": "them"})
    message = await unit.insert(
        "messages",
        {
            "conversation_id": conversation,
            "direction": "out",
            "state": "logged",
            "sender": workspace.actor,
            "recipient": each.recipient,
            "body": each.rendered.body,
            "template": made.template.name,
            "written_by": workspace.actor,
            "at": unit.at,
        },
    )
    await note_told(unit, each, message)
    return conversation, message


async def queue(
    workspace: Workspace,
    made: Plan,
    *,
    approved: bool,
    verb: str = "campaign.contact",
    did: str = "wrote to {}",
    also: Callable[[UnitOfWork, Letter, int], Awaitable[None]] | None = None,
) -> tuple[list[tuple[Letter, int, int]], list[ContactRow]]:
    """Write conversations, collaborations and messages as one act, and send nothing.

    Returns what was queued (letter, conversation, message), and whom the guard held. `also` is done for each letter in
    the same act.
    """
    account = made.account
    if account is None or made.template.channel != "email":
        raise WrongUsage(f"template {made.template.name} is for direct messages, which no program may send for you")
    queued: list[tuple[Letter, int, int]] = []
    held: list[ContactRow] = []
    async with workspace.change(verb, did.format("0 people")) as unit:
        unit.undoable = not approved  # A draft that nobody has approved can be taken back.
        # Once more, now that nobody else can write: two people may have planned the same letter at the same time.
        recent = await _recent(unit.transaction, unit.at, again=made.again)
        for each in made.letters:
            if row := recent.of(each.creator.person, each.recipient):
                skip = _already(row, unit.at)
                person = Reachable(id=each.creator.person, name=each.name, emails=(each.recipient,))
                held.append(skipped(each.creator, person, skip.reason, skip.hint))
                continue
            written = await write(
                unit, made.offering, account, each, template=each.template.name, by=workspace.actor, approved=approved
            )
            queued.append((each, *written))
            if also is not None:
                await also(unit, each, written[1])
        people = "1 person" if len(queued) == 1 else f"{len(queued)} people"
        unit.summary = f"{did.format(people)} for {made.offering.code} from template {made.template.name}"
    return queued, held


async def _offering(workspace: Workspace, campaign: str | None) -> Offering:
    named = await campaigns.needed(workspace, campaign)
    return await outreach.offering(workspace.db, named.id)


async def _any_mailbox(workspace: Workspace, account: str | None) -> MailAccount | None:
    """A direct message is signed by whoever writes it; without a mailbox it is not signed."""
    try:
        return await mailbox(workspace, account)
    except NeedsConfiguration:
        return None


async def _people(workspace: Workspace, offering: Offering, refs: Sequence[Ref]) -> list[Creator]:
    """One account a person, in the order given."""
    if refs:
        found = [await creators.find(workspace.db, ref) for ref in refs]
    else:
        found = await creators.by_ids(workspace.db, await outreach.picked(workspace.db, offering.id))
        if not found:
            raise WrongUsage(
                f"campaign {offering.code} has no picks, and nobody was named",
                hint="Name people (instagram:anna), or pick some first.",
            )
    return list({creator.person: creator for creator in reversed(found)}.values())[::-1]


async def thread_of(reader: Reader, offering: Offering, creator: Creator) -> Thread | None:
    """What has been written to somebody for a campaign, to write under it."""
    found = await conversations.of_campaign(reader, offering.id, creator.person)
    if found is None:
        return None
    answered, references = await conversations.thread(reader, found[0])
    return Thread(subject=found[1], answered=answered, references=references) if answered else None


async def _recent(reader: Reader, now: int, *, again: bool) -> Contacts:
    return Contacts({}, {}) if again else await conversations.contacts(reader, now - GUARD_DAYS * _DAY)


def _already(row: Row, now: int, *, whom: str = "them") -> Skip:
    days = (now - row["at"]) // _DAY
    when = "today" if days < 1 else "yesterday" if days < 2 else f"{days} days ago"
    where = f" for {row['code']}" if row["code"] else ""
    return Skip(f"{row['written_by']} wrote to {whom} {when}{where}", "--again writes all the same.")


def _where(suppressed: suppressions.Suppressed, creator: Creator, person: Reachable, *, by_mail: bool) -> Reachable:
    """A person with the addresses that mail may go to. Raises `Skip` where it must not, or every one of them came back."""
    if reason := suppressed.person([creator], person.emails):
        raise Skip(f"must not be written to ({reason.replace('_', ' ')})")
    working = suppressed.working(person.emails)
    if by_mail and person.emails and not working:
        raise Skip(
            f"mail to {person.emails[0]} came back",
            f"Find another address: `influtui creators edit {creator.ref} --set email=…`, or write a DM: --template dm-hello",
        )
    return msgspec.structs.replace(person, emails=working)


def skipped(creator: Creator, person: Reachable, reason: str, hint: str | None) -> ContactRow:
    """Somebody who is not written to, and why."""
    return ContactRow(
        ref=creator.ref,
        person=creator.person,
        name=from_outside(person.name or creator.name or "") or None,
        recipient=from_outside(person.emails[0]) if person.emails else None,
        state="skipped",
        reason=reason,
        hint=hint,
    )


def _would(each: Letter) -> ContactRow:
    return ContactRow(
        ref=each.creator.ref,
        person=each.creator.person,
        name=from_outside(each.name or "") or None,
        recipient=from_outside(each.recipient),
        state="would_send",
        subject=each.rendered.subject or None,
        body=each.rendered.body,
        template=each.template.name,
        language=each.creator.language,
    )


def _sent_row(each: Letter, conversation: int, delivery: sending.Delivery) -> ContactRow:
    states: dict[str, Any] = {"in_data": "unknown", "received": "sent", "logged": "sent"}
    return msgspec.structs.replace(
        _would(each),
        state=states.get(delivery.state, delivery.state),
        reason=delivery.said,
        hint=None if delivery.state in ("sent", "failed") else f"influtui outbox why {delivery.message}",
        conversation=conversation,
        message=delivery.message,
    )


def _report(made: Plan, rows: Sequence[ContactRow]) -> ContactReport:
    return ContactReport(
        campaign=made.offering.code,
        template=made.template.name,
        channel="email" if made.template.channel == "email" else "dm",
        account=made.account.address if made.account else None,
        rows=(*rows, *made.skipped),
    )


def _quoted(text: str) -> str:
    return shlex.quote(plain(text))
