"""Rows of `creator_posts` for people to look at: what an account posted lately, as some source saw it."""

from __future__ import annotations

import msgspec

from influtui.model.ids import CreatorId
from influtui.model.times import Millis
from influtui.store.creators import Reader


class SeenPost(msgspec.Struct, frozen=True, kw_only=True):
    """A post of an account. Unknown is None."""

    url: str | None
    caption: str | None
    posted_at: Millis | None
    likes: int | None
    comments: int | None
    shares: int | None
    views: int | None
    sponsored: bool | None
    as_of: Millis
    source: str


async def newest(reader: Reader, creator: CreatorId, limit: int) -> list[SeenPost]:
    """The latest posts of an account, the newest first; those of unknown date last."""
    rows = await reader.all(
        "SELECT url, caption, posted_at, likes, comments, shares, views, sponsored, as_of, source FROM creator_posts"
        " WHERE creator_id = ? ORDER BY posted_at IS NULL, posted_at DESC, id DESC LIMIT ?",
        (creator, limit),
    )
    return [
        SeenPost(**{**dict(row), "sponsored": None if row["sponsored"] is None else bool(row["sponsored"])})
        for row in rows
    ]
