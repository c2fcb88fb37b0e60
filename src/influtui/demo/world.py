"""Makes a demo workspace: people, what was seen of some of them, and three months of work with them.

What is true of the watched accounts (who bought what) is written to `demo-truth.json` beside the database and never
into it, so that what looks for it cannot read it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from influtui.demo import patterns
from influtui.demo.patterns import Watched
from influtui.demo.people import DAY_MS, People
from influtui.demo.script import script
from influtui.demo.story import COLLEAGUE, YOU, Clock, Stage, Story, tagged
from influtui.model import records
from influtui.model.creators import Ref
from influtui.model.failures import Failure
from influtui.model.profile_records import ProfileRecord
from influtui.model.times import Millis, rfc3339
from influtui.services.finding.search import matching
from influtui.services.importing.intake import ingest
from influtui.services.importing.report import Progress
from influtui.services.people import scoring
from influtui.services.people.creators import find
from influtui.services.workspace import CONFIG, DATABASE, Workspace, opened

TRUTH: Final = "demo-truth.json"
DEFAULT_CREATORS: Final = 2_000
DEFAULT_SEED: Final = 7
FEWEST: Final = 60
"""Fewer people than this cannot fill the campaigns."""

MOST_SCORED: Final = 10_000
"""A world up to this size is scored when it is made; a larger one by `creators score`, which shows how far it is."""

IN_USE: Final = "SPRING-SERUM"

_MONDAY: Final = 1_788_768_000_000
"""2026-09-07T08:00:00Z: seed 0's now; each seed has a day of its own in the two months after it."""

_UNFINISHED: Final = re.compile(rf"{re.escape(DATABASE)}(?:-wal|-shm)?|{re.escape(CONFIG)}|\.sessions")
"""The files of a world before it is finished; a snapshot is made, and the truth written, at the end."""

_BEGAN_DAYS: Final = 100
_LIST_DAYS: Final = 2


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A world, as it was made or found."""

    folder: str
    seed: int
    creators: int
    now: str
    made: bool
    """False where the same world was there already."""


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of the world, and nobody in it knows."""

    seed: int
    creators: int
    patterns: dict[str, str]
    """The watched accounts' refs -> pattern."""
    pods: tuple[tuple[str, ...], ...]


def now_of(seed: int) -> Millis:
    """The world's now."""
    return Millis(_MONDAY + seed % 61 * DAY_MS)


async def make(
    folder: Path,
    *,
    seed: int = DEFAULT_SEED,
    creators: int = DEFAULT_CREATORS,
    listener: Callable[[Progress], None] | None = None,
) -> Made:
    """Make the world in `folder`, or find it there. Raises `Failure` where something else is in the way."""
    if creators < FEWEST:
        raise Failure(f"a world of {creators} is too small for its campaigns", hint=f"At least {FEWEST}.")
    folder = folder.expanduser().absolute()
    now = now_of(seed)
    made = Made(folder=str(folder), seed=seed, creators=creators, now=rfc3339(now) or "", made=True)
    if _is_there(folder, seed, creators):
        return msgspec.structs.replace(made, made=False)
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    random = Random(seed)  # noqa: S311 - a world to play in, not a secret
    people = People(seed, creators, now)
    watched = _watched(people, _watched_of(creators), now, random)
    clock = Clock(now - _BEGAN_DAYS * DAY_MS)
    _write_config(folder, now)
    async with opened(folder, clock=clock) as workspace:
        await _populate(Stage.of(workspace), clock, people, watched, creators, now, random, listener)
    _write_truth(folder, seed, creators, watched)
    return made


async def _populate(
    workspace: Workspace,
    clock: Clock,
    people: People,
    watched: list[Watched],
    creators: int,
    now: int,
    random: Random,
    listener: Callable[[Progress], None] | None,
) -> None:
    """The accounts that the story is about, the story, and between its acts the rest of the world and the newest numbers."""
    await ingest(workspace, [_at_first(each) for each in watched], source="first list", kind="demo", as_of=clock.now)
    cast = [await find(workspace, Ref(each.record.platform, each.record.handle)) for each in watched]
    await tagged(workspace, cast, random)
    story = Story(script(), cast, now, random)
    await story.tell(workspace, clock, before=now - _LIST_DAYS * DAY_MS)
    rest = people.records(creators - len(watched))
    await ingest(workspace, rest, source="scout list", kind="demo", as_of=clock.now, listener=listener)
    await ingest(workspace, _seen(watched), source=patterns.SOURCE, kind="demo", as_of=now - DAY_MS)
    await ingest(workspace, _second_opinions(watched, random), source="other counter", kind="demo", as_of=now - DAY_MS)
    await story.tell(workspace, clock)
    if creators <= MOST_SCORED:
        await scoring.score(workspace, await matching(workspace, ""), campaign=IN_USE)


