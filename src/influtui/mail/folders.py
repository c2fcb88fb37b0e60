"""A mailbox's folders: which of them hold answers, which holds what was sent, and how their names read."""

from __future__ import annotations

import base64
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final, Literal, NamedTuple

import msgspec

from influtui.mail.imap_wire import Response
from influtui.model import records

Role = Literal["inbox", "junk", "sent", "all", "other"]
"""What a folder is for. Answers are looked for in `inbox` and `junk`, what went in `sent` and `all`."""

_MARKS: Final[dict[bytes, Role]] = {b"\\JUNK": "junk", b"\\SENT": "sent", b"\\ALL": "all"}
_CLOSED: Final = frozenset({b"\\NOSELECT", b"\\NONEXISTENT"})
_SHIFTED: Final = re.compile(rb"&([^-]*)-")


class Folder(NamedTuple):
    """One folder. `name` is as the server writes it, `shown` as people read it."""

    name: bytes
    shown: str
    role: Role

    @property
    def key(self) -> str:
        """`name` as a text: every byte a character, so that none is lost."""
        return self.name.decode("latin-1")


class _Names(msgspec.Struct, forbid_unknown_fields=True):
    junk: frozenset[str]
    sent: frozenset[str]


def listed(responses: Sequence[Response]) -> list[Folder]:
    """The folders in the answer to LIST. A role has one folder at most: the one that is marked, else the first so named."""
    found: list[Folder] = []
    named: dict[Role, Folder] = {}
    for response in responses:
        if response.word(0) != b"LIST" or len(response.words) < 4:
            continue
        flags, separator, name = response.words[1:4]
        marks = {each.upper() for each in flags or () if isinstance(each, bytes)} if isinstance(flags, list) else set()
        if not isinstance(name, bytes) or marks & _CLOSED:
            continue
        shown = decoded(name)
        role: Role = (
            "inbox" if name.upper() == b"INBOX" else next((_MARKS[each] for each in marks & _MARKS.keys()), "other")
        )
        folder = Folder(name, shown, role)
        found.append(folder)
        if role == "other" and (guessed := _by_name(shown, separator)):
            named.setdefault(guessed, folder)
    marked = {folder.role for folder in found}
    return [
        folder._replace(
            role=next((role for role, each in named.items() if each == folder and role not in marked), folder.role)
        )
        for folder in found
    ]


def decoded(name: bytes) -> str:
    """A folder's name for people: modified UTF-7 (RFC 3501, 5.1.3), or UTF-8 from servers that do not keep to it."""

    def shifted(match: re.Match[bytes]) -> bytes:
        if not match[1]:
            return b"&"
        text = match[1].replace(b",", b"/")
        try:
            return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True).decode("utf-16-be").encode("utf-8")
        except ValueError:
            return match[0]

    return _SHIFTED.sub(shifted, name).decode("utf-8", "replace")


def _by_name(shown: str, separator: object) -> Role | None:
    cut = separator.decode("ascii", "replace") if isinstance(separator, bytes) and separator else "/"
    last = shown.rpartition(cut)[2].casefold().strip()
    return "junk" if last in _names().junk else "sent" if last in _names().sent else None


@cache
def _names() -> _Names:
    text = (files("influtui.mail") / "data" / "folders.toml").read_text("utf-8")
    return records.convert(tomllib.loads(text), _Names)
