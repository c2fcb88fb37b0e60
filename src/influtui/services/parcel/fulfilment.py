"""Parcels: a number becomes a shipment of somebody's, and a person says what happens to it.

Recognising numbers is `model/tracking.py`'s, the link to a carrier's page its plugin's. The state follows from the
events (`model/shipping.standing`); nobody sets it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from influtui.host.calls import Fault
from influtui.model.campaigns import Campaign, Product
from influtui.model.failures import Conflict, Failure, NotFound, WrongUsage
from influtui.model.ids import CollaborationId, ShipmentId
from influtui.model.money import Money
from influtui.model.nearest import nearest
from influtui.model.parcel_lists import ParcelLine, read_line
from influtui.model.shipment_qualifiers import SHIPMENTS
from influtui.model.shipping import FIRST, ShipmentEvent, insurance_hint, read_state, standing, states
from influtui.model.text import from_outside, plural
from influtui.model.times import Millis, millis
from influtui.model.tracking import Detection, carrier_name, carriers, detect, normalised, recognised, scan
from influtui.services import asking
from influtui.services.campaign.brands import product_named
from influtui.services.campaign.campaigns import chosen
from influtui.services.campaign.collaborations import ensure
from influtui.services.parcel.recipients import Recipient, Recipients
from influtui.services.plugin.plugins import hosted
from influtui.services.workspace import Workspace
from influtui.store import drafts, shipments
from influtui.store.journal import UnitOfWork
from influtui.store.shipments import Packed, Shipment

__all__ = [
    "Outcome", "Packed", "Parcel", "Shipment", "ShipmentDetail", "add_shipment", "add_shipments", "amount", "detect",
    "list_shipments", "mark", "read_at", "scan", "show_shipment",
]  # fmt: skip

BY_HAND: Final = "hand"


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be recorded: a line of a paste, or the words of a command."""

    line: ParcelLine
    at: int = 1
    """Its place in the input, from 1."""
    declared: Money | None = None
    cost: Money | None = None
    products: tuple[str, ...] = ()
    """SKUs; one that is named twice is in it twice."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one parcel."""

    at: int
    input: str
    status: Literal["added", "known", "rejected"]
    shipment: Shipment | None = None
    reason: str | None = None
    """Why it was rejected, and what to do."""
    hints: tuple[str, ...] = ()


