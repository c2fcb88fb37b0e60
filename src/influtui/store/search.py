"""The search as SQL: pages, exact counts and facets of accounts, for catalogues of any size.

It reads no more than it must and needs no preparation; above some ten thousand accounts `store/column_search.py` gives
the same answers faster, once its columns are loaded. Which query means what is not decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from influtui.model.creators import Creator, split
from influtui.model.ids import CreatorId
from influtui.model.query_ast import JUDGED, Everything, Not, Query
from influtui.model.query_match import BEYOND, sought
from influtui.model.tiers import TierScheme, default_scheme
from influtui.store.creators import by_ids
from influtui.store.database import Reader, Row
from influtui.store.filters import CREATORS, Values, score_sql, unsure_sql, where

FACETS: Final = ("tier", "platform", "country", "language", "topic")

Facets = dict[str, dict[str, int]]
"""For each facet its values and how many accounts have them, the most frequent first. Unknown is not a value."""


class Order(NamedTuple):
    """An order of accounts: one of `model/qualifiers.py`'s sorts and a direction. Ties are broken by id, upwards."""

    name: str = "followers"
    descending: bool = True
    campaign: int | None = None
    """Whose fit and relevance are meant."""


class Term(NamedTuple):
    """One key of an order, as SQL."""

    sql: str
    values: Values
    descending: bool
    nullable: bool = True


class Page(NamedTuple):
    """Some accounts, and the key of the last one where more follow."""

    ids: list[CreatorId]
    last: tuple[Any, ...] | None


NAME_KEY: Final = "folded(coalesce(creators.name, creators.handle))"

_KEYS: Final = {
    "followers": "creators.followers", "er": "creators.engagement_rate", "views": "creators.avg_views",
    "likes": "creators.avg_likes", "comments": "creators.avg_comments", "shares": "creators.avg_shares",
    "following": "creators.following", "posts": "creators.posts", "name": NAME_KEY, "handle": "creators.handle_key",
    "platform": "creators.platform", "country": "creators.country", "age": "creators.as_of", "added": "creators.created_at",
    "changed": "creators.updated_at",
}  # fmt: skip


def terms(order: Order, query: Query) -> list[Term]:
    """The keys of an order; the id comes last."""
    if order.name == "id":
        return [Term("creators.id", [], order.descending, nullable=False)]
    identity = Term("creators.id", [], False, nullable=False)
    if order.name == "match":
        return [_match(query, order.descending), Term("creators.followers", [], True), identity]
    if order.name in _KEYS:
        return [Term(_KEYS[order.name], [], order.descending, nullable=order.name != "handle"), identity]
    about = str(int(order.campaign or 0))
    score = Term(score_sql(order.name).replace("{campaign}", about), [], order.descending)
    if order.name not in JUDGED:
        return [score, identity]
    # A `~100` of which nothing much is known is no better than a sure 80, and no finding: it comes after, in both directions.
    return [Term(unsure_sql(order.name).replace("{campaign}", about), [], False), score, identity]


def _match(query: Query, descending: bool) -> Term:
    """The rank of a match: 0 is the best, so that the best come first when a person says `descending`."""
    wanted = sought(query)
    if wanted is None:
        return Term("0", [], False, nullable=False)
    exact = ", ".join("?" * len(wanted.handles))
    begun = " OR ".join("(creators.handle_key >= ? AND creators.handle_key < ?)" for _ in wanted.handles)
    low, high = wanted.name_range()
    name = f"{NAME_KEY} || ' '"
    sql = (
        f"CASE WHEN creators.handle_key IN ({exact}) THEN 0 WHEN {begun} THEN 1"
        f" WHEN {name} >= ? AND {name} < ? THEN 2 ELSE 3 END"
    )
    ranges = [end for handle in wanted.handles for end in (handle, handle + BEYOND)]
    return Term(sql, [*wanted.handles, *ranges, low, high], not descending, nullable=False)


async def page(reader: Reader, query: Query, order: Order, limit: int, after: Sequence[Any] | None = None) -> Page:
    """The first `limit` accounts of an order, or those that come after a key."""
    keys = terms(order, query)
    condition, values = where(query, CREATORS)
    parts = [condition]
    if after is not None:
        behind, more = _behind(keys, after)
        parts.append(behind)
        values = [*values, *more]
    selected = ", ".join(f"{key.sql} AS key{number}" for number, key in enumerate(keys))
    of_keys = [value for key in keys for value in key.values]
    rows = await reader.all(
        f"SELECT {selected} FROM creators WHERE {' AND '.join(parts)} ORDER BY {ordering(keys)} LIMIT ?",
        [*of_keys, *values, limit + 1],
    )
    kept = [tuple(row) for row in rows[:limit]]
    return Page([CreatorId(row[-1]) for row in kept], kept[-1] if len(rows) > limit and kept else None)


