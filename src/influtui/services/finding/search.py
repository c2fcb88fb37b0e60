"""Finding creators: one question, asked by the command line, the app, exports and edits alike.

A query is read, bound to the moment and to the campaign in use, and handed to a back end of the store. Which back end
answers is decided here and makes no difference to the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import msgspec

from influtui.model.creators import Creator
from influtui.model.failures import NeedsConfiguration, NotFound, WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.nearest import nearest
from influtui.model.qualifiers import CREATORS, Table
from influtui.model.query import QueryError, parse
from influtui.model.query_ast import (
    Context,
    Everything,
    Field,
    Is,
    Not,
    Query,
    ShipsTo,
    bind,
    depends_on_campaign,
    leaves,
)
from influtui.services.workspace import Workspace
from influtui.store import campaign_in_use
from influtui.store import search as store
from influtui.store.column_engine import WORTH_IT, ColumnEngine, engine_of
from influtui.store.search import Facets, Order

if TYPE_CHECKING:
    from influtui.store.column_reading import Ids
    from influtui.store.column_search import ColumnSearch

MOST_ROWS: Final = 10_000
"""The largest page."""


_MANY: Final = 2_000
"""More accounts than this are not counted before the first of them is shown."""
_WORTH_LOADING: Final = 20_000
"""Above so many accounts columns are loaded for one question alone: below, loading them takes as long as its statements."""
_SORTED_AT_ONCE: Final = 20_000
_FIRST_ROWS: Final = 512
_AFTER_ROWS: Final = 0.5
"""Seconds after a first question until the columns are loaded that answer the later ones."""
_NEAR: Final = 500
"""Places around one at which an account is looked for."""
_FEW: Final = 50_000
"""So many are looked through one by one."""


class Found(msgspec.Struct, frozen=True):
    """One page of a search. `count` and `facets` are None unless they were asked for."""

    rows: list[Creator]
    count: int | None
    facets: Facets | None
    next: str | None
    """What to give as `after` for the following page; None on the last one."""


class Listing(Protocol):
    """All that a search found, by place: for a list that a person scrolls."""

    @property
    def total(self) -> int:
        """How many were found: exactly, unless `counting`."""
        ...

    @property
    def counting(self) -> bool:
        """Whether `total` is only as many as there may be at most, because the first rows must not wait for the count."""
        ...

    async def exact(self) -> Listing:
        """The same listing, counted."""
        ...

    async def rows(self, start: int, stop: int) -> list[Creator]:
        """The records from place `start` up to `stop`. An account that was removed since is left out."""
        ...

    async def ids(self) -> list[CreatorId]:
        """All accounts that were found, in order."""
        ...

    async def place(self, creator: CreatorId, near: int) -> int | None:
        """Where an account is. None where it was not found, or too far from `near` to be looked for at a person's pace."""
        ...

    async def held(self, creators: set[int]) -> set[int]:
        """Those of the accounts that were found, as far as that can be told at a person's pace."""
        ...

    async def facets(self) -> Facets:
        """How many of them have each tier, platform, country, language and topic."""
        ...


