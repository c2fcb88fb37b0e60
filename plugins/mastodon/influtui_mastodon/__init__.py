"""Mastodon: people found by one server's search, a hashtag, followers and those who take part, without an account.

A server gives at most forty people a question and offers no further pages to whom it does not know. Which server is
asked is the setting `base_url`. Counts of people of other servers are copies that may be old: they are marked as estimated.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Final
from urllib.parse import quote, urlsplit

from msgspec import Raw, structs
from typing_extensions import override

from influtui.api import (
    InvalidInput,
    NotFound,
    Page,
    Pane,
    PanesContext,
    Parameter,
    Plugin,
    PluginError,
    Post,
    Profile,
    Quality,
    Reply,
    Row,
    Skipped,
    Source,
    SourceContext,
    SourcesContext,
    Unsupported,
    UpstreamChanged,
    View,
    Walk,
    count,
    email_in,
    hookimpl,
    moment,
    read,
    read_each,
)
from influtui_mastodon.asking import Engaged, Followers, Hashtag, Known, Words, asked
from influtui_mastodon.wire import Account, Error, Posted, Search, Status, Tag, plain

NAME: Final = "the Mastodon server"
SEARCH: Final = "api/v2/search"
LOOKUP: Final = "api/v1/accounts/lookup"
TRENDS: Final = "api/v1/trends/tags"
TAGS: Final = 20
MOST: Final = 40
STATUSES: Final = 40
AT_ONCE: Final = 4
ENGAGED_POSTS: Final = 10
WAYS: Final = ("reblogged_by", "favourited_by")
"""How people take part in a post: those who do most of it first."""
PARTIAL: Final = "A server lists only those whom it has heard of: ask the account's own server for all (base_url)."

_NEXT: Final = re.compile(r'[?&]max_id=(\w+)[^>]*>;\s*rel="next"')

_PUBLIC: Final = frozenset({"public", "unlisted"})


class MastodonSource(Source):
    """The source."""

    id: ClassVar[str] = "mastodon"

    def __init__(self, ctx: SourceContext) -> None:
        super().__init__(ctx)
        self._statuses_at_once = asyncio.Semaphore(AT_ONCE)

    @override
    async def search(self, query: str, *, cursor: str | None, limit: int) -> Page:
        match asked(query):
            case Known(names):
                return await self.by_name(names, cursor=cursor, limit=limit)
            case Hashtag(tag):
                return await self._hashtag(tag, cursor, limit)
            case Followers(name):
                return await self._followers(name, cursor, limit)
            case Engaged(name):
                return await self._engaged(name, cursor, limit)
            case Words(words):
                return await self._found(words, limit)

    @override
    async def profiles(self, handles: Sequence[str]) -> Page:
        found = await asyncio.gather(*(self._looked_up(handle) for handle in handles))
        failed = [each for each in found if isinstance(each, PluginError) and not isinstance(each, NotFound)]
        if failed and not any(isinstance(each, Account) for each in found):
            raise failed[0]
        skipped = [
            Skipped(name, each.message)
            for name, each in zip(handles, found, strict=True)
            if isinstance(each, PluginError)
        ]
        return await self._page([each for each in found if isinstance(each, Account)], skipped)

    async def _found(self, query: str, limit: int) -> Page:
        """Whom the server's search finds."""
        reply = await self._get(SEARCH, {"q": query, "type": "accounts", "limit": max(1, min(limit, MOST))})
        return await self._page(*read_each(read(reply.body, Search, NAME).accounts, Account))

    async def _hashtag(self, tag: str, cursor: str | None, limit: int) -> Page:
        """Whose newest public posts bear a hashtag."""
        walk = Walk.read(cursor) or Walk((tag,))
        parameters: dict[str, Parameter] = {"limit": max(1, min(limit, MOST))}
        if walk.cursor is not None:
            parameters["max_id"] = walk.cursor
        reply = await self._get(f"api/v1/timelines/tag/{quote(tag, safe='')}", parameters)
        statuses, odd = read_each(read(reply.body, list[Raw], NAME), Posted, "the post")
        accounts, skipped = read_each([status.account for status in statuses], Account)
        page = await self._page(self._new(walk, accounts), [*odd, *skipped])
        onward = statuses[-1].id if statuses and statuses[-1].id != walk.cursor else None
        return structs.replace(page, next=walk.after(map(handle, accounts), onward), found_by="hashtag")

    async def _followers(self, name: str, cursor: str | None, limit: int) -> Page:
        """Who follows an account, as far as this server knows."""
        walk = Walk.read(cursor) or Walk((f"{(await self._account(name)).id}/followers",))
        accounts, skipped, onward = await self._listed(f"api/v1/accounts/{walk.lists[0]}", walk.cursor, limit)
        page = await self._page(self._new(walk, accounts), skipped)
        return structs.replace(page, next=walk.after((), onward), notice=PARTIAL if cursor is None else None)

    async def _engaged(self, name: str, cursor: str | None, limit: int) -> Page:
        """Who favourited or passed on the newest posts of an account, post by post, as far as this server knows."""
        walk = Walk.read(cursor)
        if walk is None:
            account = await self._account(name)
            own = await self._statuses(account, always=True) or []
            walk = Walk(tuple(f"{status.id}/{way}" for status in own[:ENGAGED_POSTS] for way in WAYS))
            if not own:
                return Page(notice=f"{name} has no posts here that anybody could have taken part in")
        accounts, skipped, onward = await self._listed(f"api/v1/statuses/{walk.lists[0]}", walk.cursor, limit)
        page = await self._page(self._new(walk, accounts), skipped)
        return structs.replace(
            page, next=walk.after(map(handle, accounts), onward), found_by="competitor",
            notice=PARTIAL if cursor is None else None,
        )  # fmt: skip

    def _new(self, walk: Walk, accounts: Sequence[Account]) -> list[Account]:
        known = {handle(account): account for account in accounts}
        return [known[name] for name in walk.new(known)]

    async def _listed(
        self, path: str, cursor: str | None, limit: int
    ) -> tuple[list[Account], list[Skipped], str | None]:
        """A list of accounts, and where it goes on: only the header Link says so."""
        parameters: dict[str, Parameter] = {"limit": max(1, min(limit, MOST))}
        if cursor is not None:
            parameters["max_id"] = cursor
        reply = await self._get(path, parameters)
        accounts, skipped = read_each(read(reply.body, list[Raw], NAME), Account)
        following = _NEXT.search(reply.headers.get("link", ""))
        onward = following[1] if following and following[1] != cursor else None
        return accounts, skipped, onward

    async def _account(self, name: str) -> Account:
        found = await self._looked_up(name)
        if isinstance(found, PluginError):
            raise found
        return found

    async def _looked_up(self, name: str) -> Account | PluginError:
        """The account of that name; an error is handed over, so that it takes nobody else with it."""
        try:
            async with self._statuses_at_once:
                reply = await self._get(LOOKUP, {"acct": name}, gone="this server knows no account of that name")
            return read(reply.body, Account, NAME)
        except PluginError as error:
            return error

    async def _page(self, accounts: Sequence[Account], skipped: Sequence[Skipped]) -> Page:
        """The accounts that want to be found, with their recent posts."""
        left_out = list(skipped)
        wanted: list[Account] = []
        for account in accounts:
            reason = reason_to_hide(account)
            if reason is None:
                wanted.append(account)
            else:
                left_out.append(Skipped(handle(account), reason))
        recent = await asyncio.gather(*(self._statuses(account) for account in wanted))
        profiles = tuple(self._profile(account, own) for account, own in zip(wanted, recent, strict=True))
        return Page(profiles=profiles, skipped=tuple(left_out))

    async def _statuses(self, account: Account, *, always: bool = False) -> list[Status] | None:
        """Recent public posts of the account's own; None where they cannot be read. `always`: they are what is asked for."""
        if not always and not self.ctx.settings.get("engagement", True):
            return None
        if not always and count(account.statuses_count) == 0:
            return None
        path = f"api/v1/accounts/{quote(account.id, safe='')}/statuses"
        try:
            async with self._statuses_at_once:
                reply = await self._get(path, {"limit": STATUSES, "exclude_replies": True, "exclude_reblogs": True})
            items = read(reply.body, list[Raw], NAME)
        except PluginError:
            if always:
                raise
            # The account itself is known; without its posts it has no engagement rate, and that is what is said.
            return None
        return own_statuses(account, read_each(items, Status)[0])

    def _profile(self, account: Account, recent: list[Status] | None) -> Profile:
        bio = plain(account.note)
        lines = [bio, *(plain(field.value) for field in account.fields)]
        languages = Counter(status.language[:2].lower() for status in recent or () if status.language)
        copied: Quality = "estimated"
        counts = ("followers", "following", "posts")
        return Profile(
            platform="mastodon",
            handle=handle(account),
            platform_id=account.uri or account.url,
            name=account.display_name or None,
            url=account.url,
            bio=bio or None,
            language=languages.most_common(1)[0][0] if languages else None,
            email=email_in(*lines),
            followers=count(account.followers_count),
            following=count(account.following_count),
            posts=count(account.statuses_count),
            quality=dict.fromkeys(counts, copied) if "@" in account.acct else {},
            recent_posts=tuple(as_post(status) for status in recent) if recent is not None else None,
            as_of=self.ctx.clock(),
        )

    async def _get(self, path: str, parameters: Mapping[str, Parameter], *, gone: str | None = None) -> Reply:
        """An answer. `gone` is what a 404 means where the path is one that every server has."""
        reply = await self.ctx.http.get(path, parameters)
        if reply.status == 200:
            return reply
        try:
            said = read(reply.body, Error, NAME).error
        except UpstreamChanged:
            said = ""
        if reply.status == 404 and gone is not None:
            raise NotFound(gone, detail=f"{path}: {said}")
        if reply.status in (401, 403, 404):
            raise Unsupported(
                f"this server does not offer this to everybody (status {reply.status})", detail=f"{path}: {said}"
            )
        if reply.status in (400, 422):
            raise InvalidInput(said or "the server does not understand the question", detail=path)
        raise UpstreamChanged(f"the server answers with status {reply.status}", path=path, detail=said)


