"""Hand one message at a time to a mailbox's SMTP server, stage by stage, and say exactly what became of it.

The stages are driven one by one because the whole promise rests on one distinction: before the final dot has gone out
a message is surely not sent; after it, without a reply, nobody can know. `submit` calls `claim` after the server has
taken sender and recipient and directly before DATA; what `claim` commits is what a crash leaves behind. Nothing here
tries again.
"""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final, Literal

import aiosmtplib
import msgspec
from aiosmtplib.errors import SMTPException, SMTPResponseException

from influtui.model.failures import Failure, NeedsConfiguration
from influtui.model.messages import Outcome, Stage
from influtui.model.settings import MailAccount
from influtui.model.text import OutsideText, from_outside, safe
from influtui.secrets.secret import Secret

PATIENCE: Final = 60.0
"""Seconds for every reply but one."""
PATIENCE_AFTER_THE_DOT: Final = 600.0
"""Seconds for the reply to the message itself (RFC 5321, 4.5.3.2.6): giving up earlier makes duplicates."""

# Our own address literal: the machine's name is nobody's business, and looking it up can take seconds.
_OWN_NAME: Final = "[127.0.0.1]"
_SAID_LIMIT: Final = 300
_GONE: Final = (SMTPException, OSError, TimeoutError)


class Envelope(msgspec.Struct, frozen=True):
    """One recipient a transaction: a refused address then concerns nobody else, and nobody sees the others."""

    sender: str
    recipient: str


class Withheld(Exception):
    """Raised by `claim` when this message must not go now. `submit` lets it through, with nothing transmitted."""


class Unreachable(Failure):
    """The server could not be reached, or would not go on: nothing was transmitted."""

    kind = "unreachable"


class Greeting(msgspec.Struct, frozen=True, kw_only=True):
    """What a server said of itself when a connection stood."""

    encryption: str | None
    signed_in: bool
    size_limit: int | None


class Submission:
    """An open, signed-in connection to a mailbox's SMTP server. Made by `connected`."""

    def __init__(self, client: aiosmtplib.SMTP, greeting: Greeting, secret: Secret | None) -> None:
        self._client = client
        self._secret = secret
        self.greeting = greeting
        self.messages = 0
        """How many messages were submitted on this connection, whatever became of them."""

    @property
    def is_open(self) -> bool:
        """Whether another message can be submitted on this connection."""
        return self._client.is_connected

    async def submit(self, envelope: Envelope, raw: bytes, claim: Callable[[], Awaitable[None]]) -> Outcome:
        """Submit one message. `claim` runs at the last moment at which nothing has been transmitted.

        Never raises for what a server does; lets `Withheld` and every other error of `claim` through, after taking
        the transaction back.
        """
        stage: Stage = "sender"
        self.messages += 1
        try:
            await self._client.mail(envelope.sender, timeout=PATIENCE)
            stage = "recipient"
            await self._client.rcpt(envelope.recipient, timeout=PATIENCE)
        except SMTPResponseException as refusal:
            await self._take_back()
            return self._refused(stage, refusal)
        except _GONE as loss:
            return self._lost("deferred", stage, loss)
        try:
            await claim()
        except BaseException:
            await self._take_back()
            raise
        if not self._client.is_connected:
            return self._lost("deferred", "recipient", ConnectionError("the server hung up"))
        try:
            reply = await self._client.data(raw, timeout=PATIENCE_AFTER_THE_DOT)
        except SMTPResponseException as refusal:
            # 421 included: a reply, whatever its number, is a definite no.
            await self._take_back()
            return self._refused("data", refusal)
        except _GONE as loss:
            return self._lost("unknown", "data", loss)
        return Outcome(state="sent", stage="data", code=reply.code, said=self._words(reply.message))

    async def _take_back(self) -> None:
        with suppress(*_GONE):
            await self._client.rset(timeout=PATIENCE)

    def _refused(self, stage: Stage, refusal: SMTPResponseException) -> Outcome:
        # A refused sender says nothing of this message: it can go when the mailbox may send again.
        passing = 400 <= refusal.code < 500 or stage == "sender"
        state: Literal["deferred", "failed"] = "deferred" if passing else "failed"
        return Outcome(state=state, stage=stage, code=refusal.code, said=self._words(refusal.message))

    def _lost(self, state: Literal["deferred", "unknown"], stage: Stage, loss: BaseException) -> Outcome:
        how = "no reply in time" if isinstance(loss, TimeoutError) else "the connection broke"
        return Outcome(state=state, stage=stage, said=self._words(how))

    def _words(self, text: str) -> OutsideText:
        return server_words(text, self._secret)


