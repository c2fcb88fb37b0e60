"""`product`: what is sent to creators."""

from __future__ import annotations

import click

from influtui.cli import documents
from influtui.cli.fields import DRY_RUN, SET, field_options, needed, said
from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.cli.verbs import Noun
from influtui.model.campaigns import Product
from influtui.model.text import safe
from influtui.services.campaign import brands as service
from influtui.services.workspace import Workspace

_BRAND = click.option("--brand", metavar="NAME", help="Whose. Not needed where there is only one brand.")


@click.group("product", cls=Noun, no_args_is_help=True)
def product() -> None:
    """Products: what they cost us, and what a parcel declares."""


@product.command("new")
@click.argument("sku")
@click.option("--name", metavar="TEXT", help="Its name; the SKU where it is not said.")
@_BRAND
@field_options(Product, named=False)
@DRY_RUN
@with_workspace
async def new(
    workspace: Workspace, out: Output, /, sku: str, brand: str | None, dry_run: bool, **fields: str | None
) -> None:
    """Make a product.

    \b
    influtui product new SERUM-30 --name "Serum 30 ml" --cost 7.20 --value 39
    """
    made = await service.new_product(workspace.rehearsing() if dry_run else workspace, brand, sku, said(fields))
    _show(out, made)
    out.note("Nothing was changed: --dry-run." if dry_run else f"Made product {made.sku} of {made.brand}.")


@product.command("list", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@with_workspace
async def list_products(workspace: Workspace, out: Output, query: tuple[str, ...]) -> None:
    """Products, by brand and SKU: `product list brand:acme cost:..10`."""
    found = await service.list_products(workspace, " ".join(query))
    none = (
        "No product matches."
        if query
        else "No product yet: `influtui product new SKU --name NAME --cost AMOUNT` makes one."
    )
    if not out.listed(found, none, documents.product):
        return
    rows = [
        (safe(each.brand), safe(each.sku), safe(each.name), documents.amount(each.cost), documents.amount(each.value))
        for each in found
    ]
    out.table(("brand", "sku", "name", "cost", "value"), rows, right=(3, 4))


@product.command("show")
@click.argument("sku")
@_BRAND
@with_workspace
async def show(workspace: Workspace, out: Output, sku: str, brand: str | None) -> None:
    """One product."""
    _show(out, await service.product(workspace, sku, brand))


@product.command("edit")
@click.argument("sku")
@_BRAND
@field_options(Product)
@SET
@DRY_RUN
@with_workspace
async def edit(
    workspace: Workspace,
    out: Output,
    /,
    sku: str,
    brand: str | None,
    assignments: tuple[str, ...],
    dry_run: bool,
    **fields: str | None,
) -> None:
    """Change fields of a product; `influtui undo` takes it back.

    \b
    influtui product edit SERUM-30 --cost 6.90
    influtui product edit SERUM-30 --set sku=SERUM-30ML
    """
    changes = said(fields, assignments)
    needed(changes)
    acting = workspace.rehearsing() if dry_run else workspace
    changed, different = await service.edit_product(acting, sku, changes, brand_name=brand)
    _show(out, changed)
    if different:
        out.note("Nothing was changed: --dry-run." if dry_run else "Changed.")
    else:
        out.note("It was like that already.")


def _show(out: Output, record: Product) -> None:
    if out.json:
        out.data(documents.product(record))
        return
    out.say(f"{safe(record.sku)}  {safe(record.name)}")
    for name, value in (
        ("brand", safe(record.brand)),
        ("cost of goods", documents.amount(record.cost)),
        ("retail value", documents.amount(record.value)),
        ("page", safe(record.url or "-")),
    ):
        out.say(f"  {name:<13}  {value}")
