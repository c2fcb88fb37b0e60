"""An IMAP server that misbehaves as it is told: for what no well-kept server does, and some in use do."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping

GREETING = b"* OK hello\r\n"
OK = b"{tag} OK done\r\n"
HANG_UP = b""


class HostileImap:
    """`replies` gives what is said to a command, by its verb (`UID FETCH`, else `FETCH`); `HANG_UP` ends the connection.

    A reply may be made of the command's words. What is not named is answered with OK, CAPABILITY with `capabilities`.
    `at_a_time` sends a reply in pieces.
    """

    def __init__(
        self,
        replies: Mapping[str, bytes | Callable[[list[str]], bytes]] | None = None,
        *,
        greeting: bytes = GREETING,
        capabilities: bytes = b"IMAP4rev1 AUTH=PLAIN SASL-IR IDLE",
        at_a_time: int = 1 << 20,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.replies = dict(replies or {})
        self.greeting = greeting
        self.capabilities = capabilities
        self.at_a_time = at_a_time
        self.tls = tls
        self.heard: list[bytes] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> HostileImap:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._say(writer, self.greeting)
            while line := await reader.readline():
                self.heard.append(line.strip())
                tag, _, rest = line.strip().partition(b" ")
                words = rest.decode("latin-1").upper().split()
                verb = " ".join(words[:2]) if words[:1] == ["UID"] else (words or [""])[0]
                reply = self.replies.get(verb)
                if callable(reply):
                    reply = reply(words)
                if reply is None:
                    known = b"* CAPABILITY " + self.capabilities + b"\r\n" if verb == "CAPABILITY" else b""
                    reply = known + OK
                if reply == HANG_UP:
                    break
                await self._say(writer, reply.replace(b"{tag}", tag))
                if verb == "STARTTLS" and self.tls is not None:
                    await writer.start_tls(self.tls)
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _say(self, writer: asyncio.StreamWriter, octets: bytes) -> None:
        for start in range(0, len(octets), self.at_a_time):
            writer.write(octets[start : start + self.at_a_time])
            await writer.drain()
            await asyncio.sleep(0)
