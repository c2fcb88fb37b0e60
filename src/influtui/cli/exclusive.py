"""`collab exclusive`: whom somebody has promised not to work for others."""

from __future__ import annotations

from collections.abc import Sequence

import click

from influtui.cli import documents
from influtui.cli.fields import CAMPAIGN, DRY_RUN
from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.model.creators import parse_ref
from influtui.model.exclusivity import Exclusivity
from influtui.model.failures import WrongUsage
from influtui.model.terms import day
from influtui.model.text import safe
from influtui.services.campaign import exclusivities as service
from influtui.services.people import creators
from influtui.services.workspace import Workspace


@click.command("exclusive")
@click.argument("ref")
@click.option("--until", metavar="DAY", help="Note a promise: its last day, like 2026-12-31.")
@click.option("--from", "starts", metavar="DAY", help="Its first day. Default: already.")
@click.option(
    "--category", metavar="WORDS", default="", help="What it is about: skincare,cosmetics. Default: everything."
)
@click.option("--brand", metavar="NAME", help="Who holds it, where it is not the brand of our campaign.")
@click.option("--end", type=int, metavar="N", help="Take a promise away by its number.")
@CAMPAIGN
@DRY_RUN
@with_workspace
async def exclusive(
    workspace: Workspace,
    out: Output,
    ref: str,
    until: str | None,
    starts: str | None,
    category: str,
    brand: str | None,
    end: int | None,
    campaign: str | None,
    dry_run: bool,
) -> None:
    """Whom somebody has promised not to work for others; without options, show it.

    Whoever is exclusive to another brand is pointed out when they are picked, and `campaign contact` leaves them out.

    \b
    influtui collab exclusive instagram:anna --until 2027-01-31 \\
        --category skincare
    influtui collab exclusive instagram:anna --brand "Rival Cosmetics" \\
        --until 2026-12-31
    """
    if until is None and (starts or category or brand):
        raise WrongUsage("a promise needs its last day; nothing was noted", hint="--until DAY, like 2026-12-31.")
    if until is not None and end is not None:
        raise WrongUsage("--until notes a promise and --end takes one away", hint="Say one of the two.")
    creator = await creators.find(workspace, parse_ref(ref))
    acting = workspace.rehearsing() if dry_run else workspace
    if end is not None:
        held = await service.end(acting, creator, end)
        _show(out, [held], creator.ref, done="ended")
    elif until is not None:
        held = await service.note(
            acting,
            creator,
            until=day(until, "the last day"),
            starts=day(starts, "the first day") if starts else None,
            category=tuple(category.split(",")),
            brand=brand,
            campaign=campaign,
        )
        _show(out, [held], creator.ref, done="noted")
    else:
        _show(out, await service.of_person(workspace, creator), creator.ref)
        return
    if dry_run:
        out.note("Nothing was changed: --dry-run.")


def _show(out: Output, found: Sequence[Exclusivity], ref: str, *, done: str = "") -> None:
    if out.json:
        for each in found:
            out.data(documents.exclusivity(each, ref))
        return
    if not found:
        out.note(f"{ref} has promised nobody anything that we know of.")
    for each in found:
        out.say(f"{each.id:>3}  {safe(each.words())}{f'  ({done})' if done else ''}")
