"""Brands, products and campaigns as records: what can be said about them, and what makes no sense.

Every field is read from text by one table, which `new` and `edit` share, so that both accept and refuse the same. Who
is picked for a campaign, and how many, is in `model/shortlist.py`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any, Final, Literal, TypeVar

import msgspec

from influtui.model import records
from influtui.model.creators import member, parse_ref
from influtui.model.currencies import currency
from influtui.model.failures import WrongUsage
from influtui.model.ids import BrandId, CampaignId, ProductId
from influtui.model.money import Money
from influtui.model.nearest import nearest
from influtui.model.places import country_code
from influtui.model.query_values import regions
from influtui.model.shipped import shipped

Goal = Literal["awareness", "conversion", "content"]
"""What a campaign is for; weighs the scores."""

GOALS: Final = ("awareness", "conversion", "content")
CAMPAIGN_STATES: Final = ("draft", "active", "paused", "closed")

R = TypeVar("R", bound=msgspec.Struct)


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bounds and defaults of `data/campaigns.toml`."""

    wanted: int
    outreach_ratio: float
    fewest_picks: int
    most_picks: int


@cache
def rules() -> Rules:
    """The bounds and defaults of every campaign."""
    text = shipped("campaigns.toml")
    return records.convert(tomllib.loads(text), Rules)


class Brand(msgspec.Struct, frozen=True, kw_only=True):
    """Who runs campaigns."""

    id: BrandId = BrandId(0)
    name: str
    currency: str = "USD"
    postal_address: str | None = None
    ship_to: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    own_handles: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent to creators."""

    id: ProductId = ProductId(0)
    brand: str
    sku: str
    name: str
    cost: Money | None = None
    """Cost of goods: what it costs us."""
    value: Money | None = None
    """Retail value: what a parcel declares and a tax form counts."""
    currency: str
    url: str | None = None


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work with a goal, a budget and an end."""

    id: CampaignId = CampaignId(0)
    code: str
    name: str
    brand: str
    goal: Goal = "awareness"
    state: Literal["draft", "active", "paused", "closed"] = "active"
    niche: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    ship_to: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    wanted: int = 15
    outreach_ratio: float = 2.0
    currency: str
    budget: Money | None = None
    starts: date | None = None
    ends: date | None = None


Reader = Callable[[str, Mapping[str, Any]], Any]
"""Reads one field's text, knowing the record as it will be."""


def changed(record: R, changes: Mapping[str, str]) -> R:
    """`record` with fields set from text (an empty text clears what may be unknown).

    Raises `WrongUsage` that names the field, and for a field that does not exist the nearest one.
    """
    table = _TABLES[type(record)]
    as_it_will_be: dict[str, Any] = msgspec.structs.asdict(record)
    for name in sorted(changes, key=lambda each: (each != "currency", each)):
        field = name.strip().casefold().replace("-", "_")
        if field not in table:
            close = nearest(field, table)
            meant = f"Did you mean {close}? " if close else ""
            noun = type(record).__name__.casefold()
            raise WrongUsage(f"a {noun} has no field “{name}”", hint=f"{meant}Its fields: {', '.join(table)}.")
        try:
            as_it_will_be[field] = table[field](changes[name].strip(), as_it_will_be)
        except WrongUsage as wrong:
            raise WrongUsage(f"{field}: {wrong.message}", hint=wrong.hint) from None
    if "currency" in changes:
        _in_new_currency(record, changes, as_it_will_be)
    made: R = msgspec.structs.replace(record, **as_it_will_be)
    check(made)
    return made


def fields(noun: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a noun that can be set."""
    return tuple(_TABLES[noun])


def check(record: msgspec.Struct) -> None:
    """Refuse a record whose fields contradict each other."""
    if isinstance(record, Campaign) and record.starts and record.ends and record.ends < record.starts:
        raise WrongUsage(
            f"the campaign ends ({record.ends}) before it starts ({record.starts})", hint="Change one of the two days."
        )


_VERBS: Final = frozenset({"add", "reserve", "reject", "later", "list", "rank", "remove"})


def campaign_code(text: str) -> str:
    """A campaign's code as it is stored. Raises `WrongUsage` for one that a command line could not carry."""
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9_-]{0,31}", code, re.ASCII):
        raise WrongUsage(
            f"“{text}” is not a campaign code", hint="Letters, digits, - and _, at most 32, like SPRING-26."
        )
    if code.casefold() in _VERBS:
        raise WrongUsage(f"{code} is a verb of the shortlist and cannot be a campaign's code", hint="Choose another.")
    return code


