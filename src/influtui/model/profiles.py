"""What a person pastes to name somebody: the address of a profile, a handle, or just a name.

The patterns are data (`data/profile_urls.toml`). Nothing is fetched: an address that only a server could resolve
(a shortened link) is said to be one.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

from influtui.model import records
from influtui.model.failures import WrongUsage
from influtui.model.shipped import shipped


class Profile(NamedTuple):
    """An account that somebody named: by its address, or by a handle on a known platform."""

    platform: str
    handle: str
    url: str


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one platform addresses profiles."""

    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    page: str
    handle: str
    not_people: tuple[str, ...] = ()
    federated: bool = False


class Addresses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table, in the order in which platforms are tried."""

    platform: dict[str, Pattern]
    shorteners: frozenset[str]


@cache
def addresses() -> Addresses:
    """The table of patterns."""
    text = shipped("profile_urls.toml")
    return records.convert(tomllib.loads(text), Addresses)


def looks_like_url(text: str) -> bool:
    """Whether a word is meant as an address: it has a scheme, or a host with a path behind it."""
    return re.match(r"(?i)(?:https?://|(?:[\w-]+\.)+[a-z]{2,}/.)", text.strip()) is not None


def from_url(text: str) -> Profile:
    """The account behind the address of a profile. Raises `WrongUsage` saying what else the address is."""
    host, path = _parts(text)
    if host in addresses().shorteners:
        raise WrongUsage(
            f"“{text.strip()}” is a shortened link: only its server knows whose it is",
            hint="Open it, and paste the address of the profile itself.",
        )
    for platform, pattern in addresses().platform.items():
        if not any(_host_fits(host, each) for each in pattern.hosts):
            continue
        handle = _handle(path, pattern)
        if handle is None:
            if "*" in pattern.hosts:
                break
            raise WrongUsage(
                f"“{text.strip()}” is a page of {platform}, but not somebody's profile",
                hint=f"A profile looks like {pattern.page.format(handle='somebody', host=host)}",
            )
        if pattern.federated and "@" not in handle:
            handle = f"{handle}@{host}"
        return Profile(platform, handle, page(platform, handle))
    raise WrongUsage(
        f"“{text.strip()}” is not the address of a profile on a known platform",
        hint=f"Known: {', '.join(addresses().platform)}. Or give the handle with --platform.",
    )


def from_handle(text: str, platform: str) -> Profile:
    """The account of a handle on a known platform. Raises `WrongUsage` where the platform has no such handles."""
    handle = text.strip().removeprefix("@")
    pattern = addresses().platform.get(platform)
    if pattern is not None and not re.fullmatch(pattern.handle, handle, re.IGNORECASE):
        raise WrongUsage(
            f"“{text.strip()}” cannot be a handle on {platform}", hint="Check the spelling, or the platform."
        )
    return Profile(platform, handle, page(platform, handle))


def page(platform: str, handle: str) -> str:
    """The address of an account's profile; empty for a platform whose pages nobody described."""
    pattern = addresses().platform.get(platform)
    if pattern is None:
        return ""
    if pattern.federated:
        user, _, host = handle.partition("@")
        return pattern.page.format(handle=user, host=host) if host else ""
    if platform == "youtube" and re.fullmatch(r"UC[\w-]{22}", handle):
        return f"https://www.youtube.com/channel/{handle}"
    return pattern.page.format(handle=handle)


def offline_handle(name: str) -> str:
    """The handle of somebody without an account: the name's letters and digits, words joined by `-`."""
    words = re.findall(r"\w+", unicodedata.normalize("NFC", name).casefold())
    return "-".join(words)[:100]


def _parts(text: str) -> tuple[str, str]:
    address = text.strip()
    if "://" not in address:
        address = f"https://{address}"
    try:
        split = urlsplit(address)
        host = (split.hostname or "").casefold().rstrip(".")
    except ValueError:
        host = ""
        split = urlsplit("")
    if not host or split.scheme.casefold() not in ("http", "https"):
        raise WrongUsage(f"“{text.strip()}” is not a web address", hint="Paste the address of a profile, or a handle.")
    for prefix in ("www.", "m.", "mobile."):
        host = host.removeprefix(prefix)
    return host, unquote(split.path).rstrip("/")


def _host_fits(host: str, pattern: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", r"[\w.-]+")
    return re.fullmatch(expression, host) is not None


def _handle(path: str, pattern: Pattern) -> str | None:
    for shape in pattern.paths:
        expression = re.escape(shape).replace(r"\{handle\}", f"(?P<handle>{pattern.handle})").replace(r"\*", ".+")
        found = re.fullmatch(expression, path, re.IGNORECASE)
        if found and found["handle"].casefold() not in pattern.not_people:
            return found["handle"]
    return None
