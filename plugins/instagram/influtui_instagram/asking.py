"""What a query asks of Instagram: accounts by name, people who tagged the brand, a hashtag, the creator marketplace.

Instagram has no search for people by words that a normal brand may use; such a query is refused with the ways there are.
Nothing but checked names reaches an expression of fields, which a bracket could break out of.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from influtui.api import InvalidInput, Unsupported

WAYS: Final = (
    "Instagram lets no normal brand search people by words. Ask for accounts you know (@anna,@ben), for people who tagged"
    " you (tagged), for posts of a hashtag (hashtag veganbaking), or, with access to it, the creator marketplace"
    " (marketplace vegan baking country:DE)"
)

WITHHELD: Final = {
    "followers": "Instagram tells nobody who follows an account. Your own followers come from your account's download:"
    " influtui creators import followers_1.json --found-by own_follower",
    "engaged": "Instagram gives a brand neither the comments nor the likes under other accounts' posts. Who tagged you is given:"
    " discover instagram tagged; on Bluesky, Mastodon and YouTube who takes part is public",
    "similar": "Only the creator marketplace knows creators like another: discover instagram marketplace similar:@NAME. Among"
    " those you know: influtui creators search --like REF",
}
"""What Instagram gives no normal brand, by how the question begins, with what there is instead."""

_NAME: Final = re.compile(r"[A-Za-z0-9._]{1,30}")
_HASHTAG: Final = re.compile(r"\w{1,100}")
_COUNT: Final = re.compile(r"(\d+(?:\.\d+)?)([km]?)", re.IGNORECASE)
_NO_PROFILES: Final = frozenset({"p", "reel", "reels", "tv", "stories", "explore", "accounts", "direct"})


class Accounts(msgspec.Struct, frozen=True):
    """Accounts by name, each once, and what was among them that no name can be."""

    names: tuple[str, ...]
    odd: tuple[str, ...] = ()


class Tagged(msgspec.Struct, frozen=True):
    """People whose posts tagged the brand."""


class OwnAccount(msgspec.Struct, frozen=True):
    """The brand's own account, with the insights of its posts."""


class HashtagPosts(msgspec.Struct, frozen=True):
    """Posts of a hashtag: the most popular, or those of the last 24 hours."""

    name: str
    recent: bool = False


class Market(msgspec.Struct, frozen=True):
    """A search in the creator marketplace, as its parameters."""

    parameters: dict[str, str | int | bool]


Asked = Accounts | OwnAccount | Tagged | HashtagPosts | Market


def asked(query: str) -> Asked:
    """What `query` asks. Raises `InvalidInput` or `Unsupported`, each saying how to ask instead."""
    words = query.split()
    first = words[0].casefold() if words else ""
    if first == "tagged":
        if len(words) > 1:
            raise InvalidInput(f"“tagged” stands alone: it asks who tagged you, and “{words[1]}” has no place in it")
        return Tagged()
    if first == "me" and len(words) == 1:
        return OwnAccount()
    if first in WITHHELD and len(words) == 2 and words[1].startswith("@"):
        raise Unsupported(WITHHELD[first])
    if first == "hashtag" or first.startswith("#"):
        return _hashtag(words[1:] if first == "hashtag" else words)
    if first == "marketplace":
        return Market(_marketplace(words[1:]))
    parts = [part for part in re.split(r"[\s,;]+", query) if part]
    if any(part.startswith("@") or "instagram.com/" in part for part in parts):
        return accounts(parts)
    raise Unsupported(WAYS)


def accounts(written: Sequence[str]) -> Accounts:
    """Names, with or without `@`, or addresses of profiles."""
    names: dict[str, None] = {}
    odd: list[str] = []
    for each in written:
        name = _named(each)
        if name is None:
            odd.append(each)
        else:
            names.setdefault(name)
    return Accounts(tuple(names), tuple(odd))


def _named(written: str) -> str | None:
    if "instagram.com/" in written:
        parts = urlsplit(written if "//" in written else f"https://{written}")
        steps = [step for step in parts.path.split("/") if step]
        host = parts.hostname or ""
        if (host != "instagram.com" and not host.endswith(".instagram.com")) or not steps or steps[0] in _NO_PROFILES:
            return None
        written = steps[0]
    name = written.removeprefix("@").lower()
    return name if _NAME.fullmatch(name) else None


