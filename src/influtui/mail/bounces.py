"""Messages of ours that came back: who did not get them, why, and which message it was.

A notice is known by its machine-readable part (RFC 3464), or by who writes it and how. The machine-readable part alone
finds half of real notices, and where it is present its words are often poorer than the text beside it; so both are
read, for each recipient. Complaints (RFC 5965) are in here too: they speak of a message of ours in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

import msgspec

from influtui.mail.bounce_reasons import (
    codes,
    consequences,
    plain,
    preferred,
    reason_of,
    reason_of_status,
    tables,
)
from influtui.mail.headers import addresses, field_blocks, message_ids
from influtui.mail.phrases import any_of
from influtui.mail.server_answers import command_of
from influtui.model import records
from influtui.model.incoming import Bounce, BounceReason, Fields, ParsedMessage
from influtui.model.text import from_outside

NOTICE: Final = 30_000
"""Characters of a notice that are looked at."""
RECIPIENTS: Final = 50
SAID: Final = 600

_NONE_OF: Final = r"\s<>@,;:：，。、；（）【】《》\"'()\[\]|"
_WHO: Final = rf"[^{_NONE_OF}=]{{1,100}}@[^{_NONE_OF}]{{1,200}}[a-z0-9]"
_ADDRESS: Final = re.compile(_WHO, re.IGNORECASE)
_MARKED: Final = re.compile(
    rf"^[ \t>*•\"'-]*<?(?:mailto:)?({_WHO})>?[\"']?(?=[ \t]*(?:<mailto:[^>\n]{{0,200}}>)?[ \t]*(?:$|:|\.{{3}}|on |\())|"
    r"(?:rcpt to:|recipients?:|address:|收件人[:：]|delivered to:|mail to|message to|delivering your mail to|unknown user:|to:)"
    r"[ \t]*<?"
    rf"({_WHO})>?",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTE: Final = re.compile(r"^(?:[ \t]*>)+[ \t]?", re.MULTILINE)
_TRANSCRIPT: Final = re.compile(r"^[ \t]*<<<[ \t]*([245]\d\d.{0,400})", re.MULTILINE)
# What stands between a mail system's own words and the answer that it was given.
_SAID: Final = re.compile(
    r"^[ \t<]*[^\s<>@]{1,100}@[^\s<>@]{1,200}>?:\s(?=[245]\d\d[ -])|remote host said:|\bsaid:(?= [245]\d\d\b)|"
    r"refused to talk to me:|the response (?:from the remote server )?was:|"
    r"(?:remote|other) server (?:returned|said)(?: was)?:?(?= ?'?[245]\d\d\b)|error from remote (?:mail )?server[^:]{0,80}:"
    r"(?:<[^<>\s]{1,200}>:?| [^\s:]{1,80}:)?",
    re.IGNORECASE | re.MULTILINE,
)
# Where nothing of that kind is known: what begins like a server's answer, up to the end of its paragraph.
_CODED: Final = re.compile(r"(?:^|[\s(\[:;'\"<])(?=(?:421|4[0-7]\d|5[0-7]\d)[ :-]\s?[\w#(<\"'])", re.MULTILINE)
_AFTER_SAID: Final = re.compile(
    r"\(in reply to|^giving up on\b|^i.m not going to try|^[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_MESSAGE_ID: Final = re.compile(r"^[ \t>]*message-id[ \t]*:[ \t]*(<[^<>\s]{1,500}>)", re.IGNORECASE | re.MULTILINE)
# Microsoft's programme; people complain about messages in their subjects, too.
_JUNK_MAIL_REPORT: Final = re.compile(r"complaint about message from \[?\d{1,3}\.\d", re.IGNORECASE)
_MOVING: Final = frozenset({"delivered", "relayed", "expanded", "deliverable"})
_HINTS: Final = ("x-ses-outgoing", "x-spasign", "x-nai-header")
WEAK: Final = frozenset({None, "expired", "systemerror", "mailererror", "securityerror", "syntaxerror"})
"""Reasons of a machine-readable part that the text beside it may better."""


class Failure(NamedTuple):
    """What a notice says about one recipient."""

    recipient: str | None
    action: str
    status: str | None
    words: str
    server: str = ""
    """The server that refused it, as far as the report names it."""
    by_program: bool = False
    """Whether a program that delivers on the machine itself said so."""


class Notice:
    """What a mail system wrote, read as far as it is asked for: a good report needs nothing beside it."""

    def __init__(self, message: ParsedMessage, ours: frozenset[str]) -> None:
        self._message = message
        self._ours = ours

    @cached_property
    def text(self) -> str:
        """Its words, without the message that came back."""
        return notice_of(self._message)

    @cached_property
    def sections(self) -> dict[str | None, str]:
        """The recipients that it names, each with the lines that belong to it."""
        return _sections(self.text, self._message, self._ours)

    @cached_property
    def transcript(self) -> str:
        """What servers said, where it shows how it spoke with them."""
        return " ".join(_TRANSCRIPT.findall(self.text)[:5])

    @cached_property
    def hints(self) -> str:
        """Headers that tell which system wrote it, or why."""
        told = ((name, self._message.first(name)) for name in _HINTS)
        return " ".join(f"{name}: {value}" for name, value in told if value)

    def of(self, recipient: str | None) -> str:
        """What it says of one recipient."""
        wanted = (recipient or "").casefold()
        return next((words for who, words in self.sections.items() if who is not None and who.casefold() == wanted), "")

    def command_for(self, recipient: str | None) -> str | None:
        """The command that was refused, as far as it says."""
        return command_of(plain(self.of(recipient))) or command_of(plain(self.text))


def complaint(message: ParsedMessage) -> Bounce | None:
    """What a recipient's provider says that its user called spam, or None where this is no such report."""
    reports = [report for report in message.reports if report.kind == "feedback"]
    simple = _notification(message.body)
    told = simple is not None and simple.notification_type.casefold() == "complaint"
    hotmail = message.first("x-hmxmroriginalrecipient")
    told = told or bool(hotmail) or bool(_JUNK_MAIL_REPORT.match(message.subject or ""))
    if not reports and not told and "report-type=feedback-report" not in _content_type(message):
        return None
    fields = [pair for report in reports for block in report.blocks for pair in block]
    kind = _value(tuple(fields), "feedback-type").casefold()
    if kind == "not-spam" and not told:
        return None
    named = [_address(value) for name, value in fields if name in ("original-rcpt-to", "removal-recipient")]
    named += [each.address for each in addresses(hotmail)]
    if simple is not None:
        named += [failure.recipient for failure in simple.failures()]
    named += [each.address for value in _original(message, "to") for each in addresses(value)]
    return Bounce(
        recipient=next((each for each in named if each), None),
        original_message_id=original_id(message),
        reason="feedback",
        status=None,
        code=None,
        # A report that somebody's mail failed DMARC (RFC 6591) says nothing about its recipient.
        suppress=kind != "auth-failure",
        pause_sender=False,
        retry=False,
    )


