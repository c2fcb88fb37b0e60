"""Instagram: what the Graph API lets a brand see, and a plain word where it lets nobody.

Accounts that are known by name (business discovery), people who tagged the brand, the creator marketplace for those who
have access to it. Posts of a hashtag come without their authors: they are listed for a person to open, and nobody is kept.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import ClassVar, Final

from msgspec import structs
from typing_extensions import override

from influtui.api import (
    InvalidInput,
    NotFound,
    OneByOne,
    Page,
    Parameter,
    Plugin,
    PluginError,
    Post,
    Profile,
    Quality,
    Skipped,
    Source,
    SourceContext,
    SourcesContext,
    Unsupported,
    count,
    email_in,
    hookimpl,
    read_each,
)
from influtui_instagram.asking import Accounts, HashtagPosts, Market, OwnAccount, Tagged, accounts, asked
from influtui_instagram.graph import Graph
from influtui_instagram.wire import (
    HASHTAG_FIELDS,
    MARKET_FIELDS,
    MEDIA_FIELDS,
    METRICS,
    OWN_FIELDS,
    POSTS,
    TAG_FIELDS,
    USER_FIELDS,
    Discovered,
    Hashtag,
    Insight,
    Listing,
    MarketCreator,
    Media,
    User,
)

AT_ONCE: Final = 4
MOST_MEDIA: Final = 50
LONGEST: Final = 100
"""Letters of something that is no name, as it is told."""

TEST_DATA: Final = "TEST DATA"
"""Stands as name and as topic of everybody whom the marketplace shows without Advanced Access."""

NO_AUTHORS: Final = (
    "Instagram shows the posts of a hashtag without their authors, so nobody was kept. Open a link, and keep its author with:"
    " influtui creators add @NAME --platform instagram --source hashtag"
)
NOT_REAL: Final = (
    "TEST DATA: without Advanced Access the creator marketplace answers with made-up creators. They are named so, and have"
    " the topic “test data”. Where Meta has granted you Advanced Access, set advanced_access = true under [plugin.instagram]."
)


class InstagramSource(Source):
    """The source."""

    id: ClassVar[str] = "instagram"

    def __init__(self, ctx: SourceContext) -> None:
        super().__init__(ctx)
        self._graph = Graph(ctx, AT_ONCE)

    @override
    async def search(self, query: str, *, cursor: str | None, limit: int) -> Page:
        wanted = asked(query)
        match wanted:
            case Accounts():
                return await self._accounts(wanted, cursor, limit)
            case OwnAccount():
                return await self._own()
            case Tagged():
                return await self._tagged(cursor, limit)
            case HashtagPosts():
                return await self._hashtag(wanted, limit)
            case Market():
                return await self._marketplace(wanted, cursor, limit)

    @override
    async def profiles(self, handles: Sequence[str]) -> Page:
        return (await self._read(accounts(handles))).known()

    async def _accounts(self, wanted: Accounts, cursor: str | None, limit: int) -> Page:
        """Known accounts, `limit` at a time; the cursor counts them."""
        if not wanted.names:
            raise InvalidInput(f"“{wanted.odd[0]}” is no Instagram name: letters, digits, dots and _, at most 30")
        if cursor is not None and not cursor.isdecimal():
            raise InvalidInput("the cursor is not one of ours")
        start = int(cursor or 0)
        odd = wanted.odd if start == 0 else ()
        read = await self._read(Accounts(wanted.names[start : start + limit], odd))
        # A refusal is said when the run goes on there; what was paid for until then is kept.
        done = start + len(wanted.names[start : start + limit]) - len(read.left)
        return Page(profiles=read.profiles, skipped=read.skipped, next=str(done) if done < len(wanted.names) else None)

    async def _read(self, wanted: Accounts) -> OneByOne:
        """The accounts in their order, until one is refused."""
        user = await self._graph.user()
        found = await asyncio.gather(*(self._discover(user, name) for name in wanted.names))
        odd = tuple(Skipped(each[:LONGEST], "no Instagram name can be written so") for each in wanted.odd)
        read = OneByOne.of(wanted.names, found)
        return structs.replace(read, skipped=odd + read.skipped)

    async def _discover(self, user: str, name: str) -> Profile | PluginError:
        """One account by business discovery; an error is handed over, so that it takes nobody else with it."""
        posts = f",media.limit({POSTS}){{{MEDIA_FIELDS}}}" if self.ctx.settings.get("engagement", True) else ""
        fields = f"business_discovery.username({name}){{{USER_FIELDS}{posts}}}"
        try:
            answer = await self._graph.get(user, {"fields": fields}, Discovered, question="discovery")
        except PluginError as error:
            return error
        return self._profile(name, answer.business_discovery)

    async def _own(self) -> Page:
        """The brand's own account: its posts with what only their owner is told."""
        user = await self._graph.user()
        view = await self._graph.get(user, {"fields": OWN_FIELDS}, User, question="me")
        media = read_each((view.media.data if view.media else None) or (), Media, "the post")[0]
        wanted = media if self.ctx.settings.get("engagement", True) else []
        told = await asyncio.gather(*(self._insights(post) for post in wanted))
        refused = [one for one in told if isinstance(one, PluginError)]
        if told and len(refused) == len(told) and isinstance(refused[0], Unsupported):
            raise refused[0]
        known = {post.id: one for post, one in zip(wanted, told, strict=True) if isinstance(one, dict)}
        profile = self._profile(view.username or user, view)
        posts = tuple(
            structs.replace(
                as_post(post), views=known.get(post.id, {}).get("views"), shares=known.get(post.id, {}).get("shares")
            )
            for post in media
        )
        unread = (
            f"{len(refused)} post{'s' * (len(refused) > 1)} without insights: {refused[0].message}" if refused else None
        )
        summed = _summed(known.values())
        return Page(
            profiles=(structs.replace(profile, recent_posts=posts),),
            notice=". ".join(part for part in (summed, unread) if part) or None,
        )

    async def _insights(self, post: Media) -> dict[str, int] | PluginError:
        """What Instagram counted of one post; posts from before the account became a professional one have nothing."""
        try:
            listing = await self._graph.get(f"{post.id}/insights", {"metric": METRICS}, Listing, question="insights")
        except PluginError as error:
            return error
        metrics = read_each(listing.data, Insight, "the metric")[0]
        return {metric.name: metric.number for metric in metrics if metric.number is not None}

    async def _tagged(self, cursor: str | None, limit: int) -> Page:
        """People whose posts tagged the brand: kept by name also where their numbers are not to be had."""
        user = await self._graph.user()
        parameters: dict[str, Parameter] = {"fields": TAG_FIELDS, "limit": max(1, min(limit, MOST_MEDIA))}
        if cursor is not None:
            parameters["after"] = cursor
        listing = await self._graph.get(f"{user}/tags", parameters, Listing, question="tags")
        tags, skipped = read_each(listing.data, Media, "the post")
        named = accounts([tag.username for tag in tags if tag.username])
        skipped += [
            Skipped(tag.permalink or tag.id, "the post does not say whose it is") for tag in tags if not tag.username
        ]
        skipped += [Skipped(name[:LONGEST], "no Instagram name can be written so") for name in named.odd]
        found = await asyncio.gather(*(self._discover(user, name) for name in named.names[:limit]))
        profiles = tuple(
            one if isinstance(one, Profile) else self._bare(name)
            for name, one in zip(named.names[:limit], found, strict=True)
        )
        return Page(
            profiles=profiles, skipped=tuple(skipped), next=_onward(listing, cursor), notice=_unmeasured(found),
            found_by="tagged_us",
        )  # fmt: skip

    async def _hashtag(self, wanted: HashtagPosts, limit: int) -> Page:
        """Posts of a hashtag, as links. One page: nobody is found by more of them."""
        user = await self._graph.user()
        # Asking for a known hashtag's posts counts as well; the same one again within the seven days is free.
        parameters: dict[str, Parameter] = {"user_id": user, "q": wanted.name}
        found = await self._graph.get("ig_hashtag_search", parameters, Listing, question="hashtag", key=wanted.name)
        tags = read_each(found.data, Hashtag)[0]
        if not tags:
            raise NotFound(f"Instagram knows no hashtag #{wanted.name}, or shows none of its posts")
        edge = "recent_media" if wanted.recent else "top_media"
        parameters = {"user_id": user, "fields": HASHTAG_FIELDS, "limit": max(1, min(limit, MOST_MEDIA))}
        listing = await self._graph.get(
            f"{tags[0].id}/{edge}", parameters, Listing, question="hashtag", key=wanted.name
        )
        posts, odd = read_each(listing.data, Media, "the post")
        reason = f"a post of #{wanted.name} whose author Instagram does not name"
        return Page(
            skipped=(*(Skipped(post.permalink or post.id, reason) for post in posts), *odd),
            notice=NO_AUTHORS if posts else f"Instagram shows no posts of #{wanted.name} now.",
        )

    async def _marketplace(self, wanted: Market, cursor: str | None, limit: int) -> Page:
        """Creators of the marketplace; made-up ones, and marked so, unless the user states Advanced Access."""
        user = await self._graph.user()
        parameters: dict[str, Parameter] = {
            **wanted.parameters,
            "fields": MARKET_FIELDS,
            "limit": max(1, min(limit, MOST_MEDIA)),
        }
        if cursor is not None:
            parameters["after"] = cursor
        path = f"{user}/creator_marketplace_creators"
        listing = await self._graph.get(path, parameters, Listing, question="marketplace")
        creators, odd = read_each(listing.data, MarketCreator, "the creator")
        known = {creator.username.lower(): creator for creator in creators}
        return Page(
            profiles=tuple(self._market_profile(creator) for creator in list(known.values())[:limit]),
            skipped=tuple(odd),
            next=_onward(listing, cursor),
            notice=None if self._real else NOT_REAL,
        )

    @property
    def _real(self) -> bool:
        return bool(self.ctx.settings.get("advanced_access", False))

    def _profile(self, name: str, view: User) -> Profile:
        handle = (view.username or name).lower()
        given = view.media.data if view.media is not None else None
        posts = None if given is None else tuple(as_post(post) for post in read_each(given, Media)[0])
        return Profile(
            platform="instagram",
            handle=handle,
            platform_id=view.id,
            name=view.name or None,
            url=f"https://www.instagram.com/{handle}/",
            bio=view.biography or None,
            email=email_in(view.biography, view.website),
            followers=count(view.followers_count),
            following=count(view.follows_count),
            posts=count(view.media_count),
            recent_posts=posts,
            as_of=self.ctx.clock(),
        )

    def _bare(self, name: str) -> Profile:
        return Profile(
            platform="instagram", handle=name, url=f"https://www.instagram.com/{name}/", as_of=self.ctx.clock()
        )

    def _market_profile(self, creator: MarketCreator) -> Profile:
        handle = creator.username.lower()
        topics = (creator.category.casefold(),) if creator.category else ()
        made_up: Quality = "estimated"
        return Profile(
            platform="instagram",
            handle=handle,
            platform_id=creator.id,
            name=None if self._real else TEST_DATA,
            url=f"https://www.instagram.com/{handle}/",
            bio=creator.biography or None,
            country=creator.country or None,
            topics=topics if self._real else (*topics, TEST_DATA.casefold()),
            email=creator.email or None,
            followers=creator.followers,
            quality={} if self._real else {"followers": made_up},
            as_of=self.ctx.clock(),
        )