def _watched_of(creators: int) -> int:
    """How many accounts are looked at closely: enough for the campaigns, and not more than a team would."""
    return min(creators, max(400, min(1_500, creators * 15 // 100)))


def _watched(people: People, count: int, now: int, random: Random) -> list[Watched]:
    records = list(people.records(count))
    return [
        patterns.watch(record, pattern, pod, now, random) for record, pattern, pod in patterns.assign(records, random)
    ]


def _at_first(watched: Watched) -> ProfileRecord:
    """The account as it was first listed: who it is, and how large it was then."""
    return msgspec.structs.replace(
        watched.record,
        followers=watched.record.snapshots[0].followers if watched.record.snapshots else watched.record.followers,
        quality="rounded",
        engagement_rate=None,
        engagement_variant=None,
        avg_likes=None,
        avg_comments=None,
        avg_views=None,
        as_of=None,
        snapshots=None,
        seen_posts=(),
    )


def _seen(watched: list[Watched]) -> Iterator[ProfileRecord]:
    for each in watched:
        yield msgspec.structs.replace(each.record, person=None)


def _second_opinions(watched: list[Watched], random: Random) -> Iterator[ProfileRecord]:
    """Some accounts as another counter sees them: a little off, sometimes far."""
    for each in watched:
        if random.random() < 0.15:
            off = random.choice((0.99, 1.01, 1.02, 0.82, 1.3))
            yield ProfileRecord(
                platform=each.record.platform,
                handle=each.record.handle,
                followers=round((each.record.followers or 0) * off),
                quality="estimated",
            )


def _is_there(folder: Path, seed: int, creators: int) -> bool:
    """Whether this very world is in the folder. Raises `Failure` where something else is; clears an unfinished world away."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    try:
        truth = records.from_json((folder / TRUTH).read_bytes(), Truth)
    except (OSError, msgspec.DecodeError):
        if _cleared(folder):
            return False
        raise Failure(
            f"{folder} holds something else: nothing was made", hint="Name another folder with --dir."
        ) from None
    if (truth.seed, truth.creators) != (seed, creators):
        raise Failure(
            f"{folder} holds another demo world (seed {truth.seed}, {truth.creators:,} creators)",
            hint="Name another folder with --dir, or remove that one.",
        )
    return True


def _cleared(folder: Path) -> bool:
    """Remove a world whose making was interrupted. False, and nothing removed, where anything else is in the folder."""
    try:
        unfinished = "[world]" in (folder / CONFIG).read_text("utf-8")
        strangers = [entry for entry in folder.iterdir() if not _UNFINISHED.fullmatch(entry.name) or entry.is_dir()]
    except (OSError, UnicodeDecodeError):
        return False
    if not unfinished or strangers:
        return False
    for entry in folder.iterdir():
        entry.unlink()
    return True


def _write_config(folder: Path, now: int) -> None:
    made = rfc3339(time.time_ns() // 10**9 * 1000)
    text = (
        "# A demo world: invented people, no network, no keys.\n"
        f'actor = "{YOU}"\n\n'
        "# The world has its own time: it was `now` when it was made.\n"
        f'[world]\nnow = "{rfc3339(now)}"\nmade = "{made}"\n'
    )
    _write_private(folder / CONFIG, text)


def _write_truth(folder: Path, seed: int, creators: int, watched: list[Watched]) -> None:
    truth = Truth(
        seed=seed,
        creators=creators,
        patterns={patterns.ref(each.record): each.pattern for each in watched},
        pods=tuple(sorted({each.pod for each in watched if each.pod})),
    )
    text = json.dumps(msgspec.to_builtins(truth), ensure_ascii=False, indent=1)
    _write_private(folder / TRUTH, text + "\n")


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")


__all__ = ["COLLEAGUE", "DEFAULT_CREATORS", "DEFAULT_SEED", "TRUTH", "YOU", "Made", "Truth", "make", "now_of"]