@asynccontextmanager
async def connected(account: MailAccount, secret: Secret | None) -> AsyncIterator[Submission]:
    """A connection to `account`'s server: encrypted, checked and signed in.

    Raises `Unreachable` where the server cannot be used now, and `NeedsConfiguration` where a setting or the password
    is wrong; both name what to do.
    """
    refuse_plain(account)
    client = aiosmtplib.SMTP(
        hostname=account.smtp_host,
        port=account.smtp_port,
        local_hostname=_OWN_NAME,
        timeout=PATIENCE,
        use_tls=account.smtp_security == "tls",
        start_tls=False,
        tls_context=tls(),
    )
    where = f"{account.smtp_host}:{account.smtp_port}"
    try:
        await _open(client, account, where)
        signed_in = await _sign_in(client, account, secret, where)
        yield Submission(client, _greeting(client, signed_in=signed_in), secret)
    finally:
        await _close(client)


def refuse_plain(account: MailAccount) -> None:
    """No password and no mail goes unencrypted, except within this machine. Raises `NeedsConfiguration`."""
    if account.smtp_security == "none" and not is_loopback(account.smtp_host):
        raise NeedsConfiguration(
            f"{account.smtp_host} would get mail and password unencrypted",
            hint="Use --smtp-security tls (port 465) or starttls (port 587); none is for this machine only.",
        )


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def tls() -> ssl.SSLContext:
    """TLS 1.2 or later, certificates and names always checked."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def server_words(text: str, secret: Secret | None = None) -> OutsideText:
    """What a server said, bounded, on one line, with the password struck out should it repeat it."""
    text = secret.redact(text) if secret else text
    return from_outside(" ".join(text.split())[:_SAID_LIMIT])


async def _open(client: aiosmtplib.SMTP, account: MailAccount, where: str) -> None:
    try:
        await client.connect()
        await client.ehlo()
        if account.smtp_security == "starttls":
            if not client.supports_extension("starttls"):
                raise Unreachable(
                    f"{where} offers no encryption (STARTTLS); nothing was sent to it",
                    hint="Port 465 with --smtp-security tls is the usual alternative.",
                )
            await client.starttls()
            await client.ehlo()
    except SMTPResponseException as refusal:
        raise Unreachable(
            f"{where} would not talk to us: {refusal.code} {server_words(refusal.message)}",
            hint="Try again later; `influtui account test` repeats only this step.",
        ) from None
    except _GONE as error:
        raise _explained(error, account, where) from None


def _explained(error: BaseException, account: MailAccount, where: str) -> Failure:
    test = f"`influtui account test {account.address}` repeats only this step."
    cause: BaseException = error
    while cause.__cause__ is not None and isinstance(cause, SMTPException):
        cause = cause.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NeedsConfiguration(
            f"the certificate of {where} is not right for it: {cause.verify_message}",
            hint=f"Nothing was sent. Check smtp_host in config.toml, and this machine's clock. {test}",
        )
    if isinstance(cause, ssl.SSLError):
        other = "starttls" if account.smtp_security == "tls" else "tls"
        return Unreachable(
            f"{where} does not speak TLS the way it was asked to",
            hint=f"Port and security belong together: 465 tls, 587 starttls. Try --smtp-security {other}.",
        )
    if isinstance(error, TimeoutError):
        return Unreachable(f"{where} did not answer in time", hint=f"Is the port right and open here? {test}")
    if isinstance(cause, ConnectionRefusedError):
        return Unreachable(f"nothing answers at {where}", hint=f"Check smtp_host and smtp_port. {test}")
    if isinstance(cause, OSError) and not isinstance(cause, SMTPException):
        return Unreachable(f"{where} cannot be reached: {safe(cause.strerror or str(cause))}", hint=test)
    return Unreachable(f"{where} hung up before the message", hint=f"Try again. {test}")


async def _sign_in(client: aiosmtplib.SMTP, account: MailAccount, secret: Secret | None, where: str) -> bool:
    if secret is None:
        return False
    mend = f"`influtui secret set {account.address}`, or mend password_command; then `influtui account test`."
    try:
        await client.login(account.username or account.address, secret.reveal())
    except SMTPResponseException as refusal:
        said = f"{refusal.code} {server_words(refusal.message, secret)}"
        if 400 <= refusal.code < 500:
            raise Unreachable(f"{where} cannot check the password now: {said}", hint="Try again later.") from None
        hint = f"{mend} Gmail and others want an app password."
        raise NeedsConfiguration(f"{where} refused the password of {account.address}: {said}", hint=hint) from None
    except (ConnectionError, TimeoutError) as error:
        raise _explained(error, account, where) from None
    except SMTPException:
        raise NeedsConfiguration(f"{where} takes no password over this connection", hint=mend) from None
    return True


def _greeting(client: aiosmtplib.SMTP, *, signed_in: bool) -> Greeting:
    transport = client.get_transport_info("ssl_object")
    encryption = transport.version() if isinstance(transport, ssl.SSLObject) else None
    size = re.fullmatch(r"\s*(\d+)\s*", client.esmtp_extensions.get("size", ""))
    return Greeting(encryption=encryption, signed_in=signed_in, size_limit=int(size[1]) or None if size else None)


async def _close(client: aiosmtplib.SMTP) -> None:
    # A server that fails at QUIT has already answered for every message.
    if client.is_connected:
        with suppress(*_GONE):
            await client.quit(timeout=5)
    client.close()