class ShipmentDetail(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one parcel."""

    shipment: Shipment
    events: tuple[ShipmentEvent, ...]
    products: tuple[Packed, ...]
    insurance: str | None


class _Read(msgspec.Struct, frozen=True):
    """A number that may be recorded: whose it is, and whether anybody checked."""

    number: str
    carrier: str
    service: str | None
    valid: bool
    choice: str | None = None
    """The key under which a choice between carriers is remembered."""


async def add_shipment(
    workspace: Workspace,
    number: str,
    who: str | None = None,
    *,
    carrier: str | None = None,
    campaign: str | None = None,
    force: bool = False,
    declared: Money | None = None,
    cost: Money | None = None,
    products: Sequence[str] = (),
) -> Outcome:
    """Record one parcel. Raises the failure that a paste would only list."""
    line = ParcelLine(who, detect(number), None)
    parcel = Parcel(line=line, declared=declared, cost=cost, products=tuple(products))
    outcomes = await _add(workspace, [parcel], carrier=carrier, campaign=campaign, force=force, strict=True)
    return outcomes[0]


async def add_shipments(
    workspace: Workspace,
    lines: Sequence[str],
    *,
    carrier: str | None = None,
    campaign: str | None = None,
    force: bool = False,
) -> list[Outcome]:
    """Record a pasted list as one act. A line without a name belongs to the next collaboration that waits for a parcel."""
    parcels = [Parcel(line=read_line(line), at=at) for at, line in enumerate(lines, 1) if line.strip()]
    return await _add(workspace, parcels, carrier=carrier, campaign=campaign, force=force, strict=False)


async def list_shipments(workspace: Workspace, query: str = "") -> list[Shipment]:
    """The shipments that a query asks for, the newest first."""
    condition, values = await asking.everywhere(workspace, query, SHIPMENTS, shipments.SHIPMENTS)
    return await shipments.matching(workspace.db, condition, values)


async def show_shipment(workspace: Workspace, which: str) -> ShipmentDetail:
    """Everything about the parcel that a number or `#id` names."""
    found = await _named(workspace, which)
    return ShipmentDetail(
        shipment=found,
        events=tuple(await shipments.events(workspace.db, found.id)),
        products=tuple(await shipments.packed(workspace.db, found.id)),
        insurance=insurance_hint(found.carrier, found.declared),
    )


async def mark(
    workspace: Workspace, which: str, words: str, *, at: Millis | None = None, text: str | None = None
) -> Shipment:
    """Record what a person knows of a parcel: it was delivered, it came back. `at` is when, by default now."""
    state = read_state(words)
    found = await _named(workspace, which)
    happened = at if at is not None else workspace.clock()
    if happened > workspace.clock():
        raise WrongUsage("what has not happened yet cannot be recorded", hint="--at takes a time that has passed.")
    said = states()[state].says
    async with workspace.change("ship.mark", f"parcel {found.number}: {said}") as unit:
        await _note_event(unit, found.id, happened, state, text, workspace.actor)
        await _settle(unit, found.id)
        marked = await shipments.by_id(unit.transaction, found.id)
    if marked is None:
        raise NotFound(f"shipment #{found.id} is gone", hint="Somebody removed it: `influtui journal`.")
    return marked


async def amount(workspace: Workspace, text: str | None, currency: str | None, campaign: str | None) -> Money | None:
    """An amount as a person writes it, in the currency named, else the campaign's, else the workspace's."""
    if text is None:
        return None
    about = await chosen(workspace, campaign)
    return Money.parse(text, currency or (about.currency if about else workspace.settings.currency))


def read_at(text: str) -> Millis:
    """A time as people write it: `2026-11-20`, `2026-11-20T14:30Z`. Without a zone it is UTC. Raises `WrongUsage`."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise WrongUsage(f"“{text}” is no time", hint="Write it like 2026-11-20 or 2026-11-20T14:30Z.") from None
    return millis(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


async def _add(
    workspace: Workspace,
    parcels: Sequence[Parcel],
    *,
    carrier: str | None,
    campaign: str | None,
    force: bool,
    strict: bool,
) -> list[Outcome]:
    about = await chosen(workspace, campaign)
    recipients = await Recipients.of(workspace.db, about)
    settled: list[tuple[Parcel, _Read, Recipient | None]] = []
    outcomes: dict[int, Outcome] = {}
    for parcel in parcels:
        try:
            pinned = carrier or parcel.line.carrier
            read = await _read(workspace, parcel.line.detection, pinned, force=force)
            known = await _recorded(workspace, read)
            if known is not None and parcel.line.who is None:
                outcomes[parcel.at] = _known(parcel, known)
                continue
            recipient = await recipients.find(parcel.line.who, waiting=not strict)
            if known is not None:
                if recipient is not None and known.person not in (None, recipient.person):
                    raise Conflict(
                        f"{read.number} is recorded already, for {known.ref or known.who}",
                        hint="`influtui undo` if that was wrong.",
                    )
                outcomes[parcel.at] = _known(parcel, known)
                continue
            settled.append((parcel, read, recipient))
        except Failure as failure:
            if strict:
                raise
            reason = " ".join(part for part in (f"{failure.message}.", failure.hint) if part)
            outcomes[parcel.at] = Outcome(
                at=parcel.at, input=parcel.line.detection.input, status="rejected", reason=reason
            )
    if settled:
        links, hints = await _links(workspace, {(read.carrier, read.number) for _, read, _ in settled})
        for outcome in await _write(workspace, settled, about, links, hints):
            outcomes[outcome.at] = outcome
    return [outcomes[at] for at in sorted(outcomes)]


async def _read(workspace: Workspace, detection: Detection, pinned: str | None, *, force: bool) -> _Read:
    if detection.number is None:
        raise WrongUsage(
            f"there is no tracking number in “{detection.input}”", hint="Give the number, or the tracking link."
        )
    if pinned is not None:
        return _read_pinned(detection, pinned.casefold().replace("-", "_"), force=force)
    if not detection.valid:
        near = detection.near[0] if detection.near else None
        if force and near is not None:
            return _Read(detection.number, near.carrier, near.service, False)
        problem = f"{carrier_name(near.carrier)}: {near.problem}" if near else "no carrier's numbers look like this"
        hint = "Check it for a slip; --force records it all the same."
        if near is None:
            hint = "Check it for a slip; --force with --carrier C records it all the same."
        raise WrongUsage(f"{detection.number} is not a valid tracking number ({problem})", hint=hint)
    possible = detection.carriers
    if len(possible) == 1:
        return _certain(detection, possible[0])
    key = f"ship.carrier:{'|'.join(sorted(possible))}"
    remembered = await drafts.get(workspace.db, workspace.actor, key)
    if remembered in possible:
        return _certain(detection, remembered)
    names = ", ".join(possible)
    raise WrongUsage(
        f"{detection.number} can be a number of {names}",
        hint=f"Say which with --carrier {possible[0]}; it is remembered.",
    )


def _read_pinned(detection: Detection, carrier: str, *, force: bool) -> _Read:
    number = detection.number or ""
    if carrier not in carriers():
        close = nearest(carrier, carriers())
        if not force:
            raise WrongUsage(
                f"no number format of “{carrier}” is known",
                hint=f"Did you mean {close}?" if close else "--force records it without a check.",
            )
        return _Read(number, carrier, None, False)
    found = recognised(number, detection.input, among=frozenset({carrier}))
    if not found.valid and not force:
        problem = found.near[0].problem if found.near else f"it does not look like a number of {carrier_name(carrier)}"
        raise WrongUsage(
            f"{number} is not a valid number of {carrier_name(carrier)}: {problem}",
            hint="--force records it all the same.",
        )
    if not found.valid:
        return _Read(number, carrier, None, False)
    possible = sorted(detection.carriers)
    choice = f"ship.carrier:{'|'.join(possible)}" if len(possible) > 1 else None
    return msgspec.structs.replace(_certain(found, carrier), choice=choice)


def _certain(detection: Detection, carrier: str) -> _Read:
    service = next(each.service for each in detection.candidates if each.carrier == carrier)
    return _Read(detection.number or "", carrier, service, True)


async def _recorded(workspace: Workspace, read: _Read) -> Shipment | None:
    for known in await shipments.by_number(workspace.db, read.number):
        if known.carrier == read.carrier:
            return known
    return None


def _known(parcel: Parcel, shipment: Shipment) -> Outcome:
    return Outcome(at=parcel.at, input=parcel.line.detection.input, status="known", shipment=shipment)


async def _links(
    workspace: Workspace, numbers: set[tuple[str, str]]
) -> tuple[dict[tuple[str, str], str | None], dict[str, str]]:
    """The carriers' pages, and by carrier why there is none. A plugin that fails costs its links, never the parcel."""
    links: dict[tuple[str, str], str | None] = {}
    hints: dict[str, str] = {}
    async with hosted(workspace) as host:
        for carrier, number in sorted(numbers):
            try:
                links[carrier, number] = await host.tracking_url(carrier, number)
            except Fault as fault:
                hints[carrier] = f"no tracking link: {fault.message}"
    return links, hints


async def _write(
    workspace: Workspace,
    settled: Sequence[tuple[Parcel, _Read, Recipient | None]],
    about: Campaign | None,
    links: Mapping[tuple[str, str], str | None],
    hints: Mapping[str, str],
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    first = settled[0][1]
    summary = f"recorded {carrier_name(first.carrier)} parcel {first.number}" if len(settled) == 1 else ""
    written: set[tuple[str, str]] = set()
    async with workspace.change("ship.add", summary) as unit:
        for parcel, read, recipient in settled:
            given = parcel.line.detection.input
            if (read.carrier, read.number) in written:
                reason = f"{read.number} stands twice in this list."
                outcomes.append(Outcome(at=parcel.at, input=given, status="rejected", reason=reason))
                continue
            written.add((read.carrier, read.number))
            made = await _insert(
                unit, workspace, parcel, read, recipient, about, links.get((read.carrier, read.number))
            )
            row = await shipments.by_id(unit.transaction, made)
            insurance = insurance_hint(read.carrier, row.declared if row else None)
            told = tuple(hint for hint in (insurance, hints.get(read.carrier)) if hint)
            outcomes.append(Outcome(at=parcel.at, input=given, status="added", shipment=row, hints=told))
        if not summary:
            unit.summary = f"recorded {plural(len(written), 'parcel')}"
    return outcomes


async def _insert(
    unit: UnitOfWork,
    workspace: Workspace,
    parcel: Parcel,
    read: _Read,
    recipient: Recipient | None,
    about: Campaign | None,
    url: str | None,
) -> ShipmentId:
    products = [await product_named(unit.transaction, sku, about.brand if about else None) for sku in parcel.products]
    declared = parcel.declared or _worth(products)
    currency = _currency(declared, parcel.cost)
    collaboration = await _collaboration(unit, recipient, about)
    shipment = ShipmentId(
        await unit.insert(
            "shipments",
            {
                "collaboration_id": collaboration,
                "person_id": recipient.person if recipient else None,
                "carrier": read.carrier,
                "service": read.service,
                "number": read.number,
                "valid": int(read.valid),
                "state": FIRST,
                "state_at": unit.at,
                "url": url,
                "declared_minor": declared.minor if declared else None,
                "cost_minor": parcel.cost.minor if parcel.cost else None,
                "currency": currency,
                "created_at": unit.at,
                "updated_at": unit.at,
            },
        )
    )
    await _note_event(unit, shipment, unit.at, FIRST, "number recorded", workspace.actor)
    for product in {each.id: each for each in products}.values():
        quantity = sum(each.id == product.id for each in products)
        await unit.insert(
            "shipment_products", {"shipment_id": shipment, "product_id": product.id, "quantity": quantity}
        )
    if read.choice is not None:
        await drafts.put(unit.transaction, workspace.actor, read.choice, read.carrier)
    return shipment


async def _collaboration(
    unit: UnitOfWork, recipient: Recipient | None, about: Campaign | None
) -> CollaborationId | None:
    if recipient is None:
        return None
    if recipient.collaboration is not None:
        return recipient.collaboration
    return await ensure(unit, about.id, recipient.person, recipient.creator) if about is not None else None


async def _note_event(unit: UnitOfWork, shipment: int, at: int, state: str, text: str | None, actor: str) -> None:
    await unit.insert(
        "shipment_events",
        {
            "shipment_id": shipment,
            "at": at,
            "state": state,
            "text": from_outside(text) if text else None,
            "source": BY_HAND,
            "recorded_at": unit.at,
            "recorded_by": actor,
        },
    )


async def _settle(unit: UnitOfWork, shipment: int) -> None:
    """Bring a shipment's row in step with its events."""
    now = standing(await shipments.events(unit.transaction, shipment))
    await unit.update(
        "shipments",
        shipment,
        {"state": now.state, "state_at": now.at, "delivered_at": now.delivered_at, "updated_at": unit.at},
    )


async def _named(workspace: Workspace, which: str) -> Shipment:
    text = which.strip()
    if text.startswith("#") and text[1:].isdecimal():
        found = await shipments.by_id(workspace.db, int(text[1:]))
        if found is not None:
            return found
        raise NotFound(f"there is no shipment {text}", hint="`influtui ship list` shows them.")
    numbers = {number for number in (detect(text).number, normalised(text)) if number}
    same = {each.id: each for number in numbers for each in await shipments.by_number(workspace.db, number)}
    if len(same) == 1:
        return next(iter(same.values()))
    if same:
        named = ", ".join(f"#{each.id} ({carrier_name(each.carrier)})" for each in same.values())
        raise WrongUsage(f"two parcels have the number {text}", hint=f"Say which: {named}.")
    raise NotFound(f"there is no shipment “{text}”", hint="`influtui ship list` shows them; a #id names one too.")


def _worth(products: Sequence[Product]) -> Money | None:
    """What the products in a parcel are worth together; None where one has no value, or they have several currencies."""
    values = [product.value for product in products]
    if not values or any(value is None for value in values) or len({value.currency for value in values if value}) > 1:
        return None
    total = Money(0, next(value.currency for value in values if value))
    for value in values:
        if value is not None:
            total += value
    return total


def _currency(declared: Money | None, cost: Money | None) -> str | None:
    if declared is not None and cost is not None and declared.currency != cost.currency:
        raise WrongUsage(
            f"declared in {declared.currency} and paid in {cost.currency}",
            hint="Give both in one currency, with --currency.",
        )
    money = declared or cost
    return money.currency if money else None
