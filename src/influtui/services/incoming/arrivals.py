"""Messages that came in, taken into conversations: kept with their bytes and their class, and acted upon at once.

One batch is one transaction: what was kept, how far the folder was read, whose turn it is, what stops and who is
suppressed are true together or not at all. A report or a wish is acted upon by itself only where nobody can have made it
up; else it is marked, and a person confirms it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import msgspec

from influtui.mail.folders import Folder
from influtui.mail.impersonation import KnownDomains, warnings
from influtui.model.ids import PersonId
from influtui.model.incoming import Bounce, Classification, ParsedMessage
from influtui.model.suppression import email_key
from influtui.services.incoming import consequences, matching
from influtui.services.incoming.matching import Knowledge, Match
from influtui.store import creators, filing, outbox, received, standing, suppressions
from influtui.store.database import Reader, Transaction
from influtui.store.journal import UnitOfWork
from influtui.store.received import Known

ACTOR: Final = "mail"
"""Who acts, in the journal, where a message that came in does."""
TEXT_LIMIT: Final = 200_000
"""Characters of a message's text that are kept beside its bytes."""

WAITING_FOR_US: Final = frozenset({"declined", "question", "interested", "other"})


class Arrival(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A message as it was read from its server, with what it was taken for."""

    folder: Folder
    validity: int
    uid: int
    came: int
    """When, in milliseconds."""
    size: int
    packed: bytes
    """Its bytes, as they are kept: compressed before a transaction is open."""
    whole: bool
    message: ParsedMessage
    found: Classification
    is_ours: bool = False
    """Whether this mailbox wrote it."""
    unverified: str | None = None
    """Why nobody can be sure who sent it."""
    is_proven: bool = False
    """Whether our own server found that its sender is who it says."""

    @cached_property
    def digest(self) -> str:
        """The same for the same message in another folder or mailbox; another one where an id was used again."""
        message = self.message
        said = (message.message_id, message.sender, message.at, message.subject, message.body)
        return hashlib.blake2b(msgspec.json.encode(said), digest_size=16).hexdigest()


class Taken(msgspec.Struct, kw_only=True):
    """What became of a batch."""

    kinds: dict[str, int] = {}
    unmatched: int = 0
    known: int = 0
    """Messages that were here already."""
    passed: int = 0
    """Messages that turned out not to concern us."""
    suppressed: int = 0
    stopped: int = 0
    paused: int = 0
    to_confirm: int = 0
    went: int = 0
    """Letters in doubt that were found in Sent."""

    @property
    def kept(self) -> int:
        """Messages that are new here."""
        return sum(self.kinds.values())


async def knowledge(
    reader: Reader,
    account: str,
    messages: Sequence[tuple[ParsedMessage, Classification | None]],
    people_known: Mapping[str, int],
    *,
    now: int,
) -> Knowledge:
    """What these messages are matched against."""
    ids = {each for message, _ in messages for each in matching.referred(message)}
    ids |= {message.message_id for message, _ in messages if message.message_id}
    asked = {address for message, _ in messages for address in (message.sender, *message.recipients) if address}
    for bounce in (each for _, found in messages for each in _bounces(found)):
        ids |= {bounce.original_message_id} if bounce.original_message_id else set()
        asked |= {bounce.recipient} if bounce.recipient else set()
    persons = {people_known[key] for each in asked if (key := email_key(each)) in people_known}
    known = await received.by_ids(reader, ids)
    # Whoever names a letter of ours needs no other sign; the subjects of all letters are read for the others only.
    others = any(known.keys().isdisjoint(matching.referred(message)) for message, _ in messages)
    subjects = await received.subjects_since(reader, account, now) if others else ()
    return Knowledge(
        account=account,
        now=now,
        ids=known,
        people=people_known,
        conversations=await received.conversations_of(reader, persons),
        subjects=frozenset(matching.bare_subject(each) for each in subjects),
    )


def _bounces(found: Classification | None) -> tuple[Bounce, ...]:
    return () if found is None or found.bounce is None else (found.bounce, *found.further)


async def take_in(
    unit: UnitOfWork,
    account: str,
    arrivals: Sequence[Arrival],
    people_known: Mapping[str, int],
    domains: KnownDomains,
) -> Taken:
    """Keep the messages that concern us, and act upon them, as part of the caller's act."""
    taken = Taken()
    transaction = unit.transaction
    here = await received.digests(transaction, [each.digest for each in arrivals])
    known = await knowledge(
        transaction, account, [(each.message, each.found) for each in arrivals], people_known, now=unit.at
    )
    refused = await suppressions.load_for(
        transaction, [each.message.sender for each in arrivals if each.message.sender]
    )
    keeping: dict[str, tuple[Arrival, Match]] = {}
    ids: dict[str, Known] = dict(known.ids)
    for each in arrivals:
        digest = each.digest
        if digest in here or digest in keeping:
            taken.known += 1
            continue
        now_known = msgspec.structs.replace(known, ids=ids)
        found = (
            matching.written_by_us(each.message, now_known)
            if each.is_ours
            else matching.match(each.message, each.found, now_known)
        )
        own_id = each.message.message_id
        if each.is_ours and own_id in ids:
            taken.went += await went(unit.transaction, ids[own_id])
            taken.known += 1
            continue
        if found is None or _is_forgotten(refused, each):
            taken.passed += 1
            continue
        placed = await _placed(unit, account, each, found)
        keeping[digest] = (each, placed)
        if own_id and placed.conversation is not None and placed.person is not None:
            # Answers to it may stand in the same batch.
            ids.setdefault(
                own_id, Known(0, placed.conversation, placed.person, placed.collaboration, "in", "received", account)
            )
    await received.moved(
        transaction,
        [(each.digest, each.folder.key, each.validity, each.uid) for each in arrivals if each.digest in here],
    )
    if keeping:
        await _Reaction(unit, account, taken, people_known, domains).to(list(keeping.values()))
    return taken


async def went(transaction: Transaction, letter: Known) -> bool:
    """A letter of ours lies in Sent: it went, whatever was known of it. Returns whether that was news."""
    await filing.note(transaction, letter.message)
    if letter.state != "unknown":
        return False
    if not await outbox.move(transaction, letter.message, "sent", "it lies in Sent", states=("unknown",)):
        return False
    await outbox.went(transaction, letter.conversation)
    return True


def _is_forgotten(refused: suppressions.Suppressed, each: Arrival) -> bool:
    sender = each.message.sender
    return not each.is_ours and sender is not None and refused.email(sender) == "forgotten"


async def _placed(unit: UnitOfWork, account: str, each: Arrival, found: Match) -> Match:
    """The match with its conversation, begun where there is none."""
    if found.conversation is not None:
        return found
    transaction = unit.transaction
    message = each.message
    address = message.sender or ""
    if found.person is None:
        row = await received.unmatched_from(transaction, account, address)
        if row is not None:
            return found._replace(person=row["person_id"], conversation=row["id"])
    person = found.person
    if person is None:
        person = await received.stand_in(transaction)
    owned = await creators.of_person(transaction, PersonId(person))
    conversation = await received.begin_conversation(
        transaction,
        person=person,
        creator=owned[0].id if owned else None,
        account=account,
        address=address,
        subject=message.subject,
        at=each.came,
        is_matched=found.person is not None,
    )
    return found._replace(person=person, conversation=conversation)


class _Reaction:
    """One batch of messages whose conversations are known: written down, then acted upon in the order they came."""

    def __init__(
        self, unit: UnitOfWork, account: str, taken: Taken, people_known: Mapping[str, int], domains: KnownDomains
    ) -> None:
        self.unit = unit
        self.transaction = unit.transaction
        self.account = account
        self.taken = taken
        self.people_known = people_known
        self.domains = domains

    async def to(self, kept: Sequence[tuple[Arrival, Match]]) -> None:
        """Write down what came, and do what follows."""
        kept = sorted(kept, key=lambda pair: pair[0].came)
        conversations = {found.conversation for _, found in kept if found.conversation is not None}
        letters = await received.latest_letters(self.transaction, conversations)
        doubts = [
            None
            if each.is_ours
            else consequences.doubt(each.found.kind, found.how, unverified=each.unverified, is_proven=each.is_proven)
            for each, found in kept
        ]
        await received.add(
            self.transaction,
            [self._message(each, found, doubt) for (each, found), doubt in zip(kept, doubts, strict=True)],
            [self._source(each, found) for each, found in kept],
        )
        await received.spoken(self.transaction, _turns(kept, doubts, letters))
        self.unit.counted(len(kept))
        enrolled = await received.with_enrolments(self.transaction, {found.person for _, found in kept if found.person})
        for (each, found), doubt in zip(kept, doubts, strict=True):
            self._count(each, found, doubt)
            if not each.is_ours and _is_news(each, found, letters):
                await self._follow(each, found, doubt, enrolled)
        affected = {found.collaboration for _, found in kept if found.collaboration is not None}
        await standing.settle(self.transaction, affected)

    async def _follow(self, each: Arrival, found: Match, doubt: str | None, enrolled: set[int]) -> None:
        if found.person is None or found.conversation is None:
            return
        doubtful = found.letter is not None and found.letter.state in ("unknown", "in_data")
        if found.person not in enrolled and each.found.kind not in consequences.DOUBTABLE and not doubtful:
            return
        followed = await consequences.follow(
            self.unit,
            consequences.Said(
                conversation=found.conversation,
                person=found.person,
                collaboration=found.collaboration,
                account=self.account,
                kind=each.found.kind,
                sender=each.message.sender,
                letter=found.letter,
                bounce=each.found.bounce,
                returns_on=each.found.returns_on,
                doubt=doubt,
            ),
            ACTOR,
        )
        self.taken.stopped += followed.stopped
        self.taken.paused += followed.paused
        self.taken.suppressed += followed.suppressed

    def _count(self, each: Arrival, found: Match, doubt: str | None) -> None:
        kind = "ours" if each.is_ours else each.found.kind
        self.taken.kinds[kind] = self.taken.kinds.get(kind, 0) + 1
        self.taken.unmatched += found.how == "looks_like"
        self.taken.to_confirm += doubt is not None

    def _message(self, each: Arrival, found: Match, doubt: str | None) -> dict[str, Any]:
        message = each.message
        judged: dict[str, Any] = dict.fromkeys(("kind", "kind_why", "kind_rule", "returns_at", "unconfirmed"))
        if not each.is_ours:
            judged = {
                "kind": each.found.kind,
                "kind_why": each.found.why,
                "kind_rule": each.found.rule,
                "returns_at": consequences.back_at(each.found.returns_on),
                "unconfirmed": doubt,
            }
        return {
            "conversation_id": found.conversation,
            "direction": "out" if each.is_ours else "in",
            "state": "sent" if each.is_ours else "received",
            "message_id": message.message_id,
            "in_reply_to": message.in_reply_to[0] if message.in_reply_to else None,
            "references_ids": " ".join(message.references) or None,
            "sender": message.sender,
            "recipient": message.recipients[0] if message.recipients else self.account,
            "subject": message.subject,
            "body": message.body[:TEXT_LIMIT],
            "written_by": self.account if each.is_ours else (message.sender or ""),
            "at": each.came,
            **judged,
        }

    def _cautions(self, each: Arrival, found: Match) -> tuple[str, ...]:
        """What is odd in who sent a message."""
        if each.is_ours:
            return ()
        sender = each.message.sender
        # Their manager, or anybody who has read the thread: the reader must not take it for them.
        other = found.how in ("id", "thread") and each.found.bounce is None and sender is not None
        if other and sender is not None and self.people_known.get(email_key(sender)) != found.person:
            own = f"it comes from {sender}, which is not known to be theirs"
            return (own, *warnings(each.message, self.domains))
        return warnings(each.message, self.domains)

    def _source(self, each: Arrival, found: Match) -> dict[str, Any]:
        return {
            "account": self.account,
            "folder": each.folder.key,
            "validity": each.validity,
            "uid": each.uid,
            "digest": each.digest,
            "raw": each.packed,
            "whole": int(each.whole),
            "size": each.size,
            "sender_name": each.message.sender_name,
            "sent_at": each.message.at,
            "matched_by": found.how,
            "unverified": each.unverified,
            "cautions": "\n".join(self._cautions(each, found)) or None,
            "attachments": msgspec.json.encode(each.message.attachments).decode(),
        }


def _is_news(each: Arrival, found: Match, letters: Mapping[int, tuple[int, int]]) -> bool:
    """Whether a message is an answer to what we wrote, not something older that came to light only now."""
    if found.how == "id" or found.conversation is None:
        return True
    first = letters.get(found.conversation)
    return first is None or each.came >= first[0]


def _turns(
    kept: Sequence[tuple[Arrival, Match]], doubts: Sequence[str | None], letters: Mapping[int, tuple[int, int]]
) -> dict[int, tuple[str | None, int]]:
    """Whose turn it is in each conversation after these messages (None: as it was), and when the newest came."""
    turns: dict[int, tuple[str | None, int]] = {}
    for (each, found), doubt in zip(kept, doubts, strict=True):
        if found.conversation is None:
            continue
        awaiting, _ = turns.get(found.conversation, (None, 0))
        last_letter = letters.get(found.conversation, (0, 0))[1]
        if each.is_ours:
            awaiting = "them"
        elif each.came >= last_letter and _is_news(each, found, letters):
            awaiting = _turn_after(each.found, doubt) or awaiting
        turns[found.conversation] = (awaiting, each.came)
    return turns


def _turn_after(found: Classification, doubt: str | None) -> str | None:
    """Whose turn it is after a message of theirs; None where it changes nothing."""
    if found.kind in WAITING_FOR_US or (found.kind == "bounce" and doubt is not None):
        return "us"
    if found.kind in ("complaint", "unsubscribe") or _is_final(found):
        return "nobody"
    return None


def _is_final(found: Classification) -> bool:
    """Whether a letter came back for good. It is listed as refused; nobody is there to be answered."""
    return found.kind == "bounce" and any(each.suppress or not each.retry for each in _bounces(found))
