"""The scores explain themselves: components add up, unknown is unknown, a spike needs an explanation."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from influtui.model.failures import NeedsConfiguration
from influtui.model.scoring.authenticity import authenticity
from influtui.model.scoring.engagement import PostNumbers, rate
from influtui.model.scoring.facts import Aim, CommentSeen, Facts, Reading
from influtui.model.scoring.fit import fit
from influtui.model.scoring.peers import Member, PeerTable, Usual
from influtui.model.scoring.reach import reach
from influtui.model.scoring.records import Score
from influtui.model.scoring.relevance import relevance
from influtui.model.scoring.rules import default_rules, on_curve, overridden
from influtui.model.times import Millis

NOW = Millis(1_795_348_800_000)
DAY = 86_400_000
RULES = default_rules()
NOBODY = Facts(platform="instagram", handle="nobody", now=NOW)
AIM = Aim(
    goal="conversion",
    niche=("vegan", "baking"),
    values=("organic",),
    regions=("DE", "AT"),
    ship_to=("DE",),
    own_handles=("instagram:ourbrand",),
    competitors=("@rival",),
)


def posts(
    likes: list[int], comments: list[int] | None = None, views: list[int | None] | None = None
) -> list[PostNumbers]:
    """Posts a week apart, the newest first."""
    return [
        PostNumbers(
            at=NOW - (3 + 7 * number) * DAY,
            likes=each,
            comments=comments[number] if comments else 10,
            shares=2,
            saves=3,
            views=views[number] if views else None,
            reach=900,
            impressions=1_200,
        )
        for number, each in enumerate(likes)
    ]


def series(followers: list[int]) -> list[Reading]:
    """A reading a day, ending today."""
    return [Reading(NOW - (len(followers) - 1 - day) * DAY, count) for day, count in enumerate(followers)]


def steady(days: int = 30) -> list[int]:
    """Growth as it usually is."""
    return [10_000 + 12 * day for day in range(days)]


def spiked(days: int = 30) -> list[int]:
    """The same with two thousand followers overnight."""
    return [count + (2_000 if day >= 20 else 0) for day, count in enumerate(steady(days))]


def points(score: Score) -> float:
    """What the components add up to."""
    return sum(component.points for component in score.components)


def named(score: Score, signal: str) -> float | None:
    """A component's points."""
    return next(component.points for component in score.components if component.signal == signal)


def test_the_six_engagement_rates_differ_and_bear_their_names() -> None:
    sample = posts([100, 120, 90], [10, 12, 8], [1_000, 1_100, 950])
    variants = ("er_followers", "er_likes", "er_views", "er_views_lc", "er_reach", "er_impr")
    rates = [rate(variant, sample, 5_000) for variant in variants]
    assert [found.variant for found in rates if found] == list(variants)
    assert len({round(found.median, 6) for found in rates if found}) == 6


def test_a_post_with_hidden_likes_is_left_out_not_counted_as_zero() -> None:
    hidden = PostNumbers(at=NOW - 5 * DAY, likes=None, comments=9)
    found = rate("er_followers", [*posts([100], [0]), hidden], 1_000)
    assert found is not None
    assert (found.median, found.posts) == (pytest.approx(10.0), 1)


def test_an_account_of_which_nothing_is_known_has_no_scores() -> None:
    for score in (authenticity(NOBODY, RULES), relevance(NOBODY, AIM, RULES), reach(NOBODY, RULES, AIM)):
        assert (score.value, score.confidence) == (None, 0.0)
    unknown = fit(relevance(NOBODY, AIM, RULES), authenticity(NOBODY, RULES), reach(NOBODY, RULES, AIM), AIM, RULES)
    assert (unknown.value, unknown.confidence) == (None, 0.0)


def test_a_jump_without_a_viral_post_is_flagged() -> None:
    flagged = authenticity(replace(NOBODY, series=series(spiked()), followers=12_000), RULES)
    assert named(flagged, "growth_spike") == pytest.approx(-45, abs=15)


