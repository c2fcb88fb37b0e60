"""How likely two accounts are one person's: the signs, what they weigh, and the keys by which candidates are found.

Pure, and never a verdict: pairs are offered with their evidence, a person joins them. Keys make it possible to look at a
million accounts without comparing each with each: only accounts that share a key are compared.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import cache
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec

from influtui.model import records
from influtui.model.creators import OFFLINE, handle_key
from influtui.model.failures import WrongUsage
from influtui.model.profiles import from_url
from influtui.model.shipped import shipped
from influtui.model.suppression import email_key

Sign = Literal["email", "account", "link", "handle", "reduced_handle", "similar_handle", "name", "short_name"]


class Handles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How handles are compared."""

    shortest: int
    similar: float
    adornments: tuple[str, ...]


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table of `data/likeness.toml`."""

    least: float
    most_sharing: int
    shared_sites: frozenset[str]
    weight: Mapping[Sign, float]
    handle: Handles


class Account(NamedTuple):
    """What is compared of an account."""

    id: int
    person: int
    platform: str
    handle: str
    name: str | None = None
    email: str | None = None
    url: str | None = None
    bio: str | None = None


class Evidence(msgspec.Struct, frozen=True):
    """One sign that two accounts are one person's, and what they share."""

    sign: Sign
    shared: str
    weight: float


Key = tuple[str, str]
"""A kind (`email`, `link`, `account`, `handle`, `name`) and a value; accounts with a common key are worth comparing."""


@cache
def default_weights() -> Weights:
    """The table as it ships."""
    text = shipped("likeness.toml")
    return records.convert(tomllib.loads(text), Weights)


def keys(account: Account) -> set[Key]:
    """The keys under which an account may meet another of the same person."""
    found: set[Key] = {("account", f"{account.platform}:{handle_key(account.handle)}")}
    bio = account.bio or ""
    for address in (account.email or "", *(_EMAIL.findall(bio) if "@" in bio else ())):
        if "@" in address:
            found.add(("email", email_key(address)))
    url = account.url or ""
    own_page = handle_key(account.handle) in url.casefold()
    for link in ("" if own_page else url, *(_LINK.findall(bio) if "." in bio else ())):
        if key := link_key(link):
            found.add(key)
    reduced = reduced_handle(account.handle)
    if len(reduced) >= default_weights().handle.shortest and account.platform != OFFLINE:
        found.add(("handle", reduced))
    name = name_key(account.name)
    if " " in name:
        found.add(("name", name))
    return found


def evidence(one: Account, other: Account, *, sharing: Mapping[Key, int] | None = None) -> tuple[Evidence, ...]:
    """What speaks for two accounts being one person's, the weightiest first.

    `sharing` says how many people share a key: an address of three says less than one of two.
    """
    table = default_weights()
    found: list[Evidence] = []
    for kind, value in keys(one) & keys(other):
        if kind in ("email", "link", "account"):
            people = max(2, (sharing or {}).get((kind, value), 2))
            found.append(Evidence(kind, value, table.weight[kind] * 2 / people))  # type: ignore[arg-type,index]
    found += _of_handles(one, other, table)
    name = name_key(one.name)
    if name and name == name_key(other.name):
        sign: Sign = "name" if " " in name else "short_name"
        found.append(Evidence(sign, one.name or "", table.weight[sign]))
    return tuple(sorted(found, key=lambda each: (-each.weight, each.sign, each.shared)))


def likeness(found: Iterable[Evidence]) -> float:
    """How likely it is, from 0 to 1: independent signs, each of which may be wrong."""
    doubt = 1.0
    for each in found:
        doubt *= 1.0 - min(1.0, max(0.0, each.weight))
    return round(1.0 - doubt, 3)


def _of_handles(one: Account, other: Account, table: Weights) -> list[Evidence]:
    if one.platform == other.platform or OFFLINE in (one.platform, other.platform):
        return []
    first, second = handle_key(one.handle), handle_key(other.handle)
    if min(len(first), len(second)) < table.handle.shortest:
        return []
    shared = one.handle if first == second else f"{one.handle} / {other.handle}"
    if first == second:
        return [Evidence("handle", shared, table.weight["handle"])]
    if (reduced := reduced_handle(first)) == reduced_handle(second) and len(reduced) >= table.handle.shortest:
        return [Evidence("reduced_handle", shared, table.weight["reduced_handle"])]
    if SequenceMatcher(None, first, second, autojunk=False).ratio() >= table.handle.similar:
        return [Evidence("similar_handle", shared, table.weight["similar_handle"])]
    return []


def reduced_handle(handle: str) -> str:
    """A handle without what people add where their own was taken: dots, digits at the end, `official`."""
    parts = [part for part in _SEPARATORS.split(handle_key(handle)) if part]
    adornments = default_weights().handle.adornments
    kept = [part for part in parts if part not in adornments] or parts
    return "".join(kept).rstrip("0123456789") or "".join(kept)


def name_key(name: str | None) -> str:
    """A name as two people would call it the same: letters only, without accents and emoji, in one case and order."""
    if not name:
        return ""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(char if char.isalpha() else " " for char in plain if not unicodedata.combining(char))
    return " ".join(sorted(letters.split()))


def link_key(link: str) -> Key | None:
    """A link as one would recognise it: a profile as its account, anything else as host and path. None for a bare site."""
    link = link.strip().rstrip(".,;:!)")
    if not link or len(link) > 500:
        return None
    try:
        profile = from_url(link)
    except WrongUsage:
        pass
    else:
        return "account", f"{profile.platform}:{handle_key(profile.handle)}"
    try:
        split = urlsplit(link if "://" in link else f"https://{link}")
        host = (split.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    path = split.path.rstrip("/").casefold()
    if "." not in host:
        return None
    # A site of one's own is a sign without a path; a page of links, a shop or a platform only with one.
    own_site = host.count(".") == 1 and host not in default_weights().shared_sites
    return ("link", f"{host}{path}") if path or own_site else None


_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_LINK: Final = re.compile(
    r"(?:https?://|www\.)\S{4,200}|(?<![\w@.])(?:[a-z0-9-]{1,40}\.){1,3}[a-z]{2,10}/[\w@.~/-]{1,100}", re.IGNORECASE
)
_SEPARATORS: Final = re.compile(r"[\W_]+")
