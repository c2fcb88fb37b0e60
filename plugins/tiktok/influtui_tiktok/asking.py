"""What a query asks of TikTok: creators by words, accounts by name, pasted links, who was paid, one's own account, research.

What TikTok gives no normal brand is refused with the reason and with what there is instead, never with an empty list.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from influtui.api import InvalidInput, Unsupported

NAME: Final = re.compile(r"[A-Za-z0-9._]{2,24}")
_COUNT: Final = re.compile(r"(\d+(?:\.\d+)?)([km]?)", re.IGNORECASE)
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_HASHTAG: Final = re.compile(r"\w{1,100}")
USUAL_DAYS: Final = 30


class Accounts(msgspec.Struct, frozen=True):
    """Accounts by name, each once, and what was among them that no name can be."""

    names: tuple[str, ...]
    odd: tuple[str, ...] = ()


class Links(msgspec.Struct, frozen=True):
    """Links of videos, as oEmbed takes them."""

    urls: tuple[str, ...]
    names: tuple[str, ...] = ()
    """Accounts that were named beside them."""
    odd: tuple[str, ...] = ()


class OwnAccount(msgspec.Struct, frozen=True):
    """The account that logged in."""


class Words(msgspec.Struct, frozen=True):
    """A search in TikTok One, as its parameters."""

    parameters: dict[str, str | int]
    country: str | None
    """Where everybody who is found lives, if only one country was asked for."""


class Paid(msgspec.Struct, frozen=True):
    """Who published commercial content, as the library's filters; a brand is looked for in what comes."""

    filters: dict[str, Any]
    brand: str | None = None


class Research(msgspec.Struct, frozen=True):
    """A query of the Research API."""

    conditions: list[dict[str, Any]]
    start: str
    end: str
    hashtag: bool = False


Asked = Accounts | Links | OwnAccount | Words | Paid | Research


def asked(query: str, today: date, country: str = "", *, researcher: bool = False) -> Asked:
    """What `query` asks; `country` is where to look if it says nothing. Raises `InvalidInput` or `Unsupported`."""
    words = query.split()
    first = words[0].casefold().lstrip("#") if words else ""
    if query.lstrip().startswith("#"):
        first = "hashtag"
    if len(words) == 1 and first == "me":
        return OwnAccount()
    if first == "paid":
        return _paid(words[1:], today)
    if first == "research" and researcher:
        return _research(words[1:], today)
    if first in _withheld() and (len(words) == 1 or first in ("hashtag", "research") or words[1].startswith("@")):
        raise Unsupported(f"{_withheld()[first]['why']}. {_withheld()[first]['instead']}")
    parts = [part for part in re.split(r"[\s,;]+", query) if part]
    if any(part.startswith("@") or "tiktok.com/" in part for part in parts):
        return _named(parts)
    return _words(words, country)


def accounts(written: Sequence[str]) -> Accounts:
    """Names, with or without `@`, or addresses of profiles."""
    names: dict[str, None] = {}
    odd: list[str] = []
    for each in written:
        name = _name(each)
        if name is None:
            odd.append(each)
        else:
            names.setdefault(name)
    return Accounts(tuple(names), tuple(odd))


def _named(parts: Sequence[str]) -> Accounts | Links:
    urls = {each: link for each in parts if (link := _video(each)) is not None}
    others = accounts([each for each in parts if each not in urls])
    if not urls:
        if not others.names:
            raise InvalidInput(f"“{others.odd[0]}” is no TikTok name: letters, digits, dots and _, 2 to 24 of them")
        return others
    return Links(tuple(dict.fromkeys(urls.values())), others.names, others.odd)


def _name(written: str) -> str | None:
    parts = _address(written)
    if parts is not None:
        steps = [step for step in parts.path.split("/") if step]
        if len(steps) != 1 or not steps[0].startswith("@"):
            return None
        written = steps[0]
    name = written.removeprefix("@").lower()
    return name if NAME.fullmatch(name) else None


def _video(written: str) -> str | None:
    """The address that oEmbed takes; None for what is no link to a video. Photo posts are asked for as videos."""
    parts = _address(written)
    if parts is None:
        return None
    path = parts.path.rstrip("/").replace("/photo/", "/video/")
    if parts.hostname in ("vm.tiktok.com", "vt.tiktok.com"):
        return f"https://{parts.hostname}{path}/" if re.fullmatch(r"/\w+", path) else None
    return f"https://www.tiktok.com{path}" if re.fullmatch(r"/(?:@[\w.]+/video|t)/\w+", path) else None


def _address(written: str) -> Any:
    if "tiktok.com/" not in written:
        return None
    try:
        parts = urlsplit(written if "//" in written else f"https://{written}")
    except ValueError:
        return None
    host = parts.hostname or ""
    return parts if host == "tiktok.com" or host.endswith(".tiktok.com") else None


def _words(words: Sequence[str], country: str) -> Words:
    free, parameters = _qualified(words, _WORDS, "TikTok One")
    if "country_codes" not in parameters:
        if not country:
            raise InvalidInput(
                "TikTok One searches in countries: say which, as in “vegan baking country:DE”, or set one for good with"
                " influtui config set plugin.tiktok.country DE"
            )
        parameters |= _countries(country)
    codes = json.loads(str(parameters["country_codes"]))
    given = {"keyword_search": " ".join(free), **parameters} if free else parameters
    return Words(given, codes[0] if len(codes) == 1 else None)


