"""What every connection to a mail server shares: TLS that checks, no plaintext off this machine, and plain words for failures."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from typing import Final, Literal, NamedTuple

from influtui.model.failures import Failure, NeedsConfiguration
from influtui.model.text import OutsideText, from_outside, safe
from influtui.secrets.secret import Secret

_SAID_LIMIT: Final = 300


class Unreachable(Failure):
    """The server could not be reached, or would not go on: nothing was transmitted."""

    kind = "unreachable"


class Server(NamedTuple):
    """A server as its mailbox names it, for sentences about it."""

    protocol: Literal["smtp", "imap"]
    address: str
    """The mailbox's."""
    host: str
    port: int
    security: Literal["tls", "starttls", "none"]

    @property
    def where(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"

    @property
    def ports(self) -> str:
        """Which port goes with which encryption."""
        return "465 tls, 587 starttls" if self.protocol == "smtp" else "993 tls, 143 starttls"


def refuse_plain(server: Server) -> None:
    """No password and no mail goes unencrypted, except within this machine. Raises `NeedsConfiguration`."""
    if server.security == "none" and not is_loopback(server.host):
        tls_port, starttls_port = ("465", "587") if server.protocol == "smtp" else ("993", "143")
        raise NeedsConfiguration(
            f"{server.host} would get mail and password unencrypted",
            hint=f"Use --{server.protocol}-security tls (port {tls_port}) or starttls (port {starttls_port});"
            " none is for this machine only.",
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


def no_encryption(server: Server) -> Unreachable:
    """A server that was asked for STARTTLS and does not offer it, or somebody who struck the offer out."""
    alternative = "465" if server.protocol == "smtp" else "993"
    return Unreachable(
        f"{server.where} offers no encryption (STARTTLS); nothing was sent to it",
        hint=f"Port {alternative} with --{server.protocol}-security tls is the usual alternative.",
    )


def explained(cause: BaseException, server: Server) -> Failure:
    """Why no connection stands, in words, with what to do."""
    test = f"`influtui account test {server.address}` repeats only this step."
    protocol = server.protocol
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NeedsConfiguration(
            f"the certificate of {server.where} is not right for it: {cause.verify_message}",
            hint=f"No password was sent. Check {protocol}_host in config.toml, and this machine's clock. {test}",
        )
    if isinstance(cause, ssl.SSLError):
        other = "starttls" if server.security == "tls" else "tls"
        return Unreachable(
            f"{server.where} does not speak TLS the way it was asked to",
            hint=f"Port and security belong together: {server.ports}. Try --{protocol}-security {other}.",
        )
    if isinstance(cause, TimeoutError):
        return Unreachable(f"{server.where} did not answer in time", hint=f"Is the port right and open here? {test}")
    if isinstance(cause, ConnectionRefusedError):
        return Unreachable(
            f"nothing answers at {server.where}", hint=f"Check {protocol}_host and {protocol}_port. {test}"
        )
    if isinstance(cause, socket.gaierror):
        return Unreachable(
            f"no server is called {server.host}: {safe(cause.strerror or str(cause))}",
            hint=f"Check {protocol}_host in config.toml, and that this machine is online. {test}",
        )
    if isinstance(cause, OSError) and not isinstance(cause, ConnectionError):
        return Unreachable(f"{server.where} cannot be reached: {safe(cause.strerror or str(cause))}", hint=test)
    return Unreachable(f"{server.where} hung up", hint=f"Try again. {test}")