def bounces(message: ParsedMessage, ours: frozenset[str] = frozenset()) -> tuple[Bounce, ...]:
    """What did not arrive, one record a recipient; empty where `message` is no notice of a mail system."""
    failures = list(_reported(message))
    simple = _notification(message.body) if not failures else None
    if simple is not None:
        failures = simple.failures()
    if not failures and not is_notice(message):
        return ()
    notice = Notice(message, ours)
    if not failures:
        failures = [Failure(who, "failed", None, words) for who, words in notice.sections.items()]
    if not failures:
        told = next(iter(_original(message, "to")), "")
        failures = [Failure(_address(told), "failed", None, notice.text)]
    found = original_id(message)
    return tuple(_bounce(failure, notice, found) for failure in failures[:RECIPIENTS])


def is_notice(message: ParsedMessage) -> bool:
    """Whether a mail system wrote this about a message of ours, by who writes and how."""
    table = tables()
    sender = (message.sender or "").casefold()
    local = sender.partition("@")[0] or message.first("from").partition("@")[0].strip(" <\"'").casefold()
    path = message.first("return-path").strip()
    subject = " ".join((message.subject or "").casefold().split())[:500]
    machine = not sender or bool(re.search(table.senders, local)) or bool(message.first("x-mlserver"))
    empty_path = path in ("<>", "< >") or (bool(path) and "mailer-daemon" in path.casefold())
    if message.first("x-failed-recipients"):
        return True
    if message.first("in-reply-to") and not machine and not empty_path:
        return False
    about = any_of(table.subjects, subject)
    if not (machine or empty_path or about):
        return "report-type=delivery-status" in _content_type(message)
    head = " ".join(_QUOTE.sub("", message.body[:6_000]).lower().split())[:3_000]
    says = any_of(table.sentences, head)
    handed_on = subject.startswith(("fwd:", "fw:", "re:", "aw:", "wg:"))
    if machine or empty_path:
        return says or (about and not handed_on)
    if "report-type=delivery-status" in _content_type(message):
        return True
    own = sender.rpartition("@")[2]
    named = ((found[1] or found[2]).casefold() for found in _MARKED.finditer(message.body[:6_000]))
    # Shops and carriers speak of deliveries, too, and name an address of their own to write to; they return no letter.
    is_returned = any(report.kind == "original" for report in message.reports)
    names = any(is_returned or not each.endswith(f"@{own}") for each in named)
    return says and names and not _is_answer(message)


