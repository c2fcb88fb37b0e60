"""All that is made of a message's bytes alone, before anybody knows whose it is: its record, its class, its packed bytes.

It is most of the work of taking mail in, and needs nothing but the bytes, so that a second process can do it
(`mail/second_process.py`): this module is its program. Frames come through standard input and go through standard output,
each a length and MessagePack: first the `Guidance`, then lists of messages, each answered by a list of `Understood`.
"""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from typing import BinaryIO, Final

import msgspec

if sys.platform != "win32":
    import fcntl

from influtui.mail.classification import classify
from influtui.mail.parsing import parse
from influtui.model import records
from influtui.model.incoming import Classification, LocalRule, ParsedMessage
from influtui.store.packing import packed

LENGTH: Final = 4
"""Bytes that say how long a frame is."""
_PIPE: Final = 1024 * 1024
"""Bytes that may lie in a pipe, where the system lets us say so: a batch of answers then waits for nobody to read it."""


class Understood(msgspec.Struct, frozen=True):
    """What was made of a message's bytes."""

    message: ParsedMessage
    found: Classification
    packed: bytes
    """Its bytes, as they are kept."""


class Guidance(msgspec.Struct, frozen=True):
    """What has to be known to class messages."""

    ours: frozenset[str] = frozenset()
    """Our own addresses."""
    corrections: tuple[LocalRule, ...] = ()
    """What people taught, the newest first."""


def understand(raw: bytes, guidance: Guidance) -> Understood:
    """What a message's bytes say."""
    message = parse(raw)
    found = classify(message, ours=guidance.ours, corrections=guidance.corrections)
    return Understood(message, found, packed(raw))


def framed(content: bytes) -> bytes:
    """A frame of `content`."""
    return len(content).to_bytes(LENGTH) + content


def main() -> None:
    """Understand what comes in until nothing does."""
    # Ctrl+C is for whoever started this; it ends with them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    _widen(sink.fileno())
    told = _read(source)
    if told is None:
        return
    guidance = records.from_msgpack(told, Guidance)
    while (asked := _read(source)) is not None:
        answers = [answer_to(raw, guidance) for raw in records.from_msgpack(asked, list[bytes])]
        sink.write(framed(msgspec.msgpack.encode(answers)))
        sink.flush()


def answer_to(raw: bytes, guidance: Guidance) -> msgspec.Raw | None:
    """What a message says, encoded; None where it cannot be told."""
    try:
        return msgspec.Raw(msgspec.msgpack.encode(understand(raw, guidance)))
    except Exception:
        return None


def _widen(pipe: int) -> None:
    """Let more lie in a pipe."""
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _read(source: BinaryIO) -> bytes | None:
    """The next frame, or None at the end."""
    length = source.read(LENGTH)
    content = source.read(int.from_bytes(length))
    return content if len(length) == LENGTH and len(content) == int.from_bytes(length) else None


if __name__ == "__main__":
    main()
