"""A source that can be asked: its calls are guarded, what it hands over is checked and held free of secrets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from influtui.api import Page, Profile, Skipped, Source
from influtui.host.budgets import Ledger, Quota
from influtui.host.calls import Calls, Fault, at_border
from influtui.host.http import HostClient
from influtui.host.manifests import SourceEntry
from influtui.secrets.redaction import redacted

CLOSE_LIMIT_S: Final = 1.0


class CheckedPage(msgspec.Struct, frozen=True):
    """A page after the border: `junk` is what the plugin handed over that is not an account."""

    profiles: tuple[Profile, ...]
    skipped: tuple[Skipped, ...]
    junk: tuple[Skipped, ...]
    next: str | None
    notice: str | None = None
    found_by: str | None = None


@dataclass(frozen=True)
class OpenSource:
    """A source, made and ready. Close it when done."""

    entry: SourceEntry
    plugin: str
    source: Source
    client: HostClient
    ledger: Ledger
    calls: Calls

    async def search(self, query: str, *, cursor: str | None, limit: int) -> CheckedPage:
        """One page, each account checked by itself: one that is junk is left out and named. Raises `Fault`."""
        page = await self._asked("search", lambda: self.source.search(query, cursor=cursor, limit=limit), limit)
        if page.next is not None and page.next == cursor:
            raise Fault(self.plugin, "junk", f"{self.plugin} gave the same cursor twice: its search would never end")
        return page

    async def profiles(self, handles: Sequence[str]) -> CheckedPage:
        """The accounts with these handles as they are now, checked likewise. Raises `Fault`."""
        return await self._asked("profiles", lambda: self.source.profiles(handles), len(handles))

    def quotas(self) -> tuple[Quota, ...]:
        """What is left of the budgets."""
        return self.ledger.quotas()

    async def close(self) -> None:
        """Close the connections."""
        await self.calls.guarded(self.plugin, "closing", self.client.aclose, limit_s=CLOSE_LIMIT_S, prepares=True)

    async def _asked(self, what: str, make: Callable[[], Awaitable[Page]], limit: int) -> CheckedPage:
        page = await self.calls.guarded(self.plugin, what, make, limit_s=self.entry.timeout_s)
        if not isinstance(page, Page):
            raise Fault(self.plugin, "junk", f"{self.plugin} gave a {type(page).__name__} instead of a page")
        return self._checked(page, limit)

    def _checked(self, page: Page, limit: int) -> CheckedPage:
        frame = at_border(self.plugin, msgspec.structs.replace(page, profiles=(), next=None), Page)
        # A cursor goes back to the plugin and nowhere else: it may hold what the platform put into it.
        cursor = at_border(self.plugin, Page(next=page.next), Page, clean=False).next
        given: Any = page.profiles
        if not isinstance(given, tuple | list) or len(given) > limit:
            raise Fault(self.plugin, "junk", f"{self.plugin} gave more accounts than the {limit} it was asked for")
        profiles: list[Profile] = []
        junk: list[Skipped] = []
        for each in given:
            try:
                profile = at_border(self.plugin, each, Profile)
                if profile.platform != self.entry.platform:
                    raise Fault(self.plugin, "junk", f"{self.plugin} gave an account of {profile.platform:.40}")
                profiles.append(profile)
            except Fault as fault:
                junk.append(Skipped(redacted(str(getattr(each, "handle", "?"))[:300]), fault.message))
        return CheckedPage(tuple(profiles), frame.skipped, tuple(junk), cursor, frame.notice, frame.found_by)
