"""Facets in a search: values go in and out of it, and it stays a search that can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.qualifiers import CREATORS
from influtui.model.query import parse
from influtui.model.query_facets import FACETS, asked, toggled, without


@pytest.mark.parametrize(
    ("query", "facet", "value", "after"),
    [
        ("", "tier", "micro", "tier:micro"),
        ("vegan", "tier", "micro", "vegan tier:micro"),
        ("tier:micro vegan", "tier", "nano", "tier:micro,nano vegan"),
        ("tier:micro,nano vegan", "tier", "micro", "tier:nano vegan"),
        ("vegan tier:micro er:>3", "tier", "micro", "vegan er:>3"),
        ("", "topic", "fair trade", 'topic:"fair trade"'),
        ('topic:"fair trade",baking', "topic", "fair trade", "topic:baking"),
        ("niche:baking", "topic", "vegan", "niche:baking,vegan"),
        ("-country:DE", "country", "AT", "-country:DE country:AT"),
        ("vegan OR oats", "country", "AT", "(vegan OR oats) country:AT"),
        ('"this OR that"', "country", "AT", '"this OR that" country:AT'),
        ("COUNTRY:de", "country", "DE", ""),
    ],
)  # fmt: skip
def test_a_value_goes_into_the_search_or_out_of_it(query: str, facet: str, value: str, after: str) -> None:
    assert toggled(query, facet, value) == after
    if after:
        parse(after, CREATORS)


def test_what_is_asked_of_a_facet_can_be_read_back_and_taken_out() -> None:
    assert asked('vegan lang:DE,es topic:"Fair Trade"', "language") == ("de", "es")
    assert asked('topic:"Fair Trade",oats', "topic") == ("fair trade", "oats")
    assert asked("-topic:oats", "topic") == ()
    assert without("vegan tier:micro,nano er:>3", "tier") == "vegan er:>3"


@given(
    st.sampled_from(["", "vegan", "vegan OR oats", "er:>3 topic:oats", "-tier:nano (cake)"]),
    st.sampled_from([("country", "DE"), ("tier", "micro"), ("topic", "slow food"), ("platform", "tiktok")]),
)
def test_twice_is_as_if_nothing_had_been_done(query: str, chosen: tuple[str, str]) -> None:
    facet, value = chosen
    once = toggled(query, facet, value)
    assert value.casefold() in asked(once, facet)
    assert parse(toggled(once, facet, value), CREATORS) == parse(query, CREATORS)


def test_every_facet_is_a_qualifier() -> None:
    assert all(CREATORS.named(facet) for facet in FACETS)
