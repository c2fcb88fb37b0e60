"""Hand one message at a time to a mailbox's SMTP server, stage by stage, and say exactly what became of it.

The stages are driven one by one because the whole promise rests on one distinction: before the final dot has gone out
a message is surely not sent; after it, without a reply, nobody can know. `submit` calls `claim` after the server has
taken sender and recipient and directly before DATA; what `claim` commits is what a crash leaves behind. Nothing here
tries again.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final, Literal

import aiosmtplib
import msgspec
from aiosmtplib.errors import SMTPAuthenticationError, SMTPException, SMTPResponseException

from influtui.mail.connecting import (
    Server,
    Unreachable,
    explained,
    no_encryption,
    refuse_plain,
    server_words,
    tls,
)
from influtui.model.failures import Failure, NeedsConfiguration
from influtui.model.messages import Outcome, Stage
from influtui.model.settings import MailAccount
from influtui.model.text import OutsideText
from influtui.secrets.secret import Secret

PATIENCE: Final = 60.0
"""Seconds for every reply but one."""
PATIENCE_AFTER_THE_DOT: Final = 600.0
"""Seconds for the reply to the message itself (RFC 5321, 4.5.3.2.6): giving up earlier makes duplicates."""

# Our own address literal: the machine's name is nobody's business, and looking it up can take seconds.
_OWN_NAME: Final = "[127.0.0.1]"
_NO_REPLY: Final = "Malformed SMTP response line: "
"""How aiosmtplib begins what it says of a line that is no reply; the line follows."""
_GONE: Final = (SMTPException, OSError, TimeoutError)


class Envelope(msgspec.Struct, frozen=True):
    """One recipient a transaction: a refused address then concerns nobody else, and nobody sees the others."""

    sender: str
    recipient: str


class Withheld(Exception):
    """Raised by `claim` when this message must not go now. `submit` lets it through, with nothing transmitted."""


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
    server = smtp_server(account)
    refuse_plain(server)
    client = aiosmtplib.SMTP(
        hostname=account.smtp_host,
        port=account.smtp_port,
        local_hostname=_OWN_NAME,
        timeout=PATIENCE,
        use_tls=account.smtp_security == "tls",
        start_tls=False,
        tls_context=tls(),
    )
    try:
        await _open(client, account, server)
        signed_in = await _sign_in(client, account, secret, server.where)
        yield Submission(client, _greeting(client, signed_in=signed_in), secret)
    finally:
        await _close(client)


def smtp_server(account: MailAccount) -> Server:
    """The mailbox's SMTP server."""
    return Server("smtp", account.address, account.smtp_host, account.smtp_port, account.smtp_security)


async def _open(client: aiosmtplib.SMTP, account: MailAccount, server: Server) -> None:
    try:
        await client.connect()
        await client.ehlo()
        if account.smtp_security == "starttls":
            if not client.supports_extension("starttls"):
                raise no_encryption(server)
            await client.starttls()
            await client.ehlo()
    except SMTPResponseException as refusal:
        if refusal.code < 0:
            said = server_words(refusal.message.removeprefix(_NO_REPLY))
            raise Unreachable(
                f"what answers at {server.where} is no SMTP server: {said}",
                hint=f"Check smtp_host, smtp_port and smtp_security of {account.address} in config.toml.",
            ) from None
        raise Unreachable(
            f"{server.where} would not talk to us: {refusal.code} {server_words(refusal.message)}",
            hint="Try again later; `influtui account test` repeats only this step.",
        ) from None
    except _GONE as error:
        raise _explained(error, account) from None


def _explained(error: BaseException, account: MailAccount) -> Failure:
    cause = error
    while cause.__cause__ is not None and isinstance(cause, SMTPException):
        cause = cause.__cause__
    return explained(error if isinstance(error, TimeoutError) else cause, smtp_server(account))


async def _sign_in(client: aiosmtplib.SMTP, account: MailAccount, secret: Secret | None, where: str) -> bool:
    # A relay that asks nobody who they are may belong to a mailbox that is read with a password.
    if secret is None or (account.username is None and not client.supported_auth_methods):
        return False
    by_token = account.auth == "xoauth2"
    mend = f"`influtui secret set {account.address}`, or mend password_command; then `influtui account test`."
    if by_token:
        mend = f"It may have expired: `influtui account login {account.address}`, or mend token_command."
    user = account.username or account.address
    try:
        if by_token:
            await client.auth_xoauth2(user, secret.reveal())
        else:
            await _log_in(client, user, secret)
    except SMTPResponseException as refusal:
        said = f"{refusal.code} {server_words(refusal.message, secret)}"
        if 400 <= refusal.code < 500:
            raise Unreachable(f"{where} cannot check the password now: {said}", hint="Try again later.") from None
        hint = mend if by_token else f"{mend} Gmail and others want an app password."
        what = "access token" if by_token else "password"
        raise NeedsConfiguration(f"{where} refused the {what} of {account.address}: {said}", hint=hint) from None
    except (ConnectionError, TimeoutError) as error:
        raise _explained(error, account) from None
    except SMTPException:
        raise NeedsConfiguration(
            f"{where} takes no {'access token' if by_token else 'password'} over this connection", hint=mend
        ) from None
    return True


async def _log_in(client: aiosmtplib.SMTP, user: str, secret: Secret) -> None:
    """Sign in with a password by the ways that the server offers. Raises its last refusal.

    aiosmtplib's own `login` goes on after a server that throttles has hung up, and then only says that it hung up.
    """
    refusal: SMTPException = SMTPException("no way to sign in is offered")
    for way in client.supported_auth_methods:
        try:
            await getattr(client, f"auth_{way.replace('-', '')}")(user, secret.reveal())
            return
        except SMTPAuthenticationError as refused:
            refusal = refused
            if not client.is_connected:
                break
    raise refusal


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
