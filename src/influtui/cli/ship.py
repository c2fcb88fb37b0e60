"""`ship`: recognise tracking numbers, record parcels, say what happened to them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import click

from influtui.cli.frame import DONE_IN_PART, with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.cli.verbs import Noun
from influtui.model.failures import WrongUsage
from influtui.model.parcel_lists import read_line
from influtui.model.shipping import insurance_hint, states
from influtui.model.text import safe
from influtui.model.times import day, minute, rfc3339
from influtui.model.tracking import Detection, carrier_name
from influtui.services.parcel import fulfilment
from influtui.services.parcel.fulfilment import Outcome, Shipment
from influtui.services.workspace import Workspace


@click.group(cls=Noun, no_args_is_help=True)
def ship() -> None:
    """Parcels: recognise numbers offline, record them, follow them."""


@ship.command("detect", no_args_is_help=True)
@click.argument("numbers", nargs=-1, required=True)
@click.option("--text", is_flag=True, help="Look for numbers in prose instead of taking each line for one.")
@click.pass_context
def detect_numbers(context: click.Context, numbers: tuple[str, ...], text: bool) -> int:
    """Say whose numbers these are, and whether they can be right. `-` reads standard input.

    Works offline. A tracking link is as good as its number.
    """
    out: Output = context.obj.out
    lines = _lines(numbers)
    found = list(fulfilment.scan("\n".join(lines))) if text else [fulfilment.detect(line) for line in lines]
    for detection in found:
        if out.json:
            out.data(detection)
    if not out.json:
        out.table(("number", "carrier", "service", "how sure"), [_row(detection) for detection in found])
    return 0 if all(detection.valid for detection in found) else DONE_IN_PART


@ship.command("add", no_args_is_help=True)
@click.argument("words", nargs=-1, required=True, metavar="[REF] NUMBER | -")
@click.option("--carrier", metavar="NAME", help="Whose number it is, where it can be several carriers'; remembered.")
@click.option("--campaign", metavar="CODE", help="The campaign it is for; by default the one in use.")
@click.option("--force", is_flag=True, help="Record a number that does not look right.")
@click.option("--declared", metavar="AMOUNT", help="Declared value; by default what the products are worth.")
@click.option("--cost", metavar="AMOUNT", help="What sending it cost.")
@click.option("--currency", metavar="CODE", help="Of the amounts; by default the campaign's.")
@click.option("--product", "products", multiple=True, metavar="SKU", help="What is in it; may be given several times.")
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and record nothing.")
@with_workspace
async def add(
    workspace: Workspace,
    out: Output,
    words: tuple[str, ...],
    carrier: str | None,
    campaign: str | None,
    force: bool,
    declared: str | None,
    cost: str | None,
    currency: str | None,
    products: tuple[str, ...],
    dry_run: bool,
) -> int:
    """Record a parcel by its tracking number or link, for REF or for nobody yet.

    With `-` a list is read from standard input, a line each: a number with whom it is for (a handle, a REF, a name) in
    any order, or a number alone for the next person of the campaign who waits for a parcel.
    """
    where = workspace.rehearsing() if dry_run else workspace
    if words == ("-",):
        if declared or cost or products:
            raise WrongUsage("amounts and products belong to one parcel", hint="Leave them out when reading a list.")
        outcomes = await fulfilment.add_shipments(where, _lines(words), carrier=carrier, campaign=campaign, force=force)
    else:
        line = read_line(" ".join(words))
        outcome = await fulfilment.add_shipment(
            where,
            line.detection.number or line.detection.input,
            line.who,
            carrier=carrier or line.carrier,
            campaign=campaign,
            force=force,
            declared=await fulfilment.amount(workspace, declared, currency, campaign),
            cost=await fulfilment.amount(workspace, cost, currency, campaign),
            products=products,
        )
        outcomes = [outcome]
    _tell(out, outcomes, dry_run=dry_run)
    return DONE_IN_PART if any(outcome.status == "rejected" for outcome in outcomes) else 0


@ship.command("list", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@with_workspace
async def list_(workspace: Workspace, out: Output, query: tuple[str, ...]) -> None:
    """Parcels, the newest first: `ship list state:in_transit news:5d..`."""
    found = await fulfilment.list_shipments(workspace, " ".join(query))
    none = "No parcel matches." if query else "No parcels yet: `influtui ship add REF NUMBER` records one."
    if not out.listed(found, none, document):
        return
    rows = [
        (
            safe(f"#{each.id}"),
            safe(each.number),
            safe(carrier_name(each.carrier)),
            safe(states()[each.state].says),
            safe(day(each.state_at)),
            safe(each.who or each.ref or "-"),
            safe(each.campaign or "-"),
        )
        for each in found
    ]
    out.table(("id", "number", "carrier", "state", "since", "for", "campaign"), rows, whole=(1, 3), spare=(2, 6, 4))


@ship.command("show")
@click.argument("which", metavar="NUMBER|#ID")
@with_workspace
async def show(workspace: Workspace, out: Output, which: str) -> None:
    """One parcel: where it is, what happened, its carrier's tracking link."""
    detail = await fulfilment.show_shipment(workspace, which)
    shipment = detail.shipment
    if out.json:
        events = [
            {
                "at": rfc3339(each.at),
                "state": each.state,
                "text": each.text,
                "source": each.source,
                "by": each.recorded_by,
            }
            for each in detail.events
        ]
        products = [{"sku": each.sku, "name": each.name, "quantity": each.quantity} for each in detail.products]
        out.data({**document(shipment), "events": events, "products": products})
        return
    service = f" · {shipment.service}" if shipment.service else ""
    out.say(f"#{shipment.id} {shipment.number} · {carrier_name(shipment.carrier)}{service}")
    out.say(f"{states()[shipment.state].says}, since {minute(shipment.state_at)}")
    if shipment.who or shipment.ref:
        campaign = f" · {shipment.campaign}" if shipment.campaign else ""
        out.say(f"for {shipment.who or shipment.ref}{campaign}")
    if not shipment.valid:
        out.say("the number was recorded although it does not look right")
    out.say(shipment.url or "no tracking page is known for this carrier")
    for product in detail.products:
        out.say(f"{product.quantity} x {product.sku} {product.name}")
    money = [f"declared {shipment.declared}"] if shipment.declared else []
    money += [f"cost {shipment.cost}"] if shipment.cost else []
    if money:
        out.say(", ".join(money))
    if detail.insurance:
        out.say(f"insurance: {detail.insurance}")
    for event in detail.events:
        out.say(f"  {minute(event.at)}  {states()[event.state].says}  {event.text or ''}  ({event.recorded_by})")


