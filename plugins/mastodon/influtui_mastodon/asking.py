"""What a query asks of a Mastodon server: words, accounts by name, a hashtag, followers, who takes part in posts."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from influtui.api import InvalidInput, Unsupported

_NAME: Final = re.compile(r"@?(\w+(?:[\w.-]*\w)?(?:@[a-z0-9.-]+(?::\d+)?)?)", re.IGNORECASE)
_PAGE: Final = re.compile(r"https?://([a-z0-9.-]+)/@(\w[\w.-]*)/?", re.IGNORECASE)
_TAG: Final = re.compile(r"\w{1,100}")

NO_MENTIONS: Final = (
    "Who mentions an account is shown to that account's owner only, and there is no login here. Ask for a hashtag"
    " (discover mastodon hashtag NAME) or for who takes part in your own posts (discover mastodon engaged @you@server)"
)


class Words(NamedTuple):
    """Words, as the server's search takes them."""

    words: str


class Known(NamedTuple):
    """Accounts by their names, `name@server`."""

    names: list[str]


class Hashtag(NamedTuple):
    """Who posts under a hashtag."""

    name: str


class Followers(NamedTuple):
    """Who follows an account."""

    name: str


class Engaged(NamedTuple):
    """Who favourited or passed on the newest posts of an account."""

    name: str


Asked = Words | Known | Hashtag | Followers | Engaged


def asked(query: str) -> Asked:
    """What `query` asks. Raises `InvalidInput` or `Unsupported`, each saying how to ask instead."""
    words = query.replace(",", " ").split()
    first = words[0].casefold() if words else ""
    if first == "tagged" and len(words) == 1:
        raise Unsupported(NO_MENTIONS)
    if first.startswith("#") or (first == "hashtag" and len(words) == 2):
        tag = words[-1].removeprefix("#")
        if len(words) > (2 if first == "hashtag" else 1) or not _TAG.fullmatch(tag):
            raise InvalidInput("one hashtag at a time, of letters, digits and _: hashtag veganbaking")
        return Hashtag(tag)
    if (
        first in ("followers", "engaged")
        and len(words) == 2
        and (words[1].startswith("@") or _PAGE.fullmatch(words[1]))
    ):
        name = _name(words[1])
        if name is None:
            raise InvalidInput(f"“{words[1]}” is no name of Mastodon: write it like {first} @anna@mastodon.social")
        return Followers(name) if first == "followers" else Engaged(name)
    if words and all(word.startswith("@") or _PAGE.fullmatch(word) for word in words):
        names = [_name(word) for word in words]
        if None in names:
            raise InvalidInput("names of Mastodon are written like @anna@mastodon.social")
        return Known([name for name in dict.fromkeys(names) if name is not None])
    return Words(query)


def _name(written: str) -> str | None:
    page = _PAGE.fullmatch(written)
    match = _NAME.fullmatch(f"{page[2]}@{page[1]}" if page else written)
    return match[1] if match else None
