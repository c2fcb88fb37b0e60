"""What a score is made of, and how components become one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

Kind = Literal["relevance", "authenticity", "reach", "fit"]

SURE: Final = 0.5
"""Confidence from which a score is shown like any other number; below it stands a `~`."""


def rounded(value: float | None, confidence: float | None) -> str:
    """A score as people read it: `97`, `~97` where less than half of what it needs was known, `-` where nothing was."""
    if value is None:
        return "-"
    return f"{'~' if confidence is not None and confidence < SURE else ''}{value:.0f}"


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One signal's part in a score.

    `points` is what it adds (authenticity: takes away, so it is negative) on the scale of 0 to 100; the points of all
    components add up to the score. `value` is the signal itself and `peer` what comparable accounts have; None where
    unknown, and an unknown signal has no points and no weight in the score, only in the confidence.
    """

    signal: str
    value: float | None
    peer: float | None = None
    weight: float
    points: float
    evidence: str
    as_of: int | None = None
    detector: str | None = None


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A score from 0 to 100 (authenticity 100 is clean), or None where nothing is known.

    `confidence` (0 to 1) says how much of what the score would like to know was known, and how fresh it was. A score is
    a prompt to look, never a verdict.
    """

    kind: Kind
    value: float | None
    confidence: float
    components: tuple[Component, ...]
    model: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A signal before it is weighed: `share` (0 to 1) of its points, or None when it is unknown."""

    signal: str
    weight: float
    share: float | None
    value: float | None
    evidence: str
    peer: float | None = None
    points: float = 0.0
    as_of: int | None = None
    freshness: float = 1.0
    detector: str | None = None


def gained(kind: Kind, parts: Iterable[Part], model: str) -> Score:
    """A weighted mean of the known parts: the unknown ones drop out and lower the confidence."""
    parts = list(parts)
    known = sum(part.weight for part in parts if part.share is not None)
    components = tuple(
        Component(
            signal=part.signal,
            value=part.value,
            peer=part.peer,
            weight=part.weight,
            points=0.0 if part.share is None or not known else 100 * part.share * part.weight / known,
            evidence=part.evidence,
            as_of=None if part.share is None else part.as_of,
            detector=part.detector,
        )
        for part in parts
    )
    value = sum(component.points for component in components) if known else None
    return Score(kind=kind, value=_clipped(value), confidence=_confidence(parts), components=components, model=model)


def lost(kind: Kind, parts: Iterable[Part], model: str) -> Score:
    """A hundred, less the points of each part; where that would fall below zero, the losses are scaled to end at zero."""
    parts = list(parts)
    if all(part.share is None for part in parts):
        nothing = tuple(_unknown(part) for part in parts)
        return Score(kind=kind, value=None, confidence=0.0, components=nothing, model=model)
    wanted = sum(part.points * (part.share or 0.0) for part in parts)
    scale = min(1.0, 100 / wanted) if wanted else 1.0
    start = Component(
        signal="start", value=None, weight=0.0, points=100.0, evidence="Clean until something speaks against it."
    )
    components = (
        start,
        *(
            Component(
                signal=part.signal,
                value=part.value,
                peer=part.peer,
                weight=part.weight,
                points=0.0 if part.share is None else 0.0 - part.points * part.share * scale,
                evidence=part.evidence,
                as_of=None if part.share is None else part.as_of,
                detector=part.detector,
            )
            for part in parts
        ),
    )
    value = sum(component.points for component in components)
    return Score(kind=kind, value=_clipped(value), confidence=_confidence(parts), components=components, model=model)


def _unknown(part: Part) -> Component:
    return Component(
        signal=part.signal, value=None, weight=part.weight, points=0.0, evidence=part.evidence, detector=part.detector
    )


def _confidence(parts: list[Part]) -> float:
    total = sum(part.weight for part in parts)
    known = sum(part.weight * part.freshness for part in parts if part.share is not None)
    return round(known / total, 4) if total else 0.0


def _clipped(value: float | None) -> float | None:
    return None if value is None else min(100.0, max(0.0, value))