@ship.command("mark")
@click.argument("which", metavar="NUMBER|#ID")
@click.argument("state", nargs=-1, required=True)
@click.option("--at", metavar="TIME", help="When it happened: 2026-11-20 or 2026-11-20T14:30Z. Default: now.")
@click.option("--note", help="What else is known.")
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and record nothing.")
@with_workspace
async def mark(
    workspace: Workspace,
    out: Output,
    which: str,
    state: tuple[str, ...],
    at: str | None,
    note: str | None,
    dry_run: bool,
) -> None:
    """Record what you know of a parcel, in your words: `ship mark #3 delivered --at 2026-11-20`."""
    shipment = await fulfilment.mark(
        workspace.rehearsing() if dry_run else workspace,
        which,
        " ".join(state),
        at=fulfilment.read_at(at) if at else None,
        text=note,
    )
    if out.json:
        out.data(document(shipment))
        return
    out.say(f"#{shipment.id} {shipment.number}: {states()[shipment.state].says}")
    if dry_run:
        out.note("Nothing was recorded (--dry-run).")


def document(shipment: Shipment) -> dict[str, Any]:
    """A shipment as `influtui.shipment/1`."""
    return {
        "schema": "influtui.shipment/1",
        "id": shipment.id,
        "number": shipment.number,
        "carrier": shipment.carrier,
        "service": shipment.service,
        "valid": shipment.valid,
        "state": shipment.state,
        "stage": states()[shipment.state].stage,
        "state_at": rfc3339(shipment.state_at),
        "delivered_at": rfc3339(shipment.delivered_at),
        "url": shipment.url,
        "declared": shipment.declared.as_json() if shipment.declared else None,
        "cost": shipment.cost.as_json() if shipment.cost else None,
        "insurance": insurance_hint(shipment.carrier, shipment.declared),
        "ref": shipment.ref,
        "name": shipment.who,
        "person": shipment.person,
        "campaign": shipment.campaign,
        "collaboration": shipment.collaboration,
        "created_at": rfc3339(shipment.created_at),
        "updated_at": rfc3339(shipment.updated_at),
    }


def _tell(out: Output, outcomes: Iterable[Outcome], *, dry_run: bool) -> None:
    for outcome in outcomes:
        shipment = outcome.shipment
        if out.json:
            out.data(
                {
                    "schema": "influtui.shipment-add/1",
                    "at": outcome.at,
                    "input": outcome.input,
                    "status": outcome.status,
                    "reason": outcome.reason,
                    "hints": outcome.hints,
                    "shipment": document(shipment) if shipment else None,
                }
            )
        elif shipment is None:
            out.say(f"line {outcome.at} rejected: {outcome.input}: {outcome.reason}")
        else:
            whom = f" for {shipment.who or shipment.ref}" if shipment.who or shipment.ref else ""
            known = " is recorded already" if outcome.status == "known" else ""
            says = states()[shipment.state].says
            out.say(f"#{shipment.id} {carrier_name(shipment.carrier)} {shipment.number}{whom}{known}: {says}")
            out.say(f"   {shipment.url}" if shipment.url else "   no tracking page is known for this carrier")
            for hint in outcome.hints:
                out.note(f"   {hint}")
    if dry_run:
        out.note("Nothing was recorded (--dry-run).")


def _lines(words: tuple[str, ...]) -> list[str]:
    """The arguments, with the lines of standard input where `-` stands. Empty lines say nothing."""
    lines: list[str] = []
    for word in words:
        if word == "-":
            data = sys.stdin.buffer.read().decode("utf-8-sig", "replace")
            lines += [line for line in data.splitlines() if line.strip()]
        else:
            lines.append(word)
    return lines


def _row(detection: Detection) -> tuple[Any, ...]:
    number = safe(detection.number or detection.input)
    if not detection.candidates:
        near = detection.near[0] if detection.near else None
        said = f"not valid: {near.problem}" if near else "not valid: no carrier's numbers look like this"
        return number, safe(carrier_name(near.carrier)) if near else safe("-"), safe("-"), safe(said)
    best = detection.candidates[0]
    others = ", or ".join(carrier_name(each.carrier) for each in detection.candidates[1:])
    said = _sureness(best.confidence) + (f"; or {others}" if others else "")
    return number, safe(carrier_name(best.carrier)), safe(best.service), safe(said)


def _sureness(confidence: float) -> str:
    if confidence >= 0.95:
        return "sure"
    if confidence >= 0.8:
        return "likely"
    return "possible" if confidence >= 0.5 else "maybe: no check digit"
