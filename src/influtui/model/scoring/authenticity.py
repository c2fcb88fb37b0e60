"""Authenticity: three detectors (bought followers, bought engagement, pods), each a list of signals that take points from 100.

Only what a local tool can see is used: the follower series, the numbers of posts, peers' medians and a sample of comments.
Sources and thresholds stand in `model/data/scoring.toml`. Benford's law is not used: it speaks about the follower counts of
an account's followers (300 or more, over three orders of magnitude), and no source supplies those.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, median, pstdev
from typing import Final, NamedTuple

from msgspec.structs import replace

from influtui.model.scoring.facts import Facts, Reading
from influtui.model.scoring.records import Part, Score, lost
from influtui.model.scoring.rules import AuthenticitySignal, Rules, on_curve

_DAY_MS: Final = 86_400_000
_HOUR_MS: Final = 3_600_000
_REVERSAL_DAYS: Final = 45
_AFTERMATH_DAYS: Final = 2
_LEAST_READINGS: Final = 5
_LEAST_POSTS: Final = 3
_REGULARS: Final = 10
_LEAST_RATIO: Final = 1e-6
_LETTERS_A_WORD: Final = 7
_WORD: Final = re.compile(r"[^\W\d_]{2,}")


def authenticity(facts: Facts, rules: Rules) -> Score:
    """The score, with every signal in it whether it is known or not."""
    signals = rules.authenticity
    fresh = freshness(facts, rules)
    growth = _growth(facts, signals.growth_spike)
    parts = [
        _growth_spike(growth, signals.growth_spike),
        _growth_reversal(facts, growth, signals.growth_reversal),
        _low_engagement(facts, signals.low_engagement),
        _follow_ratio(facts, signals.follow_ratio),
        _high_engagement(facts, signals.high_engagement),
        _even_engagement(facts, signals.even_engagement),
        _like_comment_ratio(facts, signals.like_comment_ratio),
        _uneven_ratio(facts, signals.uneven_ratio),
        _repeat_commenters(facts, signals.repeat_commenters),
        _reciprocity(facts, signals.reciprocity),
        _generic_comments(facts, signals.generic_comments),
    ]
    ages = _ages(facts)
    return lost(
        "authenticity",
        [replace(part, freshness=fresh, as_of=part.as_of or ages.get(part.signal, facts.as_of)) for part in parts],
        rules.version,
    )


def freshness(facts: Facts, rules: Rules) -> float:
    """How much of a signal's weight its age leaves to the confidence."""
    if facts.as_of is None:
        return on_curve(rules.freshness, 0)
    return on_curve(rules.freshness, max(0.0, (facts.now - facts.as_of) / _DAY_MS))


def _ages(facts: Facts) -> dict[str, int]:
    """When the evidence of a signal is from, where it is not from the account's newest measurement."""
    ages: dict[str, int] = {}
    if facts.series:
        ages |= dict.fromkeys(("growth_spike", "growth_reversal"), max(reading.at for reading in facts.series))
    if facts.comments:
        newest = max(comment.at for comment in facts.comments)
        ages |= dict.fromkeys(("repeat_commenters", "reciprocity", "generic_comments"), newest)
    return ages


class Jump(NamedTuple):
    """A day's gain that is out of proportion, as a share of the followers before it."""

    at: int
    share: float
    gained: int
    before: int


class _Growth(NamedTuple):
    """The jumps of a series, and those among them that no viral post explains."""

    jumps: list[Jump]
    unexplained: list[Jump]


def _growth(facts: Facts, rule: AuthenticitySignal) -> _Growth | None:
    """None where too few readings are known to tell."""
    days = _daily(facts.series)
    if len(days) < _LEAST_READINGS:
        return None
    found = _jumps(days, rule)
    return _Growth(found, _unexplained(found, facts, rule))


def _jumps(days: Sequence[Jump], rule: AuthenticitySignal) -> list[Jump]:
    """Days whose gain stands above median + `mads` x MAD of all days, above `least_share` of the followers and `least_gain`."""
    shares = [day.share for day in days]
    middle = median(shares)
    spread = median(abs(share - middle) for share in shares)
    threshold = max(rule.least_share, middle + rule.mads * spread)
    return [day for day in days if day.share > threshold and day.gained >= rule.least_gain]


