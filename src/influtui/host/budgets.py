"""Budgets: how much a platform allows, how much is spent, and when it comes back.

A call names its method, and for budgets of distinct keys (thirty hashtags in seven days) the key. The platform's own
headers correct the count. What is spent lasts in the store: the service hands it in, and takes what was added since.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2s
from typing import Any, Final

import msgspec

from influtui.api import QuotaExhausted
from influtui.host.manifests import Budget, Headers

SLOTS: Final = 60
"""Into how many parts a rolling window is cut: calls of one part are counted together."""

_USUAL: Final = ("ratelimit-remaining", "x-ratelimit-remaining")
_COUNTS: Final = ("call_count", "total_time", "total_cputime")
"""The counts in Meta's usage headers, each in percent."""


class Use(msgspec.Struct, frozen=True):
    """What was spent from the moment `at` on (milliseconds): of a window, of a part of one, or for a key."""

    at: int
    spent: int


Uses = Mapping[str, Mapping[str, Use]]
"""By budget, then by part of the window or by key; a fixed window has one part, with no name."""


class Addition(msgspec.Struct, frozen=True):
    """What one run adds to a use. `level` is what the platform says is used in all.

    A use that began after `live_after` belongs to the same window.
    """

    budget: str
    key: str
    at: int
    added: int
    level: int
    live_after: int


class Quota(msgspec.Struct, frozen=True):
    """One budget as a person sees it. `resets_at` in milliseconds, None while nothing is spent."""

    budget: str
    limit: int
    left: int
    resets_at: int | None
    units: str


