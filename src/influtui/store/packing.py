"""How the bytes of a message are kept: compressed."""

from __future__ import annotations

import zlib
from typing import Final

_FAST: Final = 1
"""Level of compression: mail is read once, and its text stands beside it anyway."""


def packed(raw: bytes) -> bytes:
    """A message's bytes as they are kept."""
    return zlib.compress(raw, _FAST)


def unpacked(kept: bytes) -> bytes:
    """What `packed` kept."""
    return zlib.decompress(kept)
