"""A catalogue to measure searches on: harsher than life, the same in every run.

Log-normal followers (median 8,000, sigma 1.9), Zipf words (40,000, about eleven a bio), Zipf topics (48, one to four an
account), 80 countries, 8 platforms. `m*` matches about three quarters of the accounts, `ma*` two fifths, `travel` a tenth.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from influtui.store import catalogue, text_index
from influtui.store.database import open_database

NOW: Final = 1_795_348_800_000
DAY: Final = 86_400_000
PLATFORMS: Final = ("instagram", "tiktok", "youtube", "bluesky", "mastodon", "twitch", "x", "threads")
COUNTRIES: Final = [
    "US",
    "BR",
    "IN",
    "DE",
    "GB",
    "FR",
    "ES",
    "IT",
    "MX",
    "CA",
    "AU",
    "JP",
    "KR",
    "ID",
    "TR",
    "PL",
    "NL",
    "SE",
    "NO",
    "DK",
    "FI",
    "PT",
    "AR",
    "CL",
    "CO",
    "PE",
    "ZA",
    "NG",
    "KE",
    "EG",
    "MA",
    "AE",
    "SA",
    "IL",
    "TH",
    "VN",
    "PH",
    "MY",
    "SG",
    "TW",
    "HK",
    "NZ",
    "IE",
    "BE",
    "AT",
    "CH",
    "CZ",
    "HU",
    "RO",
    "BG",
    "GR",
    "HR",
    "RS",
    "UA",
    "LT",
    "LV",
    "EE",
    "SK",
    "SI",
    "IS",
    "CY",
    "MT",
    "PK",
    "BD",
    "LK",
    "NP",
    "GH",
    "TZ",
    "UG",
    "SN",
    "CI",
    "CM",
    "DZ",
    "TN",
    "JO",
    "LB",
    "UY",
    "LU",
]
TOPICS: Final = [
    "beauty",
    "fashion",
    "fitness",
    "travel",
    "food",
    "gaming",
    "music",
    "comedy",
    "parenting",
    "tech",
    "skincare",
    "makeup",
    "photography",
    "art",
    "lifestyle",
    "sports",
    "dance",
    "pets",
    "diy",
    "home",
    "gardening",
    "books",
    "education",
    "finance",
    "cars",
    "film",
    "nature",
    "wellness",
    "yoga",
    "running",
    "cycling",
    "vegan",
    "baking",
    "cooking",
    "coffee",
    "wine",
    "outdoors",
    "camping",
    "fishing",
    "crafts",
    "anime",
    "science",
    "history",
    "politics",
    "gambling",
    "crypto",
    "startups",
    "marketing",
]
_NAMED: Final = {
    9: "travel",
    14: "photo",
    15: "photography",
    21: "fit",
    22: "fitness",
    30: "gaming",
    45: "baking",
    46: "vegan",
}
_BATCH: Final = 5_000


def vocabulary(dice: random.Random) -> list[str]:
    """40,000 invented words, the most frequent first; a tenth of what is written begins with m."""
    syllables = [c + v for c in "bcdfghjklnprstvz" for v in "aeiou"] + ["tra", "pho", "sti", "gra", "ble", "cro"]
    words: dict[str, None] = {}
    rank = 0
    while len(words) < 40_000:
        rank += 1
        chance = dice.random()
        # The head is laid out by hand: a few words carry most of the text, and their first letters the densities.
        begin = (
            "ma"
            if rank in (3, 40, 41) or chance < 0.04
            else "mi"
            if rank in (5, 6) or chance < 0.10
            else dice.choice(syllables)
        )
        word = _NAMED.get(rank) or begin + "".join(dice.choice(syllables) for _ in range(dice.randint(1, 3)))
        words[word] = None
    return list(words)


def rows(count: int, seed: int = 1) -> Iterator[list[tuple[Any, ...]]]:
    """Accounts in the order of `catalogue.ACCOUNT`, in batches."""
    dice = random.Random(seed)
    words = vocabulary(dice)
    cumulative = list(accumulate(1 / (rank + 1) for rank in range(len(words))))
    topic_weights = list(accumulate(1 / (rank + 1) for rank in range(len(TOPICS))))
    country_weights = list(accumulate(1 / (rank + 1) for rank in range(len(COUNTRIES))))
    empty = dict.fromkeys(catalogue.ACCOUNT)
    for start in range(1, count + 1, _BATCH):
        size = min(_BATCH, count + 1 - start)
        drawn = iter(dice.choices(words, cum_weights=cumulative, k=size * 13))
        batch = []
        for number in range(start, start + size):
            first, last, *bio = [next(drawn) for _ in range(13)]
            handle = f"{first}{dice.choice('._')}{last}{number}"
            topics = sorted(set(dice.choices(TOPICS, cum_weights=topic_weights, k=dice.randint(1, 4))))
            batch.append(
                tuple(
                    (
                        empty
                        | {
                            "id": number,
                            "person_id": number,
                            "platform": PLATFORMS[int(8 * dice.random() ** 2)],
                            "handle": handle,
                            "handle_key": handle,
                            "name": f"{first.title()} {last.title()}",
                            "bio": " ".join(bio),
                            "country": dice.choices(COUNTRIES, cum_weights=country_weights)[0]
                            if dice.random() < 0.9
                            else None,
                            "language": dice.choice(("en", "es", "pt", "de", "fr")),
                            "topics": f"|{'|'.join(topics)}|",
                            "email": f"{handle}@example.com" if dice.random() < 0.3 else None,
                            "followers": int(8_000 * 2.718281828 ** dice.gauss(0, 1.9)),
                            "following": dice.randint(10, 3_000),
                            "posts": dice.randint(1, 5_000),
                            "engagement_rate": round(dice.expovariate(0.4), 2),
                            "as_of": NOW - dice.randint(0, 200) * DAY,
                            "created_at": NOW,
                            "updated_at": NOW,
                        }
                    ).values()
                )
            )
        yield batch  # fmt: skip


async def make(path: Path, count: int) -> None:
    """A workspace's database with `count` accounts at `path`, through the statements that imports use."""
    database = await open_database(path)
    try:
        for batch in rows(count):
            async with database.write(NOW, durability="normal") as transaction:
                await transaction.next_ids("persons", len(batch))
                first = await transaction.next_ids("creators", len(batch))
                await transaction.many(
                    "INSERT INTO persons (id, created_at) VALUES (?, 1)", [(row[1],) for row in batch]
                )
                await transaction.many(
                    f"INSERT INTO creators ({', '.join(catalogue.ACCOUNT)})"
                    f" VALUES ({', '.join('?' * len(catalogue.ACCOUNT))})",
                    batch,
                )
                transaction.touched_run("creators", first, first + len(batch) - 1)
        async with database.write(NOW, durability="normal") as transaction:
            await text_index.rebuild(transaction)
            await transaction.run("INSERT INTO brands (id, name, created_at) VALUES (1, 'Bench', 1)")
            await transaction.run(
                "INSERT INTO campaigns (id, brand_id, code, name, goal, currency, created_at)"
                " VALUES (1, 1, 'BENCH', 'Bench', 'content', 'USD', 1)"
            )
            await transaction.run(
                "INSERT INTO scores (campaign_id, creator_id, fit, confidence, model, at)"
                " SELECT 1, id, (id * 7919 % 1000) / 10.0, 0.5, 'bench', 1 FROM creators"
            )
        async with database.write(NOW, durability="normal") as transaction:
            await text_index.optimize(transaction)
    finally:
        await database.close()


def made(folder: Path, count: int) -> Path:
    """The database of that many accounts in `folder`, made once."""
    path = folder / f"search-{count}" / "influtui.db"
    asyncio.run(bring_up_to_date(path) if path.exists() else make(path, count))
    return path


async def bring_up_to_date(path: Path) -> None:
    """Take the schema's later steps in a catalogue that an earlier version made."""
    database = await open_database(path)
    try:
        async with database.write(NOW, durability="normal") as transaction:
            await text_index.optimize(transaction)
    finally:
        await database.close()
