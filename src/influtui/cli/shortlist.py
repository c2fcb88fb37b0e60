"""`campaign shortlist`: verdicts on people for a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

from influtui.cli import documents
from influtui.cli.fields import DRY_RUN
from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.model.creators import Ref, parse_ref
from influtui.model.failures import WrongUsage
from influtui.model.shortlist import Meter, Pick, Verdict
from influtui.model.text import safe
from influtui.services.campaign import campaigns as service
from influtui.services.workspace import Workspace

VERDICT_OF: Final[dict[str, Verdict]] = {"add": "pick", "reserve": "reserve", "reject": "rejected", "later": "later"}
VERBS: Final = (*VERDICT_OF, "remove", "rank", "list")
SHOWN: Final[dict[Verdict, str]] = {"pick": "picked", "reserve": "reserve", "rejected": "rejected", "later": "later"}


@click.command("shortlist", cls=QueryCommand)
@click.argument(
    "words", nargs=-1, metavar="[CAMPAIGN] [add|reserve|reject|later|remove REF…|rank REF PLACE|list QUERY]"
)
@click.option("--query", metavar="QUERY", help="All that match, instead of REFs.")
@click.option("--all", "everything", is_flag=True, help="Everybody: needed with an empty --query.")
@click.option("--reason", metavar="TEXT", help="Why; kept with the verdict.")
@DRY_RUN
@with_workspace
async def shortlist(
    workspace: Workspace,
    out: Output,
    words: tuple[str, ...],
    query: str | None,
    everything: bool,
    reason: str | None,
    dry_run: bool,
) -> None:
    """Pick people for a campaign, keep a ranked reserve, reject them or put them off.

    10 to 20 picks are usual; more or fewer are warned of, never refused. A later verdict replaces an earlier one, and who
    judged when and why is kept. Without a verb it lists.

    \b
    influtui campaign shortlist add instagram:anna tiktok:ben
    influtui campaign shortlist SPRING-26 reserve \\
        --query 'tier:micro topic:skincare er:>3'
    influtui campaign shortlist reject instagram:carla \\
        --reason "sells a competitor"
    influtui campaign shortlist rank tiktok:ben 1
    """
    acting = workspace.rehearsing() if dry_run else workspace
    code, verb, rest = split(words)
    if verb in ("list", "rank") and (query is not None or reason is not None):
        raise WrongUsage(f"{verb} takes neither --query nor --reason", hint="They belong to a verdict.")
    if verb == "list":
        await _list(workspace, out, code, " ".join(rest))
    elif verb == "rank":
        await _rank(acting, out, code, rest)
    else:
        refs = await _refs(workspace, code, rest, query, everything)
        if verb == "remove":
            gone = await service.unjudge(acting, code, refs)
            _tell(out, f"{gone} taken off the shortlist", dry_run)
            await _meter(workspace, out, code)
        else:
            _judged(out, await service.judge(acting, code, refs, VERDICT_OF[verb], reason), dry_run=dry_run)


def split(words: Sequence[str]) -> tuple[str | None, str, list[str]]:
    """The campaign's code, the verb and what follows it. Only the first word can be a code."""
    if not words:
        return None, "list", []
    first = words[0].casefold()
    if first in VERBS:
        return None, first, list(words[1:])
    if len(words) == 1:
        return words[0], "list", []
    verb = words[1].casefold()
    if verb not in VERBS:
        raise WrongUsage(
            f"“{words[1]}” is not a verb of the shortlist",
            hint=f"One of {', '.join(VERBS)}: `influtui campaign shortlist add {words[-1]}`.",
        )
    return words[0], verb, list(words[2:])


