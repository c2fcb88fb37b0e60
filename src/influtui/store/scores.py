"""What the scores are computed from, read in chunks, and the scores themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from influtui.model.ids import CampaignId, CreatorId
from influtui.model.scoring.engagement import PostNumbers
from influtui.model.scoring.facts import CommentSeen, Reading
from influtui.model.scoring.peers import Member
from influtui.store.database import Database, Reader, Row, Transaction

NO_CAMPAIGN: Final = CampaignId(0)

_CHUNK: Final = 500
_PEERS_AT_MOST: Final = 200_000
_POSTS_AT_MOST: Final = 40
_POSTS: Final = "SELECT creator_id, posted_at, likes, comments, shares, views, sponsored, caption FROM creator_posts"
_NEWEST_FIRST: Final = "ORDER BY creator_id, posted_at DESC"
_ACCOUNT: Final = (
    "id, platform, handle_key, bio, country, topics, tags, followers, following, engagement_rate, engagement_variant,"
    " avg_views, avg_likes, avg_comments, as_of, updated_at"
)


class ScoreRow(NamedTuple):
    """One row of `scores`."""

    campaign_id: CampaignId
    creator_id: CreatorId
    relevance: float | None
    authenticity: float | None
    reach: float | None
    fit: float | None
    confidence: float
    relevance_confidence: float | None
    authenticity_confidence: float | None
    reach_confidence: float | None
    bought_followers: float | None
    bought_engagement: float | None
    pods: float | None
    model: str
    at: int


class Account(NamedTuple):
    """One account with all that the scores may know of it."""

    columns: Mapping[str, Any]
    series: tuple[Reading, ...]
    posts: tuple[PostNumbers, ...]
    captions: tuple[str, ...]
    comments: tuple[CommentSeen, ...]
    comments_on: frozenset[str]


async def members(database: Database) -> list[Member]:
    """Accounts as their peers see them; an even sample of a very large catalogue."""
    counted = await database.one("SELECT coalesce(max(id), 0) FROM creators")
    every = max(1, int(counted[0] if counted else 0) // _PEERS_AT_MOST)
    found: list[Member] = []
    sql = (
        "SELECT platform, followers, engagement_rate, engagement_variant, avg_views, avg_likes, avg_comments"
        " FROM creators WHERE followers > 0 AND id % ? = 0"
    )
    async for rows in database.stream(sql, (every,), chunk=5_000):
        found.extend(map(_member, rows))
    return found


async def accounts(reader: Reader, ids: Sequence[CreatorId]) -> list[Account]:
    """The accounts of `ids`, each with its series, posts and comments, in a handful of queries."""
    found: list[Account] = []
    for start in range(0, len(ids), _CHUNK):
        found.extend(await _accounts(reader, list(ids[start : start + _CHUNK])))
    return found


async def up_to_date(reader: Reader, campaign: CampaignId, model: str, ids: Sequence[CreatorId]) -> set[int]:
    """Which of `ids` have a score of this model that is newer than the account's last change."""
    fresh: set[int] = set()
    for start in range(0, len(ids), _CHUNK):
        chunk = list(ids[start : start + _CHUNK])
        rows = await reader.all(
            "SELECT s.creator_id FROM scores s JOIN creators c ON c.id = s.creator_id"
            f" WHERE s.campaign_id = ? AND s.model = ? AND s.at >= c.updated_at AND s.creator_id IN ({_marks(chunk)})",
            (campaign, model, *chunk),
        )
        fresh.update(row[0] for row in rows)
    return fresh


async def write(transaction: Transaction, rows: Iterable[ScoreRow]) -> None:
    """Put scores in the place of older ones, and into the change feed."""
    rows = list(rows)
    marks = ", ".join("?" * len(ScoreRow._fields))
    await transaction.many(f"INSERT OR REPLACE INTO scores ({', '.join(ScoreRow._fields)}) VALUES ({marks})", rows)
    transaction.touched("scores", [row.creator_id for row in rows])


async def read(reader: Reader, campaign: CampaignId, creator: CreatorId) -> ScoreRow | None:
    """The stored scores of one account."""
    rows = await reader.all(
        f"SELECT {', '.join(ScoreRow._fields)} FROM scores WHERE campaign_id = ? AND creator_id = ?",
        (campaign, creator),
    )
    return ScoreRow(*rows[0]) if rows else None


