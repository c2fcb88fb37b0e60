"""`creators show`: all that is known of one account and its person."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.model.audience import listed
from influtui.model.creators import METRICS, Creator, parse_ref
from influtui.model.measurements import Measured, Number, Opinions, Reading
from influtui.model.memory import ago, line
from influtui.model.relationship import in_words
from influtui.model.scoring.engagement import Rate
from influtui.model.text import SafeText, safe
from influtui.model.times import Millis, day, minute, rfc3339
from influtui.services.people import creators as service
from influtui.services.workspace import Workspace

READINGS_SHOWN = 12
HISTORY_SHOWN = 10


@click.command("show")
@click.argument("ref")
@with_workspace
async def show(workspace: Workspace, out: Output, ref: str) -> None:
    """All that is known of one creator: every value with its source and age, notes, history.

    REF is platform:handle (instagram:anna) or #id (#17).
    """
    detail = await service.show(workspace, parse_ref(ref))
    now = workspace.clock()
    if out.json:
        out.data(document(detail, now))
        return
    _who(out, detail, now)
    _numbers(out, detail, now)
    engagement_rates(out, detail.rates)
    _series(out, detail.series)
    if detail.notes:
        out.say("\nNotes")
        for note in detail.notes:
            out.say(f"  {minute(note.at)}  {safe(note.actor)}: {safe(note.text)}")
    _history(out, detail)


def document(detail: service.CreatorDetail, now: Millis) -> dict[str, Any]:
    """The creator row of the contract with more keys: measured values, series, notes, history, memory."""
    row: dict[str, Any] = msgspec.to_builtins(detail.creator)
    return row | {
        "person_detail": msgspec.to_builtins(detail.person),
        "accounts": msgspec.to_builtins(detail.accounts),
        "measured": {metric: _opinions(found) for metric, found in detail.measured.items()},
        "series": [_reading(reading) for reading in detail.series],
        "notes": [msgspec.to_builtins(note) | {"at": rfc3339(note.at)} for note in detail.notes],
        "history": [msgspec.to_builtins(entry) | {"at": rfc3339(entry.at)} for entry in detail.history],
        "rates": [msgspec.to_builtins(each) for each in detail.rates],
        "memory": line(detail.memory, now),
        "relationships": detail.relationships,
        "origin": msgspec.to_builtins(detail.origin) | {"at": rfc3339(detail.origin.at)} if detail.origin else None,
    }


def _opinions(found: Opinions) -> dict[str, Any]:
    others = [_measured(other) for other in found.others]
    return _measured(found.newest) | {"others": others, "disagree": found.disagree}


def _measured(measured: Measured) -> dict[str, Any]:
    return msgspec.to_builtins(measured) | {"as_of": rfc3339(measured.as_of)}  # type: ignore[no-any-return]


def _reading(reading: Reading) -> dict[str, Any]:
    quality = dict(reading.quality)
    return {
        "at": rfc3339(reading.at),
        "source": reading.source,
        "quality": quality.get("*", "exact") if set(quality) <= {"*"} else quality,
        "engagement_variant": reading.variant,
        **reading.values,
    }


def _who(out: Output, detail: service.CreatorDetail, now: Millis) -> None:
    creator = detail.creator
    out.say(f"{safe(detail.person.name or creator.name or creator.handle)}  {safe(creator.ref)}  #{creator.id}")
    if remembered := line(detail.memory, now):
        out.say(remembered)
    if creator.url:
        out.say(safe(creator.url))
    if creator.bio:
        out.say("\n".join(f"  {part}" for part in safe(creator.bio, lines=True).split("\n")))
    rows = [
        (name, value)
        for name, value in (
            ("tier", creator.tier),
            ("country", creator.country or detail.person.country),
            ("language", creator.language),
            ("topics", ", ".join(creator.topics)),
            ("tags", ", ".join(creator.tags)),
            ("audience", _audience(creator)),
            ("email", creator.email or detail.person.email),
            ("found by", _found(creator)),
            ("stands", ", ".join(in_words(stands, brand) for brand, stands in detail.relationships.items())),
        )
        if value
    ]
    for name, value in rows:
        out.say(f"{name:<9} {safe(value)}")
    _accounts(out, detail)


def _accounts(out: Output, detail: service.CreatorDetail) -> None:
    """The person's other accounts."""
    others = [account for account in detail.accounts if account.id != detail.creator.id]
    if not others:
        return
    out.say("")
    rows = [
        (
            safe(each.ref),
            safe(number(each.followers)),
            safe(number(each.engagement_rate)),
            safe((each.as_of or "-")[:10]),
        )
        for each in others
    ]
    out.table(("also", "followers", "er %", "as of"), rows, right=(1, 2))