async def _refs(
    workspace: Workspace, code: str | None, words: Sequence[str], query: str | None, everything: bool
) -> list[Ref]:
    if query is None:
        if not words:
            raise WrongUsage("nobody was named", hint="Give REFs (instagram:anna) or --query QUERY.")
        return [parse_ref(word) for word in words]
    _need_none(words)
    if not query.strip() and not everything:
        raise WrongUsage("an empty query would be everybody", hint="Say so with --all.")
    from influtui.services.finding.search import matching

    found = await matching(workspace, query, code)
    if not found:
        raise WrongUsage(f"nobody matches “{query}”", hint="Try it with `influtui creators search`.")
    return [Ref(id=each) for each in found]


def _need_none(words: Sequence[str]) -> None:
    if words:
        raise WrongUsage(f"“{words[0]}” is one word too many", hint="See `influtui campaign shortlist --help`.")


async def _rank(workspace: Workspace, out: Output, code: str | None, words: Sequence[str]) -> None:
    if len(words) != 2 or not words[1].isascii() or not words[1].isdigit() or int(words[1]) < 1:
        raise WrongUsage("rank takes a REF and a place from 1", hint="`influtui campaign shortlist rank tiktok:ben 1`")
    reserve = await service.rank(workspace, code, parse_ref(words[0]), int(words[1]))
    campaign = await service.needed(workspace, code)
    if out.json:
        for each in reserve:
            out.data(documents.pick(each, campaign.code))
        return
    _table(out, reserve)


async def _list(workspace: Workspace, out: Output, code: str | None, query: str) -> None:
    campaign = await service.needed(workspace, code)
    found = await service.shortlist(workspace, campaign.code, query)
    meter = await service.meter(workspace, campaign.code)
    if out.json:
        for each in found:
            out.data(documents.pick(each, campaign.code))
        out.data({"schema": "influtui.shortlist/1", "campaign": campaign.code, **documents.meter(meter)})
        return
    if found:
        _table(out, found)
    else:
        none = f"Nobody was judged for {campaign.code} yet: influtui campaign shortlist add REF…"
        out.note("Nobody matches." if query else none)
    out.say(meter.line())
    _warn(out, meter)


def _table(out: Output, picks: Sequence[Pick]) -> None:
    rows = []
    for each in picks:
        place = f"{SHOWN[each.verdict]} {each.rank}" if each.rank else SHOWN[each.verdict]
        rows.append(
            (
                safe(place),
                safe(each.ref or "-"),
                safe(each.name or "-"),
                documents.count(each.followers),
                safe(each.country or "-"),
                documents.state(each.state),
                safe(each.judged_by),
                safe(each.reason or ""),
            )
        )
    out.table(("verdict", "ref", "name", "followers", "country", "state", "by", "reason"), rows, right=(3,))


def _judged(out: Output, judged: service.Judged, *, dry_run: bool) -> None:
    if out.json:
        for each in judged.picks:
            out.data(documents.pick(each, judged.campaign))
        out.data(
            {
                "schema": "influtui.shortlist/1",
                "campaign": judged.campaign,
                "changed": judged.changed,
                "notes": list(judged.notes),
                "dry_run": dry_run,
                **documents.meter(judged.meter),
            }
        )
        return
    same = len(judged.picks) - judged.changed
    already = f" ({same} were already)" if same else ""
    _tell(out, f"{SHOWN[judged.verdict]}: {judged.changed}{already}", dry_run)
    out.say(judged.meter.line())
    for note in judged.notes:
        out.note(f"Note: {note}.")
    if judged.verdict == "pick":
        _warn(out, judged.meter)


def _tell(out: Output, text: str, dry_run: bool) -> None:
    out.note(f"{text} (nothing was changed: --dry-run)" if dry_run else text)


async def _meter(workspace: Workspace, out: Output, code: str | None) -> None:
    campaign = await service.needed(workspace, code)
    meter = await service.meter(workspace, campaign.code)
    if out.json:
        out.data({"schema": "influtui.shortlist/1", "campaign": campaign.code, **documents.meter(meter)})
    else:
        out.say(meter.line())


def _warn(out: Output, meter: Meter) -> None:
    if meter.warning:
        out.note(f"{meter.warning}.")
