"""What a Mastodon server sends, as far as we read it, and its HTML as plain text.

After the entities `Account` and `Status` of the API's documentation. Counts of accounts of other servers are copies.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

import msgspec

from influtui.api import Number


class Something(msgspec.Struct, frozen=True):
    """An object whose being there is all that counts."""


class Field(msgspec.Struct, frozen=True):
    """A line of the table in a profile; its value is HTML."""

    name: str = ""
    value: str = ""


class Account(msgspec.Struct, frozen=True):
    """An account. `acct` bears the server's name only where that is another one."""

    id: str
    acct: str
    username: str
    display_name: str = ""
    note: str = ""
    url: str | None = None
    uri: str | None = None
    fields: list[Field] = []
    followers_count: Number = None
    following_count: Number = None
    statuses_count: Number = None
    discoverable: bool | None = None
    noindex: bool | None = None
    suspended: bool | None = None
    limited: bool | None = None
    memorial: bool | None = None
    moved: Something | None = None


class Author(msgspec.Struct, frozen=True):
    """Whose status it is."""

    id: str


class Status(msgspec.Struct, frozen=True):
    """A post; `content` is HTML."""

    id: str
    created_at: str
    account: Author
    visibility: str = "public"
    content: str = ""
    url: str | None = None
    language: str | None = None
    favourites_count: Number = None
    replies_count: Number = None
    reblogs_count: Number = None
    pinned: bool | None = None
    reblog: Something | None = None


class Posted(msgspec.Struct, frozen=True):
    """A post of a hashtag, for whose it is."""

    id: str
    account: msgspec.Raw


class Day(msgspec.Struct, frozen=True):
    """What became of a hashtag on one day, of seven. The counts come as text."""

    uses: Number = None
    accounts: Number = None


class Tag(msgspec.Struct, frozen=True):
    """A hashtag that rises; the newest day first."""

    name: str
    url: str | None = None
    history: list[Day] = []


class Search(msgspec.Struct, frozen=True):
    """The answer of a search. Accounts are read one by one, so that an odd one costs only itself."""

    accounts: list[msgspec.Raw]


class Error(msgspec.Struct, frozen=True):
    """The body of an answer that refuses."""

    error: str = ""


def plain(html: str) -> str:
    """HTML as text: paragraphs and breaks are line ends, the rest of the tags goes, entities are what they stand for."""
    if "<" not in html and "&" not in html:
        return html.strip()
    text = _Text()
    text.feed(html)
    text.close()
    return "".join(text.parts).strip()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._skipped += 1
        elif tag == "br" or (tag in ("p", "li") and self.parts):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._skipped:
            self._skipped -= 1

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.parts.append(data)


_SILENT: Final = frozenset({"script", "style"})
