"""Check digits of tracking numbers: given a serial, which digit must follow it.

Each carrier's format (`data/tracking/formats.toml`) names one of these methods with its weights. Not all of them see every
typing error: a method of modulus 7 cannot tell 0 from 7, and a doubled digit modulo 10 hides a change by 5.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Final

import msgspec


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a format computes its check digit."""

    method: str
    weights: tuple[int, ...] = ()
    moduli: tuple[int, ...] = ()
    reverse: bool = False
    lead: str = ""
    """Digits that go before a serial which does not begin with them."""


def expected(serial: str, check: Check) -> str:
    """The check character that belongs to `serial`. Raises `KeyError` for an unknown method."""
    if check.lead and not serial.startswith(check.lead):
        serial = check.lead + serial
    return METHODS[check.method](serial, check)


def _mod10(serial: str, check: Check) -> str:
    characters = serial[::-1] if check.reverse else serial
    total = sum(_digit(char) * weight for char, weight in zip(characters, cycle(check.weights), strict=False))
    return str(-total % 10)


def _mod7(serial: str, check: Check) -> str:
    return str(int(serial) % 7)


def _luhn(serial: str, check: Check) -> str:
    total = 0
    for place, char in enumerate(reversed(serial)):
        doubled = int(char) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def _s10(serial: str, check: Check) -> str:
    remainder = sum(int(char) * weight for char, weight in zip(serial, check.weights, strict=True)) % 11
    return {0: "5", 1: "0"}.get(remainder, str(11 - remainder))


def _weighted(serial: str, check: Check) -> str:
    total = sum(int(char) * weight for char, weight in zip(serial, check.weights, strict=True))
    for modulus in check.moduli:
        total %= modulus
    return str(total)


def _mod_37_36(serial: str, check: Check) -> str:
    """ISO 7064 MOD 37,36, as on DPD's labels."""
    carried = 36
    for char in serial:
        carried = (carried + int(char, 36)) % 36 or 36
        carried = carried * 2 % 37
    return "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(37 - carried) % 36]


def _digit(char: str) -> int:
    """A digit's own value; a letter counts as UPS counts it: A is 2, B is 3, …, I is 0, J is 1."""
    return int(char) if char.isdigit() else (ord(char) - 3) % 10


METHODS: Final[dict[str, Callable[[str, Check], str]]] = {
    "mod10": _mod10,
    "mod7": _mod7,
    "luhn": _luhn,
    "s10": _s10,
    "weighted": _weighted,
    "mod_37_36": _mod_37_36,
}
