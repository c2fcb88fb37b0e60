"""Rows of `brands` and `products` as records, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from influtui.model.campaigns import Brand, Product
from influtui.model.creators import split
from influtui.model.currencies import known as currencies
from influtui.model.ids import BrandId, ProductId
from influtui.model.money import Money, decimals
from influtui.store.database import Reader, Row
from influtui.store.filters import Column, Noun

_PRODUCTS: Final = "SELECT p.*, b.name AS brand FROM products p JOIN brands b ON b.id = p.brand_id"

_WHOLE: Final = ", ".join(f"'{code}'" for code in sorted(currencies()) if decimals(code) == 0)
_THOUSANDTHS: Final = ", ".join(f"'{code}'" for code in sorted(currencies()) if decimals(code) == 3)


def in_major(minor: str, currency: str) -> str:
    """An amount as a query speaks of it: whole units, of which not every currency has a hundred parts."""
    parts = (
        f"CASE WHEN {currency} IN ({_WHOLE}) THEN 1.0 WHEN {currency} IN ({_THOUSANDTHS}) THEN 1000.0 ELSE 100.0 END"
    )
    return f"{minor} / ({parts})"


BRANDS: Final = Noun(
    table="brands",
    text=("brands.name",),
    columns={"currency": Column("lower(brands.currency)"), "values": Column("brands.brand_values", is_set=True)},
)
"""The noun of `brand list`."""

PRODUCTS: Final = Noun(
    table="p",
    text=("p.sku", "p.name"),
    columns={
        "brand": Column("b.name"),
        "cost": Column(in_major("p.cost_minor", "p.currency")),
        "value": Column(in_major("p.value_minor", "p.currency")),
    },
)
"""The noun of `product list`."""


def piped(names: Iterable[str]) -> str | None:
    """A small set as the store keeps it, in the case that it has: `|DE|US|`; None for none."""
    kept = sorted(set(names))
    return f"|{'|'.join(kept)}|" if kept else None


def brand_columns(brand: Brand) -> dict[str, Any]:
    """A brand as columns."""
    return {
        "name": brand.name,
        "postal_address": brand.postal_address,
        "currency": brand.currency,
        "ship_to": piped(brand.ship_to),
        "competitors": piped(brand.competitors),
        "own_handles": piped(brand.own_handles),
        "brand_values": piped(brand.values),
    }


def product_columns(product: Product) -> dict[str, Any]:
    """A product as columns, without its brand."""
    return {
        "sku": product.sku,
        "name": product.name,
        "cost_minor": product.cost.minor if product.cost else None,
        "value_minor": product.value.minor if product.value else None,
        "currency": product.currency,
        "url": product.url,
    }


async def all_brands(reader: Reader) -> list[Brand]:
    """Every brand, by name."""
    return [_brand(row) for row in await reader.all("SELECT * FROM brands ORDER BY lower(name), id")]


async def matching_brands(reader: Reader, condition: str, values: Sequence[Any]) -> list[Brand]:
    """The brands that a condition of `store.filters.where` asks for, by name."""
    rows = await reader.all(f"SELECT * FROM brands WHERE {condition} ORDER BY lower(name), id", values)
    return [_brand(row) for row in rows]


async def matching_products(reader: Reader, condition: str, values: Sequence[Any]) -> list[Product]:
    """The products that a condition of `store.filters.where` asks for, by brand and SKU."""
    rows = await reader.all(f"{_PRODUCTS} WHERE {condition} ORDER BY lower(b.name), lower(p.sku), p.id", values)
    return [_product(row) for row in rows]


async def products(reader: Reader, brand: BrandId | None = None) -> list[Product]:
    """The products of a brand, or of all."""
    where, values = ("WHERE p.brand_id = ?", (brand,)) if brand is not None else ("", ())
    rows = await reader.all(f"{_PRODUCTS} {where} ORDER BY lower(b.name), lower(p.sku), p.id", values)
    return [_product(row) for row in rows]


def _brand(row: Row) -> Brand:
    return Brand(
        id=BrandId(row["id"]),
        name=row["name"],
        currency=row["currency"],
        postal_address=row["postal_address"],
        ship_to=split(row["ship_to"]),
        competitors=split(row["competitors"]),
        own_handles=split(row["own_handles"]),
        values=split(row["brand_values"]),
    )


def _product(row: Row) -> Product:
    return Product(
        id=ProductId(row["id"]),
        brand=row["brand"],
        sku=row["sku"],
        name=row["name"],
        cost=money(row["cost_minor"], row["currency"]),
        value=money(row["value_minor"], row["currency"]),
        currency=row["currency"],
        url=row["url"],
    )


def money(minor: int | None, currency: str | None) -> Money | None:
    """An amount of two columns; None where it is unknown."""
    return None if minor is None or currency is None else Money(minor, currency)
