"""What Bluesky sends, as far as we read it. Everything but an account's id and handle may be missing.

After the lexicons `app.bsky.actor.defs`, `app.bsky.feed.defs` and `com.atproto.label.defs`. What is not named here is not
read: pictures, the asker's own relations to the account, starter packs, live status.
"""

from __future__ import annotations

import msgspec

from influtui.api import Number, UpstreamChanged, read


class Label(msgspec.Struct, frozen=True, rename="camel"):
    """A label on an account or a post. `neg` takes an earlier one back."""

    val: str
    neg: bool = False


class ProfileView(msgspec.Struct, frozen=True, rename="camel"):
    """`profileView` of a search, and `profileViewDetailed`, which has the counts."""

    did: str
    handle: str
    display_name: str | None = None
    description: str | None = None
    website: str | None = None
    followers_count: Number = None
    follows_count: Number = None
    posts_count: Number = None
    labels: list[Label] = []


class Author(msgspec.Struct, frozen=True):
    """Whose post it is."""

    did: str


class PostRecord(msgspec.Struct, frozen=True, rename="camel"):
    """What the author wrote. `created_at` is what the author's program claims."""

    text: str = ""
    created_at: str | None = None
    langs: list[str] = []


class PostView(msgspec.Struct, frozen=True, rename="camel"):
    """A post with its counts."""

    uri: str
    author: Author
    record: msgspec.Raw
    indexed_at: str
    reply_count: Number = None
    repost_count: Number = None
    like_count: Number = None
    quote_count: Number = None

    def written(self) -> PostRecord:
        """The author's record; records are free in form, and one that is odd tells nothing."""
        try:
            return read(self.record, PostRecord, "its author")
        except UpstreamChanged:
            return PostRecord()


class Reason(msgspec.Struct, frozen=True):
    """Why a post is in a feed, where it is not simply the author's next one."""

    type: str = msgspec.field(name="$type", default="")


class FeedItem(msgspec.Struct, frozen=True):
    """One entry of a feed."""

    post: PostView
    reason: Reason | None = None


class Actors(msgspec.Struct, frozen=True):
    """The answer of `searchActors`. Accounts are read one by one, so that an odd one costs only itself."""

    actors: list[msgspec.Raw]
    cursor: str | None = None


class Profiles(msgspec.Struct, frozen=True):
    """The answer of `getProfiles`."""

    profiles: list[msgspec.Raw]


class Feed(msgspec.Struct, frozen=True):
    """The answer of `getAuthorFeed`."""

    feed: list[msgspec.Raw]
    cursor: str | None = None


class FollowersOf(msgspec.Struct, frozen=True):
    """The answer of `getFollowers`."""

    followers: list[msgspec.Raw]
    cursor: str | None = None


class Like(msgspec.Struct, frozen=True):
    """A like, by whom."""

    actor: msgspec.Raw


class Likes(msgspec.Struct, frozen=True):
    """The answer of `getLikes`."""

    likes: list[msgspec.Raw]
    cursor: str | None = None


class Reposts(msgspec.Struct, frozen=True, rename="camel"):
    """The answer of `getRepostedBy`."""

    reposted_by: list[msgspec.Raw]
    cursor: str | None = None


class AnsweredPost(msgspec.Struct, frozen=True):
    """A reply, by whom."""

    author: msgspec.Raw


class Answered(msgspec.Struct, frozen=True):
    """A reply in a thread; one that was deleted or is hidden from us has no post."""

    post: AnsweredPost


class ThreadTop(msgspec.Struct, frozen=True):
    """The post that was asked about, with the replies to it."""

    replies: list[msgspec.Raw] = []


class Thread(msgspec.Struct, frozen=True):
    """The answer of `getPostThread`."""

    thread: ThreadTop


class Error(msgspec.Struct, frozen=True):
    """The body of an answer that refuses."""

    error: str = ""
    message: str = ""


def rkey(uri: str) -> str:
    """The last part of `at://did/collection/key`, which a post's web address is made of."""
    return uri.rsplit("/", 1)[-1]