class Trends(Pane):
    """Hashtags that rise on the asked server: what people write about this week."""

    id: ClassVar[str] = "mastodon-trends"

    @override
    async def view(self, query: str) -> View:
        reply = await self.ctx.http.get(TRENDS, {"limit": TAGS})
        if reply.status != 200:
            raise Unsupported(f"this server does not show its trends to everybody (status {reply.status})")
        tags = read_each(read(reply.body, list[Raw], NAME), Tag)[0]
        wanted = query.removeprefix("#").casefold()
        return View(
            columns=("hashtag", "people 2 d", "posts 2 d", "people 7 d"),
            rows=tuple(_row(tag) for tag in tags if wanted in tag.name.casefold()),
            notice="counts of one server, from all that it has heard of",
        )


def _row(tag: Tag) -> Row:
    days = [(count(day.accounts), count(day.uses)) for day in tag.history]

    def over(which: int, most: int) -> str:
        known = [day[which] for day in days[:most]]
        return "-" if not known or None in known else f"{sum(filter(None, known)):,}"

    return Row(
        cells=(f"#{tag.name}", over(0, 2), over(1, 2), over(0, 7)),
        detail=f"Who writes about it: influtui discover mastodon '#{tag.name}'",
        url=tag.url,
    )


class Mastodon(Plugin):
    """The plugin."""

    @hookimpl
    @override
    def influtui_sources(self, ctx: SourcesContext) -> Iterable[type[Source]]:
        return [MastodonSource]

    @hookimpl
    @override
    def influtui_panes(self, ctx: PanesContext) -> Iterable[type[Pane]]:
        return [Trends]


