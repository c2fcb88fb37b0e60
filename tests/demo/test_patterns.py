"""The patterns of the demo world hold by the plainest measures, made here anew."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from statistics import fmean, median, pstdev

import pytest

from influtui.demo.patterns import DAYS, Watched, assign, ref, watch
from influtui.demo.people import DAY_MS, People

NOW = 1_790_000_000_000


@pytest.fixture(scope="module")
def watched() -> list[Watched]:
    random = Random(5)
    records = list(People(5, 1_000, NOW).records(600))
    return [watch(record, pattern, pod, NOW, random) for record, pattern, pod in assign(records, random)]


def of(watched: list[Watched], pattern: str) -> list[Watched]:
    found = [each for each in watched if each.pattern == pattern]
    assert len(found) >= 20
    return found


def largest_day(each: Watched) -> float:
    series = [reading.followers or 1 for reading in each.record.snapshots or ()]
    return max(after / before for before, after in pairwise(series)) - 1


def whole_growth(each: Watched) -> float:
    series = each.record.snapshots or ()
    return (series[-1].followers or 1) / (series[0].followers or 1)


def test_bought_followers_come_overnight_or_dripped_without_a_post_that_explains_them(watched: list[Watched]) -> None:
    bought = of(watched, "bought_followers")
    overnight = [each for each in bought if largest_day(each) > 0.05]
    assert 0.5 < len(overnight) / len(bought) < 0.95
    assert all(largest_day(each) < 0.025 for each in bought if each not in overnight)
    assert median(largest_day(each) for each in of(watched, "honest")) < 0.01
    assert median(map(whole_growth, bought)) > 1.1 > median(map(whole_growth, of(watched, "honest")))


def test_after_bought_followers_the_rate_is_low_for_the_size(watched: list[Watched]) -> None:
    bought = median(each.record.engagement_rate or 0 for each in of(watched, "bought_followers"))
    honest = median(each.record.engagement_rate or 0 for each in of(watched, "honest"))
    assert bought < 0.65 * honest


def test_an_honest_jump_has_the_post_that_explains_it(watched: list[Watched]) -> None:
    for each in of(watched, "viral"):
        likes = [post.likes or 0 for post in each.record.seen_posts]
        assert max(likes) > 3 * median(likes)
        assert largest_day(each) > 0.04


def test_bought_likes_are_nearly_the_same_under_every_post_or_under_some_and_far_more_than_comments(
    watched: list[Watched],
) -> None:
    bought = of(watched, "bought_engagement")
    even = 0
    for each in bought:
        paid = [post for post in each.record.seen_posts if (post.likes or 0) > 150 * (post.comments or 0)]
        assert len(paid) >= 3
        likes = [post.likes or 0 for post in paid]
        assert pstdev(likes) / fmean(likes) < 0.15
        even += len(paid) == len(each.record.seen_posts)
    assert even > len(bought) / 2
    ordinary = [post for each in of(watched, "honest") for post in each.record.seen_posts if (post.likes or 0) > 100]
    assert sum((post.likes or 0) > 150 * (post.comments or 0) for post in ordinary) < len(ordinary) / 50


def test_members_of_a_pod_write_under_each_others_posts_within_minutes(watched: list[Watched]) -> None:
    for each in of(watched, "pod"):
        friends = {member.partition(":")[2] for member in each.pod} - {each.record.handle}
        assert ref(each.record) in each.pod
        for post in each.record.seen_posts[-7:]:
            first = [comment for comment in post.seen_comments if comment.commenter in friends]
            assert first
            assert all((comment.at or 0) - (post.posted_at or 0) < 40 * 60_000 for comment in first)


def test_nothing_was_seen_after_now(watched: list[Watched]) -> None:
    for each in watched:
        series = each.record.snapshots or ()
        assert len(series) == DAYS
        assert series[-1].followers == each.record.followers
        assert all(reading.at <= NOW for reading in series)
        assert all((post.posted_at or 0) < NOW for post in each.record.seen_posts)
        assert all((c.at or 0) < NOW for post in each.record.seen_posts for c in post.seen_comments)
        assert NOW - series[0].at < (DAYS + 1) * DAY_MS
