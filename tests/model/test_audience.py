"""Who follows an account: shares as people, files and platforms write them."""

from __future__ import annotations

import json
import time

import pytest

from influtui.model.audience import bands, canonical, key_of, listed, overlap, shares, together
from influtui.model.audience_reading import header_key, read, read_object
from influtui.model.columns import folded


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("US 42%, GB 10%", {"US": 42, "GB": 10}),
        ("United States: 42.5; Germany: 10", {"US": 42.5, "DE": 10}),
        ("US (42%) | GB (10%)", {"US": 42, "GB": 10}),
        ("US 42,5 %; DE 3,25 %", {"US": 42.5, "DE": 3.25}),
        ("42% US, 10% United Kingdom", {"US": 42, "GB": 10}),
        ("18-24: 30%, 25\u201334 20%, 65+ 1%", {"18-24": 30, "25-34": 20, "65+": 1}),
        ("US 42,18-24 30", {"US": 42, "18-24": 30}),
        ("Female 61% / Male 39%", {"female": 61, "male": 39}),
        ("US 40 and andorra 5", {"US": 40, "AD": 5}),
        ("US 0.42, GB 0.1", {"US": 42, "GB": 10}),
        ("US 0.4%, GB 0.1%", {"US": 0.4, "GB": 0.1}),
        ('{"US": 0.42, "DE": 0.1}', {"US": 42, "DE": 10}),
    ],
)
def test_shares_are_read_however_they_are_written(text: str, known: dict[str, float]) -> None:
    assert read(text) == known


@pytest.mark.parametrize(
    "text", ["United States", "mostly women", "US 420%", "Atlantis 40%", "US 42%, and more", "{", ""]
)
def test_half_of_a_cell_is_not_taken(text: str) -> None:
    assert read(text) is None


def test_a_cell_that_is_made_to_take_long_does_not() -> None:
    began = time.process_time()
    for text in ("a" + " " * 60_000, "a" * 60_000, "a 1" * 30_000, "1 " * 30_000, "[" * 60_000):
        assert read(text) is None
    assert time.process_time() - began < 20, "the work grows with the square of the length"


def test_what_a_tool_sends_is_read_by_kind_and_nothing_else_is_taken_for_a_country() -> None:
    sent = {
        "geoCountries": [{"name": "United States", "code": "US", "weight": 0.425}, {"code": "DE", "weight": 0.1}],
        "geoCities": [{"name": "Lima", "weight": 0.2}],
        "ages": [{"code": "18-24", "weight": 0.3}, {"code": "65-", "weight": 0.01}],
        "genders": [{"code": "MALE", "weight": 0.39}, {"code": "FEMALE", "weight": 0.61}],
        "gendersPerAge": [{"code": "18-24", "male": 0.1, "female": 0.2}],
        "languages": [{"code": "es", "weight": 0.5}],
        "credibility": 0.8,
    }
    assert read_object(sent) == {"US": 42.5, "DE": 10, "18-24": 30, "male": 39, "female": 61}
    assert read_object({"countries": {"US": 42.5}, "gender": {"f": 61, "m": 39}}) == {
        "US": 42.5,
        "female": 61,
        "male": 39,
    }
    assert read_object({"US": 42.5, "note": "of May"}) == {"US": 42.5}
    assert read_object([1, "x", None]) is None


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("audience_us", "US"),
        ("Audience in", "IN"),
        ("Audience share in Germany (%)", "DE"),
        ("US audience %", "US"),
        ("audience_country_BR", "BR"),
        ("Female audience", "female"),
        ("audience_age_18_24", "18-24"),
        ("Audience 65+", "65+"),
        ("Audience", ""),
        ("Audience countries", ""),
        ("Audience quality", None),
        ("Audience size", None),
        ("US", None),
    ],
)
def test_a_header_says_what_its_column_is_a_share_of(header: str, key: str | None) -> None:
    assert header_key(folded(header)) == key


def test_a_range_of_ages_means_the_bands_within_it() -> None:
    assert bands("18-34") == ("18-24", "25-34")
    assert bands("55+") == ("55-64", "55+", "65+")
    assert bands("18 to 24") == ("18-24",)
    assert (bands("19-20"), bands("18"), bands("x")) == ((), (), ())
    assert (key_of("65_and_above"), key_of("Frauen"), key_of("14-15")) == ("65+", "female", None)


def test_the_kept_form_is_one_for_the_same_shares_and_holds_none_that_cannot_be() -> None:
    assert canonical({"US": 40.004, "DE": 10}) == canonical({"DE": 10.0, "US": 40.0}) == '{"DE":10.0,"US":40.0}'
    assert canonical({"US": 101.0, "DE": -1.0}) is None
    assert shares(canonical({"US": 40.5})) == {"US": 40.5}
    assert listed({"18-24": 30, "DE": 10.5, "US": 42, "female": 61}) == "US 42%, DE 10.5%; female 61%; 18-24 30%"


def test_a_newer_statement_stands_by_kind_and_the_older_fills_what_it_does_not_say() -> None:
    old, new = '{"DE":10.0,"US":40.0,"female":61.0}', '{"US":45.0}'
    assert json.loads(together(old, new, newer=True) or "") == {"US": 45, "female": 61}
    assert together(old, new, newer=False) == old
    assert together(None, new, newer=False) == new


def test_audiences_overlap_over_the_kinds_that_both_know() -> None:
    assert overlap({"US": 50, "DE": 50}, {"US": 50, "FR": 50}) == 0.5
    assert overlap({"US": 50, "female": 100}, {"female": 100}) == 1
    assert overlap({"US": 50}, {"female": 50}) is None