def code_from(name: str) -> str:
    """A code made from a campaign's name: `Spring Serum 2026` is SPRING-SERUM-2026."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Z0-9]+", "-", letters.upper()).strip("-")[:32].strip("-")
    if not plain:
        raise WrongUsage(f"no code can be made from the name “{name}”", hint="Give one with --code.")
    return campaign_code(plain)


def _in_new_currency(record: msgspec.Struct, changes: Mapping[str, str], after: dict[str, Any]) -> None:
    """Amounts that stand in the old currency cannot stay."""
    for name in ("budget", "cost", "value"):
        amount = after.get(name)
        if name not in changes and amount is not None and amount.currency != after["currency"]:
            raise WrongUsage(
                f"{name} is {amount}, not {after['currency']}", hint=f"Say the new amount too: --set {name}=AMOUNT."
            )


def _text(text: str, _record: Mapping[str, Any]) -> str | None:
    return text or None


def _needed(text: str, _record: Mapping[str, Any]) -> str:
    if not text:
        raise WrongUsage("it cannot be empty")
    return text


def _words(text: str, _record: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted({member(word) for word in text.split(",")} - {""}))


def _countries(text: str, _record: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted({_country(word) for word in text.split(",") if word.strip()}))


def _regions(text: str, _record: Mapping[str, Any]) -> tuple[str, ...]:
    found = set()
    for word in (word.strip() for word in text.split(",") if word.strip()):
        named = re.sub(r"[\s_]+", "-", word.casefold())
        found.add(named if named in regions() else _country(word, or_region=True))
    return tuple(sorted(found))


def _country(word: str, *, or_region: bool = False) -> str:
    code = country_code(word)
    if code is None:
        also = " or a region (dach, eu, latam)" if or_region else ""
        raise WrongUsage(f"“{word.strip()}” is not a country", hint=f"Use two letters (DE), its English name{also}.")
    return code


def _handles(text: str, _record: Mapping[str, Any]) -> tuple[str, ...]:
    refs = [parse_ref(word) for word in text.split(",") if word.strip()]
    if any(ref.id is not None for ref in refs):
        raise WrongUsage("an own account is named by platform and handle", hint="Like instagram:ourbrand.")
    return tuple(sorted({str(ref) for ref in refs}))


def _currency(text: str, _record: Mapping[str, Any]) -> str:
    return currency(text)


def _money(text: str, record: Mapping[str, Any]) -> Money | None:
    if not text:
        return None
    amount = Money.parse(text, record["currency"])
    if amount.minor < 0:
        raise WrongUsage(f"“{text}” is less than nothing")
    return amount


def _day(text: str, _record: Mapping[str, Any]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f"“{text}” is not a day", hint="Write it like 2026-12-01.") from None


def _wanted(text: str, _record: Mapping[str, Any]) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise WrongUsage(f"“{text}” is not a number of people", hint="A whole number from 1 up.")
    return int(text)


def _ratio(text: str, _record: Mapping[str, Any]) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = 0
    if not 1 <= ratio <= 100:
        raise WrongUsage(
            f"“{text}” is not a ratio", hint="How many to contact for each one wanted: 1 or more, like 2.0."
        )
    return ratio


def _choice(choices: tuple[str, ...]) -> Reader:
    def read(text: str, _record: Mapping[str, Any]) -> str:
        word = text.casefold()
        if word not in choices:
            raise WrongUsage(f"“{text}” is not one of {', '.join(choices)}")
        return word

    return read


def _sku(text: str, _record: Mapping[str, Any]) -> str:
    if not re.fullmatch(r"[^\s,|]{1,64}", text):
        raise WrongUsage(f"“{text}” is not a SKU", hint="One word without blanks or commas, like SERUM-30.")
    return text


def _url(text: str, _record: Mapping[str, Any]) -> str | None:
    if text and not re.match(r"https?://[^\s/]+", text):
        raise WrongUsage(f"“{text}” is not a web address", hint="It begins with https://.")
    return text or None


_TABLES: Final[dict[type[msgspec.Struct], dict[str, Reader]]] = {
    Brand: {
        "name": _needed, "currency": _currency, "postal_address": _text, "ship_to": _countries, "competitors": _words,
        "own_handles": _handles, "values": _words,
    },
    Product: {"sku": _sku, "name": _needed, "currency": _currency, "cost": _money, "value": _money, "url": _url},
    Campaign: {
        "name": _needed, "goal": _choice(GOALS), "state": _choice(CAMPAIGN_STATES), "niche": _words, "values": _words,
        "regions": _regions, "ship_to": _countries, "wanted": _wanted, "outreach_ratio": _ratio, "currency": _currency,
        "budget": _money, "starts": _day, "ends": _day,
    },
}  # fmt: skip
