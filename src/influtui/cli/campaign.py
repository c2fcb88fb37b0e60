"""`campaign`: made, chosen, shown. Its shortlist and its letters are in modules of their own."""

from __future__ import annotations

from typing import Final

import click

from influtui.cli import documents
from influtui.cli.fields import DRY_RUN, SET, field_options, needed, said
from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.cli.verbs import Verbs
from influtui.model.campaigns import Campaign
from influtui.model.pipeline import pipeline
from influtui.model.text import safe
from influtui.services.campaign import campaigns as service
from influtui.services.workspace import Workspace

VERBS: Final[dict[str, tuple[str, str, str]]] = {
    "new": ("campaign", "new", "Make a campaign."),
    "list": ("campaign", "list_campaigns", "All campaigns."),
    "show": ("campaign", "show", "One campaign: goal, people wanted, budget, dates."),
    "use": ("campaign", "use", "Work on a campaign: every --campaign is this one then."),
    "status": ("campaign", "status", "How far it has come: shortlist, outreach, states, fees."),
    "edit": ("campaign", "edit", "Change fields and products of a campaign."),
    "shortlist": ("shortlist", "shortlist", "Pick people, keep a ranked reserve, reject or put off."),
    "contact": ("contact", "contact", "Write to people from a template."),
    "clone": ("cloning", "clone", "The next campaign: its words, its people, their terms."),
}


@click.group(cls=Verbs, verbs=VERBS, no_args_is_help=True)
def campaign() -> None:
    """Campaigns: what they want, who is picked, how far they have come.

    CAMPAIGN is a code, like SPRING-26; where it may be left out, the campaign in use is meant.
    """


@click.command("new")
@click.argument("name")
@click.option(
    "--code", metavar="CODE", help="Short name for the command line; made from the name where it is not said."
)
@click.option("--brand", metavar="NAME", help="Whose. Not needed where there is only one brand.")
@click.option("--product", "products", multiple=True, metavar="SKU", help="A product it sends; may be repeated.")
@field_options(Campaign, named=False)
@DRY_RUN
@with_workspace
async def new(
    workspace: Workspace,
    out: Output,
    /,
    name: str,
    code: str | None,
    brand: str | None,
    products: tuple[str, ...],
    dry_run: bool,
    **fields: str | None,
) -> None:
    """Make a campaign. The first one is in use at once.

    \b
    influtui campaign new "Spring serum" --goal awareness --wanted 15 \\
        --niche skincare,vegan --regions dach --budget 5000
    """
    acting = workspace.rehearsing() if dry_run else workspace
    made = await service.new_campaign(acting, name, said(fields), brand=brand, code=code, products=products)
    _show(out, made.campaign, in_use=made.in_use and not dry_run)
    if dry_run:
        out.note("Nothing was changed: --dry-run.")
    else:
        out.note(f"Made campaign {made.campaign.code}{', now in use' if made.in_use else ''}.")


