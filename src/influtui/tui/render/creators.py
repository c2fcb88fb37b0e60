"""A creator as a row of the Discover pane."""

# ruff: noqa: E501 - a table is read along its rows

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from influtui.model.creators import Creator, sureness
from influtui.model.failures import WrongUsage
from influtui.model.nearest import nearest
from influtui.model.qualifiers import CREATORS
from influtui.model.scoring.records import rounded
from influtui.tui.render.columns import Cell, Column
from influtui.tui.render.numbers import UNKNOWN, age, compact, percent, when
from influtui.tui.render.spans import Look, Role, cell

FRESH_DAYS: Final = 30
STALE_DAYS: Final = 180
_DAY: Final = 86_400_000

Verdict = Literal["pick", "reserve", "rejected", "later"]

VERDICT_ROLES: Final[Mapping[str, Role]] = {"pick": "good", "reserve": "accent", "rejected": "bad", "later": "warn"}


class Judged(NamedTuple):
    """A creator together with what was decided about the person in the campaign in use."""

    creator: Creator
    verdict: str | None = None


def verdict_glyph(verdict: str | None, look: Look) -> str:
    """One character that says what was decided, without colour."""
    glyphs = look.glyphs
    known = {"pick": glyphs.picked, "reserve": glyphs.reserve, "rejected": glyphs.rejected, "later": glyphs.later}
    return known.get(verdict or "", " ")


def freshness(at: int | str | None, now: int) -> Role:
    """Numbers fade as they age: what is old must not read like news."""
    then = when(at)
    if then is None:
        return "dim"
    days = (now - then) // _DAY
    return "text" if days <= FRESH_DAYS else "dim"


def _or_unknown(text: str | None) -> Cell:
    shown = cell(text) if text else ""
    return Cell(shown or UNKNOWN)


def _verdict(judged: Judged, look: Look) -> Cell:
    return Cell(verdict_glyph(judged.verdict, look), VERDICT_ROLES.get(judged.verdict or "", "text"))


def _topics(judged: Judged, look: Look) -> Cell:
    return Cell(cell(", ".join((*judged.creator.topics, *(f"#{tag}" for tag in judged.creator.tags)))), "dim")


PLATFORM_SHORT: Final[Mapping[str, str]] = {
    "instagram": "insta", "tiktok": "tiktok", "youtube": "youtube", "bluesky": "bsky", "mastodon": "masto",
    "facebook": "fb", "pinterest": "pin", "linkedin": "linked", "snapchat": "snap",
}  # fmt: skip


def _score(kind: str) -> Callable[[Judged, Look], Cell]:
    """A score as a whole number; where little of what it needs was known, dim and with a `~` before it."""

    def show(judged: Judged, look: Look) -> Cell:
        text = rounded(getattr(judged.creator, kind), sureness(judged.creator, kind))
        return Cell(text, "text" if text[0].isdigit() else "dim")

    return show


COLUMNS: Final[tuple[Column[Judged], ...]] = (
    Column("verdict", " ", _verdict, 1),
    Column("handle", "handle", lambda j, _: Cell(cell(j.creator.handle)), 13, 26),
    Column("platform", "on", lambda j, _: Cell(PLATFORM_SHORT.get(j.creator.platform, cell(j.creator.platform))), 7, rank=1),
    Column("tier", "tier", lambda j, _: _or_unknown(j.creator.tier), 6, rank=7),
    Column("followers", "followers", lambda j, _: Cell(compact(j.creator.followers)), 10, rank=0, align="right"),
    Column("engagement_rate", "ER", lambda j, _: Cell(percent(j.creator.engagement_rate)), 6, rank=2, align="right"),
    Column("fit", "fit", _score("fit"), 4, rank=3, align="right"),
    Column("relevance", "rel", _score("relevance"), 4, rank=8, align="right"),
    Column("authenticity", "auth", _score("authenticity"), 5, rank=6, align="right"),
    Column("reach", "reach", _score("reach"), 6, rank=9, align="right"),
    Column("country", "in", lambda j, _: _or_unknown(j.creator.country), 2, rank=4),
    Column("as_of", "age", lambda j, look: Cell(age(j.creator.as_of, look.now), freshness(j.creator.as_of, look.now)), 4, rank=10, align="right"),
    Column("name", "name", lambda j, _: _or_unknown(j.creator.name), 12, 26, rank=5),
    Column("topics", "topics", _topics, 18, 40, rank=11),
)  # fmt: skip
"""Text columns of uncertain width stand last, so that a terminal that measures otherwise shifts nothing else."""

ALWAYS: Final = "verdict"
"""The column that is no choice: what was decided stands before everything."""


def chosen(names: Sequence[str]) -> tuple[Column[Judged], ...]:
    """The columns of these names in their order; all of them where none is named."""
    by_name = {column.name: column for column in COLUMNS}
    wanted = [by_name[name] for name in names if name in by_name and name != ALWAYS]
    return (by_name[ALWAYS], *wanted) if wanted else COLUMNS


def read_columns(text: str) -> tuple[str, ...]:
    """Names of columns as somebody wrote them, by name or heading. Raises `WrongUsage` for one that there is not."""
    by_word = {word: column.name for column in COLUMNS for word in (column.heading.casefold(), column.name)}
    names: list[str] = []
    for word in text.casefold().replace(",", " ").split():
        if word not in by_word:
            near = nearest(word, list(by_word))
            there = ", ".join(column.name for column in COLUMNS if column.name != ALWAYS)
            raise WrongUsage(
                f"there is no column “{word}”", hint=f"Did you mean {near}?" if near else f"There are: {there}."
            )
        names.append(by_word[word])
    return tuple(dict.fromkeys(names))


SORTS: Final[Mapping[str, str]] = {
    "f": "followers", "e": "er", "i": "fit", "r": "relevance", "a": "authenticity", "c": "reach", "h": "handle",
    "n": "name", "d": "age", "v": "views", "o": "",
}  # fmt: skip
"""The orders that `o` offers, by key. Empty: as the search itself orders."""

_COLUMN_OF: Final[Mapping[str, str]] = {"er": "engagement_rate", "age": "as_of"}


def sorted_column(sort: str | None) -> tuple[str, bool]:
    """Which column carries the arrow of an order, and whether it points down."""
    name = (sort or "followers").lstrip("+-")
    known = CREATORS.sort(name)
    falling = known.descending if known else True
    if sort and sort[0] in "+-":
        falling = sort[0] == "-"
    return _COLUMN_OF.get(name, name), falling


def turned(sort: str | None) -> str:
    """The same order the other way round."""
    name = (sort or "followers").lstrip("+-")
    _, falling = sorted_column(sort)
    return f"+{name}" if falling else f"-{name}"
