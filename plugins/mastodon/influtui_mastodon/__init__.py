"""Mastodon: people found by one server's search, which needs no account.

A server gives at most forty people a question and offers no further pages to whom it does not know. Which server is
asked is the setting `base_url`. Counts of people of other servers are copies that may be old: they are marked as estimated.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final
from urllib.parse import quote, urlsplit

from msgspec import Raw
from typing_extensions import override

from influtui.api import (
    InvalidInput,
    Page,
    Parameter,
    Plugin,
    PluginError,
    Post,
    Profile,
    Quality,
    Reply,
    Skipped,
    Source,
    SourceContext,
    SourcesContext,
    Unsupported,
    UpstreamChanged,
    count,
    email_in,
    hookimpl,
    moment,
    read,
    read_each,
)
from influtui_mastodon.wire import Account, Error, Search, Status, plain

NAME: Final = "the Mastodon server"
SEARCH: Final = "api/v2/search"
MOST: Final = 40
STATUSES: Final = 40
AT_ONCE: Final = 4

_PUBLIC: Final = frozenset({"public", "unlisted"})


class MastodonSource(Source):
    """The source."""

    id: ClassVar[str] = "mastodon"

    def __init__(self, ctx: SourceContext) -> None:
        super().__init__(ctx)
        self._statuses_at_once = asyncio.Semaphore(AT_ONCE)

    @override
    async def search(self, query: str, *, cursor: str | None, limit: int) -> Page:
        reply = await self._get(SEARCH, {"q": query, "type": "accounts", "limit": max(1, min(limit, MOST))})
        accounts, skipped = read_each(read(reply.body, Search, NAME).accounts, Account)
        wanted: list[Account] = []
        for account in accounts:
            reason = reason_to_hide(account)
            if reason is None:
                wanted.append(account)
            else:
                skipped.append(Skipped(handle(account), reason))
        recent = await asyncio.gather(*(self._statuses(account) for account in wanted))
        profiles = tuple(self._profile(account, own) for account, own in zip(wanted, recent, strict=True))
        return Page(profiles=profiles, skipped=tuple(skipped))

    async def _statuses(self, account: Account) -> list[Status] | None:
        """Recent public posts of the account's own; None where they cannot be read."""
        if not self.ctx.settings.get("engagement", True) or count(account.statuses_count) == 0:
            return None
        path = f"api/v1/accounts/{quote(account.id, safe='')}/statuses"
        try:
            async with self._statuses_at_once:
                reply = await self._get(path, {"limit": STATUSES, "exclude_replies": True, "exclude_reblogs": True})
            items = read(reply.body, list[Raw], NAME)
        except PluginError:
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

    async def _get(self, path: str, parameters: Mapping[str, Parameter]) -> Reply:
        reply = await self.ctx.http.get(path, parameters)
        if reply.status == 200:
            return reply
        try:
            said = read(reply.body, Error, NAME).error
        except UpstreamChanged:
            said = ""
        if reply.status in (401, 403, 404):
            raise Unsupported(
                f"this server does not offer its search to everybody (status {reply.status})", detail=f"{path}: {said}"
            )
        if reply.status in (400, 422):
            raise InvalidInput(said or "the server does not understand the question", detail=path)
        raise UpstreamChanged(f"the server answers with status {reply.status}", path=path, detail=said)


class Mastodon(Plugin):
    """The plugin."""

    @hookimpl
    @override
    def influtui_sources(self, ctx: SourcesContext) -> Iterable[type[Source]]:
        return [MastodonSource]


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
