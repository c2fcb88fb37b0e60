"""`collab`: one person in one campaign: where it stands, what was agreed, moving it along."""

from __future__ import annotations

from typing import Any

import click

from influtui.cli import documents
from influtui.cli.exclusive import exclusive
from influtui.cli.fields import CAMPAIGN, DRY_RUN
from influtui.cli.frame import confirmed, with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.cli.verbs import Noun
from influtui.model import times
from influtui.model.creators import parse_ref
from influtui.model.memory import ago
from influtui.model.pipeline import DAY_MS, OPTED_OUT, due, pipeline, state_name
from influtui.model.posts import Post
from influtui.model.terms import Term, Terms, slots, stays_until
from influtui.model.text import SafeText, safe
from influtui.model.times import Millis, day, minute, rfc3339
from influtui.services.campaign import campaigns, negotiation
from influtui.services.campaign import collaborations as service
from influtui.services.workspace import Workspace


@click.group("collab", cls=Noun, no_args_is_help=True)
def collab() -> None:
    """Collaborations: one person in one campaign. REF is platform:handle (instagram:anna) or #id (#17)."""


@collab.command("list", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]")
@CAMPAIGN
@with_workspace
async def list_collaborations(workspace: Workspace, out: Output, query: tuple[str, ...], campaign: str | None) -> None:
    """The collaborations of a campaign, the furthest along first: `collab list state:contacted since:7d..`."""
    shown = await service.collaborations(workspace, " ".join(query), campaign=campaign)
    none = "Nobody matches." if query else "Nobody is here yet: `influtui campaign shortlist add REF…` picks people."
    if not out.listed(shown, none, documents.collaboration):
        return
    now = workspace.clock()
    rows = [
        (
            safe(each.ref or "-"),
            safe(each.name or "-"),
            documents.state(each.state),
            safe(ago(Millis(each.since), now) if each.since is not None else "-"),
            _deadline(each, now),
            safe(str(each.parcels)),
            safe(str(each.posts)),
        )
        for each in shown
    ]
    out.table(
        ("ref", "name", "state", "since", "due", "parcels", "posts"), rows, right=(5, 6), whole=(2,), spare=(6, 5)
    )


def _deadline(each: service.Collaboration, now: Millis) -> SafeText:
    by = due(each.state, each.since)
    if by is None:
        return safe("-")
    days = abs(by - now) // DAY_MS
    return safe("today" if days == 0 else f"{days} d late" if by < now else f"in {days} d")


@collab.command("show")
@click.argument("ref")
@CAMPAIGN
@with_workspace
async def show(workspace: Workspace, out: Output, ref: str, campaign: str | None) -> None:
    """Everything about one collaboration: state, terms, parcels, posts, history, and where it can go."""
    found = await service.of_ref(workspace, parse_ref(ref), campaign)
    detail = await service.show(workspace, found.id)
    if out.json:
        out.data(_document(detail))
        return
    one = detail.collaboration
    now = workspace.clock()
    out.say(f"{safe(one.ref or '-')}  {safe(one.name or '-')}  in {one.campaign}")
    since = f" since {minute(one.since)} ({ago(Millis(one.since), now)})" if one.since is not None else ""
    out.say(f"{documents.state(one.state)}{since}")
    state = pipeline().state_named(one.state)
    if state is not None and state.guard:
        out.say(f"before it goes on: {state.guard}")
    if detail.allowed:
        out.say(f"can be moved to: {', '.join(detail.allowed)}")
    for code in detail.elsewhere:
        out.say(f"also in {code}")
    for held in detail.exclusive:
        out.say(f"exclusive: {safe(held.words())}")
    out.say("")
    _terms(out, detail.terms, detail.agreement)
    if detail.posts:
        out.say("")
        rows = [
            (
                safe(each.url),
                documents.count(each.numbers.impressions),
                documents.count(each.numbers.views),
                safe(_until(detail.terms, each) or "-"),
            )
            for each in detail.posts
        ]
        out.table(("post", "impressions", "views", "stays until"), rows, right=(1, 2))
    if detail.history:
        out.say("")
        rows_ = [(safe(minute(each.at)), safe(_event(each)), safe(each.by or "")) for each in detail.history]
        out.table(("when", "what", "who"), rows_)


