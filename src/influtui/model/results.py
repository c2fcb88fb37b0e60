"""What a campaign cost and what it brought: formulas with a name each, and never a number made of an unknown one.

An undefined figure (nothing to divide by, or something unknown) is None, never 0. Cost counts what is known and says what
is not; a figure over an incomplete cost is a lower bound. Which costs there are is `data/costs.toml`.
"""

from __future__ import annotations

import statistics
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache

import msgspec

from influtui.model import records
from influtui.model.money import Money, decimals
from influtui.model.posts import Numbers
from influtui.model.shipped import shipped


class CostKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part of what a collaboration costs. `recorded` says whether this version keeps it anywhere."""

    name: str
    label: str
    recorded: bool


@cache
def cost_kinds() -> tuple[CostKind, ...]:
    """Every part of the cost that the field counts."""
    text = shipped("costs.toml")
    return records.convert(tomllib.loads(text)["cost"], tuple[CostKind, ...])


class CostPart(msgspec.Struct, frozen=True):
    """One part of a cost. `unknown` says why there is no amount; a part that does not apply is not listed."""

    kind: str
    amount: Money | None = None
    unknown: str | None = None


class Cost(msgspec.Struct, frozen=True):
    """What is known of a collaboration's cost, in the campaign's currency."""

    currency: str
    parts: tuple[CostPart, ...] = ()

    @property
    def total(self) -> Money | None:
        """The sum of the known parts; None where the fee, or everything, is unknown."""
        if any(part.kind == "fee" and part.amount is None for part in self.parts):
            return None
        known = [part.amount for part in self.parts if part.amount is not None]
        return sum(known, start=Money(0, self.currency)) if known else None

    @property
    def complete(self) -> bool:
        """Whether every part that applies is known; else figures over the total are lower bounds."""
        return bool(self.parts) and all(part.amount is not None for part in self.parts)


def cost(currency: str, parts: Iterable[CostPart]) -> Cost:
    """A cost from its parts. An amount in another currency counts as unknown: no rate is guessed."""
    return Cost(
        currency,
        tuple(
            CostPart(part.kind, None, f"{part.amount} is not in {currency}")
            if part.amount is not None and part.amount.currency != currency
            else part
            for part in parts
        ),
    )


def engagements(numbers: Numbers) -> int | None:
    """Likes, comments, shares and saves, as far as they are known; None where not even likes are."""
    if numbers.likes is None:
        return None
    return sum(part for part in (numbers.likes, numbers.comments, numbers.shares, numbers.saves) if part is not None)


def added(numbers: Iterable[Numbers]) -> Numbers:
    """The sum over posts, metric by metric; a metric that no post knows stays unknown."""
    every = list(numbers)
    total: dict[str, int] = {}
    for metric in Numbers.__struct_fields__:
        known = [value for each in every if (value := getattr(each, metric)) is not None]
        if known:
            total[metric] = sum(known)
    return Numbers(**total)


def per(cost: Money | None, count: int | None, *, each: int = 1) -> float | None:
    """Cost for `each` of what was counted, in major units. None where either is unknown or nothing was counted."""
    if cost is None or not count:
        return None
    return major(cost) * each / count


def cpm(cost: Money | None, impressions: int | None) -> float | None:
    """Cost per mille: for a thousand impressions."""
    return per(cost, impressions, each=1000)


def roas(cost: Money | None, revenue: Money | None) -> float | None:
    """Return on ad spend: revenue over cost."""
    if cost is None or revenue is None or cost.minor == 0 or cost.currency != revenue.currency:
        return None
    return revenue.minor / cost.minor


def roi_percent(cost: Money | None, value: Money | None) -> float | None:
    """Return on investment in percent: (value - cost) / cost."""
    ratio = roas(cost, value)
    return None if ratio is None else (ratio - 1) * 100


def roi_margin(cost: Money | None, revenue: Money | None, gross_margin: float | None) -> float | None:
    """Return on investment in percent, of the gross margin (a fraction) that the revenue leaves."""
    ratio = roas(cost, revenue)
    return None if ratio is None or gross_margin is None else (ratio * gross_margin - 1) * 100


def median(values: Iterable[float | None]) -> float | None:
    """The median of what is known; None of nothing."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def major(money: Money) -> float:
    """An amount in major units, for ratios; amounts that are shown stay exact."""
    return float(money.minor / 10 ** decimals(money.currency))


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The ratios of one collaboration or of a whole campaign, in major units of its currency."""

    cpm: float | None = None
    """Cost for 1,000 impressions."""
    cpm_views: float | None = None
    """Cost for 1,000 views, where a platform counts views and no impressions."""
    cpv: float | None = None
    cpe: float | None = None
    """Cost for an engagement (likes, comments, shares, saves as far as known)."""
    cpc: float | None = None
    """Cost for a click."""


def figures(cost: Money | None, numbers: Numbers) -> Figures:
    """Every ratio that these numbers allow."""
    return Figures(
        cpm=cpm(cost, numbers.impressions),
        cpm_views=cpm(cost, numbers.views),
        cpv=per(cost, numbers.views),
        cpe=per(cost, engagements(numbers)),
        cpc=per(cost, numbers.clicks),
    )


class Returns(msgspec.Struct, frozen=True, kw_only=True):
    """What a cost brought in sales. Each variant has its name: “the ROI” of two people is rarely the same."""

    cpa: float | None = None
    """Cost for an order."""
    aov: float | None = None
    """Revenue for an order, on average."""
    roas: float | None = None
    """Revenue over cost."""
    roi_revenue: float | None = None
    """(revenue - cost) / cost, in percent."""
    roi_margin: float | None = None
    """The same of the gross margin that the revenue leaves, in percent."""


def returns(cost: Money | None, revenue: Money | None, orders: int | None, gross_margin: float | None) -> Returns:
    """Every return that these numbers allow; the gross margin is a fraction of the revenue."""
    return Returns(
        cpa=per(cost, orders),
        aov=per(revenue, orders),
        roas=roas(cost, revenue),
        roi_revenue=roi_percent(cost, revenue),
        roi_margin=roi_margin(cost, revenue, gross_margin),
    )


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What one collaboration brings into its campaign's sums."""

    cost: Cost
    numbers: Numbers
    posts: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign in sums. Each measured ratio is over those collaborations alone whose cost and count are both known."""

    cost: Money | None
    cost_known_of: int
    collaborations: int
    posted: int
    posts: int
    numbers: Numbers
    measured: Figures
    measured_of: int
    """How many collaborations the measured CPM is made of."""
    all_in_cpm: float | None
    """All known cost, of those too who never posted, over all impressions; None while a live post has no impressions."""
    median: Figures
    complete: bool


def totals(lines: Sequence[Line], currency: str) -> Totals:
    """A campaign's sums, ratios and medians from its collaborations."""
    costs = [line.cost.total for line in lines]
    known = [each for each in costs if each is not None]
    total = sum(known, start=Money(0, currency)) if known else None
    numbers = added(line.numbers for line in lines)
    singles = [figures(line.cost.total, line.numbers) for line in lines]
    counted = all(line.numbers.impressions is not None for line in lines if line.posts)
    return Totals(
        cost=total,
        cost_known_of=len(known),
        collaborations=len(lines),
        posted=sum(1 for line in lines if line.posts),
        posts=sum(line.posts for line in lines),
        numbers=numbers,
        measured=Figures(
            cpm=_measured(lines, "impressions", each=1000),
            cpm_views=_measured(lines, "views", each=1000),
            cpv=_measured(lines, "views"),
            cpe=_measured(lines, "engagements"),
            cpc=_measured(lines, "clicks"),
        ),
        measured_of=sum(1 for single in singles if single.cpm is not None),
        all_in_cpm=cpm(total, numbers.impressions) if counted and len(known) == len(lines) else None,
        median=Figures(**{name: median(getattr(each, name) for each in singles) for name in Figures.__struct_fields__}),
        complete=bool(lines) and all(line.cost.complete for line in lines),
    )


def _measured(lines: Sequence[Line], metric: str, *, each: int = 1) -> float | None:
    spent, count = [], 0
    for line in lines:
        counted = engagements(line.numbers) if metric == "engagements" else getattr(line.numbers, metric)
        total = line.cost.total
        if total is not None and counted:
            spent.append(total)
            count += counted
    return per(sum(spent[1:], start=spent[0]), count, each=each) if spent else None
