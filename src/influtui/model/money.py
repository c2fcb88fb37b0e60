"""Money: whole minor units and an ISO 4217 code, never a float.

Amounts of different currencies do not add; asking for it is an error, not a guess at a rate.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from influtui.model.failures import WrongUsage

# ISO 4217: currencies whose minor unit is not a hundredth.
_DECIMALS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip

# A comma groups thousands and nothing else: “12,50” is refused, for as 1,250 it would be a dear misunderstanding.
_WRITTEN = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,15})(?:\.\d{1,6})?", re.ASCII)


class Money(msgspec.Struct, frozen=True):
    """An amount in whole minor units (cents for USD) of one currency."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, amount: str, currency: str) -> Money:
        """Read a decimal like `12.50`. Raises `WrongUsage` for anything that is not an exact amount of `currency`."""
        code = currency.strip().upper()
        if len(code) != 3 or not code.isalpha() or not code.isascii():
            raise WrongUsage(f"“{currency}” is not a currency code", hint="Use three letters, like USD or EUR.")
        if not _WRITTEN.fullmatch(amount.strip()):
            raise WrongUsage(f"“{amount}” is not an amount of money", hint="Write it like 250, 12.50 or 1,200.")
        scaled = Decimal(amount.strip().replace(",", "")).scaleb(decimals(code))
        if scaled != scaled.to_integral_value():
            raise WrongUsage(f"“{amount}” has more decimals than {code} knows", hint=f"{code} has {decimals(code)}.")
        return cls(int(scaled), code)

    @property
    def amount(self) -> str:
        """The decimal amount as text, with the currency's own number of decimals: `12.50`, `1200`."""
        places = decimals(self.currency)
        return f"{Decimal(self.minor).scaleb(-places):.{places}f}"

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise WrongUsage(f"{self} and {other} do not add up", hint="Keep one campaign in one currency.")
        return Money(self.minor + other.minor, self.currency)

    def as_json(self) -> dict[str, str]:
        """The form of the command line's contract: `{"amount": "12.50", "currency": "USD"}`."""
        return {"amount": self.amount, "currency": self.currency}


def decimals(currency: str) -> int:
    """How many decimals ISO 4217 gives a currency's minor unit (2 where it is not an exception)."""
    return _DECIMALS.get(currency, 2)
