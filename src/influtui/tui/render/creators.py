"""A creator as a row of the Discover pane."""

# ruff: noqa: E501 - a table is read along its rows

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from influtui.model.creators import Creator
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

COLUMNS: Final[tuple[Column[Judged], ...]] = (
    Column("verdict", " ", _verdict, 1),
    Column("handle", "handle", lambda j, _: Cell(cell(j.creator.handle)), 13, 26),
    Column("platform", "on", lambda j, _: Cell(PLATFORM_SHORT.get(j.creator.platform, cell(j.creator.platform))), 7, rank=1),
    Column("tier", "tier", lambda j, _: _or_unknown(j.creator.tier), 6, rank=5),
    Column("followers", "followers", lambda j, _: Cell(compact(j.creator.followers)), 10, rank=0, align="right"),
    Column("engagement_rate", "ER", lambda j, _: Cell(percent(j.creator.engagement_rate)), 6, rank=2, align="right"),
    Column("country", "in", lambda j, _: _or_unknown(j.creator.country), 2, rank=3),
    Column("as_of", "age", lambda j, look: Cell(age(j.creator.as_of, look.now), freshness(j.creator.as_of, look.now)), 4, rank=6, align="right"),
    Column("name", "name", lambda j, _: _or_unknown(j.creator.name), 12, 26, rank=4),
    Column("topics", "topics", _topics, 18, 40, rank=7),
)  # fmt: skip
"""Text columns of uncertain width stand last, so that a terminal that measures otherwise shifts nothing else."""

SORTS: Final = ("followers", "engagement_rate", "handle", "as_of")
"""What `o` goes through, beside the order of the query itself."""
