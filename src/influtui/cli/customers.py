"""`creators customers`: mark who, among the people we know, is in a shop's list of customers."""

from __future__ import annotations

from pathlib import Path

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.model.text import plural, safe
from influtui.services.importing.files import known_platform
from influtui.services.people import customers as service
from influtui.services.workspace import Workspace

SHOWN = 30


@click.command("customers")
@click.argument("file", metavar="FILE|-")
@click.option("--platform", metavar="P", help="Where the handles are, when their column does not say so.")
@click.option("--tag", default=service.TAG, show_default=True, metavar="TAG", help="What to mark them with.")
@click.option("--dry-run", is_flag=True, help="Say who would be marked, mark nobody.")
@with_workspace
async def customers(
    workspace: Workspace, out: Output, file: str, platform: str | None, tag: str, dry_run: bool
) -> None:
    """Mark creators who are customers, by a list that the shop exports: `influtui creators customers orders.csv`.

    They are matched by e-mail, by the address of a profile, or by a handle whose column names the platform. Of who is not
    known already nothing is kept.
    """
    report = await service.match(
        workspace, None if file == "-" else Path(file), platform=known_platform(platform), tag=tag, dry_run=dry_run
    )
    if out.json:
        out.data(report)
        return
    would = "would be " if dry_run else ""
    out.say(
        f"{plural(report.read, 'customer')} read: {plural(report.matched, 'account is', 'accounts are')} theirs"
        f" ({report.by_email:,} by e-mail,"
        f" {report.by_handle:,} by handle), {report.tagged:,} {would}tagged {safe(report.tag)}"
    )
    for each in report.accounts[:SHOWN]:
        out.say(f"  {safe(each.ref)}  by {each.by}")
    if report.matched > SHOWN:
        out.note(f"  and {report.matched - SHOWN:,} more: `influtui creators search tag:{safe(report.tag)}`")
    if report.unread:
        unread = plural(report.unread, "row has", "rows have")
        out.note(f"{unread} neither an e-mail nor a handle whose platform is known (--platform).")
    out.note(
        "Nothing was kept of the others. Handles of customers who agreed: `influtui creators import FILE --found-by customer`."
    )
