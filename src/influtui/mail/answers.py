"""What a person, or the program of a person who is away, answered: read from their words alone.

Only what the sender wrote is looked at, without quotation and signature. The words are data with their languages in
`data/answers.toml`; a class is a guess with its reason, and one correction overrules it.
"""

from __future__ import annotations

import re
from typing import Final

from influtui.mail.answer_words import wording, words
from influtui.mail.phrases import Phrases, Wording
from influtui.mail.returning import returns_on
from influtui.model.incoming import Classification, Kind, ParsedMessage
from influtui.model.replies import says_stop, spoken
from influtui.model.times import Millis

TEXT: Final = 2_000
"""Characters of an answer that are looked at: what matters is said at the beginning."""
BODY: Final = 60_000
"""Characters of a message in which an answer is looked for: it may stand below what it quotes."""
SHORT: Final = 8
"""Words of a message in which `unsubscribe` alone is the message."""

_SIGNATURE: Final = re.compile(
    r"^(?:-- ?|—|__+|sent from my .{0,60}|von meinem .{0,40} gesendet|envoyé de mon .{0,40})$",
    re.MULTILINE | re.IGNORECASE,
)
_LINK: Final = re.compile(r"https?://\S+")
_SUBJECT_STOP: Final = re.compile(r"^(?:re: ?)?(?:unsubscribe|stop|abmelden|remove)\b", re.IGNORECASE)
_MARK: Final = re.compile(r"[?？؟]")
_END: Final = re.compile(r"[.!。！]")
_SIGNS: Final = (("’", "'"), ("‘", "'"), ("´", "'"), ("“", '"'), ("”", '"'))


def written_text(body: str) -> str:
    """What the sender wrote, in lower case on one line, without quotations, signature and links."""
    written = spoken(body[:BODY])
    signature = _SIGNATURE.search(written)
    if signature and written[: signature.start()].strip():
        written = written[: signature.start()]
    written = _LINK.sub(" ", written[:TEXT])
    # One after the other: `translate` takes twenty times as long where anything is not ASCII.
    for sign, plain in _SIGNS:
        written = written.replace(sign, plain)
    return " ".join(written.casefold().split())


def auto_reply(message: ParsedMessage, text: Wording) -> Classification | None:
    """The automatic answer that `message` is, whose `written_text` is `text`, or None."""
    table = words().auto_reply
    subject = " ".join((message.subject or "").casefold().split())[:300]
    given = {name for name, _ in message.headers}
    for name, pattern in table.headers:
        if name not in given:
            continue
        value = next((each for each in message.all(name) if re.search(pattern, each.strip().casefold())), None)
        if value is not None:
            shown = " ".join(value.split())[:60]
            return _away(
                text, message.at, message.subject or "", f"its program says {name.title()}: {shown}", f"auto.{name}"
            )
    said = table.subjects.first_in(wording(subject))
    if said:
        return _away(text, message.at, message.subject or "", f"its subject says “{said}”", "auto.subject")
    if message.first("x-mailer").startswith("influtui"):
        return None
    return away(text, message.at, message.subject or "")


def away(text: Wording, at: Millis | None, subject: str = "") -> Classification | None:
    """The automatic answer that a text is by its words alone, or None. `at` is when it was written."""
    table = words().auto_reply
    head = text.head(1_500)
    gone, then = table.away.count_in(head), table.then.count_in(head)
    # Somebody who is away until a day and says nothing else has a program that says so.
    is_all = gone and not then and answer(text).kind == "other" and returns_on(text.text, at) is not None
    if gone and (gone + then >= 2 or is_all):
        return _away(text, at, subject, f"it says “{table.away.first_in(head)}”", "auto.words")
    return None


def answer(said: Wording, subject: str | None = None) -> Classification:
    """What somebody said, of everything that people say, in a text as `written_text` gives it."""
    table, text = words(), said.text
    if says_stop(text) or (not text and _SUBJECT_STOP.match(subject or "")):
        return _because("unsubscribe", (text or subject or "")[:60], "stop")
    found = table.unsubscribe.phrases.first_in(said)
    if found is None and len(text.split()) <= SHORT:
        found = table.unsubscribe.alone.first_in(said)
    if found and not table.unsubscribe.unless.first_in(_sentence_with(found, said)):
        return _because("unsubscribe", found, "words")
    found = table.declined.phrases.first_in(said)
    if found:
        return _because("declined", found, "words")
    asked = table.question.politeness.cut_from(said)
    mark = _MARK.search(asked.text)
    if mark is not None:
        sentence = _END.split(asked.text[max(0, mark.start() - 60) : mark.start()])[-1]
        return _because("question", (sentence + mark[0]).strip(), "mark")
    found = table.question.phrases.first_in(asked)
    if found:
        return _because("question", found, "words")
    found = table.interested.phrases.first_in(said)
    if found:
        return _because("interested", found, "words")
    return _guess(said) or Classification(kind="other", why="nothing in it says what it is", rule="other")


def _sentence_with(found: str, said: Wording) -> Wording:
    at = said.text.find(found)
    start = max((end.end() for end in _END.finditer(said.text, 0, at)), default=0)
    end = _END.search(said.text, at + len(found))
    return Wording(said.text[start : end.start() if end else None], said.pieces)


def _guess(said: Wording) -> Classification | None:
    """What an answer without any known phrase is by what it denies or how it begins; nothing comes of it by itself."""
    table = words()
    if table.other.phrases.first_in(said):
        return None
    kinds: tuple[tuple[Kind, Phrases], ...] = (
        ("declined", table.declined.likely),
        ("question", table.question.likely),
        ("interested", table.interested.likely),
    )
    told = ((kind, phrases.first_in(said)) for kind, phrases in kinds)
    return next((_because(kind, found, "likely") for kind, found in told if found), None)


def _because(kind: Kind, said: str, rule: str) -> Classification:
    return Classification(kind=kind, why=f"it says “{said[:80]}”", rule=f"{kind}.{rule}")


def _away(text: Wording, at: Millis | None, subject: str, why: str, rule: str) -> Classification:
    back = returns_on(f"{subject} . {text.text}", at)
    return Classification(kind="auto_reply", why=why, rule=rule, returns_on=back)
