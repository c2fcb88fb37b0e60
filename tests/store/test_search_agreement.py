"""Every back end gives the answer that a plain reading of the tree gives: the same rows, order, count and facets."""

from __future__ import annotations

import asyncio
import json
import random
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Coroutine, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influtui.model.qualifiers import CREATORS
from influtui.model.query import parse
from influtui.model.query_ast import (
    And,
    Context,
    Everything,
    Field,
    Is,
    Known,
    Not,
    Or,
    Query,
    Says,
    Share,
    Span,
    Starts,
    Words,
    bind,
)
from influtui.store import column_search, search, text_index
from influtui.store.column_search import ColumnSearch
from influtui.store.database import Transaction, open_database
from influtui.store.functions import FUNCTIONS
from influtui.store.search import Order

NOW = 1_795_348_800_000
DAY = 86_400_000
PEOPLE = 160
CAMPAIGN = 7

Row = dict[str, Any]


class Catalogue:
    """A workspace's database with invented accounts, its columns, and the same accounts as plain rows."""

    def __init__(self, path: Path) -> None:
        self.rows = asyncio.run(filled(path))
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        for name, arguments, function in FUNCTIONS:
            self.connection.create_function(name, arguments, function, deterministic=True)
        plain = sqlite3.connect(path, isolation_level=None)
        for name, arguments, function in FUNCTIONS:
            plain.create_function(name, arguments, function, deterministic=True)
        self.plain = plain
        self.columns = ColumnSearch(plain)
        self.columns.refresh()
        self.learned = ColumnSearch(plain)
        """The same columns with the frequent words learned ahead, as an idle session has them."""
        self.learned.refresh()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(column_search, "_LEARN_ABOVE", 0)
            while self.learned.learn():
                pass

    async def all(self, sql: str, values: Any = ()) -> list[sqlite3.Row]:
        """The rows of a query, at once."""
        return self.connection.execute(sql, values).fetchall()


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    made = Catalogue(tmp_path_factory.mktemp("agreement") / "influtui.db")
    yield made
    made.connection.close()
    made.plain.close()


WORDS = (
    "vegan",
    "baking",
    "bake",
    "café",
    "Müsli",
    "travel",
    "護膚品",
    "護膚",
    "스킨",
    "スキンケア",
    "x1",
    "anna",
    "an",
    "𝓿𝓮𝓰𝓪𝓷",
    "Łódź",
    "Straße",
    "ｽｷﾝ",
)
PARTS = ("US", "DE", "CH", "TW", "female", "male", "18-24", "25-34", "65+")
SHARES = (0.0, 0.1, 0.2, 10.1, 20.2, 30.3, 40.0, 40.01, 61.0, 100.0)
TOPICS = ("vegan", "baking", "skin care", "gambling", "travel")


