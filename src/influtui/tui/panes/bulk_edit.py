"""Rows as a sheet in the user's editor: the screen is given away for it, and what came back is shown before it is applied."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.app import SuspendNotSupported

from influtui.model.editing import RowEdit
from influtui.model.failures import NeedsConfiguration, WrongUsage
from influtui.model.ids import CreatorId
from influtui.model.text import plural
from influtui.services import meanwhile
from influtui.services.people import editing, external_editor
from influtui.tui.render.creator_edits import changes

if TYPE_CHECKING:
    from influtui.tui.app import InflutuiApp

APPLY: Final = "apply"
AGAIN: Final = "edit again"


async def edit(desk: InflutuiApp, ids: Sequence[CreatorId]) -> bool:
    """Let rows be edited, ask, and apply. Whether anything was changed."""
    external_editor.few_enough(len(ids))
    words = external_editor.program()
    others = await meanwhile.watch(desk.workspace, ids)
    sheet = await editing.open_sheet(desk.workspace, ids)
    path = desk.workspace.folder / external_editor.SHEET
    await asyncio.to_thread(external_editor.put_aside, path)
    text = sheet.text
    while True:
        text, edits = await _edited(desk, words, sheet, text, path)
        if not edits:
            path.unlink(missing_ok=True)
            desk.pane.uncover()
            desk.notice("Nothing was changed.")
            return False
        desk.pane.read(f"What would change: {plural(len(edits), 'row')}", changes(edits, desk.look()))
        said = await desk.answer(
            f"{plural(len(edits), 'row')}:",
            instant={"y": APPLY, "e": AGAIN},
            hint=" esc: not, and the sheet is kept",
            stale=others.told,
        )
        if said == AGAIN:
            continue
        desk.pane.uncover()
        if said != APPLY:
            desk.notice(f"Nothing was changed. The sheet is kept as {path.name} in the workspace.")
            return False
        report = await editing.apply(desk.workspace, edits)
        if report.conflicts:
            left = ", ".join(report.conflicts[:3])
            desk.notice(
                f"{report.changed:,} changed; left alone, since changed meanwhile: {left}. {path.name} is kept.", "warn"
            )
        else:
            path.unlink(missing_ok=True)
            desk.notice(f"{plural(report.changed, 'row')} changed. u takes it back.", "good")
        return report.changed > 0


async def _edited(
    desk: InflutuiApp, words: list[str], sheet: editing.Sheet, text: str, path: Path
) -> tuple[str, list[RowEdit]]:
    """What came back from the editor. A mistake opens it again with the message on top, unless it came back as it was."""
    refused: list[str] | None = None
    while True:
        await asyncio.to_thread(external_editor.write, path, text)
        _run(desk, words, path)
        text = await asyncio.to_thread(external_editor.read, path)
        try:
            return text, editing.changes(sheet, text)
        except WrongUsage as wrong:
            if (now := external_editor.unmarked(text)) == refused:
                hint = f"{wrong.hint or ''} Nothing was changed; the sheet is kept in {path}.".strip()
                raise WrongUsage(wrong.message, hint=hint) from None
            refused = now
            text = external_editor.with_message(text, wrong)


def _run(desk: InflutuiApp, words: list[str], path: Path) -> None:
    """Give the terminal to the editor until it ends. Nothing else runs meanwhile, so that nothing draws over it."""
    exit_code, refusal = 0, None
    try:
        with desk.suspend():
            # Nothing may be raised in here: the screen would not come back.
            try:
                exit_code = subprocess.run([*words, str(path)], check=False).returncode
            except OSError as error:
                refusal = error
    except SuspendNotSupported as error:
        raise NeedsConfiguration("this terminal cannot be given to an editor", hint="Use :creators edit.") from error
    if refusal is not None:
        raise external_editor.refused(words, refusal) from refusal
    if exit_code:
        raise external_editor.failed(exit_code, path)