class Ledger:
    """The budgets of one source. `clock` gives milliseconds. May be used from several threads."""

    def __init__(self, budgets: Sequence[Budget], uses: Uses, clock: Callable[[], int]) -> None:
        self._budgets = tuple(budgets)
        self._clock = clock
        self._lock = threading.Lock()
        self._uses: dict[str, dict[str, Use]] = {}
        self._additions: dict[tuple[str, str], Addition] = {}
        self.refresh(uses)

    def refresh(self, uses: Uses) -> None:
        """Take in what the store knows now, other sessions' calls included."""
        with self._lock:
            counted, self._uses = self._uses, {budget: dict(parts) for budget, parts in uses.items()}
            for addition in self._additions.values():
                parts = self._uses.setdefault(addition.budget, {})
                parts[addition.key] = _added(parts.get(addition.key), addition)
            # What is on its way into the store while this is read is counted here already.
            for budget, before in counted.items():
                parts = self._uses.setdefault(budget, {})
                for part, use in before.items():
                    stored = parts.get(part)
                    if stored is None or (use.spent > stored.spent and use.at >= stored.at):
                        parts[part] = use

    def spend(self, method: str = "", key: str | None = None) -> None:
        """Account for one call. Raises `QuotaExhausted` when a window is full; nothing is spent then."""
        with self._lock:
            now = self._clock()
            charges = [(each, cost) for each in self._budgets if (cost := _cost(each, method, key))]
            for budget, cost in charges:
                known = budget.unit == "unique_key" and _named(key) in self._live(budget, now)
                quota = self._quota(budget, now)
                if not known and quota.left < cost:
                    raise _exhausted(quota)
            for budget, cost in charges:
                self._add(budget, now, cost, key=key)

    def correct(self, headers: Mapping[str, str]) -> None:
        """Take the platform's word for how much is used. Usual headers speak of the shortest budget of calls."""
        with self._lock:
            now = self._clock()
            for budget in self._budgets:
                used = _told(budget, budget.headers or self._usual(budget), headers)
                spent = budget.limit - self._quota(budget, now).left
                if used is not None and used > spent and budget.unit != "unique_key":
                    self._add(budget, now, 0, level=used - spent)

    def quotas(self) -> tuple[Quota, ...]:
        """Every budget with what is left of it."""
        with self._lock:
            now = self._clock()
            return tuple(self._quota(budget, now) for budget in self._budgets)

    def take_additions(self) -> list[Addition]:
        """What was spent since this was asked last, to be kept in the store."""
        with self._lock:
            taken, self._additions = list(self._additions.values()), {}
            return taken

    def _usual(self, budget: Budget) -> Headers | None:
        plain = [each for each in self._budgets if each.unit == "call" and each.headers is None and not each.methods]
        if not plain or budget is not min(plain, key=lambda each: each.seconds):
            return None
        return Headers()

    def _add(self, budget: Budget, now: int, cost: int, *, key: str | None = None, level: int = 0) -> None:
        """Spend `cost`, and `level` more that only the platform has told of."""
        part, at, live_after = self._part(budget, now, key)
        use = self._live(budget, now).get(part)
        before = self._additions.get((budget.id, part))
        if use is None:
            before = None  # of a window that is over
        told = (use.spent if use else 0) + cost + level if level or (before is not None and before.level) else 0
        added = (before.added if before else 0) + cost
        addition = Addition(budget.id, part, before.at if before else at, added, told, live_after)
        self._additions[budget.id, part] = addition
        parts = self._uses.setdefault(budget.id, {})
        parts[part] = Use(use.at if use else at, (use.spent if use else 0) + cost + level)

    def _part(self, budget: Budget, now: int, key: str | None) -> tuple[str, int, int]:
        """The part of the window that a call now belongs to: its name, its beginning, and after when it was begun."""
        window = budget.seconds * 1000
        if budget.unit == "unique_key":
            return _named(key), now, now - window
        if budget.kind == "rolling":
            width = max(1, window // SLOTS)
            return str(now // width), now // width * width, now // width * width - 1
        reset = budget.resets_at()
        if reset is not None:
            start = _latest(now, budget)
            return "", start, start - 1
        return "", now, now - window

    def _live(self, budget: Budget, now: int) -> dict[str, Use]:
        """The uses that still count."""
        window = budget.seconds * 1000
        if budget.kind == "rolling":
            # A part counts until its last call may have left the window.
            since = now - window - (0 if budget.unit == "unique_key" else max(1, window // SLOTS))
        else:
            since = _latest(now, budget) - 1 if budget.reset else now - window
        return {part: use for part, use in self._uses.get(budget.id, {}).items() if since < use.at <= now}

    def _quota(self, budget: Budget, now: int) -> Quota:
        live = self._live(budget, now)
        spent = len(live) if budget.unit == "unique_key" else sum(use.spent for use in live.values())
        resets: int | None = None
        if live and spent:
            window = budget.seconds * 1000
            resets = min(use.at for use in live.values()) + window
            if budget.kind == "rolling" and budget.unit != "unique_key":
                resets += max(1, window // SLOTS)
            if budget.reset:
                resets = _next(now, budget)
        return Quota(budget.id, budget.limit, max(0, budget.limit - spent), resets, budget.units)


def _cost(budget: Budget, method: str, key: str | None) -> int:
    if budget.methods and method not in budget.methods:
        return 0
    if budget.unit == "unique_key":
        return 0 if key is None else 1
    return budget.cost.get(method, 1)


def _named(key: str | None) -> str:
    """A key as it is kept: it says whether two are the same, and not what was asked for."""
    return blake2s((key or "").casefold().encode(), digest_size=12).hexdigest()


def _added(use: Use | None, addition: Addition) -> Use:
    """What a use is with what was added to it. The store does the same in its own words."""
    if use is None or use.at <= addition.live_after:
        return Use(addition.at, max(addition.added, addition.level))
    return Use(min(use.at, addition.at), max(use.spent + addition.added, addition.level))


def _exhausted(quota: Quota) -> QuotaExhausted:
    resets = None if quota.resets_at is None else datetime.fromtimestamp(quota.resets_at / 1000, UTC)
    until = f" until {resets:%Y-%m-%d %H:%M} UTC" if resets else ""
    spent = f"all {quota.limit:,}" if quota.left == 0 else f"{quota.limit - quota.left:,} of {quota.limit:,}"
    return QuotaExhausted(f"{spent} {quota.units} of the {quota.budget} budget are spent{until}", resets_at=resets)


def _told(budget: Budget, names: Headers | None, headers: Mapping[str, str]) -> int | None:
    """How much of the budget is used as the platform says; None where it says nothing."""
    if names is None:
        return None
    for name in (names.remaining,) if names.remaining else () if names.percent else _USUAL:
        remaining = headers.get(name, "").strip()
        if remaining.isascii() and remaining.isdigit():
            return max(0, budget.limit - int(remaining))
    if names.percent and (percent := _percent(headers.get(names.percent, ""))) is not None:
        return math.ceil(budget.limit * min(percent, 100) / 100)
    return None


def _percent(text: str) -> float | None:
    try:
        said = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
    return max(_percents(said, counted=True), default=None)


def _percents(said: Any, *, counted: bool) -> list[float]:
    if isinstance(said, int | float) and not isinstance(said, bool):
        return [float(said)] if counted and said >= 0 else []
    if isinstance(said, dict):
        return [each for name, value in said.items() for each in _percents(value, counted=name in _COUNTS)]
    if isinstance(said, list):
        return [each for value in said for each in _percents(value, counted=False)]
    return []


def _latest(now: int, budget: Budget) -> int:
    """When the window that is open now began, for a budget that resets at a time of the day."""
    return _reset(now, budget, later=False)


def _next(now: int, budget: Budget) -> int:
    """When the window that is open now ends: also on the days of 23 and 25 hours."""
    return _reset(now, budget, later=True)


def _reset(now: int, budget: Budget, *, later: bool) -> int:
    reset = budget.resets_at()
    if reset is None:
        raise ValueError(f"{budget.id} has no time of reset")
    at, zone = reset
    today = datetime.fromtimestamp(now / 1000, zone).date()
    resets = [
        int(datetime.combine(today + timedelta(days=days), at, zone).timestamp() * 1000) for days in (-1, 0, 1, 2)
    ]
    return min(each for each in resets if each > now) if later else max(each for each in resets if each <= now)
