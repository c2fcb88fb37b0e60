"""Brands and their products: made, shown and edited as small records."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from influtui.model import campaigns as model
from influtui.model.campaign_qualifiers import BRANDS, PRODUCTS
from influtui.model.campaigns import Brand, Product
from influtui.model.failures import Failure, NotFound, WrongUsage
from influtui.model.ids import BrandId, ProductId
from influtui.model.nearest import nearest
from influtui.services import asking
from influtui.services.workspace import Workspace
from influtui.store import brands as store
from influtui.store.database import Reader


async def new_brand(workspace: Workspace, name: str, fields: Mapping[str, str]) -> Brand:
    """Make a brand. Raises `Failure` where there is one of that name."""
    brand = model.changed(Brand(name=name.strip(), currency=workspace.settings.currency), {"name": name, **fields})
    async with workspace.change("brand.new", f"made brand {brand.name}") as unit:
        _refuse_taken(brand, await store.all_brands(unit.transaction))
        made = await unit.insert("brands", {**store.brand_columns(brand), "created_at": unit.at})
    return msgspec.structs.replace(brand, id=BrandId(made))


async def brands(workspace: Workspace, query: str = "") -> list[Brand]:
    """The brands that a query asks for."""
    condition, values = await asking.condition(workspace, query, BRANDS, store.BRANDS)
    return await store.matching_brands(workspace.db, condition, values)


async def brand(workspace: Workspace, name: str | None = None) -> Brand:
    """The brand of that name; without a name the only one there is."""
    return await brand_named(workspace.db, name)


async def brand_named(reader: Reader, name: str | None) -> Brand:
    """The brand of that name, in any case; without a name the only one there is."""
    known = await store.all_brands(reader)
    if name is not None:
        for each in known:
            if each.name.casefold() == name.strip().casefold():
                return each
        raise NotFound(f"there is no brand “{name}”", hint=_meant(name, [each.name for each in known], "brand"))
    if len(known) == 1:
        return known[0]
    if not known:
        raise NotFound("there is no brand yet", hint="Make one: `influtui brand new NAME`.")
    raise WrongUsage(
        "there is more than one brand", hint=f"Say which with --brand: {', '.join(each.name for each in known)}."
    )


async def edit_brand(workspace: Workspace, name: str, fields: Mapping[str, str]) -> tuple[Brand, bool]:
    """Change fields of a brand. Returns it, and whether anything was different."""
    async with workspace.change("brand.edit", "edited a brand") as unit:
        before = await brand_named(unit.transaction, name)
        after = model.changed(before, fields)
        _refuse_taken(after, await store.all_brands(unit.transaction))
        different = await unit.update("brands", before.id, store.brand_columns(after))
        unit.summary = f"edited brand {after.name}: {', '.join(sorted(fields))}"
    return after, different


async def new_product(workspace: Workspace, brand_name: str | None, sku: str, fields: Mapping[str, str]) -> Product:
    """Make a product of a brand. Raises `Failure` where the brand has that SKU."""
    async with workspace.change("product.new", "made a product") as unit:
        owner = await brand_named(unit.transaction, brand_name)
        bare = Product(brand=owner.name, sku=sku, name=sku, currency=owner.currency)
        product = model.changed(bare, {"sku": sku, **fields})
        if any(
            each.sku.casefold() == product.sku.casefold() for each in await store.products(unit.transaction, owner.id)
        ):
            raise Failure(f"{owner.name} has a product {product.sku} already", hint="Change it with `product edit`.")
        columns = {**store.product_columns(product), "brand_id": owner.id, "created_at": unit.at}
        made = await unit.insert("products", columns)
        unit.summary = f"made product {product.sku} of {owner.name}"
    return msgspec.structs.replace(product, id=ProductId(made))


async def list_products(workspace: Workspace, query: str = "") -> list[Product]:
    """The products that a query asks for."""
    condition, values = await asking.condition(workspace, query, PRODUCTS, store.PRODUCTS)
    return await store.matching_products(workspace.db, condition, values)


async def products(workspace: Workspace, brand_name: str | None = None) -> list[Product]:
    """The products of a brand, or of all."""
    owner = await brand_named(workspace.db, brand_name) if brand_name is not None else None
    return await store.products(workspace.db, owner.id if owner else None)


async def product(workspace: Workspace, sku: str, brand_name: str | None = None) -> Product:
    """The product of that SKU."""
    return await product_named(workspace.db, sku, brand_name)


async def product_named(reader: Reader, sku: str, brand_name: str | None = None) -> Product:
    """The product of that SKU, in any case; the brand matters only where two have it."""
    owner = await brand_named(reader, brand_name) if brand_name is not None else None
    known = await store.products(reader, owner.id if owner else None)
    found = [each for each in known if each.sku.casefold() == sku.strip().casefold()]
    if not found:
        raise NotFound(f"there is no product “{sku}”", hint=_meant(sku, [each.sku for each in known], "product"))
    if len(found) > 1:
        raise WrongUsage(
            f"{len(found)} brands have a product {sku}",
            hint=f"Say which with --brand: {', '.join(each.brand for each in found)}.",
        )
    return found[0]


async def edit_product(
    workspace: Workspace, sku: str, fields: Mapping[str, str], *, brand_name: str | None = None
) -> tuple[Product, bool]:
    """Change fields of a product. Returns it, and whether anything was different."""
    async with workspace.change("product.edit", "edited a product") as unit:
        before = await product_named(unit.transaction, sku, brand_name)
        after = model.changed(before, fields)
        others = await store.products(unit.transaction, (await brand_named(unit.transaction, before.brand)).id)
        if any(each.sku.casefold() == after.sku.casefold() and each.id != after.id for each in others):
            raise Failure(f"{before.brand} has a product {after.sku} already", hint="Choose another SKU.")
        different = await unit.update("products", before.id, store.product_columns(after))
        unit.summary = f"edited product {after.sku}: {', '.join(sorted(fields))}"
    return after, different


def _refuse_taken(brand: Brand, known: list[Brand]) -> None:
    if any(each.name.casefold() == brand.name.casefold() and each.id != brand.id for each in known):
        raise Failure(f"there is a brand {brand.name} already", hint="Change it with `brand edit`.")


def _meant(word: str, names: list[str], noun: str) -> str:
    by_folded = {name.casefold(): name for name in names}
    close = nearest(word, by_folded)
    meant = f"Did you mean {by_folded[close]}? " if close else ""
    return f"{meant}`influtui {noun} list` shows them."
