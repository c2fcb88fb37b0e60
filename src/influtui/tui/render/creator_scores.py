"""Scores as bars: four lines in the detail, and the panel that explains each to its last component."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from influtui.model.creators import sureness
from influtui.model.scoring.records import SURE, rounded
from influtui.model.text import plural
from influtui.tui.render.numbers import UNKNOWN, aged, percent
from influtui.tui.render.spans import EMPTY, Line, Look, Role, Span, cell, clip, fit, wrapped

if TYPE_CHECKING:
    from influtui.model.creators import Creator
    from influtui.model.scoring.engagement import Rate
    from influtui.model.scoring.records import Component, Score
    from influtui.services.people.scoring import Why

KINDS: Final = ("relevance", "authenticity", "reach", "fit")
_LABEL: Final = 15
_BEHIND: Final = 16
"""Cells behind a bar: the value and how sure it is."""
_SIGNAL: Final = 23
SHORT_BAR: Final = 10


def bar(share: float, look: Look, cells: int) -> str:
    """A share from 0 to 1 as a bar. Something is never nothing, and not all is never full."""
    filled = round(max(0.0, min(1.0, share)) * cells)
    if 0 < share < 1:
        filled = max(1, min(cells - 1, filled))
    return look.glyphs.bar * filled + look.glyphs.trough * (cells - filled)


def _cells(width: int) -> int:
    """How long the bar of a score is."""
    return max(6, min(20, width - _LABEL - _BEHIND))


def scores(creator: Creator, width: int, look: Look) -> list[Line]:
    """The stored scores, one line each; one line for all where there is none."""
    values = {kind: getattr(creator, kind) for kind in KINDS}
    if all(value is None for value in values.values()):
        return [
            EMPTY,
            *wrapped(f"Not scored. :creators score #{creator.id} scores it, w explains what is known.", width, "dim"),
        ]
    return [EMPTY, *(_score(kind, value, sureness(creator, kind), width, look) for kind, value in values.items())]


def _score(kind: str, value: float | None, confidence: float | None, width: int, look: Look) -> Line:
    label = Span(fit(kind, _LABEL), "dim")
    if value is None:
        return clip((label, Span(look.glyphs.trough * _cells(width), "dim"), Span(f"{UNKNOWN:>5}", "dim")), width)
    drawn, number, role = _drawn(value, confidence, width, look)
    sure = f"  {confidence:.0%} sure" if confidence is not None else ""
    return clip((label, drawn, Span(number, role), Span(sure, "dim")), width)


def _drawn(value: float, confidence: float | None, width: int, look: Look) -> tuple[Span, str, Role]:
    """The bar and the number of a score: both are dim, and the number has a `~`, where little of it is known."""
    number = rounded(value, confidence)
    unsure = number.startswith("~")
    drawn = Span(bar(value / 100, look, _cells(width)), "dim" if unsure else "accent")
    return drawn, f"{number:>5}", "dim" if unsure else "text"


def why(explained: Why, creator: Creator, width: int, look: Look) -> list[Line]:
    """Every score with its components: bar, points, value, peers, evidence; what is unknown, and what would make it known."""
    ref = f"#{creator.id}"
    about = f" for {cell(explained.campaign)}" if explained.campaign else ""
    lines: list[Line] = [clip((Span("Why ", "heading"), Span(f"{cell(explained.ref)}{about}", "accent")), width)]
    if any(score.value is not None and score.confidence < SURE for score in explained.scores):
        told = "~ before a score: less than half of what it needs is known. It may be right; it is no finding."
        lines += wrapped(told, width, "warn")
    for score in explained.scores:
        lines += [EMPTY, *_explained(score, width, look)]
    if explained.rates:
        lines += [EMPTY, (Span("Engagement of its own posts", "heading"),)]
        lines += [clip(_rate(each), width) for each in explained.rates]
    if explained.campaign is None:
        lines += [EMPTY, *wrapped("Relevance and fit are judged for a campaign: @ chooses one.", width, "warn")]
    missing = [part.signal for score in explained.scores for part in score.components if _unknown(part)]
    if missing:
        names = ", ".join(dict.fromkeys(name.replace("_", " ") for name in missing))
        lines += [
            EMPTY,
            (Span("What is missing", "heading"),),
            *wrapped(f"Unknown: {names}. An unknown signal has no points; it lowers the confidence.", width),
            *wrapped(f":creators add {ref} asks the platform, :creators import FILE reads an export.", width, "dim"),
        ]
    if explained.stored is None:
        lines += [
            EMPTY,
            *wrapped(f"Not stored: :creators score {ref} lets lists show it and order by it.", width, "warn"),
        ]
    elif not explained.stored.up_to_date:
        told = f"What lists show is older than what is known: :creators score {ref} brings it up to date."
        lines += [EMPTY, *wrapped(told, width, "warn")]
    lines += [
        EMPTY,
        *wrapped(f"Model {explained.model}. A score is a prompt to look, never a verdict. w closes.", width, "dim"),
    ]
    return lines


def _rate(each: Rate) -> Line:
    posts = plural(each.posts, "post")
    told = f"  median of {posts}, mean {percent(each.mean)}"
    return (Span(fit(f"  {each.variant}", _LABEL), "dim"), Span(f"{percent(each.median):>7}"), Span(told, "dim"))


def _unknown(part: Component) -> bool:
    return part.value is None and not part.points and part.signal != "start"


def _explained(score: Score, width: int, look: Look) -> list[Line]:
    if score.value is None:
        head: Line = (Span(fit(score.kind, _LABEL), "heading"), Span("unknown: nothing that it needs is known", "dim"))
    else:
        drawn, number, role = _drawn(score.value, score.confidence, width, look)
        unsure = role == "dim"
        head = (
            Span(fit(score.kind, _LABEL), "heading"),
            drawn,
            Span(number, "dim" if unsure else "strong"),
            Span(f"  {score.confidence:.0%} sure", "warn" if unsure else "dim"),
        )
    return [clip(head, width), *(line for part in score.components for line in _component(part, width, look))]


def _component(part: Component, width: int, look: Look) -> list[Line]:
    name = part.signal.replace("_", " ")
    evidence = wrapped(part.evidence, width, "dim", indent="    ")
    if _unknown(part):
        return [clip((Span(fit(f"  {name}", _SIGNAL), "dim"), Span("unknown", "dim")), width), *evidence]
    role: Role = "bad" if part.points < 0 else "accent" if part.points else "dim"
    head: Line = (
        Span(fit(f"  {name}", _SIGNAL)),
        Span(bar(abs(part.points) / 100, look, SHORT_BAR), role),
        Span(f"{part.points:>+7.1f}", role if part.points else "dim"),
        Span("" if part.value is None else f"  {_number(part.value)}", "dim"),
    )
    beside = [
        *([f"peers have {_number(part.peer)}"] if part.peer is not None else []),
        *([f"as of {aged(part.as_of, look.now)}"] if part.as_of is not None else []),
    ]
    told = wrapped(", ".join(beside), width, "dim", indent="    ") if beside else []
    return [clip(head, width), *evidence, *told]


def _number(value: float) -> str:
    """A signal's value: thousands whole, small ones with what matters of them."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"