def _audience(creator: Creator) -> str | None:
    if not creator.audience:
        return None
    said = f" ({creator.audience_as_of[:10]})" if creator.audience_as_of else ""
    return listed(creator.audience) + said


def _found(creator: Creator) -> str | None:
    if creator.found_by is None:
        return None
    way = creator.found_by.replace("_", " ")
    return f"{way} ({creator.found_detail})" if creator.found_detail else way


def _numbers(out: Output, detail: service.CreatorDetail, now: Millis) -> None:
    rows = []
    for metric in METRICS:
        found = detail.measured.get(metric)
        if found is None:
            continue
        newest = found.newest
        others = "; ".join(f"{other.source}: {number(other.value)} {ago(other.as_of, now)}" for other in found.others)
        if found.disagree:
            others = f"DISAGREES {others}"
        name = metric.replace("_", " ")
        if metric == "engagement_rate" and detail.creator.engagement_variant:
            name = f"{name} ({detail.creator.engagement_variant})"
        cells = (name, number(newest.value), newest.quality, ago(newest.as_of, now), newest.source)
        rows.append(tuple(safe(cell) for cell in (*cells, others)))
    if not rows:
        out.say("\nNothing was measured yet.")
        return
    out.say("")
    out.table(("measured", "value", "quality", "as of", "source", "other sources"), rows, right=(1,))


def engagement_rates(out: Output, rates: tuple[Rate, ...]) -> None:
    """The engagement rates of an account's own posts: as many figures as there are definitions."""
    if rates:
        out.say("\nEngagement of its own posts")
        rows = [
            tuple(safe(cell) for cell in (each.variant, f"{each.median:.2f}", f"{each.mean:.2f}", f"{each.posts}"))
            for each in rates
        ]
        out.table(("variant", "median %", "mean %", "posts"), rows, right=(1, 2, 3))


def _series(out: Output, series: tuple[Reading, ...]) -> None:
    if len(series) < 2:
        return
    shown = series[-READINGS_SHOWN:]
    metrics = [metric for metric in METRICS if any(reading.values.get(metric) is not None for reading in shown)][:5]
    left_out = f" (the latest {READINGS_SHOWN} of {len(series)})" if len(series) > READINGS_SHOWN else ""
    out.say(f"\nOver time{left_out}")
    rows = [_series_row(reading, metrics) for reading in reversed(shown)]
    out.table(
        ("at", "source", *(metric.replace("_", " ") for metric in metrics)), rows, right=range(2, 2 + len(metrics))
    )


def _series_row(reading: Reading, metrics: list[str]) -> tuple[SafeText, ...]:
    values = (number(reading.values.get(metric)) for metric in metrics)
    return (safe(day(reading.at)), safe(reading.source), *(safe(value) for value in values))


def _history(out: Output, detail: service.CreatorDetail) -> None:
    lines = [
        f"{minute(entry.at)}  {safe(entry.actor)}: {safe(entry.summary)}{' (undone)' if entry.undone else ''}"
        for entry in detail.history[:HISTORY_SHOWN]
    ]
    if len(detail.history) > HISTORY_SHOWN:
        lines.append(f"… {len(detail.history) - HISTORY_SHOWN:,} earlier ones: --json has them")
    if detail.origin:
        lines.append(
            f"{minute(detail.origin.at)}  {safe(detail.origin.actor)}: came in with {safe(detail.origin.source)}"
        )
    if lines:
        out.say("\nHistory")
        for line_ in lines:
            out.say(f"  {line_}")


def number(value: Number | None) -> str:
    """A measured number as a person reads it; unknown is `-`."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) or value != int(value) else f"{int(value):,}"