def handle(account: Account) -> str:
    """`name@server`, for accounts of the asked server too: elsewhere a bare name would be somebody else."""
    if "@" in account.acct:
        return account.acct
    server = urlsplit(account.url or account.uri or "").hostname
    return f"{account.acct}@{server}" if server else account.acct


def reason_to_hide(account: Account) -> str | None:
    """Why an account is not shown; None where it is. Saying nothing about being found is not a no."""
    reasons = {
        "does not want to be found": account.discoverable is False,
        "does not want to be indexed": account.noindex is True,
        "suspended by its server": account.suspended is True,
        "limited by its server": account.limited is True,
        "kept in memory of somebody": account.memorial is True,
        "has moved to another account": account.moved is not None,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def own_statuses(account: Account, statuses: Iterable[Status]) -> list[Status]:
    """The account's own posts that everybody can read; what it passed on is other people's."""
    return [
        status
        for status in statuses
        if status.account.id == account.id and status.visibility in _PUBLIC and status.reblog is None
    ]


def as_post(status: Status) -> Post:
    """A post in the host's terms. Quotes are not counted as shares: only newer servers know them."""
    return Post(
        id=status.id,
        url=status.url,
        text=plain(status.content) or None,
        posted_at=moment(status.created_at),
        likes=count(status.favourites_count),
        comments=count(status.replies_count),
        shares=count(status.reblogs_count),
        pinned=bool(status.pinned),
    )
