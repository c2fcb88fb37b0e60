"""`creators duplicates`, `creators merge` and `creators apart`: the review of accounts that are likely one person's."""

from __future__ import annotations

import click
import msgspec

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.progress import progress_bar
from influtui.model.creators import parse_ref
from influtui.model.duplicates import Evidence
from influtui.model.text import safe
from influtui.services.people import likeness as service
from influtui.services.workspace import Workspace


@click.command("duplicates")
@click.argument("ref", required=False)
@click.option(
    "--least", metavar="SHARE", type=click.FloatRange(0, 1), help="How likely a pair must be to be listed (0 to 1)."
)
@click.option("--limit", metavar="N", type=click.IntRange(min=1), default=50, show_default=True, help="How many pairs.")
@with_workspace
async def duplicates(workspace: Workspace, out: Output, ref: str | None, least: float | None, limit: int) -> None:
    """List accounts that are likely one person's, with the evidence. Nothing is merged: `creators merge A B` does that.

    With REF, only pairs of that person.
    """
    with progress_bar("comparing") as tell:
        found = await service.duplicates(
            workspace, least=least, of=parse_ref(ref) if ref else None, watched=lambda done: tell(done, 0)
        )
    if out.json:
        for each in found[:limit]:
            out.data(each)
        return
    rows = [
        (safe(f"{each.likeness:.0%}"), safe(each.a), safe(each.b), safe("; ".join(map(said, each.evidence))))
        for each in found[:limit]
    ]
    if not rows:
        out.note("No likely duplicates.")
        return
    out.table(("likely", "account", "account", "because"), rows, right=(0,), below=True)
    if len(found) > limit:
        out.note(f"{len(found) - limit:,} more: --limit {len(found)}.")
    out.note("`influtui creators merge A B` joins two; `influtui creators apart A B` says that they are two people.")


def said(evidence: Evidence) -> str:
    """One sign, in words."""
    sign = {
        "email": "same address",
        "account": "one names the other's profile",
        "link": "same link",
        "handle": "same handle",
        "reduced_handle": "nearly the same handle",
        "similar_handle": "similar handles",
        "name": "same name",
        "short_name": "same first name",
    }[evidence.sign]
    return f"{sign} ({evidence.shared})"


@click.command("merge")
@click.argument("keep", metavar="A")
@click.argument("other", metavar="B")
@click.option("--dry-run", is_flag=True, help="Say what would be joined, change nothing.")
@with_workspace
async def merge(workspace: Workspace, out: Output, keep: str, other: str, dry_run: bool) -> None:
    """Join the person of B into the person of A: accounts, notes, verdicts, conversations and parcels.

    `influtui undo` takes it back.
    """
    joined = await service.merge(workspace.rehearsing() if dry_run else workspace, parse_ref(keep), parse_ref(other))
    if out.json:
        out.data({"schema": "influtui.merge/1", "dry_run": dry_run, **msgspec.to_builtins(joined)})
        return
    out.say(
        f"{'Would be one person' if dry_run else 'One person now'}: {', '.join(safe(ref) for ref in joined.accounts)}."
    )
    for code in joined.dropped_picks:
        out.note(f"Both were judged for {safe(code)}: the later verdict stands.")


@click.command("apart")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--dry-run", is_flag=True, help="Check the two, change nothing.")
@with_workspace
async def apart(workspace: Workspace, out: Output, one: str, other: str, dry_run: bool) -> None:
    """Say that A and B are two people; `duplicates` does not offer them again."""
    await service.tell_apart(workspace.rehearsing() if dry_run else workspace, parse_ref(one), parse_ref(other))
    if out.json:
        out.data({"schema": "influtui.apart/1", "dry_run": dry_run, "a": one, "b": other})
    else:
        out.say(f"{safe(one)} and {safe(other)} are two people.")
