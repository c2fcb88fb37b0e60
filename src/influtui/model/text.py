"""Text that came from outside, and the one function that makes it safe to show.

A bio, a mail subject or a column of a file may carry escape sequences that write to the clipboard, bidirectional
overrides that reorder what a person reads, or ten thousand combining marks. `OutsideText` marks such text in the store
and in records; `SafeText` is what may reach a screen. The two are distinct to the type checker, so a path that skips
`safe` does not type-check. Exports carry `OutsideText` unchanged.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NewType

OutsideText = NewType("OutsideText", str)
"""Text as it came, with everything it carried. Never show it; export it as it is."""

SafeText = NewType("SafeText", str)
"""Text that can be written to a terminal: printable characters only, on one line unless said otherwise."""

MARKS_IN_A_ROW = 4
"""Combining marks kept after one base character. Real orthographies need up to three (Vietnamese, Hebrew with cantillation)."""

# Patterns that few texts need are compiled with their first use, by `re` itself: compiling them all costs milliseconds
# of the app's start.
# C0, DEL and C1 (terminal control), and the separators that some terminals take for line ends.
_CONTROLS = r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"
# Bidi embeddings, overrides, isolates and marks (Unicode Annex 9), made visible instead of dropped: a person should
# see that a name tried to read backwards.
_BIDI = "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
# Invisible characters that hide differences between two handles; ZWJ and ZWNJ stay, scripts and emoji need them.
_INVISIBLE = "[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
_SURROGATES = "[\ud800-\udfff]"
_NEEDS_WORK = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u061c\u064b-\u065f\u0670\u06d6-\u06ed\u0e31-\u0e4e"
    "\u180e\u1ab0-\u1aff\u1dc0-\u1dff\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u20d0-\u20ff\ud800-\udfff"
    "\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_SPACES = " {2,}"
BIDI_SHOWN = "\N{WHITE DIAMOND CONTAINING BLACK SMALL DIAMOND}"
"""Stands in for a bidirectional control, so that its presence can be seen."""


def safe(text: str, *, lines: bool = False) -> SafeText:
    """`text` without anything that could act on a terminal or hide from its reader.

    Control characters become a blank, bidirectional controls a visible mark, invisible characters nothing, and more
    than `MARKS_IN_A_ROW` combining marks after one character are cut. With `lines`, line ends are kept as `\\n`.
    Applying it twice changes nothing.
    """
    if not _NEEDS_WORK.search(text):
        return SafeText(text)
    if lines:
        parts = (
            text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n").split("\n")
        )
        return SafeText("\n".join(_safe_line(part) for part in parts))
    return SafeText(_safe_line(text))


def _safe_line(text: str) -> str:
    text = re.sub(_SURROGATES, "\ufffd", text)
    text = re.sub(_CONTROLS, " ", text)
    text = re.sub(_BIDI, BIDI_SHOWN, text)
    text = re.sub(_INVISIBLE, "", text)
    text = _cut_marks(text)
    return re.sub(_SPACES, " ", text).strip(" ")


def _cut_marks(text: str) -> str:
    kept: list[str] = []
    run = 0
    for char in text:
        if unicodedata.category(char) in ("Mn", "Me"):
            run += 1
            if run > MARKS_IN_A_ROW:
                continue
        else:
            run = 0
        kept.append(char)
    return "".join(kept)


def written(text: str) -> SafeText:
    """One line of text that somebody is writing, as it is drawn: what would act is one visible sign each.

    No character but a mark too many goes away, so that a caret stands where it stands in the text.
    """
    if not _NEEDS_WORK.search(text):
        return SafeText(text)
    return SafeText(_cut_marks(re.sub(f"{_CONTROLS}|{_SURROGATES}", "?", re.sub(_BIDI, BIDI_SHOWN, text))))


def from_outside(text: str) -> OutsideText:
    """`text` as it may be stored: everything but what no database can hold (NUL, lone surrogates)."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not text.isascii():
        try:
            # Encoding is a tenth of the price of looking for what cannot be encoded.
            text.encode()
        except UnicodeEncodeError:
            text = re.sub(_SURROGATES, "\ufffd", text)
    return OutsideText(text)


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 account`, `1,204 accounts`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
