"""What a command wrote, as lines to scroll through."""

from __future__ import annotations

from influtui.model.text import safe
from influtui.tui.render.spans import Line, Span, wrap


def output_page(out: str, err: str, exit_code: int, width: int) -> list[Line]:
    """Standard output as it is, then what went to standard error, then the exit code where it is not 0."""
    lines: list[Line] = [(Span(part, "text"),) for text in _lines(out) for part in _fold(text, width)]
    if err.strip():
        role = "bad" if exit_code not in (0, 3) else "warn"
        lines += [(), *((Span(part, role),) for text in _lines(err) for part in _fold(text, width))]  # type: ignore[arg-type]
    if exit_code:
        lines += [(), (Span(f"exit code {exit_code}", "dim"),)]
    return lines


def _lines(text: str) -> list[str]:
    """Safe lines with their blanks kept: tables are aligned by them."""
    found = []
    for line in text.rstrip("\n").split("\n"):
        lead = len(line) - len(line.lstrip(" "))
        found.append(" " * lead + "  ".join(safe(part) for part in line.strip(" ").split("  ")))
    return found


def _fold(text: str, width: int) -> list[str]:
    return [text] if len(text) <= width else list(wrap(text, width))
