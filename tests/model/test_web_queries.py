"""Queries for a search engine lead to profiles and not to posts, in the words of the language that is asked in."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from influtui.model.failures import WrongUsage
from influtui.model.profiles import addresses
from influtui.model.web_queries import table, web_queries


def test_a_niche_becomes_queries_for_mail_and_for_collaboration() -> None:
    first, second = web_queries("vegan baking", platforms=["instagram"])
    assert first.query.startswith('site:instagram.com "vegan baking" "email" -site:instagram.com/p')
    assert '"collab"' in second.query
    parts = urlsplit(first.url)
    assert (parts.hostname, parse_qs(parts.query)["q"]) == ("www.google.com", [first.query])


def test_place_country_and_language_each_go_where_they_work() -> None:
    [query, _] = web_queries(
        'vegan "baking"', platforms=["tiktok"], place="Köln", country="Germany", language="german", engine="duckduckgo"
    )
    assert '"Köln"' in query.query
    assert '"E-Mail"' in query.query
    assert '"vegan  baking"' in query.query, "a quotation mark ends no phrase too early"
    assert parse_qs(urlsplit(query.url).query)["kl"] == ["de-de"]


@pytest.mark.parametrize(
    "more", [{"platforms": ["instgram"]}, {"engine": "gogle"}, {"country": "Atlantis"}, {"language": "??"}]
)
def test_what_is_unknown_is_said_with_the_nearest(more: dict[str, object]) -> None:
    with pytest.raises(WrongUsage):
        web_queries("bread", **more)  # type: ignore[arg-type]
    with pytest.raises(WrongUsage):
        web_queries(' "" ')


def test_every_engine_and_platform_of_the_table_gives_an_address() -> None:
    known = table()
    for engine in known.engine:
        for each in web_queries("bread", platforms=list(known.platform), engine=engine, country="DE", language="de"):
            assert urlsplit(each.url).scheme == "https"
            assert "{" not in each.url
    assert {name for name in known.platform if name != "linktree"} <= addresses().platform.keys()
