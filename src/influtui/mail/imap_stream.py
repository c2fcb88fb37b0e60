"""What a server sends, as it was sent: read in large pieces, handed out in lines and literals.

A mailbox comes as tens of thousands of short responses. Those that are here already are handed out without asking
asyncio, whose stream and whose time limit cost as much as all that is done with a response otherwise.
"""

from __future__ import annotations

import asyncio
from typing import Final

from influtui.mail.imap_wire import LINE_LIMIT

PIECE: Final = 256 * 1024
"""Bytes that are read at once."""


class ServerStream:
    """Lines and literals of a connection."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._held = bytearray()
        self.until: float | None = None
        """When waiting for more ends with a `TimeoutError`, by the loop's clock; None is never."""

    @property
    def holds_something(self) -> bool:
        """Whether anything was read that nobody has taken."""
        return bool(self._held)

    async def readuntil(self, separator: bytes = b"\n") -> bytes:
        """Bytes up to and with the separator. Raises `asyncio.LimitOverrunError` where a line has no end."""
        while (end := self._held.find(separator)) < 0:
            if len(self._held) > LINE_LIMIT:
                raise asyncio.LimitOverrunError("a line without end", len(self._held))
            await self._read_more()
        return self._taken(end + len(separator))

    async def readexactly(self, n: int) -> bytes:
        """Exactly so many bytes."""
        while len(self._held) < n:
            await self._read_more()
        return self._taken(n)

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken

    async def _read_more(self) -> None:
        async with asyncio.timeout_at(self.until):
            piece = await self._reader.read(PIECE)
        if not piece:
            raise asyncio.IncompleteReadError(bytes(self._held[:100]), None)
        self._held += piece
