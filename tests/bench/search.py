"""Searches as a person types: page, exact count and facets of 36 shapes, beside the FTS5 count of the same text.

`python -m tests.bench search [ROWS …]` prints a table for each size. `first` is a text that was never asked, `again` the same
text with another filter or sort. Times are of the processor (everything is in memory, one thread does it), the medians of some
runs in this process: what else a machine does then weighs little. `wall` is what the clock on the wall said.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.bench.search_world import NOW, made

from influtui.model.qualifiers import CREATORS
from influtui.model.query import parse
from influtui.model.query_ast import And, Context, Not, Or, Query, Words, bind, leaves
from influtui.store.column_search import ColumnSearch
from influtui.store.functions import FUNCTIONS
from influtui.store.search import Order

PAGE: Final = 50
RUNS: Final = 7

SHAPES: Final[tuple[tuple[str, str], ...]] = (
    ("", "followers"),
    ("", "fit"),
    ("m*", "followers"),
    ("ma*", "followers"),
    ("fit*", "followers"),
    ("travel", "followers"),
    ("travel pho*", "followers"),
    ("tecil*", "followers"),
    ("travel country:DE followers:10k..100k", "er"),
    ("topic:beauty country:US followers:10k..100k er:3..", "er"),
    ("country:LU topic:politics", "followers"),
    ("ma* country:LU", "followers"),
    ("m* country:LU", "er"),
    ("ma*", "match"),
    ("travel photo*", "match"),
    ("ma*", "er"),
    ("m*", "er"),
    ("fit*", "fit"),
    ("ma* followers:10k..100k er:5..", "followers"),
    ("m*", "fit"),
    ("platform:instagram followers:1m..", "fit"),
    ("ma* topic:gaming country:BR", "fit"),
    ("pho*", "fit"),
    ("topic:beauty", "fit"),
    ("tier:micro", "followers"),
    ("-topic:gambling -topic:crypto", "er"),
    ("has:email seen:<30d", "followers"),
    ("region:europe lang:en tier:macro", "er"),
    ("(travel OR fit*) country:US,CA", "followers"),
    ("ma* -travel", "followers"),
    ("-ma*", "followers"),
    ("ma* mi*", "followers"),
    ("ma* mi* tra*", "age"),
    ("vegan baking", "followers"),
    ("topic:skincare,makeup er:>3 has:country", "age"),
    ("ma*", "name"),
)


class Timed(NamedTuple):
    """What one shape cost, in milliseconds."""

    query: str
    sort: str
    matches: int
    first: float
    wall: float
    again: float
    anchor: float | None
    cold: float = 0


def timed(work: Callable[[], Any], prepare: Callable[[], Any] = lambda: None) -> tuple[float, float]:
    """Median times of some runs, in milliseconds: of the processor, and by the wall."""
    taken, waited = [], []
    for _ in range(RUNS):
        prepare()
        at, begun = time.perf_counter(), time.thread_time()
        work()
        taken.append((time.thread_time() - begun) * 1_000)
        waited.append((time.perf_counter() - at) * 1_000)
    return statistics.median(taken), statistics.median(waited)


def question(columns: ColumnSearch, text: str, sort: str) -> tuple[Query, Callable[[], int]]:
    """A shape as a tree, and the work of answering it: page, count and facets."""
    query = bind(parse(text, CREATORS), Context(now=NOW, campaign="BENCH", campaign_id=1))
    found_sort = CREATORS.sort(sort)
    assert found_sort is not None
    order = Order(sort, found_sort.descending, 1)

    def ask() -> int:
        found = columns.found(query)
        columns.first(query, found, order, PAGE)
        columns.facets(found)
        return len(found)

    return query, ask


def asked_of_index(query: Query, words: list[Words]) -> str:
    """The words of a shape as the index is asked for them. What it cannot be asked, a lone negation, is asked as it stands."""
    unwanted = [part.part for part in query.parts if isinstance(part, Not)] if isinstance(query, And) else []
    said = {word: f'"{word.phrase}"{"*" if word.prefix else ""}' for word in words}
    parts = query.parts if isinstance(query, And) else (query,)
    joined = " OR " if any(isinstance(part, Or) for part in parts) else " AND "
    return joined.join(said[word] for word in words if word not in unwanted) + "".join(
        f" NOT {said[word]}" for word in words if word in unwanted
    )


def measure(columns: ColumnSearch, connection: sqlite3.Connection, text: str, sort: str) -> Timed:
    """One shape, with the frequent words learned."""
    query, ask = question(columns, text, sort)
    matches = ask()
    first, wall = timed(ask, lambda: columns.forget_words(learned=False))
    again, _ = timed(ask)
    words = [leaf for leaf in leaves(query) if isinstance(leaf, Words)]
    anchor = None
    if words:
        match = asked_of_index(query, words)
        sql = "SELECT count(*) FROM creator_text WHERE creator_text MATCH ?"
        anchor, _ = timed(lambda: connection.execute(sql, (match,)).fetchone())
    return Timed(text, sort, matches, first, wall, again, anchor)


def measure_cold(columns: ColumnSearch, measured: Timed) -> Timed:
    """The same shape where nothing was learned: what somebody waits who asks in the first seconds of a catalogue."""
    if measured.anchor is None:
        return measured._replace(cold=measured.first)
    _, ask = question(columns, measured.query, measured.sort)
    return measured._replace(cold=timed(ask, lambda: columns.forget_words(learned=True))[0])


def connected(path: Path) -> sqlite3.Connection:
    """A connection like the search thread's."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    for name, arguments, function in FUNCTIONS:
        connection.create_function(name, arguments, function, deterministic=True)
    return connection


