"""From a message's bytes to a record, whatever the bytes are: nothing raises, and nothing takes long.

The standard library's tolerant parser (compat32) finds the parts; what they say is read here, under caps. A message that
is beyond them, or beyond reading, still becomes a record with its raw text, and `problems` says what is missing.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32
from typing import Final, Literal

from influtui.mail.attachments import file_name, warning
from influtui.mail.composing import SIGNATURE
from influtui.mail.headers import addresses, date_of, decoded, field_blocks, fields, message_ids, text_of, unfolded
from influtui.mail.html_text import HTML_LIMIT, HtmlText, html_text
from influtui.model.incoming import Attachment, Fields, ParsedMessage, Report
from influtui.model.text import OutsideText, from_outside

RAW_LIMIT: Final = 40_000_000
"""Bytes that are looked at. Servers refuse what is longer."""
HEADER_LIMIT: Final = 256_000
PARTS: Final = 200
DEPTH: Final = 20
TEXT_LIMIT: Final = 1_000_000
"""Characters of text that are kept."""
READ_LIMIT: Final = 4_000_000
"""Characters of all parts together that are read as text: pages full of nothing that shows would cost more than they say."""
LINES: Final = 1_000_000
"""Lines that are looked at. The standard parser makes an object of each; 40 MB of attachments have half as many."""
BOUNDARIES: Final = 100
"""Boundaries that a message may declare. The standard parser compares every line with all that are open."""

BLOCKS: Final = 5_000
"""Paragraphs of a message with a delivery report: the standard parser makes an object of each block of one."""

_TOO_MANY: Final = f"it has more than {PARTS} parts; the others were not read"
# Looked for in lower case: a pattern that begins with letters of one case is found ten times as fast.
_DECLARED: Final = re.compile(rb"boundary\s{0,20}=\s{0,20}\"?([^\s\";]{0,200})")
_STATUS: Final = (b"message/delivery-status", b"message/global-delivery-status")
# Without the first line's own \r: a pattern that begins with what may be absent is looked for five times as long.
_BLANK_LINE: Final = re.compile(rb"\n\r?\n|\r\r")
_REPORTS: Final[dict[str, Literal["delivery", "disposition", "feedback", "original"]]] = {
    "message/delivery-status": "delivery",
    "message/global-delivery-status": "delivery",
    "message/disposition-notification": "disposition",
    "message/global-disposition-notification": "disposition",
    "message/feedback-report": "feedback",
    "text/rfc822-headers": "original",
    "text/rfc822-header": "original",
    "message/global-headers": "original",
    "message/rfc822-headers": "original",
}
_ENCLOSED: Final = frozenset({"message/rfc822", "message/global", "message/partial"})


class _Reading:
    """What has been found so far of one message."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.html: list[HtmlText] = []
        self.texts: list[str] = []
        self.attachments: list[Attachment] = []
        self.files: list[Message] = []
        """The part of each attachment."""
        self.reports: list[Report] = []
        self.problems: list[str] = []
        self.protection: Literal["signed", "encrypted"] | None = None
        self.room = TEXT_LIMIT
        self.unread = READ_LIMIT
        """Characters that may still be read."""
        self.names: set[str] = set()

    def problem(self, what: str) -> None:
        if what not in self.problems:
            self.problems.append(what)


def parse(raw: bytes) -> ParsedMessage:
    """The record of one message. Never raises."""
    reading = _Reading()
    raw = _prepared(raw, reading)
    message = _plain(raw) or _structure(raw, reading)
    headers = _raw_fields(message)
    try:
        _read(message, reading, 0, in_report=False)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        reading.problem(f"its parts cannot be read: {type(error).__name__}")
    if not reading.texts and not reading.attachments and not reading.reports:
        rest = _BLANK_LINE.split(raw, maxsplit=1)
        reading.texts.append(_cut(text_of(rest[1][:TEXT_LIMIT], None) if len(rest) > 1 else ""))
    named: dict[str, list[str]] = {}
    for name, value in headers:
        named.setdefault(name.casefold(), []).append(value)
    senders = addresses(_raw_value(named, "from"))
    answers = addresses(_raw_value(named, "reply-to"))
    body = "\n".join(_lines(text).rstrip("\n") for text in reading.texts)
    known = fields(headers)
    return ParsedMessage(
        message_id=next(iter(message_ids(_raw_value(named, "message-id"))), None),
        in_reply_to=message_ids(_raw_value(named, "in-reply-to")),
        references=message_ids(_raw_value(named, "references")),
        sender_name=from_outside(senders[0].name) if senders and senders[0].name else None,
        sender=senders[0].address if senders else None,
        reply_to=answers[0].address if answers else None,
        recipients=tuple(
            each.address for name in ("to", "cc") for each in addresses(_raw_value(named, name, every=True))
        ),
        subject=next((from_outside(value) for name, value in known if name == "subject" and value), None),
        at=date_of(_raw_value(named, "date")),
        body=from_outside(body),
        attachments=tuple(reading.attachments),
        is_html_only=bool(reading.html) and not reading.plain,
        remote_images=sum(page.remote_images for page in reading.html),
        tracking_pixels=sum(page.tracking_pixels for page in reading.html),
        protection=reading.protection,
        problems=tuple(reading.problems),
        headers=tuple((name, str(from_outside(value))) for name, value in known),
        reports=tuple(reading.reports),
    )


