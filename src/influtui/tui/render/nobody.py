"""What the Discover pane says when it has nobody to show: what to do next."""

from __future__ import annotations

from influtui.model.text import safe
from influtui.tui.render.spans import EMPTY, Line, Look, Span, fit


def first_run(look: Look) -> list[Line]:
    """What to do in a workspace without anybody in it."""

    def key(name: str, text: str) -> Line:
        return (Span(fit(name, 34), "key"), Span(text))

    return [
        (Span("Nobody here yet. Four ways to begin:", "strong"),),
        EMPTY,
        key(":creators import FILE", "a CSV, NDJSON or account download"),
        key("p", "paste handles or profile links"),
        key(":discover bluesky vegan baking", "ask a platform, no account needed"),
        key("q, then: influtui demo", "look around in a made-up workspace"),
        EMPTY,
        (Span("? shows the keys of this place.", "dim"),),
    ]


def nothing_found(query: str, look: Look) -> list[Line]:
    """What to do when a search finds nobody."""
    return [
        (Span("Nobody matches ", "strong"), Span(safe(query), "accent")),
        EMPTY,
        (
            Span("/", "key"),
            Span("  change the search"),
        ),
        (
            Span("esc", "key"),
            Span("  show everybody"),
        ),
        (Span("Unknown values match no qualifier: try with fewer of them.", "dim"),),
    ]
