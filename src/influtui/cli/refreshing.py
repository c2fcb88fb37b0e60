"""`creators refresh`: ask sources again about people who are known."""

from __future__ import annotations

import click

from influtui.cli.frame import DONE_IN_PART, with_workspace
from influtui.cli.output import Output
from influtui.cli.progress import progress_bar
from influtui.model.text import plural
from influtui.services.finding import refreshing
from influtui.services.finding.refreshing import RefreshReport
from influtui.services.people.selection import select
from influtui.services.workspace import Workspace


@click.command("refresh")
@click.argument("words", nargs=-1, metavar="[REF|QUERY]…")
@click.option("--stale", type=int, metavar="DAYS", help="Only those whose figures are older; alone: of everybody.")
@click.option("--limit", default=100, show_default=True, metavar="N", help="How many accounts to ask for at most.")
@click.option("--dry-run", is_flag=True, help="Say who would be asked for; ask nobody.")
@with_workspace
async def refresh(
    workspace: Workspace, out: Output, words: tuple[str, ...], stale: int | None, limit: int, dry_run: bool
) -> int:
    """Ask sources again about accounts that are known, the oldest figures first, as far as budgets reach.

    `creators refresh instagram:anna` · `creators refresh tier:micro --stale 30` · `creators refresh --stale 30`
    """
    ids = await select(workspace, words) if words else None
    with progress_bar("refreshing") as tell:
        report = await refreshing.refresh(
            workspace, ids, stale_days=stale, limit=limit, dry_run=dry_run, listener=lambda done, all_: tell(done, all_)
        )
    if out.json:
        out.data(report)
    else:
        _tell(out, report)
    return 0 if report.complete else DONE_IN_PART


def _tell(out: Output, report: RefreshReport) -> None:
    for each in report.sources:
        if report.dry_run:
            out.say(f"{each.source} would be asked for {plural(each.asked, 'account')} of {each.platform}")
            continue
        out.say(f"{each.source}: asked for {each.asked}, {each.updated} updated, {each.unchanged} unchanged")
        for quota in each.quota:
            out.note(f"  {quota.left:,} of {quota.limit:,} {quota.units} left")
        if each.problem is not None:
            out.note(f"  Ended early, {each.not_asked} not asked for: {each.problem.message}")
            if each.problem.hint:
                out.note(f"  {each.problem.hint}")
    for omitted in (*report.skipped, *report.unreachable):
        out.say(f"{omitted.ref}: {omitted.reason}")
    if not report.wanted:
        out.say("Nobody's figures are that old.")
    if report.dry_run:
        out.note("Nobody was asked (--dry-run).")