def content(raw: bytes, number: int) -> bytes | None:
    """The bytes of one attachment of a message, counted from 0 as `parse` lists them; None where there is none."""
    reading = _Reading()
    raw = _prepared(raw, reading)
    message = _plain(raw) or _structure(raw, reading)
    try:
        _read(message, reading, 0, in_report=False)
        if number >= len(reading.files):
            return None
        part = reading.files[number]
        held = part.get_payload(decode=True)
        if isinstance(held, bytes):
            return held
        inner = part.get_payload()
        return inner[0].as_bytes() if isinstance(inner, list) and inner and isinstance(inner[0], Message) else None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, binascii.Error):
        return None


def _prepared(raw: bytes, reading: _Reading) -> bytes:
    """`raw` under the caps, with line ends that the parser knows."""
    if len(raw) > RAW_LIMIT:
        reading.problem(f"it is longer than {RAW_LIMIT // 1_000_000} MB; the end was not read")
        raw = raw[:RAW_LIMIT]
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if raw.count(b"\n") > LINES:
        reading.problem(f"it has more than {LINES:,} lines; the others were not read")
        raw = raw[: next(end.start() for number, end in enumerate(re.finditer(b"\n", raw)) if number == LINES)]
    head = raw[:HEADER_LIMIT]
    if head.count(b"\r") > 2 * head.count(b"\n"):
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    blank = _BLANK_LINE.search(raw)
    end = blank.start() if blank else len(raw)
    if end > HEADER_LIMIT:
        reading.problem(f"its headers are longer than {HEADER_LIMIT // 1_000} KB; the end of them was not read")
        cut = raw.rfind(b"\n", 0, HEADER_LIMIT)
        raw = raw[: cut if cut > 0 else HEADER_LIMIT] + b"\n\n" + (raw[blank.end() :] if blank else b"")
    return raw


def _plain(raw: bytes) -> Message | None:
    """A message without parts, as `_structure` gives it; None where it has any, or where its headers end unusually.

    The standard parser makes a string of each line of a body, to look for parts; only the headers are given to it here.
    """
    blank = _BLANK_LINE.search(raw)
    if blank is None:
        return None
    try:
        message = BytesHeaderParser(policy=compat32).parsebytes(raw[: blank.end()])
        if message.get_payload() or message.get_content_maintype() in ("multipart", "message"):
            return None
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return None
    message.set_payload(raw[blank.end() :].decode("ascii", "surrogateescape"))
    return message


def _structure(raw: bytes, reading: _Reading) -> Message:
    lowered = raw.lower()
    declared = [raw[found.start(1) : found.end(1)] for found in _DECLARED.finditer(lowered)]
    if len(declared) <= BOUNDARIES:
        try:
            return BytesParser(policy=compat32).parsebytes(_fewer_parts(raw, set(declared), reading, lowered))
        except (RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError, AssertionError):
            pass
    reading.problem("its parts are nested beyond reading; the text is shown as it came")
    try:
        return BytesHeaderParser(policy=compat32).parsebytes(raw)
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return Message()


def _fewer_parts(raw: bytes, declared: set[bytes], reading: _Reading, lowered: bytes) -> bytes:
    """`raw` up to the part that is one too many: the standard parser would make an object of each."""
    for boundary in declared - {b""}:
        if raw.count(b"\n--" + boundary) > PARTS:
            at = -1
            for _ in range(PARTS + 1):
                at = raw.find(b"\n--" + boundary, at + 1)
            raw = raw[:at]
            reading.problem(_TOO_MANY)
    if any(each in lowered for each in _STATUS) and len(_BLANK_LINE.findall(raw)) > BLOCKS:
        blanks = _BLANK_LINE.finditer(raw)
        raw = raw[: next(blank.start() for number, blank in enumerate(blanks) if number == BLOCKS)]
        reading.problem("its report has too many blocks; the others were not read")
    return raw


