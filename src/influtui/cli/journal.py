"""`undo`, `redo` and `journal`."""

from __future__ import annotations

import click
import msgspec

from influtui.cli.frame import DONE_IN_PART, with_workspace
from influtui.cli.output import Output
from influtui.model.text import safe
from influtui.model.times import minute, rfc3339
from influtui.services import upkeep
from influtui.services.upkeep import Undone
from influtui.services.workspace import Workspace
from influtui.store.journal import Entry
from influtui.store.undo import Left

_LISTED = 20
"""Rows that were left are named up to this many; `--json` names them all."""

_SINGULAR = {
    "persons": "person",
    "creators": "creator",
    "messages": "message",
    "campaigns": "campaign",
    "notes": "note",
}


@click.command("undo")
@click.option("--dry-run", is_flag=True, help="Say what would be taken back, and change nothing.")
@with_workspace
async def undo(workspace: Workspace, out: Output, dry_run: bool) -> int:
    """Take back your latest change: a bulk edit or an import as one, never somebody else's."""
    outcome = await upkeep.undo(workspace.rehearsing() if dry_run else workspace)
    return _told(out, outcome, "Would take back" if dry_run else "Took back", nothing="There is nothing to take back.")


@click.command("redo")
@click.option("--dry-run", is_flag=True, help="Say what would be put back, and change nothing.")
@with_workspace
async def redo(workspace: Workspace, out: Output, dry_run: bool) -> int:
    """Put back what you took back last, unless you have changed something since."""
    outcome = await upkeep.redo(workspace.rehearsing() if dry_run else workspace)
    return _told(out, outcome, "Would put back" if dry_run else "Put back", nothing="There is nothing to put back.")


@click.command("journal")
@click.option(
    "--limit", metavar="N", type=click.IntRange(1), default=50, show_default=True, help="How many acts, newest first."
)
@click.option("--actor", metavar="WHO", help="Only what this person did.")
@with_workspace
async def journal(workspace: Workspace, out: Output, limit: int, actor: str | None) -> None:
    """Who changed what, and when."""
    found = await upkeep.journal(workspace, actor=actor, limit=limit)
    none = "Nothing has been changed yet."
    if not out.listed(found, none, _document):
        return
    rows = [(safe(minute(entry.at)), safe(entry.actor), safe(_what(entry)), safe(_standing(entry))) for entry in found]
    out.table(("when", "who", "what", ""), rows)


def _told(out: Output, outcome: Undone, verb: str, *, nothing: str) -> int:
    if out.json:
        document = msgspec.to_builtins(outcome)
        document["left"] = [each._asdict() for each in outcome.left]
        out.data({"schema": "influtui.undo/1", **document})
    else:
        for summary in outcome.skipped:
            out.note(f"Cannot be taken back, and stays: {summary}.")
        if outcome.entry is None:
            out.say(nothing)
        elif outcome.done:
            out.say(f"{verb}: {outcome.summary}.")
        else:
            out.say(f"Nothing was left to change of: {outcome.summary}.")
        for line in _left(outcome.left):
            out.note(line)
    return DONE_IN_PART if outcome.left else 0


def _left(left: tuple[Left, ...]) -> list[str]:
    lines = [f"  left: {_SINGULAR.get(each.noun, each.noun.replace('_', ' '))} #{each.id} {each.why}" for each in left]
    if len(lines) <= _LISTED:
        return lines
    return [*lines[:_LISTED], f"  and {len(lines) - _LISTED:,} more; --json names them all"]


def _what(entry: Entry) -> str:
    return f"{entry.summary}: {entry.reason}" if entry.reason else entry.summary


def _standing(entry: Entry) -> str:
    if entry.reverts is not None:
        return ""
    if entry.state == "undone":
        return "taken back"
    return "" if entry.undoable else "cannot be taken back"


def _document(entry: Entry) -> dict[str, object]:
    return {
        "schema": "influtui.journal/1",
        "id": entry.id,
        "at": rfc3339(entry.at),
        "actor": entry.actor,
        "verb": entry.verb,
        "summary": entry.summary,
        "reason": entry.reason,
        "rows": entry.rows,
        "undoable": entry.undoable,
        "state": entry.state,
        "reverts": entry.reverts,
        "import": entry.import_id,
    }
