"""Tell what somebody wrote from what they quoted. Nothing is deleted: the quoted part is folded, and can be opened."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_QUOTED: Final = re.compile(r"^\s*>")
# "On Mon, 3 Jun 2024 at 10:11, Anna <a@b.c> wrote:" and its sisters, on one line or broken over two or three.
_ATTRIBUTION: Final = re.compile(
    r"^\s*(?:On\b.{4,200}\bwrote|Am\b.{4,200}\bschrieb\b.{0,120}|Le\b.{4,200}\ba écrit|El\b.{4,200}\bescribió|"
    r"Il\b.{4,200}\bha scritto|Em\b.{4,200}\bescreveu|Op\b.{4,200}\bschreef\b.{0,120}|Den\b.{4,200}\bskrev\b.{0,120}|"
    r"W dniu\b.{4,200}\bnapisał(?:\(a\)|a)?\b.{0,120})\s*:\s*$",
    re.DOTALL | re.IGNORECASE,
)
_STARTS: Final = re.compile(r"^\s*(?:On|Am|Le|El|Il|Em|Op|Den|W dniu)\s", re.IGNORECASE)
_RULE: Final = re.compile(
    r"^\s*-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Messaggio originale|"
    r"Oorspronkelijk bericht|Forwarded message)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_OUTLOOK: Final = re.compile(r"^\s*(?:From|Von|De|Da|Van|Od)\s*:\s+\S", re.IGNORECASE)
_OUTLOOK_NEXT: Final = re.compile(
    r"^\s*(?:Sent|Date|To|Gesendet|Datum|An|Envoyé|À|Enviado|Para|Inviato|A|Verzonden|Aan|Wysłano|Do)\s*:\s+\S",
    re.IGNORECASE,
)
_LINES_OF_ATTRIBUTION: Final = 3

# The whole of what is written above a quotation, without punctuation: our own footer says the word too.
_STOP: Final = frozenset(
    {
        "stop", "unsubscribe", "remove me", "take me off", "please remove me", "please stop", "stop emailing me",
        "do not contact me", "do not contact me again", "abmelden", "bitte abmelden", "désinscription", "baja", "cancella",
    }
)  # fmt: skip


class Reply(NamedTuple):
    """`written` and `quoted` together are the whole text."""

    written: str
    quoted: str


def folded(text: str) -> Reply:
    """Split a message where its quotation begins: the earliest line after which everything is quoted.

    An answer written between quoted lines is left whole: what follows a quotation may be what matters.
    """
    lines = text.split("\n")
    start = next((at for at in range(len(lines)) if _begins(lines, at)), len(lines))
    if start < len(lines) and _has_answer_inside(lines, start):
        start = len(lines)
    return Reply("\n".join(lines[:start]), "\n".join(lines[start:]) if start < len(lines) else "")


def asks_to_stop(text: str) -> bool:
    """Whether an answer says nothing but that its writer wants no more messages."""
    words = re.sub(r"[^\w\s]", "", folded(text).written.casefold()).split()
    return " ".join(words) in _STOP


def _begins(lines: list[str], at: int) -> bool:
    line = lines[at]
    if _QUOTED.match(line) or _RULE.match(line):
        return True
    if _OUTLOOK.match(line):
        return any(_OUTLOOK_NEXT.match(each) for each in lines[at + 1 : at + 4])
    return bool(_STARTS.match(line)) and _attribution_end(lines, at) is not None


def _attribution_end(lines: list[str], at: int) -> int | None:
    for end in range(at + 1, min(at + _LINES_OF_ATTRIBUTION, len(lines)) + 1):
        if len(" ".join(lines[at:end])) < 600 and _ATTRIBUTION.match(" ".join(lines[at:end])):
            return end
    return None


def _has_answer_inside(lines: list[str], start: int) -> bool:
    """Whether words stand after quoted lines that are marked with `>`: an answer in between."""
    seen_quote = False
    for line in lines[start:]:
        if _QUOTED.match(line):
            seen_quote = True
        elif seen_quote and line.strip():
            return True
    return False
