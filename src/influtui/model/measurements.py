"""Measured values: a number or unknown, how old it is, who said it, and how far it can be trusted.

One reading is what one source said of one account at one time. The newest known value of a metric is what lists show;
what other sources said last is the second opinion, kept beside it and never averaged away.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final, cast, get_args

import msgspec

from influtui.model import records
from influtui.model.creators import METRICS, Quality
from influtui.model.shipped import shipped
from influtui.model.times import Millis

Number = int | float

QUALITIES: Final = frozenset(get_args(Quality))


@cache
def disagreement() -> float:
    """The share of the larger by which two sources' values must differ to disagree (`data/measurements.toml`)."""
    text = shipped("measurements.toml")
    return float(tomllib.loads(text)["disagreement"])


class Measured(msgspec.Struct, frozen=True):
    """One value of one metric, as one source gave it. `value` is None where the source says that it is hidden."""

    value: Number | None
    as_of: Millis
    source: str
    quality: Quality


class Reading(msgspec.Struct, frozen=True):
    """What one source said of one account at one time."""

    at: Millis
    source: str
    values: Mapping[str, Number | None]
    quality: Mapping[str, Quality]
    variant: str | None = None
    """Which definition of the engagement rate the source used."""

    def measured(self, metric: str) -> Measured | None:
        """This reading's value of a metric; None where it says nothing about it."""
        value = self.values.get(metric)
        quality = self.quality.get(metric, self.quality.get("*", "exact"))
        if value is None and self.quality.get(metric) != "hidden":
            return None
        return Measured(value, self.at, self.source, quality)


class Opinions(msgspec.Struct, frozen=True):
    """A metric's newest value, and the newest of every other source."""

    newest: Measured
    others: tuple[Measured, ...] = ()

    @property
    def disagree(self) -> bool:
        """Whether another source's newest value is further off than rounding and ordinary growth explain."""
        return any(differ(self.newest.value, other.value) for other in self.others)


def differ(one: Number | None, other: Number | None) -> bool:
    """Whether two values of one metric are further apart than `disagreement` allows. Unknown disagrees with nothing."""
    if one is None or other is None:
        return False
    return abs(one - other) > disagreement() * max(abs(one), abs(other))


def opinions(readings: Iterable[Reading]) -> dict[str, Opinions]:
    """Every metric's newest value with the second opinions. Readings of one time are told apart by their source's name."""
    ordered = sorted(readings, key=lambda reading: (reading.at, reading.source), reverse=True)
    found: dict[str, Opinions] = {}
    for metric in METRICS:
        by_source: dict[str, Measured] = {}
        for reading in ordered:
            measured = reading.measured(metric)
            if measured is not None:
                by_source.setdefault(reading.source, measured)
        if by_source:
            first, *others = by_source.values()
            found[metric] = Opinions(first, tuple(others))
    return found


class Course(msgspec.Struct, frozen=True):
    """How a metric went, as one source saw it."""

    source: str
    points: tuple[Measured, ...]
    """Known values, oldest first."""
    left_out: int
    """Other sources that counted it too."""


_TRUST: Final = {"exact": 3, "rounded": 2, "estimated": 1, "hidden": 0}


def course(readings: Iterable[Reading], metric: str) -> Course | None:
    """The course of a metric by the source with most points, then the most trusted and the newest; None without two.

    Never of several sources: where they disagree, every change from one to the other would look like growth.
    """
    by_source: dict[str, list[Measured]] = {}
    for reading in sorted(readings, key=lambda reading: reading.at):
        measured = reading.measured(metric)
        if measured is not None and measured.value is not None:
            by_source.setdefault(measured.source, []).append(measured)
    if not by_source:
        return None
    source, points = max(
        by_source.items(), key=lambda pair: (len(pair[1]), _TRUST[pair[1][-1].quality], pair[1][-1].as_of, pair[0])
    )
    return Course(source, tuple(points), len(by_source) - 1) if len(points) > 1 else None


def quality_by_metric(stored: str) -> dict[str, Quality]:
    """The store's quality column: one word for the whole reading (kept under `*`), or a JSON object by metric."""
    if stored in QUALITIES:
        return {"*": cast(Quality, stored)}
    try:
        by_metric = records.from_json(stored, dict[str, str])
    except msgspec.DecodeError:
        return {"*": "estimated"}
    return {metric: cast(Quality, word) for metric, word in by_metric.items() if word in QUALITIES}
