"""The terms of a collaboration: six slots, the fee and the product; what is missing; the hash of what was agreed.

Slots and their meaning stand in `data/terms.toml`. The hash is over canonical JSON, so that it depends on what was agreed
and on nothing else (not on when, by whom or in which order it was noted).
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, Final, Literal

import msgspec

from influtui.model import records
from influtui.model.failures import Failure, WrongUsage
from influtui.model.money import Money
from influtui.model.shipped import shipped
from influtui.model.text import OutsideText

FEE: Final = "fee"
PRODUCT: Final = "product"


class Slot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to agree on. The `required` ones are the six terms."""

    name: str
    label: str
    asks: str
    example: str
    kind: Literal["text", "date", "duration", "money", "products"] = "text"
    required: bool = True


class Term(msgspec.Struct, frozen=True):
    """What was said about one slot. A waived one counts as settled and has no value.

    A carried one was brought along from an earlier campaign: it saves typing, and is no offer until somebody notes it.
    """

    slot: str
    value: OutsideText | None = None
    waived: bool = False
    fee: Money | None = None
    carried: bool = False


class Terms(msgspec.Struct, frozen=True):
    """The term sheet of a collaboration, in the order of the slots."""

    terms: tuple[Term, ...] = ()

    @classmethod
    def of(cls, terms: Iterable[Term]) -> Terms:
        """A sheet from its terms, whatever their order."""
        order = {slot.name: position for position, slot in enumerate(slots())}
        return cls(tuple(sorted(terms, key=lambda term: order[term.slot])))

    def get(self, slot: str) -> Term | None:
        """What was said about a slot; None where nothing was."""
        return next((term for term in self.terms if term.slot == slot), None)

    @property
    def fee(self) -> Money | None:
        """The fee; zero for a gift, None where nobody said."""
        term = self.get(FEE)
        return term.fee if term else None

    @property
    def skus(self) -> tuple[str, ...]:
        """The products that go to the creator."""
        term = self.get(PRODUCT)
        return tuple(term.value.split(", ")) if term and term.value else ()

    @property
    def settled(self) -> tuple[str, ...]:
        """Which of the six terms are set or waived."""
        return tuple(slot.name for slot in slots() if slot.required and self.get(slot.name) is not None)

    @property
    def missing(self) -> tuple[str, ...]:
        """What stands between this sheet and an agreement: the open ones of the six terms, then the fee."""
        named = [slot.name for slot in slots() if slot.required or slot.name == FEE]
        return tuple(name for name in named if self.get(name) is None)


@cache
def slots() -> tuple[Slot, ...]:
    """The slots of `data/terms.toml`."""
    text = shipped("terms.toml")
    return records.convert(tomllib.loads(text)["slot"], tuple[Slot, ...])


def slot_named(name: str) -> Slot:
    """A slot by its name. Raises `WrongUsage` for any other."""
    folded = name.strip().casefold().replace("-", "_")
    for slot in slots():
        if slot.name == folded:
            return slot
    raise WrongUsage(f"there is no term “{name}”", hint=f"The terms: {', '.join(slot.name for slot in slots())}.")


def read(slot: Slot, text: str, *, currency: str) -> Term:
    """What a person wrote for a slot, checked. Raises `WrongUsage` with an example of what is understood."""
    value = " ".join(unicodedata.normalize("NFC", text).split())
    if not value:
        raise WrongUsage(f"{slot.label} is empty", hint=f"Write it like “{slot.example}”, or say --waive {slot.name}.")
    if slot.kind == "money":
        fee = Money.parse(value, currency)
        if fee.minor < 0:
            raise WrongUsage("a fee cannot be negative", hint="Use --fee 0 for a gift.")
        return Term(slot.name, fee=fee)
    if slot.kind == "date":
        return Term(slot.name, OutsideText(day(value, slot.label).isoformat()))
    if slot.kind == "duration":
        return Term(slot.name, OutsideText(_duration(value, slot)))
    return Term(slot.name, OutsideText(value))


def waived(slot: Slot) -> Term:
    """A slot that both sides leave open on purpose. Raises `WrongUsage` for the fee, which has zero for that."""
    if slot.name == FEE:
        raise WrongUsage("the fee cannot be waived", hint="Use --fee 0 for a gift.")
    return Term(slot.name, waived=True)


def check_agreed(terms: Terms) -> None:
    """The gate before an agreement. Raises `Failure` that names every missing term."""
    if terms.missing:
        labels = ", ".join(slot_named(name).label for name in terms.missing)
        options = " ".join(f"--{name.replace('_', '-')} …" for name in terms.missing)
        raise Failure(
            f"not agreed yet, {len(terms.missing)} missing: {labels}",
            hint=f"Note them ({options}) or leave one open on purpose with --waive TERM; --fee 0 for a gift.",
        )


def canonical(terms: Terms) -> str:
    """The sheet as canonical JSON: sorted keys, no blanks, NFC text, money as minor units."""
    document: dict[str, Any] = {}
    for term in terms.terms:
        if term.waived:
            document[term.slot] = {"waived": True}
        elif term.fee is not None:
            document[term.slot] = {"minor": term.fee.minor, "currency": term.fee.currency}
        else:
            document[term.slot] = unicodedata.normalize("NFC", term.value or "")
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def terms_hash(terms: Terms) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(terms).encode()).hexdigest()


def differences(before: Terms, after: Mapping[str, Term]) -> tuple[str, ...]:
    """The slots in which `after` says something else than `before`."""
    return tuple(slot for slot, term in after.items() if before.get(slot) != term)


def day(text: str, label: str) -> date:
    """A calendar day written as 2026-12-01. Raises `WrongUsage`."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise WrongUsage(f"“{text}” is not a day for {label}", hint="Write it like 2026-12-01.") from None


def stays_until(terms: Terms, posted_on: date) -> date | None:
    """The last day on which a post must be on line; None where it stays for good, or nothing was said."""
    term = terms.get("retention")
    days = retention_days(term.value) if term and term.value else None
    return posted_on + timedelta(days=days) if days is not None else None


_UNITS: Final = {"day": 1, "week": 7, "month": 30, "year": 365}
_DURATION: Final = re.compile(r"(\d{1,4})\s*(d|w|m|mo|y|days?|weeks?|months?|years?)", re.IGNORECASE | re.ASCII)
_FOR_GOOD: Final = frozenset({"for good", "permanent", "permanently", "forever", "unlimited"})


def retention_days(value: str) -> int | None:
    """How many days a post must stay, from a retention term; None for good."""
    found = _DURATION.fullmatch(value)
    if found is None:
        return None
    return int(found[1]) * next(days for unit, days in _UNITS.items() if unit.startswith(found[2].casefold()[0]))


def _duration(value: str, slot: Slot) -> str:
    if value.casefold() in _FOR_GOOD:
        return "for good"
    found = _DURATION.fullmatch(value)
    if found is None or int(found[1]) == 0:
        raise WrongUsage(f"“{value}” is not a length of time", hint=f"Write it like “{slot.example}”, or “for good”.")
    number, letter = int(found[1]), found[2].casefold()[0]
    unit = next(unit for unit in _UNITS if unit.startswith(letter))
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
