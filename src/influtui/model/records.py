"""Records from documents: the one door to msgspec's typed reading, through which a kind of record is learned by one thread alone.

msgspec learns the types of a record when they are first used, and marks them as learned before it has: a second thread that
is first to use them meanwhile reads what is half there and ends the process (SIGSEGV, seen with msgspec 0.22).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar, overload

import msgspec

T = TypeVar("T")

_LEARNING: Final = threading.RLock()
_learned: Final[set[Any]] = set()


def learn(kind: Any) -> None:
    """Have msgspec learn a kind of record, and those in it, while no other thread does."""
    if kind not in _learned:
        with _LEARNING:
            msgspec.json.Decoder(kind)
            _learned.add(kind)


@overload
def convert(
    document: object, kind: type[T], *, strict: bool = ..., dec_hook: Callable[[type, Any], Any] | None = ...
) -> T: ...
@overload
def convert(
    document: object, kind: Any, *, strict: bool = ..., dec_hook: Callable[[type, Any], Any] | None = ...
) -> Any: ...
def convert(
    document: object, kind: Any, *, strict: bool = True, dec_hook: Callable[[type, Any], Any] | None = None
) -> Any:
    """A record of a kind from plain values. Raises `msgspec.ValidationError` where it is none."""
    learn(kind)
    return msgspec.convert(document, kind, strict=strict, dec_hook=dec_hook)


@overload
def from_json(text: bytes | bytearray | memoryview | str, kind: type[T]) -> T: ...
@overload
def from_json(text: bytes | bytearray | memoryview | str, kind: Any) -> Any: ...
def from_json(text: bytes | bytearray | memoryview | str, kind: Any) -> Any:
    """A record of a kind from JSON. Raises `msgspec.DecodeError`, of which `msgspec.ValidationError` is one."""
    learn(kind)
    return msgspec.json.decode(text, type=kind)


@overload
def from_msgpack(data: bytes, kind: type[T]) -> T: ...
@overload
def from_msgpack(data: bytes, kind: Any) -> Any: ...
def from_msgpack(data: bytes, kind: Any) -> Any:
    """A record of a kind from MessagePack. Raises `msgspec.DecodeError`."""
    learn(kind)
    return msgspec.msgpack.decode(data, type=kind)
