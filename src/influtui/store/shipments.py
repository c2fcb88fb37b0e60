"""Rows of `shipments` with their events and products, and whom a pasted number may belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from influtui.model import records
from influtui.model.creators import handle_key
from influtui.model.ids import CampaignId, CollaborationId, CreatorId, PersonId, ShipmentId
from influtui.model.money import Money
from influtui.model.shipping import STATES, ShipmentEvent, ShipmentState, states
from influtui.model.text import OutsideText
from influtui.store.brands import in_major, money
from influtui.store.database import Reader, Row
from influtui.store.filters import Column, Noun

_SELECT: Final = (
    "SELECT s.*, k.code AS campaign, a.platform, a.handle, coalesce(n.name, a.name) AS who FROM shipments s"
    " LEFT JOIN collaborations l ON l.id = s.collaboration_id LEFT JOIN campaigns k ON k.id = l.campaign_id"
    " LEFT JOIN persons n ON n.id = s.person_id"
    " LEFT JOIN creators a ON a.id = coalesce(l.creator_id,"
    " (SELECT id FROM creators WHERE person_id = s.person_id ORDER BY followers DESC, id LIMIT 1))"
)

_STAGE: Final = (
    "CASE s.state " + " ".join(f"WHEN '{state}' THEN '{states()[state].stage}'" for state in STATES) + " END"
)

SHIPMENTS: Final = Noun(
    table="s",
    text=("s.number", "coalesce(s.service, '')", "coalesce(n.name, a.name, '')", "coalesce(a.handle, '')"),
    columns={
        "state": Column("s.state"),
        "stage": Column(_STAGE),
        "carrier": Column("s.carrier"),
        "campaign": Column("lower(k.code)"),
        "platform": Column("a.platform"),
        "handle": Column("a.handle_key"),
        "declared": Column(in_major("s.declared_minor", "s.currency")),
        "cost": Column(in_major("s.cost_minor", "s.currency")),
        "created_at": Column("s.created_at"),
        "state_at": Column("s.state_at"),
        "delivered_at": Column("s.delivered_at"),
        "id": Column("s.id"),
    },
)
"""Parcels: the noun of `ship list`."""


class Shipment(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel, with whom it is for."""

    id: ShipmentId
    number: str
    carrier: str
    service: str | None
    valid: bool
    """Whether the number fits one of its carrier's formats. False where a person said to use it anyway."""
    state: ShipmentState
    state_at: int | None
    delivered_at: int | None
    url: str | None
    declared: Money | None
    cost: Money | None
    collaboration: CollaborationId | None
    campaign: str | None
    person: PersonId | None
    ref: str | None
    """The account that shows for the person."""
    who: OutsideText | None
    created_at: int
    updated_at: int


class Packed(msgspec.Struct, frozen=True):
    """A product in a parcel."""

    sku: str
    name: str
    quantity: int


class Awaiting(msgspec.Struct, frozen=True):
    """A collaboration that a parcel may be for."""

    collaboration: CollaborationId
    person: PersonId
    creator: CreatorId | None
    ref: str | None
    name: str | None
    parcels: int
    state: str


async def states_of(reader: Reader, collaboration: int) -> list[str]:
    """The states of a collaboration's parcels, the newest first; those called off do not count."""
    rows = await reader.all(
        "SELECT state FROM shipments WHERE collaboration_id = ? AND state <> 'cancelled' ORDER BY id DESC",
        (collaboration,),
    )
    return [row["state"] for row in rows]


async def matching(reader: Reader, condition: str, values: Sequence[Any]) -> list[Shipment]:
    """The shipments that a condition of `store.filters.where` asks for, the newest first."""
    rows = await reader.all(f"{_SELECT} WHERE {condition} ORDER BY s.created_at DESC, s.id DESC", list(values))
    return [_shipment(row) for row in rows]


async def by_id(reader: Reader, shipment: int) -> Shipment | None:
    """One shipment."""
    found = await matching(reader, "s.id = ?", (shipment,))
    return found[0] if found else None


async def by_number(reader: Reader, number: str) -> list[Shipment]:
    """The shipments of that number; two carriers can have given out the same one."""
    return await matching(reader, "s.number = ?", (number,))


async def events(reader: Reader, shipment: int) -> list[ShipmentEvent]:
    """What happened to a parcel, oldest first."""
    rows = await reader.all(
        "SELECT id, at, state, text, source, recorded_by FROM shipment_events WHERE shipment_id = ? ORDER BY at, id",
        (shipment,),
    )
    return [records.convert(dict(row), ShipmentEvent) for row in rows]


async def packed(reader: Reader, shipment: int) -> list[Packed]:
    """The products in a parcel."""
    rows = await reader.all(
        "SELECT p.sku, p.name, q.quantity FROM shipment_products q JOIN products p ON p.id = q.product_id"
        " WHERE q.shipment_id = ? ORDER BY q.id",
        (shipment,),
    )
    return [Packed(row["sku"], row["name"], row["quantity"]) for row in rows]


async def in_campaign(reader: Reader, campaign: CampaignId) -> list[Awaiting]:
    """The collaborations of a campaign in the order in which they began, with how many parcels each has."""
    rows = await reader.all(
        "SELECT l.id, l.person_id, l.state, a.id AS creator, a.platform, a.handle, coalesce(n.name, a.name) AS name,"
        " (SELECT count(*) FROM shipments s WHERE s.collaboration_id = l.id AND s.state <> 'cancelled') AS parcels"
        " FROM collaborations l JOIN persons n ON n.id = l.person_id"
        " LEFT JOIN creators a ON a.id = coalesce(l.creator_id, (SELECT id FROM creators WHERE person_id = l.person_id"
        " ORDER BY followers DESC, id LIMIT 1)) WHERE l.campaign_id = ? ORDER BY l.created_at, l.id",
        (campaign,),
    )
    return [
        Awaiting(
            CollaborationId(row["id"]),
            PersonId(row["person_id"]),
            row["creator"],
            f"{row['platform']}:{row['handle']}" if row["platform"] else None,
            row["name"],
            row["parcels"],
            row["state"],
        )
        for row in rows
    ]


async def accounts_called(reader: Reader, handle: str) -> list[tuple[CreatorId, PersonId, str]]:
    """The accounts of that handle on any platform: id, person, REF."""
    rows = await reader.all(
        "SELECT id, person_id, platform, handle FROM creators WHERE handle_key = ? ORDER BY id", (handle_key(handle),)
    )
    return [(CreatorId(row["id"]), PersonId(row["person_id"]), f"{row['platform']}:{row['handle']}") for row in rows]


def _shipment(row: Row) -> Shipment:
    columns: dict[str, Any] = {
        name: row[name]
        for name in (
            "id", "number", "carrier", "service", "state", "state_at", "delivered_at", "url", "campaign", "who",
            "created_at", "updated_at",
        )
    }  # fmt: skip
    return Shipment(
        valid=bool(row["valid"]),
        declared=money(row["declared_minor"], row["currency"]),
        cost=money(row["cost_minor"], row["currency"]),
        collaboration=row["collaboration_id"],
        person=row["person_id"],
        ref=f"{row['platform']}:{row['handle']}" if row["platform"] else None,
        **columns,
    )
