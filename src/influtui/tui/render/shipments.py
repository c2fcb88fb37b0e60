"""Parcels as rows and details, and what a pasted line was recognised as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from influtui.model.memory import ago
from influtui.model.shipping import states
from influtui.model.times import Millis
from influtui.model.tracking import carrier_name
from influtui.tui.render.columns import Cell, Column
from influtui.tui.render.numbers import UNKNOWN, age, day, stamp
from influtui.tui.render.spans import EMPTY, Line, Look, Role, Span, beside, cell, clip, fit, wrapped

if TYPE_CHECKING:
    from influtui.model.parcel_lists import ParcelLine
    from influtui.model.shipping import ShipmentEvent
    from influtui.services.parcel.fulfilment import Outcome, ShipmentDetail
    from influtui.store.shipments import Shipment

_STAGES: Final[dict[str, Role]] = {"before": "dim", "moving": "text", "stuck": "bad", "ended": "dim"}
_LABEL: Final = 12
_AGED: Final = 5


def state_cell(shipment: Shipment) -> Cell:
    """Where a parcel is, in words; what needs a person is said in the colour of trouble."""
    row = states()[shipment.state]
    return Cell(row.says, "good" if shipment.state == "delivered" else _STAGES[row.stage])


def parcel_line(shipment: Shipment, look: Look) -> Line:
    """A parcel in a line of somebody's detail."""
    shown = state_cell(shipment)
    since = age(shipment.state_at or shipment.updated_at, look.now)
    return (
        Span(f"{carrier_name(shipment.carrier)} {cell(shipment.number)}  "),
        Span(shown.text, shown.role),
        Span(f"  {since}", "dim"),
    )


def _stuck(shipment: Shipment, look: Look) -> Cell:
    return Cell("!" if states()[shipment.state].stage == "stuck" else " ", "bad")


def _who(shipment: Shipment, look: Look) -> Cell:
    known = shipment.who or shipment.ref
    return Cell(cell(known)) if known else Cell("nobody yet", "warn")


COLUMNS: Final[tuple[Column[Shipment], ...]] = (
    Column("stuck", " ", _stuck, 1),
    Column("number", "number", lambda s, _: Cell(cell(s.number)), 18, 22),
    Column("carrier", "carrier", lambda s, _: Cell(carrier_name(s.carrier), "dim"), 11, rank=1),
    Column("state", "state", lambda s, _: state_cell(s), 16, 24),
    Column("age", "for", lambda s, look: Cell(age(s.state_at or s.updated_at, look.now), "dim"), 4, align="right"),
    Column("campaign", "campaign", lambda s, _: Cell(cell(s.campaign or UNKNOWN), "dim"), 10, 16, rank=3),
    Column("who", "person", _who, 14, 30),
)  # fmt: skip


def detail(known: ShipmentDetail, width: int, look: Look) -> list[Line]:
    """Everything about one parcel. The link is shown in full: it can be copied where no terminal opens it."""
    parcel = known.shipment
    shown = state_cell(parcel)
    lines: list[Line] = [
        beside((Span(cell(parcel.number), "strong"),), (Span(shown.text, shown.role),), width),
        clip((Span(f"{carrier_name(parcel.carrier)} {cell(parcel.service or '')}".strip(), "dim"),), width),
    ]
    if not parcel.valid:
        lines += wrapped("The check digit does not fit; somebody said to use it anyway.", width, "warn")
    lines.append(EMPTY)
    who = cell(parcel.who or parcel.ref or "nobody yet")
    facts = [
        ("for", f"{who} ({cell(parcel.ref)})" if parcel.ref and parcel.who else who),
        ("campaign", cell(parcel.campaign or UNKNOWN)),
        ("recorded", f"{day(parcel.created_at)}, {ago(Millis(parcel.created_at), Millis(look.now))}"),
        ("delivered", stamp(parcel.delivered_at) if parcel.delivered_at else ""),
        ("declared", str(parcel.declared) if parcel.declared else ""),
        ("cost", str(parcel.cost) if parcel.cost else ""),
        ("holds", ", ".join(f"{each.quantity} {cell(each.sku)}" for each in known.products)),
    ]
    lines += [clip((Span(fit(label, _LABEL), "dim"), Span(text)), width) for label, text in facts if text]
    if parcel.url:
        lines += [EMPTY, (Span("Track it", "heading"), Span("  Y copies the link", "dim"))]
        lines += _link(parcel.url, width)
    else:
        lines += [EMPTY, (Span("No tracking link: no plugin knows this carrier's page.", "dim"),)]
    if known.insurance:
        lines += [EMPTY, *wrapped(known.insurance, width, "warn")]
    lines += [EMPTY, (Span("What happened", "heading"),)]
    for event in reversed(known.events):
        lines += _event(event, width, look)
    return lines


