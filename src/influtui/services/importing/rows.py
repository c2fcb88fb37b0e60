"""Records to rows: pure, and the hot path of an import."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import msgspec

from influtui.model.creators import joined
from influtui.model.profile_records import Measured, ProfileRecord, metrics
from influtui.model.query_words import spaceless
from influtui.model.text import from_outside


def storable(records: Sequence[ProfileRecord]) -> Sequence[ProfileRecord]:
    """Records without what no database can hold. One look at the whole batch: nearly always there is nothing to do."""
    together = "\n".join(
        [
            text
            for record in records
            for text in (record.handle, record.name, record.bio, record.url, record.email)
            if text
        ]
    )
    rare = any(record.notes or record.seen_posts or record.found_detail or record.person_name for record in records)
    if not rare and "\0" not in together:
        with suppress(UnicodeEncodeError):
            together.encode()
            return records
    return [_cleaned(record) for record in records]


def _cleaned(record: ProfileRecord) -> ProfileRecord:
    def plain(value: Any) -> Any:
        if isinstance(value, str):
            return from_outside(value)
        if isinstance(value, tuple):
            return tuple(plain(each) for each in value)
        if isinstance(value, msgspec.Struct):
            return type(value)(**{name: plain(getattr(value, name)) for name in value.__struct_fields__})
        return value

    return plain(record)  # type: ignore[no-any-return]


def is_spaceless(record: ProfileRecord) -> bool:
    """Whether a record's text is (in part) in a script that is written without blanks between words."""
    return any(text is not None and spaceless(text) for text in (record.bio, record.name, record.handle))


def addresses(record: ProfileRecord) -> tuple[str, ...]:
    """The mail addresses that a record names."""
    return tuple(address for address in (record.email, record.person_email) if address)


_joined = lru_cache(maxsize=65_536)(joined)


def measurement(record: ProfileRecord, source: str, at: int) -> Measured:
    """What a record measures, as one point of its source's series."""
    return Measured(
        at=at,
        source=source,
        followers=record.followers,
        following=record.following,
        posts=record.posts,
        engagement_rate=record.engagement_rate,
        engagement_variant=record.engagement_variant,
        avg_views=record.avg_views,
        avg_likes=record.avg_likes,
        avg_comments=record.avg_comments,
        avg_shares=record.avg_shares,
        quality=record.quality,
    )


def account_row(
    record: ProfileRecord,
    key: str,
    row_id: int,
    person_id: int,
    *,
    as_of: int | None,
    found: tuple[str | None, str | None],
    import_id: int,
    now: int,
) -> tuple[Any, ...]:
    """A new account's row, in the order of `catalogue.ACCOUNT`. `found` is by whom and where, unless the record says so."""
    return (
        row_id, person_id, record.platform, record.handle, key, record.name, record.url, record.bio,
        record.country, record.language, _joined(record.topics) if record.topics else None,
        _joined(record.tags) if record.tags else None, record.email, record.followers, record.following,
        record.posts, record.engagement_rate, record.avg_views, record.avg_likes, record.avg_comments,
        record.avg_shares, record.engagement_variant, as_of, record.found_by or found[0], record.found_detail or found[1],
        import_id, record.created_at or now, record.updated_at or now,
    )  # fmt: skip


def snapshot_row(row_id: int, measured: Measured, import_id: int) -> tuple[Any, ...]:
    """A measurement's row, in the order of `catalogue.SNAPSHOT`."""
    return (
        row_id, measured.at, measured.source, *metrics(measured), measured.engagement_variant, measured.quality, import_id
    )  # fmt: skip
