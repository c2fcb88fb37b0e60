"""How far a question to a platform is, and why nobody came where nobody did."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from influtui.tui.render.spans import EMPTY, Line, Look, Span, cell, fit, wrapped

if TYPE_CHECKING:
    from influtui.services.finding.discovery import DiscoverReport
    from influtui.services.finding.quotas import QuotaLeft

_WORDS = 24
"""Letters of what was asked that stand in the title."""


class Standing(NamedTuple):
    """How far a search is."""

    source: str
    query: str
    asked: int
    found: int
    skipped: int
    quota: tuple[QuotaLeft, ...]
    running: bool


def note(at: Standing, look: Look, *, short: bool) -> Line:
    """Asked, found, skipped, quota left."""
    least = min(at.quota, key=lambda each: each.left / max(1, each.limit), default=None)
    left = f"{least.left:,} {cell(least.units)} left" if least is not None else ""
    if short:
        counts = [
            f"{at.found}/{at.asked}",
            f"{at.skipped} skipped" if at.skipped else "",
            f"{least.left:,} left" if least else "",
        ]
        head = str(cell(at.source))
    else:
        counts = [f"asked {at.asked}", f"found {at.found}", f"skipped {at.skipped}", left]
        query = cell(at.query)
        head = f"{cell(at.source)}: {query if len(query) <= _WORDS else fit(query, _WORDS).rstrip()}"
    return (
        Span(f"{head}  ", "accent"),
        Span(f" {look.glyphs.dot} ".join(each for each in counts if each), "text"),
        Span("  esc stops" if at.running else "  esc: all", "key"),
        Span("  "),
    )


def refreshing(done: int, every: int, *, running: bool) -> Line:
    """How many of how many were asked again."""
    if not running:
        return ()
    return (
        Span(f"refreshing {done:,} of {every:,}" if every else "refreshing", "accent"),
        Span("  esc stops", "key"),
        Span("  "),
    )


def failed(source: str, message: str, hint: str | None, width: int) -> list[Line]:
    """Why a source gave nobody, and the next step."""
    lines: list[Line] = [(Span(f"{cell(source)} gave nobody.", "bad"),), EMPTY, *wrapped(cell(message), width)]
    if hint:
        lines += [EMPTY, *wrapped(cell(hint), width, "dim")]
    return [*lines, EMPTY, *_ways_on()]


def nobody(source: str, query: str, report: DiscoverReport | None, width: int) -> list[Line]:
    """That it is under way; or that nobody was found, with what the source says and why others were left out."""
    if report is None:
        return [
            (Span(f"Asking {cell(source)} for ", "strong"), Span(cell(query), "accent")),
            EMPTY,
            (Span("esc", "key"), Span("  stops; who has come until then is kept")),
        ]
    lines: list[Line] = [(Span(f"{cell(source)} found nobody for ", "strong"), Span(cell(query), "accent")), EMPTY]
    for reason, count in Counter(each.reason for each in report.skipped).most_common(4):
        lines += wrapped(f"left out {count}: {cell(reason)}", width, "warn")
    links = [each.ref for each in report.skipped if each.ref.startswith("https://")]
    lines += [line for link in links[:4] for line in wrapped(cell(link), width, "link", indent="  ")]
    if report.problem is not None:
        lines += wrapped(cell(f"{report.problem.message} {report.problem.hint or ''}".strip()), width, "bad")
    for said in (*report.notices, report.note or ""):
        if said:
            lines += wrapped(cell(said), width, "dim")
    return [*lines, EMPTY, *_ways_on()]


def _ways_on() -> list[Line]:
    return [
        (Span(fit("D", 5), "key"), Span("ask again, or another platform")),
        (Span(fit("W", 5), "key"), Span("other ways to find people")),
        (Span(fit("esc", 5), "key"), Span("everybody again")),
    ]
