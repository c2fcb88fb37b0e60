"""`discover`: ask a source for creators and take in who is found."""

from __future__ import annotations

from typing import get_args

import click

from influtui.cli.frame import DONE_IN_PART, with_workspace
from influtui.cli.output import Output
from influtui.cli.progress import progress_bar
from influtui.model.creators import FoundBy
from influtui.model.text import safe
from influtui.model.times import minute
from influtui.services.finding import discovery
from influtui.services.finding.discovery import DiscoverReport
from influtui.services.workspace import Workspace


@click.command("discover")
@click.argument("source", required=False)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@click.option("--limit", default=25, show_default=True, metavar="N", help="How many accounts to ask for.")
@click.option(
    "--found-by",
    metavar="WAY",
    type=click.Choice(get_args(FoundBy)),
    help=f"How this search came about, kept with each person: {', '.join(get_args(FoundBy))}.",
)
@click.option("--dry-run", is_flag=True, help="Ask, show who is found, and keep nobody.")
@with_workspace
async def discover(
    workspace: Workspace,
    out: Output,
    source: str | None,
    query: tuple[str, ...],
    limit: int,
    found_by: str | None,
    dry_run: bool,
) -> int:
    """Find creators through SOURCE: `influtui discover bluesky vegan baking --limit 50`.

    Without a SOURCE, lists the sources there are. Running the same search again adds nobody twice.
    """
    if source is None:
        await _list(workspace, out)
        return 0
    with progress_bar(f"asking {source}") as tell:
        report = await discovery.discover(
            workspace,
            source,
            " ".join(query),
            limit,
            found_by=found_by,
            dry_run=dry_run,
            listener=lambda done: tell(done, limit),
        )
    if out.json:
        out.data(report)
    else:
        _tell(out, report)
    return DONE_IN_PART if report.problem is not None or report.rejected else 0


async def _list(workspace: Workspace, out: Output) -> None:
    found = await discovery.sources(workspace)
    if out.json:
        for each in found:
            out.data(
                {
                    "schema": "influtui.source/1",
                    "id": each.id,
                    "name": each.name,
                    "platform": each.platform,
                    "ready": each.ready,
                    "reason": each.reason,
                }
            )
        return
    rows = [(safe(each.id), safe(each.name), safe(each.platform), safe(each.reason)) for each in found]
    out.table(("source", "name", "platform", "state"), rows)


def _tell(out: Output, report: DiscoverReport) -> None:
    rows = [
        (
            safe(each.ref),
            safe(each.name or "-"),
            safe("-" if each.followers is None else f"{each.followers:,}"),
            safe("-" if each.engagement_rate is None else f"{each.engagement_rate:.2f}%"),
        )
        for each in report.accounts
    ]
    for notice in report.notices:
        out.note(notice)
    if rows:
        out.table(("account", "name", "followers", "engagement"), rows, right=(2, 3))
    out.say(
        f"asked for {report.asked}, found {report.found}: {report.added} new, {report.updated} updated,"
        f" {report.unchanged} unchanged" + (f", {report.rejected} refused" if report.rejected else "")
    )
    reasons: dict[str, list[str]] = {}
    for each in report.skipped:
        reasons.setdefault(each.reason, []).append(each.ref)
    for reason, refs in sorted(reasons.items(), key=lambda found: -len(found[1])):
        out.say(f"left out {len(refs)}: {reason}")
        for ref in refs:
            if ref.startswith("https://"):  # a post to open: a name was asked for, and is known
                out.say(f"  {ref}")
    for quota in report.quota:
        resets = f" until {minute(quota.resets_at)}" if quota.resets_at else ""
        out.note(f"{quota.left:,} of {quota.limit:,} {quota.units} left{resets}")
    if report.more and report.problem is None:
        out.note(f"There are more than {report.asked}: ask with a larger --limit.")
    if report.note and report.found < report.asked and report.problem is None:
        out.note(report.note)
    if report.problem is not None:
        out.note(f"Ended early: {report.problem.message}")
        if report.problem.hint:
            out.note(f"  {report.problem.hint}")
    if report.dry_run:
        out.note("Nobody was kept (--dry-run).")