def notice_of(message: ParsedMessage) -> str:
    """What the mail system wrote, without the message that came back."""
    text = _QUOTE.sub("", message.body[: 2 * NOTICE])
    end = re.search(tables().originals, text, re.IGNORECASE | re.MULTILINE)
    return text[: end.start() if end and text[: end.start()].strip() else NOTICE]


def original_id(message: ParsedMessage) -> str | None:
    """The id of the message that a report is about."""
    for name in ("message-id", "x-original-message-id", "original-message-id"):
        for value in _original(message, name):
            for found in message_ids(value):
                return found
    simple = _notification(message.body)
    if simple is not None and simple.message_id():
        return simple.message_id()
    body = _MESSAGE_ID.search(message.body[: 20 * NOTICE])
    if body:
        return body[1]
    for answered in (*message.in_reply_to, *reversed(message.references)):
        return answered
    return None


def _bounce(failure: Failure, notice: Notice, original: str | None) -> Bounce:
    code, status = codes(failure.words)
    reason: BounceReason | None
    if failure.action in _MOVING:
        reason = "delivered"
    else:
        reason, code, status = _reason(failure, notice)
    given = status or failure.status
    after = consequences(reason)
    delayed = failure.action == "delayed" or (given or "").startswith("4")
    said = failure.words or notice.of(failure.recipient) or notice.text
    return Bounce(
        recipient=failure.recipient,
        original_message_id=original,
        reason=reason,
        status=given,
        code=code,
        said=from_outside(" ".join(said.split())[:SAID]) or None,
        suppress=after.suppress and failure.action != "delayed" and not _passes(code, given),
        pause_sender=after.pause_sender,
        retry=after.retry or delayed,
    )


