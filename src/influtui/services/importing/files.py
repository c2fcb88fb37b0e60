"""`import_file`: from a file or a stream to a report. Chooses the reader, settles the columns and the platform."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from influtui.model import columns as guessing
from influtui.model import exchange
from influtui.model.columns import Column
from influtui.model.creators import PLATFORMS
from influtui.model.failures import Failure, WrongUsage
from influtui.model.nearest import nearest
from influtui.model.profile_records import ProfileRecord
from influtui.model.text import plural
from influtui.model.times import rfc3339
from influtui.services.importing import delimited, downloads, objects
from influtui.services.importing.batches import MOST_ROWS, Batch
from influtui.services.importing.converting import Converter, RowProblem, dated
from influtui.services.importing.intake import Intake
from influtui.services.importing.reading import Input
from influtui.services.importing.rejects import Rejects
from influtui.services.importing.report import ColumnUse, ImportReport, Progress
from influtui.services.workspace import Workspace
from influtui.store import catalogue

Format = Literal["auto", "csv", "ndjson"]

_KINDS: Final = {"csv": "csv", "ndjson": "ndjson"}

Told = Callable[[Sequence[ColumnUse]], None]
"""Who wants to see the guess before rows are taken."""


async def import_file(
    workspace: Workspace,
    path: Path | None,
    *,
    format: Format = "auto",  # noqa: A002 - the option's own name
    platform: str | None = None,
    mapping: Mapping[str, str] | None = None,
    found_by: str | None = None,
    as_of: int | None = None,
    dry_run: bool = False,
    listener: Callable[[Progress], None] | None = None,
    told: Told = lambda columns: None,
) -> ImportReport:
    """Take in the creators of a file (None: standard input).

    Raises `Failure` for an input that is no list of creators, `WrongUsage` where the platform or the handle's column is
    not known. Rows that cannot be taken are in the report and in its rejects file.
    """
    job = _Job(
        workspace, path, platform=known_platform(platform), mapping=mapping or {}, found_by=found_by, dry_run=dry_run
    )
    with closing(Input(path)) as source:
        job.progress = Progress(source=source.name, listener=listener, total=source.size)
        job.moment(source, as_of)
        shape = source.prepare()
        if format != "auto" and shape != "zip":
            shape = format
        elif shape == "ndjson" and downloads.is_download(source.head):
            shape = "json"
        if shape == "csv":
            return await job.csv(source, told)
        if shape == "ndjson":
            return await job.ndjson(source, told)
        return await job.document(source, shape, told)


def known_platform(name: str | None) -> str | None:
    """The id of the platform that a person named. Raises `WrongUsage` with the nearest one."""
    if name is None:
        return None
    found = guessing.platform_of(name)
    if found is None:
        near = nearest(name.casefold(), PLATFORMS)
        raise WrongUsage(
            f"there is no platform “{name}”",
            hint=f"Did you mean {near}? " * bool(near) + f"Known: {', '.join(PLATFORMS)}.",
        )
    return found


class _Job:
    """One input on its way in."""

    def __init__(
        self,
        workspace: Workspace,
        path: Path | None,
        *,
        platform: str | None,
        mapping: Mapping[str, str],
        found_by: str | None,
        dry_run: bool,
    ) -> None:
        self._workspace = workspace
        self._path = path
        self._platform = platform
        self._mapping = mapping
        self._found_by = found_by
        self._dry_run = dry_run
        self._as_of: int = workspace.clock()
        self._as_of_is_known = False
        self.progress = Progress()

    def moment(self, source: Input, as_of: int | None) -> None:
        """When the input was measured: as the person says, else as the file's name does, else the file's age, else now."""
        now = self._workspace.clock()
        named = dated(source.name) if self._path else None
        stated = as_of if as_of is not None else named if named is not None and named <= now else None
        self._as_of_is_known = stated is not None
        self._as_of = stated if stated is not None else min(now, source.modified_at or now)

    async def csv(self, source: Input, told: Told) -> ImportReport:
        """Rows of text, whatever divides them."""
        layout = delimited.layout(source.text(source.head), self._mapping)
        source.mended_lines = 0
        if not layout.headers or not layout.sample:
            raise Failure(f"{source.name} has a header and no rows" if layout.headers else f"{source.name} has no rows")
        ours = (
            layout.headers[0] == "schema" and "snapshots" in layout.headers and layout.sample[0][0] == exchange.SCHEMA
        )
        columns, converter = ([], None) if ours else await self._columns(source, layout.headers, layout.sample)
        told(_uses(columns, layout.sample))

        def batches(intake: Intake) -> Iterator[Batch]:
            lines = (line for block in source.blocks() for line in delimited.lines_of(source.text(block)))
            width = len(layout.headers)
            rows = delimited.records(lines, layout.mark, width=width)

            def record(cells: list[str]) -> ProfileRecord:
                if converter is not None:
                    return converter.record(_fitted(cells, width))
                return exchange.to_record(exchange.from_cells(layout.headers, cells))

            return _csv_batches(rows, layout.first_data, record, intake.rejected, lambda: source.position)

        report = await self._run(source, "csv", batches, headers=layout.headers, keeps_ids=ours)
        return await self._closed(report, source, columns, layout.headers, layout.sample, converter)

    async def ndjson(self, source: Input, told: Told) -> ImportReport:
        """Objects, one on each line."""
        first = objects.first_objects(
            source.head, source.name, complete=source.size is not None and source.size <= len(source.head)
        )
        keys = objects.keys_of(first)
        columns, converter = ([], None) if keys.ours else await self._columns(source, keys.headers, keys.sample)
        told(_uses(columns, keys.sample))

        def batches(intake: Intake) -> Iterator[Batch]:
            position = lambda: source.position  # noqa: E731
            if converter is None:
                return objects.own_batches(source.blocks(), intake.rejected, position)
            return objects.foreign_batches(source.blocks(), keys.headers, columns, converter, intake.rejected, position)

        report = await self._run(source, "ndjson", batches, headers=None, keeps_ids=keys.ours)
        return await self._closed(
            report, source, columns, keys.headers, keys.sample, converter, nested=() if keys.ours else keys.nested
        )

    async def document(self, source: Input, shape: str, told: Told) -> ImportReport:
        """An account download, or one JSON array of objects."""
        if shape == "zip":
            if self._path is None:
                raise Failure("an archive cannot be read from standard input", hint="Name its file.")
            lists = list(downloads.from_zip(self._path))
            return await self._downloaded(source, [found for _, found in lists])
        content = source.whole()
        if shape == "text_download":
            return await self._downloaded(source, [downloads.from_text(source.text(content))])
        document = downloads.parsed(content, source.name)
        download = downloads.from_json(document, source.name)
        if download is not None:
            return await self._downloaded(source, [download])
        rows = document if isinstance(document, list) else [document]
        if not any(isinstance(each, dict) for each in rows):
            raise Failure(f"{source.name} holds no objects", hint="Import takes objects with a handle each.")
        return await self._array(source, rows, told)

    async def _array(self, source: Input, rows: Sequence[Any], told: Told) -> ImportReport:
        keys = objects.keys_of(rows[:500])
        columns, converter = await self._columns(source, keys.headers, keys.sample)
        told(_uses(columns, keys.sample))

        def batches(intake: Intake) -> Iterator[Batch]:
            for start in range(0, len(rows), MOST_ROWS):
                records, numbers = [], []
                for number, row in enumerate(rows[start : start + MOST_ROWS], start + 1):
                    try:
                        if not isinstance(row, dict):
                            raise RowProblem("not an object")
                        records.append(converter.record([row.get(key) for key in keys.headers]))
                        numbers.append(number)
                    except RowProblem as problem:
                        intake.rejected(number, str(problem), row)
                yield Batch(records, numbers.__getitem__, lambda index, n=numbers: rows[n[index] - 1])  # type: ignore[misc]

        report = await self._run(source, "json", batches, headers=None)
        return await self._closed(report, source, columns, keys.headers, keys.sample, converter, nested=keys.nested)

    async def _downloaded(self, source: Input, found: Sequence[downloads.Download]) -> ImportReport:
        first = found[0]
        self._platform = first.platform
        self._found_by = self._found_by or first.found_by

        def batches(intake: Intake) -> Iterator[Batch]:
            for each in found:
                for number, reason, original in each.unreadable:
                    intake.rejected(number, reason, original)
                yield Batch(each.records, original=lambda index, records=each.records: records[index].handle)  # type: ignore[misc]

        return await self._run(source, first.kind, batches, headers=None)

    async def _columns(
        self, source: Input, headers: Sequence[str], sample: Sequence[Sequence[str]]
    ) -> tuple[list[Column], Converter]:
        """Settle what each column is: asked for, remembered, or guessed; and the platform."""
        asked = guessing.asked(self._mapping, headers)
        remembered = await catalogue.mapping_of(self._workspace.db, guessing.signature(headers)) or {}
        earlier = {int(position): field or None for position, field in remembered.items() if int(position) not in asked}
        columns = guessing.guess(headers, sample, fixed={**earlier, **asked})
        columns = [
            Column(position=each.position, header=each.header, field=each.field, why="remembered")
            if each.position in earlier
            else each
            for each in columns
        ]
        fields = {column.field for column in columns}
        if not fields & {"handle", "url"}:
            named = ", ".join(header.strip() for header in headers[:12])
            raise WrongUsage(
                f"no column of {source.name} says who: {named}",
                hint="Name the one with handles or profile addresses: --map COLUMN=handle.",
            )
        self._settle_platform(source, columns, headers, sample)
        if self._mapping and not self._dry_run:
            async with self._workspace.db.write(self._workspace.clock(), durability="normal") as transaction:
                settled = {str(position): field or "" for position, field in {**earlier, **asked}.items()}
                await catalogue.remember_mapping(transaction, guessing.signature(headers), settled)
        return columns, Converter(columns, platform=self._platform, sample=sample)

    def _settle_platform(
        self, source: Input, columns: Sequence[Column], headers: Sequence[str], sample: Sequence[Sequence[str]]
    ) -> None:
        if self._platform is not None or any(column.field == "platform" for column in columns):
            return
        self._platform = guessing.platform_in(source.name) if self._path else None
        for header in headers:
            self._platform = self._platform or guessing.platform_in(header)
        if self._platform is not None:
            return
        who = [column.position for column in columns if column.field in ("handle", "url")]
        cells = [row[position] for row in sample for position in who if position < len(row)]
        if not any(guessing.kind_of(cell) == "url" for cell in cells):
            raise WrongUsage(
                f"nothing in {source.name} says which platform its creators are on",
                hint=f"Say so with --platform. Known: {', '.join(PLATFORMS)}.",
            )

    async def _run(
        self,
        source: Input,
        kind: str,
        batches: Callable[[Intake], Iterator[Batch]],
        *,
        headers: Sequence[str] | None,
        keeps_ids: bool = False,
    ) -> ImportReport:
        now = rfc3339(self._workspace.clock()) or ""
        rejects = Rejects(self._workspace.folder, source.name, at=now, headers=headers, dry_run=self._dry_run)
        intake = Intake(
            self._workspace,
            source=source.name,
            kind=kind,
            as_of=self._as_of,
            moment_is_known=self._as_of_is_known,
            platform=self._platform,
            found_by=self._found_by,
            dry_run=self._dry_run,
            keeps_ids=keeps_ids,
            reject=rejects.add,
            progress=self.progress,
        )
        with closing(rejects):
            async with intake:
                try:
                    await _take_all(intake, batches(intake), source)
                finally:
                    source.stop()
            for line in source.too_long:
                intake.rejected(line, "longer than any creator: left out", None)
        self.progress.finished = True
        self.progress.tell()
        rejects_file = str(rejects.path) if rejects.path else None
        return intake.report(rejects_file=rejects_file, warnings=tuple(_repeated(intake)))

    async def _closed(
        self,
        report: ImportReport,
        source: Input,
        columns: Sequence[Column],
        headers: Sequence[str],
        sample: Sequence[Sequence[str]],
        converter: Converter | None,
        *,
        nested: Sequence[str] = (),
    ) -> ImportReport:
        """The report with what the columns became and what a person should know."""
        warnings = [*report.warnings, *_doubts(columns), *_conversions(converter)]
        if source.mended_lines:
            warnings.append(
                f"{source.mended_lines} lines were not UTF-8 and were read as Windows-1252 where they were not"
            )
        taken = {column.header for column in columns if column.field == "audience"}
        if left := [name for name in nested if name not in taken]:
            warnings.append(f"nested values were left out: {', '.join(left)}")
        return msgspec.structs.replace(report, columns=tuple(_uses(columns, sample)), warnings=tuple(warnings))


async def _take_all(intake: Intake, batches: Iterator[Batch], source: Input) -> None:
    if source.waits:
        # A stream may keep us waiting: then not on the event loop.
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            await intake.take(batch)
        return
    ahead = _Ahead(batches)
    while (batch := ahead.next()) is not None:
        await intake.take(batch, meanwhile=ahead.read)


class _Ahead:
    """Batches, the next of which can be read before it is asked for."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches = batches
        self._read: list[Batch | None] = []
        self._problem: Failure | None = None

    def read(self) -> None:
        """Read the next one now. What goes wrong with it is said when it is asked for."""
        try:
            self._read.append(next(self._batches, None))
        except Failure as problem:
            self._problem = problem

    def next(self) -> Batch | None:
        """The next one; None after the last."""
        if not self._read:
            self.read()
        if self._problem is not None:
            raise self._problem
        return self._read.pop()