@collab.command("move")
@click.argument("refs", nargs=-1, required=True, metavar="REF…")
@click.argument("state")
@click.option(
    "--reason", metavar="TEXT", help="Why. Needed for going back and for side states; declined names its reasons."
)
@click.option("--yes", is_flag=True, help="An opt-out cannot be taken back: do it without asking.")
@CAMPAIGN
@DRY_RUN
@with_workspace
async def move(
    workspace: Workspace,
    out: Output,
    refs: tuple[str, ...],
    state: str,
    reason: str | None,
    yes: bool,
    campaign: str | None,
    dry_run: bool,
) -> None:
    """Move collaborations by hand. Most states follow from what happens; a wrong move names the right ones.

    \b
    influtui collab move instagram:anna tiktok:ben in-conversation
    influtui collab move instagram:anna declined --reason "price: asked 400"
    """
    meant = [await service.of_ref(workspace, parse_ref(ref), campaign) for ref in refs]
    found = list({each.id: each for each in meant}.values())
    if state_name(state) == OPTED_OUT and not dry_run:
        names = ", ".join(each.ref or each.name or "-" for each in found)
        confirmed(f"{names} will not be written to again, in any campaign.", yes=yes)
    acting = workspace.rehearsing() if dry_run else workspace
    moved = await service.move_all(acting, [each.id for each in found], state, reason)
    for before, after in zip(found, moved, strict=True):
        if out.json:
            out.data(documents.collaboration(after))
        else:
            out.say(f"{safe(after.ref or '-')}: {documents.state(before.state)} → {documents.state(after.state)}")
    if dry_run:
        out.note("Nothing was changed: --dry-run.")


def _term_options(command: Any) -> Any:
    for slot in reversed(slots()):
        if slot.kind == "products":
            continue
        metavar = {"date": "DAY", "duration": "TIME", "money": "AMOUNT"}.get(slot.kind, "TEXT")
        help_line = f"{slot.asks[0].upper()}{slot.asks[1:]}, like “{slot.example}”."
        command = click.option(f"--{slot.name.replace('_', '-')}", metavar=metavar, help=help_line)(command)
    return command


@collab.command("terms")
@click.argument("ref")
@_term_options
@click.option("--currency", metavar="CODE", help="Of the fee; the campaign's where it is not said.")
@click.option("--product", "products", multiple=True, metavar="SKU", help="What we send; may be repeated.")
@click.option("--waive", multiple=True, metavar="TERM", help="Leave a term open on purpose; may be repeated.")
@click.option("--clear", multiple=True, metavar="TERM", help="Take back what was noted; may be repeated.")
@click.option("--agreed", is_flag=True, help="Both sides said yes to all of it.")
@CAMPAIGN
@DRY_RUN
@with_workspace
async def terms(
    workspace: Workspace,
    out: Output,
    /,
    ref: str,
    currency: str | None,
    products: tuple[str, ...],
    waive: tuple[str, ...],
    clear: tuple[str, ...],
    agreed: bool,
    campaign: str | None,
    dry_run: bool,
    **said: str | None,
) -> None:
    """Note the terms as they are talked about; without options, show them.

    Six terms and a fee (0 for a gift) make an agreement. Its hash is that of the words agreed on; changing a term
    afterwards ends it.

    \b
    influtui collab terms instagram:anna --content "1 reel" \\
        --go-live 2026-12-01 --fee 250 --product SERUM-30
    influtui collab terms instagram:anna --retention "90 days" \\
        --rights "organic, 6 months" --waive captions --agreed
    """
    found = await service.of_ref(workspace, parse_ref(ref), campaign)
    noted = {name: value for name, value in said.items() if value is not None}
    writes = bool(noted or products or waive or clear or agreed or currency)
    if not writes:
        sheet = await negotiation.sheet(workspace, found.id)
    else:
        sheet = await negotiation.note_terms(
            workspace.rehearsing() if dry_run else workspace,
            found.id,
            noted,
            waive=waive,
            clear=clear,
            products=products,
            currency=currency,
            agreed=agreed,
        )
    if out.json:
        out.data(_terms_document(sheet))
    else:
        out.say(f"{safe(sheet.collaboration.ref or '-')}  {documents.state(sheet.collaboration.state)}")
        _terms(out, sheet.terms, sheet.agreement)
    if sheet.reopened:
        labels = ", ".join(sheet.changed)
        out.note(
            f"The agreement of {day(sheet.reopened.agreed_at)} is ended: {labels} changed."
            + ("" if sheet.agreement else " Say --agreed once both sides agree again.")
        )
    if "fee" in sheet.changed or sheet.agreed_now:
        over = (await campaigns.status(workspace, sheet.collaboration.campaign)).over_budget
        if over:
            out.note(f"{over[0].upper()}{over[1:]}.")
    if agreed and not sheet.agreed_now:
        out.note("These terms were agreed already.")
    if writes and dry_run:
        out.note("Nothing was changed: --dry-run.")


