"""`creators forget`: remove a person for good."""

from __future__ import annotations

import click
import msgspec

from influtui.cli.frame import DONE_IN_PART, confirmed, with_workspace
from influtui.cli.output import Output
from influtui.model.creators import parse_ref
from influtui.model.text import plural, safe
from influtui.services.people import forgetting as service
from influtui.services.people.forgetting import WillGo
from influtui.services.workspace import Workspace


@click.command("forget")
@click.argument("ref")
@click.option("--yes", is_flag=True, help="Do not ask. Needed where there is no terminal.")
@click.option("--dry-run", is_flag=True, help="Say what would go, remove nothing.")
@with_workspace
async def forget(workspace: Workspace, out: Output, ref: str, yes: bool, dry_run: bool) -> int:
    """Remove a person for good, on all platforms, and refuse them in later imports. This cannot be undone.

    The figures of campaigns that happened stay, without a name. The journal and the copies in the workspace are
    cleaned too; backups that you made elsewhere are yours to clean.
    """
    named = parse_ref(ref)
    will_go = await service.preview(workspace, named)
    return await forget_whom(workspace, out, will_go, safe(ref), dry_run=dry_run, yes=yes)


async def forget_whom(
    workspace: Workspace, out: Output, will_go: WillGo, whom: str, *, dry_run: bool, yes: bool
) -> int:
    """Say what goes, ask, and forget them. Returns the exit code."""
    if dry_run and out.json:
        out.data({"schema": "influtui.forget/1", "dry_run": True, **msgspec.to_builtins(will_go)})
        return 0
    if not out.json:
        _say(out, will_go)
    if dry_run:
        return 0
    confirmed(f"Forget {whom} and all of the above.", yes=yes)
    done = await service.forget_person(workspace, will_go.person)
    if out.json:
        out.data({"schema": "influtui.forget/1", "dry_run": False, **msgspec.to_builtins(done)})
    else:
        out.say("Forgotten.")
        if done.why_not:
            out.note(f"Not complete yet: {done.why_not}. Close other sessions, then run `influtui doctor`.")
    return 0 if done.complete else DONE_IN_PART


def _say(out: Output, will_go: WillGo) -> None:
    if will_go.accounts:
        out.say(f"Accounts: {', '.join(map(safe, will_go.accounts))}")
    counted = (
        (will_go.notes, "note"),
        (will_go.verdicts, "verdict"),
        (will_go.conversations, "conversation"),
        (will_go.messages, "message"),
        (will_go.parcels, "parcel"),
    )
    if parts := [plural(count, noun) for count, noun in counted if count]:
        out.say(f"With them: {', '.join(parts)}")
    if will_go.collaborations:
        out.say(f"What stays without a name: the figures of {plural(will_go.collaborations, 'collaboration')}")
    if will_go.snapshots:
        out.say(f"Replaced by a new one: {plural(will_go.snapshots, 'snapshot')}")
