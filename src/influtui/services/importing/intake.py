"""The one way in for accounts and measurements: finds who is known, keeps what is new, counts.

Rows are committed in batches, twenty thousand at a time when nobody else has the workspace open, else as many as fit in 50
milliseconds. The journal has one entry for the whole input. What stops half-way (an interrupt, a killed process) keeps
what was committed, says so in its `imports` row, undoes as one, and goes on when the same input is given again: what is
known already is unchanged.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterable, Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from influtui.model.failures import ReadOnly
from influtui.model.ids import ImportId, JournalId
from influtui.model.profile_records import UNMEASURED, Measured, ProfileRecord, metrics
from influtui.model.times import rfc3339
from influtui.services.importing import merging
from influtui.services.importing.batches import Batch, Sorted, in_batches
from influtui.services.importing.pacing import Pace
from influtui.services.importing.plain import PlainRecords, at_indexes, handles_of, keys_of, platforms_of
from influtui.services.importing.report import ImportReport, Progress
from influtui.services.importing.rows import (
    account_columns,
    addresses,
    measurement,
    snapshot_row,
    spaceless_ones,
    storable,
)
from influtui.services.workspace import Workspace
from influtui.store import catalogue, suppressions
from influtui.store.creators import Reader
from influtui.store.database import Row
from influtui.store.journal import UnitOfWork
from influtui.store.sqlite import Durability

FORGOTTEN: Final = "asked to be forgotten"
LARGE: Final = 20_000
"""From this many new rows on, the text index is merged at the end."""

MOST_LINES_NAMED: Final = 10


async def ingest(
    workspace: Workspace,
    records: Iterable[ProfileRecord] | AsyncIterable[ProfileRecord],
    *,
    source: str,
    kind: str = "plugin",
    found_by: str | None = None,
    found_detail: str | None = None,
    as_of: int | None = None,
    dry_run: bool = False,
    listener: Callable[[Progress], None] | None = None,
) -> ImportReport:
    """Take in accounts that `source` (a plugin's id, `hand`, the demo's name) describes.

    Records that bear no `as_of` were measured `as_of`, by default now. Running it twice adds nothing.
    """
    intake = Intake(
        workspace,
        source=source,
        kind=kind,
        found_by=found_by,
        found_detail=found_detail,
        as_of=as_of if as_of is not None else workspace.clock(),
        moment_is_known=as_of is not None,
        dry_run=dry_run,
        progress=Progress(source=source, listener=listener),
    )
    async with intake:
        async for batch in in_batches(records):
            await intake.take(batch)
    return intake.report()


class Intake:
    """One input being taken in: `async with Intake(…) as intake: await intake.take(batch)`, then `report()`."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        source: str,
        kind: str,
        as_of: int,
        moment_is_known: bool = False,
        platform: str | None = None,
        found_by: str | None = None,
        found_detail: str | None = None,
        dry_run: bool = False,
        keeps_ids: bool = False,
        reject: Callable[[int, str, Any], None] = lambda line, reason, original: None,
        progress: Progress | None = None,
    ) -> None:
        self._workspace = workspace
        self._source = source
        self._kind = kind
        self._platform = platform
        self._found = (found_by, found_detail)
        self._as_of = as_of
        self._moment_is_known = moment_is_known
        self._dry_run = dry_run
        self._keeps_ids = keeps_ids
        """Whether this is our own export, whose ids are kept where the workspace is empty."""
        self._reject = reject
        self.progress = progress or Progress(source=source)
        self.counts: dict[str, int] = dict.fromkeys(catalogue.COUNTS, 0)
        self.repeated: list[int] = []
        """Lines of the first few repeated accounts."""
        self.import_id: ImportId | None = None
        self._entry: JournalId | None = None
        self._pace = Pace(workspace.db)
        self._seen: set[int] = set()
        self._seen_keys: set[int] = set()
        self._persons: dict[str, int] = {}
        self._restoring = False
        self._highest_id = 0
        self._meanwhile: Callable[[], None] | None = None

    async def __aenter__(self) -> Intake:
        database = self._workspace.db
        if database.read_only and not self._dry_run:
            raise ReadOnly("nothing was imported: this session is read-only", hint="Leave out --read-only.")
        self._restoring = self._keeps_ids and await catalogue.is_empty(database)
        if not self._dry_run:
            await self._pace.begin()
        gc.collect()
        gc.disable()  # a tenth of an import's time, and its records hold no cycles
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        gc.enable()
        if self._entry is None or self.import_id is None:
            return
        state = "done" if kind is None else "stopped"
        await self._pace.end()
        async with self._change("full") as unit:
            unit.summary = self._summary(state)
            await catalogue.keep_count(unit.transaction, self.import_id, self.counts, state=state)
        if state == "done" and self.counts["added"] >= LARGE:
            async with self._workspace.db.write(self._workspace.clock(), durability="normal") as transaction:
                await catalogue.optimize_text(transaction)

    async def take(self, batch: Batch, *, meanwhile: Callable[[], None] | None = None) -> None:
        """Take in a batch; when this returns, its rows are committed.

        `meanwhile` may be called once, while the database indexes text in one long statement and this thread has nothing
        to do: the time to read the next batch. Not beside another session, whose writes would wait for it.
        """
        self._meanwhile = meanwhile if self._pace.is_full else None
        start = 0
        while start < len(batch.records):
            records = batch.records[start : start + self._pace.rows]
            began = time.monotonic()
            found, interrupted = await _whole(self._count_only(records) if self._dry_run else self._write(records))
            took = time.monotonic() - began
            self._settle(found, batch, start)
            start += len(records)
            self.progress.rows = self.counts["read"]
            self.progress.line = batch.line(start - 1)
            self.progress.done = batch.done
            self.progress.tell()
            if interrupted:
                raise asyncio.CancelledError
            if not self._dry_run:
                await self._pace.adapt(len(records), took)

    def rejected(self, line: int, reason: str, original: Any) -> None:
        """Count a row that could not be read, and keep it for its owner."""
        self.counts["read"] += 1
        self.counts["rejected"] += 1
        self._reject(line, reason, original)

    def report(self, **more: Any) -> ImportReport:
        """What was done."""
        fields: dict[str, Any] = {**self.counts, "format": self._kind, "platform": self._platform, **more}
        return ImportReport(
            source=self._source,
            as_of=rfc3339(self._as_of),
            import_id=self.import_id,
            dry_run=self._dry_run,
            **fields,
        )

    def _change(self, durability: Durability) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._workspace.change(
            "creators.import", f"importing {self._source}", continues=self._entry, durability=durability
        )

    def _summary(self, state: str) -> str:
        counts = self.counts
        stopped = ", stopped half-way" if state == "stopped" else ""
        return f"imported {self._source}: {counts['added']} added, {counts['updated']} updated{stopped}"

    def _settle(self, found: Sorted, batch: Batch, start: int) -> None:
        """Count what a transaction did, once it is committed."""
        self.counts["read"] += found.read
        for name in ("added", "updated", "unchanged"):
            self.counts[name] += getattr(found, name)
        self.counts["duplicates"] += len(found.repeated)
        self.counts["rejected"] += len(found.refused)
        for index in found.repeated[: MOST_LINES_NAMED - len(self.repeated)]:
            self.repeated.append(batch.line(start + index))
        for index, reason in found.refused:
            self._reject(batch.line(start + index), reason, batch.original(start + index))
        for row_id in found.known_ids:
            self._seen.add(row_id)
        self._seen_keys.update(found.new_keys)

    async def _count_only(self, records: Sequence[ProfileRecord]) -> Sorted:
        found = await self._sort(self._workspace.db, storable(records))
        series = await self._series(self._workspace.db, found)
        for row, record in found.known:
            found.count_known(*self._compare(row, record, series.get(row["id"], [])))
        found.new_keys = [hash(pair) for pair in zip(platforms_of(found.new), found.keys, strict=True)]
        found.added = len(found.new)
        return found

    async def _write(self, records: Sequence[ProfileRecord]) -> Sorted:
        records = storable(records)
        import_id = self.import_id
        async with self._change("normal") as unit:
            found = await self._sort(unit.transaction, records)
            series = await self._series(unit.transaction, found)
            differing = []
            for row, record in found.known:
                changed, measured = self._compare(row, record, series.get(row["id"], []))
                if changed or measured or record.notes or record.seen_posts:
                    differing.append((row, record, changed, measured))
                else:
                    found.unchanged += 1
            if (found.new or differing) and import_id is None:
                import_id = await catalogue.begin(
                    unit.transaction,
                    entry=unit.entry,
                    actor=self._workspace.actor,
                    source=self._source,
                    kind=self._kind,
                    platform=self._platform,
                    found_by=self._found[0],
                )
            if import_id is not None:
                await self._add(unit, found, import_id)
                await self._update(unit, found, differing, import_id)
                counts = {name: self.counts[name] + getattr(found, name, 0) for name in self.counts}
                counts["duplicates"] = self.counts["duplicates"] + len(found.repeated)
                counts["rejected"] = self.counts["rejected"] + len(found.refused)
                await catalogue.keep_count(unit.transaction, import_id, counts, state="running")
                if self.import_id is None and not unit.rows:
                    # What looked like news was there already (a note, a post): then there is no act and no import.
                    await catalogue.withdraw(unit.transaction, import_id)
                    import_id = None
        if import_id is not None:
            self.import_id, self._entry = import_id, unit.entry
        return found

    async def _sort(self, reader: Reader, records: Sequence[ProfileRecord]) -> Sorted:
        """Tell new accounts from known, repeated and refused ones."""
        found = Sorted(read=len(records))
        by_platform: dict[str, dict[str, int]] = {}
        platforms = platforms_of(records)
        handles = handles_of(records)
        for index, (platform, key) in enumerate(zip(platforms, keys_of(records), strict=True)):
            if not key:
                found.refused.append((index, "no handle"))
            elif by_platform.setdefault(platform, {}).setdefault(key, index) != index:
                found.repeated.append(index)
        suppressed = await suppressions.load(reader)
        fresh: list[tuple[int, str]] = []
        for platform, keys in by_platform.items():
            rows = await catalogue.known(reader, platform, list(keys))
            for key, index in keys.items():
                row = rows.get(key) if rows else None
                if row is not None:
                    if row["id"] in self._seen or (self.import_id is not None and row["import_id"] == self.import_id):
                        found.repeated.append(index)
                    else:
                        found.known.append((row, records[index]))
                        found.known_ids.append(row["id"])
                elif suppressed and suppressed.forgotten(platform, handles[index], addresses(records[index])):
                    found.refused.append((index, FORGOTTEN))
                elif self._seen_keys and hash((platform, key)) in self._seen_keys:
                    found.repeated.append(index)
                else:
                    fresh.append((index, key))
        if len(by_platform) > 1:
            fresh.sort()
        found.repeated.sort()
        found.new = at_indexes(records, [index for index, _ in fresh])
        found.keys = [key for _, key in fresh]
        return found

    async def _series(self, reader: Reader, found: Sorted) -> dict[int, list[Row]]:
        """What the sources at hand have said so far of the known accounts."""
        if not found.known:
            return {}
        whole = any(record.snapshots is not None for _, record in found.known)
        return await catalogue.snapshots_of(reader, found.known_ids, None if whole else self._source)

    def _compare(self, row: Row, record: ProfileRecord, series: list[Row]) -> tuple[dict[str, Any], list[Measured]]:
        """What a known account's row and series gain from a record."""
        said_at = record.audience_as_of or record.as_of or self._as_of
        if record.snapshots is not None:
            known = {(each["at"], each["source"]) for each in series}
            news = [each for each in record.snapshots if (each.at, each.source) not in known]
            return merging.changes(row, record, at=record.as_of, is_news=bool(news), said_at=said_at), news
        if metrics(record) == UNMEASURED:
            return merging.changes(row, record, at=None, is_news=False, said_at=said_at), []
        stated = measurement(record, self._source, record.as_of or self._as_of)
        stated_moment = self._moment_is_known or record.as_of is not None
        placed = merging.place(series, stated, only_if_different=not stated_moment)
        changed = merging.changes(
            row, record, at=placed.at if placed else stated.at, is_news=placed is not None, said_at=said_at
        )
        if placed is None:
            changed.pop("as_of", None)
        return changed, [placed] if placed else []

    async def _add(self, unit: UnitOfWork, found: Sorted, import_id: ImportId) -> None:
        if not found.new:
            return
        transaction = unit.transaction
        count = len(found.new)
        ids = await self._ids(unit, found)
        persons = await self._persons_of(unit, found, ids, import_id)
        columns, as_first = account_columns(
            found.new, found.keys, ids, persons, as_of=self._as_of, found=self._found, import_id=import_id, now=unit.at
        )
        await catalogue.add_accounts(transaction, columns)
        if as_first:
            await catalogue.add_first_snapshots(transaction, ids[0], ids[-1], self._source)
        else:
            await catalogue.add_snapshots(
                transaction,
                [
                    snapshot_row(row_id, each, import_id)
                    for record, row_id in zip(found.new, ids, strict=True)
                    for each in self._first_stated(record)
                ],
            )
        if not isinstance(found.new, PlainRecords):
            await self._add_more(unit, list(zip(ids, persons, found.new, strict=True)), import_id)
        spaceless = [ids[index] for index in spaceless_ones(found.new)]
        indexing = asyncio.ensure_future(catalogue.index_run(transaction, ids[0], ids[-1], spaceless=spaceless))
        if self._meanwhile is not None:
            await asyncio.sleep(0)  # the statement is with the database's thread now
            self._meanwhile()
            self._meanwhile = None
        await indexing
        found.added = count
        unit.counted(count)

    def _first_stated(self, record: ProfileRecord) -> Sequence[Measured]:
        if record.snapshots is not None:
            return record.snapshots
        if metrics(record) == UNMEASURED:
            return ()
        return (measurement(record, self._source, record.as_of or self._as_of),)

    async def _ids(self, unit: UnitOfWork, found: Sorted) -> Sequence[int]:
        """Ids for new accounts: handed out, or those of our own export where it comes back into an empty workspace."""
        if self._restoring:
            kept = [record.id or 0 for record in found.new]
            ascending = all(a < b for a, b in zip([self._highest_id, *kept], kept, strict=False))
            if ascending and all(record.person and record.person.isdigit() for record in found.new):
                await catalogue.reserve(unit.transaction, "creators", kept[-1])
                await catalogue.reserve(
                    unit.transaction, "persons", max(int(record.person or 0) for record in found.new)
                )
                self._highest_id = kept[-1]
                return kept
            self._restoring = False
        first = await unit.transaction.next_ids("creators", len(found.new))
        return range(first, first + len(found.new))

    async def _persons_of(
        self, unit: UnitOfWork, found: Sorted, ids: Sequence[int], import_id: ImportId
    ) -> Sequence[int]:
        """The persons of new accounts: their own, unless the input says that several accounts are one person's."""
        count = len(found.new)
        if isinstance(found.new, PlainRecords) or not any(
            record.person or record.person_name or record.person_email for record in found.new
        ):
            first = await unit.transaction.next_ids("persons", count)
            await catalogue.add_persons_run(unit.transaction, first, first + count - 1, import_id)
            return range(first, first + count)
        for row, record in found.known:
            if record.person:
                self._persons.setdefault(record.person, row["person_id"])
        first = 0 if self._restoring else await unit.transaction.next_ids("persons", count)
        persons: list[int] = []
        rows: dict[int, tuple[Any, ...]] = {}
        for offset, record in enumerate(found.new):
            own = int(record.person or 0) if self._restoring else first + offset
            person = own if self._restoring or not record.person else self._persons.setdefault(record.person, own)
            persons.append(person)
            rows.setdefault(
                person,
                (
                    person,
                    record.person_name,
                    record.person_email,
                    record.person_country,
                    record.person_since or unit.at,
                ),
            )
        await catalogue.add_persons(unit.transaction, rows.values(), import_id)
        return persons

    async def _update(
        self,
        unit: UnitOfWork,
        found: Sorted,
        differing: Sequence[tuple[Row, ProfileRecord, dict[str, Any], list[Measured]]],
        import_id: ImportId,
    ) -> None:
        if not differing:
            return
        changed = {row["id"]: {**columns, "updated_at": unit.at} for row, _, columns, _ in differing if columns}
        await unit.update_many("creators", changed)
        await catalogue.add_snapshots(
            unit.transaction,
            [snapshot_row(row["id"], each, import_id) for row, _, _, measured in differing for each in measured],
        )
        more = await self._add_more(
            unit, [(row["id"], row["person_id"], record) for row, record, _, _ in differing], import_id
        )
        for row, _, columns, measured in differing:
            touched = bool(columns or measured or row["id"] in more)
            found.updated += touched
            found.unchanged += not touched
            unit.counted(touched and not columns)

    async def _add_more(
        self, unit: UnitOfWork, accounts: Sequence[tuple[int, int, ProfileRecord]], import_id: ImportId
    ) -> set[int]:
        """Notes and posts that come with accounts. Returns the accounts to which something was added."""
        gained: set[int] = set()
        for row_id, person_id, record in accounts:
            if record.notes:
                notes = [(person_id, note.at, note.actor or self._workspace.actor, note.text) for note in record.notes]
                if await catalogue.add_notes(unit.transaction, notes, import_id):
                    gained.add(row_id)
            if record.seen_posts and await self._add_posts(unit, row_id, record, import_id):
                gained.add(row_id)
        return gained

    async def _add_posts(self, unit: UnitOfWork, row_id: int, record: ProfileRecord, import_id: ImportId) -> int:
        rows = []
        comments = []
        for post in record.seen_posts:
            source, at = post.source or self._source, post.as_of or record.as_of or self._as_of
            sponsored = None if post.sponsored is None else int(post.sponsored)
            rows.append(
                (row_id, post.platform_post_id, post.url, post.caption, post.posted_at, post.likes, post.comments,
                 post.shares, post.views, sponsored, at, source, import_id)
            )  # fmt: skip
            comments += [
                (row_id, post.platform_post_id, seq, comment.commenter, comment.text, comment.at)
                for seq, comment in enumerate(post.seen_comments, 1)
            ]
        return await catalogue.add_posts(unit.transaction, rows, comments)


async def _whole(work: Coroutine[Any, Any, Sorted]) -> tuple[Sorted, bool]:
    """Let a batch end even when the import is interrupted, so that what is counted is what is committed."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task), False
    except asyncio.CancelledError:
        if task.cancelled():
            raise
        return await task, True
