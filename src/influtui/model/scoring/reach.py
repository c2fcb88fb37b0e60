"""Reach: what a post of this account can be expected to be seen by, and whether the product can get there.

Bigger is not automatically better: impressions count against the campaign's band on a log scale, and where the product
ships is part of reach (the brief's R4).
"""

from __future__ import annotations

import math
from statistics import median
from typing import Final

from msgspec.structs import replace

from influtui.model.scoring.authenticity import freshness
from influtui.model.scoring.facts import Aim, Facts
from influtui.model.scoring.records import Part, Score, gained
from influtui.model.scoring.rules import Rules, Signal, on_curve

_DAY_MS: Final = 86_400_000
_NO_AIM: Final = Aim()


def reach(facts: Facts, rules: Rules, aim: Aim = _NO_AIM) -> Score:
    """The score, for a campaign or (without the part about shipping) for none."""
    signals = rules.reach
    fresh = freshness(facts, rules)
    parts = [
        _impressions(facts, rules, aim),
        _view_rate(facts, signals.view_rate),
        _cadence(facts, signals.cadence),
        _ships(facts, aim, signals.ships),
    ]
    if parts[0].share is None:
        parts = [replace(part, share=None) for part in parts]
    return gained("reach", [replace(part, freshness=fresh, as_of=facts.as_of) for part in parts], rules.version)


def expected_impressions(facts: Facts, rules: Rules) -> tuple[float, str] | None:
    """Impressions of one post and where the figure comes from; None where neither views nor followers are known."""
    views = [post.views for post in facts.posts if post.views is not None and not post.pinned]
    if views:
        return float(median(views)), f"median views of {len(views)} posts"
    if facts.avg_views is not None:
        return facts.avg_views, "average views as the source gives them"
    if facts.followers is None:
        return None
    rate = rules.reach.rate.get(facts.platform, rules.reach.rate["default"])
    return facts.followers * rate, f"followers x {rate:.0%}, an assumption for {facts.platform}"


def _impressions(facts: Facts, rules: Rules, aim: Aim) -> Part:
    rule = rules.reach.expected_impressions
    expected = expected_impressions(facts, rules)
    if expected is None:
        return _missing("expected_impressions", rule, "neither views nor followers are known")
    impressions, source = expected
    low, high = aim.band or rule.band
    position = math.log(max(impressions, 1.0) / low) / math.log(high / low)
    return Part(
        signal="expected_impressions",
        weight=rule.weight,
        share=on_curve(rule.curve, position),
        value=impressions,
        evidence=f"{impressions:,.0f} a post ({source}); the band is {low:,.0f} to {high:,.0f}",
    )


def _view_rate(facts: Facts, rule: Signal) -> Part:
    usual = facts.peers.views_per_follower
    views = [post.views for post in facts.posts if post.views is not None and not post.pinned]
    typical = median(views) if views else facts.avg_views
    if typical is None or not facts.followers or not usual:
        return _missing("view_rate", rule, "needs views, followers and enough peers")
    mine = typical / facts.followers
    return Part(
        signal="view_rate",
        weight=rule.weight,
        share=on_curve(rule.curve, mine / usual),
        value=mine / usual,
        peer=1.0,
        evidence=f"{mine:.1%} of the followers see a post, peers {usual:.1%}",
    )


def _cadence(facts: Facts, rule: Signal) -> Part:
    if not facts.posts:
        return _missing("cadence", rule, "no posts are known")
    recent = sum(post.at > facts.now - 30 * _DAY_MS for post in facts.posts)
    evidence = f"{recent} posts in the last 30 days"
    return Part(
        signal="cadence", weight=rule.weight, share=on_curve(rule.curve, recent), value=recent, evidence=evidence
    )


def _ships(facts: Facts, aim: Aim, rule: Signal) -> Part:
    if not aim.ship_to:
        return _missing("ships", rule, "no ship-to countries are named")
    if facts.country is None:
        return _missing("ships", rule, "the account's country is unknown")
    ships = facts.country.casefold() in {country.casefold() for country in aim.ship_to}
    evidence = f"{'ships' if ships else 'does not ship'} to {facts.country}"
    return Part(
        signal="ships",
        weight=rule.weight,
        share=on_curve(rule.curve, float(ships)),
        value=float(ships),
        evidence=evidence,
    )


def _missing(signal: str, rule: Signal, why: str) -> Part:
    return Part(signal=signal, weight=rule.weight, share=None, value=None, evidence=f"Unknown: {why}.")
