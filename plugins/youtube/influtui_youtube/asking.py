"""What is asked: channels that a query names, or words to search for; and the cursor of a search that goes on.

A search costs a hundredth of the day's quota a page and finds more channels than a page of ours may hold, so those that
wait for the next page travel in the cursor, with a short mark of each that was handed over already.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import blake2s
from typing import Final, Literal, NamedTuple

import msgspec

from influtui.api import InvalidInput, Unsupported

LONGEST: Final = 2_000
"""Characters of a cursor; the API allows a few more."""

NO_SUBSCRIBERS: Final = (
    "YouTube tells only a channel's owner who subscribes to it, and of them only those who made it public. Who comments under"
    " its videos is public: discover youtube engaged @NAME"
)
NO_MENTIONS: Final = (
    "YouTube does not tell a brand who mentioned it. Its search finds your name in titles and descriptions:"
    ' discover youtube "YOUR NAME"'
)

CHANNEL_ID: Final = re.compile(r"UC[\w-]{22}", re.ASCII)
_HANDLE: Final = re.compile(r"@[\w.·-]{3,60}")
_PAGE: Final = re.compile(r"(?:https?://)?(?:www\.|m\.)?youtube\.com/(?P<path>[^?#]*)", re.IGNORECASE)
_PATH: Final = re.compile(r"(?:(?P<handle>@[^/]+)|channel/(?P<id>[^/]+)|user/(?P<user>[^/]+))(?:/.*)?")


class Named(NamedTuple):
    """One channel by name: the parameter that `channels.list` has for such names, and the value."""

    by: Literal["id", "forHandle", "forUsername"]
    value: str


class Engaged(NamedTuple):
    """Who comments under the newest videos of a channel."""

    channel: Named


class Hashtag(NamedTuple):
    """Videos that bear a hashtag, by the words that YouTube's search takes."""

    words: str


class Place(msgspec.Struct, frozen=True, rename={"token": "t", "since": "a", "waiting": "w", "seen": "s"}):
    """Where a search stands. `waiting` and `seen` are packed into text, because a cursor must be short."""

    token: str | None = None
    """YouTube's own cursor; None before the first page and after the last."""
    since: str | None = None
    """Videos from when on: the same on every page."""
    waiting: str = ""
    seen: str = ""

    def ids(self) -> list[str]:
        """The channels that were found and not handed over yet."""
        return self.waiting.split(",") if self.waiting else []

    def new(self, found: Iterable[str]) -> list[str]:
        """Those of `found` that were not handed over yet, each once."""
        seen = {self.seen[start : start + 4] for start in range(0, len(self.seen), 4)}
        return [each for each in dict.fromkeys(found) if _mark(each) not in seen]

    def after(self, handed: Iterable[str], waiting: Iterable[str]) -> Place:
        """The place when `handed` were handed over and `waiting` are left."""
        marks = self.seen + "".join(map(_mark, handed))
        bare = Place(self.token, self.since, ",".join(waiting))
        room = (LONGEST - len(msgspec.json.encode(bare))) // 4 * 4
        # Where even the marks are too many, the oldest go: who comes twice is taken in once all the same.
        return msgspec.structs.replace(bare, seen=marks[max(0, len(marks) - room) :])

    def cursor(self) -> str | None:
        """The cursor of what is left; None at the end."""
        return msgspec.json.encode(self).decode() if self.token or self.waiting else None


def place(cursor: str) -> Place:
    """The place that a cursor says. Raises `InvalidInput` for what is none of ours."""
    try:
        return msgspec.json.decode(cursor, type=Place)
    except msgspec.DecodeError as error:
        raise InvalidInput("this search cannot be continued: ask again", detail="the cursor is not ours") from error


def named(query: str) -> list[Named] | None:
    """The channels that a query names; None where it is words to search for. Raises `InvalidInput` for other pages."""
    words = query.replace(",", " ").split()
    if any(_PAGE.match(word) for word in words) or all(_by_name(word) for word in words):
        found = {word: _by_name(word) for word in words}
        for word, each in found.items():
            if each is None:
                raise InvalidInput(
                    f"“{word}” is not the address of a channel: YouTube's interface knows those with @, /channel/ and /user/"
                )
        return [each for each in found.values() if each is not None]
    return None


def special(query: str) -> Engaged | Hashtag | None:
    """What a query asks beside words and names. Raises `Unsupported` for what YouTube gives nobody, with the reason."""
    words = query.replace(",", " ").split()
    first = words[0].casefold() if words else ""
    if first.startswith("#") and len(words) == 1:
        return Hashtag(query.strip())
    if first == "hashtag" and len(words) == 2:
        return Hashtag(f"#{words[1].removeprefix('#')}")
    if first == "engaged" and len(words) == 2 and (each := _by_name(words[1])) is not None:
        return Engaged(each)
    if first == "followers" and len(words) == 2 and _by_name(words[1]) is not None:
        raise Unsupported(NO_SUBSCRIBERS)
    if first == "tagged" and len(words) == 1:
        raise Unsupported(NO_MENTIONS)
    return None


def by_handle(handle: str) -> Named:
    """An account as we keep it: a handle without its @, or an id."""
    return Named("id", handle) if CHANNEL_ID.fullmatch(handle) else Named("forHandle", f"@{handle.removeprefix('@')}")


def _by_name(word: str) -> Named | None:
    page = _PAGE.match(word)
    if page is None:
        return by_handle(word) if CHANNEL_ID.fullmatch(word) or _HANDLE.fullmatch(word) else None
    path = _PATH.fullmatch(page["path"])
    if path is None:
        return None
    if path["user"]:
        return Named("forUsername", path["user"])
    return by_handle(path["handle"] or path["id"])


def _mark(channel: str) -> str:
    """Four characters that stand for a channel."""
    return urlsafe_b64encode(blake2s(channel.encode(), digest_size=3).digest()).decode()
