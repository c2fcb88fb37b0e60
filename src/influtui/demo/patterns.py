"""What the watched accounts of the demo world did: daily growth, posts and comments, honest or bought.

Written from how the trade describes such accounts, and shares nothing with the code that looks for them: which account
bears which pattern is kept in a table outside the catalogue (`demo-truth.json`).

- `bought_followers`: one or a few overnight jumps without a post to explain them, then a slow loss as platforms clear
  fake accounts; engagement stays that of the people who were there before. One in four buys them dripped over weeks.
- `bought_engagement`: posts get nearly the same package of likes, far more than their comments would suggest, and the
  comments are praise from accounts nobody knows. One in three buys for some posts only.
- `pod`: a group whose members comment under each other's posts within minutes; some more eagerly than others.
- `viral`: an honest jump, with the post that explains it. Not bought; it is there to be told from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from random import Random
from typing import Final, Literal

import msgspec

from influtui.demo.people import DAY_MS, typical_rate
from influtui.demo.vocabulary import comments, topics
from influtui.model.profile_records import Measured, ProfileRecord, SeenComment, SeenPost

Pattern = Literal["honest", "viral", "bought_followers", "bought_engagement", "pod"]

DAYS: Final = 60
POSTS: Final = 16
SAMPLED_POSTS: Final = 7
"""Posts whose comments are sampled, the newest ones."""

SMALLEST: Final = 1_500
"""Followers from which an account is worth a deception."""

SHARES: Final[Mapping[Pattern, float]] = {
    "bought_followers": 0.09,
    "bought_engagement": 0.09,
    "pod": 0.10,
    "viral": 0.05,
}

SOURCE: Final = "daily counter"
"""Who counted, as the catalogue names it."""

MINUTE_MS: Final = 60_000


class Watched(msgspec.Struct, frozen=True):
    """An account with all that was seen of it, and what is true of it."""

    record: ProfileRecord
    pattern: Pattern
    pod: tuple[str, ...] = ()
    """The refs of the group's members, this one included."""


def assign(records: Sequence[ProfileRecord], random: Random) -> list[tuple[ProfileRecord, Pattern, tuple[str, ...]]]:
    """Decide what is true of each account: a pattern, and for members of a pod the group (all on one platform)."""
    eligible = [record for record in records if (record.followers or 0) >= SMALLEST]
    random.shuffle(eligible)
    patterns: dict[str, Pattern] = {}
    groups: dict[str, tuple[str, ...]] = {}
    for pattern, share in SHARES.items():
        wanted = round(share * len(records))
        if pattern == "pod":
            for group in _groups([each for each in eligible if ref(each) not in patterns], wanted, random):
                members = tuple(ref(each) for each in group)
                patterns |= dict.fromkeys(members, pattern)
                groups |= dict.fromkeys(members, members)
            continue
        for record in [each for each in eligible if ref(each) not in patterns][:wanted]:
            patterns[ref(record)] = pattern
    return [(each, patterns.get(ref(each), "honest"), groups.get(ref(each), ())) for each in records]


def watch(record: ProfileRecord, pattern: Pattern, pod: Sequence[str], now: int, random: Random) -> Watched:
    """The account with its series, its posts and a sample of their comments, all before `now`."""
    followers = record.followers or 500
    growth, jump_days = _growth(pattern, random)
    series = _series(record, followers, growth, now, random)
    audience = followers
    if pattern == "bought_followers":
        # Those who were there before the purchases, and only some of those are left.
        audience = max(50, round(followers / _bought(growth, jump_days) * random.uniform(0.25, 0.85)))
    posts = _posts(record, pattern, pod, audience, jump_days, now, random)
    likes = [post.likes or 0 for post in posts]
    said = [post.comments or 0 for post in posts]
    views = [post.views for post in posts if post.views is not None]
    mean_likes, mean_comments = sum(likes) / len(likes), sum(said) / len(said)
    averages = {
        "engagement_rate": round(100 * (mean_likes + mean_comments) / followers, 2),
        "engagement_variant": "er_followers",
        "avg_likes": round(mean_likes, 1),
        "avg_comments": round(mean_comments, 1),
        "avg_views": round(sum(views) / len(views)) if views else None,
    }
    newest = msgspec.structs.replace(series[-1], posts=record.posts, **averages)
    shaped = msgspec.structs.replace(
        record,
        followers=followers,
        as_of=newest.at,
        quality="exact",
        snapshots=(*series[:-1], newest),
        seen_posts=posts,
        **averages,
    )
    return Watched(shaped, pattern, tuple(pod))


