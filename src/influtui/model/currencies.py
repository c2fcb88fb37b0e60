"""Which currencies there are."""

from __future__ import annotations

from functools import cache

from influtui.model.failures import WrongUsage
from influtui.model.nearest import nearest
from influtui.model.shipped import shipped


def currency(text: str) -> str:
    """The ISO 4217 code that `text` is. Raises `WrongUsage` for anything that is not one in use."""
    code = text.strip().upper()
    if code not in known():
        close = nearest(code.casefold(), [each.casefold() for each in known()])
        meant = f"; did you mean {close.upper()}?" if close else "."
        raise WrongUsage(f"“{text}” is not a currency", hint=f"Use a three-letter code, like USD or EUR{meant}")
    return code


@cache
def known() -> dict[str, str]:
    """Names of currencies by code."""
    text = shipped("currencies.tsv")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {row[0]: row[1] for row in rows}
