"""`theme list`."""

from __future__ import annotations

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.verbs import Noun
from influtui.model.text import SafeText, safe
from influtui.services import themes as service
from influtui.services.workspace import Workspace


@click.group("theme", cls=Noun, no_args_is_help=True)
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
    rows = [_line(entry) for entry in found]
    out.table(("theme", "from", ""), rows)
    out.note(f"Your own themes: {service.own_folder()}/NAME.toml. Copy a shipped one to begin: {found[0].path}")


def _line(entry: service.ThemeEntry) -> tuple[SafeText, ...]:
    cells = (entry.name, "your own" if entry.own else "shipped", "in use" if entry.in_use else "")
    return tuple(safe(cell) for cell in cells)