def run(rows: int, folder: Path) -> None:
    """Measure and print one size."""
    path = made(folder, rows)
    connection = connected(path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.thread_time()
    columns = ColumnSearch(connection)
    columns.refresh()
    columns.warm()
    loaded = time.thread_time() - begun
    begun = time.thread_time()
    while columns.learn_word():
        pass
    learned = time.thread_time() - begun
    orders = {}
    for sort in sorted({sort for _, sort in SHAPES}):
        begun = time.thread_time()
        if sort != "match":
            found_sort = CREATORS.sort(sort)
            assert found_sort is not None
            columns.orders.of(Order(sort, found_sort.descending, 1))
        orders[sort] = time.thread_time() - begun
    results = [measure(columns, connection, text, sort) for text, sort in SHAPES]
    results = [measure_cold(columns, each) for each in results]
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"\n{rows:,} accounts: columns loaded in {loaded:.2f} s, frequent words learned in {learned:.2f} s,")
    print(
        f"orders made in {', '.join(f'{name} {taken:.2f} s' for name, taken in orders.items())}; {memory:.0f} MiB at most\n"
    )
    print(
        "| query | sort | matches | first ms | wall ms | again ms | FTS5 count ms | first / FTS5 | cold ms | cold / FTS5 |"
    )
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for each in results:
        beside = f"{each.anchor:.2f} | {each.first / each.anchor:.1f}x" if each.anchor else "- | -"
        cold = f"{each.cold:.1f} | {each.cold / each.anchor:.1f}x" if each.anchor else "- | -"
        times = f"{each.first:.1f} | {each.wall:.1f} | {each.again:.1f}"
        print(f"| `{each.query}` | {each.sort} | {each.matches:,} | {times} | {beside} | {cold} |")
    for name, ms in (("first", [each.first for each in results]), ("cold", [each.cold for each in results])):
        ratios = [
            (each / result.anchor, result.query) for each, result in zip(ms, results, strict=True) if result.anchor
        ]
        print(
            f"\n{name}: median {statistics.median(ms):.1f} ms, 95 % within {sorted(ms)[int(0.95 * len(ms))]:.1f} ms,",
            end=" ",
        )
        worst, query = max(ratios)
        print(f"slowest {max(ms):.1f} ms; beside FTS5 at most {worst:.1f}x (`{query}`)")
    connection.close()


def main() -> None:
    """Measure the sizes given on the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("rows", nargs="*", type=int, default=[10_000, 100_000])
    arguments.add_argument("--folder", type=Path, help="Where catalogues are kept between runs.")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for rows in given.rows:
            run(rows, (given.folder or Path(temporary)).absolute())


if __name__ == "__main__":
    main()
