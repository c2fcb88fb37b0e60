"""Our own form of a creator outside the store: one JSON object, or one row of CSV, that comes back without loss. Pure.

It holds every column, the person that groups accounts, notes, the series of measurements by source, and the posts that
were seen. Outside text stays as it came. In CSV a cell that a spreadsheet would execute gets a `'` in front, and so does one
that begins with `'` already, so that taking the first `'` off gives back what was there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from influtui.model import records
from influtui.model.audience import canonical, shares
from influtui.model.creators import split
from influtui.model.profile_records import Measured, ProfileRecord, SeenComment, SeenPost, WrittenNote
from influtui.model.times import Millis, millis, rfc3339

SCHEMA: Final = "influtui.creator/1"

_EXECUTED: Final = frozenset("=+-@\t\r\n'＝＋－＠")
"""What makes a spreadsheet read a cell as a formula when it stands first (OWASP, CSV injection), full-width forms included."""


class Columns(Protocol):
    """A row of the store: values by column."""

    def __getitem__(self, name: str, /) -> Any: ...


class SnapshotOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A measurement, as we write it."""

    at: str
    source: str
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    engagement_rate: float | None = None
    engagement_variant: str | None = None
    avg_views: float | None = None
    avg_likes: float | None = None
    avg_comments: float | None = None
    avg_shares: float | None = None
    quality: str = "exact"


class NoteOut(msgspec.Struct, frozen=True, kw_only=True):
    """A note, as we write it."""

    at: str
    actor: str
    text: str


class CommentOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A comment under a seen post, as we write it."""

    commenter: str
    text: str | None = None
    at: str | None = None


class PostOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A seen post, as we write it."""

    platform_post_id: str
    url: str | None = None
    caption: str | None = None
    posted_at: str | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    views: int | None = None
    sponsored: bool | None = None
    as_of: str | None = None
    source: str | None = None
    seen_comments: tuple[CommentOut, ...] = ()


class CreatorOut(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag=SCHEMA):
    """A creator with all that is known, as we write it. The keys of a search's row come first, under the same names."""

    id: int
    ref: str
    person: int
    platform: str
    handle: str
    name: str | None = None
    url: str | None = None
    bio: str | None = None
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
    email: str | None = None
    audience: dict[str, float] | None = None
    audience_as_of: str | None = None
    as_of: str | None = None
    found_by: str | None = None
    found_detail: str | None = None
    person_name: str | None = None
    person_email: str | None = None
    person_country: str | None = None
    person_since: str | None = None
    notes: tuple[NoteOut, ...] = ()
    snapshots: tuple[SnapshotOut, ...] = ()
    seen_posts: tuple[PostOut, ...] = ()
    created_at: str | None = None
    updated_at: str | None = None


COLUMNS: Final = ("schema", *CreatorOut.__struct_fields__)
"""The columns of our CSV, in order."""

_LISTS: Final = frozenset({"topics", "tags"})
_NESTED: Final[dict[str, Any]] = {
    "audience": dict[str, float],
    "notes": tuple[NoteOut, ...], "snapshots": tuple[SnapshotOut, ...], "seen_posts": tuple[PostOut, ...],
}  # fmt: skip
_WHOLE: Final = frozenset({"id", "person", "followers", "following", "posts"})
_FRACTIONS: Final = frozenset({"engagement_rate", "avg_views", "avg_likes", "avg_comments", "avg_shares"})


def to_record(creator: CreatorOut) -> ProfileRecord:
    """What we wrote, as a record for the intake. Raises `ValueError` for a time that is none."""
    return ProfileRecord(
        id=creator.id,
        person=str(creator.person),
        platform=creator.platform,
        handle=creator.handle,
        name=creator.name,
        url=creator.url,
        bio=creator.bio,
        followers=creator.followers,
        following=creator.following,
        posts=creator.posts,
        engagement_rate=creator.engagement_rate,
        engagement_variant=creator.engagement_variant,
        avg_views=creator.avg_views,
        avg_likes=creator.avg_likes,
        avg_comments=creator.avg_comments,
        avg_shares=creator.avg_shares,
        country=creator.country,
        language=creator.language,
        topics=creator.topics,
        tags=creator.tags,
        email=creator.email,
        audience=canonical(creator.audience or {}),
        audience_as_of=_millis(creator.audience_as_of),
        as_of=_millis(creator.as_of),
        found_by=creator.found_by,
        found_detail=creator.found_detail,
        person_name=creator.person_name,
        person_email=creator.person_email,
        person_country=creator.person_country,
        person_since=_millis(creator.person_since),
        notes=tuple(WrittenNote(at=_millis(note.at), actor=note.actor, text=note.text) for note in creator.notes),
        snapshots=tuple(_measured(each) for each in creator.snapshots),
        seen_posts=tuple(_post(each) for each in creator.seen_posts),
        created_at=_millis(creator.created_at),
        updated_at=_millis(creator.updated_at),
    )


