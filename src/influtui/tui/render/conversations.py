"""Conversations as rows, and a conversation as it is read: newest last, quoted text folded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from influtui.model.replies import asks_to_stop
from influtui.model.text import safe
from influtui.tui.render.columns import Cell, Column
from influtui.tui.render.numbers import UNKNOWN, age, stamp
from influtui.tui.render.spans import EMPTY, Line, Look, Role, Span, beside, cell, clip, fit, wrapped

if TYPE_CHECKING:
    from influtui.model.messages import Conversation, ConversationRow, Message

_STATES: Final[dict[str, tuple[str, Role]]] = {
    "unknown": ("nobody knows whether it went", "bad"), "failed": ("not sent", "bad"), "in_data": ("being sent", "warn"),
    "deferred": ("the server said: later", "warn"), "queued": ("waiting to be sent", "warn"), "cancelled": ("cancelled", "dim"),
    "sent": ("sent", "dim"), "received": ("", "dim"), "logged": ("noted by hand", "dim"),
}  # fmt: skip
_ATTRIBUTION: Final = re.compile(
    r"^(On .{5,200} wrote:|Am .{5,200} schrieb .{1,200}:|-{2,}\s*Original Message.*|From: .+)$", re.I
)


def _awaiting(row: ConversationRow, look: Look) -> Cell:
    if row.state in ("unknown", "failed"):
        return Cell("!", "bad")
    if row.awaiting == "us":
        return Cell(look.glyphs.back, "accent")
    return Cell(look.glyphs.arrow if row.awaiting == "them" else " ", "dim")


def _who(row: ConversationRow, look: Look) -> Cell:
    return Cell(cell(row.name or row.ref or row.address or UNKNOWN), "strong" if row.awaiting == "us" else "text")


def _last(row: ConversationRow, look: Look) -> Cell:
    said = cell(row.last or "")
    subject = f"{cell(row.subject)} {look.glyphs.dash} " if row.subject else ""
    return Cell(f"{subject}{said}", "dim")


COLUMNS: Final[tuple[Column[ConversationRow], ...]] = (
    Column("awaiting", " ", _awaiting, 2),
    Column("age", "last", lambda row, look: Cell(age(row.last_at, look.now), "dim"), 4, align="right"),
    Column("channel", "by", lambda row, _: Cell("mail" if row.channel == "email" else "DM", "dim"), 4, rank=3),
    Column("campaign", "campaign", lambda row, _: Cell(cell(row.campaign or UNKNOWN), "dim"), 10, 16, rank=2),
    Column("who", "person", _who, 16, 26),
    Column("last", "last message", _last, 16, 80),
)


def detail(conversation: Conversation, width: int, look: Look) -> list[Line]:
    """A conversation, the oldest message first."""
    row = conversation.row
    turn: Line = {
        "us": (Span("waits for us", "accent"),), "them": (Span("waits for them", "dim"),), "nobody": (Span("at rest", "dim"),),
    }[row.awaiting]  # fmt: skip
    lines: list[Line] = [
        beside((Span(cell(row.name or row.ref or row.address or UNKNOWN), "strong"),), turn, width),
        clip(
            (
                Span(cell(row.ref or ""), "accent"),
                Span(f"  {cell(row.campaign or 'no campaign')}  {cell(row.address or '')}", "dim"),
            ),
            width,
        ),
    ]
    if row.subject:
        lines += wrapped(row.subject, width, "heading")
    for message in conversation.messages:
        lines += [EMPTY, *one_message(message, width, look, them=row.name or row.ref)]
    if conversation.draft:
        lines += [EMPTY, (Span("Draft, not sent", "warn"), Span("  r goes on with it", "dim"))]
        lines += wrapped(conversation.draft, width, "dim")
    return lines


def one_message(message: Message, width: int, look: Look, *, them: str | None = None) -> list[Line]:
    """Who wrote, when, what became of it, and the text."""
    ours = message.direction == "out"
    word, role = _STATES.get(message.state, (message.state, "dim"))
    who = "we" if ours else cell(them or message.sender or "they")
    head = (
        Span(f"{look.glyphs.arrow if ours else look.glyphs.back} ", "dim" if ours else "accent"),
        Span(who, "strong"),
    )
    said = (Span(f"{word}  " if word else "", role), Span(stamp(message.at), "dim"))
    lines: list[Line] = [beside(head, said, width)]
    if message.outcome and message.state in ("unknown", "failed", "deferred"):
        lines += wrapped(message.outcome, width, role)
    return lines + _judged(message, width) + body(message.body, width, look)


def _judged(message: Message, width: int) -> list[Line]:
    """What a message of theirs was taken for, and what to be careful about."""
    lines: list[Line] = []
    if message.kind:
        why = f": {message.kind_why}" if message.kind_why else ""
        lines += wrapped(f"{message.kind.replace('_', ' ')}{why}", width, "dim")
    if message.unconfirmed:
        lines += wrapped(f"To confirm, since {message.unconfirmed}:", width, "warn")
        lines += wrapped(f":inbox classify {message.conversation} {message.kind}", width, "key")
    for caution in filter(None, (message.unverified, *message.cautions)):
        lines += wrapped(f"Careful: {caution}", width, "warn")
    for each in message.attachments:
        careful = f" ({each.warning})" if each.warning else ""
        lines += wrapped(f"{each.file_name}, {each.size} bytes{careful}", width, "warn" if careful else "dim")
    return lines


def body(text: str, width: int, look: Look) -> list[Line]:
    """A message's text. Runs of quoted lines are folded to one line that counts them."""
    lines: list[Line] = []
    quoted = 0
    for line in safe(text, lines=True).rstrip("\n").split("\n"):
        if line.startswith(">") or _ATTRIBUTION.match(line):
            quoted += 1
            continue
        if quoted:
            lines.append(_folded(quoted, look))
            quoted = 0
        lines += wrapped(line, width)
    if quoted:
        lines.append(_folded(quoted, look))
    return lines


def _folded(count: int, look: Look) -> Line:
    return (Span(f"{look.glyphs.quote} {count} quoted {'line' if count == 1 else 'lines'}", "dim"),)


def stop_hint(conversation: Conversation, width: int) -> list[Line]:
    """Where the newest answer asks for no more messages: what to do, before anybody writes again."""
    newest = conversation.messages[-1] if conversation.messages else None
    if newest is None or newest.direction != "in" or not asks_to_stop(newest.body):
        return []
    return [
        *wrapped("They ask for no more messages. Nothing is written to them again after", width, "warn"),
        *wrapped(f":suppress add {conversation.row.ref or conversation.row.address or '%'}", width, "key"),
        (),
    ]


def nothing_here(query: str) -> list[Line]:
    """What to do where there are no conversations."""
    if query:
        return [(Span("No conversation matches.", "strong"),), EMPTY, (Span("esc", "key"), Span("  shows all"))]
    return [
        (Span("No conversations yet.", "strong"),),
        EMPTY,
        (Span(fit("2", 6), "key"), Span("Discover: choose somebody, then "), Span("c", "key"), Span(" writes to them")),
        (Span(fit(":", 6), "key"), Span("inbox log-dm REF --text … notes a message from elsewhere")),
    ]