def _event(event: ShipmentEvent, width: int, look: Look) -> list[Line]:
    """What happened, how long ago and by whose word, whole: what a carrier writes may be long."""
    said = states()[event.state].says + (f": {cell(event.text)}" if event.text else "")
    first, *more = wrapped(f"{said}  ({cell(event.source)})", width - _AGED)
    return [(Span(fit(age(event.at, look.now), _AGED), "dim"), *first), *((Span(" " * _AGED), *line) for line in more)]


def _link(url: str, width: int) -> list[Line]:
    """An address in one piece where it fits, else in pieces that can still be read together."""
    shown = cell(url)
    return [(Span(shown[start : start + width], "link"),) for start in range(0, len(shown), width)]


def recognised(lines: Sequence[ParcelLine], look: Look) -> list[Line]:
    """What is made of each pasted line, while it is pasted."""
    good = sum(line.detection.valid for line in lines)
    summary: Line = (Span(f" {good} of {len(lines)} recognised", "good" if good == len(lines) else "warn"),)
    if not lines:
        return [
            (
                Span(
                    " One parcel a line: a tracking number or link, and for whom (@handle or name) where you know it.",
                    "dim",
                ),
            )
        ]
    told: list[Line] = []
    for line in sorted(lines, key=lambda line: line.detection.valid):
        found = line.detection
        who = f"  {look.glyphs.arrow} {cell(line.who)}" if line.who else ""
        if found.valid:
            names = " or ".join(carrier_name(code) for code in found.carriers)
            told.append(
                (
                    Span(f" {look.glyphs.picked} ", "good"),
                    Span(cell(found.number or "")),
                    Span(f"  {names}{who}", "dim"),
                )
            )
        else:
            near = found.near[0] if found.near else None
            why = f"{carrier_name(near.carrier)}: {near.problem}" if near else "no carrier's numbers look like this"
            told.append(
                (
                    Span(f" {look.glyphs.rejected} ", "bad"),
                    Span(fit(cell(found.input), 40).rstrip()),
                    Span(f"  {why}", "warn"),
                )
            )
    return [summary, *told]


def outcomes(done: Sequence[Outcome], width: int, look: Look) -> list[Line]:
    """What became of a pasted list: what was refused first, with the reason and what to do."""
    rejected = [each for each in done if each.status == "rejected"]
    known = [each for each in done if each.status == "known"]
    added = [each for each in done if each.status == "added"]
    lines: list[Line] = [
        (
            Span(f"{len(added)} recorded", "good"),
            Span(f"  {len(known)} known already", "dim"),
            Span(f"  {len(rejected)} refused", "bad" if rejected else "dim"),
        ),
    ]
    if rejected:
        lines += [EMPTY, (Span("Refused", "heading"), Span("  these lines stay in the box: p", "dim"))]
        for reason in dict.fromkeys(each.reason or "" for each in rejected):
            lines += wrapped(reason, width, "text")
            for each in rejected:
                if (each.reason or "") == reason:
                    lines += wrapped(
                        f"{look.glyphs.rejected} line {each.at}: {cell(each.input)}", width, "bad", indent="  "
                    )
    for heading, group in (("Recorded", added), ("Known already", known)):
        if group:
            lines += [EMPTY, (Span(heading, "heading"),)]
        for each in group:
            if each.shipment is not None:
                who = cell(each.shipment.who or each.shipment.ref or "nobody yet")
                lines.append(clip((*parcel_line(each.shipment, look), Span(f"  {look.glyphs.arrow} {who}")), width))
            for hint in each.hints:
                lines += wrapped(hint, width, "warn", indent="  ")
    return lines


def nothing_here(query: str) -> list[Line]:
    """What to do where there are no parcels."""
    if query:
        return [(Span("No parcel matches.", "strong"),), EMPTY, (Span("esc", "key"), Span("  shows all"))]
    return [
        (Span("No parcels yet.", "strong"),),
        EMPTY,
        (Span(fit("p", 6), "key"), Span("paste tracking numbers, as many as you like, one a line")),
        (Span(fit("a", 6), "key"), Span("add one parcel for a person")),
        EMPTY,
        (Span("Numbers are recognised here, without asking anybody.", "dim"),),
    ]
