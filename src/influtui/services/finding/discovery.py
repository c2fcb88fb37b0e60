"""Discovery: ask a source for creators, and take in what it finds with where it came from and how old it is.

Running plugins is `host`'s, keeping people `services.importing`'s. Engagement rates are computed here from the posts that
a source hands over, by the same formula as everywhere.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from statistics import fmean
from typing import Final

import msgspec

from influtui.api import PluginError, Post, Profile, RateLimited
from influtui.api.errors import AuthInvalid, ConfigError, InvalidInput, QuotaExhausted
from influtui.host.activation import Host
from influtui.host.calls import Fault
from influtui.host.manifests import SourceEntry
from influtui.host.sources import CheckedPage, OpenSource
from influtui.model.audience import canonical, key_of
from influtui.model.creators import handle_key
from influtui.model.failures import Failure, NeedsConfiguration, NotFound, WrongUsage
from influtui.model.ids import ImportId
from influtui.model.nearest import nearest
from influtui.model.profile_records import ProfileRecord, SeenComment, SeenPost
from influtui.model.scoring.engagement import PostNumbers, counted, headline_variant, rate
from influtui.model.scoring.rules import default_rules
from influtui.model.text import OutsideText, from_outside
from influtui.model.times import Millis, millis, rfc3339
from influtui.services.finding import answers, quotas
from influtui.services.finding.quotas import QuotaLeft
from influtui.services.importing.batches import Batch
from influtui.services.importing.intake import Intake
from influtui.services.plugin.plugins import hosted
from influtui.services.workspace import Workspace

MOST: Final = 1_000
"""Accounts that one run may ask for; a question that needs more is too wide."""


class FoundAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One account that a source handed over."""

    ref: str
    name: OutsideText | None
    followers: int | None
    engagement_rate: float | None
    url: str | None


class Omitted(msgspec.Struct, frozen=True):
    """An account that was left out, and why."""

    ref: str
    reason: str


class Trouble(msgspec.Struct, frozen=True):
    """Why a run ended early."""

    kind: str
    message: str
    hint: str | None


