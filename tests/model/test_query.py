"""The search language: what it reads, and what it says when it cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.creators import joined
from influtui.model.qualifiers import CREATORS
from influtui.model.query import QueryError, parse
from influtui.model.query_ast import (
    Ago,
    And,
    Context,
    Everything,
    Field,
    Is,
    Known,
    Not,
    Or,
    Query,
    Says,
    Span,
    Starts,
    Words,
    bind,
)  # fmt: skip

DAY = 86_400_000


def read(text: str) -> Query:
    return parse(text, CREATORS)


def test_nothing_asks_for_everybody() -> None:
    assert read("  ") == Everything()


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Vegan", Words(("vegan",))),
        ("Crème", Words(("creme",))),
        ("Łódź", Words(("lodz",))),
        ("𝓐𝓷𝓷𝓪", Words(("anna",))),
        ("Straße", Words(("strasse",))),
        ("ｽｷﾝ", Words(("スキン",))),
        ("مُحَمَّد", Words(("محمد",))),
        ("bak*", Words(("bak",), prefix=True)),
        ('"Vegan baking"', Words(("vegan", "baking"))),
        ("vegan-baking", Words(("vegan", "baking"))),
        ("@anna.bakes", Words(("anna", "bakes"))),
        ("“Vegan baking”", Words(("vegan", "baking"))),
        ("„Vegan baking“", Words(("vegan", "baking"))),
        ('bio:“plant based” tea', And((Field("bio", (Says(Words(("plant", "based"))),)), Words(("tea",))))),
        ("–topic:tea", Not(Field("topics", (Is("tea"),)))),
        ("a −tea", And((Words(("a",)), Not(Words(("tea",)))))),
        ("topic：護膚，茶", Field("topics", (Is("護膚"), Is("茶")))),
        ("（a OR b）", Or((Words(("a",)), Words(("b",))))),
        # What is quoted is meant as it stands.
        ('topic:"sugar–free：“so”"', Field("topics", (Is("sugar–free：“so”"),))),
        ("topic:sugar–free", Field("topics", (Is("sugar–free"),))),
        ("topic:İÇECEK", Field("topics", (Is("içecek"),))),
        ('topic:"Straßen  Küche"', Field("topics", (Is("strassen küche"),))),
        ("a b", And((Words(("a",)), Words(("b",))))),
        ("a AND b", And((Words(("a",)), Words(("b",))))),
        ("a OR b c", Or((Words(("a",)), And((Words(("b",)), Words(("c",))))))),
        ("(a OR b) c", And((Or((Words(("a",)), Words(("b",)))), Words(("c",))))),
        ("-a", Not(Words(("a",)))),
        ("NOT a", Not(Words(("a",)))),
        ("--a", Words(("a",))),
        ("-(a b)", Not(And((Words(("a",)), Words(("b",)))))),
        ("or", Words(("or",))),
        ("followers:10k..100k", Field("followers", (Span(10_000, 100_000),))),
        ("followers:..10k", Field("followers", (Span(None, 10_000),))),
        ("followers:1.5M..", Field("followers", (Span(1_500_000, None),))),
        ("er:>3%", Field("engagement_rate", (Span(3, None, low_included=False),))),
        ("er:<=2.5", Field("engagement_rate", (Span(None, 2.5),))),
        ("posts:7,9..", Field("posts", (Span(7, 7), Span(9, None)))),
        ("tier:micro", Field("followers", (Span(1_000, 100_000, high_included=False),))),
        ("tier:mega", Field("followers", (Span(1_000_001, None, high_included=False),))),
        ("country:us,UK", Field("country", (Is("US"), Is("GB")))),
        ("country:Germany", Field("country", (Is("DE"),))),
        ("region:dach", Field("country", (Is("AT"), Is("CH"), Is("DE")))),
        ("lang:German", Field("language", (Is("de"),))),
        ("topic:Skincare", Field("topics", (Is("skincare"),))),
        ('topic:"skin care",beauty', Field("topics", (Is("skin care"), Is("beauty")))),
        ("tag:vip*", Field("tags", (Starts("vip"),))),
        ("has:email", Field("email", (Known(),))),
        ("name:anna", Field("name", (Says(Words(("anna",))),))),
        ("handle:@Anna", Field("handle", (Is("anna"),))),
        ("seen:<30d", Field("as_of", (Ago(Span(None, 30 * DAY, high_included=False)),))),
        ("seen:30d", Field("as_of", (Ago(Span(None, 30 * DAY)),))),
        ("age:>6mo", Field("as_of", (Ago(Span(180 * DAY, None, low_included=False)),))),
        ("instagram:Anna", And((Field("platform", (Is("instagram"),)), Field("handle", (Is("anna"),))))),
        ("#17", Field("id", (Span(17, 17),))),
        ("10:30", Words(("10", "30"))),
    ],
)  # fmt: skip
def test_reads(text: str, query: Query) -> None:
    assert read(text) == query


@pytest.mark.parametrize(
    ("text", "position", "suggestion"),
    [
        ("folowers:>10", 0, "followers:"),
        ("er:3.. folowers:>10", 7, "followers:"),
        ("followers:>>3", 10, "followers:>3"),
        ("followers:10k-100k", 10, "followers:10k..100k"),
        ("followers:10k...100k", 10, "followers:10k..100k"),
        ("followers:10k+", 10, "followers:10k.."),
        ("followers:>10,000", 14, "followers:>10000"),
        ("followers:10,500..20k", 13, "followers:10500..20k"),
        ("er:>3,5", 6, "er:>3.5"),
        ("er:1..3,5", 8, "er:1..3.5"),
        ("views:>10,5", 10, "views:>10.5"),
        ("followers:10.000..", 10, "followers:10000.."),
        ("audience:US>>40", 9, "audience:US>40"),
        ("audience:Germny>40", 9, "audience:germany>40"),
        ("audience:US>400", 9, None),
        ("audience:14-15", 9, None),
        ("lang:klingon", 5, None),
        ("lang:germn", 5, "lang:German"),
        ("sort:fit", 0, None),
        ("tea sort:name", 4, None),
        ("–topic:tea folowers:3", 11, "followers:"),
        ("NOT", 0, None),
        ("(a OR", 3, None),
        ("(a", 0, None),
        ("a )", 2, None),
        ("()", 0, None),
        ("tier:gigantic", 5, None),
        ("tier:micr", 5, "tier:micro"),
        ("platform:tiktok,instagran", 16, "platform:instagram"),
        ("country:Germny", 8, "country:Germany"),
        ("region:dakh", 7, "region:dach"),
        ("has:emial", 4, "has:email"),
        ('a "open', 2, None),
        ("a OR", 2, None),
        ("OR a", 0, None),
        ("a AND", 2, None),
        ("- a", 0, None),
        ("followers:", 10, None),
        ("country:US,,CA", 11, None),
        ("er:5..3", 3, "er:3..5"),
        ("seen:3x", 5, None),
        ("seen:2026-13", 5, None),
        ("followers:99999999999999999m", 10, None),
        ("b*d", 0, None),
        ("*", 0, None),
        ("(" * 60 + "a" + ")" * 60, 40, None),
        ("a " * 101, 200, None),
    ],
)
def test_says_where_it_is_wrong_and_what_is_nearest(text: str, position: int, suggestion: str | None) -> None:
    with pytest.raises(QueryError) as caught:
        read(text)
    assert (caught.value.position, caught.value.suggestion) == (position, suggestion)
    assert caught.value.at == f"character {position + 1}"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("topic", ["İçecek", "Skin  Care", "a|b", "STRASSE", "İSTANBUL  kahve"])
def test_a_topic_is_asked_for_as_it_is_kept(topic: str) -> None:
    assert read(f'topic:"{topic}"') == Field("topics", (Is((joined([topic]) or "").strip("|")),))


def test_an_order_in_a_query_is_told_where_it_belongs() -> None:
    with pytest.raises(QueryError, match="an order is no part of a query") as caught:
        read("sort:seen")
    assert caught.value.hint == "Say --sort age beside it; in the app it is the key o."


def test_an_error_about_few_choices_lists_them() -> None:
    with pytest.raises(QueryError) as caught:
        read("tier:gigantic")
    assert caught.value.hint == "There are: nano, micro, macro, mega."


def place(text: str) -> int:
    """Where a text is wrong; its beginning where it is right."""
    try:
        read(text)
    except QueryError as error:
        return error.position
    return 0


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    assert 0 <= place(text) <= len(text)


@given(st.text(alphabet='ab:*"()-OR .,<>=0k19#@é', max_size=40))
def test_text_made_of_the_language_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    assert 0 <= place(text) <= len(text)


def test_ages_are_counted_back_from_now() -> None:
    bound = bind(read("seen:<1d"), Context(now=10 * DAY))
    assert bound == Field("as_of", (Span(9 * DAY, None, low_included=False, high_included=True),))


def test_shipping_asks_for_the_campaigns_countries() -> None:
    context = Context(now=0, campaign="SPRING", campaign_id=1, ship_to=("DE", "US"))
    to_us = Field("country", (Is("DE"), Is("US")))
    assert bind(read("ships:yes"), context) == to_us
    assert bind(read("ships:no"), context) == And((Field("country", (Known(),)), Not(to_us)))


def test_every_example_of_a_qualifier_is_read_and_names_its_field() -> None:
    for qualifier in CREATORS.qualifiers:
        for example in qualifier.examples:
            read(example)


def test_no_qualifier_is_named_like_a_platform() -> None:
    platform = CREATORS.named("platform")
    assert platform is not None
    for name in platform.choices:
        assert CREATORS.named(name) is None