async def page_of(reader: Reader, query: Query, order: Order, limit: int, first: Sequence[CreatorId]) -> Page:
    """The first page, where another back end found the accounts: `limit` of them, and one more where more follow."""
    kept = list(first[:limit])
    if len(first) <= limit or not kept:
        return Page(kept, None)
    keys = terms(order, query)
    rows = await reader.all(
        f"SELECT {', '.join(key.sql for key in keys)} FROM creators WHERE creators.id = ?",
        [*(value for key in keys for value in key.values), kept[-1]],
    )
    # An account that was removed since has no key: then there is no next page to promise.
    return Page(kept, tuple(rows[0]) if rows else None)


async def ids(reader: Reader, query: Query, order: Order) -> list[CreatorId]:
    """All matching accounts in an order."""
    keys = terms(order, query)
    condition, values = where(query, CREATORS)
    selected = ", ".join(f"{key.sql} AS key{number}" for number, key in enumerate(keys))
    of_keys = [value for key in keys for value in key.values]
    rows = await reader.all(
        f"SELECT {selected} FROM creators WHERE {condition} ORDER BY {ordering(keys)}", [*of_keys, *values]
    )
    return [CreatorId(row[-1]) for row in rows]


async def window(reader: Reader, query: Query, order: Order, start: int, size: int) -> list[CreatorId]:
    """The accounts from place `start` of an order: for jumping about where no list of ids is at hand."""
    keys = terms(order, query)
    condition, values = where(query, CREATORS)
    selected = ", ".join(f"{key.sql} AS key{number}" for number, key in enumerate(keys))
    of_keys = [value for key in keys for value in key.values]
    rows = await reader.all(
        f"SELECT {selected} FROM creators WHERE {condition} ORDER BY {ordering(keys)} LIMIT ? OFFSET ?",
        [*of_keys, *values, size, start],
    )
    return [CreatorId(row[-1]) for row in rows]


async def size(reader: Reader) -> int:
    """About how many accounts there are (those that are gone count too), at once."""
    rows = await reader.all("SELECT next - 1 FROM counters WHERE name = 'creators'")
    return int(rows[0][0])


async def count(reader: Reader, query: Query) -> int:
    """How many accounts match, exactly."""
    if isinstance(query, Everything):
        # Without a condition SQLite counts a page at a time.
        return int((await reader.all("SELECT count(*) FROM creators"))[0][0])
    if isinstance(query, Not):
        # Of a complement the other side is counted: those who are left out are few more often than not.
        condition, values = where(query.part, CREATORS)
        counted = f"SELECT (SELECT count(*) FROM creators) - (SELECT count(*) FROM creators WHERE {condition})"
    else:
        condition, values = where(query, CREATORS)
        counted = f"SELECT count(*) FROM creators WHERE {condition}"
    rows = await reader.all(counted, values)
    return int(rows[0][0])


async def facets(reader: Reader, query: Query, scheme: TierScheme | None = None) -> Facets:
    """How many of the matching accounts have each tier, platform, country, language and topic."""
    condition, values = where(query, CREATORS)
    scheme = scheme or default_scheme()
    tier = " ".join(
        f"WHEN followers >= {each.smallest} THEN '{each.name}'" for each in reversed(scheme.tier) if each.name.isalnum()
    )
    rows = await reader.all(
        "WITH found AS MATERIALIZED (SELECT platform, country, language, topics, followers FROM creators"
        f" WHERE {condition})"
        f" SELECT 'tier', CASE {tier} END, count(*) FROM found GROUP BY 2"
        " UNION ALL SELECT 'platform', platform, count(*) FROM found GROUP BY 2"
        " UNION ALL SELECT 'country', country, count(*) FROM found GROUP BY 2"
        " UNION ALL SELECT 'language', language, count(*) FROM found GROUP BY 2"
        " UNION ALL SELECT 'topic', topics, count(*) FROM found GROUP BY 2",
        values,
    )
    counted: Facets = {facet: {} for facet in FACETS}
    for facet, value, number in rows:
        for name in split(value) if facet == "topic" else (value,):
            if name is not None:
                counted[facet][name] = counted[facet].get(name, 0) + number
    return {facet: by_frequency(values) for facet, values in counted.items()}


