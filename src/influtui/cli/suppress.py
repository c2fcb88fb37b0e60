"""`suppress`: who must not be written to."""

from __future__ import annotations

from collections.abc import Sequence

import click

from influtui.cli.frame import confirmed, with_workspace
from influtui.cli.output import Output
from influtui.cli.verbs import Noun
from influtui.services.outgoing import suppressing
from influtui.services.outgoing.suppressing import Standing
from influtui.services.workspace import Workspace


@click.group(cls=Noun, no_args_is_help=True)
def suppress() -> None:
    """People who must not be written to. They outlive the person's data, and nothing passes them."""


@suppress.command("add")
@click.argument("who", nargs=-1, required=True, metavar="REF|ADDRESS…")
@click.option(
    "--reason",
    type=click.Choice(["opted_out", "complained", "bounced", "by_hand"]),
    default="opted_out",
    show_default=True,
    help="Why.",
)
@click.option("--dry-run", is_flag=True, help="Say who would be put on the list; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_workspace
async def add(workspace: Workspace, out: Output, who: tuple[str, ...], reason: str, dry_run: bool, yes: bool) -> None:
    """Never write to these people again: all of a person's accounts and addresses, or one address."""
    known = await suppressing.standing(workspace, who)
    if dry_run:
        _show(out, known)
        return
    if any(each.reason is None for each in known):
        confirmed(f"Never write to {', '.join(who[:3])}{' …' if len(who) > 3 else ''} again?", yes=yes)
    _show(out, await suppressing.suppress(workspace, who, reason))  # type: ignore[arg-type]


@suppress.command("check")
@click.argument("who", nargs=-1, required=True, metavar="REF|ADDRESS…")
@with_workspace
async def check(workspace: Workspace, out: Output, who: tuple[str, ...]) -> None:
    """Whether somebody may be written to."""
    _show(out, await suppressing.standing(workspace, who))


def _show(out: Output, found: Sequence[Standing]) -> None:
    for each in found:
        if out.json:
            out.data(each)
        else:
            may = f"not to be written to ({each.reason})" if each.reason else "may be written to"
            told = f"; told about their data {each.told_at[:10]}: {each.basis}; {each.source}" if each.told_at else ""
            out.say(f"{each.who}: {may}{told}")
