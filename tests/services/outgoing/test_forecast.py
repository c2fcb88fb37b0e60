"""What the plan of seven days says is what then happens: the same people, the same letters, at the same second."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from mail_receiver import MailReceiver

from influtui.model.creators import parse_ref
from influtui.model.failures import Failure
from influtui.model.sequences import step_from
from influtui.model.settings import MailAccount
from influtui.model.times import Millis, moment, rfc3339
from influtui.services import inbox
from influtui.services.campaign import brands, campaigns, exclusivities
from influtui.services.mailbox import accounts
from influtui.services.outgoing import enrolling, outreach, sending, suppressing
from influtui.services.outgoing.forecast import forecast
from influtui.services.outgoing.waiting import planned
from influtui.services.people import creators
from influtui.services.settings import change
from influtui.services.workspace import Workspace, opened
from influtui.store import sequences
from influtui.worker.loop import once

DAY = 86_400_000
HOUR = DAY // 24
# A Friday before the clocks change in Europe and, a week later, in America: windows move by an hour in between.
START = 1_792_747_800_000
COUNTRIES = ("US", "DE", None, "JP", "AU", "BR")
BOXES = ("jo@brand.test", "una@brand.test")

Act = Callable[[], Awaitable[Any]]


class Days:
    """A workspace whose clock a test moves."""

    def __init__(self) -> None:
        self.now = START

    def clock(self) -> Millis:
        return Millis(self.now)

    async def work_until(self, workspace: Workspace, until: int) -> list[tuple[str, str]]:
        """Let the worker do its rounds, whenever something is due and every three hours. Returns who was sent to when."""
        went: list[tuple[str, str]] = []
        while True:
            done = await once(workspace)
            assert done.troubles == ()
            rows = await workspace.db.all(
                "SELECT m.recipient FROM messages m JOIN outbox o ON o.message_id = m.id WHERE o.claimed_at = ? ORDER BY m.id",
                (self.now,),
            )
            went += [(row["recipient"], rfc3339(self.now) or "") for row in rows]
            ahead = [each.at for each in await planned(workspace) if each.at is not None]
            ahead += [
                after[1]
                for row in await sequences.enrolments(workspace.db, going_only=True)
                if (after := row.next_step()) is not None
            ]
            following = min([self.now + 3 * HOUR, *(each for each in ahead if each > self.now)])
            if following > until:
                return went
            self.now = following


async def world(workspace: Workspace, receiver: MailReceiver, account: Any, chance: random.Random) -> list[str]:
    """Two mailboxes with a pace, two campaigns, ten people all over the earth."""
    refs = [f"instagram:p{number}" for number in range(10)]
    for ref in refs:
        handle = ref.partition(":")[2]
        await account(ref, name=handle.capitalize(), email=f"{handle}@mail.test", country=chance.choice(COUNTRIES))
    await brands.new_brand(workspace, "Acme", {"postal_address": "1 Road, 12345 Town"})
    for name in ("Spring", "Autumn"):
        await campaigns.new_campaign(workspace, name, {}, brand="Acme")
    for address in BOXES:
        await accounts.add(
            workspace,
            MailAccount(address=address, smtp_host="127.0.0.1", smtp_port=receiver.port, smtp_security="none"),
        )
    limits = {"daily_limit": chance.choice((3, 5, 40)), "ramp_start": chance.choice((2, 3)), "ramp_step": 1}
    for key, value in limits.items():
        change(workspace.folder, f"sending.{key}", str(value))
    await enrolling.new(workspace, "dense", [step_from(each) for each in ("0:gift", "1:follow-up", "2:last-note")])
    await enrolling.new(workspace, "soft", [step_from(each) for each in ("0:gift", "2:follow-up:state:contacted")])
    return refs


@pytest.mark.parametrize("seed", [3, 13, 19, 29])
async def test_the_plan_of_seven_days_is_what_the_worker_then_does(
    workspace: Workspace, receiver: MailReceiver, account: Any, seed: int
) -> None:
    chance = random.Random(seed)
    refs = await world(workspace, receiver, account, chance)
    days = Days()
    async with opened(workspace.folder, clock=days.clock) as then:

        def somebody() -> list[Any]:
            return [parse_ref(ref) for ref in chance.sample(refs, chance.randint(1, 4))]

        async def enroll() -> None:
            await enrolling.enroll(
                then, chance.choice(("gift", "dense", "soft")), chance.choice(("SPRING", "AUTUMN")), somebody(),
                account=chance.choice(BOXES), trusted=chance.random() < 0.8, again=True,
            )  # fmt: skip

        async def write() -> None:
            made = await outreach.plan(then, "SPRING", somebody(), "gift", account=chance.choice(BOXES), again=True)
            await outreach.put_aside(then, made, approved=chance.random() < 0.7)

        async def approve() -> None:
            await sending.approve(then, [], query="state:draft")

        async def hold() -> None:
            await (enrolling.pause if chance.random() < 0.5 else enrolling.resume)(then, somebody())

        async def answer() -> None:
            text = chance.choice(("Yes, gladly!", "I am out of the office until 30 October 2026.", "STOP"))
            await inbox.log_answer(then, somebody()[0], text, channel="email")

        async def bar() -> None:
            await suppressing.suppress(then, [chance.choice(refs)])

        async def promise() -> None:
            creator = await creators.find(then, parse_ref(chance.choice(refs)))
            await exclusivities.note(then, creator, until=moment(START + 20 * DAY).date(), brand="Rival")

        async def campaign_state() -> None:
            state = chance.choice(("paused", "active", "active"))
            await campaigns.edit_campaign(then, chance.choice(("SPRING", "AUTUMN")), {"state": state})

        acts: list[Act] = [enroll, enroll, enroll, write, approve, hold, answer, bar, promise, campaign_state]
        for _ in range(12):
            with suppress(Failure):  # What cannot be done in this world is no failure of the test.
                await chance.choice(acts)()
            if chance.random() < 0.3:
                await days.work_until(then, days.now + chance.choice((HOUR, 10 * HOUR, 30 * HOUR)))
        await enroll_all(then, refs)
        days.now += 1000  # What went in this very second is history.

        said = [(each.who, each.at) for each in await forecast(then, 7) if each.at is not None]
        start = days.now
        by_name = {f"P{number}": f"p{number}@mail.test" for number in range(len(refs))}
        went = await days.work_until(then, start + 7 * DAY)
        # Of two mailboxes that write in the same second neither is the first.
        assert sorted((at, by_name.get(who, who)) for who, at in said) == sorted((at, who) for who, at in went)
        assert len(went) > 5


async def enroll_all(workspace: Workspace, refs: list[str]) -> None:
    await campaigns.edit_campaign(workspace, "SPRING", {"state": "active"})
    await enrolling.enroll(
        workspace, "gift", "SPRING", [parse_ref(ref) for ref in refs], account=BOXES[0], trusted=True, again=True
    )
