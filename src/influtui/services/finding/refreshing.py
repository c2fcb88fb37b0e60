"""Refreshing: sources are asked again about accounts that are known, the oldest figures first, as far as budgets reach.

What a source says is taken in like everything else: provenance, snapshots, one entry in the journal a source. A source that
fails or has spent its budget ends only its own part; who was not asked is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import msgspec

from influtui.host.activation import Host
from influtui.host.calls import Fault
from influtui.host.sources import CheckedPage, OpenSource
from influtui.model.creators import handle_key
from influtui.model.failures import Failure, NeedsConfiguration, WrongUsage
from influtui.model.ids import CreatorId, ImportId
from influtui.model.times import Millis
from influtui.services.finding import answers, quotas
from influtui.services.finding.discovery import Omitted, Trouble, as_record, close_source, open_source, trouble
from influtui.services.finding.quotas import QuotaLeft
from influtui.services.importing.batches import Batch
from influtui.services.importing.intake import Intake
from influtui.services.plugin.plugins import hosted
from influtui.services.workspace import Workspace
from influtui.store import staleness
from influtui.store.staleness import Aged

DAY_MS = 86_400_000


class SourceRefresh(msgspec.Struct, frozen=True, kw_only=True):
    """What one source was asked and what it said."""

    source: str
    platform: str
    asked: int
    updated: int
    unchanged: int
    not_asked: int
    """Left for another time, because the source ended early."""
    quota: tuple[QuotaLeft, ...]
    problem: Trouble | None
    import_id: ImportId | None


class RefreshReport(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.refresh/1"):
    """What a refresh did: the command line's contract. `wanted` is the sum of `unreachable`, and of what each source was
    asked and not asked."""

    wanted: int
    asked: int
    updated: int
    unchanged: int
    skipped: tuple[Omitted, ...]
    """Accounts that a source did not give, with the reason; what was known of them stays."""
    unreachable: tuple[Omitted, ...]
    """Accounts that no source can be asked for by their handle."""
    sources: tuple[SourceRefresh, ...]
    dry_run: bool

    @property
    def complete(self) -> bool:
        """Whether every account that was wanted was asked for."""
        return not self.unreachable and all(each.problem is None and not each.not_asked for each in self.sources)


async def refresh(
    workspace: Workspace,
    ids: Sequence[CreatorId] | None,
    *,
    stale_days: int | None = None,
    limit: int = 100,
    dry_run: bool = False,
    listener: Callable[[int, int], None] | None = None,
) -> RefreshReport:
    """Ask again about these accounts, or with None about all whose figures are older than `stale_days`.

    With both, about those of them that are that old. At most `limit`, the oldest first. A rehearsal asks nobody and says
    whom it would ask. `listener` hears how many of how many were asked.
    """
    if limit < 1 or (stale_days is not None and stale_days < 0):
        raise WrongUsage("--limit must be at least 1 and --stale at least 0 days")
    async with hosted(workspace) as host:
        askable = _askable(host)
        wanted = await _wanted(workspace, ids, askable, stale_days, limit)
        unreachable = tuple(
            Omitted(f"{each.platform}:{each.handle}", _why_not(host, each.platform))
            for each in wanted
            if each.platform not in askable
        )
        run = _Run(workspace, len(wanted) - len(unreachable), listener)
        done: list[SourceRefresh] = []
        for platform in dict.fromkeys(each.platform for each in wanted if each.platform in askable):
            handles = [each.handle for each in wanted if each.platform == platform]
            done.append(
                _planned(askable[platform], platform, handles)
                if dry_run
                else await run.ask(host, askable[platform], handles)
            )
    return RefreshReport(
        wanted=len(wanted),
        asked=sum(each.asked for each in done),
        updated=sum(each.updated for each in done),
        unchanged=sum(each.unchanged for each in done),
        skipped=tuple(run.skipped),
        unreachable=unreachable,
        sources=tuple(done),
        dry_run=dry_run,
    )


class _Run:
    """One refresh: sources are asked one after the other, page by page."""

    def __init__(self, workspace: Workspace, total: int, listener: Callable[[int, int], None] | None) -> None:
        self._workspace = workspace
        self._total = total
        self._listener = listener
        self._asked = 0
        self.skipped: list[Omitted] = []

    async def ask(self, host: Host, source: str, handles: Sequence[str]) -> SourceRefresh:
        """Ask a source for these accounts, until it has answered or ends early."""
        entry = host.sources()[source][1]
        try:
            opened = await open_source(self._workspace, host, source)
        except Failure as failure:
            why = Trouble(failure.kind, failure.message, failure.hint)
            return _nothing(source, entry.platform, len(handles), why)
        intake = Intake(
            self._workspace,
            source=source,
            kind="plugin",
            as_of=self._workspace.clock(),
            reject=lambda line, reason, ref: self.skipped.append(Omitted(str(ref), reason)),
        )
        asked = 0
        problem: Trouble | None = None
        try:
            async with intake:
                for some in _pages(handles, entry.page):
                    try:
                        page = await opened.profiles(some)
                    except Fault as fault:
                        problem = trouble(fault)
                        break
                    asked += len(some)
                    await quotas.keep(self._workspace, opened)
                    await self._take(intake, opened, page, some)
        finally:
            await close_source(self._workspace, opened)
        report = intake.report()
        return SourceRefresh(
            source=source,
            platform=entry.platform,
            asked=asked,
            updated=report.updated,
            unchanged=report.unchanged,
            not_asked=len(handles) - asked,
            quota=quotas.shown(opened.quotas()),
            problem=problem,
            import_id=report.import_id,
        )

    async def _take(self, intake: Intake, opened: OpenSource, page: CheckedPage, asked: Sequence[str]) -> None:
        wanted = {handle_key(each) for each in asked}
        strangers = [each for each in page.profiles if handle_key(each.handle) not in wanted]
        # Nobody new comes in by this door: an account under another handle is another account.
        known = [each for each in page.profiles if handle_key(each.handle) in wanted]
        self.skipped += [Omitted(each.ref, each.reason) for each in (*page.skipped, *page.junk)]
        self.skipped += [
            Omitted(f"{each.platform}:{each.handle}", "was not asked for by this handle") for each in strangers
        ]
        refused = len(self.skipped)
        records = [as_record(opened.entry, each) for each in known]
        refs = [f"{each.platform}:{each.handle}" for each in records]
        await intake.take(Batch(records, original=partial(_at, refs)))
        names = [each.ref.rpartition(":")[2] for each in self.skipped[refused:]]
        await answers.keep(self._workspace, opened, page, [*names, *(each.handle for each in strangers)])
        self._asked += len(asked)
        if self._listener is not None:
            self._listener(self._asked, self._total)


async def _wanted(
    workspace: Workspace,
    ids: Sequence[CreatorId] | None,
    askable: dict[str, str],
    stale_days: int | None,
    limit: int,
) -> list[Aged]:
    before = workspace.clock() - (stale_days or 0) * DAY_MS
    if ids is not None:
        found = await staleness.of(workspace.db, ids)
        if stale_days is not None:
            found = [each for each in found if each.as_of is None or each.as_of < before]
        return found[:limit]
    if stale_days is None:
        raise WrongUsage(
            "nobody is named", hint="`influtui creators refresh REF…`, or --stale DAYS for the oldest figures."
        )
    if not askable:
        raise NeedsConfiguration(
            "no source that is ready can be asked for accounts by their handles",
            hint="`influtui plugin list` says what each one needs.",
        )
    return await staleness.oldest(workspace.db, sorted(askable), Millis(before), limit)


def _askable(host: Host) -> dict[str, str]:
    """Platform -> the source that can be asked for accounts of it by handle; of several the first by name."""
    return {
        entry.platform: id_
        for id_, (state, entry) in sorted(host.sources().items(), reverse=True)
        if state.usable and "profiles" in entry.capabilities
    }


def _why_not(host: Host, platform: str) -> str:
    for _, (state, entry) in sorted(host.sources().items()):
        if entry.platform == platform and "profiles" in entry.capabilities:
            return f"{state.id}: {state.reason}"
    return f"no installed source can be asked for accounts of {platform} by their handles"


def _pages(handles: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(handles), size):
        yield handles[start : start + size]


def _planned(source: str, platform: str, handles: Sequence[str]) -> SourceRefresh:
    return msgspec.structs.replace(_nothing(source, platform, 0, None), asked=len(handles))


def _nothing(source: str, platform: str, not_asked: int, problem: Trouble | None) -> SourceRefresh:
    return SourceRefresh(
        source=source,
        platform=platform,
        asked=0,
        updated=0,
        unchanged=0,
        not_asked=not_asked,
        quota=(),
        problem=problem,
        import_id=None,
    )


def _at(refs: Sequence[str], index: int) -> str:
    return refs[index]
