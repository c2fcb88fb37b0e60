"""`brand`: who runs campaigns."""

from __future__ import annotations

import click

from influtui.cli import documents
from influtui.cli.fields import DRY_RUN, SET, field_options, needed, said
from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.cli.verbs import Noun
from influtui.model.campaigns import Brand
from influtui.model.text import safe
from influtui.services.campaign import brands as service
from influtui.services.workspace import Workspace


@click.group("brand", cls=Noun, no_args_is_help=True)
def brand() -> None:
    """Brands: what they stand for, where they ship, who they compete with."""


@brand.command("new")
@click.argument("name")
@field_options(Brand, named=False)
@DRY_RUN
@with_workspace
async def new(workspace: Workspace, out: Output, /, name: str, dry_run: bool, **fields: str | None) -> None:
    """Make a brand.

    \b
    influtui brand new Acme --currency EUR --ship-to DE,AT \\
        --own-handles instagram:acme
    """
    made = await service.new_brand(workspace.rehearsing() if dry_run else workspace, name, said(fields))
    _show(out, made)
    out.note("Nothing was changed: --dry-run." if dry_run else f"Made brand {made.name}.")


@brand.command("list", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@with_workspace
async def list_brands(workspace: Workspace, out: Output, query: tuple[str, ...]) -> None:
    """Brands: `brand list currency:EUR`."""
    found = await service.brands(workspace, " ".join(query))
    none = "No brand matches." if query else "No brand yet: `influtui brand new NAME` makes one."
    if not out.listed(found, none, documents.brand):
        return
    rows = [
        (safe(each.name), safe(each.currency), documents.words(each.ship_to), documents.words(each.own_handles))
        for each in found
    ]
    out.table(("name", "currency", "ships to", "own accounts"), rows)


@brand.command("show")
@click.argument("name", required=False)
@with_workspace
async def show(workspace: Workspace, out: Output, name: str | None) -> None:
    """One brand; the only one there is where no name is given."""
    _show(out, await service.brand(workspace, name))


@brand.command("edit")
@click.argument("brand_name", metavar="NAME")
@field_options(Brand)
@SET
@DRY_RUN
@with_workspace
async def edit(
    workspace: Workspace,
    out: Output,
    /,
    brand_name: str,
    assignments: tuple[str, ...],
    dry_run: bool,
    **fields: str | None,
) -> None:
    """Change fields of a brand; `influtui undo` takes it back.

    \b
    influtui brand edit Acme \\
        --postal-address "Acme, Street 1, 12345 Town, Germany"
    influtui brand edit Acme --set competitors=
    """
    changes = said(fields, assignments)
    needed(changes)
    changed, different = await service.edit_brand(workspace.rehearsing() if dry_run else workspace, brand_name, changes)
    _show(out, changed)
    out.note(_done(different, dry_run))


def _done(different: bool, dry_run: bool) -> str:
    if not different:
        return "It was like that already."
    return "Nothing was changed: --dry-run." if dry_run else "Changed."


def _show(out: Output, record: Brand) -> None:
    if out.json:
        out.data(documents.brand(record))
        return
    out.say(safe(record.name))
    for name, value in (
        ("currency", record.currency),
        ("postal address", record.postal_address or "-"),
        ("ships to", documents.words(record.ship_to)),
        ("own accounts", documents.words(record.own_handles)),
        ("competitors", documents.words(record.competitors)),
        ("values", documents.words(record.values)),
    ):
        out.say(f"  {name:<14}  {safe(value)}")
