"""What a message that came in is: a complaint, a bounce, an automatic answer, or what a person said.

The order is fixed, the most consequential first, and everything after the machine-made kinds looks only at the part that
the sender wrote, since our own footer is quoted below it. Every verdict carries the sentence that explains it. What a
person corrected comes before every rule but a provider's complaint, and holds for messages just like that one only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from influtui.mail.addresses import SHARED_DOMAINS
from influtui.mail.answer_words import wording
from influtui.mail.answers import answer, auto_reply, away, written_text
from influtui.mail.bounce_reasons import sentence
from influtui.mail.bounces import bounces, complaint
from influtui.model.incoming import Bounce, Classification, Kind, LocalRule, ParsedMessage
from influtui.model.times import Millis

PHRASE: Final = 80
"""Characters of a phrase that a correction teaches."""
SHORTEST: Final = 8
"""Characters below which a phrase says too little to be a rule."""

_ANSWERING: Final = re.compile(r"^(?:(?:re|aw|sv|antw?|vs|rv|odp|回复|ynt)\s?(?:\[\d+\])?:\s*)+", re.IGNORECASE)


def classify(
    message: ParsedMessage, *, ours: frozenset[str] = frozenset(), corrections: Sequence[LocalRule] = ()
) -> Classification:
    """What `message` is, and why. `ours` are our own addresses; `corrections` are what people taught, the newest first."""
    complained = complaint(message)
    if complained is not None:
        return _complaint(complained)
    taught = next((rule for rule in corrections if applies(rule, message)), None)
    returned = bounces(message, ours)
    if taught is not None:
        first = returned[0] if returned and taught.kind == "bounce" else None
        why = f"somebody here said so of “{taught.phrase}” from {taught.sender or taught.domain}"
        return Classification(kind=taught.kind, why=why, rule=taught.id, bounce=first)
    if returned:
        return _bounce(returned)
    said = wording(written_text(message.body))
    return auto_reply(message, said) or answer(said, message.subject)


def classify_text(body: str, at: Millis | None = None) -> Classification:
    """What somebody said outside of mail, at a time: a direct message that was pasted in."""
    said = wording(written_text(body))
    return away(said, at) or answer(said)


def applies(rule: LocalRule, message: ParsedMessage) -> bool:
    """Whether a taught rule speaks of such a message."""
    sender = (message.sender or "").casefold()
    domain = sender.rpartition("@")[2]
    if not sender or not rule.phrase or (rule.sender is None) == (rule.domain is None):
        return False
    if (rule.sender is not None and rule.sender != sender) or (rule.domain is not None and rule.domain != domain):
        return False
    return rule.phrase in (_subject(message), written_text(message.body)[: len(rule.phrase)])


def learned(message: ParsedMessage, kind: Kind) -> LocalRule | None:
    """What to learn from a person's word that `message` is of this kind; None where it says too little to learn from.

    The phrase is how the message begins, or its subject where nothing was written. It holds for the sender's domain, and
    for the one address where the domain belongs to everybody.
    """
    sender = (message.sender or "").casefold()
    domain = sender.rpartition("@")[2]
    text = written_text(message.body)[:PHRASE]
    phrase = text if len(text) >= SHORTEST else _subject(message)
    if not domain or len(phrase) < SHORTEST:
        return None
    shared = domain in SHARED_DOMAINS
    key = f"{kind}\n{sender if shared else domain}\n{phrase}"
    return LocalRule(
        id=hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:12],
        kind=kind,
        phrase=phrase,
        sender=sender if shared else None,
        domain=None if shared else domain,
    )


def _complaint(complained: Bounce) -> Classification:
    if not complained.suppress:
        why = "a provider reports that mail in our name did not pass its checks (DMARC)"
        return Classification(kind="auto_reply", why=why, rule="complaint.authentication", bounce=complained)
    return Classification(kind="complaint", why=sentence("feedback"), rule="complaint.report", bounce=complained)


def _bounce(returned: tuple[Bounce, ...]) -> Classification:
    first, *others = sorted(returned, key=lambda each: each.reason == "delivered")
    kind: Kind = "auto_reply" if first.reason == "delivered" else "bounce"
    code = first.status or first.code
    why = sentence(first.reason) + (f" ({code})" if code else "")
    return Classification(kind=kind, why=why, rule=f"bounce.{first.reason}", bounce=first, further=tuple(others))


def _subject(message: ParsedMessage) -> str:
    plain = " ".join((message.subject or "").casefold().split())
    return _ANSWERING.sub("", plain[:200])[:PHRASE]
