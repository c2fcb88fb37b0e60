"""A connection to an IMAP server: signing in, sending commands, reading what comes back, being told of new mail.

Our own and asyncio's, because of what a mailbox that is watched all day needs: a wait that can be cancelled, a BYE that
ends it at once, commands sent ahead of their answers (docs/decisions/own-imap-client.md). Which commands make up a use case is
`mail/mailbox.py`'s.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Final

from influtui.mail import imap_wire as wire
from influtui.mail.imap_stream import PIECE, ServerStream
from influtui.mail.imap_wire import Garbled, Response, Status, Token
from influtui.secrets.secret import Secret

PATIENCE: Final = 60.0
"""Seconds for every response."""
READ_AHEAD: Final = 2
"""Commands that are on their way at once: the server reads the next while we work on this one."""
GOODBYE: Final = 2.0
"""Seconds for a good-bye."""


class Refused(Exception):
    """The server said NO or BAD to a command."""

    def __init__(self, status: Status) -> None:
        super().__init__(f"{status.kind} {status.code or ''}")
        self.status = status
        self.number = 0
        """Of several commands (`Imap.each`) the one that was refused, counted from 0."""

    @property
    def code(self) -> str:
        """The code in brackets, in capitals: AUTHENTICATIONFAILED, OVERQUOTA; empty where there is none."""
        return self.status.code or ""

    @property
    def said(self) -> str:
        """The server's own words."""
        return self.status.text.decode("utf-8", "replace")


class HungUp(Exception):
    """The connection is over: the server said BYE (its words), or nothing at all."""

    def __init__(self, said: str = "") -> None:
        super().__init__(said)
        self.said = said


