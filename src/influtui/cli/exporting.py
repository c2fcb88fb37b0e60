"""`creators export`: creators to a file or a pipe, in the form that `creators import` takes back without loss."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output, json_line
from influtui.cli.queries import QueryCommand
from influtui.model.exchange import COLUMNS, CreatorOut, to_cells
from influtui.model.failures import Failure, WrongUsage
from influtui.model.text import plural, safe
from influtui.services.people.exporting import export
from influtui.services.workspace import Workspace

_ENDINGS: Final = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "ndjson"}


@click.command("export", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@click.option("--all", "everybody", is_flag=True, help="All creators; the same as no query.")
@click.option(
    "--format", "form", type=click.Choice(("ndjson", "csv")), help="Default: by the file's ending, else ndjson."
)
@click.option("-o", "--output", "target", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@with_workspace
async def export_creators(
    workspace: Workspace, out: Output, query: tuple[str, ...], everybody: bool, form: str | None, target: Path | None
) -> None:
    """Write creators out with all that is known of them: accounts, persons, notes, measurements by source.

    `creators import` takes the file back without loss, into an empty workspace under the same ids. In CSV, cells that a
    spreadsheet would execute begin with an apostrophe, which import takes off again.
    """
    text = " ".join(query)
    if everybody and text.strip():
        raise WrongUsage("--all and a query do not go together", hint="Leave one of them out.")
    form = form or (_ENDINGS.get(target.suffix.casefold()) if target else None) or "ndjson"
    count = 0
    with _opened(target) as file:
        formed = _csv(file) if form == "csv" else _ndjson(file)
        async for run in export(workspace, text):
            for creator in run:
                formed(creator)
            count += len(run)
    if target is not None:
        if out.json:
            out.data({"schema": "influtui.export/1", "count": count, "format": form, "file": str(target)})
        else:
            out.say(f"{plural(count, 'creator is', 'creators are')} in {target}.")


def _ndjson(file: TextIO) -> Callable[[CreatorOut], None]:
    def write(creator: CreatorOut) -> None:
        file.write(json_line(creator) + "\n")

    return write


def _csv(file: TextIO) -> Callable[[CreatorOut], None]:
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)

    def write(creator: CreatorOut) -> None:
        writer.writerow(to_cells(creator))

    return write


class _Shown(io.StringIO):
    """A terminal: CSV carries text as it came, and a terminal would act on some of it."""

    def write(self, text: str) -> int:
        for line in text.splitlines():
            click.echo(safe(line))
        return len(text)


@contextmanager
def _opened(target: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that is there in full or not at all, readable by its owner only."""
    if target is None:
        if sys.stdout.isatty():
            yield _Shown()
        else:
            sys.stdout.flush()
            buffered = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
            try:
                yield buffered
                buffered.flush()
            finally:
                buffered.detach()
        return
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with os.fdopen(
            os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
        ) as file:
            yield file
        unfinished.replace(target)
    except OSError as error:
        raise Failure(f"{target} cannot be written: {error.strerror}", hint="Name another file with -o.") from error
    finally:
        unfinished.unlink(missing_ok=True)
