"""Header fields as real mail has them: folded, encoded, mislabelled, cut short, or written to deceive.

The standard library's readers raise on some of it and differ from version to version on the rest, so words, addresses
and ids are read here, in one pass over bounded text each. No reader raises, and what an encoded word hides (a line end,
an angle bracket) is text: it never begins a header or an address of its own.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from influtui.model.incoming import Fields
from influtui.model.times import Millis, millis

VALUE_LIMIT: Final = 32_000
"""Characters read of one header. References of a long thread come to some thousand."""
ADDRESSES: Final = 500
"""Addresses read of one header."""
IDS: Final = 200
BLOCKS: Final = 200
"""Paragraphs of a report that are read."""

_FOLD: Final = re.compile(r"[\r\n]+[ \t]*")
_CONTROLS: Final = re.compile(r"[\x00\r\n\u2028\u2029]+")
# The text of an encoded word ends at the first `?=`; bounded, so that a header full of beginnings stays cheap.
_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?((?:[^?]|\?(?!=)){0,1500})\?=")
_ID: Final = re.compile(r"<([^<>\s]{1,900})>")
_BARE_ID: Final = re.compile(r"[^\s<>,;\"()]{1,400}@[^\s<>,;\"()]{1,400}")
_BARE_ADDRESS: Final = re.compile(r"[^\s<>,;:\"()\[\]]{1,320}@[^\s<>,;:\"()]{1,255}")
# An entry without quotation, comment or group, as nearly all are: what stands before, in and after the angle brackets.
_PLAIN: Final = re.compile(r"([^\"(<>,;:]*)(?:<([^>]*)>([^\"(<>,;:]*))?")
_NO_TEXT: Final = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "rot13", "rot_13"}
)
# What a label means in practice: the larger set that programs write under the smaller one's name.
_MEANT: Final = {
    "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252",
    "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext", "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "tis-620": "cp874",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "big5": "cp950", "utf8mb4": "utf-8", "cp-850": "cp850",
    "unicode-1-1-utf-7": "utf-7", "macintosh": "mac_roman", "x-mac-roman": "mac_roman", "windows-31j": "cp932",
}  # fmt: skip


class Address(NamedTuple):
    """One address of a header. `name` is what its writer wants to be called."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands after the `@`."""
        return self.address.rpartition("@")[2]


def text_of(octets: bytes, charset: str | None) -> str:
    """`octets` as text: by their label where it is a real one and true, else as UTF-8, else as Windows wrote it."""
    label = (charset or "").strip().strip("\"'").casefold()
    if label in ("", "us-ascii", "ascii", "utf-8", "utf8", "unknown-8bit"):
        try:
            return octets.decode("utf-8")
        except UnicodeDecodeError:
            if label.startswith("utf"):
                return octets.decode("utf-8", "replace")
            return octets.decode("cp1252", "replace")
    name = _MEANT.get(label, label)
    try:
        if name in _NO_TEXT or codecs.lookup(name).name in _NO_TEXT:
            raise LookupError(name)
        return octets.decode(name, "replace")
    except (LookupError, UnicodeError, ValueError):
        return text_of(octets, None)


def unfolded(value: str) -> str:
    """A header's value on one line, encoded words still encoded, bounded."""
    value = value[:VALUE_LIMIT]
    return (_FOLD.sub(" ", value) if "\n" in value or "\r" in value else value).strip()


def decoded(value: str) -> str:
    """An unfolded value as it reads. Line ends and NUL that an encoded word brings along become blanks."""
    value = _as_text(value)
    if "=?" not in value:
        return _CONTROLS.sub(" ", value)
    pieces: list[str] = []
    pending: list[tuple[str, bytes]] = []
    end = 0
    for word in _WORD.finditer(value):
        between = value[end : word.start()]
        if between.strip() or not pending:
            pieces += (_joined(pending), between)
            pending = []
        pending.append((word[1].partition("*")[0].casefold(), _octets(word[2], word[3])))
        end = word.end()
    return _CONTROLS.sub(" ", "".join((*pieces, _joined(pending), value[end:])))


def fields(pairs: Iterable[tuple[str, str]], limit: int = 400) -> Fields:
    """Header fields by lower-case name, decoded, at most `limit` of them."""
    found: list[tuple[str, str]] = []
    for name, value in pairs:
        if len(found) == limit:
            break
        found.append((_as_text(name).strip().casefold(), decoded(unfolded(value))))
    return tuple(found)


def field_blocks(text: str) -> Iterator[Fields]:
    """The paragraphs of `text` that hold lines of the form `Name: value`, those lines only."""
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip(), maxsplit=BLOCKS)[:BLOCKS]:
        pairs: list[tuple[str, list[str]]] = []
        for line in block.split("\n"):
            if line[:1] in (" ", "\t") and pairs:
                pairs[-1][1].append(line)
            else:
                name, colon, value = line.partition(":")
                if colon and name.strip() and " " not in name.strip():
                    pairs.append((name, [value]))
        if pairs:
            yield fields((name, "\n".join(lines)) for name, lines in pairs)


