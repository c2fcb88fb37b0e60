"""What platforms answered, as they sent it: kept for a second look, for thirty days and up to a size, then gone.

Not journaled: it is nobody's act, and a copy in the journal would outlast the answer. Forgetting a person removes every
answer that names them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from influtui.model.creators import handle_key
from influtui.model.times import Millis
from influtui.store.database import Reader, Transaction

KEPT_MS: Final = 30 * 86_400_000
"""YouTube's terms allow stored answers for thirty days; the others say nothing longer."""
LARGEST_BYTES: Final = 64 * 1024 * 1024
"""All answers together, compressed."""

_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


class Answer(NamedTuple):
    """One answer of a platform."""

    source: str
    refs: tuple[str, ...]
    at: int
    body: bytes


async def add(transaction: Transaction, answers: Sequence[Answer], *, now: Millis) -> None:
    """Keep answers, and let go of the oldest beyond the bounds."""
    packed = [(each, zlib.compress(each.body, 6)) for each in answers]
    await transaction.many(
        "INSERT INTO raw_bodies (source, refs, at, size, body) VALUES (?, ?, ?, ?, ?)",
        [(each.source, _joined(each.refs), each.at, len(body), body) for each, body in packed],
    )
    await transaction.run("DELETE FROM raw_bodies WHERE at < ?", (now - KEPT_MS,))
    total = await transaction.one("SELECT coalesce(sum(size), 0) AS size FROM raw_bodies")
    excess = (total["size"] if total else 0) - LARGEST_BYTES
    if excess > 0:
        gone: list[int] = []
        for row in await transaction.all("SELECT id, size FROM raw_bodies ORDER BY at, id"):
            if excess <= 0:
                break
            gone.append(row["id"])
            excess -= row["size"]
        await _delete(transaction, gone)


async def about(reader: Reader, platform: str, handle: str) -> list[Answer]:
    """The answers that speak of an account, newest first."""
    rows = await reader.all(
        "SELECT source, refs, at, body FROM raw_bodies WHERE instr(refs, ?) > 0 ORDER BY at DESC, id DESC",
        (f"|{platform}:{handle_key(handle)}|",),
    )
    return [
        Answer(row["source"], tuple(row["refs"].strip("|").split("|")), row["at"], zlib.decompress(row["body"]))
        for row in rows
    ]


async def forget(transaction: Transaction, traces: Sequence[str]) -> int:
    """Remove every answer that holds one of these names or addresses, however it is written. Returns how many."""
    needles = [trace.casefold() for trace in traces]
    if not needles:
        return 0
    gone: list[int] = []
    for row in await transaction.all("SELECT id, refs, body FROM raw_bodies"):
        text = _as_said(zlib.decompress(row["body"])) + row["refs"].casefold()
        if any(needle in text for needle in needles):
            gone.append(row["id"])
    await _delete(transaction, gone)
    return len(gone)


def _as_said(body: bytes) -> str:
    """An answer's text for looking up names in it, with what JSON may write in another way written plainly."""
    text = body.decode("utf-8", "replace")
    if "\\" in text:
        text += _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text.replace("\\/", "/"))
    return text.casefold()


def _joined(refs: Sequence[str]) -> str:
    return f"|{'|'.join(sorted(set(refs)))}|"


async def _delete(transaction: Transaction, ids: Sequence[int]) -> None:
    await transaction.many("DELETE FROM raw_bodies WHERE id = ?", [(id_,) for id_ in ids])
