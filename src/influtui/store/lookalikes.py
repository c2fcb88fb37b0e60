"""Who could be like an account: candidates by topic, words and size, few enough to be compared one by one."""

from __future__ import annotations

from collections.abc import Sequence

from influtui.model.creators import Creator
from influtui.model.query_ast import Field, Is, Not, Or, Query, Span, Words, both
from influtui.store.database import Reader
from influtui.store.filters import CREATORS, where

CANDIDATES_AT_MOST = 4_000


async def uses(reader: Reader, word: str) -> int:
    """How many accounts use a word."""
    rows = await reader.all("SELECT count(*) FROM creator_text WHERE creator_text MATCH ?", (f'"{word}"',))
    return int(rows[0][0])


async def candidates(reader: Reader, model: Creator, rare: Sequence[str], within: Query) -> list[int]:
    """Accounts of other people, within a query, that share a topic or a rare word: the nearest in size first."""
    grounds: list[Query] = [Words((word,)) for word in rare]
    if model.topics:
        grounds.append(Field("topics", tuple(Is(topic) for topic in model.topics)))
    if not grounds:
        return []
    others = Not(Field("person_id", (Span(model.person, model.person),)))
    condition, values = where(both(Or(tuple(grounds)), others, within), CREATORS)
    rows = await reader.all(
        f"SELECT id FROM creators WHERE {condition} ORDER BY followers IS NULL, abs(followers - ?), id LIMIT ?",
        [*values, model.followers or 0, CANDIDATES_AT_MOST],
    )
    return [row[0] for row in rows]
