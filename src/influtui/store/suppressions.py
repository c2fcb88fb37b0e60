"""The suppression list: tombstones of accounts and addresses, and the key they are hashed with."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from influtui.model.suppression import KEY_BYTES, SuppressionReason, account_hash, email_hash
from influtui.store.database import Reader, Transaction

_KEY: Final = "suppression"
BOUNCED: Final = "bounced"
_CHUNK: Final = 400


class Named(Protocol):
    """What can be suppressed: an account, by platform and handle."""

    @property
    def platform(self) -> str:
        """The platform's id."""
        ...

    @property
    def handle(self) -> str:
        """The handle on it."""
        ...


class Suppressed:
    """The list, loaded: asks cost a hash and no query. Load it anew inside the transaction that sends or takes in."""

    def __init__(self, key: bytes | None, reasons: dict[tuple[str, str], str]) -> None:
        self._key = key
        self._reasons = reasons

    def __bool__(self) -> bool:
        return bool(self._reasons)

    def account(self, platform: str, handle: str) -> str | None:
        """Why an account is suppressed; None where it is not."""
        if self._key is None or not self._reasons:
            return None
        return self._reasons.get(("account", account_hash(self._key, platform, handle)))

    def email(self, address: str) -> str | None:
        """Why an address is suppressed; None where it is not."""
        if self._key is None or not self._reasons:
            return None
        return self._reasons.get(("email", email_hash(self._key, address)))

    def person(self, accounts: Sequence[Named], emails: Sequence[str]) -> str | None:
        """Why somebody must not be written to at all. An address that mail came back from bars itself, not its owner."""
        found = [self.account(each.platform, each.handle) for each in accounts]
        found += [reason for each in emails if (reason := self.email(each)) != BOUNCED]
        return next((reason for reason in found if reason), None)

    def working(self, emails: Sequence[str]) -> tuple[str, ...]:
        """Those of somebody's addresses that mail may go to."""
        return tuple(each for each in emails if self.email(each) is None)

    def forgotten(self, platform: str, handle: str, emails: Sequence[str] = ()) -> bool:
        """Whether this is somebody who was forgotten, and so may not be taken in again."""
        return self.account(platform, handle) == "forgotten" or any(
            self.email(address) == "forgotten" for address in emails
        )


async def load(reader: Reader) -> Suppressed:
    """The whole list. Small: it grows with those who opted out or asked to be forgotten."""
    rows = await reader.all("SELECT kind, hash, reason FROM suppressions")
    keys = await reader.all("SELECT value FROM keys WHERE name = ?", (_KEY,))
    return Suppressed(bytes(keys[0][0]) if keys else None, {(row["kind"], row["hash"]): row["reason"] for row in rows})


async def load_for(reader: Reader, emails: Iterable[str]) -> Suppressed:
    """What the list says of these addresses, and of no others."""
    keys = await reader.all("SELECT value FROM keys WHERE name = ?", (_KEY,))
    if not keys:
        return Suppressed(None, {})
    key = bytes(keys[0][0])
    hashes = sorted({email_hash(key, each) for each in emails})
    reasons: dict[tuple[str, str], str] = {}
    for start in range(0, len(hashes), _CHUNK):
        some = hashes[start : start + _CHUNK]
        for row in await reader.all(
            f"SELECT kind, hash, reason FROM suppressions WHERE kind = 'email' AND hash IN ({', '.join('?' * len(some))})",
            some,
        ):
            reasons[row["kind"], row["hash"]] = row["reason"]
    return Suppressed(key, reasons)


async def add(
    transaction: Transaction,
    reason: SuppressionReason,
    *,
    accounts: Sequence[Named] = (),
    emails: Sequence[str] = (),
) -> int:
    """Suppress accounts and addresses. `forgotten` outranks a milder reason. Returns how many were not on the list."""
    key = await _key(transaction)
    rows = [("account", account_hash(key, each.platform, each.handle)) for each in accounts]
    rows += [("email", email_hash(key, address)) for address in emails]
    before = await transaction.one("SELECT count(*) FROM suppressions")
    await transaction.many(
        "INSERT INTO suppressions (kind, hash, reason, at) VALUES (?, ?, ?, ?) ON CONFLICT (kind, hash) DO UPDATE"
        " SET reason = excluded.reason WHERE excluded.reason = 'forgotten'",
        [(kind, digest, reason, transaction.at) for kind, digest in rows],
    )
    after = await transaction.one("SELECT count(*) FROM suppressions")
    return int(after[0]) - int(before[0]) if before and after else 0


async def _key(transaction: Transaction) -> bytes:
    row = await transaction.one("SELECT value FROM keys WHERE name = ?", (_KEY,))
    if row is not None:
        return bytes(row[0])
    key = os.urandom(KEY_BYTES)
    await transaction.run("INSERT INTO keys (name, value) VALUES (?, ?)", (_KEY, key))
    return key