def _csv_batches(
    rows: Iterable[delimited.Record],
    first_data: int,
    record: Callable[[list[str]], ProfileRecord],
    reject: Callable[[int, str, Any], None],
    position: Callable[[], int],
) -> Iterator[Batch]:
    records: list[ProfileRecord] = []
    lines: list[int] = []
    originals: list[list[str]] = []
    size = 0
    for row in rows:
        if row.line < first_data or not any(cell and not cell.isspace() for cell in row.cells):
            continue
        if row.problem:
            reject(row.line, row.problem, row.cells)
            continue
        try:
            records.append(record(row.cells))
        except (RowProblem, ValueError) as problem:
            reject(row.line, str(problem), row.cells)
            continue
        lines.append(row.line)
        originals.append(row.cells)
        size += sum(map(len, row.cells))
        if len(records) == MOST_ROWS or size > objects.MOST_BYTES:
            yield Batch(records, lines.__getitem__, originals.__getitem__, position())
            records, lines, originals, size = [], [], [], 0
    if records:
        yield Batch(records, lines.__getitem__, originals.__getitem__, position())


def _fitted(cells: list[str], width: int) -> list[str]:
    """A row as wide as the header: what is missing at its end is unknown, what is too much must be empty."""
    if len(cells) == width:
        return cells
    if len(cells) < width:
        if len(cells) * 2 < width:
            raise RowProblem(f"has {len(cells)} cells, the header {width}")
        return [*cells, *[""] * (width - len(cells))]
    if any(cell.strip() for cell in cells[width:]):
        raise RowProblem(f"has {len(cells)} cells, the header {width}")
    return cells[:width]


