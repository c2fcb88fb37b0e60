"""Why each message waits and until when, and what goes in the next days, by the settings of this workspace."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from influtui.model.send_plan import Planned, plan
from influtui.model.sending_policy import DAY_MS, Policy, defaults
from influtui.model.settings import MailAccount, Settings
from influtui.model.waiting import Box, Obstacle, Waiting, needs_somebody, obstacle
from influtui.services.mailbox.accounts import accounts
from influtui.services.workspace import Workspace
from influtui.store import pace as rows
from influtui.store import pauses, received
from influtui.store.database import Reader

HORIZON_DAYS: Final = 7
_PACE: Final = ("daily_limit", "ramp_start", "ramp_step", "gap_s", "jitter_s")


def policy_of(settings: Settings, account: MailAccount | None) -> Policy:
    """How a mailbox sends: its own settings, else the workspace's, else the defaults."""
    chosen = {name: value for name, value in msgspec.structs.asdict(settings.sending).items() if value is not None}
    own = {name: getattr(account, name, None) for name in _PACE}
    fields = frozenset(Policy.__struct_fields__)
    changes = {**chosen, **{name: value for name, value in own.items() if value is not None}}
    changes.setdefault("time_zone", _own_zone())
    return msgspec.structs.replace(defaults(), **{name: changes[name] for name in changes.keys() & fields})


@cache
def _own_zone() -> str:
    """The time zone of this machine: where we are is the best guess for somebody of whom nobody knows where they are."""
    named = os.environ.get("TZ", "").lstrip(":")
    with suppress(OSError):
        named = named or str(Path("/etc/localtime").readlink()).partition("zoneinfo/")[2]
    return named if "/" in named and not named.startswith("/") else "UTC"


async def boxes(reader: Reader, workspace: Workspace, addresses: Sequence[str]) -> dict[str, Box]:
    """The mailboxes of these addresses as the rules see them."""
    known = {each.address: each for each in await accounts(workspace)}
    paused = await pauses.all_going(reader)
    read_at = await received.last_synced(reader)
    found: dict[str, Box] = {}
    for address in dict.fromkeys(addresses):
        sent = await rows.sent_by(reader, address, workspace.clock() - DAY_MS)
        found[address] = Box(
            address=address,
            policy=policy_of(workspace.settings, known.get(address)),
            first_at=sent.first_at,
            times=sent.times,
            last_to=sent.last_to,
            paused=paused[address]["why"] if address in paused else None,
            known=address in known,
            reads=address in known and known[address].imap_host is not None,
            read_at=read_at.get(address),
        )
    return found


async def held(reader: Reader, workspace: Workspace, message: int, *, paced: bool) -> Obstacle | None:
    """What holds one message at this moment; with `paced` also what would pass by itself."""
    waiting = await rows.messages(reader, workspace.clock(), message)
    if not waiting:
        return None
    box = (await boxes(reader, workspace, [waiting[0].account]))[waiting[0].account]
    return obstacle(waiting[0], box, workspace.clock()) if paced else needs_somebody(waiting[0], box)


async def planned(workspace: Workspace, *, days: int = HORIZON_DAYS) -> list[Planned]:
    """When everything that waits goes, if nothing else happens."""
    waiting = await rows.messages(workspace.db, workspace.clock())
    found = await boxes(workspace.db, workspace, [each.account for each in waiting])
    return plan(waiting, found, workspace.clock(), workspace.clock() + days * DAY_MS)


async def due(workspace: Workspace) -> list[Waiting]:
    """What may go now, in the order in which it should."""
    return [
        each.message
        for each in await planned(workspace, days=1)
        if each.at is not None and each.at <= workspace.clock()
    ]
