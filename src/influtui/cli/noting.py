"""`creators note`: remember something about a person."""

from __future__ import annotations

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.model.creators import parse_ref
from influtui.model.text import safe
from influtui.services.people import creators as service
from influtui.services.workspace import Workspace


@click.command("note")
@click.argument("ref")
@click.argument("text", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Check the REF, write nothing.")
@with_workspace
async def note(workspace: Workspace, out: Output, ref: str, text: tuple[str, ...], dry_run: bool) -> None:
    """Write a note on the person of an account. It shows wherever the person does, on every platform."""
    written = await service.note(workspace.rehearsing() if dry_run else workspace, parse_ref(ref), " ".join(text))
    if out.json:
        out.data({"schema": "influtui.note/1", "id": None if dry_run else written, "ref": ref, "dry_run": dry_run})
    else:
        out.say(f"{'Would be noted' if dry_run else 'Noted'} on {safe(ref)}.")
