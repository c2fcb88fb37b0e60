"""A campaign's posts: whose a post is and what it is called, read off its address; and the numbers it made.

The patterns are data (`data/post_urls.toml`). Nothing is fetched. An address that no pattern knows is still a post (a
blog, a newsletter): it is kept without its tracking parameters.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import msgspec

from influtui.model import records
from influtui.model.failures import WrongUsage
from influtui.model.ids import CollaborationId, PostId
from influtui.model.shipped import shipped
from influtui.model.text import OutsideText, from_outside

METRICS: Final = ("impressions", "views", "likes", "comments", "shares", "saves", "clicks")
"""What a platform counts of a post, as the store's columns name it."""


class PostAddress(NamedTuple):
    """What an address says of a post. `platform` is None for a page that no platform's pattern fits."""

    url: OutsideText
    platform: str | None = None
    handle: OutsideText | None = None
    native_id: OutsideText | None = None


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted of a post. None is unknown."""

    impressions: int | None = None
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    clicks: int | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, metric) is not None for metric in METRICS)


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What one source said of a post at one time."""

    at: int
    source: str
    numbers: Numbers


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A post of a collaboration, with its series of numbers, oldest first."""

    id: PostId
    collaboration: CollaborationId
    platform: str | None = None
    handle: OutsideText | None = None
    native_id: OutsideText | None = None
    url: OutsideText
    posted_at: int | None = None
    recorded_at: int
    snapshots: tuple[Snapshot, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """The newest known value of each metric: a later count of likes does not unmake an earlier one of impressions."""
        return newest(self.snapshots)


def newest(snapshots: Sequence[Snapshot]) -> Numbers:
    """The newest known value of each metric of a series."""
    found: dict[str, int] = {}
    for snapshot in sorted(snapshots, key=lambda each: each.at):
        for metric in METRICS:
            value = getattr(snapshot.numbers, metric)
            if value is not None:
                found[metric] = value
    return Numbers(**found)


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One form of address of one platform's posts."""

    platform: str
    hosts: tuple[str, ...]
    path: str
    page: str
    query: str | None = None
    federated: bool = False


class Patterns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table, in the order in which forms are tried."""

    pattern: tuple[Pattern, ...]
    shorteners: frozenset[str]
    tracking: frozenset[str]


@cache
def patterns() -> Patterns:
    """The table of `data/post_urls.toml`."""
    text = shipped("post_urls.toml")
    return records.convert(tomllib.loads(text), Patterns)


def post_address(text: str) -> PostAddress:
    """What the address of a post says. Raises `WrongUsage` for what is no web address."""
    address = from_outside(text.strip())
    if "://" not in address:
        address = from_outside(f"https://{address}")
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").casefold().rstrip(".")
        port = parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme.casefold() not in ("http", "https") or "." not in host or re.search(r"[\s\x00-\x1f]", address):
        raise WrongUsage(f"“{text.strip()}” is not the address of a post", hint="Paste it whole, from https:// on.")
    bare = re.sub(r"^(?:www|m|mobile)\.", "", host)
    path = unquote(parts.path).rstrip("/")
    query = parse_qsl(parts.query)
    for pattern in patterns().pattern:
        if any(_host_fits(bare, each) for each in pattern.hosts):
            found = _fitted(pattern, bare, path, dict(query))
            if found is not None:
                return found
    kept = [(name, value) for name, value in query if name.casefold() not in patterns().tracking]
    where = host if port is None else f"{host}:{port}"
    url = urlunsplit((parts.scheme.casefold(), where, parts.path, urlencode(kept), ""))
    return PostAddress(from_outside(url))


def is_shortened(url: str) -> bool:
    """Whether an address hides which post it is."""
    return (urlsplit(url).hostname or "").casefold().removeprefix("www.") in patterns().shorteners


def _fitted(pattern: Pattern, host: str, path: str, query: dict[str, str]) -> PostAddress | None:
    found = re.fullmatch(pattern.path, path, re.IGNORECASE)
    if found is None:
        return None
    groups = found.groupdict()
    native_id = query.get(pattern.query, "") if pattern.query else groups["id"]
    if not re.fullmatch(r"[\w-]{5,150}", native_id):
        return None
    handle = groups.get("handle")
    page = pattern.page.format(id=native_id, handle=handle, host=host)
    if pattern.federated and handle is not None and "@" not in handle:
        handle = f"{handle}@{host}"
    named = from_outside(handle) if handle is not None else None
    return PostAddress(from_outside(page), pattern.platform, named, from_outside(native_id))


def _host_fits(host: str, pattern: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", r"[\w.-]+")
    return re.fullmatch(expression, host) is not None
