"""What is asked of platforms while Discover shows it: who is found comes as rows, and how far it is stands in the title.

The same functions as the commands `discover` and `creators refresh`. What came is in the store, with where it came from,
whatever becomes of the rest.
"""

from __future__ import annotations

import asyncio
import shlex
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from influtui.model.creators import Creator, parse_ref
from influtui.model.failures import Failure, NotFound
from influtui.model.ids import CreatorId
from influtui.services.finding import discovery, refreshing, search
from influtui.services.finding.discovery import DiscoverReport, SoFar
from influtui.services.finding.quotas import QuotaLeft
from influtui.services.finding.refreshing import RefreshReport
from influtui.services.people import creators
from influtui.services.people.selection import select
from influtui.tui.panes.alike import FewListing
from influtui.tui.render import live as render
from influtui.tui.render.spans import Line, Look, cell

if TYPE_CHECKING:
    from influtui.tui.app import InflutuiApp

NOT_LIVE: Final = frozenset({"--json", "--help", "-h", "--dry-run"})
"""What a line is not shown live with: it runs as every other line does."""


class Wish(NamedTuple):
    """A line that is shown live: what it asks, with its options as the command reads them."""

    refreshes: bool
    options: Mapping[str, Any]


def read(tree: click.Command, words: Sequence[str]) -> Wish | None:
    """What a line asks of platforms, read by the command itself; None for every other line, and for one that is wrong."""
    if NOT_LIVE & set(words) or not isinstance(tree, click.Group):
        return None
    refreshes = tuple(words[:2]) == ("creators", "refresh")
    if not refreshes and (words[:1] != ["discover"] or len(words) < 3):
        return None
    context = click.Context(tree)
    command: click.Command | None = tree.get_command(context, words[0])
    if refreshes and isinstance(command, click.Group):
        command = command.get_command(context, words[1])
    try:
        return Wish(refreshes, command.make_context("", list(words[1 + refreshes :])).params) if command else None
    except (click.ClickException, click.exceptions.Exit):
        return None


class Asking:
    """One question to platforms that goes on beside the pane."""

    def __init__(self, desk: InflutuiApp, changed: Callable[[], None]) -> None:
        self.desk = desk
        self._changed = changed
        self._task: asyncio.Task[Any] | None = None

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._task is not None and not self._task.done()

    def begin(self) -> None:
        """Ask."""
        self._task = self.desk.background(self._run())

    def stop(self) -> None:
        """Ask no more. Who has come is kept."""
        if self._task is not None:
            self._task.cancel()

    def note(self, look: Look, *, short: bool) -> Line:
        """How far it is."""
        raise NotImplementedError

    async def _run(self) -> None:
        try:
            await self._ask()
        except asyncio.CancelledError:
            self._ended("Stopped. Who has come is kept.", "warn")
            raise
        finally:
            self._task = None
            self._changed()

    async def _ask(self) -> None:
        raise NotImplementedError

    def _ended(self, said: str, kind: str) -> None:
        self.desk.notice(said, kind)
        self.desk.draw_prompt()

    def _reasons(self, omitted: Sequence[discovery.Omitted]) -> str:
        """Why accounts were left out: the commonest reason said, all of them kept among the messages."""
        counted = Counter(each.reason for each in omitted).most_common()
        for reason, count in reversed(counted):
            self.desk.notices.append((self.desk.now, cell(f"left out {count}: {reason}"), "text"))
        return (
            f" Left out {len(omitted)}: {cell(counted[0][0])}{' (! has all reasons)' * (len(counted) > 1)}."
            if counted
            else ""
        )


