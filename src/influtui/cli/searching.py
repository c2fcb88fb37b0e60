"""`creators search`: a page of creators, with the exact count and facets where they are wanted."""

from __future__ import annotations

from collections.abc import Sequence

import click
import msgspec

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.model.creators import Creator, parse_ref, sureness
from influtui.model.failures import WrongUsage
from influtui.model.qualifiers import CREATORS
from influtui.model.scoring.records import rounded
from influtui.model.text import SafeText, safe
from influtui.services.finding import search as service
from influtui.services.finding.search import Found
from influtui.services.workspace import Workspace

HEADINGS = ("creator", "name", "tier", "followers", "er %", "country", "topics", "as of")
_NAME = 1
_RIGHT = (3, 4)
_SCORES = {"fit": "fit", "authenticity": "auth"}
_FACET_VALUES_SHOWN = 8


@click.command(
    "search",
    cls=QueryCommand,
    epilog=f"Qualifiers: {', '.join(each.name for each in CREATORS.qualifiers)}. More in docs/reference/search.md.",
)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@click.option("--sort", metavar="FIELD", help="followers, er, views, match, fit, name, age, …; FIELD:asc or :desc.")
@click.option("--limit", default=50, show_default=True, metavar="N", help="Rows of this page.")
@click.option("--after", metavar="CURSOR", help="The page that follows the one which said so.")
@click.option("--count", is_flag=True, help="Say how many there are, exactly.")
@click.option("--facets", is_flag=True, help="Count tiers, platforms, countries, languages and topics.")
@click.option("--campaign", metavar="CODE", help="The campaign that fit and relevance are about; else the one in use.")
@click.option(
    "--like", metavar="REF", help="Who is most like this account, in topics, words, audience, size and place, and why."
)
@with_workspace
async def search(
    workspace: Workspace,
    out: Output,
    query: tuple[str, ...],
    sort: str | None,
    limit: int,
    after: str | None,
    count: bool,
    facets: bool,
    campaign: str | None,
    like: str | None,
) -> None:
    """Find creators.

    \b
    influtui creators search tier:micro er:3.. country:US,CA -topic:gambling
    influtui creators search '"vegan baking" (has:email OR has:url) seen:<30d'

    Words are looked for in handle, name and bio; word* finds what begins so. OR, parentheses and - work.
    """
    if like is not None:
        if sort or after or facets or count or campaign:
            raise WrongUsage("--like has an order of its own", hint="Beside it only QUERY and --limit make sense.")
        await _show_alike(workspace, out, like, " ".join(query), limit)
        return
    found = await service.search(
        workspace,
        " ".join(query),
        sort=sort,
        limit=limit,
        after=after,
        count=count or not out.json,
        facets=facets,
        campaign=campaign,
    )
    show_found(out, found)
    if found.count == 0 and not query and not out.json:
        out.note("There are no creators yet: `influtui creators import FILE`, or `influtui creators add URL`.")


def show_found(out: Output, found: Found) -> None:
    """A page of a search: rows and the closing object, or a table and how to go on."""
    if not out.json:
        _show(out, found)
        return
    for creator in found.rows:
        out.data(creator)
    out.data({"schema": "influtui.search/1", "count": found.count, "facets": found.facets, "next": found.next})


def _show(out: Output, found: Found) -> None:
    if found.rows:
        _table(out, found.rows)
    for facet, counted in (found.facets or {}).items():
        shown = [f"{name} {number:,}" for name, number in list(counted.items())[:_FACET_VALUES_SHOWN]]
        more = [f"and {len(counted) - len(shown)} more"] if len(counted) > len(shown) else []
        out.say(f"{facet}: {', '.join([*shown, *more]) or 'nothing known'}")
    if not found.count:
        out.say("Nobody matches.")
        return
    one = "creator" if found.count == 1 else "creators"
    where = f" Next page: --after {found.next}" if found.next else ""
    out.say(f"{len(found.rows):,} of {found.count:,} {one}.{where}")


def _table(out: Output, rows: Sequence[Creator]) -> None:
    """The rows, with the scores that any of them has."""
    kinds = [kind for kind in _SCORES if any(getattr(creator, kind) is not None for creator in rows)]
    headings = (*HEADINGS[:5], *(_SCORES[kind] for kind in kinds), *HEADINGS[5:])
    shown = [
        (*row[:5], *(safe(rounded(getattr(creator, kind), sureness(creator, kind))) for kind in kinds), *row[5:])
        for creator, row in ((creator, _row(creator)) for creator in rows)
    ]
    *_, country, topics, as_of = range(len(headings))
    out.table(
        headings, shown, right=range(_RIGHT[0], _RIGHT[-1] + 1 + len(kinds)), spare=(as_of, topics, _NAME, country)
    )
    if any(cell.startswith("~") for row in shown for cell in row[5 : 5 + len(kinds)]):
        out.note(
            "~: less than half of what this score needs is known. `influtui creators why REF` says what is missing."
        )


async def _show_alike(workspace: Workspace, out: Output, like: str, query: str, limit: int) -> None:
    """Lookalikes: creator rows with `likeness` and `because`."""
    from influtui.services.people.lookalikes import alike

    found = await alike(workspace, parse_ref(like), query, limit=limit)
    if out.json:
        for each in found:
            out.data(msgspec.to_builtins(each.creator) | {"likeness": each.likeness, "because": list(each.because)})
        out.data({"schema": "influtui.search/1", "count": None, "facets": None, "next": None})
    elif found:
        rows = [
            (*_row(each.creator)[:4], safe(f"{each.likeness:.0f}"), safe("; ".join(each.because))) for each in found
        ]
        out.table((*HEADINGS[:4], "alike", "because"), rows, right=(3, 4), below=True)
    else:
        out.say("Nobody is like that.")


def _row(creator: Creator) -> tuple[SafeText, ...]:
    unknown = "-"
    return (
        safe(creator.ref),
        safe(creator.name or unknown),
        safe(creator.tier or unknown),
        safe(unknown if creator.followers is None else f"{creator.followers:,}"),
        safe(unknown if creator.engagement_rate is None else f"{creator.engagement_rate:.2f}"),
        safe(creator.country or unknown),
        safe(", ".join(creator.topics) or unknown),
        safe(creator.as_of[:10] if creator.as_of else unknown),
    )
