"""The nearest of some known names to one that was mistyped."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that `word` was probably meant to be; None where none is close."""
    names = list(known)
    folded = word.casefold()
    close = get_close_matches(folded, names, n=1, cutoff=0.6)
    if close:
        return close[0]
    starting = [name for name in names if folded and name.startswith(folded)]
    return starting[0] if len(starting) == 1 else None
