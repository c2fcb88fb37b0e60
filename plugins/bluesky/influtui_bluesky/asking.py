"""What a query asks of Bluesky: words, accounts by name, who follows an account, who takes part in its posts."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from influtui.api import InvalidInput, Unsupported

_HANDLE: Final = re.compile(r"@?([a-z0-9-]+(?:\.[a-z0-9-]+)+|did:[a-z]+:[\w.:%-]+)", re.IGNORECASE)
_PAGE: Final = re.compile(r"(?:https?://)?bsky\.app/profile/([^/?#]+).*", re.IGNORECASE)

NO_SEARCH: Final = (
    "Bluesky searches posts only for who has logged in, so neither hashtags nor mentions can be looked for here. Profile texts"
    " can: ask for the words without #; Mastodon knows hashtags: discover mastodon hashtag NAME"
)


class Words(NamedTuple):
    """Words that stand in a name or a profile text."""

    words: str


class Known(NamedTuple):
    """Accounts by their handles."""

    handles: list[str]


class Followers(NamedTuple):
    """Who follows an account."""

    handle: str


class Engaged(NamedTuple):
    """Who liked, passed on or answered the newest posts of an account."""

    handle: str


Asked = Words | Known | Followers | Engaged


def asked(query: str) -> Asked:
    """What `query` asks. Raises `InvalidInput` or `Unsupported`, each saying how to ask instead."""
    words = query.replace(",", " ").split()
    first = words[0].casefold() if words else ""
    if first.startswith("#") or (first in ("hashtag", "tagged") and len(words) <= 2):
        raise Unsupported(NO_SEARCH)
    if first in ("followers", "engaged") and len(words) == 2 and (handle := _handle(words[1])):
        return Followers(handle) if first == "followers" else Engaged(handle)
    if first in ("followers", "engaged") and len(words) == 2 and words[1].startswith("@"):
        raise InvalidInput(f"“{words[1]}” is no handle of Bluesky: write it whole, as in {first} @anna.bsky.social")
    named = [_handle(word) for word in words if word.startswith("@") or "bsky.app/profile/" in word]
    if named and len(named) == len(words):
        handles = [handle for handle in named if handle]
        if len(handles) < len(named):
            raise InvalidInput("handles of Bluesky are written whole, as in @anna.bsky.social")
        return Known(list(dict.fromkeys(handles)))
    return Words(query)


def _handle(written: str) -> str | None:
    page = _PAGE.fullmatch(written)
    match = _HANDLE.fullmatch(page[1] if page else written)
    return match[1].lower() if match else None
