"""Accounts in bulk: what an import writes, in statements that cost little a row.

Rows that an import adds bear its `import_id` and are not in the journal; rows that it changes go through the unit of work,
which keeps their old values. So an import of a million rows undoes as one act and costs the journal one row. Which values
win is decided above (`services/importing`); this module only writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from influtui.model import records
from influtui.model.creators import METRICS
from influtui.model.ids import ImportId, JournalId
from influtui.store import text_index
from influtui.store.creators import Reader
from influtui.store.database import Row, Transaction

ACCOUNT: Final = (
    "id", "person_id", "platform", "handle", "handle_key", "name", "url", "bio", "country", "language", "topics", "tags",
    "email", *METRICS, "engagement_variant", "as_of", "found_by", "found_detail", "import_id", "created_at", "updated_at",
)  # fmt: skip
"""The columns of a new account."""

SNAPSHOT: Final = ("creator_id", "at", "source", *METRICS, "engagement_variant", "quality", "import_id")
"""The columns of a measurement, in the order in which `add_snapshots` takes their values."""

POST: Final = (
    "creator_id", "platform_post_id", "url", "caption", "posted_at", "likes", "comments", "shares", "views", "sponsored",
    "as_of", "source", "import_id",
)  # fmt: skip

_LATER_READING: Final = (
    "ON CONFLICT (creator_id, platform_post_id) DO UPDATE SET likes = coalesce(excluded.likes, likes),"
    " comments = coalesce(excluded.comments, comments), shares = coalesce(excluded.shares, shares),"
    " views = coalesce(excluded.views, views), sponsored = coalesce(excluded.sponsored, sponsored),"
    " as_of = excluded.as_of, source = excluded.source WHERE excluded.as_of > as_of"
)

COUNTS: Final = ("read", "added", "updated", "unchanged", "duplicates", "rejected")


def _insert(table: str, columns: Sequence[str], after: str = "") -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) {after}"


NOTHING: Final = bytearray()
"""Stands for NULL on its way into a statement, which turns it back. Python binds None several times slower than a number
(it looks for an adapter each time): of the 28 columns of an account most are None."""

_ADD_SNAPSHOT: Final = _insert("snapshots", SNAPSHOT, "ON CONFLICT DO NOTHING")
_FIRST_SNAPSHOTS: Final = (
    f"INSERT INTO snapshots ({', '.join(SNAPSHOT)}) SELECT id, as_of, ?, {', '.join(METRICS)}, engagement_variant,"
    " 'exact', import_id FROM creators WHERE id BETWEEN ? AND ? AND as_of IS NOT NULL"
)
_ADD_PERSONS_RUN: Final = (
    "WITH RECURSIVE run (id) AS (VALUES (?) UNION ALL SELECT id + 1 FROM run WHERE id < ?)"
    " INSERT INTO persons (id, created_at, import_id) SELECT id, ?, ? FROM run"
)


async def is_empty(reader: Reader) -> bool:
    """Whether no account and no person is known yet."""
    return not await reader.all("SELECT 1 FROM creators UNION ALL SELECT 1 FROM persons LIMIT 1")


async def known(reader: Reader, platform: str, keys: Sequence[str]) -> dict[str, Row]:
    """The accounts among `keys` of one platform that are there already, by key. One query, whatever their number."""
    rows = await reader.all(
        "SELECT creators.* FROM json_each(?) AS wanted"
        " CROSS JOIN creators ON creators.platform = ? AND creators.handle_key = wanted.value",
        (msgspec.json.encode(keys).decode(), platform),
    )
    return {row["handle_key"]: row for row in rows}


async def snapshots_of(reader: Reader, ids: Sequence[int], source: str | None) -> dict[int, list[Row]]:
    """What `source` (None: anybody) has said of accounts so far, by account, oldest first."""
    found: dict[int, list[Row]] = {}
    for row in await reader.all(
        "SELECT snapshots.* FROM json_each(?) AS wanted CROSS JOIN snapshots ON snapshots.creator_id = wanted.value"
        " WHERE snapshots.source = coalesce(?, snapshots.source) ORDER BY snapshots.creator_id, snapshots.at",
        (msgspec.json.encode(ids).decode(), source),
    ):
        found.setdefault(row["creator_id"], []).append(row)
    return found


async def begin(
    transaction: Transaction,
    *,
    entry: JournalId,
    actor: str,
    source: str,
    kind: str,
    platform: str | None,
    found_by: str | None,
) -> ImportId:
    """Open an import: the row that says where its values came from, named by its entry in the journal."""
    import_id = await transaction.insert(
        "INSERT INTO imports (at, actor, source, kind, platform, found_by) VALUES (?, ?, ?, ?, ?, ?)",
        (transaction.at, actor, source, kind, platform, found_by),
    )
    await transaction.run("UPDATE journal SET import_id = ? WHERE id = ?", (import_id, entry))
    return ImportId(import_id)


async def withdraw(transaction: Transaction, import_id: ImportId) -> None:
    """Remove an import that turned out to bring nothing."""
    await transaction.run("DELETE FROM imports WHERE id = ?", (import_id,))


async def keep_count(transaction: Transaction, import_id: ImportId, counts: Mapping[str, int], *, state: str) -> None:
    """Write how far an import is, in the transaction of its rows, so that a killed one has told the truth."""
    assigned = ", ".join(f"{name} = ?" for name in COUNTS)
    await transaction.run(
        f"UPDATE imports SET state = ?, {assigned} WHERE id = ?", (state, *(counts[name] for name in COUNTS), import_id)
    )


async def reserve(transaction: Transaction, counter: str, highest: int) -> None:
    """Move a counter past ids that came from outside, so that they are never handed out again."""
    await transaction.run("UPDATE counters SET next = max(next, ?) WHERE name = ?", (highest + 1, counter))


async def add_persons_run(transaction: Transaction, first: int, last: int, import_id: ImportId) -> None:
    """A person of their own for each of a run of new accounts."""
    await transaction.run(_ADD_PERSONS_RUN, (first, last, transaction.at, import_id))


async def add_persons(transaction: Transaction, rows: Iterable[Sequence[Any]], import_id: ImportId) -> None:
    """Persons with an id, a name, an address, a country and an age. Those that are there already are left alone."""
    await transaction.many(
        "INSERT INTO persons (id, name, email, country, created_at, import_id) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        [(*row, import_id) for row in rows],
    )


async def add_accounts(transaction: Transaction, columns: Mapping[str, Sequence[Any]]) -> None:
    """New accounts, as the values of each of their columns. Columns that are not named are NULL."""
    bound: list[Sequence[Any]] = []
    names, terms = [], []
    for name, values in columns.items():
        first = values[0]
        if (first is None or type(first) is int) and values[-1] == first and values.count(first) == len(values):
            # The same number in each row (a time, the import) stands in the statement.
            if first is not None:
                names.append(name)
                terms.append(str(first))
            continue
        names.append(name)
        if None in values:
            terms.append("nullif(?, x'')")
            bound.append([NOTHING if value is None else value for value in values])
        else:
            terms.append("?")
            bound.append(values)
    await transaction.many(
        f"INSERT INTO creators ({', '.join(names)}) VALUES ({', '.join(terms)})", zip(*bound, strict=True)
    )


async def index_run(transaction: Transaction, first: int, last: int, *, spaceless: Iterable[int]) -> None:
    """Make a run of new accounts searchable and tell other sessions. `spaceless`: those in scripts without blanks."""
    await text_index.add_run(transaction, first, last, spaceless=spaceless)
    transaction.touched_run("creators", first, last)


async def add_first_snapshots(transaction: Transaction, first: int, last: int, source: str) -> None:
    """The first measurement of a run of new accounts, which says exactly what their rows say."""
    await transaction.run(_FIRST_SNAPSHOTS, (source, first, last))


async def add_snapshots(transaction: Transaction, rows: Sequence[Sequence[Any]]) -> int:
    """Measurements, in the order of `SNAPSHOT`. One of the same source for the same moment is left as it is."""
    return await transaction.many(_ADD_SNAPSHOT, rows) if rows else 0


async def add_notes(
    transaction: Transaction, rows: Sequence[tuple[int, int | None, str, str]], import_id: ImportId
) -> int:
    """Notes (person, at, actor, text) that are not there yet. Without a time the text alone tells."""
    return await transaction.many(
        "INSERT INTO notes (person_id, at, actor, text, import_id) SELECT ?1, coalesce(?2, ?6), ?3, ?4, ?5 WHERE NOT EXISTS"
        " (SELECT 1 FROM notes WHERE person_id = ?1 AND text = ?4 AND (?2 IS NULL OR (at = ?2 AND actor = ?3)))",
        [(*row, import_id, transaction.at) for row in rows],
    )


async def add_posts(transaction: Transaction, rows: Sequence[Sequence[Any]], comments: Sequence[Sequence[Any]]) -> int:
    """Posts of accounts in the order of `POST`, and comments (creator, platform_post_id, seq, commenter, text, at).

    A post that is known takes the numbers of a later reading; what that reading does not say stays.
    """
    added = await transaction.many(_insert("creator_posts", POST, _LATER_READING), rows)
    await transaction.many(
        "INSERT INTO creator_comments (post_id, seq, commenter, text, at) SELECT id, ?3, ?4, ?5, ?6 FROM creator_posts"
        " WHERE creator_id = ?1 AND platform_post_id = ?2 ON CONFLICT DO NOTHING",
        comments,
    )
    return added


async def optimize_text(transaction: Transaction) -> None:
    """Merge the text index into one piece, after a large import: searches then read one list a word."""
    await transaction.run("INSERT INTO creator_text (creator_text) VALUES ('optimize')")


async def mapping_of(reader: Reader, signature: str) -> dict[str, str] | None:
    """The column mapping that was used last for a header; None for a header never seen."""
    rows = await reader.all("SELECT mapping FROM import_mappings WHERE signature = ?", (signature,))
    return records.from_json(rows[0][0], dict[str, str]) if rows else None


async def remember_mapping(transaction: Transaction, signature: str, mapping: Mapping[str, str]) -> None:
    """Keep a column mapping for the next file with this header."""
    await transaction.run(
        "INSERT INTO import_mappings (signature, mapping, at) VALUES (?, ?, ?)"
        " ON CONFLICT (signature) DO UPDATE SET mapping = excluded.mapping, at = excluded.at",
        (signature, msgspec.json.encode(dict(mapping)).decode(), transaction.at),
    )


class Full(NamedTuple):
    """A run of accounts with all that hangs on them, for an export."""

    accounts: list[Row]
    """With their person's `person_name`, `person_email`, `person_country` and `person_since`."""
    notes: dict[int, list[Row]]
    """By person."""
    snapshots: dict[int, list[Row]]
    posts: dict[int, list[Row]]
    comments: dict[int, list[Row]]
    """By post."""


