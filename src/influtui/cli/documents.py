"""The records of campaign work as the command line's JSON objects, and figures as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from influtui.model.campaigns import Brand, Campaign, Product
from influtui.model.exclusivity import Exclusivity
from influtui.model.money import Money, decimals
from influtui.model.pipeline import due
from influtui.model.posts import METRICS, Numbers, Post
from influtui.model.shortlist import Meter, Pick
from influtui.model.terms import Terms, slots
from influtui.model.text import SafeText, safe
from influtui.model.times import rfc3339
from influtui.services.campaign.collaborations import Agreement, Collaboration


def money(amount: Money | None) -> dict[str, str] | None:
    """Money in the contract's form; null where it is unknown."""
    return amount.as_json() if amount else None


def brand(record: Brand) -> dict[str, Any]:
    """`influtui.brand/1`."""
    return {"schema": "influtui.brand/1", **msgspec.to_builtins(record)}


def product(record: Product) -> dict[str, Any]:
    """`influtui.product/1`."""
    row: dict[str, Any] = msgspec.to_builtins(record)
    return {"schema": "influtui.product/1", **row, "cost": money(record.cost), "value": money(record.value)}


def campaign(record: Campaign, *, in_use: bool) -> dict[str, Any]:
    """`influtui.campaign/1`."""
    row: dict[str, Any] = msgspec.to_builtins(record)
    return {"schema": "influtui.campaign/1", **row, "budget": money(record.budget), "in_use": in_use}


def meter(record: Meter) -> dict[str, Any]:
    """A campaign's meter, with what is unusual about it."""
    row: dict[str, Any] = msgspec.to_builtins(record)
    return {**row, "warning": record.warning}


def pick(record: Pick, code: str) -> dict[str, Any]:
    """`influtui.pick/1`."""
    row: dict[str, Any] = msgspec.to_builtins(record)
    return {"schema": "influtui.pick/1", **row, "campaign": code, "judged_at": rfc3339(record.judged_at)}


def collaboration(record: Collaboration) -> dict[str, Any]:
    """`influtui.collaboration/1`."""
    row: dict[str, Any] = msgspec.to_builtins(record)
    row.pop("campaign_id")
    by = due(record.state, record.since)
    times = {"since": rfc3339(record.since), "due": rfc3339(by), "created_at": rfc3339(record.created_at)}
    return {"schema": "influtui.collaboration/1", **row, **times}


def exclusivity(record: Exclusivity, ref: str | None) -> dict[str, Any]:
    """`influtui.exclusivity/1`."""
    row: dict[str, Any] = msgspec.to_builtins(record)
    return {"schema": "influtui.exclusivity/1", **row, "ref": ref}


def terms(sheet: Terms, agreement: Agreement | None) -> dict[str, Any]:
    """A term sheet: what was said by slot, what is missing, the agreement in force."""
    said: dict[str, Any] = {}
    for slot in slots():
        term = sheet.get(slot.name)
        if slot.name == "product":
            said[slot.name] = list(sheet.skus) if term and not term.waived else None
        else:
            said[slot.name] = (money(term.fee) if term.fee else term.value) if term else None
    return {
        "terms": said,
        "waived": [term.slot for term in sheet.terms if term.waived],
        "carried": [term.slot for term in sheet.terms if term.carried],
        "settled": len(sheet.settled),
        "missing": list(sheet.missing),
        "agreed": agreement is not None,
        "agreed_at": rfc3339(agreement.agreed_at) if agreement else None,
        "hash": agreement.hash if agreement else None,
    }


def post(record: Post, of: Collaboration | None) -> dict[str, Any]:
    """`influtui.post/1`."""
    return {
        "schema": "influtui.post/1",
        "id": record.id,
        "campaign": of.campaign if of else None,
        "ref": of.ref if of else None,
        "platform": record.platform,
        "handle": record.handle,
        "native_id": record.native_id,
        "url": record.url,
        "posted_at": rfc3339(record.posted_at),
        "recorded_at": rfc3339(record.recorded_at),
        **numbers(record.numbers),
        "as_of": rfc3339(record.snapshots[-1].at) if record.snapshots else None,
        "snapshots": [
            {"at": rfc3339(each.at), "source": each.source, **numbers(each.numbers)} for each in record.snapshots
        ],
    }


def numbers(record: Numbers) -> dict[str, int | None]:
    """What was counted, metric by metric."""
    return {metric: getattr(record, metric) for metric in METRICS}


def count(value: int | None) -> SafeText:
    """A count for people: `38,000`; `-` for unknown."""
    return safe("-" if value is None else f"{value:,}")


def figure(value: float | None, currency: str, *, bound: bool = False, fine: bool = False) -> SafeText:
    """A ratio in money for people, `≥` before a lower bound, two more decimals where `fine`; `-` for undefined."""
    if value is None:
        return safe("-")
    places = decimals(currency) + (2 if fine else 0)
    return safe(f"{'≥' if bound else ''}{value:,.{places}f}")


def amount(value: Money | None, *, bound: bool = False) -> SafeText:
    """Money for people; `-` for unknown."""
    return safe("-" if value is None else f"{'≥' if bound else ''}{value}")


def words(names: Iterable[str]) -> SafeText:
    """A list for people; `-` for none."""
    return safe(", ".join(names) or "-")


def state(name: str | None) -> SafeText:
    """A state for people: `in conversation`."""
    return safe((name or "-").replace("_", " "))
