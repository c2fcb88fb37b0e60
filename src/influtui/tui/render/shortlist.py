"""The shortlist beside the count of a list: how full it is, and where the rejected are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from influtui.tui.render.spans import Line, Look, Role, Span

if TYPE_CHECKING:
    from influtui.model.shortlist import Meter


def meter(counts: Meter, look: Look, *, short: bool = False) -> Line:
    """How full the shortlist is against what is wanted, in a few cells; fewer where the screen is narrow."""
    role: Role = "good" if counts.picked >= counts.wanted else "text"
    if short:
        return (Span(f"{look.glyphs.picked} {counts.picked}/{counts.wanted}", role),)
    return (
        Span(f"{look.glyphs.picked} {counts.picked}/{counts.wanted} picked", role),
        Span(f"  {counts.contacted}/{counts.to_contact} contacted", "dim"),
    )


def rejected(people: int, look: Look, *, hidden: bool, short: bool = False) -> Line:
    """Whether those rejected for the campaign are among the rows."""
    state = "hidden" if hidden else "shown"
    words = state if short else f"{people:,} rejected {state}"
    return (Span(f"  {look.glyphs.rejected} {words}", "dim" if hidden else "warn"),)