def _reason(failure: Failure, notice: Notice) -> tuple[BounceReason, int | None, str | None]:
    """Why `failure` happened, with the codes that say so."""
    hosts = " ".join((failure.recipient or "", failure.server, notice.hints)).casefold()
    command = command_of(plain(failure.words)) or notice.command_for(failure.recipient)
    code, status = codes(failure.words)

    def read(words: str, *, is_answer: bool = True) -> BounceReason | None:
        return reason_of(
            words,
            status=failure.status,
            command=command,
            hosts=hosts,
            by_program=failure.by_program,
            is_answer=is_answer,
        )

    # A mail system's own words ("permanent error", "giving up") say nothing of why; the answer that it was given does.
    answer = _answer_in(failure.words)
    reason = (read(answer) if answer else None) or read(failure.words)
    if reason is None or (reason in WEAK and not answer):
        # The text beside the machine-readable part often says more.
        texts = (notice.of(failure.recipient), notice.transcript, notice.text)
        for text in texts if reason is None else texts[:2]:
            other = read(_answer_in(text))
            if other in WEAK:
                other = read(text, is_answer=text is not notice.text) or other
            # What a system says around an answer ("delivery attempts", "service unavailable") is no reason beside one.
            is_around = other in ("expired", "systemerror") and (reason is not None or code is not None)
            if other is not None and other != reason and not is_around:
                told = codes(text)
                reason, code, status = other, told[0] or code, told[1] or status
                break
    if reason is None:
        given = preferred(failure.status, status)
        reason = "expired" if failure.action == "delayed" else reason_of_status(given)
        reason = reason or ("onhold" if (given or code) else "undefined")
    return reason, code, status


def _answer_in(words: str) -> str:
    """What a server said, in what a mail system writes about it; nothing where no such words are marked."""
    marks = list(_SAID.finditer(words[:NOTICE])) or list(_CODED.finditer(words[:NOTICE]))[:1]
    if not marks:
        return ""
    start = marks[-1].end() + len(words[marks[-1].end() :]) - len(words[marks[-1].end() :].lstrip())
    end = _AFTER_SAID.search(words, start)
    return words[start : end.start() if end else None]


def _passes(code: int | None, status: str | None) -> bool:
    """Whether a server says that the failure is not for good."""
    return (status or "").startswith("4") or (status is None and code is not None and 400 <= code < 500)


def _reported(message: ParsedMessage) -> Iterator[Failure]:
    """What the machine-readable part says, or lines of its form in the text."""
    blocks = [block for report in message.reports if report.kind == "delivery" for block in report.blocks]
    if not any(_value(block, "final-recipient", "original-recipient", "action", "status") for block in blocks):
        # Nearly every message is turned away here, before the patterns.
        if "ecipient" not in message.body and "ECIPIENT" not in message.body:
            return
        text = _QUOTE.sub("", message.body[: 2 * NOTICE])
        if not re.search(r"^(?:final-recipient|original-recipient)[ \t]*:", text, re.IGNORECASE | re.MULTILINE):
            return
        blocks = list(field_blocks(text))
    for block in blocks:
        who = _value(block, "original-recipient", "final-recipient", "x-actual-recipient")
        action = _value(block, "action").casefold().partition(" ")[0].strip("();")
        status = codes(f" {_value(block, 'status')} ")[1]
        if not who and not (action and status):
            continue
        said = _value(block, "diagnostic-code")
        words = re.sub(r"^\s*[\w-]{1,20}\s*;\s*", "", said)
        remark = re.search(r"\(([^)]{4,200})\)", _value(block, "status"))
        if not words and remark:
            words = remark[1]
        category = _value(block, "x-powermta-bouncecategory")
        words = f"{words} bouncecategory: {category}" if category else words
        by_program = said.casefold().startswith("x-unix")
        yield Failure(_address(who), action or "failed", status, words, _value(block, "remote-mta"), by_program)


