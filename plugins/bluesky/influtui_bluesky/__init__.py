"""Bluesky: people found by name and profile text, by whom they follow and what they take part in, without an account.

`searchActors` finds, `getFollowers` and the lists under a post give who follows and who takes part, `getProfiles` counts (25
accounts a call), `getAuthorFeed` gives recent posts, from which the host computes engagement. Posts cannot be searched here:
the public host refuses that on purpose. Reading a query is `asking`'s.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import ClassVar, Final

from msgspec import Raw, structs
from typing_extensions import override

from influtui.api import (
    InvalidInput,
    Page,
    Parameter,
    Plugin,
    PluginError,
    Post,
    Profile,
    RateLimited,
    Reply,
    Skipped,
    Source,
    SourceContext,
    SourcesContext,
    UpstreamChanged,
    Walk,
    count,
    email_in,
    hookimpl,
    moment,
    read,
    read_each,
)
from influtui_bluesky.asking import Engaged, Followers, Known, Words, asked
from influtui_bluesky.wire import (
    Actors,
    Answered,
    Error,
    Feed,
    FeedItem,
    FollowersOf,
    Like,
    Likes,
    PostView,
    Profiles,
    ProfileView,
    Reposts,
    Thread,
    rkey,
)

SEARCH: Final = "xrpc/app.bsky.actor.searchActors"
PROFILES: Final = "xrpc/app.bsky.actor.getProfiles"
FEED: Final = "xrpc/app.bsky.feed.getAuthorFeed"
FOLLOWERS: Final = "xrpc/app.bsky.graph.getFollowers"
LIKES: Final = "xrpc/app.bsky.feed.getLikes"
REPOSTS: Final = "xrpc/app.bsky.feed.getRepostedBy"
THREAD: Final = "xrpc/app.bsky.feed.getPostThread"

WAYS: Final = ("replies", "reposts", "likes")
"""How people take part in a post: those who do most of it first."""
ENGAGED_POSTS: Final = 8

PROFILES_AT_ONCE: Final = 25
POSTS: Final = 50
"""Posts that are read for engagement: a dozen that are older than two days are wanted, beside replies and reposts."""
FEEDS_AT_ONCE: Final = 4

NAME: Final = "Bluesky"
UNRESOLVED: Final = "handle.invalid"
"""Stands where an account's handle does not lead back to it."""

_REPOST: Final = "app.bsky.feed.defs#reasonRepost"
_PIN: Final = "app.bsky.feed.defs#reasonPin"