def test_a_jump_with_a_viral_post_is_not() -> None:
    viral = [
        *posts([300] * 5, views=[2_000] * 5),
        PostNumbers(at=NOW - 10 * DAY, likes=9_000, comments=100, views=90_000),
    ]
    explained = authenticity(replace(NOBODY, series=series(spiked()), posts=viral), RULES)
    assert named(explained, "growth_spike") == 0


def test_a_viral_post_shows_in_its_likes_where_no_views_are_told() -> None:
    viral = [*posts([300] * 5, views=[None] * 5), PostNumbers(at=NOW - 10 * DAY, likes=9_000, comments=100)]
    explained = authenticity(replace(NOBODY, series=series(spiked()), posts=viral), RULES)
    assert named(explained, "growth_spike") == 0


def test_a_viral_post_explains_a_jump_though_newer_ones_make_the_rate() -> None:
    earlier = [PostNumbers(at=NOW - 10 * DAY, likes=9_000, comments=100, views=90_000)]
    known = replace(NOBODY, series=series(spiked()), posts=posts([300] * 5, views=[2_000] * 5))
    assert named(authenticity(known, RULES), "growth_spike") < -20
    assert named(authenticity(replace(known, earlier_posts=earlier), RULES), "growth_spike") == 0


def test_followers_bought_in_portions_count_together() -> None:
    once = [count + (300 if day >= 12 else 0) for day, count in enumerate(steady())]
    thrice = [count + 300 * sum(day >= each for each in (12, 16, 21)) for day, count in enumerate(steady())]
    one, three = (authenticity(replace(NOBODY, series=series(counts)), RULES) for counts in (once, thrice))
    assert named(three, "growth_spike") < named(one, "growth_spike") < 0


def test_steady_growth_takes_nothing_away() -> None:
    assert named(authenticity(replace(NOBODY, series=series(steady())), RULES), "growth_spike") == 0


def test_engagement_far_from_peers_speaks_for_two_different_detectors() -> None:
    peers = Usual(200, 3.0, 30.0, 0.3)
    low = authenticity(replace(NOBODY, engagement_rate=0.3, peers=peers), RULES)
    high = authenticity(replace(NOBODY, engagement_rate=15.0, peers=peers), RULES)
    assert (named(low, "low_engagement"), named(low, "high_engagement")) == (pytest.approx(-35, abs=12), 0)
    assert (named(high, "low_engagement"), named(high, "high_engagement")) == (0, pytest.approx(-25, abs=8))


def test_likes_that_never_vary_are_noticed() -> None:
    even = authenticity(replace(NOBODY, posts=posts([500, 502, 499, 501, 500, 498, 503, 500, 501, 499])), RULES)
    organic = authenticity(replace(NOBODY, posts=posts([500, 220, 900, 410, 1_400, 380, 650, 300, 720, 510])), RULES)
    assert named(even, "even_engagement") == -35
    assert named(organic, "even_engagement") == 0


def test_a_handful_of_likes_cannot_vary_much() -> None:
    few = authenticity(replace(NOBODY, posts=posts([2] * 10)), RULES)
    assert next(part.value for part in few.components if part.signal == "even_engagement") is None