def _sections(notice: str, message: ParsedMessage, ours: frozenset[str]) -> dict[str | None, str]:
    """The recipients that a notice names, each with the lines that belong to it."""
    away = {each.casefold() for each in (*ours, *message.recipients, message.sender or "")}
    named: dict[str | None, str] = {}
    marks = [
        (found.start(), (found[1] or found[2]).casefold().rstrip("."), found[1] or found[2])
        for found in _MARKED.finditer(notice)
    ]
    marks = [mark for mark in marks if mark[1] not in away and not _is_machine(mark[1])]
    if not marks:
        failed = [each.address for each in addresses(message.first("x-failed-recipients"))]
        loose = failed or [each for each in _ADDRESS.findall(notice) if each.casefold() not in away]
        people = [each for each in loose if not _is_machine(each.casefold())]
        return {people[0]: notice} if people else {}
    for number, (start, _, shown) in enumerate(marks[:RECIPIENTS]):
        end = next((mark[0] for mark in marks[number + 1 :] if mark[1] != marks[number][1]), len(notice))
        key = next((each for each in named if each is not None and each.casefold() == shown.casefold()), shown)
        if key not in named:
            named[key] = notice[start:end]
    # Of a single recipient the reason may stand above the address as well.
    return dict.fromkeys(named, notice) if len(named) == 1 else named


def _is_machine(address: str) -> bool:
    return bool(re.search(r"^(?:mailer-daemon|postmaster|abuse|support|help)@", address))


def _is_answer(message: ParsedMessage) -> bool:
    return bool(message.in_reply_to) or (message.subject or "").casefold().startswith("re:")


def _content_type(message: ParsedMessage) -> str:
    return message.first("content-type").casefold().replace('"', "").replace(" ", "")


def _original(message: ParsedMessage, name: str) -> Iterator[str]:
    for report in message.reports:
        for block in report.blocks:
            if report.kind == "original" or name.startswith(("x-original", "original-")):
                yield from (value for each, value in block if each == name)


def _value(block: Fields, *names: str) -> str:
    return next((value for name in names for each, value in block if each == name and value.strip()), "")


def _address(value: str) -> str | None:
    """The address in a field such as `rfc822; <anna@x.test>`."""
    bare = re.sub(r"^\s*(?:rfc822|x400|unknown|x-[\w-]{1,30}|utf-8|dns|smtp)\s*;\s*", "", value, flags=re.IGNORECASE)
    found = addresses(bare)
    return found[0].address if found else None


class _Recipient(msgspec.Struct, frozen=True, rename="camel"):
    email_address: str = ""
    action: str = "failed"
    status: str | None = None
    diagnostic_code: str = ""


class _Delivery(msgspec.Struct, frozen=True, rename="camel"):
    bounce_type: str = ""
    bounced_recipients: list[_Recipient] = []
    complained_recipients: list[_Recipient] = []
    recipients: list[str] = []
    smtp_response: str = ""


class _Mail(msgspec.Struct, frozen=True, rename="camel"):
    message_id: str = ""
    destination: list[str] = []


class _Notification(msgspec.Struct, frozen=True, rename="camel"):
    """What Amazon SES sends as JSON, by mail where it was asked to."""

    notification_type: str
    bounce: _Delivery | None = None
    complaint: _Delivery | None = None
    delivery: _Delivery | None = None
    mail: _Mail | None = None

    def failures(self) -> list[Failure]:
        """Of a bounce, a complaint or a delivery alike."""
        told = self.bounce or self.complaint or self.delivery
        if told is None:
            return []
        people = told.bounced_recipients or told.complained_recipients
        if people:
            return [
                Failure(_address(each.email_address), each.action, each.status, each.diagnostic_code) for each in people
            ]
        return [Failure(_address(each), "delivered", "2.0.0", told.smtp_response) for each in told.recipients]

    def message_id(self) -> str | None:
        """Amazon's own id of the message."""
        return f"<{self.mail.message_id}>" if self.mail is not None and self.mail.message_id else None


def _notification(body: str) -> _Notification | None:
    start = body.lstrip()[:200]
    if not start.startswith("{") or "notificationType" not in start:
        return None
    # Sendmail cuts long lines with `!` and a line end; below the object stands a footer.
    whole = re.sub(r"!\n ?", "", body[:NOTICE])
    try:
        return records.from_json(whole[whole.index("{") : whole.rindex("}") + 1], _Notification)
    except (msgspec.MsgspecError, ValueError):
        return None