def by_frequency(counted: dict[str, int]) -> dict[str, int]:
    """A facet's values, the most frequent first."""
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


CONFIDENCES: Final = ("relevance_confidence", "authenticity_confidence", "reach_confidence")


async def records(reader: Reader, found: Sequence[CreatorId], campaign: int | None) -> list[Creator]:
    """The records of accounts, in their order, with their scores."""
    creators = await by_ids(reader, found)
    names = ("relevance", "authenticity", "reach", "fit", "confidence", *CONFIDENCES)
    scored: dict[int, dict[str, Any]] = {}
    for start in range(0, len(creators), 500):
        chunk = [creator.id for creator in creators[start : start + 500]]
        # The scores for no campaign come first, so that those for the campaign take their place.
        rows = await reader.all(
            f"SELECT creator_id, campaign_id, {', '.join(names)} FROM scores WHERE campaign_id IN (0, ?)"
            f" AND creator_id IN ({', '.join('?' * len(chunk))}) ORDER BY campaign_id",
            [campaign or 0, *chunk],
        )
        for row in rows:
            mine = scored.setdefault(row["creator_id"], {})
            mine.update({name: row[name] for name in names if row[name] is not None and _has_value(row, name)})
            if not row["campaign_id"]:
                mine.pop("fit", None)
                mine.pop("relevance", None)
                mine.pop("relevance_confidence", None)
    return [msgspec.structs.replace(creator, **scored.get(creator.id, {})) for creator in creators]


def _has_value(row: Row, name: str) -> bool:
    """Whether the score that a confidence speaks of is in this row: else that of another row stands, with its own."""
    return name not in CONFIDENCES or row[name.removesuffix("_confidence")] is not None


class Campaign(NamedTuple):
    """What a search needs to know of a campaign."""

    id: int
    code: str
    ship_to: tuple[str, ...]


async def campaign(reader: Reader, code: str) -> Campaign | None:
    """A campaign by its code, with the countries that it, or else its brand, ships to."""
    rows = await reader.all(
        "SELECT campaigns.id, code, coalesce(campaigns.ship_to, brands.ship_to) AS ship_to"
        " FROM campaigns JOIN brands ON brands.id = campaigns.brand_id WHERE lower(code) = ?",
        (code.casefold(),),
    )
    if not rows:
        return None
    countries = tuple(country.upper() for country in split(rows[0]["ship_to"]))
    return Campaign(rows[0]["id"], rows[0]["code"], countries)


async def campaign_codes(reader: Reader) -> list[str]:
    """The codes of all campaigns."""
    return [row[0] for row in await reader.all("SELECT code FROM campaigns")]


async def platforms(reader: Reader) -> list[str]:
    """The platforms of the accounts that are here, found by hopping through the index."""
    rows = await reader.all(
        "WITH RECURSIVE hop (platform) AS (SELECT min(platform) FROM creators UNION ALL"
        " SELECT (SELECT min(platform) FROM creators WHERE creators.platform > hop.platform) FROM hop"
        " WHERE hop.platform IS NOT NULL) SELECT platform FROM hop WHERE platform IS NOT NULL"
    )
    return [row[0] for row in rows]


def ordering(keys: list[Term]) -> str:
    """An ORDER BY over `key0`, `key1`, …: the unknown last in both directions."""
    parts: list[str] = []
    for number, key in enumerate(keys):
        # SQLite takes NULL for the smallest: last by itself downwards, told to be last upwards.
        if key.nullable and not key.descending:
            parts.append(f"key{number} IS NULL")
        parts.append(f"key{number}{' DESC' if key.descending else ''}")
    return ", ".join(parts)


def _behind(keys: list[Term], after: Sequence[Any]) -> tuple[str, Values]:
    """True of the rows whose keys come after `after`. The + keeps SQLite from taking an index and then sorting."""
    alternatives: list[str] = []
    values: Values = []
    equal: list[str] = []
    equal_values: Values = []
    for key, value in zip(keys, after, strict=True):
        if value is None:
            equal.append(f"({key.sql}) IS NULL")
            equal_values += key.values
            continue
        compared = f"+({key.sql}) {'<' if key.descending else '>'} ?"
        further: Values = [*key.values, value]
        if key.nullable:
            compared = f"({compared} OR ({key.sql}) IS NULL)"
            further += key.values
        alternatives.append(" AND ".join([*equal, compared]))
        values += [*equal_values, *further]
        equal.append(f"+({key.sql}) = ?")
        equal_values += [*key.values, value]
    return f"({' OR '.join(f'({each})' for each in alternatives) or '0'})", values
