"""The cursor of a search that goes through several lists: who liked each of ten posts, who commented each of five videos.

A cursor is text of at most two thousand letters, and the only thing that is kept between pages. So it carries short marks of
who was handed over already, as far as they find room: who comes twice is taken in once all the same.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import blake2s
from typing import Final

import msgspec

from influtui.api.errors import InvalidInput
from influtui.model import records

LONGEST: Final = 2_000
MARK: Final = 4
"""Letters of a mark: one in sixteen million is taken for another."""


class Walk(msgspec.Struct, frozen=True, omit_defaults=True, rename={"lists": "l", "cursor": "c", "seen": "s"}):
    """Where the search stands: the lists that are not read whole, the first of them from `cursor` on."""

    lists: tuple[str, ...] = ()
    cursor: str | None = None
    """The platform's own, within the first list."""
    seen: str = ""

    @classmethod
    def read(cls, cursor: str | None) -> Walk | None:
        """The walk that a cursor stands for; None before the first page. Raises `InvalidInput` for what is none."""
        try:
            return records.from_json(cursor, cls) if cursor else None
        except msgspec.DecodeError:
            raise InvalidInput("the cursor is not one of ours") from None

    def new(self, names: Iterable[str]) -> list[str]:
        """Those who were not handed over yet, each once."""
        seen = {self.seen[start : start + MARK] for start in range(0, len(self.seen), MARK)}
        return [each for each in dict.fromkeys(names) if _mark(each) not in seen]

    def after(self, handed: Iterable[str], onward: str | None) -> str | None:
        """The cursor when `handed` were handed over; `onward` is the list's own cursor, None at its end. None at the very end."""
        lists = self.lists if onward is not None else self.lists[1:]
        if not lists:
            return None
        bare = Walk(lists, onward)
        marks = self.seen + "".join(map(_mark, handed))
        room = (LONGEST - len(msgspec.json.encode(bare)) - len(',"s":""')) // MARK * MARK
        kept = marks[max(0, len(marks) - max(0, room)) :] if room > 0 else ""
        return msgspec.json.encode(msgspec.structs.replace(bare, seen=kept)).decode()


def _mark(name: str) -> str:
    return urlsafe_b64encode(blake2s(name.encode("utf-8", "replace"), digest_size=3).digest()).decode()
