"""Records to rows: pure, and the hot path of an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

import msgspec

from influtui.model.creators import METRICS, joined
from influtui.model.profile_records import Measured, ProfileRecord, metrics
from influtui.model.query_words import spaceless
from influtui.model.text import from_outside
from influtui.services.importing.plain import PlainRecords, text_of


def storable(records: Sequence[ProfileRecord]) -> Sequence[ProfileRecord]:
    """Records without what no database can hold. One look at the whole batch: nearly always there is nothing to do."""
    if isinstance(records, PlainRecords):
        together = "".join(
            [text_of(records.fields.get(name, ())) for name in ("handle", "name", "bio", "url", "email")]
        )
        if "\0" not in together:
            with suppress(UnicodeEncodeError):
                together.encode()
                return records
        return [_cleaned(record) for record in records]
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


def spaceless_ones(records: Sequence[ProfileRecord]) -> list[int]:
    """The indexes of the records that `is_spaceless` is true of."""
    if not isinstance(records, PlainRecords):
        return [index for index, record in enumerate(records) if is_spaceless(record)]
    found: set[int] = set()
    for name in ("bio", "name", "handle"):
        column = records.fields.get(name, ())
        if not text_of(column).isascii():
            found.update([index for index, text in enumerate(column) if text and spaceless(text)])
    return sorted(found)


def addresses(record: ProfileRecord) -> tuple[str, ...]:
    """The mail addresses that a record names."""
    return tuple(address for address in (record.email, record.person_email) if address)


_AS_STATED: Final = (
    "platform", "handle", "name", "url", "bio", "country", "language", "topics", "tags", "email", *METRICS,
    "engagement_variant",
)  # fmt: skip

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


def account_columns(
    records: Sequence[ProfileRecord],
    keys: Sequence[str],
    ids: Sequence[int],
    persons: Sequence[int],
    *,
    as_of: int,
    found: tuple[str | None, str | None],
    import_id: int,
    now: int,
) -> tuple[dict[str, Sequence[Any]], bool]:
    """New accounts by column, and whether their first measurements say exactly what they say.

    `found` is by whom and where, `as_of` is when, unless a record says so itself.
    """
    count = len(records)
    columns: dict[str, Sequence[Any]] = {"id": ids, "person_id": persons, "handle_key": keys}
    as_first = True
    if isinstance(records, PlainRecords):
        columns.update(records.fields)
        columns.update(_each(count, found_by=found[0], found_detail=found[1], created_at=now, updated_at=now))
        columns["as_of"] = _moments(columns, [as_of] * count)
    else:
        columns.update({name: [getattr(record, name) for record in records] for name in _AS_STATED})
        columns["found_by"] = [record.found_by or found[0] for record in records]
        columns["found_detail"] = [record.found_detail or found[1] for record in records]
        columns["created_at"] = [record.created_at or now for record in records]
        columns["updated_at"] = [record.updated_at or now for record in records]
        columns["as_of"] = [
            stated if record.snapshots is not None else own
            for record, stated, own in zip(
                records,
                [record.as_of for record in records],
                _moments(columns, [record.as_of or as_of for record in records]),
                strict=True,
            )
        ]
        if any(record.audience is not None for record in records):
            columns["audience"] = [record.audience for record in records]
            columns["audience_as_of"] = [
                (record.audience_as_of or record.as_of or as_of) if record.audience is not None else None
                for record in records
            ]
        as_first = all(record.snapshots is None and record.quality == "exact" for record in records)
    for name in ("topics", "tags"):
        if name in columns:
            columns[name] = [_joined(each) if each else None for each in columns[name]]
    columns.update(_each(count, import_id=import_id))
    return columns, as_first


def _moments(columns: Mapping[str, Sequence[Any]], moments: Sequence[int]) -> Sequence[int | None]:
    """When each account was measured: None where nothing was."""
    measured = [columns[name] for name in METRICS if name in columns]
    if any(None not in column for column in measured):
        return moments
    unmeasured = (None,) * len(measured)
    together = zip(*measured, strict=True) if measured else [()] * len(moments)
    return [None if each == unmeasured else at for each, at in zip(together, moments, strict=True)]


def _each(count: int, **values: Any) -> dict[str, Sequence[Any]]:
    return {name: [value] * count for name, value in values.items()}


def snapshot_row(row_id: int, measured: Measured, import_id: int) -> tuple[Any, ...]:
    """A measurement's row, in the order of `catalogue.SNAPSHOT`."""
    return (
        row_id, measured.at, measured.source, *metrics(measured), measured.engagement_variant, measured.quality, import_id
    )  # fmt: skip
