"""Budgets: how many calls a platform allows, how many are spent, and when they come back.

A fixed window begins with the first call in it. The platform's own headers correct the count. Keeping it from one run to
the next is the service's, through the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from influtui.api import QuotaExhausted
from influtui.host.manifests import Budget


class Spent(msgspec.Struct, frozen=True):
    """What was spent since the window began (milliseconds)."""

    since: int
    calls: int


class Quota(msgspec.Struct, frozen=True):
    """One budget as a person sees it. `resets_at` in milliseconds, None while nothing is spent."""

    budget: str
    limit: int
    left: int
    resets_at: int | None


class Ledger:
    """The budgets of one source. `clock` gives milliseconds."""

    def __init__(self, budgets: Sequence[Budget], spent: Mapping[str, Spent], clock: Callable[[], int]) -> None:
        self._budgets = tuple(budgets)
        self._clock = clock
        self.spent: dict[str, Spent] = dict(spent)

    def spend(self) -> None:
        """Account for one call. Raises `QuotaExhausted` when a window is full; nothing is spent then."""
        for quota in self.quotas():
            if quota.left <= 0 and quota.resets_at is not None:
                resets = datetime.fromtimestamp(quota.resets_at / 1000, UTC)
                raise QuotaExhausted(
                    f"all {quota.limit} calls of the {quota.budget} budget are spent until {resets:%Y-%m-%d %H:%M} UTC",
                    resets_at=resets,
                )
        for budget in self._budgets:
            current = self._current(budget)
            self.spent[budget.id] = Spent(current.since, current.calls + 1)

    def correct(self, remaining: int) -> None:
        """Take the platform's word for how many calls are left. Of several budgets it speaks of the shortest."""
        if self._budgets:
            budget = min(self._budgets, key=lambda each: each.seconds)
            current = self._current(budget)
            self.spent[budget.id] = Spent(current.since, max(current.calls, budget.limit - remaining))

    def quotas(self) -> tuple[Quota, ...]:
        """Every budget with what is left of it."""
        found: list[Quota] = []
        for budget in self._budgets:
            current = self._current(budget)
            resets = current.since + budget.seconds * 1000 if current.calls else None
            found.append(Quota(budget.id, budget.limit, max(0, budget.limit - current.calls), resets))
        return tuple(found)

    def _current(self, budget: Budget) -> Spent:
        now = self._clock()
        spent = self.spent.get(budget.id)
        if spent is None or not spent.since <= now < spent.since + budget.seconds * 1000:
            return Spent(now, 0)
        return spent
