"""TikTok: what it shows a brand, and a plain word where it shows nothing.

Creators by words and accounts by name through TikTok One; who published paid partnerships in the EEA through the commercial
content library; pasted links through oEmbed; one's own account through the Display API; the Research API only for those who
state that TikTok approved them. Understanding a question is `asking`'s, the three envelopes `ways`', records `records`'.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, TypeVar

import msgspec
from typing_extensions import override

from influtui.api import (
    InvalidInput,
    NotFound,
    OneByOne,
    Page,
    Parameter,
    Plugin,
    PluginError,
    Profile,
    QuotaExhausted,
    Skipped,
    Source,
    SourceContext,
    SourcesContext,
    Walk,
    count,
    hookimpl,
    read_each,
)
from influtui_tiktok import records
from influtui_tiktok.asking import Accounts, Links, OwnAccount, Paid, Research, Words, accounts, asked
from influtui_tiktok.ways import OpenApi, TikTokOne, Unreadable, embed, next_midnight
from influtui_tiktok.wire import (
    LIBRARY_FIELDS,
    ME_FIELDS,
    RESEARCH_FIELDS,
    RESEARCHED_FIELDS,
    VIDEO_FIELDS,
    Commercial,
    Creator,
    Creators,
    Library,
    MeFrame,
    OnePost,
    OnePosts,
    OwnVideo,
    Researched,
    ResearchVideo,
    Videos,
    goes_on,
)

T = TypeVar("T")

VIDEOS: Final = 20
"""Videos that are read for engagement: a dozen that are older than two days are wanted."""
MOST_ENTRIES: Final = 50
MOST_RESEARCHED: Final = 100
LONGEST: Final = 100
"""Letters of something that is no name, as it is told."""
AGAIN: Final = "+"
"""Behind the cursor of a page of which not everybody found room."""
TOLD: Final = 8
"""Partnerships of one page that are told with their brands."""

COSTS_ONE: Final = (NotFound, InvalidInput, Unreadable)
"""What is said about one account, or one link, and about no other."""

BY_NAME_ONLY: Final = "Kept by name only: numbers need TikTok One (influtui plugin info tiktok)."


class TikTokSource(Source):
    """The source."""

    id: ClassVar[str] = "tiktok"

    def __init__(self, ctx: SourceContext) -> None:
        super().__init__(ctx)
        self._one = TikTokOne(ctx)
        self._open = OpenApi(ctx)

    @override
    async def search(self, query: str, *, cursor: str | None, limit: int) -> Page:
        wanted = asked(
            query,
            self.ctx.clock().date(),
            str(self.ctx.settings.get("country") or ""),
            researcher=bool(self.ctx.settings.get("research_eligible", False)),
        )
        match wanted:
            case Words():
                return await self._words(wanted, cursor, limit)
            case Accounts():
                return await self._accounts(wanted, cursor, limit)
            case Links():
                return await self._links(wanted, cursor, limit)
            case OwnAccount():
                return await self._me()
            case Paid():
                return await self._paid(wanted, cursor, limit)
            case Research():
                return await self._research(wanted, cursor, limit)

    @override
    async def profiles(self, handles: Sequence[str]) -> Page:
        read, notice = await self._read(accounts(handles))
        return msgspec.structs.replace(read.known(), notice=notice)

    # TikTok One

    async def _words(self, wanted: Words, cursor: str | None, limit: int) -> Page:
        """Creators that words and qualifiers find. The size of a page stays what it was at first, so that none is missed."""
        page, size, start = _place(cursor, limit)
        parameters: dict[str, Parameter] = {**wanted.parameters, "page": page, "page_size": size}
        answer = await self._one.get("creator/discover/", parameters, Creators, "discover")
        found, odd = read_each(answer.creators, Creator, "the creator")
        creators, skipped = _by_name(found)
        handed = dict(list(creators.items())[start : start + limit])
        refused: list[PluginError] = []
        more = await asyncio.gather(*(self._detailed(name, one, refused) for name, one in handed.items()))
        profiles = tuple(
            records.of_one(name, creator, videos, self.ctx.clock(), wanted.country)
            for name, (creator, videos) in zip(handed, more, strict=True)
        )
        following: str | None = None
        if start + limit < len(creators):
            following = f"{page}.{size}.{start + limit}"
        elif page < (count(answer.page_info.total_page) or 0):
            following = f"{page + 1}.{size}.0"
        first = (*odd, *skipped) if start == 0 else ()
        return Page(profiles=profiles, skipped=first, next=following, notice=_unread(refused))

    async def _detailed(
        self, name: str, short: Creator, refused: list[PluginError]
    ) -> tuple[Creator, list[OnePost] | None]:
        """What a search leaves out, and recent videos. Who cannot be read more closely stays as the search has them."""
        if not self.ctx.settings.get("engagement", True):
            return short, None
        try:
            whole = await self._creator(name)
        except PluginError as error:
            refused.append(error)
            return short, None
        return whole, await self._videos(name, refused)

    async def _creator(self, name: str) -> Creator:
        return await self._one.get("creator/public/", {"handle_name": name}, Creator, "creator")

    async def _videos(self, name: str, refused: list[PluginError]) -> list[OnePost] | None:
        try:
            asked_for: dict[str, Parameter] = {"handle_name": name, "limit": VIDEOS, "cursor": 0}
            answer = await self._one.get("creator/public/video/list/", asked_for, OnePosts, "videos")
        except PluginError as error:
            # The account itself is known; without its videos it has no engagement rate, and that is what is said.
            refused.append(error)
            return None
        return read_each(answer.posts, OnePost, "the video")[0]

    async def _accounts(self, wanted: Accounts, cursor: str | None, limit: int) -> Page:
        """Known accounts, `limit` at a time; the cursor counts them."""
        start = _number(cursor)
        names = wanted.names[start : start + limit]
        read, notice = await self._read(Accounts(names, wanted.odd if start == 0 else ()))
        # A refusal is said when the run goes on there; what was paid for until then is kept.
        done = start + len(names) - len(read.left)
        onward = str(done) if done < len(wanted.names) else None
        return Page(profiles=read.profiles, skipped=read.skipped, next=onward, notice=notice)

    async def _read(self, wanted: Accounts) -> tuple[OneByOne, str | None]:
        """The accounts in their order, until one is refused; and what could not be read of them."""
        refused: list[PluginError] = []

        async def one(name: str) -> Profile | PluginError:
            try:
                creator = await self._creator(name)
            except PluginError as error:
                return error
            videos = await self._videos(name, refused) if self.ctx.settings.get("engagement", True) else None
            return records.of_one(name, creator, videos, self.ctx.clock())

        found = await asyncio.gather(*(one(name) for name in wanted.names))
        read = OneByOne.of(wanted.names, found, COSTS_ONE)
        unreadable = [each for each in found if isinstance(each, Unreadable)]
        if unreadable and not read.profiles:
            raise unreadable[0]
        odd = tuple(Skipped(each[:LONGEST], "no TikTok name can be written so") for each in wanted.odd)
        return msgspec.structs.replace(read, skipped=odd + read.skipped), _unread(refused)

    # Pasted links

    async def _links(self, wanted: Links, cursor: str | None, limit: int) -> Page:
        """Whose videos these are: with numbers where TikTok One is connected, else by name."""
        start = _number(cursor)
        urls = wanted.urls[start : start + limit]
        no_link = wanted.odd if start == 0 else ()
        skipped = [Skipped(each[:LONGEST], "no TikTok name or video is written so") for each in no_link]
        unreadable: PluginError | None = None
        found: dict[str, Profile] = {}
        done = start
        for url in urls:
            try:
                name, shown = await self._author(url)
            except COSTS_ONE as odd:
                skipped.append(Skipped(url[:LONGEST], odd.message))
                unreadable = odd if isinstance(odd, Unreadable) else unreadable
            except PluginError:
                if done == start:
                    raise
                break
            else:
                if name is None:
                    skipped.append(Skipped(url[:LONGEST], "TikTok does not say whose video it is"))
                else:
                    found.setdefault(name, records.bare(name, self.ctx.clock(), shown=shown))
            done += 1
        if unreadable is not None and not found:
            raise unreadable
        if done >= len(wanted.urls):
            for name in wanted.names[: max(0, limit - len(found))]:
                found.setdefault(name, records.bare(name, self.ctx.clock()))
        profiles, notice = await self._with_numbers(found)
        onward = str(done) if done < len(wanted.urls) else None
        return Page(profiles=profiles, skipped=tuple(skipped), next=onward, notice=notice)

    async def _author(self, url: str) -> tuple[str | None, str | None]:
        said = await embed(self.ctx, url)
        step = next((part for part in (said.author_url or "").split("/") if part.startswith("@")), "")
        return records.handle(said.author_unique_id or step), said.author_name

    async def _with_numbers(self, found: Mapping[str, Profile]) -> tuple[tuple[Profile, ...], str | None]:
        if not self._one.connected or not found:
            return tuple(found.values()), BY_NAME_ONLY if found else None
        try:
            read, notice = await self._read(Accounts(tuple(found)))
        except PluginError as error:
            return tuple(found.values()), f"Kept by name only: {error.message}"
        known = {profile.handle: profile for profile in read.profiles}
        return tuple(known.get(name, profile) for name, profile in found.items()), notice

    # One's own account

    async def _me(self) -> Page:
        """The account that logged in, with its newest videos."""
        me = (await self._open.own("user/info/", ME_FIELDS, MeFrame, "me")).user
        name = records.handle(me.username)
        if name is None:
            return Page(skipped=(Skipped("me", "the account's name is none that can be written"),))
        refused: list[PluginError] = []
        videos: list[OwnVideo] | None = None
        if self.ctx.settings.get("engagement", True):
            try:
                answer = await self._open.own("video/list/", VIDEO_FIELDS, Videos, "my_videos", {"max_count": VIDEOS})
                videos = read_each(answer.videos, OwnVideo, "the video")[0]
            except PluginError as error:
                refused.append(error)
        return Page(profiles=(records.of_me(name, me, videos, self.ctx.clock()),), notice=_unread(refused))

    # Paid partnerships

    async def _paid(self, wanted: Paid, cursor: str | None, limit: int) -> Page:
        """Who published commercial content. The library cannot be asked for a brand: it is looked for in what comes."""
        walk = Walk.read(cursor) or Walk(("library",))
        search, pages, again = _within(walk)
        # A whole page always: calls are what the daily quota counts, and a brand is in few entries.
        body: dict[str, Any] = {"filters": wanted.filters, "max_count": MOST_ENTRIES}
        if search:
            body["search_id"] = search
        path = "research/adlib/commercial_content/query/"
        answer = await self._daily(self._open.app(path, LIBRARY_FIELDS, Library, "library", body))
        entries, skipped = read_each(answer.commercial_contents, Commercial, "the entry")
        found: dict[str, list[Commercial]] = {}
        for entry in entries:
            name = records.handle(entry.creator.username)
            if wanted.brand is not None and not entry.brand_names:
                skipped.append(Skipped(name or entry.id[:LONGEST], "the library does not say for which brand"))
            elif wanted.brand is not None and not any(_same(wanted.brand, brand) for brand in entry.brand_names):
                continue
            elif name is None:
                skipped.append(Skipped(entry.id[:LONGEST], "the library does not name the creator of this entry"))
            else:
                found.setdefault(name, []).append(entry)
        waiting = walk.new(found)
        handed = waiting[:limit]
        at = self.ctx.clock()
        profiles = tuple(
            records.bare(name, at, posts=records.newest(map(records.as_paid, found[name]))) for name in handed
        )
        goes = goes_on(answer.has_more) and answer.search_id is not None and bool(answer.commercial_contents)
        onward = f"{answer.search_id}:{pages + 1}" if goes else None
        if len(waiting) > limit:  # they are in the same answer when it is asked for again
            onward = f"{search}:{pages}{AGAIN}"
        return Page(
            profiles=profiles,
            skipped=() if again else tuple(skipped),
            next=walk.after(handed, onward),
            notice=_partnerships({name: found[name] for name in handed}),
            found_by="competitor" if wanted.brand is not None else None,
        )

    # Research

    async def _research(self, wanted: Research, cursor: str | None, limit: int) -> Page:
        """Accounts whose videos a research query finds, for those who are allowed to ask."""
        walk = Walk.read(cursor) or Walk(("research",))
        search, before, _ = _within(walk)
        body: dict[str, Any] = {
            "query": {"and": wanted.conditions}, "start_date": wanted.start, "end_date": wanted.end,
            "max_count": max(1, min(limit, MOST_RESEARCHED)),
        }  # fmt: skip
        if search:
            body |= {"search_id": search, "cursor": before}
        answer = await self._daily(self._open.app("research/video/query/", RESEARCH_FIELDS, Videos, "research", body))
        videos, skipped = read_each(answer.videos, ResearchVideo, "the video")
        found: dict[str, list[ResearchVideo]] = {}
        for video in videos:
            name = records.handle(video.username)
            if name is None:
                skipped.append(
                    Skipped(str(video.id or "?")[:LONGEST], "the account's name is none that can be written")
                )
            elif walk.new([name]):
                found.setdefault(name, []).append(video)
        refused: list[PluginError] = []
        known = await asyncio.gather(*(self._researched(name, refused) for name in found))
        profiles = tuple(
            records.of_research(name, own, one, self.ctx.clock())
            for (name, own), one in zip(found.items(), known, strict=True)
        )
        at = count(answer.cursor) or 0
        goes = goes_on(answer.has_more) and bool(answer.videos) and at > before
        return Page(
            profiles=profiles,
            skipped=tuple(skipped),
            next=walk.after(found, f"{answer.search_id}:{at}" if goes else None),
            notice=_unread(refused),
            found_by="hashtag" if wanted.hashtag else None,
        )

    async def _researched(self, name: str, refused: list[PluginError]) -> Researched | None:
        try:
            body = {"username": name}
            return await self._open.app("research/user/info/", RESEARCHED_FIELDS, Researched, "researched", body)
        except PluginError as error:
            refused.append(error)
            return None

    async def _daily(self, asking: Awaitable[T]) -> T:
        """A question that a daily quota counts: what is refused for it says when the day is over."""
        try:
            return await asking
        except QuotaExhausted as spent:
            raise QuotaExhausted(
                spent.message, resets_at=spent.resets_at or next_midnight(self.ctx.clock()), detail=spent.detail
            ) from None


class TikTok(Plugin):
    """The plugin."""

    @hookimpl
    @override
    def influtui_sources(self, ctx: SourcesContext) -> Iterable[type[Source]]:
        return [TikTokSource]


def _by_name(found: Iterable[Creator]) -> tuple[dict[str, Creator], list[Skipped]]:
    """Creators by their names, each once, and those whose name is none."""
    creators: dict[str, Creator] = {}
    skipped: list[Skipped] = []
    for creator in found:
        name = records.handle(creator.handle_name)
        if name is None:
            skipped.append(Skipped(creator.handle_name[:LONGEST] or "?", "no TikTok name can be written so"))
        else:
            creators.setdefault(name, creator)
    return creators, skipped


def _unread(refused: Sequence[PluginError]) -> str | None:
    """Why not everything was read; accounts that are shown to nobody are usual."""
    reasons = list(dict.fromkeys(error.message for error in refused if not isinstance(error, NotFound)))
    return f"Not all profile texts and videos were read: {'; '.join(reasons[:3])}"[:900] if reasons else None


def _same(wanted: str, brand: str) -> bool:
    """Whether a brand is the wanted one, or one of several words of which it is a beginning."""
    return brand.casefold() == wanted.casefold() or wanted.casefold() in brand.casefold()


def _within(walk: Walk) -> tuple[str, int, bool]:
    """The platform's search, how far it is read (its own id can be the same on every page), and whether this page was read."""
    cursor = walk.cursor or ""
    search, _, at = cursor.removesuffix(AGAIN).rpartition(":")
    return search, int(at) if at.isdecimal() else 0, cursor.endswith(AGAIN)


def _partnerships(found: Mapping[str, Sequence[Commercial]]) -> str | None:
    """Who was paid by which brands, in words."""
    told: list[str] = []
    for name, entries in found.items():
        brands = dict.fromkeys(brand for entry in entries for brand in entry.brand_names)
        told.append(f"@{name} by {', '.join(brands) or '?'}")
    more = f" and {len(told) - TOLD} more" if len(told) > TOLD else ""
    return f"Paid: {'; '.join(told[:TOLD])}{more}"[: LONGEST * TOLD] if told else None


def _number(cursor: str | None) -> int:
    if cursor is not None and not cursor.isdecimal():
        raise InvalidInput("the cursor is not one of ours")
    return int(cursor or 0)


def _place(cursor: str | None, limit: int) -> tuple[int, int, int]:
    parts = (cursor or f"1.{max(1, limit)}.0").split(".")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        raise InvalidInput("the cursor is not one of ours")
    page, size, start = map(int, parts)
    return page, size, start