def _paid(words: Sequence[str], today: date) -> Paid:
    names = [word for word in words if word.startswith("@")]
    free, found = _qualified([word for word in words if word not in names], _PAID, "the commercial content library")
    if free and "brand" in found:
        # A brand of several words needs no quotation marks: what stands free belongs to it.
        found["brand"] = " ".join((str(found["brand"]), *free))
    elif free:
        raise InvalidInput(
            "the library has no search by words: name a brand (paid brand:acme), people (paid @anna) or a country"
            " (paid country:DE)"
        )
    since = found.get("since", today - timedelta(days=USUAL_DAYS))
    until = found.get("until", today)
    begins = _eea()["begins"]
    if since < begins:
        raise InvalidInput(f"the library begins at {begins}")
    if until < since:
        raise InvalidInput(f"“until:{until}” is before “since:{since}”")
    filters: dict[str, Any] = {
        "content_published_date_range": {"min": f"{since:%Y%m%d}", "max": f"{until:%Y%m%d}"},
        "creator_country_code": found.get("country", "ALL"),
    }
    if names:
        wanted = accounts(names)
        if wanted.odd:
            raise InvalidInput(f"“{wanted.odd[0]}” is no TikTok name")
        filters["creator_usernames"] = list(wanted.names)
    return Paid(filters, found.get("brand"))


def _research(words: Sequence[str], today: date) -> Research:
    free, found = _qualified(words, _RESEARCH, "the Research API")
    tags = [word.removeprefix("#") for word in free if word.startswith("#")]
    words = [word for word in free if not word.startswith("#")]
    if not free or any(not _HASHTAG.fullmatch(tag) for tag in tags):
        raise InvalidInput("say what to look for: research vegan baking country:US, or “research #veganbaking”")
    conditions = [{"operation": "EQ", "field_name": "hashtag_name", "field_values": [tag]} for tag in tags]
    if words:
        conditions.append({"operation": "EQ", "field_name": "keyword", "field_values": [" ".join(words)]})
    if "country" in found:
        conditions.append({"operation": "IN", "field_name": "region_code", "field_values": found["country"]})
    start = today - timedelta(days=USUAL_DAYS)
    return Research(conditions, f"{start:%Y%m%d}", f"{today:%Y%m%d}", hashtag=bool(tags) and not words)


Reader = Callable[[str], Mapping[str, Any]]


def _qualified(words: Sequence[str], known: Mapping[str, Reader], whose: str) -> tuple[list[str], dict[str, Any]]:
    free: list[str] = []
    found: dict[str, Any] = {}
    for word in words:
        name, colon, value = word.partition(":")
        if not colon or not name.isidentifier():
            free.append(word)
        elif name not in known:
            raise InvalidInput(f"{whose} knows no {name}: it knows {', '.join(sorted(known))}")
        elif not value:
            raise InvalidInput(f"{name}: needs a value behind the colon")
        else:
            found.update(known[name](value))
    return free, found


def _codes(value: str) -> list[str]:
    codes = [code.upper() for code in value.split(",")]
    for code in codes:
        if not _COUNTRY.fullmatch(code):
            raise InvalidInput(f"“{code}” is no country: two letters, as in DE,AT")
    return codes


def _countries(value: str, parameter: str = "country_codes") -> dict[str, str]:
    return {parameter: json.dumps(_codes(value))}


def _languages(value: str) -> dict[str, str]:
    codes = [code.lower() for code in value.split(",")]
    for code in codes:
        if not _LANGUAGE.fullmatch(code):
            raise InvalidInput(f"“{code}” is no language: two letters, as in de,en")
    return {"languages": json.dumps(codes)}


def _range(what: str, value: str) -> dict[str, int]:
    low, dots, high = value.partition("..")
    if not dots or not (low or high):
        raise InvalidInput(f"“{value}” is no range: write it like 10k..250k, 10k.. or ..250k")
    ends = {f"{end}_{what}": _count(written) for end, written in (("min", low), ("max", high)) if written}
    if len(ends) == 2 and ends[f"min_{what}"] > ends[f"max_{what}"]:
        raise InvalidInput(f"“{value}” ends below its beginning")
    return ends


def _count(written: str) -> int:
    match = _COUNT.fullmatch(written)
    if match is None:
        raise InvalidInput(f"“{written}” is no number: write it like 25000 or 25k")
    return round(float(match[1]) * {"": 1, "k": 1_000, "m": 1_000_000}[match[2].lower()])


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidInput(f"“{value}” is no day: write it like 2026-01-31") from None


def _of_the_eea(value: str) -> dict[str, str]:
    (code, *more) = _codes(value)
    if more:
        raise InvalidInput("the library takes one country, or all where none is named")
    if code not in _eea()["countries"]:
        raise InvalidInput(f"the library holds the European Economic Area only, and {code} is not in it")
    return {"country": code}


_WORDS: Final[Mapping[str, Reader]] = {
    "country": _countries,
    "audience": lambda value: _countries(value, "follower_country_codes"),
    "language": _languages,
    "followers": lambda value: _range("followers", value),
    "views": lambda value: _range("median_views", value),
}
_PAID: Final[Mapping[str, Reader]] = {
    "brand": lambda value: {"brand": value},
    "country": _of_the_eea,
    "since": lambda value: {"since": _day(value)},
    "until": lambda value: {"until": _day(value)},
}
_RESEARCH: Final[Mapping[str, Reader]] = {"country": lambda value: {"country": _codes(value)}}


@cache
def _eea() -> dict[str, Any]:
    return tomllib.loads(files("influtui_tiktok").joinpath("eea.toml").read_text("utf-8"))


@cache
def _withheld() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("influtui_tiktok").joinpath("withheld.toml").read_text("utf-8"))
