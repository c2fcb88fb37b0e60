"""The columns in memory follow the store, give way to newer questions and end with their database."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing

import pytest

from influtui.model.qualifiers import CREATORS
from influtui.model.query import parse
from influtui.services.finding import search as service
from influtui.services.workspace import Workspace
from influtui.store import column_search, frequent_words, text_index
from influtui.store import search as store_search
from influtui.store.column_engine import ColumnEngine, engine_of
from influtui.store.column_search import ColumnSearch
from influtui.store.functions import FUNCTIONS
from influtui.store.search import Order

Account = Callable[..., Awaitable[int]]


async def asked(engine: ColumnEngine, text: str, sort: str = "followers", *, down: bool = True) -> list[int]:
    query = parse(text, CREATORS)
    found = await engine.ask(lambda columns: columns.listed(query, Order(sort, down)).tolist())
    return list(found)


async def test_columns_see_what_other_sessions_change(workspace: Workspace, account: Account) -> None:
    engine = engine_of(workspace.db)
    for number in range(1, 6):
        await account(f"instagram:a{number}", name=f"Name {number}", followers=number * 1_000, bio="tea")
    async with workspace.change("creators.edit", "Touched all") as unit:
        await unit.update_many("creators", {each: {"country": "US"} for each in range(1, 6)})
    assert await asked(engine, "country:US tea") == [5, 4, 3, 2, 1]
    assert await asked(engine, "", "name", down=False) == [1, 2, 3, 4, 5]
    async with workspace.change("creators.edit", "Changed two") as unit:
        await unit.update_many(
            "creators", {2: {"followers": 9_000, "name": "Zed", "bio": "milk"}, 3: {"followers": None}}
        )
    assert await asked(engine, "country:US") == [2, 5, 4, 1, 3]
    assert await asked(engine, "tea") == [5, 4, 1, 3]
    assert await asked(engine, "milk") == [2]
    assert await asked(engine, "", "name", down=False) == [1, 3, 4, 5, 2]
    async with workspace.change("creators.delete", "Removed one") as unit:
        await unit.delete("creators", 5)
    assert await asked(engine, "") == [2, 4, 1, 3]
    assert await asked(engine, "-has:followers") == [3]


async def test_numbers_that_few_ask_for_and_scores_follow_changes(workspace: Workspace, account: Account) -> None:
    engine = engine_of(workspace.db)

    async def scored(creator: int, authenticity: float) -> None:
        async with workspace.db.write(1) as transaction:
            await transaction.run(
                "INSERT OR REPLACE INTO scores (campaign_id, creator_id, authenticity, confidence, model, at)"
                " VALUES (0, ?, ?, 1, 'm', 1)",
                (creator, authenticity),
            )
            transaction.touched("scores", [creator])

    for number in range(1, 5):
        await account(f"instagram:a{number}", posts=number * 10)
        await scored(number, number * 20.0)
    async with workspace.change("creators.edit", "Touched all") as unit:
        await unit.update_many("creators", {each: {"language": "en"} for each in range(1, 5)})
    assert await asked(engine, "posts:20..", "posts") == [4, 3, 2]
    assert await asked(engine, "authenticity:>30", "authenticity") == [4, 3, 2]
    await scored(1, 99)
    async with workspace.change("creators.edit", "Changed one, removed one") as unit:
        await unit.update("creators", 2, {"posts": 99})
        await unit.delete("creators", 4)
    assert await asked(engine, "posts:20..", "posts") == [2, 3]
    assert await asked(engine, "authenticity:>30", "authenticity") == [1, 3, 2]
    for number in range(5, 9):
        await account(f"instagram:a{number}", posts=number * 100)
    async with workspace.db.write(1) as transaction:
        transaction.touched_run("creators", 5, 2_000)
    assert await asked(engine, "posts:500..", "posts") == [8, 7, 6, 5]


async def test_a_change_of_very_many_is_followed_too(workspace: Workspace, account: Account) -> None:
    engine = engine_of(workspace.db)
    for number in range(1, 8):
        await account(f"instagram:a{number}", followers=number)
    async with workspace.db.write(1) as transaction:
        transaction.touched_run("creators", 1, 7)
    assert await asked(engine, "") == [7, 6, 5, 4, 3, 2, 1]
    async with workspace.db.write(1) as transaction:
        await transaction.run("UPDATE creators SET followers = -id")
        transaction.touched_run("creators", 1, 5_000)
    assert await asked(engine, "") == [1, 2, 3, 4, 5, 6, 7]


async def test_a_note_is_found_as_soon_as_it_is_written(workspace: Workspace, account: Account) -> None:
    engine = engine_of(workspace.db)
    await account("instagram:a")
    assert await asked(engine, "note:nuts") == []
    async with workspace.change("creators.note", "Noted") as unit:
        await unit.insert("notes", {"person_id": 1, "at": 1, "actor": "k", "text": "no nuts"})
    assert await asked(engine, "note:nuts") == [1]


async def test_the_next_session_starts_from_what_was_kept_and_what_changed_since(
    workspace: Workspace, account: Account
) -> None:
    for number in range(1, 6):
        await account(f"instagram:a{number}", name=f"N{9 - number}", followers=number, topics="|tea|", country="US")
    async with workspace.change("creators.edit", "Touched all") as unit:
        await unit.update_many("creators", {each: {"language": "en"} for each in range(1, 6)})
    with closing(connected(workspace)) as connection:
        first = ColumnSearch(connection)
        first.refresh()
        first.orders.of(Order("name", False))
        first.orders.of(Order())
        first.save(connection)
        async with workspace.change("creators.edit", "Changed one") as unit:
            await unit.update("creators", 2, {"followers": 9, "topics": "|milk|tea|", "name": "A"})
        loads: list[int] = []
        second = ColumnSearch(connection)
        second.columns.load = loads.append  # type: ignore[method-assign, assignment]
        second.refresh()
        assert loads == []
        everybody = parse("", CREATORS)
        assert second.listed(everybody, Order()).tolist() == [2, 5, 4, 3, 1]
        assert second.listed(everybody, Order("name", False)).tolist() == [2, 5, 4, 3, 1]
        assert second.listed(parse("topic:milk", CREATORS), Order()).tolist() == [2]
        assert second.facets(second.columns.everyone())["topic"] == {"tea": 5, "milk": 1}


async def test_kept_columns_that_make_no_sense_are_read_anew(workspace: Workspace, account: Account) -> None:
    await account("instagram:a", followers=5)
    async with workspace.change("creators.edit", "Touched") as unit:
        await unit.update("creators", 1, {"language": "en"})
    with closing(connected(workspace)) as connection:
        columns = ColumnSearch(connection)
        columns.refresh()
        columns.save(connection)
        for damage in (
            "UPDATE column_cache SET data = x'00' WHERE name = 'followers'",
            "UPDATE column_cache SET data = x'7b' WHERE kind = 'json'",
            "UPDATE column_cache SET kind = 'nonsense' WHERE name = 'alive'",
            "DELETE FROM column_cache WHERE name = 'alive'",
            "UPDATE column_cache SET seq = 999",
        ):
            columns.save(connection)
            connection.execute(damage)
            again = ColumnSearch(connection)
            again.refresh()
            assert again.listed(parse("followers:5", CREATORS), Order()).tolist() == [1], damage


@pytest.mark.parametrize("sort", ["fit", "relevance", "authenticity", "reach"])
@pytest.mark.parametrize("down", [True, False])
async def test_scores_order_alike_in_both_back_ends(
    workspace: Workspace, account: Account, sort: str, down: bool
) -> None:
    for number in range(1, 7):
        await account(f"instagram:a{number}")
    async with workspace.db.write(1) as transaction:
        for campaign, creator, score in (
            (0, 1, 50.0),
            (0, 2, 20.0),
            (0, 4, 30.0),
            (7, 2, 90.0),
            (7, 3, 20.0),
            (7, 4, None),
        ):
            await transaction.run(
                f"INSERT INTO scores (campaign_id, creator_id, {sort}, confidence, model, at) VALUES (?, ?, ?, 1, 'm', 1)",
                (campaign, creator, score),
            )
        transaction.touched_run("creators", 1, 6)
    query = parse("", CREATORS)
    for campaign in (7, None):
        order = Order(sort, down, campaign)
        by_columns = await engine_of(workspace.db).ask(
            lambda columns, order=order: columns.listed(query, order).tolist()
        )
        assert by_columns == await store_search.ids(workspace.db, query, order)


@pytest.mark.parametrize("read", [0, 2_000], ids=["from the index", "from the texts"])
async def test_dense_beginnings_follow_changes(
    workspace: Workspace, account: Account, monkeypatch: pytest.MonkeyPatch, read: int
) -> None:
    monkeypatch.setattr(column_search, "_LEARN_ABOVE", 0)
    monkeypatch.setattr(frequent_words, "_READ_AT_MOST", read)
    for number in range(1, 6):
        await account(f"instagram:x{number}", bio="milk", followers=number)
    with closing(connected(workspace)) as connection:
        columns = ColumnSearch(connection)
        columns.refresh()
        while columns.learn():
            pass
        query = parse("m*", CREATORS)
        assert columns.found(query).tolist() == [1, 2, 3, 4, 5]
        async with workspace.change("creators.edit", "Changed two") as unit:
            await unit.update_many("creators", {2: {"bio": "tea"}, 3: {"bio": "mate"}})
        columns.refresh()
        # Room for more accounts than there was any for before.
        async with workspace.change("creators.edit", "Removed one, added one") as unit:
            await unit.delete("creators", 5)
        await account("instagram:y", id=3_000, bio="mango")
        async with workspace.db.write(1) as transaction:
            await text_index.add(transaction, [3_000])
            transaction.touched("creators", [3_000])
        columns.refresh()
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        assert columns.found(query).tolist() == [1, 3, 4, 3_000]
        assert columns.found(parse("-m*", CREATORS)).tolist() == [2]
        assert not [each for each in statements if "creator_text" in each]


async def test_after_a_change_of_most_accounts_the_frequent_words_are_learned_anew(
    workspace: Workspace, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_search, "_LEARN_ABOVE", 0)
    for number in range(1, 6):
        await account(f"instagram:x{number}", bio="milk", followers=number)
    with closing(connected(workspace)) as connection:
        columns = ColumnSearch(connection)
        columns.refresh()
        while columns.learn():
            pass
        async with workspace.change("creators.edit", "Changed one") as unit:
            await unit.update("creators", 2, {"bio": "tea"})
        async with workspace.db.write(1) as transaction:
            transaction.touched_run("creators", 1, 900)
        columns.refresh()
        assert columns.found(parse("milk", CREATORS)).tolist() == [1, 3, 4, 5]
        assert columns.learn_word()


async def test_frequent_words_are_learned_before_statements_give_way_to_columns(
    workspace: Workspace, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_search, "_LEARN_ABOVE", 0)
    await account("instagram:a", bio="milk")
    engine = engine_of(workspace.db)
    learn = ColumnSearch.learn_word
    seen: list[tuple[bool, bool]] = []

    def watched(columns: ColumnSearch) -> bool:
        learned = learn(columns)
        seen.append((learned, engine.loaded))
        return learned

    monkeypatch.setattr(ColumnSearch, "learn_word", watched)
    while not engine.ready():
        await asyncio.sleep(0.01)
    before = seen[: seen.index((False, False)) + 1]
    assert len(before) > 1
    assert not any(loaded for _, loaded in before)


async def test_a_persons_accounts_are_counted_and_follow_changes(workspace: Workspace, account: Account) -> None:
    engine = engine_of(workspace.db)
    for number in range(1, 6):
        await account(f"instagram:a{number}", followers=number)
    async with workspace.change("creators.edit", "Touched all") as unit:
        await unit.update_many("creators", {each: {"language": "en"} for each in range(1, 6)})
    async with workspace.change("creators.note", "Noted") as unit:
        await unit.insert("notes", {"person_id": 3, "at": 1, "actor": "k", "text": "no nuts"})
    assert await asked(engine, "accounts:>1") == []
    async with workspace.change("creators.merge", "Joined") as unit:
        await unit.update_many("creators", {each: {"person_id": 3} for each in (1, 5)})
    assert await asked(engine, "accounts:3") == [5, 3, 1]
    assert await asked(engine, "note:nuts") == [5, 3, 1]
    async with workspace.change("creators.delete", "Removed one") as unit:
        await unit.delete("creators", 5)
    assert await asked(engine, "accounts:2") == [3, 1]
    assert await asked(engine, "-accounts:2") == [4, 2]


async def test_words_and_words_that_must_not_be_there_are_asked_together(
    workspace: Workspace, account: Account
) -> None:
    for number, bio in enumerate(("tea milk", "tea", "tea cake", "milk", "tea Müsli"), 1):
        await account(f"instagram:x{number}", bio=bio)
    async with workspace.change("creators.edit", "Touched one") as unit:
        await unit.update("creators", 1, {"language": "en"})
    with closing(connected(workspace)) as connection:
        columns = ColumnSearch(connection)
        columns.refresh()
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        assert columns.found(parse("tea -milk -mus*", CREATORS)).tolist() == [2, 3]
        assert len([each for each in statements if "MATCH" in each]) == 1


async def test_a_frequent_word_is_kept_and_follows_changes(workspace: Workspace, account: Account) -> None:
    for number in range(1, 6):
        await account(f"instagram:x{number}", bio="milk" if number < 4 else "tea", followers=number)
    with closing(connected(workspace)) as connection:
        columns = ColumnSearch(connection)
        columns.refresh()
        query, both = parse("milk", CREATORS), parse("milk country:US", CREATORS)
        assert columns.found(query).tolist() == [1, 2, 3]
        async with workspace.change("creators.edit", "Changed three") as unit:
            await unit.update_many("creators", {1: {"bio": "tea"}, 3: {"country": "US"}, 5: {"bio": "oat milk"}})
        columns.refresh()
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        assert columns.found(query).tolist() == [2, 3, 5]
        assert columns.found(both).tolist() == [3]
        assert not [each for each in statements if "creator_text" in each]


async def test_what_begins_like_a_frequent_word_is_found_beside_it_and_is_kept_for_the_next_session(
    workspace: Workspace, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_search, "_LEARN_ABOVE", 0)
    for number in range(1, 41):
        await account(
            f"instagram:x{number}", bio="travel" if number < 38 else "trave" if number < 40 else "tea", followers=number
        )
    async with workspace.change("creators.edit", "Touched one") as unit:
        await unit.update("creators", 40, {"bio": "Trávelling"})
    with closing(connected(workspace)) as connection:
        first = ColumnSearch(connection)
        first.refresh()
        while first.learn():
            pass
        first.save(connection)
        async with workspace.change("creators.edit", "Changed two") as unit:
            await unit.update_many("creators", {1: {"bio": "tea"}, 39: {"bio": "TRAVEL"}})
        second = ColumnSearch(connection)
        second.refresh()
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        assert second.found(parse("travel", CREATORS)).tolist() == [*range(2, 38), 39]
        assert not [each for each in statements if "creator_text" in each]
        for columns in (first, second):
            columns.refresh()
            assert columns.found(parse("trav*", CREATORS)).tolist() == [*range(2, 41)]
            assert columns.found(parse("travel*", CREATORS)).tolist() == [*range(2, 38), 39, 40]
            assert columns.found(parse("trav* -travel", CREATORS)).tolist() == [38, 40]
            assert columns.found(parse("t*", CREATORS)).tolist() == [*range(1, 41)]
        assert any("NOT" in each for each in statements)


def connected(workspace: Workspace) -> sqlite3.Connection:
    """A connection that may write, with the search's functions."""
    connection = sqlite3.connect(workspace.db.path, isolation_level=None)
    for name, arguments, function in FUNCTIONS:
        connection.create_function(name, arguments, function, deterministic=True)
    return connection


