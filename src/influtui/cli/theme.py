"""`theme list`."""

from __future__ import annotations

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.model.text import safe
from influtui.services import themes as service
from influtui.services.workspace import Workspace


@click.group("theme", no_args_is_help=True)
def theme() -> None:
    """Colours of the app. `influtui config set theme NAME` chooses one, `influtui --theme NAME` tries one."""


@theme.command("list")
@with_workspace
async def list_themes(workspace: Workspace, out: Output) -> None:
    """The themes, and where a theme of your own goes."""
    found = service.themes(workspace)
    if out.json:
        for entry in found:
            out.data(entry)
        return
    rows = [
        (safe(entry.name), safe("your own" if entry.own else "shipped"), safe("in use" if entry.in_use else ""))
        for entry in found
    ]
    out.table(("theme", "from", ""), rows)
    out.note(f"Your own themes: {service.own_folder()}/NAME.toml. Copy a shipped one to begin: {found[0].path}")