class Imap:
    """An open connection. One task uses it at a time; after `HungUp`, `Garbled` or a timeout it is of no more use."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._stream = ServerStream(reader)
        self._writer = writer
        self._tags = itertools.count(1)
        self.capabilities: frozenset[str] = frozenset()
        self.signed_in = False
        self.alerts: list[str] = []
        """What the server wants a person to read ([ALERT])."""
        self.said: str = ""
        """The words of its greeting."""

    @classmethod
    async def connect(cls, host: str, port: int, context: ssl.SSLContext | None) -> Imap:
        """A connection whose greeting has been read; encrypted from its first byte where a `context` is given."""
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(
                host, port, ssl=context, limit=PIECE, ssl_handshake_timeout=PATIENCE if context else None
            )
        imap = cls(reader, writer)
        try:
            await imap._greet()
        except BaseException:
            await imap.close()
            raise
        return imap

    @property
    def encryption(self) -> str | None:
        """The version of TLS; None without."""
        found = self._writer.get_extra_info("ssl_object")
        return found.version() if isinstance(found, ssl.SSLObject) else None

    async def starttls(self, context: ssl.SSLContext, host: str) -> None:
        """Encrypt from here on. Raises `Garbled` where something was slipped in before the encryption stood."""
        await self.run(b"STARTTLS")
        async with asyncio.timeout(PATIENCE):
            await self._writer.start_tls(context, server_hostname=host)
        # Whatever lies here was said in clear text and would be read as if it were not (response injection).
        with suppress(TimeoutError):
            async with asyncio.timeout(0):
                if self._stream.holds_something or await self._reader.read(1):
                    raise Garbled("something was slipped in before the encryption stood")
        await self.ask_capabilities()

    async def sign_in(self, user: str, secret: Secret, *, by_token: bool) -> None:
        """Sign in with a password or an access token. Raises `Refused`, or `Garbled` where there is no way to."""
        offered = self.capabilities
        if by_token:
            if not self.can("AUTH=XOAUTH2"):
                raise Garbled("the server takes no access tokens (XOAUTH2)")
            await self._authenticate(b"XOAUTH2", f"user={user}\x01auth=Bearer {secret.reveal()}\x01\x01")
        elif self.can("AUTH=PLAIN"):
            await self._authenticate(b"PLAIN", f"\0{user}\0{secret.reveal()}")
        elif self.can("LOGINDISABLED"):
            raise Garbled("the server takes no password over this connection")
        else:
            await self.run(b"LOGIN", user.encode("utf-8"), secret.reveal().encode("utf-8"))
        self.signed_in = True
        if self.capabilities is offered:
            await self.ask_capabilities()

    def can(self, capability: str) -> bool:
        """Whether the server has said that it can."""
        return capability in self.capabilities

    async def ask_capabilities(self) -> None:
        """Ask what the server can: before and after signing in, it is not the same."""
        for response in await self.run(b"CAPABILITY"):
            self._note_capabilities(response)

    async def run(self, command: bytes, *strings: bytes) -> list[Response]:
        """A command with `strings` (of any bytes) behind it, and the responses that it brought. Raises `Refused`."""
        tag = self._tag()
        line = tag + b" " + command
        for each in strings:
            if each.isascii() and each.decode("ascii").isprintable() and len(each) < 500:
                line += b" " + wire.quoted(each)
            else:
                line = await self._literal(line + b" ", each)
        await self._send(line + b"\r\n")
        return [response async for response in self._until(tag)]

    async def append(self, command: bytes, message: bytes) -> list[Response]:
        """A command that ends in a message (APPEND)."""
        tag = self._tag()
        line = await self._literal(tag + b" " + command + b" ", message)
        await self._send(line + b"\r\n")
        return [response async for response in self._until(tag)]

    async def each(self, commands: Sequence[bytes]) -> AsyncIterator[Response]:
        """The responses that several commands bring, as they come; some commands are sent ahead.

        To be read to its end: what is left unread would be taken for the answer to the next command. Raises `Refused` with
        the number of the command; what those behind it brought that were sent ahead is read and dropped.
        """
        waiting = iter(commands)
        ahead = [await self._begin(command) for command in itertools.islice(waiting, READ_AHEAD)]
        number = 0
        while ahead:
            try:
                async for response in self._until(ahead.pop(0)):
                    yield response
            except Refused as refused:
                refused.number = number
                for tag in ahead:
                    with suppress(Refused):
                        _ = [response async for response in self._until(tag)]
                raise
            number += 1
            for command in itertools.islice(waiting, 1):
                ahead.append(await self._begin(command))

    async def idle(self, seconds: float) -> bool:
        """Wait until something changes in the open folder, at most so long. Returns whether it did."""
        tag = await self._begin(b"IDLE")
        changed = False
        while (response := await self._next()).tag != b"+":
            changed |= _is_change(response)
            if response.tag == tag:
                self._finish(response)
                return changed
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not changed:
                    changed = _is_change(await self._next(bounded=False))
        await self._send(b"DONE\r\n")
        async for response in self._until(tag):
            changed |= _is_change(response)
        return changed

    async def close(self) -> None:
        """Say good-bye, and hang up whether or not it is answered."""
        with suppress(Exception):
            if self.signed_in:
                async with asyncio.timeout(GOODBYE):
                    await self.run(b"LOGOUT")
        self._writer.close()
        with suppress(Exception):
            async with asyncio.timeout(GOODBYE):
                await self._writer.wait_closed()

    async def _greet(self) -> None:
        greeting = await self._next()
        if greeting.status is None or greeting.status.kind not in ("OK", "PREAUTH"):
            raise Garbled("what answers there is no IMAP server")
        self.said = greeting.status.text.decode("utf-8", "replace")
        self.signed_in = greeting.status.kind == "PREAUTH"
        self._note_capabilities(greeting)
        if not self.capabilities:
            await self.ask_capabilities()

    async def _authenticate(self, mechanism: bytes, credentials: str) -> None:
        initial = base64.b64encode(credentials.encode("utf-8"))
        if self.can("SASL-IR"):
            tag = await self._begin(b"AUTHENTICATE " + mechanism + b" " + initial)
        else:
            tag = await self._begin(b"AUTHENTICATE " + mechanism)
            initial += b"\r\n"
            while (response := await self._next()).tag != b"+":
                if response.tag == tag:
                    self._finish(response)
                    return
            await self._send(initial)
        refusal = b""
        while True:
            response = await self._next()
            if response.tag == b"+":
                # XOAUTH2 explains a refusal as base64 and waits for an empty line before it says NO.
                refusal = response.words[0] if isinstance(response.words[0], bytes) else b""
                await self._send(b"\r\n")
            elif response.tag == tag:
                break
        try:
            self._finish(response)
        except Refused as refused:
            with suppress(ValueError):
                if not refused.status.text and refusal:
                    raise Refused(refused.status._replace(text=base64.b64decode(refusal))) from None
            raise

    def _tag(self) -> bytes:
        return b"A%d" % next(self._tags)

    async def _begin(self, command: bytes) -> bytes:
        tag = self._tag()
        await self._send(tag + b" " + command + b"\r\n")
        return tag

    async def _literal(self, line: bytes, content: bytes) -> bytes:
        """Send `line` up to a literal, wait until the server takes it. Returns what is to be sent next."""
        if self.can("LITERAL+"):
            return line + b"{%d+}\r\n" % len(content) + content
        await self._send(line + b"{%d}\r\n" % len(content))
        tag = line.partition(b" ")[0]
        while (response := await self._next()).tag != b"+":
            if response.tag == tag:
                self._finish(response)
                raise Garbled("the server ended a command that was not complete")
        return content

    async def _send(self, octets: bytes) -> None:
        self._writer.write(octets)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._writer.drain()
        except ConnectionError:
            # What it said before it went may still be there to read, and says more than the broken pipe.
            self._stream.until = None
            with suppress(asyncio.IncompleteReadError, ConnectionError, TimeoutError):
                async with asyncio.timeout(GOODBYE):
                    while True:
                        self._heard(await wire.read(self._stream))
            raise HungUp from None

    async def _until(self, tag: bytes) -> AsyncIterator[Response]:
        """Responses until this command has ended."""
        while (response := await self._next()).tag != tag:
            yield response
        self._finish(response)

    async def _next(self, *, bounded: bool = True) -> Response:
        self._stream.until = asyncio.get_running_loop().time() + PATIENCE if bounded else None
        try:
            response = await wire.read(self._stream)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise HungUp from None
        except asyncio.LimitOverrunError:
            raise Garbled("the server sends a line without end") from None
        self._heard(response)
        return response

    def _heard(self, response: Response) -> None:
        status = response.status
        if status is None or response.tag != b"*":
            return
        said = status.text.decode("utf-8", "replace")
        if status.code == "ALERT":
            self.alerts.append(said)
        if status.kind == "BYE":
            raise HungUp(said)

    def _finish(self, response: Response) -> None:
        if response.status is None:
            raise Garbled("the server ended a command without saying how")
        if response.status.kind != "OK":
            raise Refused(response.status)
        self._note_capabilities(response)

    def _note_capabilities(self, response: Response) -> None:
        named: Sequence[Token] = ()
        if response.status is not None and response.status.code == "CAPABILITY":
            named = response.status.about.split()
        elif response.word(0) == b"CAPABILITY":
            named = response.words[1:]
        if named:
            self.capabilities = frozenset(
                each.decode("ascii", "replace").upper() for each in named if isinstance(each, bytes)
            )


def _is_change(response: Response) -> bool:
    """Whether a folder has other messages in it than before, or they have other flags."""
    return response.word(1) in (b"EXISTS", b"EXPUNGE", b"FETCH", b"VANISHED")