async def test_a_question_that_nobody_waits_for_is_interrupted(workspace: Workspace) -> None:
    engine = engine_of(workspace.db)
    endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    begun = threading.Event()

    def count_on(columns: ColumnSearch) -> None:
        begun.set()
        columns.asked(endless)

    stale = asyncio.create_task(engine.ask(count_on))
    await asyncio.to_thread(begun.wait)
    await asyncio.sleep(0.01)
    stale.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stale
    assert await asyncio.wait_for(asked(engine, ""), 60) == []


async def test_closing_the_database_ends_a_question_and_the_thread(workspace: Workspace) -> None:
    engine = engine_of(workspace.db)
    endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    question = asyncio.create_task(engine.ask(lambda columns: columns.asked(endless)))
    await asyncio.sleep(0.05)
    await workspace.db.close()
    with pytest.raises(Exception, match="interrupted"):
        await question
    assert not [thread for thread in threading.enumerate() if thread.name == "search"]


async def test_a_large_catalogue_answers_before_and_after_its_columns_are_loaded(
    workspace: Workspace, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "WORTH_IT", 3)
    for number in range(1, 7):
        await account(f"instagram:a{number}", followers=number, country="US" if number % 2 else None)
    seen = []
    for _ in range(200):
        listing = await service.open_listing(workspace, "country:US")
        seen.append(type(listing).__name__)
        assert listing.total == 3
        assert [row.id for row in await listing.rows(0, 2)] == [5, 3]
        assert [row.id for row in await listing.rows(2, 9)] == [1]
        assert await listing.ids() == [5, 3, 1]
        assert (await listing.facets())["country"] == {"US": 3}
        if seen[-1] == "_Known":
            break
        await asyncio.sleep(0.02)
    assert seen[0] == "_Windows"
    assert seen[-1] == "_Known"
    found = await service.search(workspace, "country:US", count=True, facets=True, limit=1)
    assert found.count == 3
    assert found.facets is not None
    assert found.facets["country"] == {"US": 3}
    following = await service.search(workspace, "country:US", count=True, limit=1, after=found.next)
    assert [row.id for row in (*found.rows, *following.rows)] == [5, 3]


