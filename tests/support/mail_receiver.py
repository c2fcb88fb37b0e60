"""A real SMTP server on loopback that keeps what it is given and fails at any stage it is told to."""

from __future__ import annotations

import asyncio
import email
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

DROP = "drop"
HANG = "hang"


@dataclass(frozen=True)
class Received:
    """One message that was taken."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def message(self) -> Message:
        return email.message_from_bytes(self.raw)

    @property
    def text(self) -> str:
        payload = self.message.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload.decode("utf-8").replace("\r\n", "\n")


class MailReceiver:
    """`script` says what happens at a stage instead of success: a reply (`550 5.1.1 no`), `DROP` or `HANG`.

    Stages: EHLO, MAIL, RCPT, DATA (the command), BODY (after the dot, not kept), KEPT (after the dot, kept).
    A stage may name an address: `RCPT anna@x.test`.
    """

    def __init__(
        self, *, password: str | None = None, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
    ) -> None:
        self.script: dict[str, str] = {}
        self.received: list[Received] = []
        self.hand_on: Callable[[Received], None] | None = None
        """What to do with a message that was taken: put it into somebody's mailbox."""
        self.connections = 0
        self._running = False
        self.messages_a_connection: int | None = None
        self.password = password
        self._tls = tls
        self._starttls = starttls
        self.port = _free_port()
        self._controller = _Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=tls,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=self._authenticate if password else None,
            auth_require_tls=password is None or starttls is not None,
            auth_exclude_mechanism=[],
        )

    def start(self) -> MailReceiver:
        self._controller.start()
        self._running = True
        return self

    def stop(self) -> None:
        """Take the server away; more than once is the same as once."""
        if self._running:
            self._running = False
            self._controller.stop(no_assert=True)

    def to(self, address: str) -> list[Received]:
        return [each for each in self.received if address in each.recipients]

    def wait_for(self, count: int, *, patience: float = 60.0) -> None:
        until = time.monotonic() + patience
        while len(self.received) < count and time.monotonic() < until:
            time.sleep(0.01)

    async def act(self, server: SMTP, stage: str, address: str | None = None) -> str | None:
        """The reply that the script has for a stage; None for success."""
        what = self.script.get(f"{stage} {address}") or self.script.get(stage)
        if what == DROP:
            server.transport.abort()
            return "421 dropped"
        if what == HANG:
            await asyncio.sleep(3600)
        return what

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: Any
    ) -> AuthResult:
        right = isinstance(auth_data, LoginPassword) and auth_data.password == (self.password or "").encode()
        return AuthResult(success=right, handled=False)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        reply = await self.act(server, "EHLO")
        return [reply] if reply else responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := await self.act(server, "MAIL"):
            return reply
        session.mails = getattr(session, "mails", 0) + 1
        if self.messages_a_connection is not None and session.mails > self.messages_a_connection:
            return "421 4.7.0 too many messages on one connection"
        envelope.mail_from = address
        return "250 2.1.0 ok"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := await self.act(server, "RCPT", address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        to = envelope.rcpt_tos[0]
        if reply := await self.act(server, "BODY", to):
            return reply
        raw = envelope.original_content
        assert raw is not None
        self.received.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), raw))
        if self.hand_on is not None:
            self.hand_on(self.received[-1])
        if reply := await self.act(server, "KEPT", to):
            return reply
        return f"250 2.0.0 queued as {len(self.received):06d}"


class _Server(SMTP):
    async def smtp_DATA(self, arg: str) -> None:
        if reply := await self.event_handler.act(self, "DATA"):
            if reply[0] in "45":
                await self.push(reply)
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
