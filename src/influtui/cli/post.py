"""`post`: what went live, and what was counted of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, Final

import click

from influtui.cli import documents
from influtui.cli.fields import CAMPAIGN, DRY_RUN
from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.cli.verbs import Noun
from influtui.model.creators import parse_ref
from influtui.model.failures import WrongUsage
from influtui.model.posts import Numbers
from influtui.model.text import safe
from influtui.model.times import Millis, day, millis
from influtui.services.campaign import results as service
from influtui.services.workspace import Workspace


class Count(click.ParamType[int]):
    """So many times: a whole number, whose range goes without saying."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        return click.IntRange(min=0, max=10**15).convert(value, param, ctx)


COUNT: Final = Count()


@click.group("post", cls=Noun, no_args_is_help=True)
def post() -> None:
    """Posts: record what went live, and its numbers as they grow."""


@post.command("add")
@click.argument("url")
@click.argument("ref", required=False)
@click.option("--collab", "collab", metavar="REF", help="Whose post it is: the same as REF.")
@click.option("--posted", metavar="DATE", help="When it went live: a day, or a time like 2026-12-01T18:30Z.")
@click.option("--impressions", type=COUNT)
@click.option("--views", type=COUNT)
@click.option("--likes", type=COUNT)
@click.option("--comments", type=COUNT)
@click.option("--shares", type=COUNT)
@click.option("--saves", type=COUNT)
@click.option("--clicks", type=COUNT)
@click.option(
    "--source",
    type=click.Choice(service.SOURCES),
    default="hand",
    show_default=True,
    help="Where the numbers were read.",
)
@click.option("--counted", metavar="DATE", help="When the numbers were read. Default: now.")
@CAMPAIGN
@DRY_RUN
@with_workspace
async def add(
    workspace: Workspace,
    out: Output,
    /,
    url: str,
    ref: str | None,
    collab: str | None,
    posted: str | None,
    source: str,
    counted: str | None,
    campaign: str | None,
    dry_run: bool,
    **numbers: int | None,
) -> None:
    """Record a post by its address; again with numbers, to follow how it grows.

    REF may be left out where the address says whose it is (TikTok, X, Bluesky, some of Instagram).

    \b
    influtui post add https://www.instagram.com/reel/C1a2b3/ instagram:anna \\
        --impressions 38000 --likes 1700
    """
    if ref and collab and ref != collab:
        raise WrongUsage(f"the post cannot be {ref}'s and {collab}'s", hint="Name one of the two.")
    whose = ref or collab
    recorded = await service.add_post(
        workspace.rehearsing() if dry_run else workspace,
        url,
        ref=parse_ref(whose) if whose else None,
        campaign=campaign,
        numbers=Numbers(**numbers),
        posted_at=moment(posted) if posted else None,
        counted_at=moment(counted) if counted else None,
        source=source,
    )
    if out.json:
        out.data({**documents.post(recorded.post, recorded.collaboration), "new": recorded.new})
    else:
        one = recorded.collaboration
        what = "Recorded" if recorded.new else "Numbers added to" if recorded.counted else "Known already:"
        out.say(f"{what} {safe(recorded.post.url)} of {safe(one.ref or one.name or '-')} in {one.campaign}.")
        known = [
            f"{name} {value:,}" for name, value in documents.numbers(recorded.post.numbers).items() if value is not None
        ]
        if known:
            out.say(", ".join(known))
    for note in recorded.notes:
        out.note(f"Note: {note}.")
    if dry_run:
        out.note("Nothing was changed: --dry-run.")


@post.command("list", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@CAMPAIGN
@with_workspace
async def list_posts(workspace: Workspace, out: Output, query: tuple[str, ...], campaign: str | None) -> None:
    """The posts of a campaign with their newest numbers: `post list platform:tiktok views:10k..`."""
    found = await service.posts(workspace, " ".join(query), campaign=campaign)
    if out.json:
        for each, of in found:
            out.data(documents.post(each, of))
        return
    if not found:
        out.note("No post matches." if query else "No post yet. Record one: influtui post add URL REF")
        return
    shown = ("impressions", "views", "likes", "comments")
    rows = [
        (
            safe(day(each.posted_at)),
            safe(of.ref or of.name or "-"),
            safe(each.platform or "-"),
            *(documents.count(getattr(each.numbers, metric)) for metric in shown),
            safe(day(each.snapshots[-1].at if each.snapshots else None)),
            safe(each.url),
        )
        for each, of in found
    ]
    out.table(("posted", "ref", "platform", *shown, "as of", "url"), rows, right=(3, 4, 5, 6))


def moment(text: str) -> Millis:
    """A day (its noon, UTC), or a time with its zone. Raises `WrongUsage`."""
    try:
        if len(text) == 10:
            return millis(datetime.combine(date.fromisoformat(text), time(12), UTC))
        return millis(datetime.fromisoformat(text))
    except ValueError:
        raise WrongUsage(
            f"“{text}” is not a time", hint="Write 2026-12-01, or 2026-12-01T18:30Z with its zone."
        ) from None