async def posts(reader: Reader, creator: CreatorId) -> tuple[PostNumbers, ...]:
    """The newest posts of one account."""
    sql = f"{_POSTS} WHERE creator_id = ? AND posted_at IS NOT NULL {_NEWEST_FIRST} LIMIT ?"
    return tuple(_post(row) for row in await reader.all(sql, (creator, _POSTS_AT_MOST)))


async def detector_points(reader: Reader) -> dict[str, ScoreRow]:
    """Each scored account's newest row by its REF, for measuring the detectors against a truth."""
    rows = await reader.all(
        f"SELECT c.platform || ':' || c.handle, {', '.join(f's.{name}' for name in ScoreRow._fields)}"
        " FROM scores s JOIN creators c ON c.id = s.creator_id ORDER BY c.id, s.at"
    )
    # Authenticity does not depend on the campaign: of several scores of one account the newest stands.
    return {row[0]: ScoreRow(*row[1:]) for row in map(tuple, rows)}


async def _accounts(reader: Reader, ids: list[CreatorId]) -> Iterator[Account]:
    marks = _marks(ids)
    rows = await reader.all(f"SELECT {_ACCOUNT} FROM creators WHERE id IN ({marks}) ORDER BY id", ids)
    series = _grouped(
        await reader.all(
            "SELECT creator_id, at, source, followers, following FROM snapshots"
            f" WHERE creator_id IN ({marks}) ORDER BY creator_id, at",
            ids,
        )
    )
    posts = _grouped(
        await reader.all(
            f"{_POSTS} WHERE creator_id IN ({marks}) AND posted_at IS NOT NULL {_NEWEST_FIRST}",
            ids,
        )
    )
    comments = _grouped(
        await reader.all(
            "SELECT p.creator_id, c.at, c.commenter, c.text FROM creator_comments c JOIN creator_posts p ON p.id = c.post_id"
            f" WHERE p.creator_id IN ({marks})",
            ids,
        )
    )
    written = _grouped(
        await reader.all(
            "SELECT me.id AS creator_id, them.handle_key FROM creators me"
            " JOIN creator_comments c ON c.commenter = me.handle_key"
            " JOIN creator_posts p ON p.id = c.post_id JOIN creators them ON them.id = p.creator_id"
            f" WHERE me.id IN ({marks}) AND them.platform = me.platform AND them.id <> me.id GROUP BY me.id, them.id",
            ids,
        )
    )
    return (
        Account(
            columns=dict(row),
            series=_of_one_source(series.get(row["id"], ())),
            posts=tuple(_post(each) for each in posts.get(row["id"], ())[:_POSTS_AT_MOST]),
            captions=tuple(each["caption"] for each in posts.get(row["id"], ())[:_POSTS_AT_MOST] if each["caption"]),
            comments=tuple(
                CommentSeen(each["at"] or 0, each["commenter"], each["text"] or "")
                for each in comments.get(row["id"], ())
            ),
            comments_on=frozenset(each["handle_key"] for each in written.get(row["id"], ())),
        )
        for row in rows
    )


def _grouped(rows: Iterable[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["creator_id"], []).append(row)
    return groups


def _of_one_source(rows: Sequence[Row]) -> tuple[Reading, ...]:
    """The readings of the source that has most: between two sources that disagree, every change would look like a jump."""
    counted = Counter(row["source"] for row in rows)
    if not counted:
        return ()
    source = max(sorted(counted), key=lambda name: counted[name])
    return tuple(Reading(row["at"], row["followers"], row["following"]) for row in rows if row["source"] == source)


def _post(row: Row) -> PostNumbers:
    return PostNumbers(
        at=row["posted_at"],
        likes=row["likes"],
        comments=row["comments"],
        shares=row["shares"],
        views=row["views"],
        sponsored=bool(row["sponsored"]),
    )


def _member(row: Row) -> Member:
    followers, likes, comments, views = row["followers"], row["avg_likes"], row["avg_comments"], row["avg_views"]
    return Member(
        platform=row["platform"],
        followers=followers,
        engagement_rate=row["engagement_rate"],
        likes_per_comment=likes / comments if likes and comments else None,
        views_per_follower=views / followers if views is not None else None,
        variant=row["engagement_variant"],
    )


def _marks(ids: Sequence[int]) -> str:
    return ", ".join("?" * len(ids))
