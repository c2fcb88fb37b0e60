"""What the Discover pane says when it has nobody to show: what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from influtui.tui.render.spans import EMPTY, Line, Span, cell, fit, wrapped

_KEY: Final = 7
_WHAT: Final = 34


def first_run() -> list[Line]:
    """What to do in a workspace without anybody in it."""
    return [
        (Span("Nobody here yet. Most brands begin with a file or with pasted handles:", "strong"),),
        EMPTY,
        _way("I", "import a file", ":creators import FILE"),
        _way("p", "paste handles or profile links", ":creators add LINK"),
        _way("U", "your own followers", ":creators import FILE"),
        _way("D", "ask a platform, no account needed", ":discover bluesky vegan baking"),
        _way("#", "people who use a hashtag", ":discover mastodon hashtag NAME"),
        _way("K", "who takes part at a competitor's", ":discover bluesky engaged @THEM"),
        _way("T", "people who tagged you", ":discover instagram tagged"),
        _way("B", "queries for a search engine", ":search web vegan baking"),
        _way("d", "look around in a made-up world", "influtui demo"),
        EMPTY,
        (Span("A file is a CSV, NDJSON, an account download or another tool's list.", "dim"),),
        (Span("W says where each way is offered, and where not. ? shows the keys.", "dim"),),
    ]


def ways_page(listed: Sequence[tuple[str, str, str]], width: int) -> list[Line]:
    """Every way to find people: its key, what it is, where it is to be had."""
    lines: list[Line] = []
    for key, what, note in listed:
        lines.append((Span(fit(key, _KEY), "key"), Span(what[: width - _KEY], "strong")))
        lines += [(Span(" " * _KEY), *line) for line in wrapped(note, max(20, width - _KEY), "dim")]
    return lines


def nothing_found(query: str, *, rejected: int = 0, like: str | None = None) -> list[Line]:
    """What to do when there are people, and none of them is shown."""
    lines: list[Line] = []
    if like is not None:
        lines += [(Span("Nobody is like ", "strong"), Span(f"@{cell(like)}", "accent")), EMPTY]
    elif query:
        lines += [(Span("Nobody matches ", "strong"), Span(cell(query), "accent")), EMPTY]
    else:
        lines += [(Span("Everybody here is rejected for the campaign in use.", "strong"),), EMPTY]
    if query:
        lines.append(_way("/", "change the search"))
    if rejected:
        lines.append(_way("X", "look among those rejected too"))
    if query or like is not None:
        lines.append(_way("esc", "show everybody"))
    if query:
        lines += [EMPTY, (Span("Unknown values match no qualifier: try with fewer of them.", "dim"),)]
    return lines


def _way(key: str, what: str, line: str = "") -> Line:
    return (
        Span(fit(key, _KEY), "key"),
        Span(fit(what, _WHAT) if line else what),
        Span(f"  {line}" if line else "", "dim"),
    )