def _read(message: Message, reading: _Reading, depth: int, *, in_report: bool) -> None:
    """Gather what one part and the parts in it say."""
    waiting = [(message, depth, in_report)]
    seen = 0
    while waiting:
        part, depth, in_report = waiting.pop()
        seen += 1
        if seen > PARTS:
            reading.problem(_TOO_MANY)
            return
        if depth > DEPTH:
            reading.problem(f"its parts are nested deeper than {DEPTH}; the inner ones were not read")
            continue
        kind = part.get_content_type()
        children = part.get_payload()
        if kind.startswith("multipart/") and isinstance(children, list):
            _protect(kind, reading)
            report = in_report or kind == "multipart/report"
            parts = [each for each in children if isinstance(each, Message)]
            chosen = _alternatives(parts) if kind == "multipart/alternative" else parts
            waiting += [(each, depth + 1, report) for each in reversed(chosen)]
        else:
            _leaf(part, kind, reading, in_report=in_report)


def _protect(kind: str, reading: _Reading) -> None:
    if kind == "multipart/encrypted":
        reading.protection = "encrypted"
    elif kind == "multipart/signed" and reading.protection is None:
        reading.protection = "signed"


def _alternatives(children: list[Message]) -> list[Message]:
    """The plain alternative where it says anything, and everything that is not text."""
    texts = [each for each in children if each.get_content_type() == "text/plain"]
    plain = next((each for each in texts if len(_text(each, 400).strip()) > 0), None)
    if plain is None:
        return [each for each in children if each not in texts] or children
    return [plain, *(each for each in children if _is_more(each))]


def _is_more(part: Message) -> bool:
    """Whether an alternative may hold files: an invitation, pictures; but not the same words as HTML."""
    kind = part.get_content_type()
    return not kind.startswith("text/") and kind not in ("multipart/related", "multipart/alternative")


def _leaf(part: Message, kind: str, reading: _Reading, *, in_report: bool) -> None:
    report = _REPORTS.get(kind)
    if report is not None:
        reading.reports.append(Report(kind=report, blocks=tuple(_blocks(part, reading))))
        return
    if kind in _ENCLOSED:
        _enclosed(part, reading, in_report=in_report)
        return
    if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        reading.protection = "encrypted"
    name = _name(part)
    attached = part.get_content_disposition() == "attachment"
    if kind.startswith("text/") and not attached and not (name and kind not in ("text/plain", "text/html")):
        _words(part, kind, reading)
    elif kind.startswith("multipart/"):
        reading.problem("it says that it has parts, and has none")
        _words(part, "text/plain", reading)
    else:
        _attach(reading, part, name or _unnamed(kind), kind, _size(part))


def _words(part: Message, kind: str, reading: _Reading) -> None:
    if reading.room <= 0:
        reading.problem("its text is longer than 1 MB; the end was not read")
        return
    limit = HTML_LIMIT if kind == "text/html" else reading.room
    text = _read_text(part, limit, reading)
    if kind == "text/html":
        page = html_text(text)
        reading.html.append(page)
        text = page.text
    else:
        text = _flowed(text, part) if _parameter(part, "format").casefold() == "flowed" else text
        if text.lstrip().startswith("-----BEGIN PGP MESSAGE-----"):
            reading.protection = "encrypted"
        if text.strip():
            reading.plain.append(text)
    text = _cut(text, reading.room)
    reading.room -= len(text)
    if text.strip():
        reading.texts.append(text)


def _enclosed(part: Message, reading: _Reading, *, in_report: bool) -> None:
    """A whole message within the message: its headers for reports, and a file otherwise."""
    inner = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        known = fields(_raw_fields(inner[0]))
    else:
        known = next(iter(_blocks(part, reading)), ())
    reading.reports.append(Report(kind="original", blocks=(known,)))
    if not in_report:
        subject = next((value for name, value in known if name == "subject" and value), "message")
        _attach(reading, part, f"{subject[:80]}.eml", part.get_content_type(), 0)


