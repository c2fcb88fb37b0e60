"""`plugin show`: what a plugin's pane shows, for a person or a program."""

from __future__ import annotations

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.model.text import plural, safe
from influtui.services.plugin import announced_panes, plugin_panes
from influtui.services.workspace import Workspace


@click.command("show")
@click.argument("id_", metavar="PANE", required=False)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@with_workspace
async def show(workspace: Workspace, out: Output, id_: str | None, query: tuple[str, ...]) -> None:
    """What a plugin shows in a pane of its own; without PANE, which panes there are."""
    if id_ is None:
        panes = announced_panes.announced(workspace)
        if out.json:
            for each in panes:
                out.data(
                    {
                        "schema": "influtui.plugin-pane/1",
                        **{name: getattr(each, name) for name in each.__struct_fields__},
                    }
                )
            return
        rows = [tuple(map(safe, (each.id, each.name, each.plugin, each.note))) for each in panes]
        out.table(("pane", "name", "plugin", ""), rows)
        return
    found = await plugin_panes.view(workspace, id_, " ".join(query))
    if out.json:
        for row in found.rows:
            cells = dict(zip(found.columns, row.cells, strict=True))
            out.data(
                {"schema": "influtui.plugin-row/1", "pane": id_, "cells": cells, "detail": row.detail, "url": row.url}
            )
        return
    out.table([safe(each) for each in found.columns], [[safe(cell) for cell in row.cells] for row in found.rows])
    if found.notice:
        out.note(found.notice)
    if found.left_out:
        out.note(f"{plural(found.left_out, 'row was not right and is', 'rows were not right and are')} left out.")