def test_likes_bought_for_some_posts_stand_out_from_the_own_other_posts() -> None:
    likes, said = [400, 5_000, 380, 5_200, 420, 4_900, 390, 5_100, 410, 405], [12, 11, 10, 13, 12, 11, 12, 10, 13, 11]
    some = authenticity(replace(NOBODY, posts=posts(likes, said)), RULES)
    organic = authenticity(replace(NOBODY, posts=posts(likes, [count // 30 for count in likes])), RULES)
    assert named(some, "uneven_ratio") < -20
    assert named(organic, "uneven_ratio") == 0


def test_a_pod_shows_in_who_comments() -> None:
    pod = [CommentSeen(NOW - n, f"pal{n % 8}", "love this") for n in range(60)]
    crowd = [CommentSeen(NOW - n, f"fan{n}", "which flour did you use for the second layer?") for n in range(60)]
    inside = authenticity(replace(NOBODY, comments=pod, comments_on=frozenset(f"pal{n}" for n in range(8))), RULES)
    outside = authenticity(replace(NOBODY, comments=crowd), RULES)
    assert inside.value is not None
    assert outside.value is not None
    assert inside.value < 50
    assert outside.value == 100


def test_a_comment_in_a_script_without_blanks_says_something() -> None:
    told = [CommentSeen(NOW - n, f"fan{n}", "このレシピは二段目の粉の配合がとても参考になりました") for n in range(40)]
    assert named(authenticity(replace(NOBODY, comments=told), RULES), "generic_comments") == 0


def test_a_zero_in_one_score_sinks_the_fit() -> None:
    good = Score(kind="relevance", value=90.0, confidence=1.0, components=(), model="m")
    zero = Score(kind="authenticity", value=0.0, confidence=1.0, components=(), model="m")
    wide = Score(kind="reach", value=80.0, confidence=1.0, components=(), model="m")
    sunk = fit(good, zero, wide, AIM, RULES)
    assert sunk.value == 0
    assert points(sunk) == pytest.approx(0)


def test_relevance_says_what_it_found() -> None:
    baker = replace(NOBODY, bio="Organic vegan cakes from Köln", topics=("vegan", "food"), country="DE")
    score = relevance(baker, AIM, RULES)
    assert score.value is not None
    assert score.value > 60
    assert "vegan" in next(component.evidence for component in score.components if component.signal == "topics")


def test_a_competitor_in_the_bio_costs_affinity() -> None:
    ours = relevance(replace(NOBODY, bio="vegan, works with @ourbrand"), AIM, RULES)
    theirs = relevance(replace(NOBODY, bio="vegan, works with @rival"), AIM, RULES)
    assert ours.value is not None
    assert theirs.value is not None
    assert ours.value > theirs.value
    assert named(theirs, "affinity") == 0


def test_where_the_product_ships_is_part_of_reach() -> None:
    there = reach(replace(NOBODY, followers=20_000, country="DE"), RULES, AIM)
    elsewhere = reach(replace(NOBODY, followers=20_000, country="BR"), RULES, AIM)
    assert there.value is not None
    assert elsewhere.value is not None
    assert there.value > elsewhere.value


def test_bigger_than_the_band_is_not_better() -> None:
    fitting = reach(replace(NOBODY, followers=100_000), RULES)
    huge = reach(replace(NOBODY, followers=300_000_000), RULES)
    assert fitting.value is not None
    assert huge.value is not None
    assert huge.value < fitting.value


numbers = st.none() | st.floats(0, 50)
known = st.builds(
    Facts,
    platform=st.sampled_from(["instagram", "tiktok"]),
    handle=st.just("h"),
    now=st.just(NOW),
    followers=st.none() | st.integers(0, 10**7),
    following=st.none() | st.integers(0, 10**5),
    engagement_rate=numbers,
    avg_views=st.none() | st.floats(0, 10**7),
    avg_likes=numbers,
    avg_comments=numbers,
    country=st.none() | st.sampled_from(["DE", "US"]),
    bio=st.sampled_from(["", "vegan", "@rival baking organic", "hello"]),
    topics=st.sampled_from([(), ("vegan",), ("vegan", "baking")]),
    as_of=st.none() | st.integers(NOW - 900 * DAY, NOW),
    series=st.lists(st.integers(1, 10**6), max_size=12).map(series),
    posts=st.lists(st.integers(0, 10**5), max_size=12).map(posts),
    peers=st.sampled_from([Usual(0, None, None, None), Usual(50, 2.5, 40.0, 0.2)]),
)


@given(known)
def test_the_components_of_every_score_add_up_to_it(facts: Facts) -> None:
    scores = [authenticity(facts, RULES), relevance(facts, AIM, RULES), reach(facts, RULES, AIM)]
    scores.append(fit(scores[1], scores[0], scores[2], AIM, RULES))
    for score in scores:
        assert 0 <= score.confidence <= 1
        if score.value is None:
            assert score.confidence == 0
        else:
            assert 0 <= score.value <= 100
            assert points(score) == pytest.approx(score.value, abs=1e-6)


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0, 1)), min_size=1, max_size=5, unique_by=lambda p: p[0]),
    st.floats(-9, 9),
)
def test_a_curve_stays_between_its_points(curve: list[tuple[float, float]], value: float) -> None:
    heights = [height for _, height in curve]
    assert min(heights) - 1e-9 <= on_curve(sorted(curve), value) <= max(heights) + 1e-9


