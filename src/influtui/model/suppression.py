"""Who must not be written to or taken in again, kept as a keyed hash.

A tombstone has to outlive the person's data without holding any of it: the account and the addresses are hashed with
the workspace's own key, so that the list of one workspace says nothing about another and no table made in advance
reads it. The same spelling rules apply to what is suppressed and to what is checked.
"""

from __future__ import annotations

import hashlib
from typing import Final, Literal

from influtui.model.creators import handle_key

SuppressionKind = Literal["account", "email"]

SuppressionReason = Literal["forgotten", "opted_out", "bounced", "complained", "by_hand"]
"""Why. `forgotten` refuses the person's data altogether; the others only refuse that they are written to."""

KEY_BYTES: Final = 32
_DIGEST_BYTES: Final = 20


def account_hash(key: bytes, platform: str, handle: str) -> str:
    """The tombstone of an account."""
    return _hash(key, f"account\0{platform.strip().casefold()}\0{handle_key(handle)}")


def email_hash(key: bytes, address: str) -> str:
    """The tombstone of an address."""
    return _hash(key, f"email\0{email_key(address)}")


def email_key(address: str) -> str:
    """An address as two people would call it the same: folded in case, without the tag after `+`.

    Strictly the part before `@` may tell capitals apart; no provider in use does, and writing to somebody who opted out
    because of a capital would be wrong. `anna+brands@…` reaches the mailbox of `anna@…`.
    """
    local, at, domain = address.strip().casefold().rpartition("@")
    if not at:
        return domain
    plain = local.partition("+")[0] or local
    return f"{plain}@{domain.removesuffix('.')}"


def _hash(key: bytes, text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=_DIGEST_BYTES).hexdigest()
