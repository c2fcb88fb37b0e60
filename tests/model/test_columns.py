"""Which column is what."""

from __future__ import annotations

import pytest

from influtui.model.columns import asked, field_of, guess, is_header, platform_in, platform_of, signature
from influtui.model.failures import WrongUsage


def fields(headers: list[str], rows: list[list[str]], **more: object) -> list[str | None]:
    return [column.field for column in guess(headers, rows, fixed={}, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("\ufeffFollowers", "followers"),
        (" Subscribers", "followers"),
        ("\nFollowers", "followers"),
        ("60_day_eng_rate", "engagement_rate"),
        ("Likes (Avg.)", "avg_likes"),
        ("Country", "country"),
        ("Audience country (mostly)", None),
        ("country_rank", None),
        ("Total_likes", None),
        ("Handle\n(Instagram)", "handle"),
        ("Followers [total]", "followers"),
    ],
)
def test_a_header_names_a_field_whatever_surrounds_it(header: str, field: str | None) -> None:
    assert field_of(header) == field


def test_a_platform_in_a_header_is_no_part_of_the_field_where_all_columns_are_of_one_platform() -> None:
    rows = [["ann.a", "100", "5"]]
    assert fields(["IG user", "Instagram followers", "posts"], rows) == ["handle", "followers", "posts"]
    assert fields(["user", "Instagram followers", "TikTok followers"], rows) == ["handle", None, None]


def test_of_two_columns_of_one_name_the_exact_one_is_used_and_the_other_is_its_twin() -> None:
    rows = [["ann.a", "50.7M", "50700000"], ["ben_b", "3.6M", "3612345"], ["cy.c", "980", "980"]]
    columns = guess(["handle", "Subscribers", "Subscribers"], rows, fixed={})
    assert [column.field for column in columns] == ["handle", None, "followers"]
    assert columns[2].twin == 1


def test_two_columns_of_one_name_that_disagree_are_no_twins() -> None:
    rows = [["ann.a", "50.7M", "1"], ["ben_b", "3.6M", "2"], ["cy.c", "2M", "3"]]
    columns = guess(["handle", "followers", "followers"], rows, fixed={})
    assert [column.twin for column in columns] == [None, None, None]


def test_a_header_over_values_of_another_kind_is_refused_with_the_reason() -> None:
    rows = [["ann.a", "Spain"], ["ben_b", "Brazil"], ["cy.c", "India"]]
    columns = guess(["handle", "Views avg."], rows, fixed={})
    assert columns[1].field is None
    assert "countries" in columns[1].why


def test_likes_and_comments_are_left_out_where_comments_outnumber_likes() -> None:
    rows = [["ann.a", "100", "200"], ["ben_b", "10", "400"], ["cy.c", "7", "90"]]
    assert fields(["handle", "avg likes", "avg comments"], rows) == ["handle", None, None]


def test_handle_and_name_are_told_by_their_values_when_their_headers_are_swapped() -> None:
    rows = [["Ann Archer", "ann.archer"], ["Ben Öz", "benoz_"], ["Cy Coleman 🎬", "cy"]]
    assert fields(["handle", "name"], rows) == ["name", "handle"]
    assert fields(["Tiktok name", "Tiktoker name"], rows) == ["name", "handle"]


def test_a_list_of_names_alone_lets_the_name_stand_in_for_the_handle() -> None:
    columns = guess(["Youtuber", "subscribers"], [["Some Channel", "5"], ["Other", "6"]], fixed={})
    assert columns[0].field == "handle"
    assert "stands in" in columns[0].why


def test_an_unnamed_column_of_addresses_is_the_mail() -> None:
    rows = [["ann.a", "ann@a.example"], ["ben_b", "ben@b.example"]]
    assert fields(["handle", "how to reach"], rows) == ["handle", "email"]


def test_what_a_person_asked_for_wins_over_names_and_values() -> None:
    settled = asked({"Country": "ignore", "2": "bio"}, ["handle", "Views", "Country"])
    assert settled == {2: None, 1: "bio"}
    columns = guess(["handle", "Views", "Country"], [["ann.a", "Spain", "ES"]], fixed=settled)
    assert [column.field for column in columns] == ["handle", "bio", None]


def test_a_wrong_map_names_the_nearest_field_and_the_nearest_column() -> None:
    with pytest.raises(WrongUsage) as no_field:
        asked({"Country": "folowers"}, ["Country"])
    assert "followers" in (no_field.value.hint or "")
    with pytest.raises(WrongUsage) as no_column:
        asked({"Cuntry": "country"}, ["Country", "Name"])
    assert "Country" in (no_column.value.hint or "")


def test_a_signature_belongs_to_the_columns_and_not_to_how_they_are_capitalised() -> None:
    assert signature(["Name", " Followers"]) == signature(["name", "followers"])
    assert signature(["Name", "Followers"]) != signature(["Followers", "Name"])


def test_a_row_of_data_is_not_taken_for_a_header() -> None:
    assert is_header(["Rank", "Channel_info", "Followers"])
    assert not is_header(["1", "cristiano", "475m"])
    assert not is_header(["https://www.instagram.com/ann/", "followers"])


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("top_insta_influencers_data.csv", "instagram"),
        ("social_media_influencers_Youtube_sep-2022.csv", "youtube"),
        ("instagram-and-tiktok.csv", None),
        ("people.csv", None),
        ("my ig list.csv", "instagram"),
    ],
)
def test_a_file_name_says_the_platform_only_where_it_says_one(text: str, platform: str | None) -> None:
    assert platform_in(text) == platform


def test_platforms_go_by_other_names_too() -> None:
    assert platform_of("IG") == "instagram"
    assert platform_of("Twitter") == "x"
    assert platform_of("myspace") is None