class BlueskySource(Source):
    """The source."""

    id: ClassVar[str] = "bluesky"

    def __init__(self, ctx: SourceContext) -> None:
        super().__init__(ctx)
        self._feeds = asyncio.Semaphore(FEEDS_AT_ONCE)

    @override
    async def search(self, query: str, *, cursor: str | None, limit: int) -> Page:
        match asked(query):
            case Known(handles):
                return await self.by_name(handles, cursor=cursor, limit=limit)
            case Followers(name):
                return await self._followers(name, cursor, limit)
            case Engaged(name):
                return await self._engaged(name, cursor, limit)
            case Words(words):
                return await self._found(words, cursor, limit)

    async def _found(self, query: str, cursor: str | None, limit: int) -> Page:
        """Whose name or profile text matches."""
        parameters: dict[str, Parameter] = {"q": query, "limit": max(1, min(limit, 100))}
        if cursor is not None:
            parameters["cursor"] = cursor
        found = read((await self._get(SEARCH, parameters)).body, Actors, NAME)
        views, skipped = read_each(found.actors, ProfileView)
        return await self._page(views, skipped, found.cursor or None)

    async def _followers(self, name: str, cursor: str | None, limit: int) -> Page:
        """Who follows an account."""
        parameters: dict[str, Parameter] = {"actor": name, "limit": max(1, min(limit, 100))}
        if cursor is not None:
            parameters["cursor"] = cursor
        found = read((await self._get(FOLLOWERS, parameters)).body, FollowersOf, NAME)
        views, skipped = read_each(found.followers, ProfileView)
        return await self._page(views, skipped, found.cursor or None)

    async def _engaged(self, name: str, cursor: str | None, limit: int) -> Page:
        """Who liked, passed on or answered the newest posts of an account, post by post."""
        walk = Walk.read(cursor)
        if walk is None:
            posts: dict[str, Parameter] = {"actor": name, "filter": "posts_no_replies", "limit": POSTS}
            items = read_each(read((await self._get(FEED, posts)).body, Feed, NAME).feed, FeedItem, "the post")[0]
            own = [item.post.uri for item in items if item.reason is None][:ENGAGED_POSTS]
            walk = Walk(tuple(f"{way} {uri}" for uri in own for way in WAYS))
            if not own:
                return Page(notice=f"{name} has no posts that anybody could have answered")
        way, _, uri = walk.lists[0].partition(" ")
        entries, onward = await self._under(way, uri, walk.cursor, limit)
        views, skipped = read_each(entries, ProfileView)
        waiting = walk.new(view.did for view in views if not self._same(view, name))
        known = {view.did: view for view in views}
        page = await self._page([known[did] for did in waiting[:limit]], skipped, None)
        if len(waiting) > limit:
            onward = walk.cursor or ""
        return structs.replace(page, next=walk.after(waiting[:limit], onward), found_by="competitor")

    async def _under(self, way: str, uri: str, cursor: str | None, limit: int) -> tuple[list[Raw], str | None]:
        """The accounts in one list under a post, and where the list goes on."""
        if way == "replies":
            reply = await self._get(THREAD, {"uri": uri, "depth": 1, "parentHeight": 0})
            replies = read(reply.body, Thread, NAME).thread.replies
            return [each.post.author for each in read_each(replies, Answered, "the reply")[0]], None
        parameters: dict[str, Parameter] = {"uri": uri, "limit": max(1, min(limit, 100))}
        if cursor:
            parameters["cursor"] = cursor
        if way == "likes":
            likes = read((await self._get(LIKES, parameters)).body, Likes, NAME)
            return [
                each.actor for each in read_each(likes.likes, Like, "the like")[0]
            ], likes.cursor if likes.likes else None
        reposts = read((await self._get(REPOSTS, parameters)).body, Reposts, NAME)
        return reposts.reposted_by, reposts.cursor if reposts.reposted_by else None

    def _same(self, view: ProfileView, name: str) -> bool:
        return name in (view.did, view.handle.casefold())

    async def _page(self, views: Sequence[ProfileView], skipped: list[Skipped], onward: str | None) -> Page:
        """The accounts of short entries, with their counts and posts."""
        # Labels of a search's short entry already say who is not to be shown: no further call is spent on those.
        wanted = [view for view in views if not self._left_out(view, skipped)]
        detailed = await self._detailed(wanted, skipped)
        posts = await asyncio.gather(*(self._posts(view) for view in detailed))
        profiles = [self._profile(view, recent) for view, recent in zip(detailed, posts, strict=True)]
        return Page(profiles=tuple(profiles), skipped=tuple(skipped), next=onward)

    @override
    async def profiles(self, handles: Sequence[str]) -> Page:
        skipped: list[Skipped] = []
        views: dict[str, ProfileView] = {}
        odd: dict[str, str] = {}
        for start in range(0, len(handles), PROFILES_AT_ONCE):
            actors = list(handles[start : start + PROFILES_AT_ONCE])
            answer = read((await self._get(PROFILES, {"actors": actors})).body, Profiles, NAME)
            given, unread = read_each(answer.profiles, ProfileView)
            views |= {name.casefold(): view for view in given for name in (view.handle, view.did)}
            odd |= {each.ref.casefold(): each.reason for each in unread}
        kept: list[ProfileView] = []
        for handle in handles:
            view = views.get(handle.casefold())
            if view is None:
                reason = odd.get(handle.casefold(), "there is no account of that handle any more")
                skipped.append(Skipped(handle, reason))
            elif not self._left_out(view, skipped):
                kept.append(view)
        posts = await asyncio.gather(*(self._posts(view) for view in kept))
        profiles = [self._profile(view, recent) for view, recent in zip(kept, posts, strict=True)]
        return Page(profiles=tuple(profiles), skipped=tuple(skipped))

    async def _detailed(self, views: Sequence[ProfileView], skipped: list[Skipped]) -> list[ProfileView]:
        """The accounts with their counts, in the order of the search."""
        known: dict[str, ProfileView] = {}
        odd: dict[str, str] = {}
        for start in range(0, len(views), PROFILES_AT_ONCE):
            dids = [view.did for view in views[start : start + PROFILES_AT_ONCE]]
            answer = read((await self._get(PROFILES, {"actors": dids})).body, Profiles, NAME)
            given, unread = read_each(answer.profiles, ProfileView)
            known |= {view.did: view for view in given}
            odd |= {each.ref: each.reason for each in unread}
        kept: list[ProfileView] = []
        for view in views:
            detail = known.get(view.did)
            if detail is None:
                skipped.append(Skipped(view.handle, odd.get(view.handle, "its profile was not given out")))
            elif not self._left_out(detail, skipped):
                kept.append(detail)
        return kept

    def _left_out(self, view: ProfileView, skipped: list[Skipped]) -> bool:
        """Whether an account is not to be shown; if so its reason is noted."""
        reason = reason_to_hide(view)
        if reason is not None:
            skipped.append(Skipped(view.did if view.handle == UNRESOLVED else view.handle, reason))
        return reason is not None

    async def _posts(self, view: ProfileView) -> tuple[list[Post], str | None] | None:
        """Recent posts of the account's own and their most frequent language; None where they cannot be read."""
        if not self.ctx.settings.get("engagement", True) or count(view.posts_count) == 0:
            return None
        try:
            async with self._feeds:
                reply = await self._get(FEED, {"actor": view.did, "filter": "posts_no_replies", "limit": POSTS})
            items = read_each(read(reply.body, Feed, NAME).feed, FeedItem)[0]
        except PluginError:
            # The account itself is known; without its posts it has no engagement rate, and that is what is said.
            return None
        own = own_posts(view, items)
        languages = Counter(language[:2].lower() for post in own for language in post.written().langs[:1])
        return [as_post(view, post) for post in own], languages.most_common(1)[0][0] if languages else None

    def _profile(self, view: ProfileView, recent: tuple[list[Post], str | None] | None) -> Profile:
        return Profile(
            platform="bluesky",
            handle=view.handle,
            platform_id=view.did,
            name=view.display_name or None,
            url=f"https://bsky.app/profile/{view.handle}",
            bio=view.description or None,
            language=recent[1] if recent else None,
            email=email_in(view.description),
            followers=count(view.followers_count),
            following=count(view.follows_count),
            posts=count(view.posts_count),
            recent_posts=tuple(recent[0]) if recent else None,
            as_of=self.ctx.clock(),
        )

    async def _get(self, method: str, parameters: Mapping[str, Parameter]) -> Reply:
        reply = await self.ctx.http.get(method, parameters)
        if reply.status == 200:
            return reply
        try:
            said = read(reply.body, Error, NAME)
        except UpstreamChanged:
            said = Error()
        if reply.status == 400:
            raise InvalidInput(
                said.message or "Bluesky does not understand the question", detail=f"{method} {said.error}"
            )
        if reply.status == 403:
            # The public host sits behind a filter that answers some networks with a page instead of data.
            raise RateLimited("Bluesky refuses calls from this network (status 403)", detail=method)
        raise UpstreamChanged(f"Bluesky answers with status {reply.status}", path=method, detail=said.message)


