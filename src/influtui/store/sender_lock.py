"""Who is transmitting right now, told by a lock that ends with its process.

A sender holds the lock shared while it may be inside DATA. Whoever gets it exclusively knows that no sender on this
machine is, so that a message still marked so was interrupted. Senders elsewhere are judged by the clock alone.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

NAME: Final = ".sending"


@asynccontextmanager
async def sending(folder: Path) -> AsyncIterator[None]:
    """Hold the lock shared for the length of a block."""
    handle = _open(folder)
    try:
        # Held exclusively for no longer than one small write; another process cannot wake us, so ask again.
        while not _taken(handle, fcntl.LOCK_SH):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        yield
    finally:
        os.close(handle)


@contextmanager
def nobody_sending(folder: Path) -> Iterator[bool]:
    """Hold the lock exclusively if nobody holds it. Yields whether that was so."""
    handle = _open(folder)
    try:
        yield _taken(handle, fcntl.LOCK_EX)
    finally:
        os.close(handle)


def _open(folder: Path) -> int:
    return os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _taken(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