async def test_accounts_that_no_change_announced_are_found_all_the_same(workspace: Workspace, account: Account) -> None:
    engine = engine_of(workspace.db)
    await account("instagram:a")
    async with workspace.db.write(1) as transaction:
        transaction.touched("creators", [1])
    assert await asked(engine, "") == [1]
    async with workspace.db.write(1) as transaction:
        await transaction.run(
            "INSERT INTO creators (id, person_id, platform, handle, handle_key, bio, created_at, updated_at)"
            " VALUES (9000, 1, 'x', 'b', 'b', 'tea', 1, 1)"
        )
        await text_index.add(transaction, [9000])
    assert await asked(engine, "tea") == [9000]


@pytest.mark.parametrize("sort", ["followers", "followers:asc", "name", "match"])
async def test_a_listing_of_many_is_the_same_in_part_and_in_whole(
    workspace: Workspace, account: Account, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(service, "WORTH_IT", 3)
    monkeypatch.setattr(service, "_SORTED_AT_ONCE", 4)
    monkeypatch.setattr(service, "_FIRST_ROWS", 5)
    for number in range(1, 21):
        await account(f"instagram:a{number}", followers=number * 7 % 20, name=f"N{number * 3 % 20}", bio="tea")
    await engine_of(workspace.db).ask(lambda columns: columns.warm())
    expected = await store_search.ids(workspace.db, *(await service.ask(workspace, "tea", sort))[1:])
    listing = await service.open_listing(workspace, "tea", sort)
    assert type(listing).__name__ == "_Begun"
    assert listing.total == 20
    assert [row.id for row in await listing.rows(0, 5)] == expected[:5]
    assert (await listing.facets())["platform"] == {"instagram": 20}
    jumped = await asyncio.gather(listing.rows(17, 20), listing.rows(4, 9))
    assert [[row.id for row in rows] for rows in jumped] == [expected[17:20], expected[4:9]]
    assert await listing.ids() == expected


async def test_a_listing_that_is_sorted_after_a_change_leaves_out_who_is_gone(
    workspace: Workspace, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "WORTH_IT", 3)
    monkeypatch.setattr(service, "_SORTED_AT_ONCE", 4)
    monkeypatch.setattr(service, "_FIRST_ROWS", 2)
    for number in range(1, 9):
        await account(f"instagram:a{number}", followers=number)
    await engine_of(workspace.db).ask(lambda columns: columns.warm())
    listing = await service.open_listing(workspace, "")
    async with workspace.change("creators.delete", "Removed one") as unit:
        await unit.delete("creators", 4)
    assert [row.id for row in await listing.rows(0, 2)] == [8, 7]
    assert [row.id for row in await listing.rows(0, 9)] == [8, 7, 6, 5, 3, 2, 1]
    assert listing.total == 7


async def test_audiences_follow_changes_and_are_kept_for_the_next_session(
    workspace: Workspace, account: Account
) -> None:
    engine = engine_of(workspace.db)
    for number, audience in enumerate(('{"US":50.0}', '{"DE":30.0,"US":41.5}', None, '{"AT":9.5,"DE":30.5}'), 1):
        await account(f"instagram:a{number}", followers=number, audience=audience)
    async with workspace.change("creators.edit", "Touched all") as unit:
        await unit.update_many("creators", {each: {"language": "en"} for each in range(1, 5)})
    assert await asked(engine, "audience:US>41") == [2, 1]
    assert await asked(engine, "audience:dach:40..") == [4]
    async with workspace.change("creators.edit", "Changed two") as unit:
        await unit.update_many("creators", {1: {"audience": None}, 3: {"audience": '{"US":90.0}'}})
    assert await asked(engine, "audience:US>41") == [3, 2]
    assert await asked(engine, "-has:audience") == [1]
    with closing(connected(workspace)) as connection:
        first, second = ColumnSearch(connection), ColumnSearch(connection)
        first.refresh()
        first.save(connection)
        second.columns.load = None  # type: ignore[method-assign, assignment]
        second.refresh()
        assert second.listed(parse("audience:US>41 OR audience:AT", CREATORS), Order()).tolist() == [4, 3, 2]
        connection.execute("UPDATE column_cache SET data = x'' WHERE name = 'audience shares US'")
        third = ColumnSearch(connection)
        third.refresh()
        assert third.listed(parse("audience:US>41", CREATORS), Order()).tolist() == [3, 2]