def ref(record: ProfileRecord) -> str:
    """An account as the truth table names it."""
    return f"{record.platform}:{record.handle}"


def _groups(records: Sequence[ProfileRecord], wanted: int, random: Random) -> list[list[ProfileRecord]]:
    by_platform: dict[str, list[ProfileRecord]] = {}
    for record in records:
        by_platform.setdefault(record.platform, []).append(record)
    groups: list[list[ProfileRecord]] = []
    left = wanted
    for members in sorted(by_platform.values(), key=len, reverse=True):
        while left >= 5 and len(members) >= 5:
            size = min(len(members), left, random.randint(5, 9))
            groups.append([members.pop() for _ in range(size)])
            left -= size
    return groups


def _growth(pattern: Pattern, random: Random) -> tuple[list[float], dict[int, float]]:
    """The daily growth of the last `DAYS` days as factors, and the days of jumps."""
    drift, unrest = random.uniform(-0.0004, 0.003), random.uniform(0.0004, 0.0015)
    growth = [1 + random.gauss(drift, unrest) for _ in range(DAYS)]
    jumps: dict[int, float] = {}
    if pattern == "bought_followers" and random.random() < 0.25:
        first, length = random.randint(3, 25), random.randint(14, 28)
        for day in range(first, first + length):
            growth[day] += random.uniform(0.005, 0.016)
    elif pattern == "bought_followers":
        for _ in range(random.choice((1, 1, 2, 3))):
            jumps[random.randint(6, DAYS - 8)] = random.uniform(0.08, 0.45)
    elif pattern == "viral":
        jumps[random.randint(10, DAYS - 6)] = random.uniform(0.05, 0.25)
    for day, size in jumps.items():
        growth[day] += size
        for after in range(day + 1, min(DAYS, day + 22)):
            # Bought ones melt; of those that a good post brought, more come for some days.
            if pattern == "bought_followers":
                growth[after] -= size * random.uniform(0.004, 0.02)
            elif after < day + 5:
                growth[after] += size * random.uniform(0.04, 0.2)
    return growth, jumps


def _bought(growth: Sequence[float], jumps: Mapping[int, float]) -> float:
    product = 1.0
    for day in jumps:
        product *= growth[day]
    return product


