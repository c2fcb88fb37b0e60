"""Write a message as bytes, and prove that the bytes say what was meant.

The standard library's serialiser is not used for headers: it lets a crafted subject add a header of its own, breaks
Message-IDs longer than a line, and writes encoded words that some providers refuse. This writer knows three kinds of
header (words, addresses, ids), and every message is parsed again before anybody may send it: the list of headers, their
meaning and the body must be what went in.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.utils import format_datetime
from typing import Final

import msgspec

from influtui.mail.addresses import Mailbox
from influtui.model.failures import Failure
from influtui.model.text import from_outside

LINE: Final = 78
"""Characters that a header line should keep to (RFC 5322, 2.1.1)."""
WORD: Final = 75
"""Characters of one encoded word at most (RFC 2047, 2)."""
ENTRIES: Final = 40
"""Ids kept in References: the first and the newest ones. Longer lists are cut by servers anyway."""

SIGNATURE: Final = "-- "
"""The line above a signature or footer (RFC 3676, 4.3)."""

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_BODY_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_URL: Final = re.compile(r"(?:mailto|https):[!-;=?-~]{1,900}")
_ID: Final = re.compile(r"<[!-;=?-~]{1,900}>")
_BYTES_A_WORD: Final = (WORD - len("=?utf-8?b??=")) // 4 * 3
_LONGEST_QUOTED: Final = 60


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a message should say. Texts may hold anything; the writer makes them harmless."""

    sender: Mailbox
    recipient: Mailbox
    subject: str
    body: str
    message_id: str
    at: int
    """When it was written, in milliseconds."""
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    reply_to: Mailbox | None = None
    unsubscribe: tuple[str, ...] = ()
    """Addresses (mailto, https) of a way out that mail programs offer as a button (RFC 2369)."""


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """A message ready to be sent: its bytes, and subject and body as they will be read."""

    raw: bytes
    subject: str
    body: str


class Unwritable(Failure):
    """The written bytes do not say what was meant. Nothing was sent; this is a fault of ours or an attack."""

    kind = "unwritable"


def compose(draft: Draft) -> Composed:
    """The message's bytes. Raises `Unwritable` when reading them back gives anything else than `draft`."""
    subject = one_line(draft.subject)
    body = plain_body(draft.body)
    meant: list[tuple[str, str]] = [
        ("Date", _date(draft.at)),
        ("From", _meant(draft.sender)),
        ("To", _meant(draft.recipient)),
        ("Subject", subject),
        ("Message-ID", draft.message_id),
    ]
    if draft.reply_to is not None:
        meant.append(("Reply-To", _meant(draft.reply_to)))
    references = known_ids(draft.references)
    answered = known_ids((draft.in_reply_to or "",))
    if answered:
        meant.append(("In-Reply-To", answered[0]))
    if references:
        meant.append(("References", " ".join(references)))
    if ways := [each for each in draft.unsubscribe if _URL.fullmatch(each)]:
        meant.append(("List-Unsubscribe", ", ".join(f"<{each}>" for each in ways)))
        if any(each.startswith("https:") for each in ways):
            # Only with an address that takes the click (RFC 8058): a promise that nobody keeps counts as spam.
            meant.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    meant += [
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ]
    boxes = {"From": draft.sender, "To": draft.recipient, "Reply-To": draft.reply_to}
    lines = [_header(name, text, boxes.get(name)) for name, text in meant]
    raw = "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + quoted_printable(body)
    _verify(raw, meant, body)
    return Composed(raw=raw, subject=subject, body=body)


def redated(raw: bytes, at: int) -> bytes:
    """The same message with another time in its Date, which is its first header."""
    first, _, rest = raw.partition(b"\r\n")
    if not first.startswith(b"Date: "):
        return raw
    return f"Date: {_date(at)}".encode("ascii") + b"\r\n" + rest


