"""What the Graph API sends, as far as we read it, and the expressions of fields that ask for exactly that.

After the reference of `IGUser`, `IGMedia`, `ShadowIGHashtag`, `UserExportForCAM` and `InstagramInsightsResult` (v26.0).
What comes and is not read is in `ignored.toml`, each key with its reason.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from influtui.api import Number, UpstreamChanged, count, moment, read, read_each

NAME: Final = "Instagram"
"""Whose answers these are."""

POSTS: Final = 20
"""Posts that are read for engagement: a dozen that are older than two days are wanted."""

MEDIA_FIELDS: Final = "id,caption,permalink,timestamp,like_count,comments_count,view_count,reposts_count"
USER_FIELDS: Final = "id,username,name,biography,website,followers_count,follows_count,media_count"
OWN_FIELDS: Final = f"{USER_FIELDS},media.limit({POSTS}){{id,caption,permalink,timestamp,like_count,comments_count}}"
METRICS: Final = "views,reach,saved,shares"
"""Of one's own posts; the older impressions, plays and video_views have ended."""
TAG_FIELDS: Final = "id,username,caption,permalink,timestamp,like_count,comments_count"
HASHTAG_FIELDS: Final = "id,caption,permalink,timestamp,like_count,comments_count"
MARKET_FIELDS: Final = "id,username,biography,country,email,category,insights.metrics(total_followers)"
PAGE_FIELDS: Final = "id,name,instagram_business_account{id,username}"


class Cursors(msgspec.Struct, frozen=True):
    """Where a list goes on. `paging.next` is not read: that address bears the token."""

    after: str | None = None


class Paging(msgspec.Struct, frozen=True):
    """The frame of the cursors. `next` only says that there is more."""

    cursors: Cursors = Cursors()
    next: str | None = None


class Listing(msgspec.Struct, frozen=True):
    """A list. Its entries are read one by one, so that an odd one costs only itself."""

    data: list[msgspec.Raw]
    paging: Paging = Paging()

    @property
    def goes_on(self) -> str | None:
        """The cursor of the next page; None at the end."""
        return self.paging.cursors.after if self.paging.next is not None else None


class Media(msgspec.Struct, frozen=True):
    """A post. `like_count` is absent where its author hides it; `view_count` is there for reels only, paid views included."""

    id: str
    caption: str | None = None
    permalink: str | None = None
    timestamp: str | None = None
    username: str | None = None
    like_count: Number = None
    comments_count: Number = None
    view_count: Number = None
    reposts_count: Number = None

    @property
    def posted_at(self) -> datetime | None:
        """`2021-08-17T19:00:42+0000`, as a moment."""
        return moment(self.timestamp)


class MediaEdge(msgspec.Struct, frozen=True):
    """The posts within an account's node. Their paging is not read: what is asked for is enough."""

    data: list[msgspec.Raw] | None = None


class User(msgspec.Struct, frozen=True):
    """An account, as business discovery shows it."""

    id: str | None = None
    username: str | None = None
    name: str | None = None
    biography: str | None = None
    website: str | None = None
    followers_count: Number = None
    follows_count: Number = None
    media_count: Number = None
    media: MediaEdge | None = None


class Discovered(msgspec.Struct, frozen=True):
    """The answer of a business discovery; the `id` beside it is the asker's own."""

    business_discovery: User


class Hashtag(msgspec.Struct, frozen=True):
    """A hashtag's node. Ids are global and permanent."""

    id: str
    name: str | None = None


class Value(msgspec.Struct, frozen=True):
    """One measured value; a breakdown's is not a number and is not read."""

    value: msgspec.Raw = msgspec.Raw(b"null")


class Insight(msgspec.Struct, frozen=True):
    """One metric. Its number stands in `total_value`, or as the last of `values`."""

    name: str
    values: list[Value] = []
    total_value: Value | None = None

    @property
    def number(self) -> int | None:
        """The number; None where there is none."""
        latest = self.total_value or (self.values[-1] if self.values else None)
        try:
            return count(read(latest.value, float, NAME)) if latest else None
        except UpstreamChanged:
            return None


class Insights(msgspec.Struct, frozen=True):
    """The metrics of a node."""

    data: list[msgspec.Raw] = []


class MarketCreator(msgspec.Struct, frozen=True):
    """A creator of the marketplace (`UserExportForCAM`)."""

    username: str
    id: str | None = None
    biography: str | None = None
    country: str | None = None
    email: str | None = None
    category: str | None = None
    insights: Insights = Insights()

    @property
    def followers(self) -> int | None:
        """`total_followers`, where it was given."""
        metrics = read_each(self.insights.data, Insight)[0]
        return next((metric.number for metric in metrics if metric.name == "total_followers"), None)


class LinkedAccount(msgspec.Struct, frozen=True):
    """The professional account that is linked to a Page."""

    id: str
    username: str | None = None


class PageAccount(msgspec.Struct, frozen=True):
    """A Facebook Page that the token's owner works on. Its own token is neither asked for nor read."""

    id: str
    name: str | None = None
    instagram_business_account: LinkedAccount | None = None


class GraphError(msgspec.Struct, frozen=True):
    """What went wrong, by code. The texts for users are in the language of whoever made the token."""

    message: str = ""
    code: int | None = None
    error_subcode: int | None = None
    is_transient: bool = False


class Refusal(msgspec.Struct, frozen=True):
    """The body of an answer that refuses."""

    error: GraphError


class Usage(msgspec.Struct, frozen=True):
    """How much of a limit is used, in percent, as the rate headers say. `type` and minutes are there for business use only."""

    call_count: float = 0
    total_time: float = 0
    total_cputime: float = 0
    estimated_time_to_regain_access: float = 0

    @property
    def percent(self) -> float:
        """The fullest of the three."""
        return max(self.call_count, self.total_time, self.total_cputime)


def usages(headers: dict[str, str]) -> list[Usage]:
    """What the rate headers say; headers that are absent or odd say nothing."""
    found: list[Usage] = []
    app = headers.get("x-app-usage")
    business = headers.get("x-business-use-case-usage")
    for text, kind in ((app, Usage), (business, dict[str, list[Usage]])):
        try:
            told = msgspec.json.decode(text or "null", type=kind | None)
        except msgspec.DecodeError:
            continue
        if isinstance(told, Usage):
            found.append(told)
        elif told is not None:
            found += [usage for each in told.values() for usage in each]
    return found