def _series(record: ProfileRecord, followers: int, growth: Sequence[float], now: int, random: Random) -> list[Measured]:
    counts = [float(followers)]
    for factor in reversed(growth[1:]):
        counts.append(counts[-1] / factor)
    counts.reverse()
    following = record.following or 300
    midnight = now - now % DAY_MS
    return [
        Measured(
            at=midnight - (DAYS - 1 - day) * DAY_MS,
            source=SOURCE,
            followers=max(1, round(count)),
            following=max(0, following + round(random.gauss(0, 2)) - (DAYS - day) // 9),
        )
        for day, count in enumerate(counts)
    ]


def _posts(
    record: ProfileRecord,
    pattern: Pattern,
    pod: Sequence[str],
    audience: int,
    jumps: Mapping[int, float],
    now: int,
    random: Random,
) -> tuple[SeenPost, ...]:
    rate = typical_rate(audience) / 100 * exp(random.gauss(0, 0.3))
    evenness = random.uniform(0.02, 0.06)
    some_only = pattern == "bought_engagement" and random.random() < 0.33
    eager = random.uniform(0.35, 0.95)
    package = audience * rate * random.uniform(1.6, 3.5)
    midnight = now - now % DAY_MS
    days = sorted(random.sample(range(DAYS), POSTS))
    if pattern == "viral":
        days = sorted({*days[1:], max(0, next(iter(jumps)) - random.choice((0, 1)))})
    fans = [_fan(random) for _ in range(random.randint(60, 220))]
    posts: list[SeenPost] = []
    for number, day in enumerate(days):
        likes = audience * rate * exp(random.gauss(-0.1, 0.42))
        said = likes * 0.028 * exp(random.gauss(0, 0.5))
        views = audience * exp(random.gauss(-0.6, 0.45))
        if pattern == "bought_engagement" and not (some_only and random.random() < 0.45):
            likes, said = package * random.gauss(1, evenness), package * 0.0022 * exp(random.gauss(0, 0.4))
        elif pattern == "pod":
            said = max(said, len(pod) * random.uniform(1.0, 2.2))
        elif pattern == "viral" and any(0 <= jump - day <= 1 for jump in jumps):
            boost = random.uniform(8, 25)
            likes, said, views = likes * boost * 0.6, said * boost * 0.5, views * boost
        posted_at = midnight - (DAYS - day) * DAY_MS + random.randrange(22 * 60) * MINUTE_MS
        seen_comments: tuple[SeenComment, ...] = ()
        if number >= len(days) - SAMPLED_POSTS:
            written = _comments(record, pattern, pod, eager, round(said), posted_at, fans, random)
            seen_comments = tuple(each for each in written if (each.at or 0) < midnight)
        posts.append(
            SeenPost(
                platform_post_id=f"{random.getrandbits(52):013x}",
                caption=_caption(record, random),
                posted_at=posted_at,
                likes=max(0, round(likes)),
                comments=max(0, round(said)),
                views=max(1, round(views)) if record.platform in ("tiktok", "youtube", "instagram") else None,
                sponsored=random.random() < 0.12,
                as_of=midnight,
                source=SOURCE,
                seen_comments=seen_comments,
            )
        )
    return tuple(posts)


def _comments(
    record: ProfileRecord,
    pattern: Pattern,
    pod: Sequence[str],
    eager: float,
    said: int,
    posted_at: int,
    fans: Sequence[str],
    random: Random,
) -> tuple[SeenComment, ...]:
    """A sample of at most a dozen comments."""
    words, count = comments(), min(12, max(0, said))
    found: list[SeenComment] = []
    if pattern == "pod":
        own = ref(record)
        others = [each.partition(":")[2] for each in pod if each != own]
        for member in random.sample(others, k=max(1, round(len(others) * eager)))[:count]:
            at = posted_at + random.randrange(1, 35) * MINUTE_MS
            found.append(SeenComment(commenter=member, text=random.choice(words.friends), at=at))
        count -= len(found)
    for _ in range(count):
        if pattern == "bought_engagement" and random.random() < 0.85:
            commenter, text = _fan(random), random.choice(words.praise)
        else:
            commenter = fans[int(random.random() ** 1.6 * len(fans))]
            about = _about(record, random)
            text = random.choice(words.about).format(about) if random.random() < 0.72 else random.choice(words.praise)
        at = posted_at + int(random.expovariate(1 / (9 * 60))) * MINUTE_MS
        found.append(SeenComment(commenter=commenter, text=text, at=at))
    return tuple(sorted(found, key=lambda each: (each.at or 0, each.commenter)))


def _caption(record: ProfileRecord, random: Random) -> str:
    return f"{random.choice(('Today:', 'New:', 'Again:', 'Finally:', 'Trying'))} {_about(record, random)}"


def _about(record: ProfileRecord, random: Random) -> str:
    named = [topic for topic in topics() if topic.name in record.topics] or [topics()[0]]
    return random.choice(random.choice(named).words)


def _fan(random: Random) -> str:
    return f"viewer{random.randrange(10**7):07d}"
