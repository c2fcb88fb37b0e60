"""`inbox assign`, `done`, `forget`: what becomes of whoever wrote and nobody could place, and of what needs no answer."""

from __future__ import annotations

import click

from influtui.cli.forgetting import forget_whom
from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.model.creators import parse_ref
from influtui.model.failures import WrongUsage
from influtui.model.text import safe
from influtui.services.incoming import assigning
from influtui.services.people import forgetting
from influtui.services.workspace import Workspace


@click.command("assign")
@click.argument("number", metavar="ID", type=int)
@click.argument("ref", metavar="[REF]", required=False)
@click.option("--new", "name", metavar="NAME", help="Make a new person instead: a name, a link, or platform:handle.")
@click.option(
    "--campaign", metavar="CODE", help="Which campaign it is about. Default: the only one that the person is in."
)
@with_workspace
async def assign(
    workspace: Workspace, out: Output, number: int, ref: str | None, name: str | None, campaign: str | None
) -> None:
    """Say whose a conversation is that nobody could tell (is:unmatched), and do what follows from what was said in it.

    \b
    influtui inbox assign 12 instagram:anna
    influtui inbox assign 12 --new "Dana Agent" --campaign SPRING
    """
    if (ref is None) == (name is None):
        raise WrongUsage("say whose it is", hint="Give a REF (instagram:anna), or --new NAME for a new person.")
    if ref is not None:
        row = await assigning.assign(workspace, number, parse_ref(ref), campaign=campaign)
    else:
        row = await assigning.assign_to_new(workspace, number, name or "", campaign=campaign)
    if out.json:
        out.data(row)
    else:
        out.say(f"Conversation {number} is {row.ref or row.name}'s{f', for {row.campaign}' if row.campaign else ''}.")


@click.command("done")
@click.argument("numbers", metavar="ID…", type=int, nargs=-1, required=True)
@with_workspace
async def done(workspace: Workspace, out: Output, numbers: tuple[int, ...]) -> None:
    """Say that conversations need no answer from you. They stay; what comes in later waits for you again.

    \b
    influtui inbox done 12 13
    """
    waited = await assigning.done(workspace, numbers)
    if out.json:
        out.data({"schema": "influtui.inbox_done/1", "conversations": list(numbers), "waited": waited})
    else:
        out.say(f"{waited} no longer wait for you." if waited != 1 else "1 no longer waits for you.")


@click.command("forget")
@click.argument("number", metavar="ID", type=int)
@click.option("--yes", is_flag=True, help="Do not ask. Needed where there is no terminal.")
@click.option("--dry-run", is_flag=True, help="Say what would go, remove nothing.")
@with_workspace
async def forget(workspace: Workspace, out: Output, number: int, yes: bool, dry_run: bool) -> int:
    """Remove whoever wrote and is nobody you know (is:unmatched), with all they wrote; later mail of theirs is not taken in.

    This cannot be undone. Somebody you know is forgotten by `creators forget REF`.
    """
    row = await assigning.unmatched(workspace, number)
    will_go = await forgetting.preview_person(workspace, row.person)
    return await forget_whom(workspace, out, will_go, safe(row.address or "them"), dry_run=dry_run, yes=yes)