def _blocks(part: Message, reading: _Reading) -> Iterator[Fields]:
    """The blocks of fields of a report part, which the parser leaves as messages or as text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        for each in payload[:PARTS]:
            if isinstance(each, Message):
                known = fields(_raw_fields(each))
                if known:
                    yield known
                if isinstance(each.get_payload(), str):
                    yield from field_blocks(_read_text(each, HEADER_LIMIT, reading))
        return
    yield from field_blocks(_read_text(part, HEADER_LIMIT, reading))


def _attach(reading: _Reading, part: Message, name: str, kind: str, size: int) -> None:
    if len(reading.attachments) >= PARTS:
        return
    saved = file_name(name, taken=reading.names)
    reading.names.add(saved.casefold())
    reading.files.append(part)
    reading.attachments.append(
        Attachment(name=from_outside(name[:500]), file_name=saved, type=kind[:100], size=size, warning=warning(name))
    )


def _name(part: Message) -> str:
    """What a part is called, from wherever that stands."""
    if not _may_say(part, "name"):
        return ""
    try:
        found = part.get_filename() or ""
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        found = ""
    return decoded(unfolded(str(found)))


def _unnamed(kind: str) -> str:
    main, _, sub = kind.partition("/")
    ending = re.sub(r"[^a-z0-9]", "", sub.removeprefix("x-"))[:8] or "bin"
    return f"{main}.{ending}"


def _may_say(part: Message, word: str) -> bool:
    """Whether a word stands in the headers that hold parameters. The standard library takes them apart at every question."""
    return any(
        name[:1] in "cC" and name[:8].casefold() == "content-" and word in str(value).casefold()
        for name, value in part.raw_items()
    )


def _parameter(part: Message, name: str) -> str:
    if not _may_say(part, name):
        return ""
    try:
        found = part.get_param(name, "")
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return ""
    return found[2] if isinstance(found, tuple) else str(found or "")


def _text(part: Message, limit: int) -> str:
    """A part's text, at most `limit` characters of it."""
    return _cut(text_of(_octets(part, limit * 4), _parameter(part, "charset")), limit)


def _payload(part: Message) -> str:
    payload = part.get_payload()
    return payload if isinstance(payload, str) else ""


def _read_text(part: Message, limit: int, reading: _Reading) -> str:
    """As `_text`, of what is still to be read of the whole message."""
    if reading.unread <= 0:
        reading.problem(f"its parts have more than {READ_LIMIT // 1_000_000} MB of text; the others were not read")
        return ""
    text = _text(part, min(limit, reading.unread))
    reading.unread -= len(text)
    return text


def _octets(part: Message, limit: int) -> bytes:
    """A part's content, decoded, at most `limit` bytes of it."""
    # Undecoded, the standard library has already read octets by a charset that may be wrong.
    content = part.get_payload(decode=True)
    return content[:limit] if isinstance(content, bytes) else b""


def _size(part: Message) -> int:
    encoding = str(part.get("content-transfer-encoding", "")).strip().casefold()
    payload = _payload(part)
    if encoding != "base64":
        return len(payload)
    count = sum(len(line.strip()) for line in payload.splitlines())
    return max(0, count * 3 // 4 - payload[-4:].count("="))


def _flowed(text: str, part: Message) -> str:
    """Text whose long lines were broken by its writer's program (RFC 3676), joined again."""
    keep = "" if _parameter(part, "delsp").casefold() == "yes" else " "
    paragraphs: list[list[str]] = []
    open_quotes = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        bare = line.lstrip(">")
        quotes = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        flows = bare.endswith(" ") and bare != SIGNATURE
        shown = bare[:-1] + keep if flows else bare
        if open_quotes == quotes and bare != SIGNATURE:
            paragraphs[-1].append(shown)
        else:
            paragraphs.append([">" * quotes + " " if quotes else "", shown])
        open_quotes = quotes if flows else -1
    return "\n".join("".join(each) for each in paragraphs)


def _raw_fields(message: Message) -> list[tuple[str, str]]:
    # `items()` wraps what is not ASCII in objects that decode wrongly; the raw pairs keep the octets.
    return [(str(name), str(value)) for name, value in message.raw_items()]


def _raw_value(named: Mapping[str, list[str]], name: str, *, every: bool = False) -> str:
    found = named.get(name, ())
    return ", ".join(map(unfolded, found)) if every else unfolded(next(iter(found), ""))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cut(text: str, limit: int = TEXT_LIMIT) -> OutsideText:
    return from_outside(text[:limit])
