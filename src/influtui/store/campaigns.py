"""Rows of `campaigns` as records, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from influtui.model.campaigns import Campaign
from influtui.model.creators import split
from influtui.model.ids import CampaignId
from influtui.store.brands import in_major, money, piped
from influtui.store.database import Reader, Row
from influtui.store.filters import Column, Noun

_SELECT: Final = "SELECT k.*, b.name AS brand FROM campaigns k JOIN brands b ON b.id = k.brand_id"

CAMPAIGNS: Final = Noun(
    table="k",
    text=("k.code", "k.name", "b.name"),
    columns={
        "state": Column("k.state"),
        "goal": Column("k.goal"),
        "brand": Column("b.name"),
        "niche": Column("k.niche", is_set=True),
        "wanted": Column("k.wanted"),
        "budget": Column(in_major("k.budget_minor", "k.currency")),
    },
)
"""The noun of `campaign list`."""


def campaign_columns(campaign: Campaign) -> dict[str, Any]:
    """A campaign as columns, without its brand and products."""
    return {
        "code": campaign.code,
        "name": campaign.name,
        "goal": campaign.goal,
        "state": campaign.state,
        "niche": piped(campaign.niche),
        "shared_values": piped(campaign.values),
        "regions": piped(campaign.regions),
        "ship_to": piped(campaign.ship_to),
        "wanted": campaign.wanted,
        "outreach_ratio": campaign.outreach_ratio,
        "currency": campaign.currency,
        "budget_minor": campaign.budget.minor if campaign.budget else None,
        "starts_on": campaign.starts.isoformat() if campaign.starts else None,
        "ends_on": campaign.ends.isoformat() if campaign.ends else None,
    }


async def all_campaigns(reader: Reader) -> list[Campaign]:
    """Every campaign, those that still run first, the newest of them first."""
    rows = await reader.all(f"{_SELECT} ORDER BY k.state = 'closed', k.created_at DESC, k.id DESC")
    return await _campaigns(reader, rows)


async def matching(reader: Reader, condition: str, values: Sequence[Any]) -> list[Campaign]:
    """The campaigns that a condition of `store.filters.where` asks for, in the same order."""
    rows = await reader.all(
        f"{_SELECT} WHERE {condition} ORDER BY k.state = 'closed', k.created_at DESC, k.id DESC", values
    )
    return await _campaigns(reader, rows)


async def by_code(reader: Reader, code: str) -> Campaign | None:
    """The campaign of that code, in any case."""
    rows = await reader.all(f"{_SELECT} WHERE k.code = ?", (code.strip().upper(),))
    return (await _campaigns(reader, rows))[0] if rows else None


async def by_id(reader: Reader, campaign: int) -> Campaign | None:
    """The campaign of that id."""
    rows = await reader.all(f"{_SELECT} WHERE k.id = ?", (campaign,))
    return (await _campaigns(reader, rows))[0] if rows else None


async def product_links(reader: Reader, campaign: CampaignId) -> dict[int, int]:
    """The products of a campaign: product id to the id of the row that links it."""
    rows = await reader.all("SELECT id, product_id FROM campaign_products WHERE campaign_id = ?", (campaign,))
    return {row["product_id"]: row["id"] for row in rows}


async def _campaigns(reader: Reader, rows: Sequence[Row]) -> list[Campaign]:
    skus: dict[int, list[str]] = {}
    if rows:
        marks = ", ".join("?" * len(rows))
        for row in await reader.all(
            "SELECT cp.campaign_id, p.sku FROM campaign_products cp JOIN products p ON p.id = cp.product_id"
            f" WHERE cp.campaign_id IN ({marks}) ORDER BY cp.id",
            [row["id"] for row in rows],
        ):
            skus.setdefault(row["campaign_id"], []).append(row["sku"])
    return [_campaign(row, skus.get(row["id"], [])) for row in rows]


def _campaign(row: Row, skus: Sequence[str]) -> Campaign:
    return Campaign(
        id=CampaignId(row["id"]),
        code=row["code"],
        name=row["name"],
        brand=row["brand"],
        goal=row["goal"],
        state=row["state"],
        niche=split(row["niche"]),
        values=split(row["shared_values"]),
        regions=split(row["regions"]),
        ship_to=split(row["ship_to"]),
        products=tuple(skus),
        wanted=row["wanted"],
        outreach_ratio=row["outreach_ratio"],
        currency=row["currency"],
        budget=money(row["budget_minor"], row["currency"]),
        starts=_day(row["starts_on"]),
        ends=_day(row["ends_on"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
