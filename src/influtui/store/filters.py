"""Queries as SQL: a tree of `model/query_ast.py` becomes a condition for the WHERE of any noun.

How another noun's list takes a QUERY:

1. declare its qualifiers in `model/qualifiers.py` (a `Table`),
2. describe beside its statements where each field stands (a `Noun` of `Column`s, `text` for bare words),
3. `condition, values = where(bind(parse(text, TABLE), Context(now=…)), NOUN)` and put `condition` after WHERE.

Values are always bound; what is put into the text of a statement comes from the `Noun` alone. Every condition is
two-valued where it is negated, so that `-q` is the exact complement of `q`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from influtui.model.query_ast import (
    SCORES,
    VERDICT_FIELDS,
    And,
    Everything,
    Field,
    Is,
    Known,
    Not,
    Or,
    Query,
    Says,
    Share,
    Span,
    Starts,
    Test,
    Words,
)
from influtui.model.query_words import needed_grams
from influtui.model.scoring.records import SURE

Values = list[Any]
Condition = tuple[str, Values]

AFTER_ALL: Final = "\U0010ffff"
"""Sorts behind every continuation of a text."""


class Column(NamedTuple):
    """Where a field's value stands.

    `sql` is an expression over the noun's own row, or with `link` over the rows of `source`: then the row has the value
    when its `link` is among the `key`s of the rows of `source` that pass. `is_set` marks texts like `|a|b|`; `{campaign}`
    in `source` becomes a condition on the campaign asked about.
    """

    sql: str
    is_set: bool = False
    link: str = ""
    key: str = ""
    source: str = ""
    indexed: bool = False
    """Whether the full-text index holds this text too, and can name the candidates."""


class Parts(NamedTuple):
    """Rows that belong to a noun's row and are looked into as well: the messages of a conversation."""

    text_index: str
    """The full-text table over their text, by their id."""
    source: str
    key: str
    """The column that says whose they are."""
    text: tuple[str, ...]


class Noun(NamedTuple):
    """One table that can be asked: where its fields stand."""

    table: str
    columns: Mapping[str, Column]
    text: tuple[str, ...] = ()
    """Expressions that bare words are looked for in."""
    text_index: str = ""
    """The full-text table over `text`, by the row's id; its companion for scripts without blanks has `_grams` behind its name."""
    parts: Parts | None = None


def where(query: Query, noun: Noun) -> Condition:
    """A condition that is true of exactly the rows that a bound query asks for, and the values it needs."""
    if isinstance(query, Everything):
        return "1", []
    if isinstance(query, Not):
        condition, values = where(query.part, noun)
        return f"NOT coalesce({condition}, 0)", values
    if isinstance(query, And | Or):
        if not query.parts:
            return ("1" if isinstance(query, And) else "0"), []
        parts = [where(part, noun) for part in query.parts]
        glue = " AND " if isinstance(query, And) else " OR "
        return f"({glue.join(condition for condition, _ in parts)})", [each for _, values in parts for each in values]
    if isinstance(query, Words):
        return _words(query, noun)
    if isinstance(query, Field):
        return _field(query, noun)
    raise ValueError(f"{type(query).__name__} must be bound before it is asked")


def _words(words: Words, noun: Noun) -> Condition:
    condition, values = _said(words, noun.text)
    if noun.parts is not None:
        also, more = _in_parts(words, noun.parts)
        return f"({condition} OR {noun.table}.id IN ({also}))", [*values, *more]
    if not noun.text_index:
        return condition, values
    candidates = _candidates(words, noun)
    if candidates is None:
        return condition, values
    # One word: the index knows. More, or a part of a word: it only knows the candidates.
    if len(words.words) == 1 and not words.spaceless:
        return candidates
    return f"({candidates[0]} AND {condition})", [*candidates[1], *values]


def _in_parts(words: Words, parts: Parts) -> Condition:
    """The ids of the noun's rows whose parts say the words."""
    condition, values = _said(words, parts.text)
    if not needed_grams(words.words):
        condition = f"id IN (SELECT rowid FROM {parts.text_index} WHERE {parts.text_index} MATCH ?) AND {condition}"
        values = [match_text(words), *values]
    return f"SELECT {parts.key} FROM {parts.source} WHERE {condition}", values


