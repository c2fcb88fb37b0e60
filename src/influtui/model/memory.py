"""What is remembered of a person from earlier work, in one line: `2 campaigns · agreed 180.00 USD · you wrote 12 d ago`."""

from __future__ import annotations

import msgspec

from influtui.model.ids import PersonId
from influtui.model.money import Money
from influtui.model.text import plural
from influtui.model.times import Millis

DAY_MS = 86_400_000


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of the line. What is not known is None or 0 times, and does not show."""

    person: PersonId
    campaigns: int = 0
    finished: int = 0
    agreed: Money | None = None
    """The fee agreed last."""
    asked: Money | None = None
    posts: int = 0
    rejected: int = 0
    wrote_at: Millis | None = None
    heard_at: Millis | None = None
    suppressed: str | None = None
    """Why this person must not be written to."""


def line(memory: Memory, now: Millis) -> str | None:
    """The memory of a person in one line; None where there is nothing to remember."""
    parts: list[str] = []
    if memory.suppressed:
        parts.append(f"do not write: {memory.suppressed.replace('_', ' ')}")
    if memory.campaigns:
        parts.append(plural(memory.campaigns, "campaign"))
    if memory.rejected:
        parts.append(f"rejected {plural(memory.rejected, 'time')}")
    if memory.agreed and memory.asked and memory.agreed != memory.asked:
        parts.append(f"agreed {memory.agreed}, asked {memory.asked}")
    elif memory.agreed:
        parts.append(f"agreed {memory.agreed}")
    elif memory.asked:
        parts.append(f"asked {memory.asked}")
    if memory.posts:
        parts.append(plural(memory.posts, "post"))
    if memory.heard_at is not None and (memory.wrote_at is None or memory.heard_at >= memory.wrote_at):
        parts.append(f"wrote to you {ago(memory.heard_at, now)}")
    elif memory.wrote_at is not None:
        parts.append(f"you wrote {ago(memory.wrote_at, now)}")
    return " · ".join(parts) or None


def ago(at: Millis, now: Millis) -> str:
    """How long ago, in the largest unit that says enough: `today`, `12 d ago`, `5 mo ago`, `2 y ago`."""
    days = max(0, now - at) // DAY_MS
    if days == 0:
        return "today"
    if days < 60:
        return f"{days} d ago"
    return f"{days // 30} mo ago" if days < 730 else f"{days // 365} y ago"
