"""What a query means, as a tree: the only thing that the parser and the back ends share.

Two-valued: a row with an unknown value fails every `Field` but passes its negation, so `-q` is the exact complement of
`q`. `bind` replaces what depends on the moment or on the campaign in use, so that a bound tree means the same to every
back end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from influtui.model.query_words import spaceless


class Everything(msgspec.Struct, frozen=True):
    """The empty query: every row."""


class Words(msgspec.Struct, frozen=True):
    """One word or a phrase, somewhere in the text of a row; with `prefix` the last word is only begun."""

    words: tuple[str, ...]
    prefix: bool = False

    @property
    def phrase(self) -> str:
        """The words as they stand in folded text."""
        return " ".join(self.words)

    @property
    def spaceless(self) -> bool:
        """Whether this is looked for as a part of words, because its script has no blanks between words."""
        return spaceless(self.phrase)


class Span(msgspec.Struct, frozen=True):
    """Numbers, or moments in milliseconds, from `low` to `high`; None leaves an end open."""

    low: float | None = None
    high: float | None = None
    low_included: bool = True
    high_included: bool = True


class Ago(msgspec.Struct, frozen=True):
    """Ages in milliseconds: moments counted back from now. `bind` makes a `Span` of it."""

    span: Span


class Is(msgspec.Struct, frozen=True):
    """Exactly this value, or a set that has it."""

    value: str


class Starts(msgspec.Struct, frozen=True):
    """A value, or a set with a member, that begins so."""

    value: str


class Says(msgspec.Struct, frozen=True):
    """Text with this word or phrase."""

    words: Words


class Share(msgspec.Struct, frozen=True):
    """A share in percent of what belongs to keys together (a region's countries). Unknown where no key is known."""

    of: tuple[str, ...]
    span: Span


class Known(msgspec.Struct, frozen=True):
    """Any value at all."""


class InUse(msgspec.Struct, frozen=True):
    """The campaign in use. `bind` makes an `Is` of it."""


Test = Span | Ago | Is | Starts | Says | Share | Known | InUse


class Field(msgspec.Struct, frozen=True):
    """A field with a value that passes one of the tests.

    `campaign` is the id of the campaign that a judgement or a score is about; `bind` sets it.
    """

    name: str
    any_of: tuple[Test, ...]
    campaign: int | None = None


class ShipsTo(msgspec.Struct, frozen=True):
    """A country that the brand ships to (or, if not `yes`, a known one that it does not). `bind` makes a `Field` of it."""

    yes: bool


class And(msgspec.Struct, frozen=True):
    """Rows that are in all parts."""

    parts: tuple[Query, ...]


class Or(msgspec.Struct, frozen=True):
    """Rows that are in some part."""

    parts: tuple[Query, ...]


class Not(msgspec.Struct, frozen=True):
    """Rows that are not in the part."""

    part: Query


Leaf = Everything | Words | Field | ShipsTo
Query = Leaf | And | Or | Not


def both(*parts: Query) -> Query:
    """The conjunction, as flat as it can be."""
    return _joined(And, parts)


def either(*parts: Query) -> Query:
    """The disjunction, as flat as it can be."""
    return _joined(Or, parts)


def negated(part: Query) -> Query:
    """The complement; of a complement, the part itself."""
    return part.part if isinstance(part, Not) else Not(part)


def _joined(kind: type[And] | type[Or], parts: tuple[Query, ...]) -> Query:
    flat: list[Query] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def leaves(query: Query) -> Iterator[Leaf]:
    """Every leaf of a tree, in the order in which it was written."""
    if isinstance(query, And | Or):
        for part in query.parts:
            yield from leaves(part)
    elif isinstance(query, Not):
        yield from leaves(query.part)
    else:
        yield query


def mapped(query: Query, change: Callable[[Leaf], Query]) -> Query:
    """The tree with every leaf put through `change`."""
    if isinstance(query, And):
        return both(*(mapped(part, change) for part in query.parts))
    if isinstance(query, Or):
        return either(*(mapped(part, change) for part in query.parts))
    if isinstance(query, Not):
        return negated(mapped(query.part, change))
    return change(query)


def depends_on_campaign(query: Query) -> bool:
    """Whether `bind` needs the campaign in use."""
    return any(
        isinstance(leaf, ShipsTo) or (isinstance(leaf, Field) and any(isinstance(test, InUse) for test in leaf.any_of))
        for leaf in leaves(query)
    )


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a query depends on beside the rows: the moment, and the campaign in use."""

    now: int
    campaign: str | None = None
    """The code of the campaign in use."""
    campaign_id: int | None = None
    ship_to: tuple[str, ...] = ()
    """Countries that the campaign, or its brand, ships to."""


SCORES: Final = frozenset({"relevance", "authenticity", "reach", "fit", "confidence"})
"""Fields that are a judgement of a campaign (or, three of them, of none)."""

JUDGED: Final = SCORES - {"confidence"}
"""Of these the scores that may be unsure."""

VERDICT_FIELDS: Final = frozenset({"verdict", "rank", "reason", "judged_by", "judged_at"})
"""Fields of a pick: of the campaign in use where there is one, else of any."""


def bind(query: Query, context: Context) -> Query:
    """The tree with ages made moments and the campaign in use made its code.

    The caller has seen to a campaign where `depends_on_campaign`; a tree that needs one without it is a programming error.
    """

    def bound(leaf: Leaf) -> Query:
        if isinstance(leaf, ShipsTo):
            shipped = Field("country", tuple(Is(country) for country in context.ship_to))
            return shipped if leaf.yes else both(Field("country", (Known(),)), negated(shipped))
        if isinstance(leaf, Field):
            about = context.campaign_id if leaf.name in SCORES | VERDICT_FIELDS else None
            return Field(leaf.name, tuple(_bound_test(test, context) for test in leaf.any_of), about)
        return leaf

    return mapped(query, bound)


def _bound_test(test: Test, context: Context) -> Test:
    if isinstance(test, InUse):
        if context.campaign is None:
            raise ValueError("the query asks for the campaign in use, and none was given")
        return Is(context.campaign.casefold())
    if not isinstance(test, Ago):
        return test
    ages = test.span
    return Span(
        None if ages.high is None else context.now - ages.high,
        None if ages.low is None else context.now - ages.low,
        ages.high_included,
        ages.low_included,
    )