def _explained(jump: Jump, facts: Facts, rule: AuthenticitySignal) -> bool:
    """Whether a post went viral (views far above the median) shortly before or during a jump."""
    posts = (*facts.posts, *facts.earlier_posts)
    # Where a platform tells no views, likes say as much: nobody likes what nobody sees.
    reached = [(post.at, post.views) for post in posts if post.views is not None]
    if len(reached) < _LEAST_POSTS:
        reached = [(post.at, post.likes) for post in posts if post.likes is not None]
    if len(reached) < _LEAST_POSTS:
        return False
    usual = median(count for _, count in reached)
    begun = jump.at - _DAY_MS - rule.viral_within_hours * _HOUR_MS
    return any(count > rule.viral_factor * usual and begun <= at <= jump.at for at, count in reached)


def _unexplained(found: Sequence[Jump], facts: Facts, rule: AuthenticitySignal) -> list[Jump]:
    """Jumps that no viral post explains. People keep coming for days: a jump right after an explained one is explained."""
    unexplained: list[Jump] = []
    calm_until = 0.0
    for jump in found:
        if jump.at <= calm_until or _explained(jump, facts, rule):
            calm_until = jump.at + _AFTERMATH_DAYS * _DAY_MS
        else:
            unexplained.append(jump)
    return unexplained


def _daily(series: Sequence[Reading]) -> list[Jump]:
    readings = sorted((reading.at, reading.followers) for reading in series if reading.followers is not None)
    days: list[Jump] = []
    for (earlier, before), (later, after) in pairwise(readings):
        span = (later - earlier) / _DAY_MS
        if span > 0 and before > 0:
            days.append(Jump(later, (after - before) / before / max(1.0, span), after - before, before))
    return days


def _growth_spike(growth: _Growth | None, rule: AuthenticitySignal) -> Part:
    if growth is None:
        return _missing("growth_spike", rule, f"needs {_LEAST_READINGS + 1} readings of the followers over time")
    if not growth.unexplained:
        found = len(growth.jumps)
        said = f"{found} jump{'s'[: found - 1]} explained by a viral post" if found else "no day stands out"
        return _part("growth_spike", rule, 0.0, said)
    worst = max(growth.unexplained, key=lambda jump: jump.share)
    days = len(growth.unexplained)
    # Followers can be bought in portions: several days count together.
    share = sum(jump.share for jump in growth.unexplained)
    evidence = f"{worst.gained:+,} followers on {worst.before:,} without a viral post"
    if days > 1:
        evidence += f", and {days - 1} more such day{'s'[: days - 2]}: {share:+.0%} in all"
    return _part("growth_spike", rule, share, evidence, as_of=worst.at)


def _growth_reversal(facts: Facts, growth: _Growth | None, rule: AuthenticitySignal) -> Part:
    if growth is None:
        return _missing("growth_reversal", rule, f"needs {_LEAST_READINGS + 1} readings of the followers over time")
    if not growth.unexplained:
        return _part("growth_reversal", rule, 0.0, "no unexplained jump that could be lost again")
    worst = 0.0
    for jump in growth.unexplained:
        peak = jump.before + jump.gained
        later = [
            reading.followers
            for reading in facts.series
            if reading.followers is not None and jump.at < reading.at <= jump.at + _REVERSAL_DAYS * _DAY_MS
        ]
        if later and jump.gained > 0:
            worst = max(worst, (peak - min(later)) / jump.gained)
    return _part("growth_reversal", rule, worst, f"{worst:.0%} of a jump was lost again within {_REVERSAL_DAYS} days")


def _against_peers(facts: Facts) -> tuple[float, float] | None:
    usual = facts.peers.engagement_rate
    if facts.engagement_rate is None or not usual:
        return None
    return facts.engagement_rate / usual, usual


def _low_engagement(facts: Facts, rule: AuthenticitySignal) -> Part:
    compared = _against_peers(facts)
    if compared is None:
        return _missing("low_engagement", rule, "needs an engagement rate and enough peers")
    times, usual = compared
    return _part("low_engagement", rule, times, _times_said(facts, times, usual), peer=1.0)


def _high_engagement(facts: Facts, rule: AuthenticitySignal) -> Part:
    compared = _against_peers(facts)
    if compared is None:
        return _missing("high_engagement", rule, "needs an engagement rate and enough peers")
    times, usual = compared
    return _part("high_engagement", rule, times, _times_said(facts, times, usual), peer=1.0)


def _times_said(facts: Facts, times: float, usual: float) -> str:
    said = f" ({facts.engagement_said})" if facts.engagement_said else ""
    return f"{facts.engagement_rate:.2f}%{said} is {times:.2f} x the {usual:.2f}% of {facts.peers.accounts:,} peers"


def _follow_ratio(facts: Facts, rule: AuthenticitySignal) -> Part:
    if facts.following is None or not facts.followers:
        return _missing("follow_ratio", rule, "needs followers and following")
    ratio = facts.following / facts.followers
    counted = ratio if facts.following > rule.mass_following else 0.0
    return _part("follow_ratio", rule, counted, f"follows {facts.following:,}, {ratio:.2f} for each follower")