def _date(at: int) -> str:
    return format_datetime(datetime.fromtimestamp(at // 1000, UTC))


def one_line(text: str) -> str:
    """`text` as a header can hold it: one line, no controls, single blanks."""
    return " ".join(_CONTROLS.sub(" ", from_outside(text)).split())


def plain_body(text: str) -> str:
    """`text` with line ends as `\\n`, without controls, ending in one line end."""
    text = from_outside(text).replace("\r\n", "\n").replace("\r", "\n")
    text = _BODY_CONTROLS.sub("", text)
    # `-- ` keeps its blank: mail programs know a signature by it.
    lines = (line if line == SIGNATURE else line.rstrip() for line in text.split("\n"))
    return "\n".join(lines).strip("\n") + "\n"


def known_ids(texts: Sequence[str]) -> tuple[str, ...]:
    """The well-formed message ids in `texts`, in order and once each; of a long list the first and the newest."""
    found = list(dict.fromkeys(each for text in texts for each in _ID.findall(text)))
    return tuple(found if len(found) <= ENTRIES else [found[0], *found[1 - ENTRIES :]])


def quoted_printable(body: str) -> bytes:
    """A body as quoted-printable with CRLF, lines of at most 76 characters."""
    return binascii.b2a_qp(body.encode("utf-8"), istext=True).replace(b"\n", b"\r\n")


def _meant(box: Mailbox) -> str:
    name = one_line(box.name or "")
    return f"{name} <{box.address}>" if name else box.address


def _header(name: str, text: str, box: Mailbox | None) -> str:
    if box is not None:
        words = [*_phrase(one_line(box.name or "")), f"<{box.address}>" if one_line(box.name or "") else box.address]
        return _folded(name, words)
    if name == "Subject":
        return _folded(name, list(_unstructured(text)))
    return _folded(name, text.split(" "))


def _folded(name: str, words: Sequence[str]) -> str:
    """`Name: words` with line ends put before words where a line would be too long. Words are never cut."""
    lines, line = [], f"{name}:"
    for position, word in enumerate(words):
        # The first word stays beside the name: a line that holds a name alone is misread by some servers.
        if position and len(line) + 1 + len(word) > LINE:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line])


def _unstructured(text: str) -> Iterator[str]:
    """The words of a subject: as they are where all is plain, else all as encoded words."""
    plain = text.isascii() and "=?" not in text and max(map(len, text.split(" "))) < WORD
    yield from text.split(" ") if plain else _encoded(text)


def _phrase(text: str) -> Iterator[str]:
    """A display name: atoms, a quoted string, or encoded words."""
    if not text:
        return
    if "=?" not in text and len(text) <= _LONGEST_QUOTED and text.isascii():
        if _ATOM.fullmatch(text):
            yield text
        else:
            escaped = text.replace("\\", "\\\\").replace('"', '\\"')
            yield f'"{escaped}"'
        return
    yield from _encoded(text)


def _encoded(text: str) -> Iterator[str]:
    """Encoded words of whole characters, none longer than `WORD`."""
    chunk = b""
    for char in text:
        octets = char.encode("utf-8")
        if len(chunk) + len(octets) > _BYTES_A_WORD:
            yield _word(chunk)
            chunk = b""
        chunk += octets
    if chunk:
        yield _word(chunk)


def _word(octets: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(octets).decode('ascii')}?="


def _verify(raw: bytes, meant: Sequence[tuple[str, str]], body: str) -> None:
    head = raw.partition(b"\r\n\r\n")[0]
    parsed = BytesParser(policy=policy.compat32).parsebytes(raw)
    found = [(name, _read(value)) for name, value in parsed.items()]
    payload = parsed.get_payload(decode=True)
    read_body = payload.decode("utf-8").replace("\r\n", "\n") if isinstance(payload, bytes) else None
    longest = max(map(len, head.split(b"\r\n")))
    if found != list(meant) or parsed.defects or read_body != body or longest > 998:
        raise Unwritable(
            "this message cannot be written so that every mail program reads the same; it was not sent",
            hint="Shorten or retype the subject and the names in it.",
        )


def _read(value: str) -> str:
    """A header's meaning as a mail program reads it."""
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", str(value))
    quoted = re.fullmatch(r'"((?:[^"\\]|\\.)*)" (<[^<>]*>)', unfolded)
    if quoted:
        name = re.sub(r"\\(.)", r"\1", quoted[1])
        return f"{name} {quoted[2]}"
    return str(make_header(decode_header(unfolded)))