class Places(Protocol):
    """Ids by place: a list, or an array of the columns."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __getitem__(self, places: slice, /) -> Any: ...


class Beginning(NamedTuple):
    """What a question found, as of one change number, with the first of it in order."""

    seq: int
    found: Ids
    first: list[CreatorId]


class _Known:
    """A listing whose ids are at hand, from whichever back end."""

    counting = False

    def __init__(self, workspace: Workspace, asked: Asked, ids: Places) -> None:
        self._workspace = workspace
        self._asked = asked
        self._ids = ids

    @property
    def total(self) -> int:
        return len(self._ids)

    async def exact(self) -> Listing:
        return self

    async def rows(self, start: int, stop: int) -> list[Creator]:
        found = [CreatorId(int(each)) for each in self._ids[max(0, start) : max(0, stop)]]
        return await store.records(self._workspace.db, found, self._asked.order.campaign)

    async def ids(self) -> list[CreatorId]:
        return [CreatorId(int(each)) for each in self._ids]

    async def place(self, creator: CreatorId, near: int) -> int | None:
        start = max(0, near - _NEAR)
        around = [int(each) for each in self._ids[start : near + _NEAR]]
        if creator in around:
            return start + around.index(creator)
        return next((at for at, each in enumerate(self._ids) if each == creator), None) if self.total <= _FEW else None

    async def held(self, creators: set[int]) -> set[int]:
        return await asyncio.to_thread(lambda: creators.intersection(map(int, self._ids)))

    async def facets(self) -> Facets:
        engine = _loaded(self._workspace)
        if engine is None:
            return await store.facets(self._workspace.db, self._asked.query)
        return await engine.ask(lambda columns: columns.facets(columns.found(self._asked.query)))


class _Begun:
    """A listing of very many, of which only the beginning is in order yet: the rest is sorted when somebody goes there.

    Sorting a million takes many times what finding the first hundred does, and most searches end on the first page.
    """

    counting = False

    def __init__(self, workspace: Workspace, asked: Asked, beginning: Beginning) -> None:
        self._workspace = workspace
        self._asked = asked
        self._beginning = beginning
        self._whole: _Known | None = None
        self._sorting = asyncio.Lock()

    @property
    def total(self) -> int:
        return self._whole.total if self._whole else len(self._beginning.found)

    async def exact(self) -> Listing:
        return self

    async def rows(self, start: int, stop: int) -> list[Creator]:
        if self._whole is None and stop <= len(self._beginning.first):
            first = self._beginning.first[max(0, start) : max(0, stop)]
            return await store.records(self._workspace.db, first, self._asked.order.campaign)
        return await (await self._sorted()).rows(start, stop)

    async def ids(self) -> list[CreatorId]:
        return await (await self._sorted()).ids()

    async def place(self, creator: CreatorId, near: int) -> int | None:
        first = self._beginning.first
        if self._whole is None and near < len(first):
            return first.index(creator) if creator in first else None
        return await (await self._sorted()).place(creator, near)

    async def held(self, creators: set[int]) -> set[int]:
        return await _Known(self._workspace, self._asked, self._beginning.found).held(creators)

    async def facets(self) -> Facets:
        return await _Known(self._workspace, self._asked, self._beginning.found).facets()

    async def _sorted(self) -> _Known:
        query, order = self._asked.query, self._asked.order

        def whole(columns: ColumnSearch) -> Places:
            # What was found is true of one moment; after a change it is looked up again, mostly from what is kept.
            same = columns.columns.seq == self._beginning.seq
            return columns.ordered(query, self._beginning.found if same else columns.found(query), order)

        async with self._sorting:
            if self._whole is None:
                ids = await engine_of(self._workspace.db).ask(whole)
                self._whole = _Known(self._workspace, self._asked, ids)
        return self._whole


class _Windows:
    """A listing of a catalogue whose columns are not loaded (yet): each window is a statement of its own."""

    def __init__(self, workspace: Workspace, asked: Asked, total: int, *, counting: bool) -> None:
        self._workspace = workspace
        self._asked = asked
        self.total = total
        self.counting = counting

    async def exact(self) -> Listing:
        if not self.counting:
            return self
        if self.total <= WORTH_IT:
            return await _known(self._workspace, self._asked)
        return await _counted(self._workspace, self._asked)

    async def rows(self, start: int, stop: int) -> list[Creator]:
        start = max(0, start)
        query, order = self._asked.query, self._asked.order
        found = await store.window(self._workspace.db, query, order, start, max(0, stop - start))
        return await store.records(self._workspace.db, found, order.campaign)

    async def ids(self) -> list[CreatorId]:
        return await store.ids(self._workspace.db, self._asked.query, self._asked.order)

    async def place(self, creator: CreatorId, near: int) -> int | None:
        start = max(0, near - _NEAR)
        around = await store.window(self._workspace.db, self._asked.query, self._asked.order, start, 2 * _NEAR)
        return start + around.index(creator) if creator in around else None

    async def held(self, creators: set[int]) -> set[int]:
        return creators

    async def facets(self) -> Facets:
        return await store.facets(self._workspace.db, self._asked.query)


class Asked(NamedTuple):
    """A question that is ready for a back end."""

    text: str
    query: Query
    order: Order


async def search(
    workspace: Workspace,
    query: str,
    *,
    sort: str | None = None,
    limit: int = 50,
    after: str | None = None,
    count: bool = False,
    facets: bool = False,
    campaign: str | None = None,
) -> Found:
    """One page of the creators that `query` asks for, with the exact count and facets where they are wanted.

    Raises `QueryError` for a query that cannot be read and `WrongUsage` for another wrong word.
    """
    from influtui.services.finding.cursors import cursor, key_of  # bring OpenSSL; no list in the app needs them

    if not 0 <= limit <= MOST_ROWS:
        raise WrongUsage(f"a page has 0 to {MOST_ROWS:,} rows, not {limit}", hint="Ask for the next page with --after.")
    asked = await ask(workspace, query, sort, campaign)
    key = key_of(after, asked) if after else None
    counts: tuple[int, Facets] | None = None
    page: store.Page | None = None
    engine = await _engine_worth(workspace, asked, count=count, facets=facets)
    if engine:
        question = asked.query, asked.order

        def ask_columns(columns: ColumnSearch) -> tuple[list[CreatorId], tuple[int, Facets] | None]:
            found = columns.found(question[0])
            first = columns.first(question[0], found, question[1], limit + 1) if key is None else []
            return first, (len(found), columns.facets(found)) if count or facets else None

        first, counts = await engine.ask(ask_columns)
        if key is None:
            page = await store.page_of(workspace.db, asked.query, asked.order, limit, first)
    page = page or await store.page(workspace.db, asked.query, asked.order, limit, key)
    if counts is None:
        counted = await store.count(workspace.db, asked.query) if count else 0
        counts = counted, await store.facets(workspace.db, asked.query) if facets else {}
    return Found(
        rows=await store.records(workspace.db, page.ids, asked.order.campaign),
        count=counts[0] if count else None,
        facets=counts[1] if facets else None,
        next=cursor(asked, page.last) if page.last else None,
    )


async def check(workspace: Workspace, query: str, sort: str | None = None) -> None:
    """Raise what is wrong with a query or a sort, without asking it. Which campaign is in use does not matter."""
    await _read(workspace, query)
    read_order(sort, campaign=0)


async def records_of(workspace: Workspace, ids: Sequence[CreatorId]) -> list[Creator]:
    """The records of accounts in their order, with their scores for the campaign in use."""
    about = await _campaign(workspace, None)
    return await store.records(workspace.db, ids, about.id if about else None)


async def matching(workspace: Workspace, query: str, campaign: str | None = None) -> list[CreatorId]:
    """The ids of all creators that `query` asks for (about `campaign`, else the one in use), by id."""
    asked = await ask(workspace, query, "id", campaign)
    return await store.ids(workspace.db, asked.query, asked.order)


async def open_listing(workspace: Workspace, query: str, sort: str | None = None) -> Listing:
    """All creators that `query` asks for, with random access. Cancel it when a newer question is asked.

    In a large catalogue the first call begins to load the columns; until they are there, statements answer.
    """
    asked = await ask(workspace, query, sort)
    size = await store.size(workspace.db)
    # Of nearly all the first rows are there at once; counting a million, or reading all ids in order, takes longer.
    nearly_all = size > _MANY and isinstance(asked.query, (Everything, Not))
    if size <= WORTH_IT:
        return _Windows(workspace, asked, size, counting=True) if nearly_all else await _known(workspace, asked)
    engine = engine_of(workspace.db)
    if not engine.loaded:
        # The rows of this answer come first: loading takes a processor for a second.
        asyncio.get_running_loop().call_later(_AFTER_ROWS, engine.ready)
        return _Windows(workspace, asked, size, counting=True) if nearly_all else await _counted(workspace, asked)
    beginning = await engine.ask(lambda columns: _begun(columns, asked))
    if isinstance(beginning, Beginning):
        return _Begun(workspace, asked, beginning)
    return _Known(workspace, asked, beginning)


async def _known(workspace: Workspace, asked: Asked) -> _Known:
    return _Known(workspace, asked, await store.ids(workspace.db, asked.query, asked.order))


async def _counted(workspace: Workspace, asked: Asked) -> _Windows:
    return _Windows(workspace, asked, await store.count(workspace.db, asked.query), counting=False)


def _begun(columns: ColumnSearch, asked: Asked) -> Beginning | Places:
    """What a listing begins with: all of a few in order, or of many the first ones."""
    found = columns.found(asked.query)
    if len(found) <= _SORTED_AT_ONCE:
        return columns.ordered(asked.query, found, asked.order)
    first = columns.first(asked.query, found, asked.order, _FIRST_ROWS)
    return Beginning(columns.columns.seq, found, first)


async def ask(workspace: Workspace, text: str, sort: str | None = None, campaign: str | None = None) -> Asked:
    """Read a question about creators and bind it to the moment and the campaign (the one in use, unless one is named)."""
    query = await _read(workspace, text)
    about = await _campaign(workspace, campaign)
    if about is None and depends_on_campaign(query):
        raise _no_campaign("the query asks for the campaign in use, and none is")
    if about and not about.ship_to and any(isinstance(leaf, ShipsTo) for leaf in leaves(query)):
        raise NeedsConfiguration(
            f"neither {about.code} nor its brand says where it ships to", hint="Set the countries with --ship-to US,CA."
        )
    await _check_campaigns(workspace, text, query)
    context = Context(
        now=workspace.clock(),
        campaign=about.code if about else None,
        campaign_id=about.id if about else None,
        ship_to=about.ship_to if about else (),
    )
    return Asked(text, bind(query, context), read_order(sort, about.id if about else None))


async def _check_campaigns(workspace: Workspace, text: str, query: Query) -> None:
    """Raise `QueryError` for a campaign that is not there: it would only find nobody."""
    named = {
        test.value
        for leaf in leaves(query)
        if isinstance(leaf, Field) and leaf.name in ("in", "picked")
        for test in leaf.any_of
        if isinstance(test, Is)
    }
    if not named:
        return
    known = {code.casefold(): code for code in await store.campaign_codes(workspace.db)}
    for code in sorted(named - known.keys()):
        near = nearest(code, known)
        hint = f"Did you mean {known[near]}?" if near else "`influtui campaign list` shows them."
        raise QueryError(f"there is no campaign “{code}”", max(0, text.casefold().find(code)), hint)


def read_order(sort: str | None, campaign: int | None = None, table: Table = CREATORS) -> Order:
    """`followers`, `name:desc`, `-name` (downwards) or `+followers` (upwards) as an order."""
    if not sort:
        return Order(campaign=campaign)
    word = sort.removesuffix(":asc").removesuffix(":desc").lstrip("+-")
    found = table.sort(word)
    if found is None:
        names = [name for each in table.sorts for name in (each.name, *each.aliases)]
        near = nearest(word, names)
        hint = f"Did you mean {near}?" if near else f"There are: {', '.join(each.name for each in table.sorts)}."
        raise WrongUsage(f"“{sort}” is nothing to sort by", hint=hint)
    if found.needs_campaign and campaign is None:
        raise _no_campaign(f"{found.name} is judged for a campaign, and none is in use")
    upwards, downwards = sort.endswith(":asc") or sort.startswith("+"), sort.endswith(":desc") or sort.startswith("-")
    return Order(found.name, (found.descending or downwards) and not upwards, campaign)


async def _read(workspace: Workspace, text: str) -> Query:
    """Read a query; a platform that only this workspace knows (a plugin's) counts too."""
    try:
        return parse(text, CREATORS)
    except QueryError:
        here = await store.platforms(workspace.db)
        return parse(text, _with_platforms(here))


def _loaded(workspace: Workspace) -> ColumnEngine | None:
    """The columns, where they are loaded already."""
    engine = engine_of(workspace.db)
    return engine if engine.loaded else None


async def _engine_worth(workspace: Workspace, asked: Asked, *, count: bool, facets: bool) -> ColumnEngine | None:
    """The columns, where they are loaded, or where counting a large catalogue without them would take longer."""
    loaded = _loaded(workspace)
    counts_much = facets or (count and not isinstance(asked.query, Everything))
    if loaded or not counts_much or await store.size(workspace.db) <= _WORTH_LOADING:
        return loaded
    return engine_of(workspace.db)


def _with_platforms(names: Sequence[str]) -> Table:
    qualifiers = tuple(
        msgspec.structs.replace(each, choices=tuple(dict.fromkeys((*each.choices, *names))))
        if each.kind == "platform"
        else each
        for each in CREATORS.qualifiers
    )
    return msgspec.structs.replace(CREATORS, qualifiers=qualifiers)


async def _campaign(workspace: Workspace, named: str | None) -> store.Campaign | None:
    """The campaign that is named, else the one in use; None for none."""
    code = named or await campaign_in_use.in_use(workspace.db, workspace.actor) or workspace.settings.campaign
    found = await store.campaign(workspace.db, code) if code else None
    if named and found is None:
        raise NotFound(f"there is no campaign {named}", hint="`influtui campaign list` shows them.")
    return found


def _no_campaign(message: str) -> WrongUsage:
    return WrongUsage(message, hint="Name one with --campaign CODE, or choose one with `influtui campaign use CODE`.")