class Instagram(Plugin):
    """The plugin."""

    @hookimpl
    @override
    def influtui_sources(self, ctx: SourcesContext) -> Iterable[type[Source]]:
        return [InstagramSource]


def as_post(media: Media) -> Post:
    """A post in the host's terms. Its caption comes without `@`, so that it names nobody for certain."""
    return Post(
        id=media.id,
        url=media.permalink,
        text=media.caption or None,
        posted_at=media.posted_at,
        likes=count(media.like_count),
        comments=count(media.comments_count),
        shares=count(media.reposts_count),
        views=count(media.view_count),
    )


def _summed(insights: Iterable[Mapping[str, int]]) -> str | None:
    """What no other platform has a number for, in words: reach and saves of the newest posts."""
    given = list(insights)
    parts = []
    for name, said in (("reach", "reached (median of a post)"), ("saved", "saved (median of a post)")):
        numbers = [one[name] for one in given if name in one]
        if numbers:
            parts.append(f"{median(numbers):,.0f} {said}")
    return f"Your newest {len(given)} posts: {', '.join(parts)}" if parts else None


def _onward(listing: Listing, cursor: str | None) -> str | None:
    """The next page's cursor. Some lists give the same one again and again: there is nothing new behind that."""
    return listing.goes_on if listing.goes_on != cursor else None


def _unmeasured(found: Sequence[Profile | PluginError]) -> str | None:
    """What kept people from being measured, each reason once; accounts that the API does not show are usual."""
    reasons = Counter(one.message for one in found if isinstance(one, PluginError))
    if not reasons:
        return None
    said = "; ".join(f"{count} ({reason})" for reason, count in reasons.most_common(3))
    return f"Kept by name only, without numbers: {said[:800]}."