def _even_engagement(facts: Facts, rule: AuthenticitySignal) -> Part:
    likes = [post.likes for post in facts.posts if post.likes is not None and not post.pinned]
    if len(likes) < rule.least_posts or fmean(likes) < rule.least_likes:
        needs = f"needs {rule.least_posts} posts with {rule.least_likes} likes on average"
        return _missing("even_engagement", rule, needs)
    spread = pstdev(likes) / fmean(likes)
    return _part("even_engagement", rule, spread, f"likes of {len(likes)} posts vary by {spread:.0%}")


def _like_comment_ratio(facts: Facts, rule: AuthenticitySignal) -> Part:
    usual = facts.peers.likes_per_comment
    if not facts.avg_likes or not facts.avg_comments or not usual:
        return _missing("like_comment_ratio", rule, "needs likes, comments and enough peers")
    ratio = facts.avg_likes / facts.avg_comments
    decades = math.log10(max(ratio, _LEAST_RATIO)) - math.log10(usual)
    return _part("like_comment_ratio", rule, decades, f"{ratio:.0f} likes a comment, peers {usual:.0f}", peer=0.0)


def _uneven_ratio(facts: Facts, rule: AuthenticitySignal) -> Part:
    # One is added to the comments: a post without any has a ratio too.
    ratios = sorted(
        post.likes / (post.comments + 1)
        for post in facts.posts
        if post.likes is not None and post.comments is not None and not post.pinned
    )
    if len(ratios) < rule.least_posts:
        return _missing("uneven_ratio", rule, f"needs {rule.least_posts} posts with likes and comments")
    usual = ratios[len(ratios) // 4]
    above = sum(ratio > rule.times * max(usual, 1.0) for ratio in ratios)
    evidence = f"{above} of {len(ratios)} posts have over {rule.times:g} x the likes a comment of its other posts"
    return _part("uneven_ratio", rule, above / len(ratios), evidence)


def _repeat_commenters(facts: Facts, rule: AuthenticitySignal) -> Part:
    if len(facts.comments) < rule.least_comments:
        return _missing("repeat_commenters", rule, f"needs {rule.least_comments} comments")
    authors = Counter(comment.author for comment in facts.comments)
    share = sum(count for _, count in authors.most_common(_REGULARS)) / len(facts.comments)
    # Ten accounts write a third of thirty comments even if nobody writes twice: only what is above that counts.
    least = _REGULARS / len(facts.comments)
    evidence = f"ten accounts wrote {share:.0%} of {len(facts.comments)} comments, at least {least:.0%} by necessity"
    return _part("repeat_commenters", rule, (share - least) / (1 - least), evidence)


def _reciprocity(facts: Facts, rule: AuthenticitySignal) -> Part:
    if len(facts.comments) < rule.least_comments:
        return _missing("reciprocity", rule, f"needs {rule.least_comments} comments")
    mutual = sum(comment.author in facts.comments_on for comment in facts.comments) / len(facts.comments)
    return _part("reciprocity", rule, mutual, f"{mutual:.0%} of comments by accounts that are commented on in return")


def _generic_comments(facts: Facts, rule: AuthenticitySignal) -> Part:
    if len(facts.comments) < rule.least_comments:
        return _missing("generic_comments", rule, f"needs {rule.least_comments} comments")
    generic = sum(_says_nothing(comment.text, rule.longest_words) for comment in facts.comments)
    share = generic / len(facts.comments)
    return _part("generic_comments", rule, share, f"{share:.0%} of comments have {rule.longest_words} words or fewer")


def _says_nothing(text: str, longest_words: int) -> bool:
    """Few words and few letters: a sentence in a script without blanks is one long word, and does say something."""
    words = _WORD.findall(text)
    return len(words) <= longest_words and sum(map(len, words)) <= longest_words * _LETTERS_A_WORD


def _part(
    signal: str,
    rule: AuthenticitySignal,
    value: float,
    evidence: str,
    *,
    peer: float | None = None,
    as_of: int | None = None,
) -> Part:
    return Part(
        signal=signal,
        weight=rule.weight,
        points=rule.points,
        share=on_curve(rule.curve, value),
        value=value,
        peer=peer,
        evidence=evidence,
        as_of=as_of,
        detector=rule.detector,
    )


def _missing(signal: str, rule: AuthenticitySignal, needs: str) -> Part:
    return Part(
        signal=signal,
        weight=rule.weight,
        points=rule.points,
        share=None,
        value=None,
        evidence=f"Unknown: {needs}.",
        detector=rule.detector,
    )
