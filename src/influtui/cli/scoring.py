"""`creators score`, `creators why` and `creators detectors`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click
import msgspec

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.progress import progress_bar
from influtui.cli.queries import QueryCommand
from influtui.cli.showing import engagement_rates
from influtui.model.creators import parse_ref
from influtui.model.scoring.records import Component, Score
from influtui.model.text import SafeText, safe
from influtui.model.times import day, minute, rfc3339
from influtui.services.people import detectors as service_detectors
from influtui.services.people import scoring as service
from influtui.services.people.selection import select
from influtui.services.workspace import Workspace


@click.command("score", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@click.option("--campaign", metavar="CODE", help="Judge fit and relevance for this campaign (default: the one in use).")
@click.option("--again", is_flag=True, help="Score also those whose scores are up to date.")
@with_workspace
async def score(workspace: Workspace, out: Output, query: tuple[str, ...], campaign: str | None, again: bool) -> None:
    """Score all creators that match (all without a QUERY). Can be stopped; the next run goes on where it was."""
    ids = await select(workspace, query, everything=True)
    so_far = 0
    try:
        with progress_bar("Scoring") as bar:

            def progress(done: int, total: int) -> None:
                nonlocal so_far
                so_far = done
                bar(done, total)

            report = await service.score(workspace, ids, campaign=campaign, again=again, progress=progress)
    except (asyncio.CancelledError, KeyboardInterrupt):
        on = "without --again goes on there" if again else "goes on there"
        out.note(f"{so_far:,} of {len(ids):,} are up to date and kept; the same command {on}.")
        raise
    if out.json:
        out.data(report)
        return
    if not report.asked:
        out.say("Nobody matches, so that there is nothing to score." if query else "There are no creators yet.")
        return
    judged = f"for {report.campaign}" if report.campaign else "without a campaign: authenticity and reach only"
    out.say(f"Scored {report.scored:,} of {report.asked:,} {judged}; {report.up_to_date:,} were up to date.")


@click.command("why")
@click.argument("ref")
@click.option("--campaign", metavar="CODE", help="Judge fit and relevance for this campaign (default: the one in use).")
@with_workspace
async def why(workspace: Workspace, out: Output, ref: str, campaign: str | None) -> None:
    """Explain every score of one creator to the last number. The points of each list add up to its score."""
    creator, explained = await service.why(workspace, parse_ref(ref), campaign=campaign)
    if out.json:
        out.data(_document(explained))
        return
    judged = f", for {explained.campaign}" if explained.campaign else ""
    out.say(f"{creator.ref}{judged} (model {explained.model}; a score is a prompt to look, never a verdict)")
    for found in explained.scores:
        out.say("")
        out.say(_heading(found))
        out.table(
            ("signal", "value", "peers", "weight", "points", "as of", "because"),
            [_line(part) for part in found.components],
            right=(1, 2, 3, 4),
            below=True,
        )
    engagement_rates(out, explained.rates)
    out.say("")
    if not explained.campaign:
        out.say("Relevance and fit are judged for a campaign: name one with --campaign CODE.")
    _stored(out, explained)


@click.command("detectors")
@click.option(
    "--truth", type=click.Path(path_type=Path), help="JSON with `patterns` by REF (default: the demo world's)."
)
@with_workspace
async def detectors(workspace: Workspace, out: Output, truth: Path | None) -> None:
    """Measure the authenticity detectors where the truth is known: precision and recall of each."""
    found = await service_detectors.measure(workspace, truth)
    if out.json:
        for each in found:
            out.data(msgspec.to_builtins(each) | {"precision": each.precision, "recall": each.recall})
        return
    rows = [
        (
            each.detector,
            f"{each.accounts:,}",
            f"{each.flagged:,}",
            f"{each.right:,}",
            _share(each.precision),
            _share(each.recall),
        )
        for each in found
    ]
    out.table(
        ("detector", "bear it", "flagged", "rightly", "precision", "recall"),
        [tuple(safe(cell) for cell in row) for row in rows],
        right=(1, 2, 3, 4, 5),
    )
    out.say(f"Flagged: at least {found[0].flag_at:g} points taken from authenticity.")


def _document(explained: service.Why) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(explained)
    for score_ in document["scores"]:
        for part in score_["components"]:
            part["as_of"] = rfc3339(part["as_of"])
    if stored := document["stored"]:
        stored["at"] = rfc3339(stored["at"])
    return document


def _stored(out: Output, explained: service.Why) -> None:
    """What searches show, where it is not what was just computed."""
    stored = explained.stored
    if stored is None:
        out.say(f"Nothing is stored yet: `influtui creators score {explained.ref}` lets searches show and sort it.")
        return
    values = ", ".join(f"{kind} {'-' if value is None else f'{value:.1f}'}" for kind, value in stored.values.items())
    out.say(f"Stored {minute(stored.at)}: {values}.")
    if not stored.up_to_date:
        out.say(f"That is older than what is known: `influtui creators score {explained.ref}` brings it up to date.")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _heading(found: Score) -> str:
    if found.value is None:
        return f"{found.kind}: unknown"
    return f"{found.kind}: {found.value:.1f} of 100, confidence {found.confidence:.0%}"


def _line(part: Component) -> tuple[SafeText, ...]:
    unknown = part.value is None and part.signal != "start"
    points = "-" if unknown else f"{part.points:+.1f}"
    weight = f"{part.weight:.2f}" if part.weight else "-"
    cells = (part.signal, _number(part.value), _number(part.peer), weight, points, day(part.as_of), part.evidence)
    return tuple(safe(cell) for cell in cells)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
