"""IMAP as it stands on the wire: read one response, and tell its words apart. No connection, no commands.

Written for servers as they are: tokens in any case, blanks where there should be none, literals cut anywhere, `NIL` in
place of anything. What a response may cost is bounded, since the other side is not trusted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol, TypeAlias

LINE_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of one line at most: a SEARCH over half a million messages fits."""
RESPONSE_LIMIT: Final = 96 * 1024 * 1024
"""Bytes of one response at most, literals included."""
DEPTH_LIMIT: Final = 40
"""Brackets within brackets at most."""

Token: TypeAlias = "bytes | list[Token] | None"  # noqa: S105 - a word, no password
"""An atom or a string, a list of them, or NIL."""

_LITERAL: Final = re.compile(rb"~?\{(\d{1,12})\+?\}\r?\n$")
_STATUS: Final = re.compile(rb"(\S+) +(OK|NO|BAD|BYE|PREAUTH)(?: +|(?=\r?\n)|$)(.*)", re.IGNORECASE | re.DOTALL)
_CODE: Final = re.compile(rb"\[([^\s\]]+)(?: +([^\]]*))?\] ?", re.DOTALL)
# A bracket belongs to the atom that it is in: BODY[HEADER.FIELDS (FROM DATE)]<0>.
_TOKEN: Final = re.compile(rb'\s*(?:([()])|"((?:[^"\\]|\\.)*)"|((?:[^\s()"\[]++|\[[^\]]*\]?)+))', re.DOTALL)
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)


class Stream(Protocol):
    """Where bytes come from: `imap_stream.ServerStream`."""

    async def readuntil(self, separator: bytes = ...) -> bytes:
        """Bytes up to and with the separator."""
        ...

    async def readexactly(self, n: int) -> bytes:
        """Exactly so many bytes."""
        ...


class Garbled(Exception):
    """The server does not keep to the protocol, or asks for more memory than a mail is worth."""


class Status(NamedTuple):
    """`OK`, `NO`, `BAD`, `BYE` or `PREAUTH`, the code in brackets after it, and the server's own words."""

    kind: str
    code: str | None
    about: bytes
    """What stands after the code within its brackets."""
    text: bytes


class Response(NamedTuple):
    """One response. `tag` is `*`, `+` or that of the command it ends; either `status` or `words` says what it is."""

    tag: bytes
    status: Status | None
    words: list[Token]

    def word(self, at: int) -> bytes:
        """The word at a place, in capitals; empty where there is none or where it is a list."""
        found = self.words[at] if at < len(self.words) else None
        return found.upper() if isinstance(found, bytes) else b""


async def read(stream: Stream) -> Response:
    """The next response. Raises `Garbled`; what `stream` raises at the end of the connection goes through."""
    parts: list[bytes] = []
    held = 0
    while True:
        line = await stream.readuntil(b"\n")
        held += len(line)
        if not parts and (status := _STATUS.match(line)):
            # A sentence for people: what looks like a literal in it is none.
            return Response(status[1], _status(status[2], status[3].rstrip(b"\r\n")), [])
        literal = _LITERAL.search(line)
        if literal is None:
            parts.append(line.rstrip(b"\r\n"))
            return _response(parts)
        size = int(literal[1])
        held += size
        if held > RESPONSE_LIMIT:
            raise Garbled(f"the server wants to send {size} bytes at once")
        parts += [line[: literal.start()], await stream.readexactly(size)]


def tokens(parts: Sequence[bytes]) -> list[Token]:
    """The words of a response: text and literals by turns, as they were read."""
    found: list[Token] = []
    stack = [found]
    for number, part in enumerate(parts):
        if number % 2:
            stack[-1].append(part)
            continue
        at = 0
        while match := _TOKEN.match(part, at):
            at = match.end()
            bracket, quoted, atom = match.groups()
            if bracket == b"(":
                if len(stack) > DEPTH_LIMIT:
                    raise Garbled("the server nests lists without end")
                inner: list[Token] = []
                stack[-1].append(inner)
                stack.append(inner)
            elif bracket:
                if len(stack) > 1:
                    stack.pop()
            elif atom is not None:
                stack[-1].append(None if atom.upper() == b"NIL" else atom)
            else:
                stack[-1].append(_ESCAPED.sub(rb"\1", quoted) if b"\\" in quoted else quoted)
    return found


def pairs(words: Token) -> dict[bytes, Token]:
    """A list of names and values (FETCH, STATUS) as a mapping, names in capitals."""
    if not isinstance(words, list):
        return {}
    return {
        name.upper(): value for name, value in zip(words[::2], words[1::2], strict=False) if isinstance(name, bytes)
    }


def number(token: Token) -> int | None:
    """A number; None where there is none."""
    return int(token) if isinstance(token, bytes) and token.isdigit() and len(token) < 20 else None


def quoted(octets: bytes) -> bytes:
    """Bytes as a quoted string. Raises `ValueError` for what only a literal can hold."""
    if any(octet < 32 or octet == 127 for octet in octets):
        raise ValueError("a quoted string holds no control characters")
    return b'"' + octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def uid_set(uids: Sequence[int]) -> bytes:
    """Rising uids as IMAP writes them: `1:200,205`."""
    runs: list[list[int]] = []
    for uid in uids:
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs).encode("ascii")


def _status(kind: bytes, text: bytes) -> Status:
    code = _CODE.match(text)
    if code is None:
        return Status(kind.decode("ascii").upper(), None, b"", text)
    name = code[1].decode("ascii", "replace").upper()
    return Status(kind.decode("ascii").upper(), name, code[2] or b"", text[code.end() :])


def _response(parts: list[bytes]) -> Response:
    tag, _, rest = parts[0].partition(b" ")
    parts[0] = rest
    if tag == b"+":
        return Response(tag, None, [rest])
    return Response(tag, None, tokens(parts))
