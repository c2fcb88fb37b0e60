"""`creators edit`: one undoable change over all creators that match, in words or in $EDITOR."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from influtui.cli.frame import DONE_IN_PART, needs_the_screen, with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.model.editing import RowEdit, read_edit
from influtui.model.failures import ReadOnly, WrongUsage
from influtui.model.text import plural
from influtui.services.people import editing as service
from influtui.services.people import external_editor
from influtui.services.people.editing import EditReport, Sheet
from influtui.services.people.selection import select
from influtui.services.workspace import Workspace

DIFF_SHOWN: Final = 40


@click.command("edit", cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="QUERY|REF…")
@click.option("--all", "everything", is_flag=True, help="Everybody: needed where there is no QUERY and no REF.")
@click.option("--set", "assignments", multiple=True, metavar="FIELD=VALUE", help="Set a field; FIELD= clears it.")
@click.option("--add-tag", "add_tags", multiple=True, metavar="TAG")
@click.option("--remove-tag", "remove_tags", multiple=True, metavar="TAG")
@click.option("--note", metavar="TEXT", help="Write a note on each person.")
@click.option("--editor", is_flag=True, help="Open the rows in $VISUAL or $EDITOR.")
@click.option("--dry-run", is_flag=True, help="Say what would change, change nothing.")
@click.option("--yes", is_flag=True, help="Apply what came back from the editor without asking.")
@with_workspace
async def edit(workspace: Workspace, out: Output, /, words: tuple[str, ...], everything: bool, **options: Any) -> int:
    """Change all creators that match, as one change that `influtui undo` takes back.

    \b
    influtui creators edit tier:nano country:DE --add-tag later
    influtui creators edit instagram:anna --set email=anna@example.org
    influtui creators edit tag:vip --editor
    """
    editor, dry_run, yes = options.pop("editor"), options.pop("dry_run"), options.pop("yes")
    change = read_edit(**options)
    if editor and change:
        raise WrongUsage(
            "--editor and --set, --add-tag, --remove-tag or --note do not go together", hint="Do one first."
        )
    ids = await select(workspace, words, everything=everything)
    if not editor:
        return _told(out, await service.edit(workspace, ids, change, dry_run=dry_run))
    if workspace.db.read_only:
        raise ReadOnly("nothing was opened: this session is read-only", hint="Leave out --read-only.")
    external_editor.few_enough(len(ids))
    path = workspace.folder / external_editor.SHEET
    await asyncio.to_thread(external_editor.put_aside, path)
    edits = await _edited(out, await service.open_sheet(workspace, ids), path)
    _show(out, edits)
    asks = edits and not dry_run and not yes and sys.stdin.isatty()
    if asks and not click.confirm(
        f"Apply to {plural(len(edits), 'creator')}? This can be undone.", default=True, err=True
    ):
        out.note(f"Nothing was changed. The sheet is kept in {path}.")
        return 0
    report = await service.apply(workspace, edits, dry_run=dry_run)
    if report.conflicts or dry_run:
        out.note(f"The sheet is kept in {path}.")
    else:
        path.unlink(missing_ok=True)
    return _told(out, report)


async def _edited(out: Output, sheet: Sheet, path: Path) -> list[RowEdit]:
    """The rows as they came back from the editor. A mistake opens it again with the message on top; nothing is lost."""
    text = sheet.text
    refused: list[str] | None = None
    while True:
        text = await _in_editor(text, path)
        try:
            return service.changes(sheet, text)
        except WrongUsage as wrong:
            # The same mistake again means nobody is mending it: a script, or a person who gave up.
            if (now := external_editor.unmarked(text)) == refused:
                raise WrongUsage(
                    wrong.message, hint=f"{wrong.hint or ''} The sheet is kept.".strip(), at=str(path)
                ) from None
            refused = now
            out.note(f"{wrong.message}. {wrong.hint or ''}")
            text = external_editor.with_message(text, wrong)


async def _in_editor(text: str, path: Path) -> str:
    needs_the_screen("Use --set, --add-tag and --note here, or the key E.")
    words = external_editor.program()
    await asyncio.to_thread(external_editor.write, path, text)
    try:
        process = await asyncio.create_subprocess_exec(*words, str(path))
    except OSError as error:
        raise external_editor.refused(words, error) from error
    if exit_code := await process.wait():
        raise external_editor.failed(exit_code, path)
    return await asyncio.to_thread(external_editor.read, path)


def _show(out: Output, edits: list[RowEdit]) -> None:
    for each in edits[:DIFF_SHOWN]:
        out.note(each.creator.ref)
        for line in each.lines():
            out.note(f"  {line}")
    if len(edits) > DIFF_SHOWN:
        out.note(f"… and {len(edits) - DIFF_SHOWN:,} more")


def _told(out: Output, report: EditReport) -> int:
    if out.json:
        out.data({"schema": "influtui.edit/1", **msgspec.to_builtins(report)})
    else:
        verb = "would be changed" if report.dry_run else "changed"
        out.say(f"{report.matched:,} matched, {report.changed:,} {verb}, {report.unchanged:,} were like that already.")
        for ref in report.conflicts:
            out.note(f"{ref}: somebody changed or removed it in between; left as it is.")
    return DONE_IN_PART if report.conflicts else 0
