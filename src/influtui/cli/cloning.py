"""`campaign clone`: the next campaign from one that was run."""

from __future__ import annotations

import click

from influtui.cli import documents
from influtui.cli.fields import DRY_RUN
from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.model.text import plural
from influtui.services.campaign import cloning
from influtui.services.workspace import Workspace


@click.command("clone")
@click.argument("campaign", metavar="CAMPAIGN")
@click.argument("name")
@click.option("--code", metavar="CODE", help="Its code; made from the name where it is not said.")
@click.option(
    "--who",
    type=click.Choice(["picked", "posted", "nobody"]),
    default="picked",
    show_default=True,
    help="Picks and reserve, those of them who posted, or nobody.",
)
@click.option("--no-terms", is_flag=True, help="Leave the terms behind.")
@DRY_RUN
@with_workspace
async def clone(
    workspace: Workspace,
    out: Output,
    campaign: str,
    name: str,
    code: str | None,
    who: cloning.Who,
    no_terms: bool,
    dry_run: bool,
) -> None:
    """Make a campaign like another: its words, products and people, and their terms as they were, without its days.

    \b
    influtui campaign clone SPRING-26 "Summer serum" --who posted
    """
    acting = workspace.rehearsing() if dry_run else workspace
    made = await cloning.clone(acting, campaign, name, new_code=code, who=who, terms=not no_terms)
    if out.json:
        document = documents.campaign(made.campaign, in_use=False)
        counts = {"people": made.people, "with_terms": made.with_terms, "left_out": made.left_out}
        out.data({**document, **counts, "sequences": list(made.sequences), "templates": list(made.templates)})
    else:
        out.say(
            f"{made.campaign.code}: {plural(made.people, 'person', 'people')} from {campaign.upper()},"
            f" {made.with_terms} with their terms as last time. Work on it: `influtui campaign use {made.campaign.code}`."
        )
        if made.left_out:
            out.note(f"Left behind, since they must not be written to: {made.left_out}.")
        for name in made.sequences:
            out.note(
                f"Last time with sequence {name}: `influtui sequence enroll {name} {made.campaign.code} --dry-run`."
            )
        for name in made.templates:
            line = f"influtui campaign contact {made.campaign.code} --template {name} --dry-run"
            out.note(f"Last time from template {name}: `{line}`.")
    if dry_run:
        out.note("Nothing was changed: --dry-run.")
