"""How alike two accounts are: topics, words, audience, size, place, each from 0 to 1, and why. Pure; the weights are data."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

import msgspec

from influtui.model import records
from influtui.model.audience import overlap
from influtui.model.creators import Creator
from influtui.model.query_words import words
from influtui.model.shipped import shipped

_SHARED: Final = 0.5
"""From this much of an audience on, it is named as a ground."""


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/lookalikes.toml`."""

    topics: float
    words: float
    audience: float
    size: float
    place: float
    size_factor: float
    words_at_most: int
    word_share: float
    few: int


class Likeness(NamedTuple):
    """How alike, from 0 to 100, and on what grounds."""

    value: float
    because: tuple[str, ...]


@cache
def weights() -> Weights:
    """The weights that come with influtui."""
    text = shipped("lookalikes.toml")
    return records.convert(tomllib.loads(text), Weights)


def likeness(model: Creator, other: Creator, rarity: Mapping[str, float], by: Weights) -> Likeness | None:
    """How alike `other` is to `model`; None where nothing can be compared.

    `rarity` says for each word of the model that counts how much it tells.
    """
    because: list[str] = []
    parts: list[tuple[float, float]] = []
    if model.topics and other.topics:
        shared = sorted(set(model.topics) & set(other.topics))
        parts.append((by.topics, len(shared) / len(set(model.topics) | set(other.topics))))
        because += [f"topics {', '.join(shared)}"] if shared else []
    if rarity and other.bio:
        said = sorted(set(words(other.bio)) & rarity.keys(), key=lambda word: -rarity[word])
        parts.append((by.words, sum(rarity[word] for word in said) / sum(rarity.values())))
        because += [f"words {', '.join(said[:5])}"] if said else []
    if model.audience and other.audience and (same_people := overlap(model.audience, other.audience)) is not None:
        parts.append((by.audience, same_people))
        because += [f"{100 * same_people:.0f}% the same audience"] if same_people >= _SHARED else []
    if model.followers and other.followers:
        apart = abs(math.log(model.followers / other.followers)) / math.log(by.size_factor)
        parts.append((by.size, max(0.0, 1.0 - apart)))
        because += ["of like size"] if apart < 0.25 else []
    places = [
        (mine, theirs)
        for mine, theirs in ((model.country, other.country), (model.language, other.language))
        if mine is not None and theirs is not None
    ]
    if places:
        same = [mine for mine, theirs in places if mine == theirs]
        parts.append((by.place, len(same) / len(places)))
        because += [f"both {' '.join(same)}"] if same else []
    if not parts:
        return None
    return Likeness(
        100 * sum(weight * part for weight, part in parts) / sum(weight for weight, _ in parts), tuple(because)
    )
