"""Mailboxes that stop sending: by a person's word, by a provider's, or because too much bounces. Only a person resumes.

Bounces and complaints are what providers judge a sender by; a mailbox that goes on regardless loses its good name within
days. What too much is, is data (`model/data/sending.toml`).
"""

from __future__ import annotations

from typing import Final, Literal

from influtui.model.failures import WrongUsage
from influtui.model.sending_policy import defaults
from influtui.services.mailbox.accounts import account as mailbox
from influtui.services.workspace import Workspace
from influtui.store import pauses
from influtui.store.journal import UnitOfWork

_DAY: Final = 86_400_000


async def pause(unit: UnitOfWork, account: str, why: str) -> bool:
    """Let a mailbox send nothing more until somebody resumes it. False where it is paused already."""
    if await pauses.going(unit.transaction, account) is not None:
        return False
    columns = {"account": account, "why": why, "paused_at": unit.at, "paused_by": await pauses.by_whom(unit)}
    await unit.insert("sender_pauses", columns)
    return True


async def resume(unit: UnitOfWork, account: str) -> bool:
    """Let a mailbox send again. False where it was not paused."""
    found = await pauses.going(unit.transaction, account)
    if found is None:
        return False
    await unit.update("sender_pauses", found["id"], {"resumed_at": unit.at, "resumed_by": await pauses.by_whom(unit)})
    return True


async def failed(
    unit: UnitOfWork, person: int, collaboration: int | None, kind: Literal["bounce", "complaint"]
) -> None:
    """A letter to this person bounced or was complained about: count it, and pause its mailbox where it is too many."""
    account = await pauses.last_account(unit.transaction, person, collaboration)
    if account is None:
        return
    await pauses.note_failure(unit.transaction, account, kind)
    await judge(unit, account)


async def refused(workspace: Workspace, account: str) -> None:
    """A server refused an address for good while we were still connected: it counts as a bounce."""
    async with workspace.change("outbox.bounced", f"a letter of {account} bounced") as unit:
        unit.undoable = False
        await pauses.note_failure(unit.transaction, account, "bounce")
        await judge(unit, account)


async def judge(unit: UnitOfWork, account: str) -> bool:
    """Pause a mailbox whose rates are too high. Returns whether it was."""
    policy = defaults()
    # What a person has seen and gone on in spite of does not count a second time.
    since = max(unit.at - policy.rate_days * _DAY, await pauses.last_resumed(unit.transaction, account))
    went, bounced, complained = await pauses.rates(unit.transaction, account, since)
    # An address that is refused at once never went anywhere.
    sent = max(went, bounced)
    if complained >= policy.complaints:
        return await pause(unit, account, "somebody marked a letter as spam: look at whom you write to, and how")
    if bounced >= policy.bounces and bounced * 100 >= policy.bounce_percent * sent:
        return await pause(
            unit, account, f"{bounced} of {sent} letters in {policy.rate_days} days bounced: check the addresses first"
        )
    return False


async def pause_by_hand(workspace: Workspace, account: str | None, why: str) -> str:
    """Pause a mailbox by a person's word. Returns its address."""
    chosen = await mailbox(workspace, account)
    async with workspace.change("outbox.pause", f"paused {chosen.address}", reason=why) as unit:
        if not await pause(unit, chosen.address, why):
            raise WrongUsage(f"{chosen.address} is paused already", hint="`influtui outbox resume` lets it send again.")
    return chosen.address


async def resume_by_hand(workspace: Workspace, account: str | None) -> str:
    """Let a mailbox send again. Returns its address."""
    chosen = await mailbox(workspace, account)
    async with workspace.change("outbox.resume", f"resumed {chosen.address}") as unit:
        if not await resume(unit, chosen.address):
            raise WrongUsage(f"{chosen.address} is not paused", hint="`influtui outbox list` says what waits, and why.")
    return chosen.address
