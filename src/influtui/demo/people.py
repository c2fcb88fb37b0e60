"""The people of the demo world: any number of invented accounts, one after the other, the same for the same seed and size.

Followers are log-normal (median 8,000, sigma 1.9), topics and words follow Zipf's law, bios are written in several
scripts, some people have several accounts. What patterns their growth and engagement bear is decided in `demo.patterns`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from math import exp, log
from random import Random
from typing import Any, Final, Generic, TypeVar

from influtui.demo.vocabulary import Tongue, Topic, tongues, topics
from influtui.model.audience import canonical
from influtui.model.profile_records import ProfileRecord
from influtui.model.profiles import page

DAY_MS: Final = 86_400_000
_ABROAD: Final = ("US", "GB", "DE", "FR", "ES", "BR", "MX", "IN", "CA", "AU", "IT", "NL")
MEDIAN_FOLLOWERS: Final = 8_000
SIGMA: Final = 1.9
MOST_FOLLOWERS: Final = 400_000_000

_PLATFORMS: Final = {
    "instagram": 45, "tiktok": 27, "youtube": 13, "bluesky": 5, "threads": 4, "twitch": 3, "pinterest": 2, "mastodon": 1,
}  # fmt: skip
_FOUND_BY: Final = {
    "tool": 40, "hashtag": 20, "scroll": 12, "competitor": 8, "own_follower": 8, "web": 5, "lookalike": 4, "customer": 2,
    "referral": 1,
}  # fmt: skip
_DOMAINS: Final = ("example.org", "example.com", "example.net", "mail.example", "studio.example")
_CONSONANTS: Final = "bdfghjklmnprstvwyzcq"
_SYLLABLES: Final = tuple(f"{consonant}{vowel}" for consonant in _CONSONANTS for vowel in "aeiou")

# Primes below 100 ** 3 and 100 ** 4: multiplying by a fixed number modulo a prime is a permutation, so that neighbours
# get unlike names and no name comes twice.
_SMALL_WORLD: Final = 999_983
_LARGE_WORLD: Final = 99_999_989
_STRIDE: Final = 618_033

T = TypeVar("T")


class Weighted(Generic[T]):
    """One of many, by weight, at the cost of one random number."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._choices = list(weights)
        total = sum(weights.values())
        self._bounds = list(accumulate(weight / total for weight in weights.values()))[:-1]

    def draw(self, random: Random) -> T:
        """Draw one."""
        return self._choices[bisect_right(self._bounds, random.random())]


class People:
    """A source of invented people. `world` is how many accounts there will be; `now` is the last moment of the world."""

    def __init__(self, seed: int, world: int, now: int) -> None:
        self._random = Random(seed)  # noqa: S311 - a world to play in, not a secret
        self._now = now
        self._modulus = _SMALL_WORLD if world < _SMALL_WORLD else _LARGE_WORLD
        self._offset = self._random.randrange(self._modulus)
        self._made = 0
        self._tongues = Weighted({position: tongue.share for position, tongue in enumerate(tongues())})
        self._countries = [Weighted(tongue.countries) for tongue in tongues()]
        self._topics = Weighted({position: 1 / (position + 1) for position in range(len(topics()))})
        self._platforms = Weighted(_PLATFORMS)
        self._found_by = Weighted(_FOUND_BY)

    def records(self, count: int, *, oldest_days: int = 120, newest_days: int = 2) -> Iterator[ProfileRecord]:
        """`count` accounts of so many people as that makes, each measured within those days before the world's now."""
        made = 0
        while made < count:
            for record in self._person(oldest_days, newest_days):
                if made == count:
                    return
                made += 1
                yield record

    def _person(self, oldest_days: int, newest_days: int) -> Iterator[ProfileRecord]:
        random = self._random
        self._made += 1
        where = self._tongues.draw(random)
        tongue, country = tongues()[where], self._countries[where].draw(random)
        chosen = list(dict.fromkeys(self._topics.draw(random) for _ in range(1 + int(random.random() * 3))))
        word = self._word(self._made)
        name = _name(tongue, random)
        email = f"{word}@{_DOMAINS[int(random.random() * len(_DOMAINS))]}" if random.random() < 0.38 else None
        draw = random.random()
        accounts = 3 if draw < 0.03 else 2 if draw < 0.15 else 1
        # A third of those with several accounts are not known to be one person: they are for `creators duplicates`.
        person = f"person {self._made}" if accounts > 1 and random.random() < 0.67 else None
        stem = _handle(word, topics()[chosen[0]], random)
        at = self._now - int((newest_days + random.random() * (oldest_days - newest_days)) * DAY_MS)
        platforms: list[str] = []
        while len(platforms) < accounts:
            platform = self._platforms.draw(random)
            if platform not in platforms:
                platforms.append(platform)
        size = random.gauss(log(MEDIAN_FOLLOWERS), SIGMA)
        for number, platform in enumerate(platforms):
            numbers = _numbers(platform, size if number == 0 else size + random.gauss(-0.7, 0.8), random)
            handle = _on_platform(stem, platform, number, random)
            yield ProfileRecord(
                platform=platform,
                handle=handle,
                name=name if random.random() < 0.94 else None,
                url=page(platform, handle),
                bio=_bio(tongue, chosen, email if random.random() < 0.5 else None, random),
                country=country if random.random() < 0.82 else None,
                language=tongue.language if random.random() < 0.9 else None,
                topics=tuple(topics()[each].name for each in chosen),
                email=email,
                audience=_audience(handle, country, size),
                as_of=at,
                found_by=self._found_by.draw(random),
                person=person,
                **numbers,
            )

    def _word(self, number: int) -> str:
        """A pronounceable word that no other number gets."""
        code = (number * _STRIDE + self._offset) % self._modulus
        parts: list[str] = []
        while code or len(parts) < 3:
            code, rest = divmod(code, len(_SYLLABLES))
            parts.append(_SYLLABLES[rest])
        return "".join(parts)


