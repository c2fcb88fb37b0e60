"""Creators: one account on one platform, and the person behind it."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

import msgspec

from influtui.model.failures import WrongUsage
from influtui.model.ids import CreatorId, PersonId
from influtui.model.text import OutsideText

FoundBy = Literal[
    "own_follower", "customer", "tagged_us", "scroll", "web", "tool",
    "hashtag", "competitor", "referral", "inbound", "lookalike",
]  # fmt: skip
"""Where a creator was found: the ways that the domain's brief names."""

Quality = Literal["exact", "rounded", "estimated", "hidden"]
"""How far a measured number can be trusted: `12.3M` is rounded, a vendor's guess estimated, a switched-off count hidden."""

METRICS: Final = (
    "followers", "following", "posts", "engagement_rate", "avg_views", "avg_likes", "avg_comments", "avg_shares",
)  # fmt: skip
"""The measured values of an account, as the store's columns name them."""

OFFLINE: Final = "offline"
"""The platform of somebody who has no account that we know of: the handle is made of the name, so that a REF names them."""

PLATFORMS: Final = (
    "instagram", "tiktok", "youtube", "bluesky", "mastodon", "twitch", "x", "threads", "pinterest", "facebook",
    "linkedin", "snapchat", OFFLINE,
)  # fmt: skip
"""Platform ids that imports accept. Plugins add theirs at run time."""


class Ref(NamedTuple):
    """How a person names an account: `instagram:anna` or `#17`."""

    platform: str | None = None
    handle: str | None = None
    id: CreatorId | None = None

    def __str__(self) -> str:
        return f"#{self.id}" if self.id is not None else f"{self.platform}:{self.handle}"


class Creator(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.creator/1"):
    """A creator row: the command line's contract. Unknown is None; percentages are percent, not fractions."""

    id: CreatorId
    ref: str
    person: PersonId
    platform: str
    handle: OutsideText
    name: OutsideText | None = None
    url: OutsideText | None = None
    bio: OutsideText | None = None
    tier: str | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    engagement_rate: float | None = None
    engagement_variant: str | None = None
    avg_views: float | None = None
    avg_likes: float | None = None
    avg_comments: float | None = None
    avg_shares: float | None = None
    country: str | None = None
    language: str | None = None
    topics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    email: OutsideText | None = None
    relevance: float | None = None
    authenticity: float | None = None
    reach: float | None = None
    fit: float | None = None
    confidence: float | None = None
    relevance_confidence: float | None = None
    authenticity_confidence: float | None = None
    reach_confidence: float | None = None
    found_by: str | None = None
    found_detail: OutsideText | None = None
    as_of: str | None = None
    audience: dict[str, float] | None = None
    """Shares of its followers in percent: by country (`US`), age (`18-24`), gender (`female`). What is not there is unknown."""
    audience_as_of: str | None = None


def sureness(creator: Creator, kind: str) -> float | None:
    """How sure a stored score is of itself, 0 to 1. Of one that was stored before this was kept: the confidence of all."""
    own: float | None = creator.confidence if kind == "fit" else getattr(creator, f"{kind}_confidence")
    return creator.confidence if own is None else own


def parse_ref(text: str) -> Ref:
    """Read `platform:handle` or `#id`. Raises `WrongUsage` for anything else."""
    text = text.strip()
    if re.fullmatch(r"#\d{1,15}", text, re.ASCII):
        return Ref(id=CreatorId(int(text[1:])))
    platform, colon, handle = text.partition(":")
    if not colon or not platform or not handle:
        raise WrongUsage(
            f"“{text}” does not name a creator",
            hint="Write platform:handle (instagram:anna) or #id (#17).",
        )
    return Ref(platform=platform.casefold(), handle=handle.removeprefix("@"))


def handle_key(handle: str) -> str:
    """A handle as two people would call it the same: without `@`, folded in case."""
    return handle.strip().removeprefix("@").casefold()


def member(name: str) -> str:
    """A topic or tag as it is kept and asked for: folded in case, one blank between words.

    A Turkish capital I with its dot folds to an i and a loose dot, which nobody types: it is an i here.
    """
    return " ".join(name.split()).casefold().replace("i\u0307", "i").replace("|", "/")


def joined(names: tuple[str, ...] | list[str]) -> str | None:
    """Topics, tags and other small sets as the store keeps them: `|a|b|`, sorted, or None for none."""
    kept = sorted({member(name) for name in names} - {""})
    return f"|{'|'.join(kept)}|" if kept else None


def split(text: str | None) -> tuple[str, ...]:
    """The reverse of `joined`."""
    return tuple(text.strip("|").split("|")) if text else ()
