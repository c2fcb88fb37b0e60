"""People in: NDJSON to searchable beside `sqlite3 .import` of the same rows, and another session's writes meanwhile.

`python -m tests.bench imports [ROWS …]`. Each size is measured in fresh processes, the anchor before and after, and its
mean taken: read the ratios, not the seconds. On a machine that others use too, the processor's time says more than the
clock: it is counted for both.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from tests.bench.search_world import rows

from influtui.services.workspace import opened
from influtui.store import catalogue

GOAL: Final = 9.0
MEMORY_GOAL: Final = 2.5
WRITES_GOAL_MS: Final = 60.0
WRITE_EVERY_S: Final = 0.05
_KEYS: Final = (
    "platform", "handle", "name", "bio", "followers", "following", "posts", "engagement_rate", "country", "language",
    "topics", "email",
)  # fmt: skip


class Run(NamedTuple):
    """One import in a process of its own."""

    seconds: float
    processor: float
    """Seconds of processor time, of all its threads."""
    megabytes: float
    report: dict[str, Any]


def write_inputs(folder: Path, count: int) -> tuple[Path, Path]:
    """The same people as NDJSON and as CSV."""
    objects, table = folder / f"people-{count}.ndjson", folder / f"people-{count}.csv"
    with objects.open("wb") as lines, table.open("w", encoding="utf-8", newline="") as cells:
        writer = csv.writer(cells)
        for batch in rows(count):
            for row in batch:
                values = dict(zip(catalogue.ACCOUNT, row, strict=True))
                topics = (values["topics"] or "").strip("|")
                person = {key: values[key] for key in _KEYS} | {"topics": topics.split("|") if topics else []}
                lines.write(msgspec.json.encode(person) + b"\n")
                writer.writerow([topics if key == "topics" else person[key] for key in _KEYS])
    return objects, table


class Anchor(NamedTuple):
    """What the bare database takes for the rows, without index, check or search."""

    seconds: float
    processor: float
    by: str
    megabytes: float
    """Of the table."""


def anchor(table: Path, folder: Path) -> Anchor:
    """The rows into a bare table, by SQLite's own shell where there is one."""
    target = folder / "anchor.db"
    target.unlink(missing_ok=True)
    create = f"CREATE TABLE people ({', '.join(_KEYS)})"
    shell = shutil.which("sqlite3")
    before, began = _processor(), time.perf_counter()
    if shell:
        script = ["PRAGMA journal_mode = wal", create, f".import --csv {table} people"]
        subprocess.run([shell, str(target), *script], check=True, stdout=subprocess.DEVNULL)
        by = "sqlite3 .import"
    else:
        with sqlite3.connect(target) as connection, table.open(encoding="utf-8", newline="") as cells:
            connection.execute(create)
            connection.executemany(f"INSERT INTO people VALUES ({', '.join('?' * len(_KEYS))})", csv.reader(cells))
        by = "executemany of Python’s sqlite3 (there is no sqlite3 shell here)"
    seconds = time.perf_counter() - began
    return Anchor(seconds, _processor() - before, by, target.stat().st_size / 2**20)


def _processor() -> float:
    """Seconds of processor time that this process and those it waited for have used."""
    return sum(os.times()[:4])


def importing(objects: Path, folder: Path) -> subprocess.Popen[str]:
    """An import, begun."""
    words = ["--workspace", str(folder), "--json", "creators", "import", str(objects), "--platform", "instagram"]
    return subprocess.Popen([sys.executable, "-m", "influtui", *words], stdout=subprocess.PIPE, text=True)


def run(objects: Path, folder: Path) -> Run:
    """An import alone, to its end: searchable."""
    began = time.perf_counter()
    process = importing(objects, folder)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.stdout.close()
    if status:
        raise SystemExit(f"the import failed with {os.waitstatus_to_exitcode(status)}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(said))


async def beside(objects: Path, folder: Path) -> tuple[list[float], float]:
    """A living session that writes a small thing every 50 ms while an import runs: its waits (ms), the import's rows/s."""
    waits: list[float] = []
    async with opened(folder) as workspace:
        process = await asyncio.to_thread(importing, objects, folder)
        began = time.perf_counter()
        number = 0
        while process.poll() is None:
            start = time.perf_counter()
            async with workspace.change("persons.add", "added a person") as unit:
                number = await unit.transaction.next_ids("persons", 1)
                await unit.insert("persons", {"id": number, "created_at": unit.at})
            waits.append((time.perf_counter() - start) * 1000)
            await asyncio.sleep(WRITE_EVERY_S)
        seconds = time.perf_counter() - began
        assert process.stdout is not None
        added = json.loads(process.stdout.read())["added"]
        process.stdout.close()
    return waits, added / seconds


def measure(count: int, folder: Path) -> None:
    """One size: print its ratios."""
    objects, table = write_inputs(folder, count)
    first = anchor(table, folder)
    done = run(objects, folder / f"alone-{count}")
    again = run(objects, folder / f"alone-{count}")
    second = anchor(table, folder)
    seconds = (first.seconds + second.seconds) / 2
    processor = (first.processor + second.processor) / 2
    assert done.report["added"] == count
    assert again.report["unchanged"] == count
    size = sum(each.stat().st_size for each in (folder / f"alone-{count}").glob("influtui.db*")) / count
    print(f"{count:>9,} rows   {first.by} {processor:.2f} s of the processor, {seconds:.2f} s by the clock")
    for name, made, goal in (("to searchable", done, f"   (goal {GOAL}x)"), ("the same file again", again, "")):
        print(
            f"          {name:<20}{made.processor:7.2f} s  {made.processor / processor:5.1f}x"
            f"   by the clock {made.seconds:7.2f} s  {made.seconds / seconds:5.1f}x{goal}"
        )
    print(
        f"          {count / done.seconds:,.0f} rows/s, {done.megabytes:.0f} MB at most"
        f" ({done.megabytes / first.megabytes:.1f}x the bare table, goal {MEMORY_GOAL}x), {size:.0f} bytes a creator"
    )
    waits, rate = asyncio.run(beside(objects, folder / f"beside-{count}"))
    ordered = sorted(waits)
    if len(ordered) >= 20:
        p50, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        print(
            f"          another session’s small write meanwhile: p50 {p50:.0f} p95 {p95:.0f} max {ordered[-1]:.0f} ms"
            f" of {len(ordered)} (goal p95 < {WRITES_GOAL_MS:.0f}), the import at {rate:,.0f} rows/s"
        )
    else:
        print(f"          beside another session: {rate:,.0f} rows/s, too short for percentiles of its writes")


def main(words: list[str] | None = None) -> None:
    """Measure the sizes given on the command line."""
    arguments = argparse.ArgumentParser(prog="python -m tests.bench imports", description=__doc__)
    arguments.add_argument("rows", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    with tempfile.TemporaryDirectory() as temporary:
        for count in arguments.parse_args(words).rows:
            measure(count, Path(temporary))


if __name__ == "__main__":
    main()
