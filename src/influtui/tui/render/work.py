"""What a campaign has of a person, as lines of the detail; and what is about to be sent to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from influtui.model.terms import slots
from influtui.model.text import plural
from influtui.tui.render.numbers import UNKNOWN, age, compact
from influtui.tui.render.shipments import parcel_line
from influtui.tui.render.spans import EMPTY, Line, Look, Role, Span, cell, clip, fit, wrapped

if TYPE_CHECKING:
    from influtui.model.terms import Terms
    from influtui.services.campaign.collaborations import Detail
    from influtui.services.campaign.results import Result
    from influtui.services.outgoing.outreach import ContactReport, ContactRow
    from influtui.store.shipments import Shipment

_LABEL: Final = 15


def collaboration(
    known: Detail, parcels: Sequence[Shipment], result: Result | None, width: int, look: Look
) -> list[Line]:
    """The collaboration of a person in the campaign in use: state, terms, parcels, posts, cost per mille."""
    about = known.collaboration
    lines: list[Line] = [
        clip(
            (
                Span(f"In {cell(about.campaign)}: ", "heading"),
                Span(about.state.replace("_", " "), "accent"),
                Span(f"  since {age(about.since, look.now)}" if about.since else "", "dim"),
            ),
            width,
        )
    ]
    lines += _terms(known.terms, agreed=known.agreement is not None, width=width)
    for parcel in parcels:
        lines.append(clip((Span(fit("parcel", _LABEL), "dim"), *parcel_line(parcel, look)), width))
    for post in known.posts:
        numbers = post.numbers
        seen = numbers.impressions if numbers.impressions is not None else numbers.views
        word = "impressions" if numbers.impressions is not None else "views"
        counted = f"{compact(seen)} {word}" if seen is not None else "no numbers yet"
        lines.append(
            clip((Span(fit("post", _LABEL), "dim"), Span(f"{counted}  ", "text"), Span(cell(post.url), "link")), width)
        )
    if known.posts:
        lines.append((Span(fit("CPM", _LABEL), "dim"), *_cpm(result)))
    if known.elsewhere:
        lines += wrapped(f"also in {', '.join(known.elsewhere)}", width, "warn")
    return lines


def _cpm(result: Result | None) -> Line:
    if result is None:
        return (Span(UNKNOWN, "dim"),)
    figures, currency = result.figures, result.cost.currency
    value, per = (figures.cpm, "impressions") if figures.cpm is not None else (figures.cpm_views, "views")
    if value is None:
        missing = "no fee is noted" if result.cost.total is None else "nobody has counted impressions"
        return (Span(f"{UNKNOWN}  {missing}", "dim"),)
    least = "" if result.cost.complete else "at least "
    return (Span(f"{least}{value:,.2f} {currency}", "strong"), Span(f" a thousand {per}", "dim"))


def _terms(terms: Terms, *, agreed: bool, width: int) -> list[Line]:
    if not terms.terms:
        return [
            (
                Span(fit("terms", _LABEL), "dim"),
                Span("none noted: ", "dim"),
                Span("e", "key"),
                Span(" notes them", "dim"),
            )
        ]
    lines: list[Line] = []
    labels = {slot.name: slot.label for slot in slots()}
    for term in terms.terms:
        value = "waived" if term.waived else str(term.fee) if term.fee is not None else cell(term.value or "")
        label = fit(labels[term.slot].split(" and ")[0], _LABEL)
        lines.append(clip((Span(label, "dim"), Span(value, "dim" if term.waived else "text")), width))
    missing = ", ".join(labels[name] for name in terms.missing)
    standing: Line = (
        (Span("agreed", "good"),) if agreed else (Span(f"open: {missing}" if missing else "not agreed yet", "warn"),)
    )
    lines.append(clip((Span(fit("", _LABEL)), *standing), width))
    return lines


def terms_form(terms: Terms, *, who: str, campaign: str, agreed: bool) -> str:
    """The sheet of terms as a form to fill in: one line a term."""
    lines = [f"# Terms with {cell(who)} in {campaign}. One line each; “-” waives a term, nothing leaves it open.", ""]
    for slot in slots():
        term = terms.get(slot.name)
        value = ""
        if term is not None:
            value = "-" if term.waived else term.fee.amount if term.fee is not None else cell(term.value or "")
        lines += [f"# {slot.asks}, like: {slot.example}", f"{slot.name}: {value}", ""]
    lines += ["# yes, once both sides have said yes to all of it", f"agreed: {'yes' if agreed else ''}", ""]
    return "\n".join(lines)


def preview(report: ContactReport, width: int, look: Look) -> list[Line]:
    """What would be sent: to whom, who is left out and why, and the first letter as it would be read."""
    letters = [row for row in report.rows if row.state == "would_send"]
    skipped = [row for row in report.rows if row.state == "skipped"]
    how = f"by mail from {cell(report.account or '')}" if report.channel == "email" else "as direct messages, by hand"
    lines: list[Line] = [
        (Span(f"{plural(len(letters), 'letter')} {how}", "strong"), Span(f"  template {cell(report.template)}", "dim")),
        EMPTY,
    ]
    for row in skipped:
        lines += wrapped(
            f"{look.glyphs.rejected} {_who(row)}: {row.reason}." + (f" {row.hint}" if row.hint else ""), width, "warn"
        )
    if skipped:
        lines.append(EMPTY)
    for row in letters:
        lines.append(
            clip(
                (Span(f"{look.glyphs.arrow} ", "good"), Span(_who(row)), Span(f"  {cell(row.recipient or '')}", "dim")),
                width,
            )
        )
    for number, row in enumerate(letters[:3]):
        lines += [EMPTY, (Span(look.glyphs.rule * width, "dim"),)]
        if row.subject:
            lines.append(clip((Span("Subject: ", "dim"), Span(cell(row.subject), "strong")), width))
        lines += wrapped(row.body or "", width)
        if number == 2 and len(letters) > 3:
            lines += [EMPTY, (Span(f"and {len(letters) - 3} more", "dim"),)]
    return lines


def outcome(report: ContactReport, width: int, look: Look) -> list[Line]:
    """How a run ended, person by person, those that need looking at first."""
    order: Mapping[str, int] = {"unknown": 0, "failed": 1, "deferred": 2, "queued": 3, "skipped": 4, "sent": 9}
    lines: list[Line] = []
    for row in sorted(report.rows, key=lambda row: order.get(row.state, 5)):
        role: Role = (
            "good" if row.state == "sent" else "warn" if row.state in ("skipped", "queued", "deferred") else "bad"
        )
        reason = f": {cell(row.reason)}" if row.reason and row.state != "sent" else ""
        hint = f" {cell(row.hint)}" if row.hint else ""
        lines += wrapped(f"{row.state:<10} {_who(row)}{reason}{hint}", width, role)
    return lines


def _who(row: ContactRow) -> str:
    return f"{cell(row.name)} ({cell(row.ref)})" if row.name else cell(row.ref)
