"""The invented people of the demo world."""

from __future__ import annotations

import unicodedata
from collections import Counter
from math import log
from statistics import mean, median, pstdev

import pytest

from influtui.demo.people import People
from influtui.demo.vocabulary import tongues, topics
from influtui.model.creators import handle_key
from influtui.model.failures import WrongUsage
from influtui.model.profile_records import ProfileRecord
from influtui.model.profiles import from_handle

NOW = 1_790_000_000_000


@pytest.fixture(scope="module")
def records() -> list[ProfileRecord]:
    return list(People(3, 20_000, NOW).records(20_000))


def test_the_same_seed_makes_the_same_people_and_another_makes_others(records: list[ProfileRecord]) -> None:
    assert list(People(3, 20_000, NOW).records(50)) == records[:50]
    assert list(People(4, 20_000, NOW).records(50)) != records[:50]


def test_no_account_comes_twice(records: list[ProfileRecord]) -> None:
    assert len({(record.platform, handle_key(record.handle)) for record in records}) == len(records)


def test_names_stay_unlike_beyond_a_million() -> None:
    small, large = People(1, 999_982, NOW), People(1, 5_000_000, NOW)
    for people, numbers in ((small, range(1, 30_000)), (large, range(2_000_000, 2_030_000))):
        assert len({people._word(number) for number in numbers}) == len(numbers)


def test_followers_are_log_normal_around_eight_thousand(records: list[ProfileRecord]) -> None:
    sizes = [log(record.followers or 1) for record in records]
    assert 6_500 < median(record.followers or 0 for record in records) < 8_500  # further accounts are smaller
    assert 1.75 < pstdev(sizes) < 2.05
    assert abs(mean(sizes) - median(sizes)) < 0.1


def test_topics_follow_zipfs_law(records: list[ProfileRecord]) -> None:
    counts = Counter(topic for record in records for topic in record.topics)
    first, second, tenth = (counts[topics()[position].name] for position in (0, 1, 9))
    assert 1.4 < first / second < 2.4
    assert 6 < first / tenth < 12


def test_bios_are_written_in_nine_scripts(records: list[ProfileRecord]) -> None:
    seen = {unicodedata.name(char, "").split(" ")[0] for record in records[:3_000] for char in record.bio or ""}
    assert {
        "LATIN",
        "CYRILLIC",
        "ARABIC",
        "HEBREW",
        "DEVANAGARI",
        "THAI",
        "HIRAGANA",
        "HANGUL",
        "CJK",
    } <= seen


def test_every_handle_is_one_that_its_platform_allows(records: list[ProfileRecord]) -> None:
    for record in records[:3_000]:
        try:
            from_handle(record.handle, record.platform)
        except WrongUsage as refused:
            pytest.fail(f"{record.platform}: {refused.message}")


def test_addresses_belong_to_nobody(records: list[ProfileRecord]) -> None:
    domains = {record.email.rpartition("@")[2] for record in records if record.email}
    assert domains
    assert all(domain.startswith("example.") or domain.endswith(".example") for domain in domains)


def test_some_people_have_several_accounts_and_some_of_them_are_left_to_be_found(records: list[ProfileRecord]) -> None:
    known = Counter(record.person for record in records if record.person)
    names = Counter((record.name, record.email) for record in records if record.email and not record.person)
    assert sum(count > 1 for count in known.values()) > 500
    assert sum(count > 1 for count in names.values()) > 100


def test_unknown_is_none_and_never_zero(records: list[ProfileRecord]) -> None:
    assert any(record.engagement_rate is None for record in records)
    assert all(record.engagement_rate is None or record.engagement_rate > 0 for record in records)


def test_every_tongue_names_its_topics_or_uses_english_ones() -> None:
    assert sum(tongue.share for tongue in tongues()) == 100
    assert all(len(tongue.topics) in (0, 20) for tongue in tongues())
