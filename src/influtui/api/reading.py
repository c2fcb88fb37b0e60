"""Reading what a platform sends, with the patience that real answers need.

A null is the same as an absent key. A list is read entry by entry, so that an odd one costs only itself and is named. What
is broken in a harmless way (half a surrogate pair, a byte that is not UTF-8) is mended before it is given up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec

from influtui.api.errors import UpstreamChanged
from influtui.api.records import Skipped
from influtui.model import records

T = TypeVar("T")

Number = int | float | str | None
"""A count as platforms send it; `count` makes it a number."""

SHOWN: Final = 100
"""Letters of an entry's name, or of what is wrong with it, as they are told."""
LARGEST: Final = 10**15
"""No count of anything on any platform is larger: beyond it stands something else."""
MILLISECONDS: Final = 10**11
"""Seconds of the epoch stay below this for three thousand years; a larger number counts milliseconds."""

_NAMES: Final = ("handle", "username", "acct", "handle_name", "uri", "url", "permalink", "id", "did")
"""Keys that say which entry it is, the one that says most first."""

_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?![\w@])", re.IGNORECASE | re.ASCII)


def read(body: bytes | msgspec.Raw, kind: type[T], of: str) -> T:
    """A body as `kind`. Raises `UpstreamChanged`, naming whose answer it is (`of`) and the place where it differs."""
    try:
        return records.from_json(body, kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        said = str(error)
    try:
        return records.from_json(_mended(bytes(body)), kind)
    except (ValueError, RecursionError):
        pass  # the first complaint is about what really came
    name = getattr(kind, "__name__", str(kind))
    raise UpstreamChanged(f"an answer of {of} does not look like {name}", path=said)


def read_each(
    entries: Sequence[msgspec.Raw], kind: type[T], what: str = "the account"
) -> tuple[list[T], list[Skipped]]:
    """The entries that are `kind`, and those that are not, each with what is odd about it."""
    found: list[T] = []
    skipped: list[Skipped] = []
    for entry in entries:
        try:
            found.append(read(entry, kind, "?"))
        except UpstreamChanged as error:
            skipped.append(Skipped(_named(entry), f"{what}'s entry cannot be read: {error.path[:SHOWN]}"))
    return found, skipped


def count(sent: Number) -> int | None:
    """A count as a number; None for what is absent, hidden behind -1, or no count at all."""
    if isinstance(sent, str):
        text = sent.strip()
        sent = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST)) else None
    if sent is None or sent != sent or not 0 <= sent <= LARGEST or int(sent) != sent:
        return None
    return int(sent)


def moment(sent: Number) -> datetime | None:
    """A time as platforms write it: ISO 8601 with an offset in any form, or seconds or milliseconds of the epoch.

    None for what is no time, and for one that does not say where it stands.
    """
    if isinstance(sent, str) and not sent.strip().isdecimal():
        try:
            said = datetime.fromisoformat(sent.strip())
        except ValueError:
            return None
        return said if said.tzinfo is not None else None
    seconds = count(sent)
    if not seconds:  # none has a zero who was there in 1970
        return None
    try:
        return datetime.fromtimestamp(seconds / 1000 if seconds > MILLISECONDS else seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def email_in(*texts: str | None) -> str | None:
    """The first address for mail that stands in these texts; none is made of what only looks like one."""
    return next((found[0] for text in texts if text and (found := _EMAIL.search(text))), None)


def _mended(body: bytes) -> bytes:
    """The same JSON without nulls, bytes that are no text, halves of characters, and numbers that are none."""
    known = json.loads(body.decode("utf-8", "replace"), parse_constant=lambda _: None)
    return json.dumps(_without_nulls(known), ensure_ascii=False).encode("utf-8", "replace")


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        # A null among objects is an entry that cannot be read, and is counted as one.
        entries = any(isinstance(each, dict) for each in value)
        return [_without_nulls(each) for each in value if entries or each is not None]
    return value


def _named(entry: msgspec.Raw) -> str:
    try:
        known = json.loads(bytes(entry))
    except (ValueError, RecursionError):
        return "?"
    values = [known.get(name) for name in _NAMES] if isinstance(known, dict) else []
    return next((str(each)[:SHOWN] for each in values if isinstance(each, str | int) and str(each)), "?")
