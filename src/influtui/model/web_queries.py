"""Queries for a search engine that lead to profiles: a niche, a place, a language, and how people write that they answer mail."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final
from urllib.parse import quote_plus

import msgspec

from influtui.model import records
from influtui.model.failures import WrongUsage
from influtui.model.nearest import nearest
from influtui.model.places import country_code, language_code
from influtui.model.shipped import shipped

USUAL_LANGUAGE: Final = "en"


class Site(msgspec.Struct, frozen=True, rename={"without": "not"}):
    """Where a platform's profiles are, and which of its pages are none."""

    site: str
    without: tuple[str, ...] = ()


class Engine(msgspec.Struct, frozen=True):
    """How a search engine is asked."""

    url: str
    country: str = ""
    language: str = ""


class Table(msgspec.Struct, frozen=True):
    """The whole file."""

    platform: dict[str, Site]
    words: dict[str, tuple[str, str]]
    engine: dict[str, Engine]


class WebQuery(msgspec.Struct, frozen=True, tag_field="schema", tag="influtui.web_query/1"):
    """One query, as a person pastes it or as a link that asks it: the command line's contract."""

    platform: str
    query: str
    url: str
    finds: str


def web_queries(
    niche: str,
    *,
    platforms: Sequence[str] = (),
    country: str | None = None,
    language: str | None = None,
    place: str | None = None,
    engine: str = "google",
) -> list[WebQuery]:
    """Queries about `niche`, two for each platform: who can be written to by mail, and who says that they work with brands.

    A `place` stands in the query, word for word; country and language are told to the engine, and the words for mail and
    collaboration are those of the language. Raises `WrongUsage` for a platform, an engine or a country that is none.
    """
    words = niche.strip().strip('"')
    if not words:
        raise WrongUsage("nothing is looked for", hint='influtui search web "vegan baking" --country DE')
    known = table()
    chosen = [_known(each, known.platform, "platform") for each in platforms] or ["instagram", "tiktok", "youtube"]
    asked = known.engine[_known(engine, known.engine, "search engine")]
    code = _code(country, country_code, "country", "DE")
    spoken = _code(language, language_code, "language", "de")
    mail, together = known.words.get(spoken or USUAL_LANGUAGE, known.words[USUAL_LANGUAGE])
    found: list[WebQuery] = []
    for platform in chosen:
        site = known.platform[platform]
        for word, finds in ((mail, "who can be written to by mail"), (together, "who says that they work with brands")):
            parts = [f"site:{site.site}", _exact(words), _exact(word), *([_exact(place)] if place else [])]
            query = " ".join([*parts, *(f"-site:{each}" for each in site.without)])
            found.append(WebQuery(platform, query, _link(asked, query, code, spoken), finds))
    return found


@cache
def table() -> Table:
    """The file, checked."""
    return records.convert(tomllib.loads(shipped("web_queries.toml")), Table)


def _code(said: str | None, read: Callable[[str], str | None], what: str, example: str) -> str | None:
    code = read(said) if said else None
    if said and code is None:
        raise WrongUsage(f"“{said}” is no {what}", hint=f"A code or a name, as in {example}.")
    return code


def _exact(words: str) -> str:
    return '"{}"'.format(words.replace('"', " ").strip())


def _link(engine: Engine, query: str, country: str | None, language: str | None) -> str:
    given = {"country": (country or "").lower(), "language": (language or "").lower()}
    url = engine.url.format(query=quote_plus(query))
    url += engine.country.format(**given) if country and (language or "{language}" not in engine.country) else ""
    return url + (engine.language.format(**given) if language else "")


def _known(name: str, among: dict[str, Site] | dict[str, Engine], what: str) -> str:
    if name.casefold() in among:
        return name.casefold()
    close = nearest(name.casefold(), among)
    raise WrongUsage(
        f"there is no {what} “{name}” to look on",
        hint=f"Did you mean {close}? " * bool(close) + f"Known: {', '.join(sorted(among))}.",
    )
