"""`creators import`: people from files, streams and account downloads."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click

from influtui.cli.frame import DONE_IN_PART, with_workspace
from influtui.cli.output import Output
from influtui.cli.progress import Tell, progress_bar
from influtui.cli.tables import lines
from influtui.model.creators import FoundBy
from influtui.model.failures import Failure, WrongUsage
from influtui.model.text import safe
from influtui.services.importing.converting import moment
from influtui.services.importing.files import Format, import_file
from influtui.services.importing.report import ColumnUse, ImportReport, Progress
from influtui.services.workspace import Workspace


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…|-")
@click.option("--format", "form", type=click.Choice(("auto", "csv", "ndjson")), default="auto", show_default=True)
@click.option("--platform", metavar="P", help="Where the creators are, when neither the file nor its name says so.")
@click.option("--map", "pairs", multiple=True, metavar="COLUMN=FIELD", help="What a column is; “ignore” leaves it out.")
@click.option(
    "--found-by",
    metavar="WAY",
    type=click.Choice(get_args(FoundBy)),
    help=f"How these people were found: {', '.join(get_args(FoundBy))}.",
)
@click.option("--as-of", metavar="DATE", help="When this was measured. Default: by the file's name, else its age.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and do nothing.")
@with_workspace
async def import_creators(
    workspace: Workspace,
    out: Output,
    files: tuple[str, ...],
    form: Format,
    platform: str | None,
    pairs: tuple[str, ...],
    found_by: str | None,
    as_of: str | None,
    dry_run: bool,
) -> int:
    """Read creators from CSV, NDJSON or an account download; - is standard input.

    Columns are guessed and shown; --map corrects a guess and is remembered for files with the same header. Rows that cannot
    be read go to a file beside the workspace, and the rest is taken (exit 3). The same file twice changes nothing.
    """
    mapping = dict(_pair(each) for each in pairs)
    measured = _date(as_of)
    partial = False
    for name in files:
        progress = Progress()

        def told(columns: Sequence[ColumnUse], name: str = name) -> None:
            if sys.stderr.isatty() and not out.json and columns:
                _show_columns(out, name, columns)

        try:
            with progress_bar(Path(name).name) as tell:  # the end of a long path is what tells files apart

                def follow(now: Progress, tell: Tell = tell) -> None:
                    nonlocal progress
                    progress = now
                    tell(now.rows, 0, now.done / now.total if now.total else None)

                report = await import_file(
                    workspace,
                    None if name == "-" else Path(name),
                    format=form,
                    platform=platform,
                    mapping=mapping,
                    found_by=found_by,
                    as_of=measured,
                    dry_run=dry_run,
                    listener=follow,
                    told=told,
                )
        except (asyncio.CancelledError, KeyboardInterrupt):
            out.note(_stopped(name, progress))
            raise
        except Failure:
            if progress.rows:
                out.note(_stopped(name, progress))
            raise
        partial = partial or report.is_partial
        _tell(out, report)
    return DONE_IN_PART if partial else 0


def _tell(out: Output, report: ImportReport) -> None:
    if out.json:
        out.data(report)
        return
    would = "would be " if report.dry_run else ""
    out.say(
        f"{report.source}: {report.read:,} read, {report.added:,} {would}added, {report.updated:,} {would}updated,"
        f" {report.unchanged:,} unchanged, {report.duplicates:,} repeated, {report.rejected:,} rejected"
    )
    for warning in report.warnings:
        out.note(f"  {warning}")
    if report.rejects_file:
        out.note(f"  The rejected rows, with reasons: {report.rejects_file}")


def _show_columns(out: Output, name: str, columns: Sequence[ColumnUse]) -> None:
    rows = [
        (safe(column.column), safe(column.field or "-"), safe(column.example or ""), safe(column.why))
        for column in columns
    ]
    for line in lines(("column", "field", "example", "why"), rows, right=frozenset()):
        out.note(line)


def _stopped(name: str, progress: Progress) -> str:
    if not progress.rows:
        return f"Stopped before the first rows of {name} were kept."
    return (
        f"Stopped after line {progress.line:,} of {name}: {progress.rows:,} rows are kept."
        " Give the same command again to go on, or `influtui undo` to take them back."
    )


def _pair(text: str) -> tuple[str, str]:
    column, equals, field = text.rpartition("=")
    if not equals or not column.strip() or not field.strip():
        raise WrongUsage(f"--map {text} is not COLUMN=FIELD", hint="Such as --map 'Channel_info=handle'.")
    return column, field


def _date(text: str | None) -> int | None:
    if text is None:
        return None
    found = moment(text)
    if found is None:
        raise WrongUsage(f"--as-of {text} is not a date", hint="Such as --as-of 2026-11-23.")
    return found
