"""How well the words of a query match an account, for `--sort match`: one definition for every back end.

0: the handle is the words. 1: the handle begins with them. 2: the name begins with them. 3: everything else. Only words
and phrases that must hold count, in the order in which they were written.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from influtui.model.query_ast import And, Query, Words

BEYOND: Final = "\U0010ffff"
_JOINTS: Final = ("", ".", "_", "-")


class Sought(NamedTuple):
    """The words that a match is judged by."""

    handles: tuple[str, ...]
    """The words as a handle may join them, folded."""
    name: str
    """The words as a folded name has them."""
    begun: bool
    """Whether the last word is only begun."""

    def name_range(self) -> tuple[str, str]:
        """Folded names followed by a blank, from the first up to the second, begin with the words."""
        if self.begun:
            return self.name, self.name + BEYOND
        return f"{self.name} ", f"{self.name}!"


def sought(query: Query) -> Sought | None:
    """What a match with `query` is judged by; None where the query has no words."""
    parts = query.parts if isinstance(query, And) else (query,)
    found = [part for part in parts if isinstance(part, Words)]
    if not found:
        return None
    words = [word for part in found for word in part.words]
    joints = _JOINTS if len(words) > 1 else ("",)
    return Sought(tuple(joint.join(words) for joint in joints), " ".join(words), found[-1].prefix)
