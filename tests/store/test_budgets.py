"""What is spent lasts: the store adds up what sessions spend as their ledgers do."""

from __future__ import annotations

import pytest

from influtui.host.budgets import Ledger, Use
from influtui.host.manifests import Budget
from influtui.model.times import Millis
from influtui.services.workspace import Workspace
from influtui.store import budgets

NOON = 1_795_348_800_000
HOUR, DAY = 3_600_000, 86_400_000

BUDGETS = {
    "from the first call": Budget("b", 100, "1h"),
    "by the day": Budget("b", 100, "1d", reset="00:00 America/Los_Angeles"),
    "rolling": Budget("b", 100, "1h", kind="rolling"),
    "by key": Budget("b", 100, "7d", unit="unique_key", kind="rolling"),
}


class Clock:
    now = NOON

    def __call__(self) -> int:
        return self.now


async def _load(workspace: Workspace) -> dict[str, dict[str, Use]]:
    found: dict[str, dict[str, Use]] = {}
    for each in await budgets.spent(workspace.db, "acme"):
        found.setdefault(each.budget, {})[each.part] = Use(each.at, each.spent)
    return found


async def _save(workspace: Workspace, ledger: Ledger, now: int) -> None:
    additions = [
        budgets.Added(each.budget, each.key, each.at, each.added, each.level, each.live_after)
        for each in ledger.take_additions()
    ]
    async with workspace.db.write(Millis(now), durability="normal") as transaction:
        await budgets.add(transaction, "acme", additions, now=Millis(now))


@pytest.mark.parametrize("how", BUDGETS)
async def test_two_sessions_at_once_add_up_and_a_third_goes_on(workspace: Workspace, how: str) -> None:
    clock = Clock()
    one, two = (Ledger([BUDGETS[how]], {}, clock) for _ in range(2))
    for number in range(3):
        one.spend(key=f"a{number}")
        clock.now += 1_000
        two.spend(key=f"b{number}")
    two.spend(key="a0")
    await _save(workspace, one, clock.now)
    await _save(workspace, two, clock.now)
    third = Ledger([BUDGETS[how]], await _load(workspace), clock)
    spent = 6 if how == "by key" else 7
    assert third.quotas()[0].left == 100 - spent
    third.spend(key="c")
    await _save(workspace, third, clock.now)
    one.refresh(await _load(workspace))
    assert one.quotas()[0].left == 100 - spent - 1


@pytest.mark.parametrize("how", BUDGETS)
async def test_a_window_that_is_over_is_full_again_in_the_next_session(workspace: Workspace, how: str) -> None:
    clock = Clock()
    ledger = Ledger([BUDGETS[how]], {}, clock)
    ledger.spend(key="a")
    await _save(workspace, ledger, clock.now)
    clock.now += 8 * DAY
    later = Ledger([BUDGETS[how]], await _load(workspace), clock)
    assert later.quotas()[0].left == 100
    later.spend(key="a")
    await _save(workspace, later, clock.now)
    assert Ledger([BUDGETS[how]], await _load(workspace), clock).quotas()[0].left == 99


async def test_what_two_sessions_were_told_is_not_added_up(workspace: Workspace) -> None:
    clock = Clock()
    one, two = (Ledger([BUDGETS["from the first call"]], {}, clock) for _ in range(2))
    for ledger in (one, two):
        ledger.spend()
        ledger.correct({"ratelimit-remaining": "60"})
        await _save(workspace, ledger, clock.now)
    kept = Ledger([BUDGETS["from the first call"]], await _load(workspace), clock)
    # The second one's own call may have come after what the first was told: it counts once more, and what was told does not.
    assert kept.quotas()[0].left == 59