async def filled(path: Path) -> list[Row]:
    dice = random.Random(11)

    def maybe(value: Any, odds: float = 0.7) -> Any:
        return value if dice.random() < odds else None

    def some(names: tuple[str, ...], joint: str) -> str:
        return joint.join(dice.choice(names) for _ in range(dice.randint(1, 4)))

    rows: list[Row] = []
    for number in range(1, PEOPLE + 1):
        followers = maybe(
            dice.choice([0, 999, 1_000, 5_000, 99_999, 100_000, 1_000_000, 1_000_001, dice.randint(1, 10**7)]), 0.85
        )
        handle = (
            dice.choice(["anna", "an", "vegan", "zoë", "b"])
            + dice.choice(["", ".bakes", "_x1", f"{number}"])
            + f".{number}"
        )
        topics = sorted({dice.choice(TOPICS) for _ in range(dice.randint(1, 3))})
        rows.append(
            {
                "id": number if number < 90 else number + 40,
                "person_id": 1 + number * 2 // 3,
                "platform": dice.choice(["instagram", "tiktok", "lemmy"]),
                "handle": handle,
                "handle_key": handle.casefold(),
                "name": maybe(some(WORDS, dice.choice([" ", " 🥑", "-"])).title()),
                "bio": maybe(some(WORDS, dice.choice([" ", ", ", "🤎", ""]))),
                "country": maybe(dice.choice(["US", "DE", "CH", "TW"])),
                "language": maybe(dice.choice(["en", "de"])),
                "topics": maybe(f"|{'|'.join(topics)}|"),
                "tags": maybe(dice.choice(["|vip|", "|later|vip|"]), 0.3),
                "email": maybe(f"{handle}@example.com", 0.4),
                "followers": followers,
                "engagement_rate": maybe(dice.choice([0.0, 3.0, 1 / 3, 4.57, dice.random() * 10])),
                "audience": maybe(
                    json.dumps({key: dice.choice(SHARES) for key in dice.sample(PARTS, dice.randint(1, 5))}), 0.5
                ),
                "avg_views": maybe(dice.choice([10.5, 100.0, 5_000.0]), 0.3),
                "as_of": maybe(NOW - dice.randint(0, 60) * DAY, 0.8),
                "found_by": maybe(dice.choice(["scroll", "web"])),
                "created_at": NOW - dice.randint(0, 9) * DAY,
                "updated_at": NOW,
            }
        )
    database = await open_database(path)
    async with database.write(NOW) as transaction:
        for person in range(1, PEOPLE + 1):
            await transaction.run("INSERT INTO persons (id, created_at) VALUES (?, 1)", (person,))
        names = ", ".join(rows[0])
        marks = ", ".join("?" * len(rows[0]))
        await transaction.many(
            f"INSERT INTO creators ({names}) VALUES ({marks})", [tuple(row.values()) for row in rows]
        )
        await text_index.add(transaction, [row["id"] for row in rows])
        for person in range(1, PEOPLE, 9):
            text = dice.choice(["Allergic to nuts", "vegan, café owner"])
            await transaction.run(
                "INSERT INTO notes (person_id, at, actor, text) VALUES (?, 1, 'k', ?)", (person, text)
            )
            for row in rows:
                if row["person_id"] == person:
                    row.setdefault("note", []).append(text)
        await judged(transaction, rows, dice)
        for row in rows:
            # What is said for the campaign stands before what is said for none, but for fit, which none has.
            for campaign in dice.sample([0, CAMPAIGN, 8], dice.randint(0, 3)):
                scored = {name: maybe(dice.choice([0.0, 41.5, 70.0, 99.9])) for name in ("fit", "authenticity")}
                known, own = dice.choice([0.1, 0.5, 0.9]), maybe(dice.choice([0.0, 0.49, 0.5, 1.0]))
                await transaction.run(
                    "INSERT INTO scores (campaign_id, creator_id, fit, authenticity, confidence, authenticity_confidence,"
                    " model, at) VALUES (?, ?, ?, ?, ?, ?, 'm', 1)",
                    (campaign, row["id"], scored["fit"], scored["authenticity"], known, own),
                )
                scored |= {"fit unsure": known < 0.5, "authenticity unsure": (known if own is None else own) < 0.5}
                row[f"scored {campaign}"] = scored
            own, general = row.pop(f"scored {CAMPAIGN}", {}), row.pop("scored 0", {})
            row["fit"], row["fit unsure"] = own.get("fit"), own.get("fit unsure")
            of = general if own.get("authenticity") is None else own
            row["authenticity"], row["authenticity unsure"] = of.get("authenticity"), of.get("authenticity unsure")
        transaction.touched("creators", [1])
    await database.close()
    return rows


