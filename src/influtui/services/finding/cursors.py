"""Where a page of a search ended, as one opaque word: what `--after` takes."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from influtui.model import records
from influtui.model.failures import WrongUsage
from influtui.store import search as store

if TYPE_CHECKING:
    from influtui.services.finding.search import Asked


def cursor(asked: Asked, key: tuple[Any, ...]) -> str:
    """An opaque place in the answer to one question."""
    document = msgspec.json.encode([_mark(asked), list(key)])
    return base64.urlsafe_b64encode(document).decode().rstrip("=")


def key_of(text: str, asked: Asked) -> list[Any]:
    """The key in a cursor. Raises `WrongUsage` for one that is not ours or belongs to another question."""
    wrong = WrongUsage("--after is not a place in this search", hint="Give it the `next` of the same query and --sort.")
    try:
        document = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        mark, key = records.from_json(document, tuple[str, list[str | int | float | None]])
    except (ValueError, msgspec.DecodeError) as error:
        raise wrong from error
    # As SQLite can hold them, and as many as the order has.
    too_large = any(isinstance(value, int) and abs(value) >= 2**63 for value in key)
    if mark != _mark(asked) or len(key) != len(store.terms(asked.order, asked.query)) or too_large:
        raise wrong
    return key


def _mark(asked: Asked) -> str:
    words = " ".join(asked.text.split())
    return hashlib.blake2s(f"{words}\0{asked.order}".encode(), digest_size=6).hexdigest()