class Bluesky(Plugin):
    """The plugin."""

    @hookimpl
    @override
    def influtui_sources(self, ctx: SourcesContext) -> Iterable[type[Source]]:
        return [BlueskySource]


def reason_to_hide(view: ProfileView) -> str | None:
    """Why an account is not shown; None where it is."""
    if view.handle == UNRESOLVED:
        return "its handle does not lead back to it"
    standing = {label.val for label in view.labels if not label.neg} - {label.val for label in view.labels if label.neg}
    return next((reason for label, reason in _hidden().items() if label in standing), None)


def own_posts(view: ProfileView, items: Iterable[FeedItem]) -> list[PostView]:
    """The account's own posts, each once: reposts are other people's, and a pinned post comes again in its place."""
    own: dict[str, PostView] = {}
    for item in items:
        if item.reason is not None and item.reason.type in (_REPOST, _PIN):
            continue
        if item.post.author.did == view.did:
            own.setdefault(item.post.uri, item.post)
    return list(own.values())


def as_post(view: ProfileView, post: PostView) -> Post:
    """A post in the host's terms. Quotes are shares with a word of one's own."""
    written = post.written()
    reposts, quotes = count(post.repost_count), count(post.quote_count)
    return Post(
        id=rkey(post.uri),
        url=f"https://bsky.app/profile/{view.handle}/post/{rkey(post.uri)}",
        text=written.text or None,
        posted_at=_moment(written.created_at, post.indexed_at),
        likes=count(post.like_count),
        comments=count(post.reply_count),
        shares=reposts + quotes if reposts is not None and quotes is not None else None,
    )


def _moment(claimed: str | None, indexed: str) -> datetime | None:
    """When a post was made: what its author claims, but never later than the service saw it."""
    # Old programs wrote no offset, and meant UTC.
    times = [time for text in (claimed, indexed) if text and (time := moment(text) or moment(f"{text}Z")) is not None]
    return min(times) if times else None


@cache
def _hidden() -> dict[str, str]:
    hidden: dict[str, str] = tomllib.loads(files("influtui_bluesky").joinpath("labels.toml").read_text("utf-8"))["hide"]
    return hidden