class DiscoverReport(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.discover/1"):
    """What a run did: the command line's contract. `found` is the sum of the next five."""

    source: str
    platform: str
    query: str
    asked: int
    """How many accounts were asked for."""
    found: int
    """How many the source handed over."""
    added: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    """Refused at the way in, or not an account at all; the reasons are in `skipped`."""
    skipped: tuple[Omitted, ...]
    quota: tuple[QuotaLeft, ...]
    accounts: tuple[FoundAccount, ...]
    more: bool
    """Whether the source has more than was asked for."""
    problem: Trouble | None
    """Why the run ended early, with what came before it kept; None where it did not."""
    note: str | None
    """What the source wants known."""
    notices: tuple[str, ...]
    """What must be known of these accounts, each once: that they are test data, what could not be measured."""
    import_id: ImportId | None
    dry_run: bool


class SoFar(msgspec.Struct, frozen=True):
    """How far a run is: the accounts of the last page, which are in the store, how many were left out, what is left."""

    accounts: tuple[FoundAccount, ...]
    skipped: int
    quota: tuple[QuotaLeft, ...]


class SourceInfo(msgspec.Struct, frozen=True):
    """A source that can be asked, and whether it is ready."""

    id: str
    name: str
    platform: str
    ready: bool
    reason: str


async def sources(workspace: Workspace) -> list[SourceInfo]:
    """Every source that an installed plugin announces. Imports none."""
    async with hosted(workspace) as host:
        return [
            SourceInfo(id_, entry.name, entry.platform, state.usable, state.reason)
            for id_, (state, entry) in sorted(host.sources().items())
        ]


async def discover(
    workspace: Workspace,
    source: str,
    query: str,
    limit: int = 25,
    *,
    found_by: str | None = None,
    dry_run: bool = False,
    listener: Callable[[int], None] | None = None,
    heard: Callable[[SoFar], None] | None = None,
) -> DiscoverReport:
    """Ask `source` for up to `limit` accounts and take them in.

    What came before a failure is kept and the failure reported; a run that got nothing raises it. `listener` hears how
    many accounts have come so far, `heard` which ones came with each page once they are kept.
    """
    if not query.strip():
        raise WrongUsage("nothing is asked for", hint=f"influtui discover {source} 'vegan baking'")
    if not 1 <= limit <= MOST:
        raise WrongUsage(f"--limit must be between 1 and {MOST}", hint="A narrower question finds better people.")
    async with hosted(workspace) as host:
        entry = _announced(host, source)
        opened = await open_source(workspace, host, source)
        run = _Run(opened, query, limit, listener, found_by)
        intake = Intake(
            workspace,
            source=source,
            kind="plugin",
            as_of=workspace.clock(),
            found_by=found_by,
            found_detail=f"{source}: {query}",
            dry_run=dry_run,
            reject=lambda line, reason, ref: run.omitted.append(Omitted(str(ref), reason)),
        )
        try:
            # Page by page: what came before an interruption is kept.
            async with intake:
                async for records in run.pages():
                    await quotas.keep(workspace, opened)
                    refused = len(run.omitted)
                    await intake.take(Batch(records, original=partial(_ref_at, records)))
                    if not dry_run and run.page is not None:
                        names = [each.ref.rpartition(":")[2] for each in run.omitted[refused:]]
                        await answers.keep(workspace, opened, run.page, names)
                    if heard is not None:
                        came = tuple(run.accounts[-len(records) :] if records else ())
                        heard(SoFar(came, len(run.omitted), quotas.shown(opened.quotas())))
        finally:
            await close_source(workspace, opened)
        report = intake.report()
    if run.fault is not None and not run.accounts:
        raise as_failure(run.fault)
    return DiscoverReport(
        source=source,
        platform=entry.platform,
        query=query,
        asked=limit,
        found=report.read + run.junk,
        added=report.added,
        updated=report.updated,
        unchanged=report.unchanged,
        duplicates=report.duplicates,
        rejected=report.rejected + run.junk,
        skipped=tuple(run.omitted),
        quota=quotas.shown(opened.quotas()),
        accounts=tuple(run.accounts),
        more=run.more,
        problem=trouble(run.fault) if run.fault else None,
        note=entry.note or None,
        notices=tuple(run.notices),
        import_id=report.import_id,
        dry_run=dry_run,
    )


class _Run:
    """One run: pages become records; what goes wrong ends it and is kept."""

    def __init__(
        self,
        source: OpenSource,
        query: str,
        limit: int,
        listener: Callable[[int], None] | None,
        found_by: str | None,
    ) -> None:
        self._source = source
        self._query = query
        self._limit = limit
        self._listener = listener
        self._found_by = found_by
        """What the user says; the source knows it only where they say nothing."""
        self.accounts: list[FoundAccount] = []
        self.omitted: list[Omitted] = []
        self.notices: dict[str, None] = {}
        self.junk = 0
        self.more = False
        self.fault: Fault | None = None
        self.page: CheckedPage | None = None
        """The page whose accounts are being taken in."""

    async def pages(self) -> AsyncIterator[list[ProfileRecord]]:
        """The accounts of each page, until enough came or the source has no more."""
        cursor: str | None = None
        pages = 0
        # A source whose pages are empty and never end is stopped as well.
        while len(self.accounts) < self._limit and pages < self._limit + 10:
            pages += 1
            wanted = min(self._limit - len(self.accounts), self._source.entry.page)
            try:
                page = await self._source.search(self._query, cursor=cursor, limit=wanted)
            except Fault as fault:
                self.fault = fault
                return
            self.omitted += [Omitted(each.ref, each.reason) for each in (*page.skipped, *page.junk)]
            self.junk += len(page.junk)
            self.page = page
            if page.notice is not None:
                self.notices.setdefault(page.notice)
            records = [
                as_record(self._source.entry, profile, self._found_by or page.found_by) for profile in page.profiles
            ]
            self.accounts += [_account(record) for record in records]
            yield records
            if self._listener is not None:
                self._listener(len(self.accounts))
            cursor = page.next
            self.more = cursor is not None
            if cursor is None:
                return


def _announced(host: Host, source: str) -> SourceEntry:
    known = host.sources()
    if source not in known:
        close = nearest(source, known)
        names = (
            ", ".join(sorted(known)) or "none; files and pasted handles work without one (`influtui creators import`)"
        )
        raise NotFound(
            f"there is no source “{source}”", hint=f"Did you mean {close}? " * bool(close) + f"Sources: {names}."
        )
    return known[source][1]


async def open_source(workspace: Workspace, host: Host, source: str) -> OpenSource:
    """A source that knows what was spent of its budgets. Close it with `close_source`."""
    try:
        return await host.open_source(source, await quotas.uses(workspace, source))
    except Fault as fault:
        raise as_failure(fault) from fault


async def close_source(workspace: Workspace, source: OpenSource) -> None:
    """Keep what was spent, and close the connections."""
    await quotas.keep(workspace, source)
    try:
        await source.close()
    except Fault:
        return  # what does not close with its loop gone is closed with the process


def as_record(entry: SourceEntry, profile: Profile, found_by: str | None = None) -> ProfileRecord:
    """An account as it is taken in, with the engagement rate that its posts give."""
    as_of = millis(profile.as_of)
    variant = headline_variant(entry.platform)
    numbers = [_numbers(post) for post in profile.recent_posts or () if post.posted_at is not None]
    kept = counted(numbers, platform=entry.platform, now=as_of, rules=default_rules().engagement)
    measured = rate(variant, kept, profile.followers)
    return ProfileRecord(
        platform=profile.platform,
        handle=profile.handle,
        name=profile.name,
        url=profile.url,
        bio=profile.bio,
        country=profile.country,
        language=profile.language,
        topics=profile.topics,
        email=profile.email,
        audience=canonical({key: share for name, share in profile.audience.items() if (key := key_of(name))}),
        followers=profile.followers,
        following=profile.following,
        posts=profile.posts,
        engagement_rate=round(measured.median, 4) if measured else None,
        engagement_variant=variant if measured else None,
        avg_views=_mean([post.views for post in kept]),
        avg_likes=_mean([post.likes for post in kept]),
        avg_comments=_mean([post.comments for post in kept]),
        avg_shares=_mean([post.shares for post in kept]),
        as_of=as_of,
        quality=msgspec.json.encode(profile.quality).decode() if profile.quality else "exact",
        seen_posts=tuple(_seen(post) for post in profile.recent_posts or ()),
        found_by=found_by,
    )


def _numbers(post: Post) -> PostNumbers:
    return PostNumbers(
        at=millis(post.posted_at) if post.posted_at else 0,
        likes=post.likes,
        comments=post.comments,
        shares=post.shares,
        views=post.views,
        pinned=post.pinned,
        sponsored=bool(post.sponsored),
    )


def _mean(values: Sequence[int | None]) -> float | None:
    """The mean of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return round(fmean(known), 2) if known else None


def _seen(post: Post) -> SeenPost:
    return SeenPost(
        platform_post_id=post.id,
        url=post.url,
        caption=post.text,
        posted_at=millis(post.posted_at) if post.posted_at else None,
        likes=post.likes,
        comments=post.comments,
        shares=post.shares,
        views=post.views,
        sponsored=post.sponsored,
        seen_comments=tuple(
            SeenComment(
                commenter=handle_key(comment.author),
                text=comment.text,
                at=millis(comment.posted_at) if comment.posted_at else None,
            )
            for comment in post.some_comments or ()
        ),
    )


def _ref(record: ProfileRecord) -> str:
    return f"{record.platform}:{record.handle}"


def _ref_at(records: Sequence[ProfileRecord], index: int) -> str:
    return _ref(records[index])


def _account(record: ProfileRecord) -> FoundAccount:
    return FoundAccount(
        ref=_ref(record),
        name=from_outside(record.name) if record.name else None,
        followers=record.followers,
        engagement_rate=record.engagement_rate,
        url=record.url,
    )


def trouble(fault: Fault) -> Trouble:
    """A failure as a report tells it, with what to do."""
    return Trouble(fault.kind, fault.message, _advice(fault))


def as_failure(fault: Fault) -> Failure:
    """A failure of a plugin as an error that ends a command: with what to do, and the exit code of its kind."""
    error = fault.error
    kind: type[Failure] = Failure
    if isinstance(error, AuthInvalid | ConfigError) or fault.kind == "needs_config":
        kind = NeedsConfiguration
    elif isinstance(error, InvalidInput):
        kind = WrongUsage
    return kind(fault.message, hint=_advice(fault))


def _advice(fault: Fault) -> str | None:
    """What the user can do about a failure."""
    error: PluginError | None = fault.error
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return f"Try again in {error.retry_after:.0f} s; who was found stays."
    if isinstance(error, QuotaExhausted) and error.resets_at is not None:
        return f"Try again after {rfc3339(Millis(millis(error.resets_at)))}."
    if isinstance(error, ConfigError):
        return f"Set {error.field}: `influtui plugin info {fault.plugin}` says how."
    return _ADVICE.get(fault.kind)


_ADVICE: Final = {
    "rate_limited": "Try again later; who was found stays.",
    "transient": "Try again in a while; `influtui plugin info` shows where it asks.",
    "auth": "Supply new credentials: `influtui plugin info` names the command.",
    "upstream_changed": "The platform's answers have changed: update the plugin, or tell its authors.",
    "host_denied": "This is a fault of the plugin: tell its authors.",
    "crashed": "This is a fault of the plugin: tell its authors.",
    "junk": "This is a fault of the plugin: tell its authors.",
    "mismatch": "This is a fault of the plugin: tell its authors.",
    "hung": "Try again with a smaller --limit; if it stays so, tell the plugin's authors.",
    "invalid_input": "Ask in other words.",
}
