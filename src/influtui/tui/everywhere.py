"""What can be done in every pane: undo, the command line, the campaign in use, the keys of this place, the way elsewhere."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from influtui.model.text import plural
from influtui.tui import actions
from influtui.tui.render import bars

if TYPE_CHECKING:
    from influtui.tui.app import InflutuiApp


class Everywhere:
    """The actions of the app itself."""

    def __init__(self, desk: InflutuiApp) -> None:
        self.desk = desk

    async def visit(self, pane: actions.PaneEntry) -> None:
        """Show a pane."""
        if ":" in pane.module:
            from influtui.tui.panes.of_plugin import kind_for

            await self.desk.go(kind_for(pane))
        else:
            await self.desk.go(getattr(import_module(pane.module), pane.title))

    async def do_find(self) -> None:
        """Find words on the page that covers the pane."""
        words = await self.desk.answer("find", kind="find")
        if words:
            Everywhere.sought = words
            self._find(1)

    def do_find_next(self) -> None:
        """To the next line that has them."""
        self._find(1)

    def do_find_before(self) -> None:
        """To the line before that has them."""
        self._find(-1)

    sought: ClassVar[str] = ""
    """What was last looked for on a page."""

    def _find(self, step: int) -> None:
        from influtui.tui.widgets.cover import Page

        page = self.desk.pane.cover
        if not isinstance(page, Page):
            return
        if not self.sought:
            self.desk.notice("Nothing has been looked for yet: / asks.")
        elif not page.find(self.sought, step):
            self.desk.notice(f"No line has “{self.sought}”.", "warn")

    async def do_undo(self) -> None:
        """Take back one's own latest change and say what it was."""
        from influtui.services import upkeep

        undone = await upkeep.undo(self.desk.workspace, past=False)
        if undone.entry is None and undone.summary is not None:
            # Who presses u means what they did last: an older act is another matter.
            stays, older = undone.skipped[0], undone.summary
            if not await self.desk.agreed(f"Cannot be taken back: {stays}. Take back what was before it: {older}?"):
                return
            undone = await upkeep.undo(self.desk.workspace)
        if not undone.done or undone.summary is None:
            what = f" ({undone.skipped[0]} cannot be)" if undone.skipped else ""
            self.desk.notice(f"There is nothing of yours to take back{what}.", "warn")
            return
        await self.desk.refresh_panes()
        left = f" {plural(len(undone.left), 'row')} changed since and left." if undone.left else ""
        self.desk.notice(f"Taken back: {undone.summary}.{left} ^r puts it back.", "warn" if undone.left else "good")

    async def do_redo(self) -> None:
        """Put back what was taken back last."""
        from influtui.services import upkeep

        redone = await upkeep.redo(self.desk.workspace)
        if not redone.done or redone.summary is None:
            self.desk.notice("There is nothing to put back.", "warn")
            return
        await self.desk.refresh_panes()
        self.desk.notice(f"Put back: {redone.summary}.", "good")

    def do_suspend(self) -> None:
        """Stop, as ctrl+z does everywhere else; `fg` goes on."""
        self.desk.action_suspend_process()

    def do_redraw(self) -> None:
        """Write every cell again."""
        self.desk.redraw()

    def do_help(self) -> None:
        """The keys of this place."""
        pane = self.desk.pane
        listed = [(action, self.desk.why_not(action)) for action in self.desk.keymap.of(pane.list_place)]
        pane.read(f"Keys of {pane.title}", lambda width: bars.keys_page(listed, width, self.desk.look()))

    async def do_campaign(self) -> None:
        """Choose the campaign in use by its code."""
        from influtui.services.campaign import campaigns

        known = await campaigns.list_campaigns(self.desk.workspace)
        if not known:
            self.desk.notice("No campaign yet. :campaign new makes one (try :campaign new --help).", "warn")
            return
        codes = [campaign.code for campaign in known]
        code = await self.desk.answer("campaign", kind="campaign", hint=", ".join(codes), choices=codes)
        if code:
            await campaigns.use(self.desk.workspace, code)
            await self.desk.read_standing()
            self.desk.notice(f"Working on {code}.", "good")
            await self.desk.pane.changed({"campaigns", "picks"})

    def do_command(self) -> None:
        """Ask for a line of the command line."""
        self.desk.lines.ask()

    def do_notices(self) -> None:
        """What was said, the newest first."""
        said = list(self.desk.notices)
        self.desk.pane.read("Messages", lambda width: bars.notices(said, width, self.desk.look()))

    async def do_palette(self) -> None:
        """Find anything that can be done here."""
        from influtui.tui.palette import open_palette

        open_palette(self.desk, await self.desk.lines.nouns())

    async def do_pipe(self) -> None:
        """Send the marked rows to a program."""
        await self.desk.lines.pipe()
