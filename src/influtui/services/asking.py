"""A QUERY over one of the small nouns, as the condition that its store module takes."""

from __future__ import annotations

from influtui.model.failures import WrongUsage
from influtui.model.qualifiers import Table
from influtui.model.query import parse
from influtui.model.query_ast import Context, Field, Query, bind, depends_on_campaign, leaves
from influtui.services.campaign import campaign_choice
from influtui.services.workspace import Workspace
from influtui.store.filters import Condition, Noun, where


async def condition(
    workspace: Workspace, query: str, table: Table, noun: Noun, *, campaign: str | None = None
) -> Condition:
    """What a query asks for. A noun of campaigns is asked about one: the one named, else the one in use.

    A query with a `campaign:` of its own is asked about that instead. Raises `WrongUsage` where there is none.
    """
    asked = parse(query, table)
    named = any(isinstance(leaf, Field) and leaf.name == "campaign" for leaf in leaves(asked))
    found, values = await _condition(workspace, asked, noun, campaign)
    if "campaign" not in noun.columns or (named and campaign is None):
        return found, values
    one = await campaign_choice.needed(workspace, campaign)
    return f"({found} AND {noun.columns['campaign'].sql} = ?)", [*values, one.code.casefold()]


async def everywhere(workspace: Workspace, query: str, table: Table, noun: Noun) -> Condition:
    """What a query asks for in the whole workspace: a campaign counts only where the query names one."""
    return await _condition(workspace, parse(query, table), noun, None)


async def _condition(workspace: Workspace, asked: Query, noun: Noun, campaign: str | None) -> Condition:
    about = await campaign_choice.chosen(workspace, campaign)
    if about is None and depends_on_campaign(asked):
        raise WrongUsage("the query asks for the campaign in use, and none is", hint="`influtui campaign use CODE`.")
    context = Context(
        now=workspace.clock(), campaign=about.code if about else None, campaign_id=about.id if about else None
    )
    return where(bind(asked, context), noun)