async def judged(transaction: Transaction, rows: list[Row], dice: random.Random) -> None:
    """What stands in other rows: verdicts, campaigns, sources and a person's other accounts."""
    await transaction.run("INSERT INTO brands (id, name, created_at) VALUES (1, 'Crumb & Co', 1)")
    codes = {CAMPAIGN: "C", 8: "Winter"}
    for number, code in codes.items():
        await transaction.run(
            "INSERT INTO campaigns (id, brand_id, code, name, goal, currency, created_at)"
            " VALUES (?, 1, ?, ?, 'content', 'USD', 1)",
            (number, code, code),
        )
    accounts = Counter(row["person_id"] for row in rows)
    for row in rows:
        row |= {"accounts": accounts[row["person_id"]], "verdict": [], "rank": [], "reason": [], "in": [], "picked": []}
    # Some who are judged have no account.
    for person in range(1, PEOPLE):
        for number in dice.sample(list(codes), dice.choice([0, 0, 1, 2])):
            verdict, rank = dice.choice(["pick", "reserve", "rejected"]), dice.choice([None, 1, 5])
            reason = dice.choice([None, "vegan, and dear", "too far"])
            await transaction.run(
                "INSERT INTO picks (campaign_id, person_id, verdict, rank, reason, judged_by, judged_at)"
                " VALUES (?, ?, ?, ?, ?, 'k', 1)",
                (number, person, verdict, rank, reason),
            )
            for row in rows:
                if row["person_id"] == person:
                    row["in"].append(codes[number].casefold())
                    row["picked"] += [codes[number].casefold()] if verdict == "pick" else []
                    if number == CAMPAIGN:
                        row["verdict"].append(verdict)
                        row["rank"].append(rank)
                        row["reason"].append(reason)
    for row in rows:
        row["source"] = dice.sample(["list.csv", "by hand", "vegan fair"], dice.randint(0, 2))
        for source in row["source"]:
            await transaction.run(
                "INSERT INTO snapshots (creator_id, at, source) VALUES (?, ?, ?)",
                (row["id"], dice.randint(1, 9), source),
            )


# The plain reading. It shares the tree with the product, and nothing else.


def pieces(text: str) -> list[str]:
    typed = unicodedata.normalize("NFKC", text).lower().replace("ł", "l").replace("ß", "ss")
    plain = "".join(
        char if unicodedata.normalize("NFD", char)[0] > "z" else unicodedata.normalize("NFD", char)[0] for char in typed
    )
    return re.findall(r"[^\W_]+", plain)


def contains(text: str | None, words: Words) -> bool:
    if text is None:
        return False
    has, wanted = pieces(text), list(words.words)
    if re.search("[\u3040-\u30ff\u4e00-\u9fff]", " ".join(wanted)):
        return " ".join(wanted) in " ".join(has)
    for start in range(len(has) - len(wanted) + 1):
        found = has[start : start + len(wanted)]
        last = found[-1].startswith(wanted[-1]) if words.prefix else found[-1] == wanted[-1]
        if found[:-1] == wanted[:-1] and last:
            return True
    return False


def passes(test: Any, value: Any) -> bool:
    if isinstance(value, list):
        return any(passes(test, each) for each in value)
    if value is None:
        return False
    if isinstance(test, Known):
        return True
    if isinstance(test, Share):
        known = [Decimal(str(share)) for key, share in json.loads(value).items() if key in test.of]
        return bool(known) and passes(test.span, float(sum(known)))
    if isinstance(test, Says):
        return contains(value, test.words)
    if isinstance(test, Span):
        low = test.low is None or value > test.low or (test.low_included and value == test.low)
        high = test.high is None or value < test.high or (test.high_included and value == test.high)
        return bool(low and high)
    members = value.strip("|").split("|") if value.startswith("|") else [value]
    if isinstance(test, Is):
        return test.value in members
    assert isinstance(test, Starts)
    return any(member.startswith(test.value) for member in members)


def holds(query: Query, row: Row) -> bool:
    match query:
        case Everything():
            return True
        case And(parts):
            return all(holds(part, row) for part in parts)
        case Or(parts):
            return any(holds(part, row) for part in parts)
        case Not(part):
            return not holds(part, row)
        case Words():
            return any(contains(row[name], query) for name in ("handle", "name", "bio"))
        case Field(name, tests):
            value = row["handle_key"] if name == "handle" else row.get(name)
            return any(passes(test, value) for test in tests)
    raise AssertionError(query)


def key_of(row: Row, sort: str, query: Query) -> Any:
    columns = {
        "er": "engagement_rate",
        "views": "avg_views",
        "age": "as_of",
        "added": "created_at",
        "handle": "handle_key",
    }
    if sort == "name":
        return " ".join(pieces(row["name"] if row["name"] is not None else row["handle"]))
    return row.get(columns.get(sort, sort))


