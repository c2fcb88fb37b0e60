"""What a provider granted for a mailbox: kept as one secret, replaced whole, by one process at a time.

A refresh token may be replaced with every use, and the old one is then worth nothing: the new one is on the disk before
anything is done with it, whatever is cancelled meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec

from influtui.model import records
from influtui.secrets import kept, places, redaction
from influtui.secrets.secret import Secret

WHAT: Final = "grant"
EARLY_MS: Final = 120_000
"""An access token is renewed so long before it expires."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens, and the client that they were granted to."""

    client_id: str
    client_secret: str | None = None
    refresh_token: str = ""
    access_token: str = ""
    expires_at: int = 0
    """Of the access token, in milliseconds."""

    def __repr__(self) -> str:
        return "Grant([redacted])"

    __str__ = __repr__


async def read(folder: Path, address: str) -> Grant | None:
    """What was granted for a mailbox; None where nothing was, or where it cannot be read."""
    found = await kept.get(folder, _name(address), what=WHAT)
    if found is None:
        return None
    try:
        return records.from_json(found.reveal(), Grant)
    except msgspec.DecodeError:
        return None


async def write(folder: Path, address: str, grant: Grant) -> Path:
    """Keep what was granted."""
    for each in (grant.refresh_token, grant.access_token):
        if each:
            redaction.learn(each)
    return await kept.put(folder, _name(address), Secret(msgspec.json.encode(grant).decode()))


async def fresh(folder: Path, address: str, now: int, exchange: Callable[[Grant], Awaitable[Grant]]) -> Secret | None:
    """An access token that holds for some minutes, renewed where needed; None without a grant."""

    async def one_at_a_time() -> Secret | None:
        async with places.alone(folder, _name(address)):
            grant = await read(folder, address)
            if grant is None:
                return None
            if not grant.access_token or now > grant.expires_at - EARLY_MS:
                await kept.ready(folder)
                grant = await exchange(grant)
                await write(folder, address, grant)
            redaction.learn(grant.access_token)
            return Secret(grant.access_token)

    return await asyncio.shield(asyncio.ensure_future(one_at_a_time()))


def _name(address: str) -> str:
    return f"oauth.{address}"