@click.command("list", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@with_workspace
async def list_campaigns(workspace: Workspace, out: Output, query: tuple[str, ...]) -> None:
    """Campaigns, running ones first; `*` marks the one in use: `campaign list state:active brand:acme`."""
    found = await service.list_campaigns(workspace, " ".join(query))
    used = await service.in_use(workspace)
    none = "No campaign matches." if query else "No campaign yet: `influtui campaign new NAME --wanted 15` makes one."
    if not out.listed(
        found, none, lambda each: documents.campaign(each, in_use=used is not None and each.id == used.id)
    ):
        return
    rows = []
    for each in found:
        meter = await service.meter(workspace, each.code)
        mark = "*" if used is not None and each.id == used.id else " "
        reached = f"{meter.contacted} of {meter.to_contact}"
        cells = (
            f"{mark} {each.code}",
            each.name,
            each.brand,
            each.state,
            str(meter.picked),
            reached,
            str(meter.posted),
        )
        rows.append((*(safe(cell) for cell in cells), documents.amount(each.budget)))
    out.table(
        ("code", "name", "brand", "state", "picked", "contacted", "posted", "budget"),
        rows,
        right=(4, 5, 6, 7),
        spare=(2,),
    )


@click.command("show")
@click.argument("code", required=False, metavar="[CAMPAIGN]")
@with_workspace
async def show(workspace: Workspace, out: Output, code: str | None) -> None:
    """One campaign, by default the one in use."""
    found = await service.needed(workspace, code)
    used = await service.in_use(workspace)
    _show(out, found, in_use=used is not None and used.id == found.id)


@click.command("use")
@click.argument("code", metavar="CAMPAIGN")
@DRY_RUN
@with_workspace
async def use(workspace: Workspace, out: Output, code: str, dry_run: bool) -> None:
    """Work on a campaign from now on: it is meant wherever none is named."""
    found = await service.use(workspace.rehearsing() if dry_run else workspace, code)
    if out.json:
        out.data(documents.campaign(found, in_use=not dry_run))
        return
    out.say("Nothing was changed: --dry-run." if dry_run else f"Working on {found.code} ({safe(found.name)}).")


@click.command("status")
@click.argument("code", required=False, metavar="[CAMPAIGN]")
@with_workspace
async def status(workspace: Workspace, out: Output, code: str | None) -> None:
    """How far a campaign has come."""
    found = await service.status(workspace, code)
    if out.json:
        out.data(
            {
                "schema": "influtui.campaign_status/1",
                "code": found.campaign.code,
                "state": found.campaign.state,
                "meter": documents.meter(found.meter),
                "states": found.states,
                "budget": documents.money(found.campaign.budget),
                "agreed": documents.money(found.agreed),
                "offered": documents.money(found.offered),
                "over_budget": found.over_budget,
            }
        )
        return
    out.say(f"{found.campaign.code}  {safe(found.campaign.name)}  {found.campaign.state}")
    out.say(found.meter.line())
    out.say(f"wanted {found.meter.wanted} · agreed {found.meter.agreed} · posted {found.meter.posted}")
    out.say(
        f"budget {documents.amount(found.campaign.budget)} · fees agreed {documents.amount(found.agreed)}"
        f" · talked about {documents.amount(found.offered)}"
    )
    if found.states:
        out.say("")
        order = {name: position for position, name in enumerate(pipeline().names)}
        rows = sorted(found.states.items(), key=lambda each: order[each[0]])
        out.table(("state", "people"), [(documents.state(name), safe(str(many))) for name, many in rows], right=(1,))
    if found.meter.warning:
        out.note(f"{found.meter.warning}.")
    if found.over_budget:
        out.note(f"{found.over_budget[0].upper()}{found.over_budget[1:]}.")


@click.command("edit")
@click.argument("code", required=False, metavar="[CAMPAIGN]")
@field_options(Campaign)
@click.option(
    "--add-product", "add_products", multiple=True, metavar="SKU", help="A product it sends; may be repeated."
)
@click.option("--remove-product", "remove_products", multiple=True, metavar="SKU")
@SET
@DRY_RUN
@with_workspace
async def edit(
    workspace: Workspace,
    out: Output,
    /,
    code: str | None,
    add_products: tuple[str, ...],
    remove_products: tuple[str, ...],
    assignments: tuple[str, ...],
    dry_run: bool,
    **fields: str | None,
) -> None:
    """Change fields and products of a campaign; `influtui undo` takes it back.

    \b
    influtui campaign edit SPRING-SERUM --wanted 20 --ends 2027-03-31
    influtui campaign edit --set state=closed
    """
    changes = said(fields, assignments)
    if not (add_products or remove_products):
        needed(changes)
    changed, different = await service.edit_campaign(
        workspace.rehearsing() if dry_run else workspace,
        code,
        changes,
        add_products=add_products,
        remove_products=remove_products,
    )
    used = await service.in_use(workspace)
    _show(out, changed, in_use=used is not None and used.id == changed.id)
    if different:
        out.note("Nothing was changed: --dry-run." if dry_run else "Changed.")
    else:
        out.note("It was like that already.")


def _show(out: Output, record: Campaign, *, in_use: bool) -> None:
    if out.json:
        out.data(documents.campaign(record, in_use=in_use))
        return
    out.say(f"{record.code}  {safe(record.name)}  {record.state}{'  (in use)' if in_use else ''}")
    days = f"{record.starts or '…'} – {record.ends or '…'}" if record.starts or record.ends else "-"
    for name, value in (
        ("brand", safe(record.brand)),
        ("goal", safe(record.goal)),
        ("wanted", safe(f"{record.wanted}, contacting {record.outreach_ratio:g} for each")),
        ("niche", documents.words(record.niche)),
        ("values", documents.words(record.values)),
        ("regions", documents.words(record.regions)),
        ("ships to", documents.words(record.ship_to)),
        ("products", documents.words(record.products)),
        ("budget", documents.amount(record.budget)),
        ("days", safe(days)),
    ):
        out.say(f"  {name:<9} {value}")
