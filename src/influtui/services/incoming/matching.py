"""Whose a message is that came in: by the ids it refers to, by its sender, by its subject; or nobody's that we know.

A mailbox holds private mail too. What neither refers to a letter of ours nor comes from somebody we deal with is counted
and left where it is. What looks like an answer to us and fits nobody is kept where a person sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from influtui.model.incoming import Bounce, Classification, ParsedMessage
from influtui.model.suppression import email_key
from influtui.store.database import Row
from influtui.store.received import Known

How = Literal["id", "thread", "bounce", "subject", "sender", "looks_like", "ours"]
"""`id`: it names a letter of ours. `thread`: it names a message that came in, whose id its writer chose. `bounce`: a report
about an address that we wrote to. `subject` and `sender`: from somebody we know. `looks_like`: like an answer to us, from
nobody we know. `ours`: written by us in another program."""

FRESH_MS: Final = 30 * 86_400_000
"""How old a conversation may be for mail without a reference to still belong to it."""

_PREFIX: Final = re.compile(
    r"^\s*(?:(?:re|aw|antw|antwort|sv|vs|ref|rif|r|tr|fw|fwd|wg|odp|rv|res|enc)\s*(?:\[\d+\]|\(\d+\))?\s*:\s*)+",
    re.IGNORECASE,
)
_OUR_ID: Final = re.compile(r"<[a-z2-7]{26}@([^<>@\s]+)>")
_MACHINES: Final = re.compile(
    r"^(?:mailer-daemon|postmaster|mail-daemon|mailerdaemon|double-bounce|complaints?|abuse)\b", re.IGNORECASE
)


class Match(NamedTuple):
    """Where a message belongs. `conversation` is None where a new one is to be begun, `person` too where nobody is known."""

    how: How
    person: int | None = None
    conversation: int | None = None
    collaboration: int | None = None
    letter: Known | None = None
    """The message of ours that it answers or reports on."""


class Knowledge(msgspec.Struct, frozen=True, kw_only=True):
    """What messages are matched against, read once a batch."""

    account: str
    now: int
    ids: Mapping[str, Known]
    people: Mapping[str, int]
    conversations: Mapping[int, Sequence[Row]]
    """Of each person by mail, the newest first."""
    subjects: frozenset[str]
    """Of what this mailbox wrote lately, as `bare_subject` gives them."""


def referred(message: ParsedMessage) -> tuple[str, ...]:
    """The ids that a message refers to, the nearest first."""
    return tuple(dict.fromkeys([*message.in_reply_to, *reversed(message.references)]))


def bare_subject(subject: str | None) -> str:
    """A subject as two mail programs would call it the same: without Re: and its sisters, folded, single blanks."""
    return " ".join(_PREFIX.sub("", subject or "").casefold().split())


def is_machine(message: ParsedMessage) -> bool:
    """Whether a message may be a report of a mail server: it then has to be read to know what it is about."""
    return (
        message.first("return-path").strip() == "<>"
        or bool(_MACHINES.match(message.sender or ""))
        or "report" in message.first("content-type").casefold()
        or any(name in ("x-failed-recipients", "feedback-type") for name, _ in message.headers)
    )


def is_bulk(message: ParsedMessage) -> bool:
    """Whether it went to many: no answer of anybody, even where we know its sender."""
    return bool(message.first("list-id")) or message.first("precedence").strip().casefold() in ("bulk", "list", "junk")


def match(message: ParsedMessage, found: Classification, known: Knowledge) -> Match | None:
    """Where a message belongs; None where it does not concern us."""
    if (letter := _letter(referred(message), known)) is not None:
        return _of_letter("id", letter)
    if found.bounce is not None:
        return _reported((found.bounce, *found.further), found, known)
    if is_bulk(message):
        return None
    person = known.people.get(email_key(message.sender)) if message.sender else None
    if person is not None:
        return _from_person(message, person, known)
    return Match("looks_like") if looks_like_an_answer(message, known) else None


def written_by_us(message: ParsedMessage, known: Knowledge) -> Match | None:
    """Where a message belongs that we wrote in another program: in a conversation that is there already, or nowhere."""
    if (letter := _letter(referred(message), known)) is not None:
        return _of_letter("ours", letter)
    for recipient in message.recipients:
        person = known.people.get(email_key(recipient))
        if person is not None and (matched := _from_person(message, person, known)).conversation is not None:
            return matched._replace(how="ours")
    return None


def looks_like_an_answer(message: ParsedMessage, known: Knowledge) -> bool:
    """Whether a message from nobody we know refers to a letter that this mailbox wrote, gone from here or not."""
    domain = known.account.rpartition("@")[2]
    if any((ours := _OUR_ID.fullmatch(each)) and ours[1] == domain for each in referred(message)):
        return True
    bare = bare_subject(message.subject)
    return bool(bare) and bare in known.subjects and bool(_PREFIX.match(message.subject or ""))


def _letter(ids: Iterable[str], known: Knowledge) -> Known | None:
    return next((known.ids[each] for each in ids if each in known.ids), None)


def _of_letter(how: How, letter: Known) -> Match:
    ours = letter if letter.direction == "out" else None
    if ours is None and how == "id":
        # Its id proves nothing: whoever wrote it, perhaps under another's name, chose it.
        how = "thread"
    return Match(how, letter.person, letter.conversation, letter.collaboration, ours)


def _reported(bounces: Sequence[Bounce], found: Classification, known: Knowledge) -> Match | None:
    """A report: about one of our letters by its id, else about an address that we wrote to."""
    ids = [each.original_message_id for each in bounces if each.original_message_id]
    if (letter := _letter(ids, known)) is not None:
        return _of_letter("id", letter)
    recipients = [each.recipient for each in bounces if each.recipient]
    for recipient in recipients:
        person = known.people.get(email_key(recipient))
        for row in known.conversations.get(person, ()) if person is not None else ():
            if row["account"] == known.account:
                return Match("bounce", person, row["id"], row["collaboration_id"])
    # It names neither a letter nor an address: nobody can say that it is not about one of ours.
    return Match("looks_like") if found.kind == "bounce" and not ids and not recipients and known.subjects else None


def _from_person(message: ParsedMessage, person: int, known: Knowledge) -> Match:
    own = [row for row in known.conversations.get(person, ()) if row["account"] == known.account]
    fresh = [row for row in own if known.now - row["last_at"] <= FRESH_MS]
    bare = bare_subject(message.subject)
    for row in fresh:
        if bare and bare_subject(row["subject"]) == bare:
            return Match("subject", person, row["id"], row["collaboration_id"])
    if fresh:
        return Match("sender", person, fresh[0]["id"], fresh[0]["collaboration_id"])
    return Match("sender", person)
