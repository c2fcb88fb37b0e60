"""What is text that was pasted, and what of it is kept: pasted text never acts as keys.

The brackets around it are those of bracketed paste (xterm, mode 2004); a terminal without them sends text as if it were typed.
"""

from __future__ import annotations

import re
from typing import Final

from influtui.tui import sequences

BEGINS: Final = "\x1b[200~"
ENDS: Final = "\x1b[201~"
LEAST_CHARACTERS: Final = 16
LEAST_DISTINCT: Final = 6
"""A held key repeats one or two characters; text does not."""


def looks_pasted(text: str) -> bool:
    """Whether one read from the terminal is text rather than keys: lines, or many different characters at once."""
    if "\x1b" in text or any(ord(char) < 32 and char not in "\r\n\t" for char in text):
        return False
    body = text.rstrip("\r\n")
    if ("\r" in body or "\n" in body) and len(body) >= LEAST_DISTINCT:
        return True
    return len(body) >= LEAST_CHARACTERS and len(set(body)) >= LEAST_DISTINCT


def cleaned(text: str) -> str:
    """What was pasted, as text: colours that were copied with it are gone, and nothing in it acts."""
    text = sequences.WHOLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text)


def begun(bracket: str, text: str) -> str:
    """The beginning of a bracket that `text` ends with: the line cut it in two."""
    return next((bracket[:size] for size in range(len(bracket) - 1, 0, -1) if text.endswith(bracket[:size])), "")