def _hashtag(words: Sequence[str]) -> HashtagPosts:
    recent = len(words) == 2 and words[1].casefold() == "recent"
    if len(words) != 1 and not recent:
        raise InvalidInput(
            "one hashtag at a time, for each counts against thirty in seven days: hashtag veganbaking, or with the word"
            " recent behind it for the last 24 hours"
        )
    name = words[0].removeprefix("#").casefold()
    if not _HASHTAG.fullmatch(name):
        raise InvalidInput(f"“{words[0]}” is no hashtag: letters, digits and _ only, no emoji")
    return HashtagPosts(name, recent)


def _marketplace(words: Sequence[str]) -> dict[str, str | int | bool]:
    free: list[str] = []
    parameters: dict[str, str | int | bool] = {}
    for word in words:
        name, colon, value = word.partition(":")
        if not colon or name not in _QUALIFIERS:
            if colon and name.isidentifier():
                raise InvalidInput(f"the marketplace knows no {name}: it knows {', '.join(sorted(_QUALIFIERS))}")
            free.append(word)
            continue
        if not value:
            raise InvalidInput(f"{name}: needs a value behind the colon")
        parameters.update(_QUALIFIERS[name](value))
    if free and "similar_to_creators" in parameters:
        raise InvalidInput("the marketplace takes either words or similar:@anna, not both")
    if not free and not parameters:
        raise InvalidInput(
            "say what to look for in the marketplace: marketplace vegan baking country:DE followers:10k..100k"
        )
    return {"query": " ".join(free), **parameters} if free else parameters


def _countries(value: str, parameter: str = "creator_countries") -> dict[str, str]:
    codes = [code.upper() for code in value.split(",")]
    for code in codes:
        if not re.fullmatch(r"[A-Z]{2}", code):
            raise InvalidInput(f"“{code}” is no country: two letters, as in DE,AT")
    return {parameter: json.dumps(codes)}


def _languages(value: str) -> dict[str, str]:
    codes = [code.lower() for code in value.split(",")]
    for code in codes:
        if code not in _known()["languages"]:
            raise InvalidInput(
                f"the marketplace knows no language “{code}”: it knows {', '.join(_known()['languages'])}"
            )
    return {"creator_language": json.dumps(codes)}


def _followers(value: str) -> dict[str, int]:
    low, dots, high = value.partition("..")
    if not dots:
        raise InvalidInput(f"“followers:{value}” is no range: write it like followers:10k..100k")
    parameters: dict[str, int] = {}
    if low and high and _count(low) > _count(high):
        raise InvalidInput(f"“followers:{value}” ends below its beginning")
    if low:
        parameters["creator_min_followers"] = max(step for step in _known()["at_least"] if step <= _count(low))
    above = [step for step in _known()["at_most"] if high and step >= _count(high)]
    if above:
        parameters["creator_max_followers"] = min(above)
    return parameters


def _interests(value: str) -> dict[str, str]:
    found: list[str] = []
    for word in value.split(","):
        near = [each for each in _known()["interests"] if each.startswith(word.upper())]
        if len(near) != 1:
            named = ", ".join(each.lower() for each in near or _known()["interests"])
            raise InvalidInput(f"“{word}” is not one interest of the marketplace: {named}")
        found += near
    return {"creator_interests": json.dumps(found)}


def _similar(value: str) -> dict[str, str]:
    wanted = accounts(value.split(","))
    if wanted.odd or len(wanted.names) > _known()["similar_at_most"]:
        raise InvalidInput(f"similar: takes up to {_known()['similar_at_most']} names, as in similar:@anna,@ben")
    return {"similar_to_creators": json.dumps(wanted.names)}


def _has(value: str) -> dict[str, bool]:
    if value != "email":
        raise InvalidInput("the marketplace knows has:email only")
    return {"has_public_contact_email": True}


def _count(written: str) -> float:
    match = _COUNT.fullmatch(written)
    if match is None:
        raise InvalidInput(f"“{written}” is no number of followers: write it like 25000 or 25k")
    return float(match[1]) * {"": 1, "k": 1_000, "m": 1_000_000}[match[2].lower()]


_QUALIFIERS: Final[dict[str, Any]] = {
    "country": _countries,
    "audience": lambda value: _countries(value, "major_audience_countries"),
    "language": _languages,
    "followers": _followers,
    "interest": _interests,
    "similar": _similar,
    "has": _has,
}


@cache
def _known() -> dict[str, Any]:
    return tomllib.loads(files("influtui_instagram").joinpath("marketplace.toml").read_text("utf-8"))