async def all_ids(reader: Reader) -> list[int]:
    """Every account, by id."""
    return [row[0] for row in await reader.all("SELECT id FROM creators ORDER BY id")]


async def full(reader: Reader, ids: Sequence[int]) -> Full:
    """Accounts by id with everything that an export carries. Ids that are gone are left out."""
    wanted = (msgspec.json.encode(ids).decode(),)
    accounts = await reader.all(
        "SELECT creators.*, persons.name AS person_name, persons.email AS person_email,"
        " persons.country AS person_country, persons.created_at AS person_since FROM json_each(?) AS wanted"
        " CROSS JOIN creators ON creators.id = wanted.value JOIN persons ON persons.id = creators.person_id"
        " ORDER BY creators.id",
        wanted,
    )
    posts = await _grouped(
        reader,
        "SELECT * FROM creator_posts WHERE creator_id IN (SELECT value FROM json_each(?))"
        " ORDER BY creator_id, platform_post_id",
        wanted,
        "creator_id",
    )
    persons = (msgspec.json.encode([row["person_id"] for row in accounts]).decode(),)
    post_ids = (msgspec.json.encode([row["id"] for rows in posts.values() for row in rows]).decode(),)
    return Full(
        accounts,
        await _grouped(
            reader,
            "SELECT * FROM notes WHERE person_id IN (SELECT value FROM json_each(?)) ORDER BY person_id, at, actor, text",
            persons,
            "person_id",
        ),
        await _grouped(
            reader,
            "SELECT * FROM snapshots WHERE creator_id IN (SELECT value FROM json_each(?)) ORDER BY creator_id, at, source",
            wanted,
            "creator_id",
        ),
        posts,
        await _grouped(
            reader,
            "SELECT * FROM creator_comments WHERE post_id IN (SELECT value FROM json_each(?)) ORDER BY post_id, seq",
            post_ids,
            "post_id",
        ),
    )


async def _grouped(reader: Reader, sql: str, values: tuple[str], key: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in await reader.all(sql, values):
        found.setdefault(row[key], []).append(row)
    return found
