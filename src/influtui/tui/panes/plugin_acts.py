"""Installing, trusting and removing a plugin in the app: what it is and asks is read first, then a person says yes."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from influtui.services.plugin import installing, offer_facts, plugins
from influtui.tui.render.plugins import lines_to_read
from influtui.tui.render.spans import cell

if TYPE_CHECKING:
    from influtui.tui.app import InflutuiApp

PROGRAM = "It is a program, and can do what you can do; its hosts bind only what it asks through us."


async def install(desk: InflutuiApp, what: str) -> None:
    """Show what a folder, a wheel or a name would bring, and install it if a person agrees."""
    desk.notice(f"Looking at what {cell(what)} is; none of its code runs.")
    async with installing.offered(desk.workspace, what) as offer:
        told = [*offer_facts.facts(offer), "", PROGRAM]
        names = ", ".join(cell(each.id) for each in offer.plugins)
        desk.pane.read(f"Install {names}?", lambda width: lines_to_read(told, width))
        if offer.way == "shown":
            desk.notice("Run that command yourself: it survives the next upgrade of influtui.", "warn")
            return
        if not await desk.agreed(f"Install {names}?"):
            desk.pane.uncover()
            desk.notice("Nothing was installed.")
            return
        desk.notice(f"Installing {names}.")
        states = await installing.install(desk.workspace, offer)
    desk.pane.uncover()
    await desk.refresh_panes()
    desk.notice("; ".join(f"{cell(each.id)} is {each.state}: {cell(each.reason)}" for each in states), "good")


async def trust(desk: InflutuiApp, id_: str) -> None:
    """Let a plugin of the user's folder run, as its files are now."""
    state = await plugins.plugin(desk.workspace, id_)
    hosts = state.manifest.hosts if state.manifest else ()
    told = [f"{id_} lies in {state.path}", *(f"It asks {host}." for host in hosts), "", PROGRAM]
    desk.pane.read(f"Trust {cell(id_)}?", lambda width: lines_to_read(told, width))
    agreed = await desk.agreed(f"Let {cell(id_)} run, as its files are now?")
    desk.pane.uncover()
    if not agreed:
        desk.notice(f"{cell(id_)} does not run.")
        return
    now = await plugins.trust(desk.workspace, id_)
    await desk.refresh_panes()
    desk.notice(f"{cell(id_)} is {now.state}: {cell(now.reason)}", "good")


async def remove(desk: InflutuiApp, id_: str) -> None:
    """Remove a plugin, or say how; nothing is deleted before a person agrees."""
    wanted = await plugins.removal(desk.workspace, id_)
    if wanted.command:
        told = ["It was installed, and is removed by:", f"  {shlex.join(wanted.command)}", "x does without it at once."]
        desk.pane.read(f"Remove {cell(id_)}", lambda width: lines_to_read(told, width))
        return
    what = (
        f"{wanted.folder} and the secrets kept for {id_} are deleted"
        if wanted.folder
        else (f"{id_} came with influtui: it is disabled, and its kept secrets deleted")
    )
    if not await desk.agreed(f"{cell(what)}. Go on?"):
        desk.notice("Nothing was removed.")
        return
    gone = await plugins.remove(desk.workspace, wanted)
    await desk.refresh_panes()
    said = f"{cell(id_)} is disabled." if wanted.bundled else f"{cell(id_)} is removed."
    desk.notice(said + "".join(f" Deleted {cell(each)}." for each in gone), "good")