def test_peers_slide_along_the_followers() -> None:
    small = [Member("instagram", 1_000 + n, 8.0, 20.0, 0.5) for n in range(20)]
    large = [Member("instagram", 90_000 + n, 2.0, 40.0, 0.2) for n in range(20)]
    table = PeerTable([*small, *large], RULES.peers)
    assert table.usual("instagram", 1_010).engagement_rate == 8.0
    assert table.usual("instagram", 90_010).engagement_rate == 2.0
    assert table.usual("instagram", 9_000).engagement_rate is None
    assert table.usual("tiktok", 1_010).accounts == 0


def test_where_too_few_peers_are_near_those_further_off_are_asked() -> None:
    spread = [Member("instagram", round(10_000 * 1.08**n), 3.0, None, None) for n in range(-18, 18)]
    assert PeerTable(spread, RULES.peers).usual("instagram", 10_000).engagement_rate == 3.0
    sparse = [Member("instagram", round(10_000 * 1.2**n), 3.0, None, None) for n in range(-18, 18)]
    found = PeerTable(sparse, RULES.peers).usual("instagram", 10_000)
    assert (found.engagement_rate, found.likes_per_comment) == (3.0, None)
    assert 12 <= found.accounts < len(sparse)


def test_rates_are_compared_within_their_definition_only() -> None:
    by_views = [Member("tiktok", 9_900 + n, 12.0, 30.0, 0.4, "er_views") for n in range(20)]
    by_followers = [Member("tiktok", 9_900 + n, 4.0, 30.0, 0.4, "er_followers") for n in range(20)]
    table = PeerTable([*by_views, *by_followers], RULES.peers)
    assert table.usual("tiktok", 10_000, "er_views").engagement_rate == 12.0
    assert table.usual("tiktok", 10_000, "er_followers").engagement_rate == 4.0
    unnamed = table.usual("tiktok", 10_000)
    assert (unnamed.engagement_rate, unnamed.likes_per_comment) == (None, 30.0)


def test_a_user_lays_own_weights_over_ours() -> None:
    own = overridden("[relevance.topics]\nweight = 0.9\n", "scoring.toml")
    assert own.relevance.topics.weight == 0.9
    assert own.relevance.words == RULES.relevance.words
    assert own.version.startswith(f"{RULES.version}+own.")


def test_a_signal_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(NeedsConfiguration, match="topcis") as refused:
        overridden("[relevance.topcis]\nweight = 0.9\n", "scoring.toml")
    assert (refused.value.hint or "").startswith("Did you mean topics?")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[reach.ships", "declaration"),
        ("[reach.ships]\nweight = 'a lot'", "reach.ships.weight"),
        ("[reach.ships]\nweight = -1", "reach.ships.weight"),
        ("[reach.ships]\nweight = nan", "reach.ships.weight"),
        ("[reach.ships]\ncurve = []", "reach.ships.curve"),
        ("[reach.ships]\ncurve = [[1, 0], [0, 1]]", "reach.ships"),
        ("[reach.ships]\ncurve = [[0, 2]]", "reach.ships.curve"),
        ("[reach.expected_impressions]\nband = [0, 5]", "reach.expected_impressions"),
        ("[peers]\nfactor = 0", "peers.factor"),
        ("[engagement]\nwindow = { tiktok = 0 }", "engagement.window"),
        ("[authenticity.growth_spike]\ndetector = 'luck'", "authenticity.growth_spike.detector"),
        ("[fit.content]\nrelevance = 0\nauthenticity = 0\nreach = 0", "fit"),
        ("reach = 3", "reach"),
    ],
)
def test_rules_that_make_no_sense_are_refused_by_key_and_file(text: str, named: str) -> None:
    with pytest.raises(NeedsConfiguration, match=named) as refused:
        overridden(text, "my/scoring.toml")
    assert "my/scoring.toml" in (refused.value.hint or "")
    assert refused.value.exit_code == 4


def test_the_weights_of_each_goal_are_a_whole() -> None:
    for weights in RULES.fit.values():
        assert math.isclose(weights.relevance + weights.authenticity + weights.reach, 1.0)
