"""Finding creators: what is found, in which order, page by page, and how many there are."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

import pytest

from influtui.model.creators import Ref
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.qualifiers import CREATORS
from influtui.model.query import QueryError
from influtui.services.finding import search as service
from influtui.services.finding.search import ask, matching, open_listing, search
from influtui.services.people.forgetting import forget
from influtui.services.workspace import Workspace
from influtui.store import text_index
from influtui.store.column_engine import engine_of

Account = Callable[..., Awaitable[int]]
DAY = 86_400_000


@pytest.fixture
async def catalogue(workspace: Workspace, account: Account) -> Workspace:
    """Seven invented accounts."""
    now = workspace.clock()
    await account(
        "instagram:anna",
        name="Anna Q",
        bio="Vegan baking",
        followers=5_000,
        engagement_rate=4.5,
        engagement_variant="er_followers",
        country="US",
        language="en",
        topics="|baking|vegan|",
        email="anna@example.com",
        as_of=now - DAY,
    )
    await account(
        "instagram:annabel.bakes",
        name="Bel",
        bio="baking, not vegan",
        followers=150_000,
        country="DE",
        topics="|baking|",
        as_of=now - 40 * DAY,
    )
    await account(
        "tiktok:zed",
        name="Anna Zed",
        bio="गणित और हिन्दी",
        followers=999,
        engagement_rate=1.0,
        country="US",
        engagement_variant="er_views_lc",
    )
    await account("tiktok:mei", name="美", bio="護膚品 reviews", followers=2_000_000, country="TW", tags="|vip|")
    await account("youtube:jose", name="José", bio="Crème brûlée🥑recipes", followers=None)
    await account("bluesky:nobody")
    await account("bluesky:gamer", bio="poker", topics="|gambling|", followers=5_000, country="US")
    return workspace


async def refs(workspace: Workspace, query: str, sort: str | None = "id") -> list[str]:
    found = await search(workspace, query, sort=sort)
    return [creator.handle for creator in found.rows]


@pytest.mark.parametrize(
    ("query", "handles"),
    [
        ("anna", ["anna", "zed"]),
        ("anna*", ["anna", "annabel.bakes", "zed"]),
        ('"vegan baking"', ["anna"]),
        ("baking vegan", ["anna", "annabel.bakes"]),
        ("vegan -bel", ["anna"]),
        ("jose", ["jose"]),
        ("creme", ["jose"]),
        ("recipes", ["jose"]),
        ("हिन्दी", ["zed"]),
        ("護膚", ["mei"]),
        ("膚品", ["mei"]),
        ("品護", []),
        ("tier:micro", ["anna", "gamer"]),
        ("tier:nano", ["zed"]),
        ("followers:>=5k followers:<150000", ["anna", "gamer"]),
        ("er:>3", ["anna"]),
        ("variant:er_followers", ["anna"]),
        ("variant:er_*", ["anna", "zed"]),
        ("variant:er_views -variant:er_f*", []),
        ("-er:>3", ["annabel.bakes", "zed", "mei", "jose", "nobody", "gamer"]),
        ("country:US -topic:gambling", ["anna", "zed"]),
        ("-has:followers", ["jose", "nobody"]),
        ("has:email", ["anna"]),
        ("seen:<30d", ["anna"]),
        ("age:>30d", ["annabel.bakes"]),
        ("topic:bak*", ["anna", "annabel.bakes"]),
        ("tag:vip OR tag:x", ["mei"]),
        ("bio:anna", []),
        ("name:anna", ["anna", "zed"]),
        ("values:vegan", ["anna", "annabel.bakes"]),
        ("email:example.com", ["anna"]),
        ("region:dach", ["annabel.bakes"]),
        ("instagram:Anna", ["anna"]),
        ("#3", ["zed"]),
        ("handle:anna*", ["anna", "annabel.bakes"]),
        ("-(country:US OR platform:tiktok)", ["annabel.bakes", "jose", "nobody"]),
        ("in:any", []),
    ],
)
async def test_finds(catalogue: Workspace, query: str, handles: list[str]) -> None:
    assert await refs(catalogue, query) == handles


async def test_a_changed_text_is_found_and_the_old_one_is_not(catalogue: Workspace) -> None:
    async with catalogue.db.write(1) as transaction:
        old = await text_index.read(transaction, [4])
        await transaction.run("UPDATE creators SET bio = '日本語の料理' WHERE id = 4")
        await text_index.replace(transaction, old)
    assert await refs(catalogue, "料理") == ["mei"]
    assert await refs(catalogue, "護膚") == []


@pytest.mark.parametrize(
    ("sort", "handles"),
    [
        (None, ["mei", "annabel.bakes", "anna", "gamer", "zed", "jose", "nobody"]),
        ("+followers", ["zed", "anna", "gamer", "annabel.bakes", "mei", "jose", "nobody"]),
        ("followers:asc", ["zed", "anna", "gamer", "annabel.bakes", "mei", "jose", "nobody"]),
        ("name", ["anna", "zed", "annabel.bakes", "gamer", "jose", "nobody", "mei"]),
        ("-handle", ["zed", "nobody", "mei", "jose", "gamer", "annabel.bakes", "anna"]),
        ("age", ["anna", "annabel.bakes", "zed", "mei", "jose", "nobody", "gamer"]),
        ("er", ["anna", "zed", "annabel.bakes", "mei", "jose", "nobody", "gamer"]),
    ],
)
async def test_sorts_with_the_unknown_last(catalogue: Workspace, sort: str | None, handles: list[str]) -> None:
    assert await refs(catalogue, "", sort) == handles


async def test_the_best_match_comes_first(catalogue: Workspace) -> None:
    assert await refs(catalogue, "anna*", "match") == ["anna", "annabel.bakes", "zed"]


@pytest.mark.parametrize("sort", ["followers", "+followers", "name", "-name", "er", "match", "id", "-id", "country"])
async def test_pages_follow_each_other_without_gap_or_overlap(catalogue: Workspace, sort: str) -> None:
    whole = await refs(catalogue, "-zzz", sort)
    assert len(whole) == 7
    paged: list[str] = []
    after = None
    while True:
        found = await search(catalogue, "-zzz", sort=sort, limit=2, after=after)
        paged += [creator.handle for creator in found.rows]
        if (after := found.next) is None:
            break
    assert paged == whole


async def test_counts_and_facets_are_exact(catalogue: Workspace) -> None:
    found = await search(catalogue, "-poker", limit=1, count=True, facets=True)
    assert found.count == 6
    assert found.facets == {
        "tier": {"macro": 1, "mega": 1, "micro": 1, "nano": 1},
        "platform": {"instagram": 2, "tiktok": 2, "bluesky": 1, "youtube": 1},
        "country": {"US": 2, "DE": 1, "TW": 1},
        "language": {"en": 1},
        "topic": {"baking": 2, "vegan": 1},
    }
    assert (await search(catalogue, "")).count is None


async def test_a_cursor_of_another_search_is_refused(catalogue: Workspace) -> None:
    cursor = (await search(catalogue, "", limit=1)).next
    assert cursor is not None
    for query, sort, after in [("anna", None, cursor), ("", "name", cursor), ("", None, "x"), ("", None, "WzFd" * 9)]:
        with pytest.raises(WrongUsage):
            await search(catalogue, query, sort=sort, after=after)


async def test_a_wrong_sort_names_the_nearest(catalogue: Workspace) -> None:
    with pytest.raises(WrongUsage) as caught:
        await search(catalogue, "", sort="folowers")
    assert caught.value.hint == "Did you mean followers?"


async def test_sorting_by_fit_needs_a_campaign(catalogue: Workspace) -> None:
    with pytest.raises(WrongUsage, match="judged for a campaign"):
        await search(catalogue, "", sort="fit")
    with pytest.raises(WrongUsage, match="campaign in use"):
        await search(catalogue, "in:campaign")
    with pytest.raises(NotFound):
        await search(catalogue, "", campaign="NONE")


async def test_judgements_and_scores_are_those_of_the_campaign(catalogue: Workspace) -> None:
    async with catalogue.db.write(1) as transaction:
        await transaction.run("INSERT INTO brands (id, name, ship_to, created_at) VALUES (1, 'B', '|de|', 1)")
        for number, code in ((1, "SPRING"), (2, "AUTUMN")):
            await transaction.run(
                "INSERT INTO campaigns (id, brand_id, code, name, goal, currency, created_at)"
                " VALUES (?, 1, ?, 'C', 'content', 'USD', 1)",
                (number, code),
            )
        for campaign, person, verdict in ((1, 1, "pick"), (1, 2, "rejected"), (2, 3, "pick")):
            await transaction.run(
                "INSERT INTO picks (campaign_id, person_id, verdict, reason, judged_by, judged_at)"
                " VALUES (?, ?, ?, 'too dear', 'kim', 5)",
                (campaign, person, verdict),
            )
        for campaign, creator, fit, authenticity in ((1, 1, 80.0, 50.0), (1, 4, 90.0, None), (0, 4, None, 70.0)):
            await transaction.run(
                "INSERT INTO scores (campaign_id, creator_id, fit, authenticity, confidence, model, at)"
                " VALUES (?, ?, ?, ?, 0.5, 'm', 1)",
                (campaign, creator, fit, authenticity),
            )

    async def ids(query: str, sort: str = "id", campaign: str | None = None) -> list[int]:
        return [row.id for row in (await search(catalogue, query, sort=sort, campaign=campaign)).rows]

    assert await ids("in:spring") == [1, 2]
    assert await ids("picked:any") == [1, 3]
    assert await ids("picked:campaign", campaign="AUTUMN") == [3]
    assert await ids("verdict:pick") == [1, 3]
    assert await ids("verdict:pick", campaign="SPRING") == [1]
    assert await ids("-verdict:rejected reason:dear", campaign="SPRING") == [1]
    assert await ids("ships:yes", campaign="SPRING") == [2]
    assert await ids("ships:no", campaign="SPRING") == [1, 3, 4, 7]
    assert await ids("fit:>70") == []
    assert await ids("fit:>70", campaign="SPRING") == [1, 4]
    assert await ids("authenticity:>60") == [4]
    assert await ids("has:followers", sort="fit", campaign="SPRING") == [4, 1, 2, 3, 7]
    row = (await search(catalogue, "#4", campaign="SPRING")).rows[0]
    assert (row.fit, row.authenticity) == (90.0, 70.0)
    assert (await search(catalogue, "#4")).rows[0].fit is None


async def test_matching_gives_ids_and_a_listing_gives_rows_by_place(catalogue: Workspace) -> None:
    assert await matching(catalogue, "country:US") == [1, 3, 7]
    listing = await open_listing(catalogue, "", None)
    assert listing.total == 7
    assert [row.id for row in await listing.rows(1, 3)] == [2, 1]
    assert await listing.rows(7, 9) == []


async def test_the_first_rows_of_a_large_catalogue_do_not_wait_for_the_count(
    catalogue: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    await forget(catalogue, Ref(id=CreatorId(2)))
    monkeypatch.setattr(service, "_MANY", 3)
    for worth_it, query, exact in ((3, "", 6), (30, "", 6), (3, "-country:US", 3), (30, "-country:US", 3)):
        monkeypatch.setattr(service, "WORTH_IT", worth_it)
        listing = await open_listing(catalogue, query, None)
        assert listing.counting
        assert listing.total == 7, "at most so many, before anything is counted"
        first = [row.id for row in await listing.rows(0, 3)]
        counted = await listing.exact()
        assert (counted.counting, counted.total) == (False, exact)
        assert [row.id for row in await counted.rows(0, 3)] == first
        assert await counted.exact() is counted
    assert not (await open_listing(catalogue, "country:US", None)).counting


async def test_a_platform_that_came_with_a_plugin_can_be_asked_for(catalogue: Workspace, account: Account) -> None:
    await account("lemmy:ann")
    assert await refs(catalogue, "platform:lemmy") == ["ann"]
    assert await refs(catalogue, "lemmy:ann") == ["ann"]


async def test_the_surest_scores_come_first_and_the_unscored_last_in_both_back_ends(catalogue: Workspace) -> None:
    async with catalogue.db.write(1) as transaction:
        for creator, confidence in ((2, 0.4), (5, 0.9), (3, 0.7)):
            await transaction.run(
                "INSERT INTO scores (campaign_id, creator_id, confidence, model, at) VALUES (0, ?, ?, 'm', 1)",
                (creator, confidence),
            )
        transaction.touched("scores", [2, 3, 5])
    expected = [5, 3, 2, 1, 4, 6, 7]
    assert [row.id for row in (await search(catalogue, "", sort="confidence")).rows] == expected
    asked = await ask(catalogue, "", "confidence")
    listed = await engine_of(catalogue.db).ask(lambda columns: columns.listed(asked.query, asked.order).tolist())
    assert listed == expected


@pytest.mark.parametrize("down", [True, False])
async def test_pages_neither_lose_nor_double_whoever_stays_while_others_change(
    workspace: Workspace, account: Account, down: bool
) -> None:
    dice = random.Random(3)
    for number in range(1, 46):
        known = {
            name: dice.choice([None, 1, 2, 3, 3, 50])
            for name in ("followers", "following", "posts", "avg_views", "avg_likes", "engagement_rate", "as_of")
        }
        name, country = dice.choice([None, "Ann", "Bo"]), dice.choice([None, "US"])
        await account(f"instagram:ann{number}", name=name, country=country, bio="tea", **known)
    for sort in CREATORS.sorts:
        if sort.needs_campaign:
            continue
        order = f"{sort.name}:{'desc' if down else 'asc'}"
        staying = {each for each in await matching(workspace, "tea") if each % 5}
        before = [each.id for each in (await search(workspace, "tea", sort=order, limit=99)).rows if each.id in staying]
        seen: list[int] = []
        after = None
        while True:
            page = await search(workspace, "tea", sort=order, limit=7, after=after)
            seen += [each.id for each in page.rows]
            if (after := page.next) is None:
                break
            async with workspace.change("creators.edit", "Others move, come and go") as unit:
                moving = dice.choice(range(5, 46, 5))
                changes = {"followers": dice.choice([None, 0, 99]), "name": dice.choice([None, "Zo", "Aa"]), "posts": 7}
                await unit.update_many("creators", {moving: changes})
            await account(f"tiktok:ann{sort.name}{len(seen)}", bio="tea", followers=dice.choice([None, 2, 9]))
        assert [each for each in seen if each in staying] == before, order
        async with workspace.change("creators.delete", "Those that came go again") as unit:
            for each in await matching(workspace, "platform:tiktok"):
                await unit.delete("creators", each)


async def test_a_campaign_that_is_not_there_is_an_error_with_its_place(catalogue: Workspace) -> None:
    async with catalogue.db.write(1) as transaction:
        await transaction.run("INSERT INTO brands (id, name, created_at) VALUES (1, 'B', 1)")
        await transaction.run(
            "INSERT INTO campaigns (id, brand_id, code, name, goal, currency, created_at)"
            " VALUES (1, 1, 'SPRING', 'C', 'content', 'USD', 1)"
        )
    assert await refs(catalogue, "in:spring") == []
    with pytest.raises(QueryError, match="no campaign") as refused:
        await search(catalogue, "er:3.. -picked:SPRING,SPRNIG")
    assert (refused.value.position, refused.value.hint) == (22, "Did you mean SPRING?")
