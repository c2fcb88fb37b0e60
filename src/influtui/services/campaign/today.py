"""What waits for a person now, over all campaigns that run: read from what is recorded, so that nothing can be forgotten."""

from __future__ import annotations

import msgspec

from influtui.model.campaign_qualifiers import TODAY
from influtui.model.today import Waiting
from influtui.services import asking
from influtui.services.workspace import Workspace
from influtui.store import waiting as store


class Count(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.today_count/1"):
    """How much waits, and how much of it is late."""

    count: int
    late: int
    kinds: dict[str, int]
    """How many of each kind, the most costly first."""


async def today(workspace: Workspace, query: str = "") -> list[Waiting]:
    """What waits and matches: what is late first, then by what a day's delay costs, then the longest waiting."""
    now = workspace.clock()
    condition, values = await asking.everywhere(workspace, query, TODAY, store.noun(now))
    return await store.listed(workspace.db, now, condition, values)


async def count(workspace: Workspace, query: str = "") -> Count:
    """How much waits and matches: for a status line."""
    now = workspace.clock()
    condition, values = await asking.everywhere(workspace, query, TODAY, store.noun(now))
    found = await store.counted(workspace.db, now, condition, values)
    return Count(
        count=sum(many for many, _ in found.values()),
        late=sum(late for _, late in found.values()),
        kinds={kind: many for kind, (many, _) in found.items()},
    )
