"""What the header tells: the campaign in use, how full its shortlist is, and how many conversations wait for us."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from influtui.model.campaigns import Campaign
    from influtui.model.shortlist import Meter
    from influtui.services.workspace import Workspace


class Standing(NamedTuple):
    """How things stand. Without a campaign there is no meter."""

    campaign: Campaign | None = None
    meter: Meter | None = None
    waiting: int = 0
    state: str = ""
    """What goes on beside this session, in a few words; nothing while all is well."""


async def read(workspace: Workspace) -> Standing:
    """Look it up."""
    await asyncio.to_thread(_prepare)
    from influtui.services import inbox, status
    from influtui.services.campaign import campaigns

    campaign = await campaigns.in_use(workspace)
    meter = await campaigns.meter(workspace, campaign.code) if campaign else None
    waiting = await inbox.waiting_count(workspace)
    return Standing(campaign, meter, waiting, await status.line(workspace))


def _prepare() -> None:
    """Import what is asked, off the message loop: the first rows are on the screen while this runs."""
    for name in (
        "campaign.campaigns",
        "campaign.collaborations",
        "campaign.results",
        "people.creators",
        "inbox",
        "status",
    ):
        import_module(f"influtui.services.{name}")