def _uses(columns: Sequence[Column], sample: Sequence[Sequence[str]]) -> list[ColumnUse]:
    return [
        ColumnUse(
            column=column.header.strip(),
            position=column.position + 1,
            field=column.field,
            why=column.why,
            twin=None if column.twin is None else column.twin + 1,
            example=next(
                (
                    row[column.position][:60]
                    for row in sample
                    if column.position < len(row) and row[column.position].strip()
                ),
                None,
            ),
        )
        for column in columns
    ]


def _repeated(intake: Intake) -> Iterator[str]:
    times = intake.counts["duplicates"]
    if times:
        more = ", …" if times > len(intake.repeated) else ""
        lines = ", ".join(map(str, intake.repeated))
        repeat = plural(times, "row repeats", "rows repeat")
        yield f"{repeat} an account that came earlier in this input; the first was kept (lines {lines}{more})"


def _doubts(columns: Sequence[Column]) -> Iterator[str]:
    for column in columns:
        if column.field is None and (column.why.startswith("reads “") or "--map" in column.why):
            yield f"column {column.position + 1} “{column.header.strip()}” was left out: {column.why}"


def _conversions(converter: Converter | None) -> Iterator[str]:
    if converter is None:
        return
    for field, times in converter.left_out.items():
        values = f"{plural(times, 'value')} of {field} {'was' if times == 1 else 'were'}"
        yield f"{values} not understood and left out, such as “{converter.examples[field]}”"
    for platform, times in converter.unlike.items():
        handles = plural(times, "handle is", "handles are")
        yield f"{handles} not what {platform} gives out, such as “{converter.examples[platform]}”: is it the platform?"
    if converter.twins_apart:
        yield f"in {plural(converter.twins_apart, 'row')} the exact and the abbreviated number disagree; the exact one was used"
    if converter.destroyed:
        yield f"{converter.destroyed} handles were destroyed by an earlier conversion; the name of the row stands in"
