"""The words of the demo world, read from `data/`: tongues with names and phrases, topics, comments."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from influtui.model import records


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A topic, what bios say of it, and how handles show it."""

    name: str
    words: tuple[str, ...]
    handle: tuple[str, ...]


class Tongue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A language of the world: who writes in it, and what."""

    language: str
    share: int
    countries: dict[str, int]
    given: tuple[str, ...]
    family: tuple[str, ...]
    phrases: tuple[str, ...]
    extras: tuple[str, ...]
    contact: tuple[str, ...]
    topics: tuple[str, ...] = ()
    """Words for the first topics; without them the topics' own (English) words are used."""


class Comments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people write under posts."""

    about: tuple[str, ...]
    praise: tuple[str, ...]
    friends: tuple[str, ...]


@cache
def tongues() -> tuple[Tongue, ...]:
    """Every tongue."""
    return records.convert(_read("tongues")["tongue"], tuple[Tongue, ...])


@cache
def topics() -> tuple[Topic, ...]:
    """Every topic, the commonest first."""
    return records.convert(_read("topics")["topic"], tuple[Topic, ...])


@cache
def comments() -> Comments:
    """The comments."""
    return records.convert(_read("comments"), Comments)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("influtui.demo").joinpath(f"data/{name}.toml").read_text("utf-8"))
