"""A right plugin, into which mistakes are seeded: people of a platform called Sample, a list of its towns, links of its post.

`accounts` finds (pages by cursor), `accounts/NAME` counts, `accounts/NAME/posts` gives recent posts. Sample says what is
wrong inside an answer of status 200 as well: `{"error": {"code": "…"}}`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

from msgspec import Raw, Struct
from typing_extensions import override

from influtui.api import (
    AuthInvalid,
    Carrier,
    CarriersContext,
    InvalidInput,
    NotFound,
    Number,
    Page,
    Pane,
    PanesContext,
    Parameter,
    Plugin,
    PluginError,
    Post,
    Profile,
    QuotaExhausted,
    Row,
    Skipped,
    Source,
    SourcesContext,
    UpstreamChanged,
    View,
    count,
    hookimpl,
    read,
    read_each,
)

log = logging.getLogger(__name__)


class SampleSource(Source):
    """The source."""

    id: ClassVar[str] = "sample"

    @override
    async def search(self, query: str, *, cursor: str | None, limit: int) -> Page:
        asked: dict[str, Parameter] = {"q": query, "limit": limit}
        if cursor is not None:
            asked["after"] = cursor
        body = await self._asked("accounts", asked, "search")
        entries = body.get("accounts")
        if not isinstance(entries, list):
            raise UpstreamChanged("Sample's answer has no accounts", path="accounts")
        names, skipped = _names(entries)
        profiles = await self._people(names, skipped)
        more = body.get("next")
        return Page(
            profiles=tuple(profiles),
            skipped=tuple(skipped),
            next=more if isinstance(more, str) and more else None,
        )

    @override
    async def profiles(self, handles: Sequence[str]) -> Page:
        skipped: list[Skipped] = []
        profiles = await self._people(list(handles), skipped)
        return Page(profiles=tuple(profiles), skipped=tuple(skipped))

    async def _people(self, names: Sequence[str], skipped: list[Skipped]) -> list[Profile]:
        """The accounts of these names with their numbers; who is not given out is skipped."""
        found = await asyncio.gather(*(self._person(name, skipped) for name in names))
        return [profile for profile in found if profile is not None]

    async def _person(self, name: str, skipped: list[Skipped]) -> Profile | None:
        try:
            account = await self._asked(f"accounts/{quote(name, safe='')}", {}, "account")
        except NotFound:
            skipped.append(Skipped(name, "there is no account of that name any more"))
            return None
        except UpstreamChanged:
            skipped.append(Skipped(name, "its entry cannot be read"))
            return None
        if account.get("private"):
            skipped.append(Skipped(name, "it is private"))
            return None
        return Profile(
            platform="sample",
            handle=name,
            platform_id=_text(account.get("id")),
            name=_text(account.get("title")),
            url=f"https://sample.example/{quote(name, safe='')}",
            bio=_text(account.get("about")),
            followers=_count(account.get("fans")),
            following=_count(account.get("follows")),
            posts=_count(account.get("posts")),
            quality={"followers": "rounded"} if account.get("fans_rounded") else {},
            recent_posts=await self._posts(name),
            as_of=self.ctx.clock(),
        )

    async def _posts(self, name: str) -> tuple[Post, ...] | None:
        """Recent posts; None where they cannot be read."""
        try:
            body = await self._asked(f"accounts/{quote(name, safe='')}/posts", {"limit": 12}, "posts")
        except PluginError:
            return None
        posts = body.get("posts")
        if not isinstance(posts, list):
            return None
        return tuple(_post(each) for each in posts if isinstance(each, dict) and each.get("id"))

    async def _asked(self, path: str, parameters: dict[str, Parameter], method: str) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.ctx.secrets['token']}"}
        reply = await self.ctx.http.get(path, parameters, headers=headers, method=method)
        log.debug("asked %s: %s", path, reply.status)
        if reply.status in (401, 403):
            raise AuthInvalid("Sample refuses the token; make a new one", detail=f"status {reply.status}")
        if reply.status == 404:
            raise NotFound("Sample has no such account")
        if reply.status == 400:
            raise InvalidInput("Sample does not understand the question")
        if reply.status != 200:
            raise UpstreamChanged(f"Sample answers with status {reply.status}")
        body = reply.json()
        if not isinstance(body, dict):
            raise UpstreamChanged("Sample's answer is no object")
        error = body.get("error")
        if isinstance(error, dict):
            if error.get("code") == "quota":
                raise QuotaExhausted("Sample's quota of today is spent")
            raise UpstreamChanged(f"Sample reports an error: {str(error.get('code'))[:40]}")
        return body


class SamplePost(Carrier):
    """The post."""

    id: ClassVar[str] = "sample-post"

    @override
    def tracking_url(self, carrier: str, number: str) -> str | None:
        paths = {"sample_post": "track", "sample_express": "express/track"}
        if carrier not in paths:
            return None
        return f"https://post.sample.example/{paths[carrier]}?number={quote(number, safe='')}"


class Towns(Pane):
    """In which towns people bake: a list of the app's own, by the number of bakers."""

    id: ClassVar[str] = "sample-towns"

    @override
    async def view(self, query: str) -> View:
        bearer = {"authorization": f"Bearer {self.ctx.secrets.get('token', '')}"}
        came = await self.ctx.http.get("towns", headers=bearer, method="towns")
        if came.status in {401, 403}:
            raise AuthInvalid("Sample refuses the token; make another one")
        if came.status > 200:
            raise UpstreamChanged(f"Sample's towns answer with status {came.status}")
        towns, odd = read_each(read(came.body, TownList, "Sample").towns, Town, "the town")
        shown = [town for town in towns if query.casefold() in town.name.casefold()]
        told = [(town.name, count(town.bakers)) for town in shown]
        return View(
            columns=("town", "bakers"),
            rows=tuple(Row(cells=(name, "-" if bakers is None else f"{bakers:,}")) for name, bakers in told),
            notice=f"{len(odd)} towns cannot be read" if odd else None,
        )


class Town(Struct):
    """One town."""

    name: str
    bakers: Number = None


class TownList(Struct):
    """All towns."""

    towns: list[Raw]


class Sample(Plugin):
    """The plugin."""

    @hookimpl
    @override
    def influtui_sources(self, ctx: SourcesContext) -> Iterable[type[Source]]:
        return [SampleSource]

    @hookimpl
    @override
    def influtui_carriers(self, ctx: CarriersContext) -> Iterable[type[Carrier]]:
        return [SamplePost]

    @hookimpl
    @override
    def influtui_panes(self, ctx: PanesContext) -> Iterable[type[Pane]]:
        return [Towns]


def _names(entries: Sequence[Any]) -> tuple[list[str], list[Skipped]]:
    """Who was found, each once; an entry without a name is skipped."""
    names: list[str] = []
    skipped: list[Skipped] = []
    for entry in entries:
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name:
            skipped.append(Skipped("?", "the entry has no name"))
        elif name not in names:
            names.append(name)
    return names, skipped


def _post(entry: dict[str, Any]) -> Post:
    return Post(
        id=str(entry["id"]),
        text=_text(entry.get("text")),
        posted_at=_moment(entry.get("at")),
        likes=_count(entry.get("likes")),
        comments=_count(entry.get("comments")),
        views=_count(entry.get("views")),
        pinned=entry.get("pinned") is True,
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: Any) -> int | None:
    """A count as Sample gives it; -1 stands for one that the account hides."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _moment(value: Any) -> datetime | None:
    """Sample's times are seconds of the epoch."""
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) and value > 0 else None
