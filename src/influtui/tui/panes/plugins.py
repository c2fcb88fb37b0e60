"""Plugins: how each stands, what it may spend and has spent, what it needs, and what can be done about it.

Everything here is read from manifests and the store. The code of plugins runs on their own threads, and only when a
person checks, reloads or uses one.
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar
from zlib import crc32

from influtui.tui.panes.base import Pane
from influtui.tui.render.plugins import COLUMNS, detail, nothing_here, why
from influtui.tui.render.spans import Line, Span
from influtui.tui.widgets.list import Fixed, VirtualList
from influtui.tui.widgets.prompt import Question, Ways

if TYPE_CHECKING:
    from influtui.services.plugin.plugin_rows import PluginRow


class Plugins(Pane):
    """A row is a plugin."""

    title = "Plugins"
    list_place = "plugins"
    counts = ("plugin", "plugins")
    record_line = "plugin info {id}"
    search_hint: ClassVar[str] = "words, state:needs_config  kind:source  tier:silver"
    table: VirtualList[PluginRow]

    def make_list(self) -> VirtualList[Any]:
        """The list, with its columns."""
        self._waiting = 0
        return self.list_of(COLUMNS, key=lambda row: crc32(row.id.encode()))

    def watches(self) -> set[str]:
        """Who asks a platform finds creators, and spends budgets."""
        return {"plugins", "creators"}

    async def load(self, *, keep_place: bool) -> None:
        """Look which there are and how they stand."""
        plugin_rows = await asyncio.to_thread(import_module, "influtui.services.plugin.plugin_rows")
        rows = await plugin_rows.rows(self.desk.workspace, self.query_text)
        self._waiting = sum(each.waits for each in rows)
        self.table.empty = nothing_here(self.query_text)
        await self.table.put(Fixed(rows), keep=keep_place, to=self.wanted_row)

    async def detail_of(self, record: PluginRow) -> Callable[[int], Sequence[Line]]:
        """The plugin with its budgets, settings and keys."""
        from influtui.services.plugin import plugin_rows

        known = await plugin_rows.detail(self.desk.workspace, record.id)
        return lambda width: detail(known, width, self.desk.look())

    def note(self) -> Line:
        """How many need a person."""
        return (Span(f"{self._waiting} to see to  ", "warn"),) if self._waiting else ()

    async def refs(self) -> list[str]:
        """The plugins, as words of the command line."""
        return [row.id for row in await self.chosen_rows()]

    async def fields(self) -> list[dict[str, str | None]]:
        """What a line can name of each plugin."""
        return [
            {"id": row.id, "docs": (manifest.docs or None) if (manifest := row.state.manifest) else None}
            for row in await self.chosen_rows()
        ]

    # What is refused, and why.

    def why_not_note(self) -> str | None:
        """Notes, terms and posts belong to people."""
        return "it belongs to a person: do it in Discover (2) or in the Inbox (4)"

    why_not_terms = why_not_file_post = why_not_note

    def _nothing(self) -> str | None:
        return None if self.table.total else "there is no plugin here"

    why_not_copy_handle = why_not_check = why_not_reload_plugin = why_not_why_state = _nothing

    def _here(self) -> PluginRow | None:
        return self.table.current

    def why_not_switch_plugin(self) -> str | None:
        """It takes one that could be used."""
        here = self._here()
        if here is None or self.table.marked > 1:
            return self.why_not_one()
        if here.state.state in ("broken", "untrusted", "incompatible"):
            return f"{here.id} is {here.state.state}: the detail says what to do"
        return None

    def why_not_settings(self) -> str | None:
        """There must be something to set."""
        here = self._here()
        if here is None or self.table.marked > 1:
            return self.why_not_one()
        manifest = here.state.manifest
        return None if manifest and (manifest.fields or manifest.source) else f"{here.id} has nothing to set"

    def why_not_set_key(self) -> str | None:
        """It must ask for one."""
        here = self._here()
        if here is None or self.table.marked > 1:
            return self.why_not_one()
        fields = here.state.manifest.fields if here.state.manifest else ()
        return None if any(each.kind == "secret" for each in fields) else f"{here.id} asks for no key"

    def why_not_check_live(self) -> str | None:
        """There must be a platform to ask."""
        here = self._here()
        if here is None or self.table.marked > 1:
            return self.why_not_one()
        if here.state.manifest is None or not here.state.manifest.source:
            return f"{here.id} asks no platform"
        return None if here.state.usable else f"{here.id} is {here.state.state}: the detail says what to do"

    def why_not_trust_plugin(self) -> str | None:
        """Only what lies in the plugin folder has to be trusted."""
        here = self._here()
        if here is None or self.table.marked > 1:
            return self.why_not_one()
        return None if here.state.state == "untrusted" else f"{here.id} needs no trust: it is {here.state.state}"

    why_not_remove_plugin = Pane.why_not_one

    def why_not_copy_link(self) -> str | None:
        """Its manifest must say where it is documented."""
        if (here := self._here()) is None:
            return "there is no plugin here"
        said = here.state.manifest is not None and here.state.manifest.docs
        return None if said else f"{here.id} does not say where it is documented"

    why_not_open_docs = why_not_copy_link

    # What can be done.

    async def do_next(self) -> None:
        """To the next one that needs a person."""
        rows = await self.table.slice(self.table.cursor + 1, self.table.total)
        step = next((at for at, row in enumerate(rows, 1) if row.waits), None)
        if step is None:
            self.desk.notice("No plugin below needs anybody.")
        else:
            self.table.move(step)

    async def do_copy_handle(self) -> None:
        """Copy the id, or the ids."""
        self.copy_all([row.id for row in await self.chosen_rows()], "id")

    async def do_copy_link(self) -> None:
        """Copy where it is documented."""
        links = [row.state.manifest.docs for row in await self.chosen_rows() if row.state.manifest is not None]
        self.copy_all([link for link in links if link], "address of its documentation")

    async def do_why_state(self) -> None:
        """Why it stands so, and what keeps it from the next tier."""
        if (row := await self.one_row()) is not None:
            self.read(f"Why {row.id} stands so", lambda width: why(row, width))

    async def do_switch_plugin(self) -> None:
        """Disable it, or use it again."""
        from influtui.services.plugin import plugins

        row = await self.one_row()
        if row is None:
            return
        again = row.state.state in ("disabled", "degraded", "quarantined")
        await (plugins.enable if again else plugins.disable)(self.desk.workspace, row.id)
        await self.desk.refresh_panes()
        self.desk.notice(f"{row.id} is used again." if again else f"{row.id} is disabled. x uses it again.", "good")

    async def do_check(self) -> None:
        """Check each of the chosen ones beside the app, as the command does; what was found is shown."""
        await self._run_for_each("check")

    async def do_reload_plugin(self) -> None:
        """Import it anew."""
        await self._run_for_each("reload")

    async def do_check_live(self) -> None:
        """Ask the platform itself one question."""
        if (row := await self.one_row()) is None:
            return
        question = await self.desk.answer(f"ask {row.id} itself for", kind="live", hint="words; it costs a few calls")
        if question:
            self._run(f"plugin check {shlex.quote(row.id)} --live {shlex.quote(question)}")

    async def do_settings(self) -> None:
        """The settings as a form."""
        if (row := await self.one_row()) is not None:
            await (await _late("plugin_settings")).open_form(self.desk, row.id)

    async def do_set_key(self) -> None:
        """Ask for the keys alone."""
        if (row := await self.one_row()) is not None:
            self.desk.background((await _late("plugin_settings")).ask_keys(self.desk, row.id))

    async def do_install(self) -> None:
        """Ask what, show what it is, and install it if a person agrees."""
        acts = await _late("plugin_acts")
        self.desk.ask(
            Question(
                "install ",
                lambda what: self._install(acts, what),
                kind="install",
                hint="a folder, a FILE.whl, or a name; what it is and asks is shown first",
                complete=_paths,
            )
        )

    def _install(self, acts: ModuleType, what: str) -> None:
        if what:
            self.desk.background(acts.install(self.desk, what))

    async def do_trust_plugin(self) -> None:
        """Let it run as its files are now."""
        if (row := await self.one_row()) is not None:
            self.desk.background((await _late("plugin_acts")).trust(self.desk, row.id))

    async def do_remove_plugin(self) -> None:
        """Remove it, or say how."""
        if (row := await self.one_row()) is not None:
            self.desk.background((await _late("plugin_acts")).remove(self.desk, row.id))

    async def do_open_docs(self) -> None:
        """Open where it is documented."""
        from influtui.services.opening import open_links

        row = await self.one_row()
        if row is not None and row.state.manifest is not None and row.state.manifest.docs:
            await open_links(self.desk.workspace, [row.state.manifest.docs])
            self.desk.notice(f"Opened {row.state.manifest.docs}.", "good")

    def do_answers(self) -> None:
        """Begin the line that shows what a platform said about an account."""
        self.desk.lines.ask("plugin answers ")

    async def _run_for_each(self, verb: str) -> None:
        """One is named in what is shown; of several the line stands for all."""
        rows = await self.chosen_rows()
        self._run(f"plugin {verb} {shlex.quote(rows[0].id) if len(rows) == 1 else '{id}'}")

    def _run(self, line: str) -> None:
        self.desk.background(self.desk.lines.run(line))


async def _late(name: str) -> ModuleType:
    """A module that is imported with its first use, beside the loop: it brings the host of plugins with it."""
    return await asyncio.to_thread(import_module, f"influtui.tui.panes.{name}")


async def _paths(text: str, caret: int) -> Ways:
    """Files and folders that the line can go on with."""
    from influtui.tui.completing import files

    return await asyncio.to_thread(files, 0, text[:caret])
