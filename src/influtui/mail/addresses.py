"""E-mail addresses: read tolerantly from what people wrote, kept strictly for what is sent.

An address that goes into an envelope is ASCII: the domain in its IDNA form, the local part as it is. A local part with
other characters would need SMTPUTF8 at every hop, so it is refused with a sentence instead of being lost on the way.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import idna

from influtui.model.failures import WrongUsage

_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_ANGLE: Final = re.compile(r"<([^<>]*)>")
SHARED_DOMAINS: Final = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com",
     "icloud.com", "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "gmx.de", "gmx.net", "gmx.com", "web.de",
     "mail.ru", "yandex.ru", "qq.com", "163.com", "126.com", "naver.com", "orange.fr", "free.fr", "laposte.net", "t-online.de"}
)  # fmt: skip
"""Domains of mailbox providers: two addresses there have nothing to do with each other. The large ones."""
_LOCAL_LIMIT: Final = 64
_ADDRESS_LIMIT: Final = 254


class Mailbox(NamedTuple):
    """A name (or none) and an address that can stand in an envelope."""

    name: str | None
    address: str

    @property
    def domain(self) -> str:
        """What stands after the `@`, as ASCII."""
        return self.address.rpartition("@")[2]


def sendable(text: str) -> str:
    """The address in `text` (`anna@x.test`, `mailto:…`, `Anna <anna@x.test>`) as an envelope takes it.

    Raises `WrongUsage` saying what is wrong with it. Of several angle brackets the last one counts: what stands before
    it is a display name, whatever it looks like.
    """
    shown = text.strip()
    if not shown.isprintable():
        raise _wrong("".join(char for char in shown if char.isprintable()), "it holds characters that do not print")
    angles = _ANGLE.findall(shown)
    bare = (angles[-1] if angles else shown).strip()
    if bare[:7].casefold() == "mailto:":
        bare = bare[7:].partition("?")[0]
    local, at, domain = bare.rpartition("@")
    if not at or not local or not domain:
        raise _wrong(shown, "it has no name before or no domain after an @")
    if re.search(r"[\s,;<>]", bare) or "@" in local:
        raise _wrong(shown, "it is not one single address")
    if not local.isascii():
        raise _wrong(shown, "the part before @ has characters that most mail servers cannot carry")
    if len(local) > _LOCAL_LIMIT or not _LOCAL.fullmatch(local):
        raise _wrong(shown, "the part before @ is not a valid one")
    address = f"{local}@{_domain(domain, shown)}"
    if len(address) > _ADDRESS_LIMIT:
        raise _wrong(shown, "it is too long")
    return address


def _domain(domain: str, shown: str) -> str:
    try:
        # `uts46` folds as browsers do, and keeps `ß` apart from `ss`, as the domain's owner does.
        encoded = idna.encode(domain.removesuffix("."), uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise _wrong(shown, f"“{domain}” is not a domain name") from error
    if "." not in encoded and encoded != "localhost":
        raise _wrong(shown, f"“{domain}” is not a complete domain name")
    return encoded


def _wrong(shown: str, why: str) -> WrongUsage:
    return WrongUsage(f"“{shown[:100]}” cannot be written to: {why}", hint="Mend the address and try again.")
