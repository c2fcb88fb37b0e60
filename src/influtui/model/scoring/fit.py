"""Fit: relevance, authenticity and reach in one number for a campaign's goal.

A weighted geometric mean, so that a zero in one of them sinks the whole. The components add up to it all the same: each
has its weight's share of 100, less the part of the loss that it causes (in proportion to its weighted logarithm).
"""

from __future__ import annotations

import math
from typing import Final

from influtui.model.failures import NeedsConfiguration
from influtui.model.scoring.facts import Aim
from influtui.model.scoring.records import Component, Score
from influtui.model.scoring.rules import Rules

_FLOOR: Final = 1e-6
"""Stands in for a zero inside the logarithm; the score itself is then exactly zero."""


def fit(relevance: Score, authenticity: Score, reach: Score, aim: Aim, rules: Rules) -> Score:
    """The score; None when relevance or reach is unknown. Unknown authenticity lowers the confidence and drops out."""
    weights = rules.fit.get(aim.goal)
    if weights is None:
        raise NeedsConfiguration(f"the scoring rules have no weights for the goal “{aim.goal}”", hint="Add [fit.GOAL].")
    scored = ((relevance, weights.relevance), (authenticity, weights.authenticity), (reach, weights.reach))
    total = sum(weight for _, weight in scored)
    confidence = round(sum(score.confidence * weight for score, weight in scored) / total, 4)
    if relevance.value is None or reach.value is None:
        nothing = tuple(_component(score, weight, 0.0) for score, weight in scored)
        return Score(kind="fit", value=None, confidence=0.0, components=nothing, model=rules.version)
    known = sum(weight for score, weight in scored if score.value is not None)
    losses = {
        score.kind: weight / known * -math.log(max(score.value / 100, _FLOOR))
        for score, weight in scored
        if score.value is not None
    }
    lost = sum(losses.values())
    sunk = any(score.value == 0 for score, _ in scored)
    value = 0.0 if sunk else 100 * math.exp(-lost)
    components = tuple(
        _component(score, weight, 0.0)
        if score.value is None
        else _component(
            score, weight, 100 * weight / known - (100 - value) * (losses[score.kind] / lost if lost else 0.0)
        )
        for score, weight in scored
    )
    return Score(kind="fit", value=value, confidence=confidence, components=components, model=rules.version)


def _component(score: Score, weight: float, points: float) -> Component:
    said = "unknown" if score.value is None else f"{score.value:.0f} of 100"
    return Component(
        signal=score.kind, value=score.value, weight=weight, points=points, evidence=f"{score.kind} is {said}"
    )