def _candidates(words: Words, noun: Noun) -> Condition | None:
    grams = needed_grams(words.words)
    if grams:
        match = " AND ".join(f'"{gram}"' for gram in grams)
        return (
            f"{noun.table}.id IN (SELECT rowid FROM {noun.text_index}_grams WHERE {noun.text_index}_grams MATCH ?)",
            [match],
        )
    return f"{noun.table}.id IN (SELECT rowid FROM {noun.text_index} WHERE {noun.text_index} MATCH ?)", [
        match_text(words)
    ]


def match_text(words: Words) -> str:
    """What the full-text index is asked for: rows with all the words, wherever they stand."""
    quoted = [f'"{word}"' for word in words.words]
    return " AND ".join(quoted) + ("*" if words.prefix else "")


def _said(words: Words, expressions: tuple[str, ...]) -> Condition:
    parts = [f"says({expression}, ?, ?)" for expression in expressions]
    return f"({' OR '.join(parts)})", [words.phrase, int(words.prefix)] * len(parts)


def linked(field: Field, noun: Noun) -> Condition | None:
    """For a field that stands in other rows: the query that has found the keys of those that pass, and its values."""
    column = noun.columns[field.name]
    if not column.link:
        return None
    condition, values = _passing(field, column, noun)
    source = column.source
    bound: Values = []
    if "{campaign}" in source:
        bound = [field.campaign] * source.count("{campaign}") if field.campaign is not None else []
        source = source.replace("{campaign}", "= ?" if field.campaign is not None else "IS NOT NULL")
    return f"SELECT {column.key} AS found FROM {source} WHERE ({condition})", [*bound, *values]


def _field(field: Field, noun: Noun) -> Condition:
    column = noun.columns[field.name]
    if link := linked(field, noun):
        return f"{column.link} IN ({link[0]})", link[1]
    condition, values = _passing(field, column, noun)
    if field.name in SCORES:
        condition = condition.replace("{campaign}", str(int(field.campaign or 0)))
    return f"({condition})", values


def _passing(field: Field, column: Column, noun: Noun) -> Condition:
    """Whether the value, wherever it stands, passes one of the tests."""
    parts: list[Condition] = []
    listed = [test.value for test in field.any_of if isinstance(test, Is)]
    if len(listed) > 1 and not column.is_set:
        parts.append((f"{column.sql} IN ({', '.join('?' * len(listed))})", list(listed)))
    for test in field.any_of:
        if not (isinstance(test, Is) and len(listed) > 1 and not column.is_set):
            parts.append(_test(test, column, noun))
    return " OR ".join(condition for condition, _ in parts) or "0", [each for _, more in parts for each in more]


def _test(test: Test, column: Column, noun: Noun) -> Condition:
    if isinstance(test, Known):
        return f"{column.sql} IS NOT NULL", []
    if isinstance(test, Is):
        if column.is_set:
            return f"instr({column.sql}, ?)", [f"|{test.value}|"]
        return f"{column.sql} = ?", [test.value]
    if isinstance(test, Starts):
        if column.is_set:
            return f"instr({column.sql}, ?)", [f"|{test.value}"]
        return f"({column.sql} >= ? AND {column.sql} < ?)", [test.value, test.value + AFTER_ALL]
    if isinstance(test, Says):
        condition, values = _said(test.words, (column.sql,))
        candidates = _candidates(test.words, noun) if column.indexed and noun.text_index else None
        return (f"({candidates[0]} AND {condition})", [*candidates[1], *values]) if candidates else (condition, values)
    if isinstance(test, Span):
        return _span(test, column.sql)
    if isinstance(test, Share):
        return _share(test, column.sql)
    raise ValueError(f"{type(test).__name__} must be bound before it is asked")


def _span(span: Span, sql: str) -> Condition:
    if span.low is not None and span.low == span.high and span.low_included and span.high_included:
        return f"{sql} = ?", [span.low]
    parts: list[str] = []
    values: Values = []
    if span.low is not None:
        parts.append(f"{sql} {'>=' if span.low_included else '>'} ?")
        values.append(span.low)
    if span.high is not None:
        parts.append(f"{sql} {'<=' if span.high_included else '<'} ?")
        values.append(span.high)
    return f"({' AND '.join(parts)})" if parts else f"{sql} IS NOT NULL", values


def hundredths(span: Span) -> Span:
    """A span of percent as one of hundredths of a percent, which compare exactly however shares were added up."""
    low, high = (None if end is None else round(end * 100, 6) for end in (span.low, span.high))
    return Span(low, high, span.low_included, span.high_included)