def addresses(value: str) -> list[Address]:
    """The addresses of an unfolded, still encoded value. Of several angle brackets in one entry the last one counts."""
    found: list[Address] = []
    if not value:
        return found
    for name, comment, angle in _entries(_as_text(value)):
        bare = angle if angle is not None else name
        address = _clean(bare)
        if address is None:
            continue
        shown = name if angle is not None else comment
        found.append(Address(decoded(shown.strip()).strip().strip("\"'").strip(), address))
        if len(found) == ADDRESSES:
            break
    return found


def message_ids(value: str) -> tuple[str, ...]:
    """The message ids in an unfolded value, in order and once each, with their angle brackets."""
    if not value:
        return ()
    found = _ID.findall(value) or _BARE_ID.findall(value)
    clean = (each for each in found if each.isascii() and each.isprintable())
    return tuple(f"<{each}>" for each in list(dict.fromkeys(clean))[:IDS])


def date_of(value: str) -> Millis | None:
    """When a Date header says. A time without a zone is taken as UTC; what no mail can bear is None."""
    try:
        moment = parsedate_to_datetime(value[:200])
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        at = millis(moment)
    except (TypeError, ValueError, IndexError, OverflowError, AttributeError):
        return None
    return at if 0 <= at < 4_102_444_800_000 else None


def _as_text(value: str) -> str:
    """Raw octets of a header, which the parser hands over as lone surrogates, as text."""
    if value.isascii():
        return value
    return text_of(value.encode("utf-8", "surrogateescape"), None) if _has_raw(value) else value


def _has_raw(value: str) -> bool:
    return any("\udc80" <= char <= "\udcff" for char in value)


def _octets(how: str, text: str) -> bytes:
    try:
        if how in "bB":
            plain = re.sub(r"[^A-Za-z0-9+/]", "", text)
            plain = plain[: len(plain) - 1] if len(plain) % 4 == 1 else plain
            return binascii.a2b_base64(plain + "=" * (-len(plain) % 4))
        return binascii.a2b_qp(text.replace("_", " ").encode("utf-8", "surrogateescape"))
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "replace")


def _joined(words: list[tuple[str, bytes]]) -> str:
    """Encoded words that follow each other: a character may be split between two of the same charset."""
    text, at = [], 0
    while at < len(words):
        charset, octets = words[at]
        at += 1
        while at < len(words) and words[at][0] == charset:
            octets += words[at][1]
            at += 1
        text.append(text_of(octets, charset))
    return "".join(text)


def _entries(value: str) -> list[tuple[str, str, str | None]]:
    """Name, comment and last angle part of each entry. Every character is looked at a bounded number of times."""
    if (plain := _PLAIN.fullmatch(value)) is not None:
        return [(plain[1] + (plain[3] or ""), "", plain[2])]
    found: list[tuple[str, str, str | None]] = []
    name: list[str] = []
    comment: list[str] = []
    angle: str | None = None
    unclosed: set[str] = set()
    at = 0
    while at < len(value):
        char = value[at]
        end = _close(value, at) if char in '"(<' and char not in unclosed else None
        if end is not None:
            inner = value[at + 1 : end]
            if char == "<":
                angle = inner
            else:
                (name if char == '"' else comment).append(re.sub(r"\\(.)", r"\1", inner))
            at = end + 1
            continue
        if char in '"(<':
            unclosed.add(char)
        elif char in ",;":
            found.append(("".join(name), " ".join(comment), angle))
            name, comment, angle = [], [], None
        elif char == ":" and angle is None and "@" not in "".join(name[-300:]):
            name = []
        else:
            name.append(char)
        at += 1
    found.append(("".join(name), " ".join(comment), angle))
    return found


def _close(value: str, start: int) -> int | None:
    """Where what opens at `start` closes."""
    opening = value[start]
    if opening == "<":
        end = value.find(">", start)
        return end if end != -1 else None
    depth, at = 0, start
    while at < len(value):
        char = value[at]
        if char == "\\":
            at += 1
        elif opening == "(" and char == "(":
            depth += 1
        elif at > start and char == ('"' if opening == '"' else ")"):
            depth -= 1
            if depth <= 0:
                return at
        at += 1
    return None


def _clean(text: str) -> str | None:
    """An address that can be shown and compared: printable, without blanks, its domain in lower case."""
    bare = text.strip()
    if bare.startswith("@") and ":" in bare:
        bare = bare.rpartition(":")[2]
    if bare[:7].casefold() == "mailto:":
        bare = bare[7:].partition("?")[0]
    if not _BARE_ADDRESS.fullmatch(bare):
        inside = _BARE_ADDRESS.findall(bare)
        if not inside:
            return None
        bare = inside[-1]
    bare = bare.strip("'")
    local, _, domain = bare.rpartition("@")
    if not bare.isprintable() or not local or not domain or len(bare) > 320:
        return None
    return f"{local}@{domain.rstrip('.').lower()}"
