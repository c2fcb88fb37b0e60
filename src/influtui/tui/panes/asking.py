"""Asking platforms in Discover: the ways to find people, each a key that begins a line, and lines that are shown live."""

from __future__ import annotations

import asyncio
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from influtui.model import records
from influtui.tui.panes.searching import Searching

if TYPE_CHECKING:
    from influtui.tui.panes.live import LiveRefresh, LiveSearch


class Way(msgspec.Struct, frozen=True):
    """One way to find people."""

    action: str
    what: str
    note: str
    """Where it is to be had and where not, with the reason."""
    lines: tuple[tuple[str, str, str], ...] = ()
    """A letter, what it stands for, and the beginning of a line."""


@cache
def ways() -> dict[str, Way]:
    """Every way, by its action."""
    text = (Path(__file__).parents[1] / "ways.toml").read_text("utf-8")
    return {each.action: each for each in records.convert(tomllib.loads(text)["way"], list[Way])}


class Asking(Searching):
    """A list that platforms can be asked for."""

    def __init__(self, desk: Any) -> None:
        super().__init__(desk)
        self.asking: LiveSearch | LiveRefresh | None = None
        """What was asked last of platforms."""
        self.live: LiveSearch | None = None
        """The search whose people are shown alone."""
        self._more = False
        self._showing: asyncio.Task[None] | None = None

    # Lines that are shown live.

    async def takes_line(self, text: str) -> bool:
        """Show a line live that asks a platform."""
        if text.removeprefix("influtui ").split(maxsplit=1)[:1] not in (["discover"], ["creators"]):
            return False
        live = await asyncio.to_thread(import_module, "influtui.tui.panes.live")
        words = live.words_of(text)
        if words[:2] != ["creators", "refresh"] and words[:1] != ["discover"]:
            return False
        lines = await self.desk.lines.expanded(text)
        wish = await live.wished(self.desk, lines[0]) if len(lines) == 1 else None
        if wish is None:
            return False
        self.stop_asking()
        asking = await live.begun(self.desk, wish, self._came)
        self.asking = asking
        if not wish.refreshes:
            self.live = asking
            self.leave_views()
            self.table.mark_all(False)
            await self.search("")
        self.draw_title()
        return True

    def leave_views(self) -> None:
        """Leave what else narrows the list down."""

    def stop_asking(self) -> None:
        """Ask no more; who has come is kept."""
        if self.asking is not None:
            self.asking.stop()

    def _came(self) -> None:
        """Somebody has come, or it is over."""
        self._more = True
        if self._showing is None or self._showing.done():
            self._showing = self.desk.background(self._show_more())
        self.draw_title()

    async def _show_more(self) -> None:
        while self._more:
            self._more = False
            nobody = not self.table.total
            await self.fill(keep_place=True)
            self.draw_title()
            if nobody:
                self.follow(now=True, again=True)

    async def leave_live(self) -> None:
        """Show everybody again; who was found is among them."""
        self.live = self.asking = None
        await self.search("")

    # Who is known already.

    def why_not_refresh(self) -> str | None:
        """There must be somebody, and nothing else may be asked meanwhile."""
        if self.asking is not None and self.asking.running:
            return "a platform is asked already: esc stops that"
        return None if self.table.total else "there is nobody here"

    def why_not_refresh_stale(self) -> str | None:
        """Nothing else may be asked meanwhile."""
        return (
            "a platform is asked already: esc stops that" if self.asking is not None and self.asking.running else None
        )

    async def do_refresh(self) -> None:
        """Ask sources again about the account, or all marked."""
        if not await self.takes_line("creators refresh %"):
            await self.desk.lines.run("creators refresh %")

    async def do_refresh_stale(self) -> None:
        """Ask again about those whose figures are old."""
        days = await self.desk.answer("refresh whose figures are older than (days)", text="30", kind="days")
        if days:
            self.desk.lines.accept(f"creators refresh --stale {days}")

    # The ways to find people.

    async def _begin(self, way: Way) -> None:
        """Begin the line of a way; where it goes by several platforms a letter chooses one."""
        lines = {letter: line for letter, _, line in way.lines}
        letter = next(iter(lines))
        if len(lines) > 1:
            labels = {letter: label for letter, label, _ in way.lines}
            said = await self.desk.answer(f"{way.action.replace('_', ' ')}:", instant=labels)
            letter = next((key for key, label in labels.items() if said in (key, label)), "")
        if letter:
            self.desk.lines.ask(lines[letter])

    async def do_own_followers(self) -> None:
        """One's own followers."""
        await self._begin(ways()["own_followers"])

    async def do_customers(self) -> None:
        """Which of the known people are customers."""
        await self._begin(ways()["customers"])

    async def do_tagged(self) -> None:
        """People who tagged the brand."""
        await self._begin(ways()["tagged"])

    async def do_hashtag(self) -> None:
        """People who use a hashtag."""
        await self._begin(ways()["hashtag"])

    async def do_competitors(self) -> None:
        """People at a competitor's."""
        await self._begin(ways()["competitors"])

    async def do_web_search(self) -> None:
        """Queries for a search engine."""
        await self._begin(ways()["web_search"])

    def do_ways(self) -> None:
        """Every way, with its key, and where it is not to be had."""
        from influtui.tui.render.nobody import ways_page

        told = [(self.desk.keymap.named(each.action, "discover"), each.what, each.note) for each in ways().values()]
        listed = [(action.keys[0] if action and action.keys else "", what, note) for action, what, note in told]
        self.read("Ways to find people", lambda width: ways_page(listed, width))
