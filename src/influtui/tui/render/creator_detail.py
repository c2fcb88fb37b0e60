"""All that is known of a creator and the person behind it, as the lines of the detail panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from influtui.model.audience import listed
from influtui.model.measurements import course
from influtui.model.memory import line as memory_line
from influtui.model.text import plural
from influtui.model.times import Millis
from influtui.tui.render.creator_scores import scores
from influtui.tui.render.creators import VERDICT_ROLES, freshness, verdict_glyph
from influtui.tui.render.numbers import UNKNOWN, age, aged, compact, day, exact, percent, sparkline
from influtui.tui.render.spans import EMPTY, Line, Look, Span, beside, cell, clip, fit, width_of, wrap, wrapped

if TYPE_CHECKING:
    from influtui.model.creators import Creator
    from influtui.model.measurements import Measured, Opinions
    from influtui.model.shortlist import Pick
    from influtui.services.people.creators import CreatorDetail
    from influtui.store.creator_posts import SeenPost

LABELS: Final = {
    "followers": "followers", "engagement_rate": "engagement", "avg_views": "views a post", "avg_likes": "likes a post",
    "avg_comments": "comments a post", "avg_shares": "shares a post", "posts": "posts", "following": "following",
}  # fmt: skip
_LABEL: Final = 15
_NOTES: Final = 20
_HISTORY: Final = 12


def detail(
    known: CreatorDetail, width: int, look: Look, *, pick: Pick | None = None, row: Creator | None = None,
    work: Sequence[Line] = (), seen: Sequence[SeenPost] = (), like: Sequence[Line] = (),
) -> list[Line]:  # fmt: skip
    """The detail panel of one account and its person. `work` is what the campaign has of the person: terms, parcels, posts;
    `seen` is what the account posted, `like` why it is a lookalike."""
    creator = known.creator
    lines = [*_who(known, width, look, pick), *([EMPTY, *like] if like else []), *scores(row or creator, width, look)]
    if work:
        lines += [EMPTY, *work]
    lines += [EMPTY, *_numbers(known, width, look)]
    if creator.audience:
        lines += _audience(creator, width)
    if creator.bio:
        lines += [EMPTY, (Span("Bio", "heading"),), *wrapped(creator.bio, width)]
    lines += posts(seen, width, look)
    if len(known.accounts) > 1:
        lines += [EMPTY, (Span(f"{len(known.accounts)} accounts of this person", "heading"),)]
        lines += [_account(account, account.id == creator.id, width, look) for account in known.accounts]
    if known.notes:
        lines += [EMPTY, (Span("Notes", "heading"),)]
        for note in known.notes[:_NOTES]:
            lines.append((Span(f"{aged(note.at, look.now)}, {cell(note.actor)}", "dim"),))
            lines += wrapped(note.text, width)
    if known.history:
        lines += [EMPTY, (Span("History", "heading"),)]
        for entry in known.history[:_HISTORY]:
            undone = " (taken back)" if entry.undone else ""
            why = f": {cell(entry.reason)}" if entry.reason else ""
            text = f"{cell(entry.summary)}{why}{undone}"
            lines.append(
                clip(
                    (Span(fit(age(entry.at, look.now), 5), "dim"), Span(text, "dim" if entry.undone else "text")), width
                )
            )
    return lines


def _who(known: CreatorDetail, width: int, look: Look, pick: Pick | None) -> list[Line]:
    creator = known.creator
    verdict = pick.verdict if pick else None
    name = cell(known.person.name or creator.name or creator.handle)
    decided: Line = ()
    if verdict:
        words = {"pick": "picked", "reserve": "reserve", "rejected": "rejected", "later": "later"}
        decided = (
            Span(f"{verdict_glyph(verdict, look)} {words.get(verdict, verdict)}", VERDICT_ROLES.get(verdict, "text")),
        )
    first, *more = wrapped(name, max(8, width - width_of(decided) - 2), "strong")
    lines: list[Line] = [beside(first, decided, width), *more]
    if pick is not None:
        why = f": {cell(pick.reason)}" if pick.reason else ""
        judged = f"by {cell(pick.judged_by)}, {aged(pick.judged_at, look.now)}{why}"
        lines += [(Span(part, "dim"),) for part in wrap(judged, width)]
    place = " ".join(filter(None, (creator.country or known.person.country, creator.language)))
    facts = f" {look.glyphs.dot} ".join(filter(None, (cell(creator.platform), creator.tier, place)))
    lines.append(clip((Span(f"@{cell(creator.handle)}", "accent"), Span(f"  {facts}", "dim")), width))
    remembered = memory_line(known.memory, Millis(look.now))
    if remembered:
        if look.glyphs.dot != "·":
            remembered = remembered.replace("·", look.glyphs.dot)
        lines += wrapped(remembered, width, "warn")
    if creator.url:
        lines.append(clip((Span(cell(creator.url), "link"),), width))
    email = creator.email or known.person.email
    if email:
        lines.append(clip((Span(cell(email), "text"),), width))
    if creator.topics or creator.tags:
        tags = " ".join(f"#{tag}" for tag in creator.tags)
        lines.append(
            clip(
                (Span(cell(", ".join(creator.topics)), "text"), Span(f"  {cell(tags)}" if tags else "", "accent")),
                width,
            )
        )
    if creator.found_by:
        detail = f", {cell(creator.found_detail)}" if creator.found_detail else ""
        lines.append(clip((Span(f"found by {creator.found_by.replace('_', ' ')}{detail}", "dim"),), width))
    return lines


def _numbers(known: CreatorDetail, width: int, look: Look) -> list[Line]:
    lines: list[Line] = [(Span("Numbers", "heading"),)]
    shown = [metric for metric in LABELS if metric in known.measured]
    if not shown:
        return [*lines, *wrapped("None known. Importing a file or asking the platform brings them.", width, "dim")]
    for metric in shown:
        lines += _metric(metric, known.measured[metric], width, look)
    return [*lines, *_growth(known, width, look)]


def _audience(creator: Creator, width: int) -> list[Line]:
    """Who follows: countries, genders and ages, each with the day on which that was said."""
    said = f"  {creator.audience_as_of[:10]}" if creator.audience_as_of else ""
    return [
        EMPTY,
        (Span("Audience", "heading"), Span(said, "dim")),
        *(line for kind in listed(creator.audience or {}).split("; ") for line in wrapped(kind, width)),
    ]


def _growth(known: CreatorDetail, width: int, look: Look) -> list[Line]:
    """How the followers went as one source saw it, between which dates, who that is, and how old its newest word is."""
    seen = course(known.series, "followers")
    if seen is None:
        return []
    line = sparkline([point.value for point in seen.points], look, width=max(8, min(40, width - _LABEL - 9)))
    first, last = seen.points[0], seen.points[-1]
    change = f"  {((last.value or 0) - first.value) / first.value * 100:+.1f}%" if first.value else ""
    dates = f"  {day(first.as_of)} {compact(first.value)} {look.glyphs.arrow} {day(last.as_of)} {compact(last.value)}"
    others = f"; {plural(seen.left_out, 'other source')} left out" if seen.left_out else ""
    told = f"{cell(seen.source)}: {len(seen.points)} points, newest {age(last.as_of, look.now)}{others}"
    return [
        clip((Span(fit("growth", _LABEL), "dim"), Span(line, "accent"), Span(change)), width),
        clip((Span(dates, "dim"),), width),
        *wrapped(told, width, "dim", indent="  "),
    ]


def posts(seen: Sequence[SeenPost], width: int, look: Look) -> list[Line]:
    """What the account posted lately, as some source saw it."""
    if not seen:
        return []
    lines: list[Line] = [EMPTY, (Span("Recent posts", "heading"), Span(f"  seen by {cell(seen[0].source)}", "dim"))]
    for post in seen:
        numbers = (("views", post.views), ("likes", post.likes), ("comments", post.comments), ("shares", post.shares))
        told = "  ".join(f"{compact(number)} {name}" for name, number in numbers if number is not None)
        when = age(post.posted_at, look.now) if post.posted_at is not None else "?"
        ad: Line = (Span("ad  ", "warn"),) if post.sponsored else ()
        lines.append(clip((Span(fit(when, 6), "dim"), *ad, Span(told or "no numbers")), width))
        if post.caption:
            lines.append(clip((Span("      "), Span(cell(post.caption), "dim")), width))
        if post.url:
            lines.append(clip((Span("      "), Span(cell(post.url), "link")), width))
    return lines


def _metric(metric: str, known: Opinions, width: int, look: Look) -> list[Line]:
    lines = [_value(LABELS[metric], metric, known.newest, width, look)]
    if known.disagree:
        lines += [_value("  says also", metric, other, width, look) for other in known.others]
    return lines


def _value(label: str, metric: str, measured: Measured, width: int, look: Look) -> Line:
    number = measured.value
    if measured.quality == "hidden" and number is None:
        shown = "hidden"
    elif metric == "engagement_rate":
        shown = percent(number)
    else:
        shown = exact(number) if number is not None and number < 1_000_000 else compact(number)
    sign = {"rounded": "~", "estimated": "?"}.get(measured.quality, " ")
    role = freshness(measured.as_of, look.now)
    source = f"{age(measured.as_of, look.now):>4}  {cell(measured.source)}"
    quality = "" if measured.quality in ("exact", "hidden") else f", {measured.quality}"
    return clip(
        (Span(fit(label, _LABEL), "dim"), Span(f"{shown:>10}{sign}", role), Span(f" {source}{quality}", "dim")), width
    )


def _account(account: Creator, is_this: bool, width: int, look: Look) -> Line:
    mark = look.glyphs.cursor if is_this else " "
    return clip(
        (
            Span(f"{mark} ", "accent"),
            Span(fit(cell(account.handle), min(24, max(10, width - 28)))),
            Span(f" {fit(cell(account.platform), 10)}", "dim"),
            Span(f"{compact(account.followers):>7}"),
            Span(f" {percent(account.engagement_rate) if account.engagement_rate is not None else UNKNOWN:>7}", "dim"),
        ),
        width,
    )