def rank_of(row: Row, query: Query) -> int:
    parts = query.parts if isinstance(query, And) else (query,)
    leaves = [part for part in parts if isinstance(part, Words)]
    words = [word for leaf in leaves for word in leaf.words]
    if not words:
        return 0
    joined = {joint.join(words) for joint in (["", ".", "_", "-"] if len(words) > 1 else [""])}
    name = " ".join(pieces(row["name"] if row["name"] is not None else row["handle"]))
    phrase = " ".join(words)
    if row["handle_key"] in joined:
        return 0
    if any(row["handle_key"].startswith(each) for each in joined):
        return 1
    begun = name.startswith(phrase) if leaves[-1].prefix else name == phrase or name.startswith(f"{phrase} ")
    return 2 if begun else 3


def in_order(rows: list[Row], sort: str, down: bool, query: Query) -> list[int]:
    def by_value(rows: list[Row], key: Any, down: bool) -> list[Row]:
        known = [row for row in rows if key(row) is not None]
        return sorted(known, key=key, reverse=down) + [row for row in rows if key(row) is None]

    ordered = sorted(rows, key=lambda row: row["id"])
    if sort == "match":
        # Sorting downwards must keep equals in their order: Python's `reverse` does.
        ordered = by_value(ordered, lambda row: row["followers"], True)
        return [row["id"] for row in by_value(ordered, lambda row: rank_of(row, query), not down)]
    ordered = by_value(ordered, lambda row: key_of(row, sort, query), down)
    if sort in ("fit", "authenticity"):
        # Python's sort leaves equals in their order: the sure, the unsure, those without a score.
        ordered.sort(key=lambda row: 2 if row[sort] is None else row[f"{sort} unsure"])
    return [row["id"] for row in ordered]


def facets_of(rows: list[Row]) -> dict[str, dict[str, int]]:
    def tier(followers: int | None) -> str | None:
        if followers is None:
            return None
        bounds = ((1_000_001, "mega"), (100_000, "macro"), (1_000, "micro"), (0, "nano"))
        return next(name for bound, name in bounds if followers >= bound)

    counted = {
        "tier": Counter(tier(row["followers"]) for row in rows),
        "topic": Counter(topic for row in rows for topic in (row["topics"] or "").strip("|").split("|") if topic),
        **{name: Counter(row[name] for row in rows) for name in ("platform", "country", "language")},
    }
    return {
        facet: {name: number for name, number in values.items() if name is not None}
        for facet, values in counted.items()
    }


# What is asked.