def _share(share: Share, sql: str) -> Condition:
    marks = ", ".join("?" * len(share.of))
    sum_ = f"(SELECT sum(CAST(round(value * 100) AS INTEGER)) FROM json_each({sql}) WHERE key IN ({marks}))"
    low_to_high = hundredths(share.span)
    condition, values = _span(low_to_high, sum_)
    # Each end of the span repeats the sum, with its keys before it.
    bound = [each for value in values or [None] for each in (*share.of, *([value] if values else []))]
    return f"({sql} IS NOT NULL AND {condition})", bound


def score_sql(name: str) -> str:
    """A score of the row: the one for the campaign (its id stands for `{campaign}`), else the one for none."""
    own = f"(SELECT {name} FROM scores WHERE scores.creator_id = creators.id AND scores.campaign_id = "
    if name in ("fit", "relevance"):
        return f"{own}{{campaign}} AND scores.campaign_id > 0)"
    return f"coalesce({own}{{campaign}}), {own}0))"


def unsure_sql(name: str) -> str:
    """Whether too little was known when that score was made, of the same row as `score_sql`; null where there is none."""
    own = (
        f"(SELECT {unsure(name)} FROM scores WHERE scores.creator_id = creators.id AND {name} IS NOT NULL"
        " AND scores.campaign_id = "
    )
    if name in ("fit", "relevance"):
        return f"{own}{{campaign}} AND scores.campaign_id > 0)"
    return f"coalesce({own}{{campaign}}), {own}0))"


def unsure(name: str) -> str:
    """The same, over a row of `scores`."""
    known = "confidence" if name == "fit" else f"coalesce({name}_confidence, confidence)"
    return f"{known} < {SURE}"


def _verdict(sql: str) -> Column:
    return Column(
        sql,
        link=OF_THE_PERSON,
        key="picked.person_id",
        source="(SELECT * FROM picks WHERE campaign_id {campaign}) AS picked",
    )


_PLAIN: Final = (
    "id", "person_id", "platform", "country", "language", "email", "url", "followers", "following", "posts",
    "engagement_rate", "engagement_variant", "avg_views", "avg_likes", "avg_comments", "avg_shares", "as_of", "found_by",
    "created_at", "updated_at",
)  # fmt: skip

_IN_CAMPAIGN: Final = (
    "(SELECT picks.person_id, lower(campaigns.code) AS code FROM picks JOIN campaigns ON campaigns.id = picks.campaign_id"
    " UNION SELECT collaborations.person_id, lower(campaigns.code) FROM collaborations"
    " JOIN campaigns ON campaigns.id = collaborations.campaign_id) AS taken"
)
_PICKED: Final = (
    "(SELECT picks.person_id, lower(campaigns.code) AS code FROM picks JOIN campaigns ON campaigns.id = picks.campaign_id"
    " WHERE picks.verdict = 'pick') AS taken"
)
_SOURCES: Final = (
    "(SELECT creator_id, source FROM snapshots UNION ALL SELECT told.id, imports.source FROM creators AS told"
    " JOIN imports ON imports.id = told.import_id) AS told"
)

OF_THE_PERSON: Final = "creators.person_id"
"""The link of what is known of a person, whichever of their accounts is looked at."""

CREATORS: Final = Noun(
    table="creators",
    text=("creators.handle", "creators.name", "creators.bio"),
    text_index="creator_text",
    columns={
        **{name: Column(f"creators.{name}") for name in _PLAIN},
        "handle": Column("creators.handle_key"),
        "name": Column("creators.name", indexed=True),
        "bio": Column("creators.bio", indexed=True),
        "topics": Column("creators.topics", is_set=True),
        "tags": Column("creators.tags", is_set=True),
        "audience": Column("creators.audience"),
        "accounts": Column("(SELECT count(*) FROM creators AS other WHERE other.person_id = creators.person_id)"),
        "note": Column("notes.text", link=OF_THE_PERSON, key="notes.person_id", source="notes"),
        "source": Column("told.source", link="creators.id", key="told.creator_id", source=_SOURCES),
        "in": Column("taken.code", link=OF_THE_PERSON, key="taken.person_id", source=_IN_CAMPAIGN),
        "picked": Column("taken.code", link=OF_THE_PERSON, key="taken.person_id", source=_PICKED),
        **{name: _verdict(f"picked.{name}") for name in sorted(VERDICT_FIELDS)},
        **{name: Column(score_sql(name)) for name in sorted(SCORES)},
    },
)
"""Accounts: the noun of `creators search`."""