class LiveSearch(Asking):
    """A search on a platform, whose people come as rows."""

    def __init__(self, desk: InflutuiApp, wish: Wish, changed: Callable[[], None]) -> None:
        super().__init__(desk, changed)
        self.source = str(wish.options["source"])
        self.query = " ".join(wish.options["query"])
        self._limit = int(wish.options["limit"])
        self._found_by: str | None = wish.options["found_by"]
        self._refs: list[str] = []
        self._ids: dict[str, CreatorId] = {}
        self._skipped = 0
        self._quota: tuple[QuotaLeft, ...] = ()
        self.report: DiscoverReport | None = None
        self.failure: Failure | None = None

    async def _ask(self) -> None:
        try:
            report = await discovery.discover(
                self.desk.workspace, self.source, self.query, self._limit, found_by=self._found_by, heard=self._heard
            )
        except Failure as failure:
            self.failure = failure
            self._ended(f"{failure.message.rstrip('.')}. {failure.hint or ''}".strip(), "bad")
            return
        self.report = report
        self._skipped, self._quota = len(report.skipped), report.quota
        said = (
            f"Asked for {report.asked}, found {report.found}: {report.added} new, {report.updated} updated."
            + (f" Ended early: {cell(report.problem.message)}" if report.problem else "")
            + self._reasons(report.skipped)
        )
        for told in (*report.notices, *([report.note] if report.note and report.found < report.asked else [])):
            self.desk.notices.append((self.desk.now, cell(told), "text"))
        self._ended(said, "warn" if report.problem or not report.found else "good")

    def _heard(self, so_far: SoFar) -> None:
        self._refs += [each.ref for each in so_far.accounts]
        self._skipped, self._quota = so_far.skipped, so_far.quota
        self._changed()

    async def listing(self, query: str) -> FewListing:
        """Who has come, in the order in which they came; those of them that `query` asks for."""
        for ref in self._refs:
            if ref not in self._ids:
                try:
                    self._ids[ref] = (await creators.find(self.desk.workspace, parse_ref(ref))).id
                except NotFound:
                    continue  # refused at the way in, or forgotten since
        ids = list(dict.fromkeys(self._ids[ref] for ref in self._refs if ref in self._ids))
        if query.strip():
            held = await (await search.open_listing(self.desk.workspace, query)).held(set(ids))
            ids = [each for each in ids if each in held]
        records: list[Creator] = await search.records_of(self.desk.workspace, ids)
        return FewListing(records)

    def note(self, look: Look, *, short: bool) -> Line:
        """Asked, found, skipped, quota left."""
        return render.note(
            render.Standing(
                self.source, self.query, self._limit, len(self._refs), self._skipped, self._quota, self.running
            ),
            look,
            short=short,
        )

    def nobody(self, width: int) -> list[Line]:
        """What to say where nobody has come: that it is under way, or why there is nobody and what there is instead."""
        if self.failure is not None:
            return render.failed(self.source, self.failure.message, self.failure.hint, width)
        return render.nobody(self.source, self.query, self.report, width)


class LiveRefresh(Asking):
    """Sources are asked again about people who are known."""

    def __init__(
        self,
        desk: InflutuiApp,
        ids: Sequence[CreatorId] | None,
        stale: int | None,
        limit: int,
        changed: Callable[[], None],
    ) -> None:
        super().__init__(desk, changed)
        self._ids = ids
        self._stale = stale
        self._limit = limit
        self._done, self._all = 0, 0

    async def _ask(self) -> None:
        try:
            report = await refreshing.refresh(
                self.desk.workspace, self._ids, stale_days=self._stale, limit=self._limit, listener=self._heard
            )
        except Failure as failure:
            self.desk.failed(failure)
            return
        self._tell(report)

    def _heard(self, done: int, every: int) -> None:
        self._done, self._all = done, every
        self._changed()

    def _tell(self, report: RefreshReport) -> None:
        if not report.wanted:
            self._ended("Nobody's figures are that old.", "good")
            return
        problems = [f"{each.source}: {cell(each.problem.message)}" for each in report.sources if each.problem]
        said = f"Asked for {report.asked} of {report.wanted}: {report.updated} updated, {report.unchanged} unchanged."
        said += self._reasons((*report.skipped, *report.unreachable)) + "".join(f" {each}" for each in problems[:1])
        self._ended(said, "good" if report.complete else "warn")

    def note(self, look: Look, *, short: bool) -> Line:
        """How many of how many were asked."""
        return render.refreshing(self._done, self._all, running=self.running)


async def wished(desk: InflutuiApp, words: Sequence[str]) -> Wish | None:
    """What a line asks of platforms; None where it runs as every other line does."""
    tree = desk.commands
    if tree is None or desk.options.read_only:
        return None
    return await asyncio.to_thread(lambda: read(tree(), words))


async def begun(desk: InflutuiApp, wish: Wish, changed: Callable[[], None]) -> LiveSearch | LiveRefresh:
    """The question, under way."""
    if not wish.refreshes:
        asking: LiveSearch | LiveRefresh = LiveSearch(desk, wish, changed)
    else:
        words, stale = wish.options["words"], wish.options["stale"]
        ids = await select(desk.workspace, words) if words else None
        asking = LiveRefresh(desk, ids, stale, int(wish.options["limit"]), changed)
    asking.begin()
    return asking


def words_of(text: str) -> list[str]:
    """A line as words; none where it cannot be read."""
    try:
        words = shlex.split(text)
    except ValueError:
        return []
    return words[1:] if words[:1] == ["influtui"] else words
