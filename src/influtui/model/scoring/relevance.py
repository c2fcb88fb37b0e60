"""Relevance: how well an account fits what a campaign is about. Without a campaign there is none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from itertools import filterfalse
from typing import Final, NamedTuple

from influtui.model.scoring.authenticity import freshness
from influtui.model.scoring.facts import Aim, Facts
from influtui.model.scoring.records import Part, Score, gained
from influtui.model.scoring.rules import Rules, Signal, on_curve

_DAY_MS: Final = 86_400_000
_WORD: Final = re.compile(r"\w+")


def relevance(facts: Facts, aim: Aim, rules: Rules) -> Score:
    """The score for one campaign."""
    signals = rules.relevance
    fresh = freshness(facts, rules)
    said = _text(" ".join((facts.bio, *facts.captions)))
    parts = [
        _topics(facts, aim, signals.topics),
        _words(said, aim, signals.words),
        _region(facts, aim, signals.region),
        _affinity(said, aim, signals.affinity),
        _values(facts, said, aim, signals.values),
        _activity(facts, signals.activity, fresh),
    ]
    # A weight for affinity alone would call an account of which nothing but a name is known half relevant.
    if all(part.share is None for part in parts if part.signal in ("topics", "words", "region", "values")):
        parts = [
            Part(signal=part.signal, weight=part.weight, share=None, value=None, evidence=part.evidence)
            for part in parts
        ]
    return gained("relevance", parts, rules.version)


def _topics(facts: Facts, aim: Aim, rule: Signal) -> Part:
    wanted = _wanted(aim.niche)
    if not wanted:
        return _missing("topics", rule, "the campaign names no niche words")
    known = _wanted((*facts.topics, *facts.tags))
    if not known:
        return _missing("topics", rule, "no topics are known of this account")
    found = {word for word in wanted if any(word in words.split() or word == topic for topic, words in known.items())}
    return _covered("topics", rule, found, wanted, "topics and tags")


def _words(said: _Text, aim: Aim, rule: Signal) -> Part:
    wanted = _wanted(aim.niche)
    if not wanted:
        return _missing("words", rule, "the campaign names no niche words")
    if not said.plain:
        return _missing("words", rule, "neither a bio nor captions are known")
    return _covered("words", rule, _mentioned(wanted, said), wanted, "bio and captions")


def _region(facts: Facts, aim: Aim, rule: Signal) -> Part:
    if not aim.regions:
        return _missing("region", rule, "the campaign names no regions")
    if facts.country is None:
        return _missing("region", rule, "the account's country is unknown")
    fits = facts.country.casefold() in {region.casefold() for region in aim.regions}
    evidence = f"{facts.country} is {'one' if fits else 'none'} of the campaign's regions"
    return _part("region", rule, float(fits), evidence)


def _affinity(said: _Text, aim: Aim, rule: Signal) -> Part:
    if not said.plain or not (aim.own_handles or aim.competitors):
        return _missing("affinity", rule, "no text of the account, or no handles of brand and competitors, are known")
    own = _mentioned(_handles(aim.own_handles), said)
    rivals = _mentioned(_handles(aim.competitors), said)
    if own:
        return _part("affinity", rule, 1.0, f"mentions the brand ({', '.join(sorted(own))})")
    if rivals:
        return _part("affinity", rule, 0.0, f"mentions a competitor ({', '.join(sorted(rivals))})")
    return _part("affinity", rule, 0.5, "mentions neither the brand nor a competitor")


def _values(facts: Facts, said: _Text, aim: Aim, rule: Signal) -> Part:
    wanted = _wanted(aim.values)
    if not wanted:
        return _missing("values", rule, "the campaign names no shared values")
    labels = _text(" ".join((*facts.tags, *facts.topics)))
    if not (said.plain or labels.plain):
        return _missing("values", rule, "no text of the account is known")
    found = _mentioned(wanted, said) | _mentioned(wanted, labels)
    return _covered("values", rule, found, wanted, "bio, captions, tags and topics")


def _activity(facts: Facts, rule: Signal, fresh: float) -> Part:
    if not facts.posts:
        return _missing("activity", rule, "no posts are known")
    days = max(0.0, (facts.now - max(post.at for post in facts.posts)) / _DAY_MS)
    return Part(
        signal="activity",
        weight=rule.weight,
        share=on_curve(rule.curve, days),
        value=days,
        evidence=f"last post {days:.0f} days ago",
        as_of=facts.as_of,
        freshness=fresh,
    )


def _covered(signal: str, rule: Signal, found: set[str], wanted: Mapping[str, str], where: str) -> Part:
    share = len(found) / len(wanted)
    said = f"{len(found)} of {len(wanted)} in {where}" + (f": {', '.join(sorted(found))}" if found else "")
    return _part(signal, rule, share, said)


def _part(signal: str, rule: Signal, value: float, evidence: str) -> Part:
    return Part(signal=signal, weight=rule.weight, share=on_curve(rule.curve, value), value=value, evidence=evidence)


def _missing(signal: str, rule: Signal, why: str) -> Part:
    return Part(signal=signal, weight=rule.weight, share=None, value=None, evidence=f"Unknown: {why}.")


class _Text(NamedTuple):
    """What an account says, folded once for all that is looked for in it."""

    plain: str
    words: str
    """Its words with one blank around each, so that whole words can be looked for as parts of a text."""


def _text(said: str) -> _Text:
    plain = _plain(said)
    return _Text(plain, f" {' '.join(_WORD.findall(plain))} ")


@lru_cache(maxsize=4096)
def _wanted(names: tuple[str, ...]) -> Mapping[str, str]:
    """Words and phrases, folded, each with its bare words: the same few for each account of a run."""
    return {plain: " ".join(_WORD.findall(plain)) for plain in map(_plain, names)}


@lru_cache(maxsize=64)
def _handles(names: tuple[str, ...]) -> Mapping[str, str]:
    return _wanted(tuple(name.strip().rpartition(":")[2].removeprefix("@") for name in names))


def _mentioned(wanted: Mapping[str, str], said: _Text) -> set[str]:
    return {
        word
        for word, words in wanted.items()
        if (words and f" {words} " in said.words) or (not word.isascii() and word in said.plain)
    }


def _plain(text: str) -> str:
    """Folded in case and without diacritics, as the search folds it."""
    folded = text.strip().casefold()
    if folded.isascii():
        return folded
    return "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", folded)))
