"""`search`: searches with a name."""

from __future__ import annotations

from typing import Any

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.cli.verbs import Noun
from influtui.model.failures import WrongUsage
from influtui.model.text import safe
from influtui.model.times import rfc3339
from influtui.model.web_queries import web_queries
from influtui.services.finding import saved_searches as service
from influtui.services.finding.saved_searches import SavedSearch
from influtui.services.opening import open_links
from influtui.services.workspace import Workspace


@click.group("search", cls=Noun, no_args_is_help=True)
def search() -> None:
    """Searches with a name, and queries for a search engine.

    `creators search` looks for creators; `search show NAME` runs a saved one.
    """


@search.command("save", cls=QueryCommand)
@click.argument("name")
@click.argument("query", nargs=-1, metavar="[QUERY]")
@click.option("--sort", metavar="FIELD", help="The order it is shown in.")
@with_workspace
async def save(workspace: Workspace, out: Output, name: str, query: tuple[str, ...], sort: str | None) -> None:
    """Give a QUERY a name; an older one of that name is replaced."""
    if not query:
        raise WrongUsage("there is no query to save", hint="influtui search save NAME QUERY")
    _say(out, await service.save(workspace, name, " ".join(query), sort=sort), "Saved")


@search.command("list")
@with_workspace
async def list_saved(workspace: Workspace, out: Output) -> None:
    """All saved searches."""
    found = await service.saved(workspace)
    if out.json:
        for each in found:
            out.data(document(each))
    elif found:
        rows = [(safe(each.name), safe(each.query), safe(each.sort or "-"), safe(each.saved_by)) for each in found]
        out.table(("name", "query", "sort", "saved by"), rows)
    else:
        out.say("No search is saved. `influtui search save NAME QUERY` saves one.")


@search.command("show")
@click.argument("name")
@click.option("--limit", default=50, show_default=True, metavar="N", help="Rows of this page.")
@click.option("--after", metavar="CURSOR", help="The page that follows the one which said so.")
@click.option("--count", is_flag=True, help="Say how many there are, exactly.")
@click.option("--facets", is_flag=True, help="Count tiers, platforms, countries, languages and topics.")
@with_workspace
async def show(
    workspace: Workspace, out: Output, name: str, limit: int, after: str | None, count: bool, facets: bool
) -> None:
    """Run a saved search: the rows of `creators search`."""
    from influtui.cli.searching import show_found
    from influtui.services.finding.search import search as find

    each = await service.recall(workspace, name)
    found = await find(
        workspace, each.query, sort=each.sort, limit=limit, after=after, count=count or not out.json, facets=facets
    )
    show_found(out, found)


@search.command("delete")
@click.argument("name")
@with_workspace
async def delete(workspace: Workspace, out: Output, name: str) -> None:
    """Forget a saved search. `undo` brings it back."""
    _say(out, await service.delete(workspace, name), "Deleted")


def document(each: SavedSearch) -> dict[str, Any]:
    """A saved search as the contract's object."""
    return {
        "schema": "influtui.saved_search/1",
        "name": each.name,
        "query": each.query,
        "sort": each.sort,
        "saved_by": each.saved_by,
        "saved_at": rfc3339(each.saved_at),
    }


def _say(out: Output, each: SavedSearch, verb: str) -> None:
    if out.json:
        out.data(document(each))
    else:
        out.say(f"{verb} {each.name}: {each.query}")


@search.command("web")
@click.argument("niche", nargs=-1, required=True)
@click.option(
    "--platform", "platforms", multiple=True, metavar="P", help="instagram, tiktok, youtube, twitch, linktree, …"
)
@click.option("--place", metavar="TEXT", help="A town or region, as people write it in their profiles.")
@click.option("--country", metavar="CC", help="Where the engine should look from.")
@click.option("--language", metavar="L", help="Of the results, and of the words for mail and collaboration.")
@click.option("--engine", default="google", show_default=True, metavar="E", help="google, duckduckgo or bing.")
@click.option("--open", "opens", is_flag=True, help="Open each in the browser (open_command, where one is set).")
@with_workspace
async def web(
    workspace: Workspace, out: Output, /, niche: tuple[str, ...], opens: bool, platforms: tuple[str, ...], **where: Any
) -> int:
    """Build queries for a search engine that lead to profiles: `influtui search web vegan baking --language de`.

    Whom you find you keep with: influtui creators add URL --found-by web
    """
    queries = web_queries(" ".join(niche), platforms=platforms, **where)
    for each in queries:
        if out.json:
            out.data(each)
        else:
            out.say(safe(each.query))
            out.note(f"  {each.finds}: {safe(each.url)}")
    if not out.json:
        out.note("Keep whom you find: influtui creators add URL --found-by web")
    if opens:
        await open_links(workspace, [each.url for each in queries])
        out.note(f"Opened {len(queries)}.")
    return 0