def _audience(handle: str, country: str, size: float) -> str | None:
    """Who follows, of every fourth account that is large enough for tools to say so: mostly people from where it is."""
    random = Random(handle)  # noqa: S311 - its own dice, so that the rest of the world stays as it is
    if size < log(3_000) or random.random() > 0.25:
        return None
    home = 35 + 50 * random.random()
    rest = (100 - home) * 0.8
    shares = {country: home}
    for place in random.sample(_ABROAD, 4):
        if place not in shares:
            shares[place] = rest = rest * (0.3 + 0.3 * random.random())
    female = 20 + 65 * random.random()
    young = 15 + 35 * random.random()
    ages = {"18-24": young, "25-34": (90 - young) * 0.55, "35-44": (90 - young) * 0.25}
    return canonical(
        {key: round(share, 1) for key, share in {**shares, "female": female, "male": 99 - female, **ages}.items()}
    )


def typical_rate(followers: int) -> float:
    """The engagement rate that an honest account of this size has in the middle, in percent: falling with size."""
    return 9.5 * exp(-0.145 * log(max(followers, 50)))


def _numbers(platform: str, size: float, random: Random) -> dict[str, Any]:
    followers = min(MOST_FOLLOWERS, max(12, int(exp(size))))
    rate = round(min(38.0, typical_rate(followers) * exp(random.gauss(0, 0.45))), 2)
    likes = max(1.0, round(followers * rate / 103, 1))
    quality = "exact"
    if followers >= 10_000 and random.random() < 0.3:
        # As a list shows it: 12.3K.
        unit = 10 ** (len(str(followers)) - 3)
        followers, quality = followers // unit * unit, '{"followers":"rounded"}'
    numbers: dict[str, Any] = {
        "followers": followers,
        "following": int(exp(random.gauss(6.2, 0.9))),
        "posts": int(exp(random.gauss(5.6, 1.0))),
        "quality": quality,
    }
    if random.random() < 0.88:
        numbers |= {
            "engagement_rate": rate,
            "engagement_variant": "er_followers",
            "avg_likes": likes,
            "avg_comments": round(likes * 0.03 * exp(random.gauss(0, 0.4)), 1),
        }
        if platform in ("tiktok", "youtube"):
            numbers["avg_views"] = round(followers * min(1.5, exp(random.gauss(-1.1, 0.6))))
    return numbers


def _name(tongue: Tongue, random: Random) -> str:
    given = tongue.given[int(random.random() * len(tongue.given))]
    family = tongue.family[int(random.random() * len(tongue.family))]
    if tongue.language in ("ja", "ko", "zh"):
        return f"{family}{given}"
    return f"{given} {family}"


def _handle(word: str, topic: Topic, random: Random) -> str:
    draw = random.random()
    shown = topic.handle[int(draw * 997) % len(topic.handle)]
    if draw < 0.45:
        return f"{word}.{shown}"
    if draw < 0.75:
        return f"{word}_{shown}"
    return f"the.{word}.{shown}" if draw < 0.85 else f"{word}{int(draw * 10_000) % 90 + 10}.{shown}"


def _on_platform(stem: str, platform: str, number: int, random: Random) -> str:
    """The handle that somebody could get on a platform: their own one mostly, and always one that the platform allows."""
    handle = stem if number == 0 or random.random() < 0.7 else f"{stem}.official"
    if platform in ("twitch", "pinterest"):
        return handle.replace(".", "_")[:25]
    if platform == "bluesky":
        return f"{handle.replace('.', '-').replace('_', '-')}.example.org"
    if platform == "mastodon":
        return f"{handle.replace('.', '_')}@social.example"
    return handle[:24] if platform == "tiktok" else handle


def _bio(tongue: Tongue, chosen: Sequence[int], email: str | None, random: Random) -> str:
    words = [_topic_word(tongue, each, random) for each in (*chosen, *chosen, *chosen)]
    parts = [tongue.phrases[int(random.random() * len(tongue.phrases))].format(*words)]
    if random.random() < 0.6:
        parts.append(tongue.extras[int(random.random() ** 2 * len(tongue.extras))])
    if random.random() < 0.25:
        parts.append(tongue.extras[int(random.random() ** 2 * len(tongue.extras))])
    if email:
        parts.append(tongue.contact[int(random.random() * len(tongue.contact))].format(email=email))
    return (" · " if random.random() < 0.7 else "\n").join(dict.fromkeys(parts))


def _topic_word(tongue: Tongue, topic: int, random: Random) -> str:
    if topic < len(tongue.topics):
        return tongue.topics[topic]
    words = topics()[topic].words
    return words[int(random.random() ** 2 * len(words))]