def snapshot_out(row: Columns) -> SnapshotOut:
    """A row of `snapshots` as we write it."""
    names = SnapshotOut.__struct_fields__
    return SnapshotOut(**{name: row[name] for name in names if name != "at"}, at=rfc3339(row["at"]) or "")


def creator_out(
    row: Columns,
    *,
    tier: str | None,
    notes: Sequence[NoteOut],
    snapshots: Sequence[SnapshotOut],
    seen_posts: Sequence[PostOut],
) -> CreatorOut:
    """A row of `creators`, joined with its person's columns, as we write it."""
    return CreatorOut(
        ref=f"{row['platform']}:{row['handle']}",
        person=row["person_id"],
        tier=tier,
        topics=split(row["topics"]),
        tags=split(row["tags"]),
        as_of=rfc3339(row["as_of"]),
        audience=shares(row["audience"]),
        audience_as_of=rfc3339(row["audience_as_of"]),
        created_at=rfc3339(row["created_at"]),
        updated_at=rfc3339(row["updated_at"]),
        person_since=rfc3339(row["person_since"]),
        notes=tuple(notes),
        snapshots=tuple(snapshots),
        seen_posts=tuple(seen_posts),
        **{name: row[name] for name in _PLAIN},
    )


_PLAIN: Final = (
    "id", "platform", "handle", "name", "url", "bio", "followers", "following", "posts", "engagement_rate",
    "engagement_variant", "avg_views", "avg_likes", "avg_comments", "avg_shares", "country", "language", "email", "found_by",
    "found_detail", "person_name", "person_email", "person_country",
)  # fmt: skip


def to_cells(creator: CreatorOut) -> list[str]:
    """A creator as a row of our CSV, in the order of `COLUMNS`."""
    cells = [SCHEMA]
    for name in CreatorOut.__struct_fields__:
        value = getattr(creator, name)
        if name in _LISTS:
            cells.append(guarded("|".join(value)))
        elif name in _NESTED:
            cells.append(msgspec.json.encode(value).decode() if value else "")
        elif value is None:
            cells.append("")
        else:
            cells.append(guarded(value) if isinstance(value, str) else repr(value))
    return cells


def from_cells(columns: Sequence[str], cells: Sequence[str]) -> CreatorOut:
    """The reverse of `to_cells`; `columns` may stand in any order. Raises `ValueError` (`msgspec.ValidationError` is one)."""
    values: dict[str, Any] = {}
    for name, cell in zip(columns, cells, strict=False):
        if cell == "" or name == "schema" or name not in CreatorOut.__struct_fields__:
            continue
        if name in _WHOLE:
            values[name] = int(cell)
        elif name in _FRACTIONS:
            values[name] = float(cell)
        elif name in _LISTS:
            values[name] = tuple(unguarded(cell).split("|"))
        elif name in _NESTED:
            values[name] = records.from_json(cell, _NESTED[name])
        else:
            values[name] = unguarded(cell)
    return CreatorOut(**values)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet executes."""
    return f"'{cell}" if cell and cell[0] in _EXECUTED else cell


def unguarded(cell: str) -> str:
    """The reverse of `guarded`."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in _EXECUTED else cell


def _measured(out: SnapshotOut) -> Measured:
    names = SnapshotOut.__struct_fields__
    return Measured(at=_required(out.at), **{name: getattr(out, name) for name in names if name != "at"})


def _post(out: PostOut) -> SeenPost:
    times = ("posted_at", "as_of", "seen_comments")
    return SeenPost(
        **{name: getattr(out, name) for name in PostOut.__struct_fields__ if name not in times},
        posted_at=_millis(out.posted_at),
        as_of=_millis(out.as_of),
        seen_comments=tuple(
            SeenComment(commenter=each.commenter, text=each.text, at=_millis(each.at)) for each in out.seen_comments
        ),
    )


def _millis(text: str | None) -> Millis | None:
    return None if text is None else _required(text)


def _required(text: str) -> Millis:
    return millis(datetime.fromisoformat(text))