bare = st.sampled_from(
    [
        *WORDS,
        "vega*",
        "b*",
        "a*",
        "anna*",
        '"vegan baking"',
        '"café vegan"',
        '"anna b*"',
        "護",
        "キン",
        "nobody",
        "lodz",
        "łó*",
        "strasse",
        '"straße vegan"',
        "𝕧𝕖𝕘*",
        "スキン",
        "müsli*",
    ]
)
numbers = st.sampled_from(
    ["0", "999", "1k", "1000..99999", "100k..", "..5k", ">1m", "<1000", ">=1000001", "<=0", "3,4.57"]
)
rates = st.sampled_from([">3", "3", "3..", "<0.5", "0..1", "4.57"])
qualified = st.one_of(
    st.builds(
        "followers:{}".format, st.sampled_from(["0", "999", "1k..99999", "100k..", "..5k", ">1m", "<1000", "0,1000"])
    ),
    st.builds("er:{}".format, rates),
    st.builds("views:{}".format, st.sampled_from([">10", "10.5", "..100"])),
    st.builds(
        "seen:{}".format, st.sampled_from(["<30d", ">20d", "10d..40d", "2026-11", ">2026-11-01", "..2026-10-20"])
    ),
    st.builds("added:{}".format, st.sampled_from(["<3d", "2026-11-20"])),
    st.sampled_from(
        [
            "tier:micro",
            "tier:nano,mega",
            "tier:macro",
            "platform:instagram",
            "platform:tiktok,instagram",
            "country:US",
            "country:de,ch",
            "region:dach",
            "lang:en",
            "topic:vegan",
            'topic:"skin care",travel',
            "topic:s*",
            "tag:vip",
            "tag:l*",
            "has:email",
            "has:country",
            "has:tags",
            "has:er",
            "has:audience",
            "fit:>41",
            "fit:..70",
            "authenticity:41.5..",
            "authenticity:0",
            "has:authenticity",
            "changed:<1d",
            "accounts:>=2",
            "accounts:1",
            "accounts:2..",
            "verdict:pick",
            "verdict:rejected,reserve",
            "rank:..3",
            "reason:vegan",
            'reason:"too f*"',
            "in:campaign",
            "in:winter",
            "in:any",
            "picked:campaign",
            "picked:Winter",
            "picked:any",
            "source:vegan",
            "source:list.csv",
            "audience:US>40",
            "audience:us:40..",
            "audience:dach>=30.3",
            "audience:dach:..20.3",
            "audience:female",
            "audience:female<=61",
            "audience:18-34:30.3",
            "audience:DE<=0,TW>40",
            "found:web",
            "name:anna",
            "name:lodz",
            "bio:𝖛𝖊𝖌𝖆𝖓",
            "name:vega*",
            "bio:café",
            'bio:"vegan baking"',
            "bio:護膚",
            "email:example.com",
            "handle:an*",
            "handle:zoë*",
            "note:vegan",
            "has:notes",
            "values:vegan",
            "values:bak*",
            "id:5..20",
            "person:3",
            "#7",
            "variant:x",
            "variant:er*",
        ]
    ),
)
leaf = st.one_of(bare, qualified)
query_text = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds("{} {}".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("-({})".format, inner),
        st.builds("-{}".format, leaf),
    ),
    max_leaves=6,
)
sorts = st.sampled_from(
    [
        "followers",
        "er",
        "views",
        "age",
        "added",
        "name",
        "handle",
        "country",
        "platform",
        "id",
        "match",
        "posts",
        "fit",
        "authenticity",
    ]
)


def done(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as ended:
        return ended.value
    raise AssertionError("it waited")


@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(text=query_text, sort=sorts, down=st.booleans(), size=st.integers(1, 7))
def test_statements_columns_and_a_plain_reading_agree(
    catalogue: Catalogue, text: str, sort: str, down: bool, size: int
) -> None:
    query = bind(parse(text, CREATORS), Context(now=NOW, campaign="C", campaign_id=CAMPAIGN))
    order = Order(sort, down, CAMPAIGN)
    rows = [row for row in catalogue.rows if holds(query, row)]
    expected = in_order(rows, sort, down, query)
    assert done(search.ids(catalogue, query, order)) == expected
    assert done(search.count(catalogue, query)) == len(expected)
    columns = catalogue.columns
    found = columns.found(query)
    assert found.tolist() == catalogue.learned.found(query).tolist() == sorted(expected)
    assert columns.ordered(query, found, order).tolist() == expected
    assert columns.first(query, found, order, size) == expected[:size]
    facets = facets_of(rows)
    assert columns.facets(found) == facets
    assert done(search.facets(catalogue, query)) == facets
    paged, after = [], None
    while True:
        page = done(search.page(catalogue, query, order, size * 9, after))
        paged += page.ids
        if (after := page.last) is None:
            break
    assert paged == expected


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(text=query_text)
def test_a_query_and_its_negation_part_the_catalogue(catalogue: Catalogue, text: str) -> None:
    everyone = sorted(row["id"] for row in catalogue.rows)
    mine = bind(parse(text, CREATORS), Context(now=NOW, campaign="C", campaign_id=CAMPAIGN))
    others = bind(parse(f"-({text})", CREATORS), Context(now=NOW, campaign="C", campaign_id=CAMPAIGN))
    by_statement = [done(search.ids(catalogue, query, Order("id", False))) for query in (mine, others)]
    by_column = [catalogue.columns.found(query).tolist() for query in (mine, others)]
    for found in (by_statement, by_column):
        assert sorted(found[0] + found[1]) == everyone
