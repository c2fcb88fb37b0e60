"""`today`: what waits for a person, and the command that does it."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.model.replies import spoken
from influtui.model.text import SafeText, safe
from influtui.model.times import Millis, rfc3339
from influtui.model.today import DAY_MS, HOUR_MS, Waiting
from influtui.services.campaign import today as service
from influtui.services.workspace import Workspace

_SHOWN = 48
"""Characters of what was said or happened that a line shows."""


@click.command("today", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@click.option("--count", "only_count", is_flag=True, help="Only how much waits: for a status line.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The first N only.")
@with_workspace
async def today(workspace: Workspace, out: Output, query: tuple[str, ...], only_count: bool, limit: int | None) -> None:
    """What to do now, by what a day's delay costs: answers, parcels, posts, terms, people not written to.

    What is late stands first. A QUERY narrows it down:

    \b
    influtui today kind:reply late:yes
    influtui today campaign:SPRING26 -kind:numbers
    """
    asked = " ".join(query)
    if only_count:
        counted = await service.count(workspace, asked)
        if out.json:
            out.data(counted)
        else:
            out.say(str(counted.count))
        return
    found = await service.today(workspace, asked)
    now = workspace.clock()
    if out.json:
        for each in found[:limit]:
            out.data(_document(each, now))
        return
    if not found:
        out.note(
            "Nothing waits for that."
            if asked
            else "Nothing waits for you. `influtui campaign status` shows how far it is."
        )
        return
    rows = [
        (_who(each), safe(each.says), _when(each, now), _detail(each), safe(f"influtui {each.next}"))
        for each in found[:limit]
    ]
    out.table(("who", "what", "when", "about", "next"), rows, below=True)  # A command that is cut cannot be typed.
    if limit is not None and len(found) > limit:
        out.note(f"{len(found) - limit} more wait.")


def _document(each: Waiting, now: Millis) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(each)
    times = {"since": rfc3339(each.since), "due": rfc3339(each.due), "late": each.is_late(now)}
    return {"schema": "influtui.today/1", **row, **times, "says": each.says, "next": each.next}


def _who(each: Waiting) -> SafeText:
    return safe(each.ref or each.name or each.account or each.campaign or "-")


def _detail(each: Waiting) -> SafeText:
    # An answer without the letter that it quotes below.
    said = " ".join((spoken(each.detail or "") or each.detail or "").split())
    cut = said if len(said) <= _SHOWN else f"{said[:_SHOWN].rstrip()}…"
    of = each.campaign if each.person is not None else None  # a campaign that is the row's own subject says it once
    return safe(": ".join(part for part in (of, cut) if part))


def _when(each: Waiting, now: Millis) -> SafeText:
    if each.due <= now:
        return safe(f"{_length(now - each.due)} late" if now - each.due >= HOUR_MS else "late")
    return safe(f"in {_length(each.due - now)}")


def _length(span: int) -> str:
    return f"{span // DAY_MS} d" if span >= DAY_MS else f"{max(1, span // HOUR_MS)} h"
