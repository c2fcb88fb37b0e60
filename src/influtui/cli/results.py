"""`results`: what a campaign cost and what it brought."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from influtui.cli import documents
from influtui.cli.fields import CAMPAIGN
from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.verbs import Noun
from influtui.model.money import Money
from influtui.model.results import Cost, Figures, Returns, Totals, cost_kinds, engagements, returns
from influtui.model.text import plural, safe
from influtui.services.campaign import results as service
from influtui.services.workspace import Workspace


@click.group("results", cls=Noun, no_args_is_help=True)
def results() -> None:
    """What a campaign cost and what it brought."""


@results.command("show")
@click.argument("code", required=False, metavar="[CAMPAIGN]")
@click.option("--revenue", metavar="AMOUNT", help="What the campaign sold, as the shop says: adds the returns.")
@click.option("--orders", metavar="N", type=click.IntRange(min=0, max=10**12), help="In how many orders.")
@click.option("--margin", type=click.FloatRange(0, 100), metavar="PERCENT", help="Gross margin of what was sold.")
@CAMPAIGN
@with_workspace
async def show(
    workspace: Workspace,
    out: Output,
    code: str | None,
    revenue: str | None,
    orders: int | None,
    margin: float | None,
    campaign: str | None,
) -> None:
    """Cost per mille and its relatives, by collaboration and for the whole campaign.

    `-` is unknown or undefined, never 0. `≥` stands before a figure whose cost is not known completely. With --json every
    figure has its own name; docs/explanation/results.md says what each is made of.

    \b
    influtui results show SPRING-26 --revenue 1820 --orders 9 --margin 55
    """
    found = await service.results(workspace, code or campaign)
    sold = Money.parse(revenue, found.campaign.currency) if revenue is not None else None
    brought = returns(found.totals.cost, sold, orders, margin / 100 if margin is not None else None)
    if out.json:
        for result in found.results:
            out.data(_result(result))
        told = {"revenue": documents.money(sold), "orders": orders, "gross_margin_percent": margin}
        out.data({**_campaign(found), **told, **_figures(brought)})
        return
    if not found.results:
        out.note(f"Nothing was agreed, shipped or posted in {found.campaign.code} yet.")
        return
    rows = []
    for result in found.results:
        bound, currency = not result.cost.complete, result.cost.currency
        rows.append(
            (
                safe(result.collaboration.ref or result.collaboration.name or "-"),
                documents.state(result.collaboration.state),
                documents.amount(result.cost.total, bound=bound),
                documents.count(result.numbers.impressions),
                documents.count(result.numbers.views),
                documents.figure(result.figures.cpm, currency, bound=bound),
                documents.figure(result.figures.cpm_views, currency, bound=bound),
                documents.figure(result.figures.cpe, currency, bound=bound, fine=True),
            )
        )
    headings = ("ref", "state", "cost", "impressions", "views", "CPM", "CPM views", "CPE")
    out.table(headings, rows, right=range(2, 8), spare=(6, 4, 7))
    _sums(out, found)
    _returns(out, found, brought)
    if sold is not None and found.totals.cost is None:
        out.note("What was sold cannot be put against a cost that nobody knows.")
    _unknown(out, found)


def _sums(out: Output, found: service.Results) -> None:
    totals, currency = found.totals, found.campaign.currency
    bound = not totals.complete
    out.say("")
    out.say(
        f"{found.campaign.code}: cost {documents.amount(totals.cost, bound=bound)}"
        f" ({totals.cost_known_of} of {totals.collaborations} known),"
        f" {plural(totals.posts, 'post')} by {totals.posted} of {totals.collaborations},"
        f" impressions {documents.count(totals.numbers.impressions)}"
    )
    out.say(
        f"CPM {documents.figure(totals.measured.cpm, currency, bound=bound)} {currency} over the {totals.measured_of} measured,"
        f" median {documents.figure(totals.median.cpm, currency, bound=bound)},"
        f" all in {documents.figure(totals.all_in_cpm, currency, bound=bound)}"
    )


def _returns(out: Output, found: service.Results, brought: Returns) -> None:
    """What was sold, by name; an incomplete cost makes a cost a lower bound and a return an upper one."""
    bound, currency = not found.totals.complete, found.campaign.currency
    most = "≤" if bound else ""
    told = [
        ("cost an order", brought.cpa, documents.figure(brought.cpa, currency, bound=bound)),
        ("revenue an order", brought.aov, documents.figure(brought.aov, currency)),
        ("ROAS", brought.roas, safe(f"{most}{brought.roas or 0:,.3f}")),
        ("ROI on revenue", brought.roi_revenue, safe(f"{most}{brought.roi_revenue or 0:,.2f}%")),
        ("ROI on margin", brought.roi_margin, safe(f"{most}{brought.roi_margin or 0:,.2f}%")),
    ]
    if known := [f"{name} {shown}" for name, value, shown in told if value is not None]:
        out.say(", ".join(known))


def _unknown(out: Output, found: service.Results) -> None:
    counted = ", ".join(kind.label for kind in cost_kinds() if kind.recorded)
    left_out = ", ".join(kind.label for kind in cost_kinds() if not kind.recorded)
    out.note(f"Cost counts {counted}; it does not count {left_out}.")
    for result in found.results:
        unknown = [part.unknown for part in result.cost.parts if part.unknown]
        if unknown:
            who = result.collaboration.ref or result.collaboration.name or "-"
            out.note(f"{safe(who)}: {'; '.join(unknown)}.")


def _result(result: service.Result) -> dict[str, Any]:
    one = result.collaboration
    return {
        "schema": "influtui.result/1",
        "campaign": one.campaign,
        "ref": one.ref,
        "person": one.person,
        "state": one.state,
        "tier": result.tier,
        "cost": _cost(result.cost),
        "posts": [post.url for post in result.posts],
        **documents.numbers(result.numbers),
        "engagements": engagements(result.numbers),
        **_figures(result.figures),
    }


def _campaign(found: service.Results) -> dict[str, Any]:
    return {
        "schema": "influtui.results/1",
        "campaign": found.campaign.code,
        "currency": found.campaign.currency,
        "budget": documents.money(found.campaign.budget),
        **_totals(found.totals),
        "tiers": {tier: _totals(totals) for tier, totals in found.tiers.items()},
        "cost_counts": [kind.name for kind in cost_kinds() if kind.recorded],
        "cost_leaves_out": [kind.name for kind in cost_kinds() if not kind.recorded],
    }


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "collaborations": totals.collaborations,
        "posted": totals.posted,
        "posts": totals.posts,
        "cost": documents.money(totals.cost),
        "cost_known_of": totals.cost_known_of,
        "cost_complete": totals.complete,
        **documents.numbers(totals.numbers),
        "engagements": engagements(totals.numbers),
        **_figures(totals.measured),
        "measured_of": totals.measured_of,
        "cpm_all_in": _rounded(totals.all_in_cpm),
        **{f"{name}_median": value for name, value in _figures(totals.median).items()},
    }


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "total": documents.money(cost.total),
        "complete": cost.complete,
        "included": [
            {"kind": part.kind, "amount": documents.money(part.amount)}
            for part in cost.parts
            if part.amount is not None
        ],
        "unknown": [{"kind": part.kind, "why": part.unknown} for part in cost.parts if part.amount is None],
    }


def _figures(figures: Figures | Returns) -> dict[str, float | None]:
    return {name: _rounded(value) for name, value in msgspec.structs.asdict(figures).items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
