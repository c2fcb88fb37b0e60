"""`creators import`: people from files, streams and account downloads."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, get_args

import click

from influtui.cli.frame import DONE_IN_PART, with_workspace
from influtui.cli.output import Output
from influtui.cli.tables import lines
from influtui.model.creators import FoundBy
from influtui.model.failures import Failure, WrongUsage
from influtui.model.text import safe
from influtui.services.importing import ColumnUse, Format, ImportReport, Progress, import_file
from influtui.services.importing.converting import moment
from influtui.services.workspace import Workspace

_OFTEN_S: Final = 0.1
_CLEAR: Final = "\r\x1b[K"


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…|-")
@click.option("--format", "form", type=click.Choice(("auto", "csv", "ndjson")), default="auto", show_default=True)
@click.option("--platform", metavar="P", help="Where the creators are, when neither the file nor its name says so.")
@click.option("--map", "pairs", multiple=True, metavar="COLUMN=FIELD", help="What a column is; “ignore” leaves it out.")
@click.option("--found-by", type=click.Choice(get_args(FoundBy)), help="How these people were found.")
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
        bar = Bar() if sys.stderr.isatty() and not out.json else None
        progress = Progress()

        def follow(now: Progress, bar: Bar | None = bar) -> None:
            nonlocal progress
            progress = now
            if bar is not None:
                bar.show(now)

        def told(columns: Sequence[ColumnUse], name: str = name) -> None:
            if sys.stderr.isatty() and not out.json and columns:
                _show_columns(out, name, columns)

        try:
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
        finally:
            if bar is not None:
                bar.clear()
        partial = partial or report.is_partial
        _tell(out, report)
    return DONE_IN_PART if partial else 0


class Bar:
    """One line of progress on a terminal's standard error."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()

    def show(self, progress: Progress) -> None:
        """Draw it again, ten times a second at most."""
        now = time.monotonic()
        if now - self._last < _OFTEN_S:
            return
        self._last = now
        rate = progress.rows / max(now - self._began, 0.001)
        text = f"{safe(progress.source)}: {progress.rows:,} rows, {rate:,.0f}/s"
        if progress.total and progress.done:
            left = (now - self._began) * (progress.total - progress.done) / progress.done
            text += f", {100 * progress.done // progress.total} %, {_span(left)} left"
        sys.stderr.write(f"{_CLEAR}{text}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()


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


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