def gauge(sheet: Terms) -> str:
    """The six terms at a glance: `[####..] 4 of 6`."""
    required = [slot.name for slot in slots() if slot.required]
    marks = "".join("#" if sheet.get(name) else "." for name in required)
    return f"[{marks}] {len(sheet.settled)} of {len(required)}"


def _terms(out: Output, sheet: Terms, agreement: service.Agreement | None) -> None:
    missing = f"  missing: {', '.join(sheet.missing)}" if sheet.missing else ""
    out.say(f"terms {gauge(sheet)}{missing}")
    for slot in slots():
        term = sheet.get(slot.name)
        if term is not None or slot.required:
            out.say(f"  {slot.label:<21}  {_said(term)}")
    if agreement:
        out.say(f"agreed {minute(agreement.agreed_at)} by {safe(agreement.agreed_by)}, hash {agreement.hash[:12]}")


def _said(term: Term | None) -> SafeText:
    if term is None:
        return safe("-")
    said = "waived" if term.waived else str(term.fee) if term.fee else term.value or "-"
    return safe(f"{said} (as last time)" if term.carried else said)


def _terms_document(sheet: negotiation.Sheet) -> dict[str, Any]:
    one = sheet.collaboration
    return {
        "schema": "influtui.terms/1",
        "campaign": one.campaign,
        "ref": one.ref,
        "person": one.person,
        "state": one.state,
        **documents.terms(sheet.terms, sheet.agreement),
        "changed": list(sheet.changed),
        "reopened": sheet.reopened is not None,
    }


def _document(detail: service.Detail) -> dict[str, Any]:
    return {
        **documents.collaboration(detail.collaboration),
        "allowed": list(detail.allowed),
        **documents.terms(detail.terms, detail.agreement),
        "post_list": [
            {**documents.post(each, detail.collaboration), "stays_until": _until(detail.terms, each)}
            for each in detail.posts
        ],
        "elsewhere": list(detail.elsewhere),
        "exclusive": [documents.exclusivity(each, detail.collaboration.ref) for each in detail.exclusive],
        "history": [
            {"at": rfc3339(each.at), "what": each.what, "by": each.by, "detail": each.detail} for each in detail.history
        ],
    }


def _until(sheet: Terms, post: Post) -> str | None:
    until = stays_until(sheet, times.moment(post.posted_at).date()) if post.posted_at is not None else None
    return until.isoformat() if until else None


def _event(each: service.Happened) -> str:
    return f"{each.what.replace('_', ' ')}: {each.detail}" if each.detail else each.what.replace("_", " ")


collab.add_command(exclusive)
