"""`undo`, `redo` and `journal`."""

from __future__ import annotations

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.model.text import safe
from influtui.model.times import rfc3339
from influtui.services.workspace import Workspace
from influtui.store.journal import entries


@click.command("journal")
@click.option("--limit", default=50, show_default=True, help="How many acts to show, newest first.")
@with_workspace
async def journal(workspace: Workspace, out: Output, limit: int) -> None:
    """Who changed what, and when."""
    found = await entries(workspace.db, limit=limit)
    if out.json:
        for entry in found:
            out.data(
                {"schema": "influtui.journal/1", "id": entry.id, "at": rfc3339(entry.at), "summary": entry.summary}
            )
        return
    rows = [(safe(rfc3339(entry.at) or ""), safe(entry.actor), safe(entry.summary)) for entry in found]
    out.table(("when", "who", "what"), rows)
